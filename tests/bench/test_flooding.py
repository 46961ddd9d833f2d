"""A flood is answered, counted, and over when it has to be."""

import asyncio
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from aiohttp import web

from bench.deflated import NotNegotiatedError
from bench.flooding import FLOODS, Flooding, flooding
from bench.upgrade import EchoError
from tests.bench.echoes import TRANSPORT, Handler, app_of, echo, hang_up, say_nothing
from tests.command import PATIENCE, REPOSITORY, environment
from webapp import create_app


def flood(port: int, name: str) -> Flooding:
    with flooding(port, name) as begun:
        pass
    return begun


@pytest.mark.parametrize("name", FLOODS)
async def test_every_flood_is_answered(aiohttp_server: Any, name: str) -> None:
    server = await aiohttp_server(create_app())
    over = await asyncio.to_thread(flood, server.port, name)
    assert over.rate > 0
    assert over.process.returncode == 0


async def test_where_nothing_is_compressed_there_is_no_such_flood(aiohttp_server: Any) -> None:
    server = await aiohttp_server(app_of(echo, compress=False))
    with pytest.raises(NotNegotiatedError):
        await asyncio.to_thread(flood, server.port, "deflate")


async def shout(ws: web.WebSocketResponse) -> None:
    async for _ in ws:
        await ws.send_str("!")


@pytest.mark.parametrize(
    ("handler", "said"),
    [
        (shout, "the flood does not begin: wrong echo at byte 2"),
        (hang_up, "the flood does not begin: the server (ended|dropped) a connection"),
    ],
)
async def test_a_flood_that_is_not_answered_rightly_does_not_begin(
    aiohttp_server: Any, handler: Handler, said: str
) -> None:
    server = await aiohttp_server(app_of(handler))
    with pytest.raises(EchoError, match=said):
        await asyncio.to_thread(flood, server.port, "messages")


async def test_a_flood_that_the_server_ends_does_not_go_unnoticed(aiohttp_server: Any) -> None:
    begun = threading.Event()

    async def echo_for_a_while(ws: web.WebSocketResponse) -> None:
        async for message in ws:
            if begun.is_set():
                ws[TRANSPORT].close()
                return
            await ws.send_str(message.data)

    def flooded(port: int) -> None:
        with flooding(port, "messages") as flood:
            begun.set()
            flood.process.wait(PATIENCE)

    server = await aiohttp_server(app_of(echo_for_a_while))
    with pytest.raises(EchoError, match=r"before its time: the server (ended|dropped)"):
        await asyncio.to_thread(flooded, server.port)


async def test_no_flood_outlives_a_measurement_that_fails(aiohttp_server: Any) -> None:
    processes = []

    def failing(port: int) -> None:
        with flooding(port, "messages") as flood:
            processes.append(flood.process)
            raise ZeroDivisionError

    server = await aiohttp_server(create_app())
    with pytest.raises(ZeroDivisionError):
        await asyncio.to_thread(failing, server.port)
    assert [process.returncode for process in processes] == [0]


@contextmanager
def python(code: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A process of its own, whose standard input stays open."""
    with subprocess.Popen(
        [sys.executable, "-c", code, str(port)],
        cwd=REPOSITORY,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


MEASURING = """
import sys
from bench.flooding import flooding
with flooding(int(sys.argv[1]), "messages"):
    print("begun", flush=True)
    sys.stdin.read()
"""


async def test_no_flood_outlives_who_began_it(aiohttp_server: Any) -> None:
    ended: asyncio.Queue[None] = asyncio.Queue()

    async def echo_to_the_end(ws: web.WebSocketResponse) -> None:
        try:
            await echo(ws)
        finally:
            ended.put_nowait(None)

    server = await aiohttp_server(app_of(echo_to_the_end))
    with python(MEASURING, server.port) as measuring:
        assert measuring.stdout is not None
        assert await asyncio.to_thread(measuring.stdout.readline) == b"begun\n"
        assert ended.empty()
        measuring.kill()
    for _ in range(2):
        await asyncio.wait_for(ended.get(), PATIENCE)


@pytest.mark.slow
@pytest.mark.parametrize(("handler", "limit"), [(echo, "_LONGEST"), (say_nothing, "PATIENCE")])
async def test_a_flood_ends_by_itself(aiohttp_server: Any, handler: Handler, limit: str) -> None:
    """After its time, or where it is not answered; what it takes is shortened to a second."""
    server = await aiohttp_server(app_of(handler))
    code = f"import sys, bench.flooding as it; it.{limit} = 1; it._main(sys.argv[1], 'messages')"
    with python(code, server.port) as process:
        assert await asyncio.to_thread(process.wait, PATIENCE) == -signal.SIGALRM
