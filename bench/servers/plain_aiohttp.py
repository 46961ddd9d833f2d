"""An echo with aiohttp's WebSocketResponse: ``... [--deflate] PORT``."""

from __future__ import annotations

import sys

import uvloop
from aiohttp import WSMsgType, web


async def echo(request: web.Request) -> web.WebSocketResponse:
    ws = web.WebSocketResponse(max_msg_size=0, compress="--deflate" in sys.argv)
    await ws.prepare(request)
    async for message in ws:
        if message.type is WSMsgType.TEXT:
            await ws.send_str(message.data)
        elif message.type is WSMsgType.BINARY:
            await ws.send_bytes(message.data)
    return ws


if __name__ == "__main__":
    app = web.Application()
    app.add_routes([web.get("/ws", echo)])
    uvloop.install()
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[-1]), access_log=None, print=None)
