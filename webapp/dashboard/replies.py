"""The shapes of whole answers: of the API's, and of what the feed says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from webapp.dashboard.eventshapes import Event
from webapp.dashboard.shapes import Began, Cursor, Id, RoundTrip, Row, Stats, Told

__all__ = [
    "Broadcast",
    "Connections",
    "Detail",
    "Events",
    "Greeting",
    "Hello",
    "Overview",
    "Page",
    "Problem",
    "Pushed",
    "RefusedRequest",
    "State",
]


class Overview(TypedDict):
    """The newest connections and the totals."""

    connections: Annotated[
        Sequence[Row], Field(description="The newest, open ones before those that have ended.")
    ]
    omitted: Annotated[int, Field(description="Connections and refusals that are not among them.")]
    stats: Stats


class Connections(Overview):
    """The newest connections and the totals."""

    run: Annotated[str, Field(description="Of the server; another one after each start.")]


class Detail(TypedDict):
    """What there is to know of one connection."""

    connection: Row
    began: Began
    round_trips: Annotated[
        Sequence[RoundTrip], Field(description="The newest, at most 128, the oldest first.")
    ]
    ending: Annotated[Told | None, Field(description="Null unless it has ended.")]


class Page(TypedDict):
    """Events, the oldest first."""

    cursor: Annotated[Cursor, Field(description="Where to go on: give it back as `after`.")]
    events: Sequence[Event]
    forgotten: Annotated[
        int, Field(description="Events before these that the journal no longer has.")
    ]
    skipped: Annotated[
        int, Field(description="Events before these that were left out because of the limit.")
    ]
    restarted: Annotated[bool, Field(description="Whether the cursor was of an earlier run.")]


class Pushed(TypedDict):
    """What was asked for is on its way."""

    connection: Id
    after: Annotated[Cursor, Field(description="The place before it: what follows came of it.")]


class Broadcast(TypedDict):
    """What was asked for is on its way to so many."""

    sent: int
    not_reading: Annotated[
        int, Field(description="Connections that got nothing: their peers do not read.")
    ]
    after: Annotated[Cursor, Field(description="The place before it: what follows came of it.")]


class Problem(TypedDict):
    """Why there is no other answer."""

    error: Annotated[str, Field(description="In a sentence, for people.")]


class RefusedRequest(Problem):
    """Why the request was not let in."""

    check: str
    status: int
    came: str
    expected: str
    reason: str
    remedy: str
    link: str


# The feed


class Greeting(TypedDict):
    """What is said to whoever begins to watch one connection."""

    type: Literal["hello"]
    run: str


class Hello(Greeting, Overview):
    """What is said to whoever begins to watch all, or has missed a state."""


class Events(Page):
    """A batch of events."""

    type: Literal["events"]


class State(Overview):
    """What has changed about the connections."""

    type: Literal["state"]
    gone: Sequence[Id]
