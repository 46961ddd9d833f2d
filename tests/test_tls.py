"""The application over TLS, as somebody serves it who has a certificate; on both event loops."""

import asyncio
import logging
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeAlias

import pytest
import trustme
import uvloop
from aiohttp import web

from tests.peer import PATIENCE, Peer, eventually, frame, handshake
from webapp import Config, create_app
from webapp.hub import HUB
from webapp.journal.events import Closed, Ended
from webapp.journal.memory import JOURNAL

Run: TypeAlias = Callable[[Coroutine[Any, Any, None]], None]

AUTHORITY = trustme.CA()


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    def run(scenario: Coroutine[Any, Any, None]) -> None:
        with asyncio.Runner(loop_factory=request.param) as runner:
            runner.run(scenario)

    return run


def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return context


@asynccontextmanager
async def serving() -> AsyncIterator[tuple[web.Application, int]]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(context)
    app = create_app(
        Config.model_validate(
            {"limits": {"slow_peer_timeout": 0.5}, "websocket": {"close_timeout": 0.5}}
        )
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    try:
        yield app, runner.addresses[0][1]
    finally:
        await runner.cleanup()


def endings(app: web.Application) -> list[Ended]:
    events = [event for _, event in app[JOURNAL].read(limit=1000).events]
    return [event.ended for event in events if isinstance(event, Closed)]


def test_messages_come_back_and_the_end_is_in_order(run: Run) -> None:
    async def scenario() -> None:
        async with serving() as (app, port), asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting())
            writer.write(handshake("/ws", port))
            peer = Peer(reader, writer)
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
            for size in (0, 5, 125, 126, 70_000, 900_000):
                await peer.echoed(bytes(size))
            writer.write(frame(0x8, b"\x03\xe9"))
            assert await reader.read() == b"\x88\x02\x03\xe9"
            writer.close()
            await eventually(lambda: bool(endings(app)))
            assert endings(app) == [Ended("client", "closing handshake", 1001, "")]

    run(scenario())


@pytest.mark.parametrize(
    "flood",
    [
        frame(0x2, bytes(60_000)) * 3,
        frame(0x2, bytes(900_000)) * 8,
        frame(0x2, b"z") * 20_000,
        frame(0x2, bytes(900_000)) * 5 + b"\xff\xff",
    ],
    ids=["some", "large", "many", "violation"],
)
def test_who_says_goodbye_and_does_not_read_is_dropped_without_a_word_in_the_log(
    run: Run, flood: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        async with serving() as (app, port), asyncio.timeout(PATIENCE):
            over = threading.Event()
            rude = asyncio.to_thread(leave_without_reading, port, flood, over)
            task = asyncio.create_task(rude)
            try:
                await eventually(lambda: bool(endings(app)))
            finally:
                over.set()
                await task
            assert app[HUB].stats().open == 0

    run(scenario())
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def leave_without_reading(port: int, flood: bytes, over: threading.Event) -> None:
    """Send all, and that nothing more will come (close_notify); then stay until it is over."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = trusting().wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
    with socket.socket() as sock:
        sock.settimeout(PATIENCE)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.connect(("127.0.0.1", port))
        shaking = True
        while shaking:
            with suppress(ssl.SSLWantReadError):
                tls.do_handshake()
                shaking = False
            sock.sendall(outgoing.read())
            if shaking:
                incoming.write(sock.recv(65536))
        tls.write(handshake("/ws", port))
        sock.sendall(outgoing.read())
        answer = b""
        while b"\r\n\r\n" not in answer:
            try:
                answer += tls.read(4096)
            except ssl.SSLWantReadError:
                incoming.write(sock.recv(65536))
        tls.write(flood)
        with suppress(ssl.SSLError):
            tls.unwrap()
        with suppress(OSError):  # it may be dropped meanwhile
            sock.sendall(outgoing.read())
        over.wait(PATIENCE)
