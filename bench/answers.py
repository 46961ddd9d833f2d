"""What a flood is answered: counted as it comes, and compared where it is always the same."""

from __future__ import annotations

from abc import ABC, abstractmethod

from bench.clients import difference
from bench.frames import FIN
from bench.upgrade import EchoError

__all__ = ["MOST", "Answers", "Counted", "Repeated"]

MOST = 1 << 20  # bytes to take at once

_CONTROL = 0x8  # the bit of an opcode that control frames have, and messages have not


class Answers(ABC):
    """Counts the messages, or the pongs, that come: far too many for a look at each of them."""

    def __init__(self) -> None:
        self.count = 0

    @abstractmethod
    def take(self, data: bytes) -> None:
        """Take what has come, `MOST` bytes of it. Raises EchoError."""


class Repeated(Answers):
    """Expects one frame again and again, byte for byte."""

    def __init__(self, answer: bytes) -> None:
        """``answer``: the frame."""
        super().__init__()
        self._size = len(answer)
        self._expected = answer * (MOST // len(answer) + 2)
        self._received = 0

    def take(self, data: bytes) -> None:
        begin = self._received % self._size
        if not self._expected.startswith(data, begin):
            raise EchoError(difference(data, self._expected[begin : begin + len(data)]))
        self._received += len(data)
        self.count = self._received // self._size


class Counted(Answers):
    """Takes messages of any size, in one frame or several; what they hold is skipped."""

    def __init__(self) -> None:
        super().__init__()
        self._rest = b""  # of a header that is not whole yet
        self._skip = 0  # bytes of a payload that are still to come

    def take(self, data: bytes) -> None:
        data = self._rest + data
        place, end = self._skip, len(data)
        while place + 2 <= end:
            begin, size = place + 2, data[place + 1]
            if size > 125:  # RFC 6455 §5.2: the length follows, in two bytes or in eight
                begin += 2 if size == 126 else 8
                if begin > end:
                    break
                size = int.from_bytes(data[place + 2 : begin])
            self.count += data[place] & (FIN | _CONTROL) == FIN
            place = begin + size
        self._rest = data[place:]
        self._skip = max(0, place - end)
