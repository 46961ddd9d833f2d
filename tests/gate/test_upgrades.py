"""Requests that ask for a WebSocket, and do not get one."""

import asyncio
import re
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from webapp.gate import close_declined

HEAD = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: %b\r\n%b\r\n"


@pytest.fixture
async def server(aiohttp_server: Any) -> TestServer:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(text="no WebSocket")

    app = web.Application()
    app.router.add_get("/", answer)
    app.on_response_prepare.append(close_declined)
    served: TestServer = await aiohttp_server(app)
    return served


async def answers(server: TestServer, head: bytes) -> list[bytes]:
    """The status lines that a request gets together with another one right behind it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(head + HEAD % (b"close", b""))
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return re.findall(rb"HTTP/1.1 (\d+) ", answer)


@pytest.mark.parametrize(
    "upgrade",
    [
        b"Upgrade: websocket\r\n",
        b"Upgrade: WebSocket/13\r\n",
        b"Upgrade: h2c, websocket\r\n",
        b"Upgrade: h2c\r\nUpgrade: websocket\r\n",
    ],
)
async def test_nothing_is_read_behind_a_handshake_that_was_declined(
    server: TestServer, upgrade: bytes
) -> None:
    assert await answers(server, HEAD % (b"Upgrade", upgrade)) == [b"200"]


@pytest.mark.parametrize("upgrade", [b"", b"Upgrade: h2c\r\n", b"Upgrade: websockets\r\n"])
async def test_a_request_for_anything_else_may_be_followed_by_another(
    server: TestServer, upgrade: bytes
) -> None:
    assert await answers(server, HEAD % (b"keep-alive", upgrade)) == [b"200", b"200"]
