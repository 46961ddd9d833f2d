"""The load generator counts echoes, and notices whatever is none."""

import asyncio
from typing import Any

import pytest
from aiohttp import WSMsgType, web

from bench.load import Load, Result, loading
from bench.upgrade import EchoError
from bench.visits import visit
from tests.bench.echoes import (
    TRANSPORT,
    Handler,
    app_of,
    echo,
    hang_up,
    repeat_the_first,
    say_nothing,
)
from webapp import create_app


def run(port: int, load: Load, *, batches: int = 3, patience: float = 10) -> Result:
    with loading(port, load) as generator:
        return generator.run(batches=batches, patience=patience)


@pytest.mark.parametrize(
    "load",
    [
        Load(5, 4, 64),
        Load(5, 4, 64, unique=True),
        Load(2, 1, 1024),
        Load(2, 1, 1 << 16),
        Load(3, 2, 1 << 20),
        Load(2, 1, 1024, deflate=True),
    ],
)
async def test_every_echo_is_counted(aiohttp_server: Any, load: Load) -> None:
    server = await aiohttp_server(app_of(echo))
    result = await asyncio.to_thread(run, server.port, load, batches=6)
    assert result.echoes == load.connections * load.in_flight * 6
    assert len(result.times) == load.connections * 6
    assert sum(result.times) > 0
    if load.deflate:
        assert result.received < result.echoes * load.size
    else:
        assert result.received > result.echoes * load.size


async def test_a_run_lasts_as_long_as_it_is_to(aiohttp_server: Any) -> None:
    def timed(port: int) -> Result:
        with loading(port, Load(2, 1, 64)) as generator:
            generator.run(seconds=0.01)
            return generator.run(seconds=0.1)

    server = await aiohttp_server(create_app())
    result = await asyncio.to_thread(timed, server.port)
    assert result.seconds >= 0.1
    assert result.echoes == len(result.times) > 0


async def shout(ws: web.WebSocketResponse) -> None:
    async for message in ws:
        await ws.send_str(message.data.replace("1:", "2:").upper())


async def turn_binary(ws: web.WebSocketResponse) -> None:
    async for message in ws:
        await ws.send_bytes(message.data.encode())


async def swap(ws: web.WebSocketResponse) -> None:
    while True:
        message = await ws.receive()
        if message.type is not WSMsgType.TEXT:
            return
        await ws.send_str(await ws.receive_str())
        await ws.send_str(message.data)


async def echo_twice(ws: web.WebSocketResponse) -> None:
    async for message in ws:
        await ws.send_str(message.data)
        await ws.send_str(message.data)


async def leave(ws: web.WebSocketResponse) -> None:
    await ws.receive_str()


async def echo_but_one(ws: web.WebSocketResponse) -> None:
    await ws.receive_str()
    await echo(ws)


@pytest.mark.parametrize(
    ("handler", "in_flight", "said"),
    [
        (shout, 2, "wrong echo at byte"),
        (turn_binary, 2, "wrong echo at byte 0"),
        (repeat_the_first, 1, "wrong echo at byte"),
        (swap, 2, "wrong echo at byte"),
        (echo_twice, 1, "wrong echo at byte|more than the echoes"),
        (leave, 1, "nothing came for 0.2 s: wrong echo at byte 0"),
        (hang_up, 1, "the server ended the connection"),
        (say_nothing, 1, "nothing came for 0.2 s: 0 bytes came"),
        (echo_but_one, 2, "nothing came for 0.2 s: wrong echo at byte"),
    ],
)
async def test_what_is_no_echo_does_not_go_unnoticed(
    aiohttp_server: Any, handler: Handler, in_flight: int, said: str
) -> None:
    server = await aiohttp_server(app_of(handler))
    load = Load(1, in_flight, 64)
    with pytest.raises(EchoError, match=said):
        await asyncio.to_thread(run, server.port, load, patience=0.2)


async def test_a_surplus_echo_at_the_end_does_not_go_unnoticed(aiohttp_server: Any) -> None:
    """Both come together, as one write: there is no next batch to find the second in."""
    payload = b"0:0:".ljust(64, b".")

    async def double(ws: web.WebSocketResponse) -> None:
        await ws.receive_str()
        ws[TRANSPORT].write((bytes([0x81, 64]) + payload) * 2)
        await say_nothing(ws)

    server = await aiohttp_server(app_of(double))
    with pytest.raises(EchoError, match="more than the echoes came"):
        await asyncio.to_thread(run, server.port, Load(1, 1, 64), batches=1)


@pytest.mark.parametrize("compress", [True, False])
async def test_a_wrong_compressed_echo_does_not_go_unnoticed(
    aiohttp_server: Any, compress: bool
) -> None:
    async def change(ws: web.WebSocketResponse) -> None:
        async for message in ws:
            await ws.send_str(message.data.replace('"new"', '"old"').replace("0", "1"))

    server = await aiohttp_server(app_of(change))
    with pytest.raises(EchoError, match="wrong echo at byte"):
        await asyncio.to_thread(run, server.port, Load(1, 1, 1024, deflate=True))


async def test_visits_are_counted(aiohttp_server: Any) -> None:
    server = await aiohttp_server(create_app())
    visits = await asyncio.to_thread(visit, server.port, count=50)
    assert visits.count == 50
    visits = await asyncio.to_thread(visit, server.port, seconds=0.1)
    assert visits.seconds >= 0.1
    assert visits.count > 0


async def close_with_another_code(ws: web.WebSocketResponse) -> None:
    await ws.receive()
    await ws.close(code=1001)


async def drop(ws: web.WebSocketResponse) -> None:
    ws[TRANSPORT].close()


@pytest.mark.parametrize(
    ("handler", "said"),
    [
        (close_with_another_code, "a close was answered with"),
        (drop, "a close was answered with|a connection failed"),
    ],
)
async def test_a_visit_that_ends_otherwise_does_not_go_unnoticed(
    aiohttp_server: Any, handler: Handler, said: str
) -> None:
    server = await aiohttp_server(app_of(handler, autoclose=False))
    with pytest.raises(EchoError, match=said):
        await asyncio.to_thread(visit, server.port, count=3)


async def test_a_handshake_that_is_refused_does_not_go_unnoticed(aiohttp_server: Any) -> None:
    server = await aiohttp_server(web.Application())
    with pytest.raises(EchoError, match=r"no WebSocket: .*404"):
        await asyncio.to_thread(run, server.port, Load(1, 1, 64))
    with pytest.raises(EchoError, match=r"no WebSocket: .*404"):
        await asyncio.to_thread(visit, server.port, count=3)


async def test_a_wrong_key_in_the_answer_does_not_go_unnoticed() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = b"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        writer.write(head + b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
        await reader.read()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1") as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(EchoError, match="no WebSocket"):
            await asyncio.to_thread(visit, port, count=1)


def test_compressed_messages_go_one_by_one() -> None:
    with pytest.raises(ValueError, match="one by one"):
        Load(1, 2, 1024, deflate=True)
