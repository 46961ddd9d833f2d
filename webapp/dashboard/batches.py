"""Events in batches, ready to be sent: made once for all who read them at the same time."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

from webapp.dashboard.encode import event_shape
from webapp.dashboard.pace import Pace
from webapp.journal.events import Event
from webapp.journal.memory import Journal, Page

__all__ = ["MOST_HEARTBEATS", "Batch", "Batches"]

# How many heartbeats there may be among the events: those of many idle connections would leave
# little else to be seen.
MOST_HEARTBEATS = 50

# In a second 2000 events are told, or as many KiB, and twice that at once after a while: of more a
# sample, which nobody could read either.
_PER_SECOND = 2000
_BURST = 4000
_EVENT_BYTES = 1024
# And what of a sample there is at least, however many watchers are out of step.
_LEAST_EVENTS = 20
# What does not fit so many batches, of which there are twenty in a second, nobody waits for.
_MOST_BATCHES = 20


@dataclass(frozen=True, slots=True)
class _Bounds:
    events: int
    bytes: int


_USUAL = _Bounds(200, 256 * 1024)
# Of more than that a sample is as good if it is smaller, and comes less often: to make it and to
# show it takes time that those have to wait for whom the server is there.
_SAMPLE = _Bounds(100, 128 * 1024)
_REST = 3  # beats without a batch after a sample
# What somebody who looks at one connection is told of its past, and everybody at the end.
_PAST = _Bounds(1000, 1024 * 1024)

# An event with its cursor.
_Told: TypeAlias = tuple[str, Event]


@dataclass(frozen=True, slots=True)
class Batch:
    """Events in JSON ("" if nothing has happened), and the cursor to go on from."""

    text: str
    cursor: str
    events: int = 0
    skipped: int = 0


class Batches:
    """What a journal records, in batches; together they are no more than somebody could read."""

    def __init__(self, journal: Journal, clock: Callable[[], float] = time.monotonic) -> None:
        self._journal = journal
        self._pace = Pace(_PER_SECOND, _BURST, clock)
        # By where they begin, and of which connection they are.
        self._made: dict[tuple[str, str | None], Batch] = {}
        self._parting: dict[tuple[str, str | None], Batch] = {}
        self._sampled = False  # since the last beat
        self._rest = 0  # for how many beats more

    def after(self, cursor: str | None, connection: str | None) -> Batch:
        """Return what follows a cursor (None: the newest there is), of one connection or of all."""
        if cursor is None:
            return self._latest(connection)
        if self._rest or cursor == self._journal.cursor:
            return Batch("", cursor)
        if batch := self._made.get((cursor, connection)):
            return batch
        limit = max(self._pace.allowance, _LEAST_EVENTS)
        if connection is None and self._journal.unread(cursor) > limit:
            limit = min(limit, _SAMPLE.events)  # the others would be made for nothing
        page = self._journal.read(
            cursor, limit=limit, heartbeats=MOST_HEARTBEATS, connection=connection
        )
        if not page.events and not page.forgotten and not page.restarted:
            return Batch("", page.cursor)  # what has happened was on other connections
        batch = _sample(page, _SAMPLE) if page.skipped else _beginning(page)
        self._sampled |= batch.skipped > 0
        # What was skipped counts as well: while more happens than can be told, a sample it is.
        self._pace.take(max(batch.events + batch.skipped, len(batch.text) // _EVENT_BYTES))
        self._made[cursor, connection] = batch
        return batch

    def last(self, cursor: str | None, connection: str | None) -> Batch:
        """Return what follows a cursor where no other batch will come: at once, and as one."""
        if cursor is None or cursor == self._journal.cursor:
            return self.after(cursor, connection)
        if batch := self._parting.get((cursor, connection)):
            return batch
        page = self._journal.read(
            cursor, limit=_PAST.events, heartbeats=MOST_HEARTBEATS, connection=connection
        )
        batch = self._parting[cursor, connection] = _sample(page, _PAST)
        return batch

    def beat(self) -> None:
        """Forget what was made: those who are in step have had it. After a sample comes a rest."""
        self._made.clear()
        self._rest = _REST if self._sampled else max(0, self._rest - 1)
        self._sampled = False

    def _latest(self, connection: str | None) -> Batch:
        bounds = _USUAL if connection is None else _PAST
        return _sample(
            self._journal.read(
                limit=bounds.events, heartbeats=MOST_HEARTBEATS, connection=connection
            ),
            bounds,
        )


def _sample(page: Page, bounds: _Bounds) -> Batch:
    """The newest of a page's events, as many as fit; the others are skipped."""
    events = _fitting(reversed(page.events), bounds)[::-1]
    return _batch(page, events, page.cursor, page.skipped + len(page.events) - len(events))


def _beginning(page: Page) -> Batch:
    """The oldest of a page's events, as many as fit; the others are for the next batches."""
    events = _fitting(page.events, _USUAL)
    if len(page.events) > _MOST_BATCHES * len(events):
        return _sample(page, _SAMPLE)
    whole = len(events) == len(page.events)
    return _batch(page, events, page.cursor if whole else page.events[len(events) - 1][0], 0)


def _batch(page: Page, events: list[str], cursor: str, skipped: int) -> Batch:
    told = {
        "type": "events",
        "cursor": cursor,
        "forgotten": page.forgotten,
        "skipped": skipped,
        "restarted": page.restarted,
    }
    # The events are in JSON already, as that is what the bound of a batch is about.
    frame = json.dumps(told).removesuffix("}")
    return Batch(f'{frame}, "events": [{", ".join(events)}]}}', cursor, len(events), skipped)


def _fitting(events: Iterable[_Told], bounds: _Bounds) -> list[str]:
    """The first of the events in JSON: at least one, and as many as fit."""
    fitting: list[str] = []
    size = 0
    for cursor, event in islice(events, bounds.events):
        text = json.dumps(event_shape(cursor, event))
        size += len(text)
        if fitting and size > bounds.bytes:
            break
        fitting.append(text)
    return fitting
