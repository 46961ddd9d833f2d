"""How many events there are to be told at a time: all that happen, until it is too many."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Pace"]


class Pace:
    """An allowance that grows with time up to a bound, and shrinks by what is taken of it."""

    def __init__(self, per_second: float, most: int, clock: Callable[[], float]) -> None:
        """``most``: what may come at once, after a while in which little did."""
        self._per_second = per_second
        self._most = most
        self._clock = clock
        self._left = float(most)
        self._since = clock()

    @property
    def allowance(self) -> int:
        """How many there may be now."""
        now = self._clock()
        self._left = min(self._most, self._left + (now - self._since) * self._per_second)
        self._since = now
        return int(self._left)

    def take(self, number: int) -> None:
        """Count what was told; beyond the allowance nothing is owed."""
        self._left = max(0.0, self._left - number)
