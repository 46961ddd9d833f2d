"""Who guesses, and how long each has to wait before the next guess."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Guesses"]

_FREE = 5  # wrong ones in a row until there is a wait: one mistypes, or pastes the wrong thing
_LONGEST = 60.0  # seconds between two guesses
_FORGIVEN = 900.0  # seconds without a guess after which one starts anew
_MOST = 10_000  # addresses that are remembered


@dataclass(slots=True)
class _Guesser:
    wrong: int = 0
    last: bytes = b""
    at: float = 0.0


class Guesses:
    """
    What was wrong, by the address that it came from; each more makes the wait twice as long.

    The same wrong guess once more is none: a program that goes on trying with an outdated token
    learns nothing by it, and does not lock out those who sit beside it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` tells seconds."""
        self._clock = clock
        self._guessers: OrderedDict[str, _Guesser] = OrderedDict()

    def wait(self, address: str) -> float:
        """Return for how many seconds nothing is taken from this address, 0 for not at all."""
        guesser = self._guessers.get(address)
        if guesser is None or guesser.wrong < _FREE:
            return 0.0
        pause = min(2.0 ** min(guesser.wrong - _FREE, 10), _LONGEST)
        return max(0.0, guesser.at + pause - self._clock())

    def was_wrong(self, address: str, guess: bytes) -> None:
        """Count a guess that was wrong."""
        now = self._clock()
        guesser = self._guessers.setdefault(address, _Guesser())
        if now - guesser.at > _FORGIVEN:
            guesser.wrong = 0
        if guess != guesser.last or not guesser.wrong:
            guesser.wrong += 1
            guesser.last = guess
            guesser.at = now
        self._guessers.move_to_end(address)
        if len(self._guessers) > _MOST:
            self._guessers.popitem(last=False)

    def was_right(self, address: str) -> None:
        """Forget what was wrong before."""
        self._guessers.pop(address, None)
