"""The operations of the API, as its description tells them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from webapp.dashboard.bodies import MOST_BYTES, CloseBody, MessageBody, PingBody
from webapp.dashboard.replies import Broadcast, Connections, Detail, Page, Pushed

__all__ = ["OPERATIONS", "Operation", "Parameter"]


class Parameter(NamedTuple):
    """What can be said in the query of a request."""

    name: str
    description: str
    schema: Mapping[str, Any]


class Operation(NamedTuple):
    """What one method does at one path."""

    method: str
    path: str
    name: str
    summary: str
    answer: Any  # its shape, or a media type for what is no JSON
    status: int = 200
    description: str = ""
    query: tuple[Parameter, ...] = ()
    body: Any = None
    needs_body: bool = True
    errors: Mapping[int, str] = {}


_UNKNOWN: Final = {404: "There is no such connection: of an earlier run, or forgotten."}
_OF_BODIES: Final = {
    408: "The body did not come in time.",
    413: f"The body has more than {MOST_BYTES} bytes.",
    415: "The body is not application/json, or is compressed.",
}
_OF_PUSHES: Final = {
    400: "The body is not what it must be, or the message exceeds limits.max_message_size.",
    **_UNKNOWN,
    **_OF_BODIES,
    409: "The connection has ended or is closing.",
    503: "The peer does not read what it is sent; nothing was queued for it.",
}

OPERATIONS: Final = (
    Operation(
        "get",
        "/api/connections",
        "connections",
        "The newest connections and the totals",
        Connections,
    ),
    Operation(
        "get",
        "/api/connections/{id}",
        "connection",
        "One connection: how it began, its round trips, how it ended",
        Detail,
        errors=_UNKNOWN,
    ),
    Operation(
        "get",
        "/api/events",
        "events",
        "What happened, event by event",
        Page,
        description=(
            "The newest events, or with `after` those that follow, page by page. Under load the "
            "journal forgets the oldest, and says how many."
        ),
        query=(
            Parameter(
                "after",
                "A cursor from an earlier answer: only what follows it.",
                {"type": "string"},
            ),
            Parameter(
                "connection",
                "The id of a connection: only what happened on it.",
                {"type": "string"},
            ),
            Parameter(
                "limit",
                "How many at the most.",
                {"type": "integer", "minimum": 1, "maximum": 1000, "default": 200},
            ),
        ),
        errors={
            400: "The cursor or the limit is none, the cursor is beyond the newest event, or the "
            "id is empty.",
            **_UNKNOWN,
        },
    ),
    Operation(
        "post",
        "/api/connections/{id}/messages",
        "sendMessage",
        "Send a message",
        Pushed,
        202,
        "One whole message in one frame, compressed if that was negotiated and helps.",
        body=MessageBody,
        errors=_OF_PUSHES,
    ),
    Operation(
        "post",
        "/api/connections/{id}/ping",
        "sendPing",
        "Send a ping",
        Pushed,
        202,
        "Its pong makes a round trip of the connection.",
        body=PingBody,
        needs_body=False,
        errors=_OF_PUSHES,
    ),
    Operation(
        "post",
        "/api/connections/{id}/close",
        "sendClose",
        "Begin the closing handshake",
        Pushed,
        202,
        body=CloseBody,
        needs_body=False,
        errors=_OF_PUSHES,
    ),
    Operation(
        "post",
        "/api/broadcast",
        "broadcast",
        "Send a message to all that are connected",
        Broadcast,
        202,
        "Answered when it is on its way on all of them.",
        body=MessageBody,
        errors={400: _OF_PUSHES[400], **_OF_BODIES},
    ),
    Operation(
        "get",
        "/api/openapi.json",
        "openapi",
        "This description",
        {"type": "object"},
    ),
    Operation(
        "get",
        "/connections/{id}",
        "connectionPage",
        "The page about one connection, for people",
        "text/html",
        errors=_UNKNOWN,
    ),
    Operation(
        "get",
        "/connections/{id}/diagram.mmd",
        "connectionDiagram",
        "One connection as a sequence diagram in Mermaid's language",
        "text/vnd.mermaid",
        errors=_UNKNOWN,
    ),
)
