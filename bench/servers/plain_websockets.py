"""An echo with the asyncio server of `websockets`: ``... [--deflate] PORT``."""

from __future__ import annotations

import sys

import uvloop
from websockets.asyncio.server import ServerConnection, serve


async def echo(ws: ServerConnection) -> None:
    async for message in ws:
        await ws.send(message)


async def main() -> None:
    async with serve(
        echo,
        "127.0.0.1",
        int(sys.argv[-1]),
        compression="deflate" if "--deflate" in sys.argv else None,
        max_size=None,
        # Its default of 20 s can be over before thousands are open, and nobody answers the ping.
        ping_interval=60,
    ) as server:
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
