"""Servers for the load generator, each with a handler of its own that echoes, or does not."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

__all__ = ["TRANSPORT", "Handler", "app_of", "echo", "hang_up", "repeat_the_first", "say_nothing"]

Handler = Callable[[web.WebSocketResponse], Awaitable[None]]
TRANSPORT = web.ResponseKey("transport", asyncio.Transport)


def app_of(handler: Handler, **options: Any) -> web.Application:
    async def handle(request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse(max_msg_size=0, **options)
        await ws.prepare(request)
        assert request.transport is not None
        ws[TRANSPORT] = request.transport
        await handler(ws)
        return ws

    app = web.Application()
    app.add_routes([web.get("/ws", handle)])
    return app


async def echo(ws: web.WebSocketResponse) -> None:
    async for message in ws:
        await ws.send_str(message.data)


async def repeat_the_first(ws: web.WebSocketResponse) -> None:
    first = await ws.receive_str()
    await ws.send_str(first)
    async for _ in ws:
        await ws.send_str(first)


async def hang_up(ws: web.WebSocketResponse) -> None:
    await ws.receive_str()
    ws[TRANSPORT].close()


async def say_nothing(ws: web.WebSocketResponse) -> None:
    async for _ in ws:
        pass
