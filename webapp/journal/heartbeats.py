"""The heartbeats that the journal keeps: of each connection the last few, apart from the rest."""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Iterator
from itertools import takewhile
from typing import Final

from webapp.journal.cursors import Place
from webapp.journal.entries import PAYLOAD
from webapp.wire.records import Record

__all__ = ["HEARTBEAT_BYTES", "KEPT", "Heartbeats", "cost_of"]

# Of one connection: two pings and their answers.
KEPT: Final = 4

# What a heartbeat costs beyond its payload: the tuple, as any frame, its place, and to be found by
# that and by its connection. At most 453 bytes were measured; a test measures it again.
HEARTBEAT_BYTES: Final = 480


class Heartbeats:
    """Heartbeats by their places, bounded in number and in bytes; the oldest give way."""

    __slots__ = ("_most", "_most_bytes", "_places", "_records", "bytes", "last")

    def __init__(self, most: int, most_bytes: int) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._records: OrderedDict[Place, Record] = OrderedDict()
        self._places: dict[str, tuple[Place, ...]] = {}  # of each connection, in order
        self.bytes = 0  # what they cost
        self.last: Place = (0, 0)  # the place after the newest one, kept or not

    def __len__(self) -> int:
        return len(self._records)

    @property
    def oldest(self) -> int:
        """How many events stand before the oldest one; more than ever will where there is none."""
        return next(iter(self._records), (sys.maxsize, 0))[0]

    def add(self, record: Record, events: int) -> None:
        """Take one that comes after so many events, for its connection's oldest if need be."""
        place = self.last = (events, self.last[1] + 1)
        connection = record[0]
        places = (*self._places.get(connection, ()), place)
        if len(places) > KEPT:
            self.bytes -= cost_of(self._records.pop(places[0]))
            places = places[1:]
        self._places[connection] = places
        self._records[place] = record
        self.bytes += cost_of(record)
        self.shrink(self._most, self._most_bytes)

    def shrink(self, most: int, most_bytes: int) -> bool:
        """Let the oldest go until there are no more than that; return whether any had to."""
        before = len(self)
        while len(self) > most or self.bytes > most_bytes:
            self.drop_oldest()
        return len(self) < before

    def drop_oldest(self) -> None:
        """Let the oldest one go, whosever it is."""
        _, record = self._records.popitem(last=False)
        self.bytes -= cost_of(record)
        connection = record[0]
        # What is older than all others is the first of its connection.
        if rest := self._places[connection][1:]:
            self._places[connection] = rest
        else:
            del self._places[connection]

    def backwards(self, start: Place) -> Iterator[tuple[Place, Record]]:
        """Those after a place, the newest first, each with the place after it."""
        return takewhile(lambda kept: kept[0] > start, reversed(self._records.items()))

    def forwards(self, start: Place) -> Iterator[tuple[Place, Record]]:
        """Those after a place, the oldest first, each with the place after it."""
        return (kept for kept in self._records.items() if kept[0] > start)


def cost_of(record: Record) -> int:
    """About how many bytes of memory a heartbeat takes."""
    return HEARTBEAT_BYTES + len(record[PAYLOAD])
