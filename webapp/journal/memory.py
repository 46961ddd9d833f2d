"""The journal in memory: what happened, read by cursor, and the connections that have ended."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import islice

from aiohttp import web

from webapp.journal.cursors import Place, read_cursor, write_cursor
from webapp.journal.entries import Entry, bytes_of, connection_of, event_of
from webapp.journal.events import Closed, Event, Opened, Refused
from webapp.journal.past import Past
from webapp.journal.refusals import RefusalsShare
from webapp.journal.ring import Ring
from webapp.journal.summaries import ConnectionSummary
from webapp.wire.records import Echoes, Record
from webapp.wire.roundtrips import NO_ROUND_TRIPS, RoundTrips

__all__ = ["JOURNAL", "Journal", "Page"]


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

    A cursor is an opaque string that names this run and the place between two events. Heartbeats
    that have given way to later ones are missed by nobody: each connection counts its own.
    """

    def __init__(self, *, max_events: int, max_bytes: int, max_connections: int) -> None:
        """Bounds: events, bytes (payloads, and an estimate for the rest), ended connections.

        What is kept of ended connections is bounded in bytes as well, by the same number.
        """
        self.run = secrets.token_hex(3)
        self._ring = Ring(max_events, max_bytes)
        self._past = Past(max_connections, max_bytes)
        self.refusals = RefusalsShare(max_events, max_bytes)

    # Writing

    def record(self, event: Event) -> None:
        """Take one event."""
        self._ring.record(event)

    @property
    def record_frames(self) -> Callable[[list[Record]], None]:
        """What takes the frames of one turn of a connection, and the list itself."""
        return self._ring.record_frames

    @property
    def record_echo(self) -> Callable[[Echoes], None]:
        """What takes a message that came back as it was."""
        return self._ring.record_echo

    @property
    def record_echoes(self) -> Callable[[Echoes], None]:
        """What takes the messages of one turn that came back as they were."""
        return self._ring.record_echoes

    def record_refused(self, event: Refused) -> None:
        """Take an attempt that was refused and for which ``refusals`` has room, and keep it."""
        self.refusals.take(bytes_of(event))
        self.record(event)
        self.remember(event)

    def remember(
        self,
        began: Opened | Refused,
        closed: Closed | None = None,
        round_trips: RoundTrips = NO_ROUND_TRIPS,
    ) -> None:
        """Keep what is to be known of a connection after its end, or of an attempt at one."""
        self._past.remember(began, closed, round_trips)

    # Reading

    @property
    def recorded(self) -> int:
        """How many events there have been, heartbeats aside."""
        return self._ring.end

    @property
    def forgotten(self) -> int:
        """How many of them are no longer there."""
        return self._ring.forgotten

    @property
    def cursor(self) -> str:
        """The place after the newest event."""
        return self._cursor(self._ring.last)

    def check(self, cursor: str | None) -> None:
        """Raise ValueError unless this is a cursor, of this run or another."""
        self._place(cursor)

    def is_ahead(self, cursor: str) -> bool:
        """Whether a cursor is of this run, and of a place that it has not come to.

        Raises ValueError if it is no cursor.
        """
        run, place = read_cursor(cursor)
        return run == self.run and place > self._ring.last

    def unread(self, after: str) -> int:
        """How many events follow a cursor, of those that are still there; heartbeats aside.

        Raises ValueError if ``after`` is no cursor.
        """
        start, _ = self._place(after)
        return self._ring.end - max(start[0], self._ring.forgotten)

    def read(
        self,
        after: str | None = None,
        *,
        limit: int,
        heartbeats: int | None = None,
        connection: str | None = None,
    ) -> Page:
        """Return the newest events after a cursor (None: from the oldest there is), oldest first.

        At most ``limit`` of them, and of these at most so many ``heartbeats`` (None: any), of one
        connection if it is given; those left out are counted.

        Raises:
            ValueError: if ``after`` is no cursor.
        """
        ring = self._ring
        start, restarted = self._place(after)
        unread = ring.end - max(start[0], ring.forgotten)
        beats = list(_about(connection, ring.heartbeats.backwards(start)))
        some = beats[:heartbeats]
        both = merge(ring.backwards(start[0], connection), some, reverse=True)
        newest = list(islice(both, limit))
        left = unread + len(some) - len(newest) if connection is None else sum(1 for _ in both)
        return Page(
            events=tuple((self._cursor(place), event_of(entry)) for place, entry in newest[::-1]),
            cursor=self.cursor,
            forgotten=max(0, ring.forgotten - start[0]),
            skipped=left + len(beats) - len(some),
            restarted=restarted,
        )

    def follow(self, after: str, *, limit: int, connection: str | None = None) -> Page:
        """Return the events that follow a cursor, ``limit`` of them at the most, oldest first.

        The page's cursor stands behind the last of them: whoever goes on from there misses nothing
        that is not forgotten meanwhile. Raises ValueError if ``after`` is no cursor.
        """
        ring = self._ring
        start, restarted = self._place(after)
        beats = _about(connection, ring.heartbeats.forwards(start))
        both = merge(ring.forwards(start[0], connection), beats)
        found = list(islice(both, limit))
        return Page(
            events=tuple((self._cursor(place), event_of(entry)) for place, entry in found),
            cursor=self._cursor(found[-1][0] if len(found) == limit else ring.last),
            forgotten=max(0, ring.forgotten - start[0]),
            restarted=restarted,
        )

    def ended_connection(self, name: str) -> ConnectionSummary | None:
        """An ended connection or a refused attempt by its id, as long as it is known."""
        return self._past.find(name)

    def ended(self, most: int | None = None) -> Iterator[ConnectionSummary]:
        """Those that are still known, newest first; of so many, refused ones are only a part."""
        return self._past.newest(len(self._past) if most is None else most)

    def _place(self, cursor: str | None) -> tuple[Place, bool]:
        """The place that a cursor names, and whether it is of an earlier run."""
        if cursor is None:
            return (self._ring.forgotten, 0), False
        run, place = read_cursor(cursor)
        return (min(place, self._ring.last), False) if run == self.run else ((0, 0), True)

    def _cursor(self, place: Place) -> str:
        return write_cursor(self.run, place)


JOURNAL: web.AppKey[Journal] = web.AppKey("JOURNAL", Journal)


def _about(
    connection: str | None, entries: Iterator[tuple[Place, Entry]]
) -> Iterator[tuple[Place, Entry]]:
    """Those of the entries that are about one connection, or all for None."""
    if connection is None:
        return entries
    return ((place, entry) for place, entry in entries if connection_of(entry) == connection)
