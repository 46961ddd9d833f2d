"""One connection as it is to be told: how it began, its newest events, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from webapp.dashboard.encode import detail_shape, event_shape
from webapp.dashboard.shapes import Told
from webapp.hub import Hub
from webapp.journal.cursors import write_cursor
from webapp.journal.events import Opened, Refused
from webapp.journal.memory import Journal, Page

__all__ = ["FIRST_EVENTS", "MOST_EVENTS", "Shape", "Story", "story_of"]

#: As the API tells it.
Shape: TypeAlias = Mapping[str, Any]

#: How many of its events are told.
MOST_EVENTS = 200
#: And of its first ones, as on the page.
FIRST_EVENTS = 8


@dataclass(frozen=True, slots=True)
class Story:
    """A connection, or a request that was refused; all in the shapes of the API."""

    row: Shape
    began: Shape
    told: Told | None  # how it ended, in sentences
    events: Sequence[Shape]  # the newest, oldest first
    earlier: int  # before them, the beginning aside
    forgotten: bool  # and before those, some that the journal no longer has
    first: Sequence[Shape] = ()  # of those that are earlier, from the beginning on if it is known


def story_of(hub: Hub, journal: Journal, name: str) -> Story | None:
    """Tell of the connection with this id, as long as it is known."""
    summary = hub.find(name)
    if summary is None:
        return None
    known = detail_shape(summary)
    page = journal.read(limit=MOST_EVENTS, connection=name)
    start = write_cursor(journal.run, (0, 0))
    beginning = journal.follow(start, limit=FIRST_EVENTS, connection=name)
    whole = _begins(beginning)
    first = beginning.events[: page.skipped] if whole else ()
    return Story(
        row=known["connection"],
        began=known["began"],
        told=known["ending"],
        events=[event_shape(*each) for each in page.events],
        earlier=page.skipped - (1 if whole and not _begins(page) else 0),
        forgotten=not whole,
        first=[event_shape(*each) for each in first],
    )


def _begins(page: Page) -> bool:
    """Whether a page of one connection's events is there from the first on."""
    return bool(page.events) and isinstance(page.events[0][1], Opened | Refused)
