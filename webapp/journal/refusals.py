"""How many refusals are told one by one: anybody can send thousands of requests a second."""

from __future__ import annotations

from typing import Final

__all__ = ["REFUSALS_PART", "RefusalsShare"]

# What part of the ring refusals may fill at once.
REFUSALS_PART: Final = 8
# In so many seconds as many may follow: ten a second, of a ring of 20,000 events.
_REFILL = 250.0
_SLOWEST = 1.0  # a second, however small the ring is
# Characters that one may have of header fields: a part of the room that is left, so that some large
# ones do not use it up, and no less than browsers send.
_PART_OF_ONE = 400
_LEAST_OF_ONE = 2048
_PATIENCE = 5.0  # seconds from the first one that is not told to when it is told how many there are


class RefusalsShare:
    """The part of the ring that refusals may fill, and the count of those that find no room.

    There is room as long as some is left: the last one may take more than that, so that there is
    room for one in the smallest of rings. Times are in seconds, by a clock that never goes back.
    """

    __slots__ = ("_bytes", "_events", "_most", "_most_bytes", "_since", "_time", "untold")

    def __init__(self, max_events: int, max_bytes: int) -> None:
        """The bounds are those of the ring."""
        self._most = self._events = max(1.0, max_events / REFUSALS_PART)
        self._most_bytes = self._bytes = max(1.0, max_bytes / REFUSALS_PART)
        self._time: float | None = None
        self._since = 0.0
        self.untold = 0  # refusals that found no room, and that nothing was told of yet

    def has_room(self, now: float) -> bool:
        """Tell whether one more refusal is to be told; it is counted if it is not."""
        passed = 0.0 if self._time is None else now - self._time
        self._time = now
        grown = passed * max(_SLOWEST / self._most, 1 / _REFILL)  # part of the whole
        self._events = min(self._most, self._events + grown * self._most)
        self._bytes = min(self._most_bytes, self._bytes + grown * self._most_bytes)
        if self._events > 0 and self._bytes > 0:
            return True
        if not self.untold:
            self._since = now
        self.untold += 1
        return False

    @property
    def most_of_one(self) -> int:
        """How many characters of its header fields the next one that is told may have."""
        return max(_LEAST_OF_ONE, int(self._bytes) // _PART_OF_ONE)

    def take(self, size: int) -> None:
        """Use room for one that is told and takes about so many bytes of memory."""
        self._events -= 1
        self._bytes -= size

    def is_due(self, now: float) -> bool:
        """Tell whether it is time to say how many found no room."""
        return self.untold > 0 and now - self._since >= _PATIENCE
