"""A server whose handler is nothing but a stream, on a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.wire.told import Told
from webapp.wire.echoes import same
from webapp.wire.ending import Ending
from webapp.wire.handshake import UpgradeRequest, negotiate
from webapp.wire.records import Answer
from webapp.wire.settings import StreamSettings
from webapp.wire.stream import WebSocketStream

__all__ = ["Start", "Wire", "serving", "ticked"]


@dataclass
class Wire:
    """The server, and what its streams told."""

    settings: StreamSettings = field(default_factory=StreamSettings)
    answer: Answer = same
    records: Told = field(default_factory=Told)
    streams: asyncio.Queue[WebSocketStream] = field(default_factory=asyncio.Queue)
    endings: asyncio.Queue[Ending] = field(default_factory=asyncio.Queue)
    port: int = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        handshake = negotiate(
            UpgradeRequest("GET", (1, 1), request.headers, False), deflate=self.settings.deflate
        )
        response = web.StreamResponse(status=101, headers=handshake.headers)
        await response.prepare(request)
        stream = WebSocketStream("s-1", self.settings, handshake.deflate)
        assert request.transport is not None
        stream.start(
            request.protocol,
            request.transport,
            self.answer,
            self.records,
            self.endings.put_nowait,
        )
        self.streams.put_nowait(stream)
        return response

    def told(self) -> list[tuple[str | None, int, bytes, str | None]]:
        """Direction, first byte, payload and note of all records."""
        return [
            (way, head, payload, fault and fault[0])
            for _, _, way, head, _, _, _, payload, fault in self.records
        ]


@asynccontextmanager
async def serving(wire: Wire) -> AsyncIterator[Wire]:
    app = web.Application()
    app.add_routes([web.get("/ws", wire.handle)])
    async with TestServer(app) as server:
        assert server.port is not None
        wire.port = server.port
        yield wire


Start = Callable[[Wire], Awaitable[Wire]]


def ticked(stream: WebSocketStream) -> WebSocketStream:
    """The same, after what is due has been done."""
    stream.tick(asyncio.get_running_loop().time())
    return stream
