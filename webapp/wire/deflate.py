"""permessage-deflate at work (RFC 7692 §7.2): inflate within bounds, deflate where it helps."""

from __future__ import annotations

import zlib
from contextlib import suppress
from typing import TYPE_CHECKING

from webapp.wire.violations import CloseCode, ProtocolError

if TYPE_CHECKING:
    from zlib import _Compress, _Decompress

__all__ = ["Deflater", "Inflater"]

_TAIL = b"\x00\x00\xff\xff"  # of every message, and not sent (RFC 7692 §7.2.1)
_FINAL_BLOCK = b"\x01\x00\x00\xff\xff"  # an empty one, stored (RFC 1951 §3.2.4)

# The fastest: half the time of zlib's default, for answers a fifth larger.
_LEVEL = 1

# An answer beyond this size goes out as it is: to deflate it would keep all others waiting.
_LARGEST = 1024 * 1024

# Of an answer from four times this size on, so many bytes of its beginning, middle and end are
# tried first: what is compressed already (an image, say) costs ten times what it is to try.
_SAMPLE = 4096
_HELPFUL = 0.95  # of the size; what deflates to more goes out as it is


class Inflater:
    """The compressed messages of one client.

    It keeps no zlib state between messages, but only as much of what it inflated as the client may
    refer to: that is less memory, and it lets a message go on behind a final block, after which
    zlib would inflate no more.
    """

    __slots__ = ("_engine", "_history", "_input", "_last", "_takeover", "_window_bits", "more")

    def __init__(self, window_bits: int, *, takeover: bool) -> None:
        """``takeover``: whether a message may refer to those before it."""
        self.more = False  # whether to inflate again before more is fed
        self._window_bits = window_bits
        self._takeover = takeover
        self._history = b""
        self._input = b""
        self._last = False
        self._engine: _Decompress | None = None

    def feed(self, data: bytes, last: bool) -> None:
        """Take compressed bytes; ``last`` if they end the message."""
        self._input += data + _TAIL if last else data
        self._last = last

    def inflate(self, most: int) -> bytes:
        """Return the next bytes of the message, ``most`` (1 or more) of them at a time.

        Raises:
            ProtocolError: 1007 for what is not deflated data.
        """
        try:
            found = self._decompress(most)
            self.more = bool(self._input) or len(found) == most
            over = self._last and not self.more
            if over and self._engine is not None:
                self._finish(self._engine)
        except zlib.error as error:
            reason = str(error).rpartition(": ")[2]
            raise ProtocolError(
                CloseCode.INVALID_PAYLOAD, f"message cannot be inflated: {reason}"
            ) from None
        if self._takeover or not over:
            self._remember(found)
        else:
            self._history = b""
        return found

    def _decompress(self, most: int) -> bytes:
        if self._engine is None:
            if self._last and self._input == _TAIL:
                # Nothing was sent, or nothing behind a final block: not even the byte 00 that
                # RFC 7692 §7.2.1 asks for there.
                self._input = b""
                return b""
            self._engine = self._start()
        engine = self._engine
        found = engine.decompress(self._input, most)
        if engine.eof:  # behind a final block the message may go on (RFC 7692 §7.2.3.4)
            self._engine = None
            self._input = engine.unused_data
        else:
            self._input = engine.unconsumed_tail
        return found

    def _finish(self, engine: _Decompress) -> None:
        """End the message; nobody could inflate the next one if it ended within a block."""
        self._engine = None
        with suppress(zlib.error):
            if not engine.decompress(_FINAL_BLOCK) and engine.eof:
                return
        raise zlib.error("it ends within a block")

    def _start(self) -> _Decompress:
        # zlib inflates all that needs a window of 8 bits with one of 9, but not always vice versa.
        bits = -max(self._window_bits, 9)
        if not self._history:
            return zlib.decompressobj(bits)
        return zlib.decompressobj(bits, zdict=self._history)

    def _remember(self, found: bytes) -> None:
        window = 1 << self._window_bits
        if len(found) >= window:
            self._history = found[-window:]
        else:
            self._history = (self._history + found)[-window:]


class Deflater:
    """The messages to one client, compressed where it helps."""

    __slots__ = ("_engine", "_memory_level", "_takeover", "_threshold", "_window_bits")

    def __init__(
        self, window_bits: int, *, memory_level: int, takeover: bool, threshold: int
    ) -> None:
        """``threshold``: messages of fewer bytes go out as they are."""
        self._window_bits = window_bits
        self._memory_level = memory_level
        self._takeover = takeover
        self._threshold = threshold
        self._engine: _Compress | None = None

    def deflate(self, message: bytes) -> bytes | None:
        """Return a message as it is to be sent with RSV1 set, or None if it is to go as it is."""
        size = len(message)
        if not self._threshold <= size <= _LARGEST:
            return None
        if size >= 4 * _SAMPLE and not _promising(message):
            return None
        engine = self._engine or zlib.compressobj(
            _LEVEL, zlib.DEFLATED, -self._window_bits, self._memory_level
        )
        data = engine.compress(message) + engine.flush(zlib.Z_SYNC_FLUSH)
        helps = len(data) - len(_TAIL) < size
        # Who starts anew refers to nothing before: a context may be let go at any time.
        self._engine = engine if helps and self._takeover else None
        return data[: -len(_TAIL)] if helps else None

    def rest(self) -> None:
        """Let go of the memory that only saves bytes on the wire."""
        self._engine = None


def _promising(message: bytes) -> bool:
    middle = len(message) // 2
    sample = message[:_SAMPLE] + message[middle : middle + _SAMPLE] + message[-_SAMPLE:]
    return len(zlib.compress(sample, _LEVEL)) < _HELPFUL * len(sample)
