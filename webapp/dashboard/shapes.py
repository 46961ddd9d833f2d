"""The shapes in which connections are told: by the feed, by the API, to the templates.

Times are integer microseconds since the epoch, because nanoseconds do not fit a JavaScript number;
lengths of time are microseconds, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

# Not typing's: before Python 3.12 that does not tell pydantic all that it has to know.
from typing_extensions import TypedDict

__all__ = [
    "Began",
    "BeganOpened",
    "BeganRefused",
    "Cursor",
    "Ending",
    "Head",
    "Id",
    "Occasion",
    "Refusal",
    "RoundTrip",
    "Row",
    "Span",
    "Stats",
    "Time",
    "Told",
]

Time: TypeAlias = Annotated[int, Field(description="In microseconds since the epoch.")]
Span: TypeAlias = Annotated[int, Field(description="In microseconds.")]
Cursor: TypeAlias = Annotated[
    str, Field(description="A place in the journal, to be given back as it is.")
]
Id: TypeAlias = Annotated[
    str, Field(description="Of a connection; no other has it, in this run or another.")
]


class Stats(TypedDict):
    """Totals since the start."""

    time: Time
    open: int
    opened: int
    refused: int
    messages_in: int
    messages_out: int
    bytes_in: int
    bytes_out: int
    heartbeats: int
    recorded: Annotated[int, Field(description="Events, heartbeats aside.")]
    forgotten: Annotated[int, Field(description="Of the events recorded.")]


class Ending(TypedDict):
    """Who ended a connection, and how; code and reason of the first close frame."""

    by: Literal["client", "server"]
    how: Literal["closing handshake", "end of stream", "reset", "time-out"]
    code: Annotated[
        int, Field(description="1006 without a close frame, 1005 without a code in it.")
    ]
    reason: str
    quiet: Annotated[
        int,
        Field(
            description="For how many microseconds nothing had passed in either direction before "
            "it, to half a second."
        ),
    ]


class Told(TypedDict):
    """An ending in whole sentences."""

    sentence: str
    meaning: Annotated[str, Field(description="What that usually means.")]
    clause: Annotated[str, Field(description="Of an RFC, or empty.")]


class Refusal(TypedDict):
    """Why a request was refused."""

    check: str
    status: int
    came: str
    expected: str
    reason: str
    remedy: Annotated[str, Field(description="The configuration that would admit it, or empty.")]


class Row(TypedDict):
    """A connection, or an attempt at one that was refused, in a line."""

    id: Id
    state: Literal["open", "closing", "closed", "refused"]
    peer: str
    user_agent: str | None
    origin: str | None
    subprotocol: str | None
    compressed: bool
    extension: Annotated[str | None, Field(description="What was negotiated, as it was answered.")]
    target: Annotated[str, Field(description="Path and query that were asked for.")]
    opened: Time
    closed: Time | None
    messages_in: int
    messages_out: int
    bytes_in: int
    bytes_out: int
    heartbeats: Annotated[
        int, Field(description="Pings that the server sent because nothing came.")
    ]
    round_trip: Annotated[
        int | None, Field(description="Of the last ping that was answered, in microseconds.")
    ]
    round_trip_at: Annotated[int | None, Field(description="When its pong came.")]
    quiet_since: Annotated[
        int, Field(description="When something last passed in either direction, to half a second.")
    ]
    ending: Ending | None
    refusal: Refusal | None


class Head(TypedDict):
    """One side of an HTTP exchange; what is secret is redacted."""

    line: str
    headers: Sequence[tuple[str, str]]


class RoundTrip(TypedDict):
    """Of a ping and its pong."""

    time: Annotated[Time, Field(description="When the pong came, in microseconds since the epoch.")]
    round_trip: Span


class Occasion(TypedDict):
    """When something happened, and on which connection."""

    time: Time
    connection: Id


class BeganOpened(Occasion):
    """A handshake that succeeded."""

    kind: Literal["opened"]
    peer: str
    request: Head
    response: Head
    subprotocol: str | None
    extensions: Sequence[str]


class BeganRefused(Occasion):
    """A request that was refused."""

    kind: Literal["refused"]
    peer: str
    request: Head
    refusal: Refusal


Began: TypeAlias = Annotated[BeganOpened | BeganRefused, Field(discriminator="kind")]
