"""The echo: accept WebSockets, and send every message back as it was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from aiohttp import web
from aiohttp.typedefs import Handler

from webapp.gate.arrivals import public_origin, remote_of
from webapp.gate.limits import Places
from webapp.gate.refusals import Refusal, visible
from webapp.gate.responses import refusal_response
from webapp.hub import Hub
from webapp.wire.echoes import same
from webapp.wire.ending import By, Ending, How
from webapp.wire.handshake import HandshakeError, UpgradeRequest, negotiate
from webapp.wire.records import Observer
from webapp.wire.settings import StreamSettings
from webapp.wire.stream import WebSocketStream
from webapp.wire.violations import CloseCode

__all__ = ["echo_handler", "handshake_fault"]


def echo_handler(
    hub: Hub,
    places: Places,
    observer: Observer,
    settings: StreamSettings,
    subprotocols: Literal["any"] | Sequence[str] = "any",
) -> Handler:
    """Return a handler that echoes as long as there are places; ``observer`` is told what went
    over the wire.
    """

    async def echo(request: web.Request) -> web.StreamResponse:
        try:
            handshake = negotiate(_upgrade_request(request), subprotocols, settings.deflate)
        except HandshakeError as error:
            return refuse(request, _refusal(request, error))
        if refusal := _LEAVING if hub.leaving else places.check(remote_of(request)):
            return refuse(request, refusal)
        response = web.StreamResponse(status=101, headers=handshake.headers)
        stream = WebSocketStream(hub.next_id(), settings, handshake.deflate)
        with places.take(remote_of(request)) as place:
            try:
                await response.prepare(request)
            except ConnectionResetError:
                hub.refused(request, _GONE)
                return response
            # Nothing is awaited from here to the start: a connection that is lost meanwhile would
            # never tell.
            hub.opened(stream, request, response)
            transport = request.transport
            if transport is None or transport.is_closing():
                hub.closed(stream, _LEFT)
                return response
            place.kept = True  # until the connection ends

        def ended(ending: Ending) -> None:
            place.leave()
            hub.closed(stream, ending)

        stream.start(request.protocol, transport, same, observer, ended)
        return response

    def refuse(request: web.Request, refusal: Refusal) -> web.Response:
        hub.refused(request, refusal)
        return refusal_response(request, refusal)

    return echo


def handshake_fault(request: web.Request) -> Refusal | None:
    """Return what is wrong with the opening handshake of a WebSocket that is not the echo."""
    try:
        negotiate(_upgrade_request(request))
    except HandshakeError as error:
        return _refusal(request, error)
    return None


# aiohttp closes a connection whose client ends its half, however much is still to be answered.
_GONE = Refusal(
    check="handshake",
    status=400,
    came="the end of the connection",
    expected="a client that waits for the answer to its handshake",
    reason="The client ended its half of the connection before the handshake was answered.",
)

# And a client may reset it right behind its handshake.
_LEFT = Ending(By.CLIENT, How.RESET, CloseCode.ABNORMAL_CLOSURE, "")

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


def _refusal(request: web.Request, error: HandshakeError) -> Refusal:
    own = public_origin(request)
    return Refusal(
        check=error.about,
        status=error.status,
        came=visible(error.came),
        expected=error.expected,
        reason=error.reason,
        headers=tuple(error.headers.items()),
        link="" if own is None else f"{own}/",  # the page, which shows what arrives here
    )
