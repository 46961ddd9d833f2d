"""Since when nothing has passed over a connection."""

from __future__ import annotations

import time

from webapp.wire.records import Traffic

__all__ = ["Quiet"]


class Quiet:
    """Since when nothing has passed in either direction, as far as looks from time to time tell.

    To note the time of each frame would show in how many there can be.
    """

    __slots__ = ("_passed", "since")

    def __init__(self) -> None:
        self.since = time.time_ns()  # since the epoch
        self._passed = 0

    def look(self, traffic: Traffic) -> bool:
        """Return whether anything has passed since the last look: then it was just now."""
        passed = traffic.bytes_both
        if passed == self._passed:
            return False
        self._passed = passed
        self.since = time.time_ns()
        return True

    def at_end(self, traffic: Traffic) -> int:
        """Look for the last time; return for how many nanoseconds nothing has passed."""
        if self.look(traffic):
            return 0
        return max(0, time.time_ns() - self.since)  # clocks may be set back
