"""The journal in memory: a ring of events, bounded in number and in bytes."""

from __future__ import annotations

import secrets
from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from aiohttp import web

from webapp.journal.entries import (
    EVENT_BYTES,
    PAYLOAD,
    Entry,
    FrameRecord,
    bytes_of,
    connection_of,
    event_of,
)
from webapp.journal.events import Event
from webapp.journal.summaries import ConnectionSummary

__all__ = ["JOURNAL", "Journal", "Page"]

_MAX_DIGITS = 18  # of a place in a cursor: int() is slow for texts without end


@dataclass(frozen=True, slots=True)
class Page:
    """What a reader gets: events with their cursors, and what it missed."""

    events: tuple[tuple[str, Event], ...]
    cursor: str  # where to go on
    forgotten: int = 0  # events before these that the journal no longer has
    skipped: int = 0  # events before these that were left out because the reader wanted no more
    restarted: bool = False  # the cursor given was of an earlier run


class Journal:
    """Events in order, the oldest forgotten beyond the bounds; nothing here ever waits.

    A cursor is an opaque string that names this run and the place between two events.
    """

    def __init__(self, *, max_events: int, max_bytes: int, max_connections: int) -> None:
        """Bounds: events, bytes (payloads, and an estimate for the rest), ended connections.

        What is kept of ended connections is bounded in bytes as well, by the same number.
        """
        self.run = secrets.token_hex(3)
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._max_connections = max_connections
        # Events as they came, several at a time, and what they cost in bytes.
        self._ring: deque[tuple[Sequence[Entry], int]] = deque()
        self._bytes = 0
        self._end = 0  # events ever recorded; those in the ring are the last of them
        self.forgotten = 0  # events that are no longer in it
        # Of ended connections, the oldest first, and what they cost in bytes.
        self._ended: OrderedDict[str, ConnectionSummary] = OrderedDict()
        self._ended_bytes = 0

    # Writing

    def record(self, event: Event) -> None:
        """Take one event."""
        self._add([event], bytes_of(event))

    def record_frames(self, records: Sequence[FrameRecord]) -> None:
        """Take the frames of one turn of a connection, and the list itself."""
        size = EVENT_BYTES * len(records)
        for record in records:
            size += len(record[PAYLOAD])
        self._add(records, size)

    def _add(self, entries: Sequence[Entry], size: int) -> None:
        self._ring.append((entries, size))
        self._end += len(entries)
        self._bytes += size
        if self._end - self.forgotten > self._max_events or self._bytes > self._max_bytes:
            self._forget()

    def _forget(self) -> None:
        """Forget the oldest events beyond the bounds."""
        while True:
            surplus = self._bytes - self._max_bytes
            excess = self._end - self.forgotten - self._max_events
            if surplus <= 0 and excess <= 0:
                return
            entries, size = self._ring.popleft()
            if len(entries) > excess and size > surplus:  # only some of these have to go
                gone = freed = 0
                while gone < excess or freed < surplus:
                    freed += bytes_of(entries[gone])
                    gone += 1
                self._ring.appendleft((entries[gone:], size - freed))
            else:
                gone, freed = len(entries), size
            self.forgotten += gone
            self._bytes -= freed

    def remember(self, summary: ConnectionSummary) -> None:
        """Keep what is to be known of a connection after its end."""
        self._ended[summary.id] = summary
        self._ended_bytes += bytes_of(summary.began)
        while len(self._ended) > self._max_connections or self._ended_bytes > self._max_bytes:
            _, oldest = self._ended.popitem(last=False)
            self._ended_bytes -= bytes_of(oldest.began)

    # Reading

    @property
    def recorded(self) -> int:
        """How many events there have been."""
        return self._end

    @property
    def cursor(self) -> str:
        """The place after the newest event."""
        return self._cursor(self._end)

    def check(self, cursor: str | None) -> None:
        """Raise ValueError unless this is a cursor, of this run or another."""
        self._place(cursor)

    def read(self, after: str | None = None, *, limit: int, connection: str | None = None) -> Page:
        """Return the newest events after a cursor (None: from the oldest there is), oldest first.

        At most ``limit`` of them, of one connection if it is given; those before them are skipped
        and counted.

        Raises:
            ValueError: if ``after`` is no cursor.
        """
        start, restarted = self._place(after)
        unread = self._end - max(start, self.forgotten)
        entries = _about(connection, islice(self._backwards(), unread))
        newest = list(islice(entries, limit))
        skipped = unread - len(newest) if connection is None else sum(1 for _ in entries)
        return Page(
            events=tuple((self._cursor(place), event_of(entry)) for place, entry in newest[::-1]),
            cursor=self.cursor,
            forgotten=max(0, self.forgotten - start),
            skipped=skipped,
            restarted=restarted,
        )

    def follow(self, after: str, *, limit: int, connection: str | None = None) -> Page:
        """Return the events that follow a cursor, ``limit`` of them at the most, oldest first.

        The page's cursor stands behind the last of them: whoever goes on from there misses nothing
        that is not forgotten meanwhile. Raises ValueError if ``after`` is no cursor.
        """
        start, restarted = self._place(after)
        entries = _about(connection, self._forwards(max(start, self.forgotten)))
        found = list(islice(entries, limit))
        return Page(
            events=tuple((self._cursor(place), event_of(entry)) for place, entry in found),
            cursor=self._cursor(found[-1][0] if len(found) == limit else self._end),
            forgotten=max(0, self.forgotten - start),
            restarted=restarted,
        )

    def ended_connection(self, name: str) -> ConnectionSummary | None:
        """An ended connection by its id, as long as it is known."""
        return self._ended.get(name)

    def ended(self) -> Iterator[ConnectionSummary]:
        """The ended connections that are still known, newest first."""
        return reversed(self._ended.values())

    def _backwards(self) -> Iterator[tuple[int, Entry]]:
        """All entries, the newest first, each with the place after it."""
        place = self._end
        for entries, _ in reversed(self._ring):
            for entry in reversed(entries):
                yield place, entry
                place -= 1

    def _forwards(self, start: int) -> Iterator[tuple[int, Entry]]:
        """The entries after a place, the oldest first, each with the place after it."""
        place = self.forgotten
        for entries, _ in self._ring:
            if place + len(entries) > start:
                for entry in entries:
                    place += 1
                    if place > start:
                        yield place, entry
            else:
                place += len(entries)

    def _place(self, cursor: str | None) -> tuple[int, bool]:
        """How many events stand before a cursor, and whether it is of an earlier run."""
        if cursor is None:
            return self.forgotten, False
        run, _, place = cursor.partition("-")
        if not run or not place.isascii() or not place.isdigit() or len(place) > _MAX_DIGITS:
            raise ValueError(f"{cursor!r} is no cursor of this journal")
        if run != self.run:
            return 0, True
        return min(int(place), self._end), False

    def _cursor(self, place: int) -> str:
        return f"{self.run}-{place}"


JOURNAL: web.AppKey[Journal] = web.AppKey("JOURNAL", Journal)


def _about(
    connection: str | None, entries: Iterator[tuple[int, Entry]]
) -> Iterator[tuple[int, Entry]]:
    """Those of the entries that are about one connection, or all for None."""
    if connection is None:
        return entries
    return ((place, entry) for place, entry in entries if connection_of(entry) == connection)
