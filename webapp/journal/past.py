"""What stays known of connections that have ended, and of attempts that were refused."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from heapq import merge
from itertools import islice
from typing import Final, TypeAlias

from webapp.journal.entries import bytes_of
from webapp.journal.events import Closed, Opened, Refused
from webapp.journal.summaries import ConnectionSummary
from webapp.wire.roundtrips import RoundTrips

__all__ = ["ROUND_TRIPS_BYTES", "Past"]

# How it began and ended, its round trips, what beginning and round trips cost in bytes, and the
# place among all that were ever remembered.
_Kept: TypeAlias = tuple[Opened | Refused, Closed | None, RoundTrips, int, int]

# What round trips cost beyond what is packed: 73 bytes were measured; a test measures it again.
ROUND_TRIPS_BYTES: Final = 80

# What part of the connections refused attempts may be in addition, and of a list of all.
_REFUSED_PART = 4


class Past:
    """The newest connections that have ended, and the newest attempts that were refused.

    They are kept apart: anybody can send requests that are refused, and those displace each other.
    """

    def __init__(self, max_connections: int, max_bytes: int) -> None:
        """The bounds are for connections; a quarter of them, at least one, for refused attempts."""
        self._ended = _Newest(max_connections, max_bytes)
        refused = min(max_connections, max(1, max_connections // _REFUSED_PART))
        self._refused = _Newest(refused, max_bytes // _REFUSED_PART)
        self._count = 0

    def remember(
        self, began: Opened | Refused, closed: Closed | None, round_trips: RoundTrips
    ) -> None:
        """Keep what is to be known of a connection after its end, or of an attempt at one."""
        self._count += 1
        size = bytes_of(began)
        if round_trips.packed:
            size += ROUND_TRIPS_BYTES + len(round_trips.packed)
        kept = began, closed, round_trips, size, self._count
        (self._refused if isinstance(began, Refused) else self._ended).add(kept)

    def find(self, name: str) -> ConnectionSummary | None:
        """One of them by its id."""
        kept = self._ended.by_id.get(name) or self._refused.by_id.get(name)
        return kept and ConnectionSummary.of_ended(*kept[:3])

    def newest(self, most: int) -> Iterator[ConnectionSummary]:
        """The newest of both, the last first.

        Where not all of them fit, refused ones are a quarter at the most, or what ended ones leave.
        """
        room = max(1, most // _REFUSED_PART, most - len(self._ended.by_id))
        ended = reversed(self._ended.by_id.values())
        refused = islice(reversed(self._refused.by_id.values()), room)
        both = merge(ended, refused, key=lambda kept: kept[4], reverse=True)
        return (ConnectionSummary.of_ended(*kept[:3]) for kept in islice(both, most))

    def __len__(self) -> int:
        return len(self._ended.by_id) + len(self._refused.by_id)


class _Newest:
    """So many of them as fit, the oldest first."""

    __slots__ = ("_bytes", "_most", "_most_bytes", "by_id")

    def __init__(self, most: int, most_bytes: int) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._bytes = 0
        self.by_id: OrderedDict[str, _Kept] = OrderedDict()

    def add(self, kept: _Kept) -> None:
        self.by_id[kept[0].connection] = kept
        self._bytes += kept[3]
        while len(self.by_id) > self._most or self._bytes > self._most_bytes:
            _, (_, _, _, size, _) = self.by_id.popitem(last=False)
            self._bytes -= size
