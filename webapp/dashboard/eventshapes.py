"""The shapes in which events are told: by the feed, by the API, to the templates.

Payloads are base64: what was on the wire need not be text.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field
from typing_extensions import TypedDict

from webapp.dashboard.shapes import BeganOpened, BeganRefused, Cursor, Ending, Occasion, Span

__all__ = [
    "ClosedEvent",
    "Event",
    "FrameEvent",
    "Inflated",
    "NotedEvent",
    "OpenedEvent",
    "RefusedEvent",
]

Base64: TypeAlias = Annotated[str, Field(json_schema_extra={"contentEncoding": "base64"})]


class OpenedEvent(BeganOpened):
    """A handshake succeeded."""

    cursor: Cursor


class RefusedEvent(BeganRefused):
    """A request was refused."""

    cursor: Cursor


class Inflated(TypedDict):
    """A message that was compressed, inflated."""

    size: int
    payload: Annotated[Base64, Field(description="Its beginning.")]


class FrameEvent(Occasion):
    """A frame went over the wire (RFC 6455 §5.2)."""

    cursor: Cursor
    kind: Literal["frame"]
    direction: Annotated[Literal["in", "out"], Field(description="In: from the client.")]
    fin: bool
    rsv1: bool
    rsv2: bool
    rsv3: bool
    opcode: int
    masking_key: Annotated[
        str | None, Field(description="As hex, empty where it had not come; null without one.")
    ]
    length_bits: Annotated[
        int,
        Field(
            description="In how many bits the length was coded.",
            json_schema_extra={"enum": [7, 16, 64]},
        ),
    ]
    extended_length: Annotated[
        str | None,
        Field(
            description="The length behind the first two bytes, as it was sent, as hex: a number of"
            " 64 bits is more than some can hold. Empty where it had not come; null without one."
        ),
    ]
    wire_size: Annotated[
        int, Field(description="What came of header and payload; all, but where it was at fault.")
    ]
    payload_size: int
    payload: Annotated[Base64, Field(description="Its beginning, unmasked.")]
    note: Annotated[str | None, Field(description="What was wrong with it.")]
    compressed: Annotated[
        bool, Field(description="Whether it is, in good order, of a compressed message.")
    ]
    message: Annotated[
        Inflated | None, Field(description="On the last frame of a compressed message.")
    ]
    heartbeat: Annotated[
        bool, Field(description="The server's own ping because nothing came, or its answer.")
    ]


class NotedEvent(Occasion):
    """Something worth knowing happened that is no frame."""

    cursor: Cursor
    kind: Literal["noted"]
    text: str


class ClosedEvent(Occasion, Ending):
    """A connection is gone."""

    cursor: Cursor
    kind: Literal["closed"]
    duration: Span
    messages_in: int
    messages_out: int
    bytes_in: int
    bytes_out: int
    heartbeats: int


Event: TypeAlias = Annotated[
    OpenedEvent | RefusedEvent | FrameEvent | NotedEvent | ClosedEvent, Field(discriminator="kind")
]
