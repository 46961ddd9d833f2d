"""The echo: accept WebSockets, and send every message back as it was."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Literal

from aiohttp import web
from aiohttp.typedefs import Handler

from webapp.gate.middleware import own_origin
from webapp.gate.refusals import Refusal, visible
from webapp.gate.responses import refusal_response
from webapp.hub import Hub
from webapp.wire.handshake import HandshakeError, UpgradeRequest, negotiate
from webapp.wire.records import Observe
from webapp.wire.stream import StreamSettings, WebSocketStream

__all__ = ["echo_handler", "same"]


def echo_handler(
    hub: Hub,
    observe: Observe,
    settings: StreamSettings,
    subprotocols: Literal["any"] | Sequence[str] = "any",
) -> Handler:
    """Return a handler that echoes; ``observe`` gets what went over the wire."""

    async def echo(request: web.Request) -> web.StreamResponse:
        try:
            handshake = negotiate(_upgrade_request(request), subprotocols)
        except HandshakeError as error:
            return refuse(request, _malformed(request, error))
        if hub.full or hub.leaving:
            return refuse(request, _LEAVING if hub.leaving else _full(hub))
        stream = WebSocketStream(hub.next_id(), handshake, settings)
        try:
            await stream.prepare(request)
        except ConnectionResetError:
            hub.refused(request, _GONE)
            return stream
        # Nothing is awaited between the 101 and the start: a connection that is lost meanwhile
        # would never tell.
        with suppress(ConnectionResetError), hub.registered(stream, request):
            stream.start(request, same, observe)
            await stream.closed()
        return stream

    def refuse(request: web.Request, refusal: Refusal) -> web.Response:
        hub.refused(request, refusal)
        return refusal_response(request, refusal)

    return echo


def same(opcode: int, payload: bytes) -> tuple[int, bytes]:
    """Answer a message with itself."""
    return opcode, payload


def _full(hub: Hub) -> Refusal:
    most = hub.max_connections
    return Refusal(
        check="limit",
        status=503,
        came="one more connection",
        expected=f"{most} at the most",
        reason="As many WebSockets are open as limits.max_connections allows; try again later.",
        remedy=f"limits: {{max_connections: {most * 2}}}",
        headers=(("Retry-After", "1"),),
    )


# aiohttp closes a connection whose client ends its half, however much is still to be answered.
_GONE = Refusal(
    check="handshake",
    status=400,
    came="the end of the connection",
    expected="a client that waits for the answer to its handshake",
    reason="The client ended its half of the connection before the handshake was answered.",
)

_LEAVING = Refusal(
    check="limit",
    status=503,
    came="one more connection",
    expected="none: the server is shutting down",
    reason="This server is shutting down.",
)


def _upgrade_request(request: web.Request) -> UpgradeRequest:
    return UpgradeRequest(
        method=request.method,
        http_version=(request.version.major, request.version.minor),
        headers=request.headers,
        has_body=request.body_exists,
    )


def _malformed(request: web.Request, error: HandshakeError) -> Refusal:
    own = own_origin(request)
    return Refusal(
        check="handshake",
        status=error.status,
        came=visible(error.came),
        expected=error.expected,
        reason=error.reason,
        headers=tuple(error.headers.items()),
        link="" if own is None else f"{own}/",  # the page, which shows what arrives here
    )
