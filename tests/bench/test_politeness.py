"""A polite client times its round trips, and takes nothing else for an echo."""

import asyncio
import socket
import struct
from typing import Any

import pytest
from aiohttp import web

from bench.politeness import PAUSE, Conversation, polite
from bench.upgrade import EchoError
from tests.bench.echoes import (
    TRANSPORT,
    Handler,
    app_of,
    hang_up,
    repeat_the_first,
    say_nothing,
)
from webapp import create_app


def converse(port: int, *seconds: float, patience: float = 10.0) -> list[Conversation]:
    with polite(port) as client:
        return [client.converse(some, patience=patience) for some in seconds]


async def test_each_conversation_has_its_own_round_trips(aiohttp_server: Any) -> None:
    server = await aiohttp_server(create_app())
    first, second = await asyncio.to_thread(converse, server.port, 0.1, 0.0)
    assert first.answered
    assert 1 < len(first.times) <= 0.1 / PAUSE + 1
    assert 0 < sum(first.times) < 0.1 + first.times[-1]
    assert len(second.times) == 1


async def test_an_echo_that_does_not_come_is_given_up(aiohttp_server: Any) -> None:
    server = await aiohttp_server(app_of(say_nothing))
    (conversation,) = await asyncio.to_thread(converse, server.port, 0.0, patience=0.1)
    assert not conversation.answered
    assert len(conversation.times) == 1
    assert conversation.times[0] >= 0.1


async def reset(ws: web.WebSocketResponse) -> None:
    await ws.receive_str()
    sock = ws[TRANSPORT].get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    ws[TRANSPORT].abort()


@pytest.mark.parametrize(
    ("handler", "said"),
    [
        (repeat_the_first, "wrong echo at byte 65"),
        (hang_up, "the server ended the connection"),
        (reset, "the server dropped a connection"),
    ],
)
async def test_what_is_no_echo_does_not_go_unnoticed(
    aiohttp_server: Any, handler: Handler, said: str
) -> None:
    server = await aiohttp_server(app_of(handler))
    with pytest.raises(EchoError, match=said):
        await asyncio.to_thread(converse, server.port, 1.0)
