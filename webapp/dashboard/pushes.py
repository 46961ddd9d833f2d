"""The API where it does something: messages, pings and closes on demand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from aiohttp import web

from webapp import push
from webapp.dashboard.bodies import CloseBody, MessageBody, PingBody, read_body
from webapp.dashboard.replies import Broadcast, Pushed
from webapp.gate.arrivals import remote_of
from webapp.hub import Hub
from webapp.journal.capture import peer_of
from webapp.journal.memory import Journal
from webapp.push import Message, PushError, Why

__all__ = ["Pushes"]

_ANSWERS: Final = {
    Why.UNKNOWN: web.HTTPNotFound,
    Why.ENDED: web.HTTPConflict,
    Why.NOT_READING: web.HTTPServiceUnavailable,
}


class Pushes:
    """The handlers. They answer as soon as something is on its way, and say where to look for what
    comes of it: in the journal, after the place at which it stood.

    A connection is looked for before the body of a request is waited for, and once more after that:
    it may have ended meanwhile.
    """

    def __init__(self, hub: Hub, journal: Journal, *, max_message_size: int) -> None:
        """``max_message_size`` in bytes, as for messages that come."""
        self._hub = hub
        self._journal = journal
        self._max_message_size = max_message_size

    async def message(self, request: web.Request) -> web.Response:
        """Send a message on one connection."""
        name = self._named(request)
        message = self._checked(await read_body(request, MessageBody))
        after = self._journal.cursor
        with _answered():
            push.push(self._hub, name, message, by=_asking(request))
        return _pushed(name, after)

    async def ping(self, request: web.Request) -> web.Response:
        """Send a ping on one connection."""
        name = self._named(request)
        await read_body(request, PingBody, optional=True)
        after = self._journal.cursor
        with _answered():
            push.ping(self._hub, name, by=_asking(request))
        return _pushed(name, after)

    async def close(self, request: web.Request) -> web.Response:
        """Begin the closing handshake on one connection."""
        name = self._named(request)
        body = await read_body(request, CloseBody, optional=True)
        after = self._journal.cursor
        with _answered():
            push.close(self._hub, name, body.code, body.reason, by=_asking(request))
        return _pushed(name, after)

    async def broadcast(self, request: web.Request) -> web.Response:
        """Send a message on all connections."""
        message = self._checked(await read_body(request, MessageBody))
        after = self._journal.cursor
        sent, not_reading = await push.broadcast(self._hub, message, by=_asking(request))
        told: Broadcast = {"sent": sent, "not_reading": not_reading, "after": after}
        return web.json_response(told, status=202)

    def _named(self, request: web.Request) -> str:
        name = request.match_info["id"]
        with _answered():
            push.find(self._hub, name)
        return name

    def _checked(self, body: MessageBody) -> Message:
        message = body.message
        size, most = len(message.payload), self._max_message_size
        if size > most:
            raise web.HTTPBadRequest(
                text=f"The message has {size} bytes, and limits.max_message_size allows {most}."
            )
        return message


def _pushed(name: str, after: str) -> web.Response:
    told: Pushed = {"connection": name, "after": after}
    return web.json_response(told, status=202)


def _asking(request: web.Request) -> str:
    return peer_of(request, remote_of(request))


@contextmanager
def _answered() -> Iterator[None]:
    """Answer with a status of HTTP where nothing was sent."""
    try:
        yield
    except PushError as error:
        raise _ANSWERS[error.why](text=str(error)) from None
