"""What one client may take of the server, and what becomes of the one who takes more."""

import asyncio
import logging
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import pytest
from aiohttp import web

from tests.peer import PATIENCE, Peer, dial, eventually, frame, handshake
from tests.served import Client, Serve, port_of
from webapp import Config, create_app
from webapp.answers import Answers
from webapp.hub import HUB
from webapp.journal.events import Closed, Noted, Refused
from webapp.journal.memory import JOURNAL


@asynccontextmanager
async def listening(
    sock: socket.socket, **sections: dict[str, Any]
) -> AsyncIterator[web.Application]:
    """Serve on a socket."""
    app = create_app(Config.model_validate(sections))
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.SockSite(runner, sock, backlog=1024).start()
        yield app
    finally:
        await runner.cleanup()


def refusals(app: web.Application) -> list[Refused]:
    page = app[JOURNAL].read(limit=100_000)
    return [event for _, event in page.events if isinstance(event, Refused)]


@asynccontextmanager
async def connected(port: int, *, address: str = "127.0.0.1") -> AsyncIterator[Peer]:
    """Connect, and say nothing yet."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
    try:
        yield Peer(reader, writer)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


# A request head takes no longer than it may

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


async def time_until_cut(
    port: int, *, kept_alive: bool = False, trickling: bool = False
) -> tuple[float, float]:
    """Return how many seconds the server waits, at least and at most, before it ends a connection
    on which no request is whole: it starts to count between what is sent to it and what returns.
    """
    loop = asyncio.get_running_loop()

    async def trickle(peer: Peer) -> None:
        peer.writer.write(HEALTH[:-2] + b"X-Endless: ")
        while True:
            peer.writer.write(b"x")
            await asyncio.sleep(0.05)

    asked = loop.time()
    async with connected(port) as peer:
        if kept_alive:
            asked = loop.time()
            peer.writer.write(HEALTH)
            async with asyncio.timeout(PATIENCE):
                await peer.reader.readuntil(b"ok\n")
        answered = loop.time()
        trickler = asyncio.create_task(trickle(peer)) if trickling else None
        assert await peer.rest() == b""
        if trickler is not None:
            trickler.cancel()
        cut = loop.time()
        return cut - answered, cut - asked


@pytest.mark.parametrize("trickling", [False, True], ids=["mute", "trickling"])
@pytest.mark.parametrize("kept_alive", [False, True], ids=["first request", "next request"])
async def test_a_request_head_has_as_long_as_is_configured_however_it_comes(
    serve: Serve, kept_alive: bool, trickling: bool
) -> None:
    client = await serve(limits={"handshake_timeout": 0.3})
    least, most = await time_until_cut(port_of(client), kept_alive=kept_alive, trickling=trickling)
    assert most > 0.29
    assert least < 1.3


@pytest.mark.slow
async def test_hundreds_of_requests_that_do_not_come_are_all_cut_in_time() -> None:
    sock = socket.create_server(("127.0.0.1", 0))
    port = sock.getsockname()[1]
    kinds = [(kept_alive, trickling) for kept_alive in (False, True) for trickling in (False, True)]
    async with listening(sock, limits={"handshake_timeout": 1.0}):
        times = await asyncio.gather(
            *(
                time_until_cut(port, kept_alive=kept_alive, trickling=trickling)
                for kept_alive, trickling in kinds * 125
            )
        )
    assert min(most for _, most in times) > 0.99
    assert max(least for least, _ in times) < 2.0


async def test_a_websocket_has_more_time_than_its_handshake(serve: Serve) -> None:
    client = await serve(limits={"handshake_timeout": 0.1})
    async with dial(port_of(client)) as peer:
        await time_until_cut(port_of(client))
        await peer.echoed(b"still here")


# Frames are not requests

HOST = ("Host", "127.0.0.1")


def changed(old: bytes, new: bytes, target: str = "/ws") -> bytes:
    request = handshake(target, 80, HOST)
    assert old in request
    return request.replace(old, new)


NO_HANDSHAKES = {
    "HEAD": (changed(b"GET ", b"HEAD "), 405),
    "POST": (changed(b"GET ", b"POST "), 405),
    "HTTP/1.0": (changed(b"HTTP/1.1", b"HTTP/1.0"), 400),
    "a body": (changed(b"\r\n\r\n", b"\r\nContent-Length: 5\r\n\r\nhello"), 400),
    "a body that is not all there": (
        changed(b"\r\n\r\n", b"\r\nContent-Length: 99\r\n\r\nhe"),
        400,
    ),
    "a body in chunks": (
        changed(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
        400,
    ),
    "a chunk that is not all there": (
        changed(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe"),
        400,
    ),
    "another version": (changed(b"Version: 13", b"Version: 12"), 426),
    "no key": (changed(b"Sec-WebSocket-Key", b"X"), 400),
    "another path": (changed(b"/ws", b"/elsewhere"), 404),
    "another host": (changed(b"127.0.0.1", b"evil.example"), 421),
    "another origin": (changed(b"\r\n\r\n", b"\r\nOrigin: https://evil.example\r\n\r\n"), 403),
    "the feed by HEAD": (changed(b"GET ", b"HEAD ", "/live"), 405),
    "the feed by HTTP/1.0": (changed(b"HTTP/1.1", b"HTTP/1.0", "/live"), 400),
    "the feed and a body": (
        changed(b"\r\n\r\n", b"\r\nContent-Length: 5\r\n\r\nhello", "/live"),
        400,
    ),
    "the feed from nowhere": (handshake("/live?after=nowhere", 80, HOST), 400),
}


@pytest.mark.parametrize("together", [True, False], ids=["in the same segment", "later"])
@pytest.mark.parametrize(
    ("request_", "status"),
    [
        # The rest is waited for, a second long.
        pytest.param(*row, id=name, marks=[pytest.mark.slow] if "not all there" in name else [])
        for name, row in NO_HANDSHAKES.items()
    ],
)
async def test_frames_behind_a_refused_handshake_are_nothing(
    serve: Serve, caplog: Any, request_: bytes, status: int, together: bool
) -> None:
    """Neither are requests: what stands there was sent to a WebSocket that does not come to be."""
    caplog.set_level(logging.INFO)
    client = await serve()
    async with connected(port_of(client)) as peer:
        behind = frame(0x1, b"x") + HEALTH
        await peer.shake_hands(request_ + (behind if together else b""))
        peer.writer.write(b"" if together else behind)
        answer = peer.answer + await peer.rest()
    assert re.findall(rb"HTTP/1\.[01] (\d+)", answer) == [b"%d" % status]
    assert b"\r\nConnection: close\r\n" in answer or answer.startswith(b"HTTP/1.0 ")
    assert client.app[HUB].stats().opened == 0
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []
    assert len(caplog.records) <= 1


# Many connections from one address


async def test_an_address_has_as_many_connections_as_are_configured(serve: Serve) -> None:
    client = await serve(limits={"max_connections_per_ip": 2})
    async with dial(port_of(client)) as first, dial(port_of(client)) as second:
        async with dial(port_of(client)) as third:
            assert third.status == 503
        (refused,) = refusals(client.app)
        assert (refused.rejection.check, refused.rejection.status) == ("limit", 503)
        assert refused.rejection.came == "one more connection from 127.0.0.1"
        assert refused.rejection.remedy == "limits: {max_connections_per_ip: 4}"
        for peer in (first, second):
            await peer.echoed(b"still here")
        assert (await client.get("/")).status == 200


async def test_another_address_has_its_own_connections(serve: Serve) -> None:
    client = await serve(limits={"max_connections_per_ip": 1})
    port = port_of(client)
    async with dial(port), connected(port, address="127.0.0.2") as neighbour:
        await neighbour.shake_hands(handshake("/ws", port))
        assert neighbour.status == 101


async def test_an_address_is_the_same_by_ipv4_and_by_ipv4_in_ipv6() -> None:
    sock = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    port = sock.getsockname()[1]
    async with (
        listening(sock, limits={"max_connections_per_ip": 1}) as app,
        dial(port) as first,
        dial(port, host="::1") as other,
        dial(port) as second,
    ):
        assert (first.status, other.status, second.status) == (101, 101, 503)
    (refused,) = refusals(app)
    assert refused.peer.startswith("[::ffff:127.0.0.1]:")
    assert refused.rejection.came == "one more connection from 127.0.0.1"


async def shake_all(stack: AsyncExitStack, port: int, number: int) -> list[Peer]:
    """Shake hands many times, all at once; return those who were let in."""
    peers = await asyncio.gather(*(stack.enter_async_context(dial(port)) for _ in range(number)))
    return [peer for peer in peers if peer.status == 101]


async def test_as_many_come_in_as_may_where_all_come_at_once(serve: Serve) -> None:
    client = await serve(limits={"max_connections_per_ip": 7, "max_connections": 10})
    async with AsyncExitStack() as stack:
        assert len(await shake_all(stack, port_of(client), 40)) == 7
        assert len(refusals(client.app)) == 33


def close_in_order(peer: Peer) -> None:
    peer.send(0x8, (1000).to_bytes(2))


def end_the_stream(peer: Peer) -> None:
    peer.writer.write_eof()


def reset(peer: Peer) -> None:
    peer.drop()


def break_the_protocol(peer: Peer) -> None:
    peer.send(0x3)


@pytest.mark.parametrize("leave", [close_in_order, end_the_stream, reset, break_the_protocol])
async def test_whoever_leaves_makes_room_for_another(
    serve: Serve, leave: Callable[[Peer], None]
) -> None:
    """Just as many: nobody is counted twice on his way out, and nobody forgotten."""
    client = await serve(limits={"max_connections_per_ip": 3}, websocket={"close_timeout": 0.1})
    for _ in range(3):
        async with AsyncExitStack() as stack:
            peers = await shake_all(stack, port_of(client), 5)
            assert len(peers) == 3
            for peer in peers:
                leave(peer)
            await eventually(lambda: client.app[HUB].stats().open == 0)


async def test_whoever_leaves_during_the_handshake_makes_room_too(serve: Serve) -> None:
    client = await serve(limits={"max_connections_per_ip": 3})
    request = handshake("/ws", port_of(client))
    stats = client.app[HUB].stats
    for number in range(1, 30):
        async with connected(port_of(client)) as peer:
            peer.writer.write(request)
            if number % 3 == 0:
                peer.writer.write_eof()
                await peer.rest()
            peer.drop()
        # Whether it was opened, refused or never read is up to the machine.
        await eventually(lambda: stats().open == 0)
    async with AsyncExitStack() as stack:
        assert len(await shake_all(stack, port_of(client), 5)) == 3


# Those who watch


async def test_pages_that_watch_are_bounded_and_told_so(serve: Serve) -> None:
    client = await serve()
    port = port_of(client)
    async with AsyncExitStack() as stack:
        watchers = [await stack.enter_async_context(dial(port, "/live")) for _ in range(200)]
        assert {watcher.status for watcher in watchers} == {101}
        async with dial(port, "/live") as late:
            assert late.status == 503
            assert b"As many pages are watching" in await late.rest()
        (refused,) = refusals(client.app)
        assert (refused.rejection.check, refused.rejection.status) == ("limit", 503)
        async with dial(port) as peer:  # what is watched is not counted with those who watch
            await peer.echoed(b"hello")
        close_in_order(watchers[0])
        await watchers[0].rest()
        async with dial(port, "/live") as again:
            assert again.status == 101


# Answers that nobody takes


async def fill(client: Client) -> None:
    """Let the server have a large answer to give: some megabytes of events."""
    async with dial(port_of(client)) as peer:
        for _ in range(500):
            await peer.echoed(bytes(4000))


async def ask_and_read_nothing(port: int) -> socket.socket:
    """Ask for more than the buffers of the connection hold, with as small a one as there is."""
    loop = asyncio.get_running_loop()
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.setblocking(False)
    await loop.sock_connect(sock, ("127.0.0.1", port))
    request = b"GET /api/events?limit=1000 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    await loop.sock_sendall(sock, request * 3)
    return sock


async def test_an_answer_that_nobody_takes_is_given_up(serve: Serve) -> None:
    client = await serve(limits={"slow_peer_timeout": 0.2})
    await fill(client)
    loop = asyncio.get_running_loop()
    before = asyncio.all_tasks()
    began = loop.time()
    with await ask_and_read_nothing(port_of(client)):
        await eventually(lambda: asyncio.all_tasks() - before)
        await eventually(lambda: not asyncio.all_tasks() - before)
        assert 0.2 <= loop.time() - began < 2


async def test_a_bug_with_one_connection_spares_the_others(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = await serve(limits={"slow_peer_timeout": 0.2})
    await fill(client)
    look = Answers._look

    def look_once_in_vain(answers: Answers, transport: asyncio.Transport, now: float) -> None:
        monkeypatch.setattr(Answers, "_look", look)
        look(answers, transport, now)
        answers._open.pop(transport, None)
        raise RuntimeError("a bug, behind all that there was to do")

    monkeypatch.setattr(Answers, "_look", look_once_in_vain)
    assert (await client.get("/healthz")).status == 200
    await eventually(lambda: "failed to look after a connection" in caplog.text)
    before = asyncio.all_tasks()
    with await ask_and_read_nothing(port_of(client)):
        await eventually(lambda: asyncio.all_tasks() - before)
        await eventually(lambda: not asyncio.all_tasks() - before)


@pytest.mark.slow
async def test_an_answer_that_is_taken_slowly_is_not_given_up(serve: Serve) -> None:
    client = await serve(limits={"slow_peer_timeout": 0.2})
    await fill(client)
    loop = asyncio.get_running_loop()
    began = loop.time()
    with await ask_and_read_nothing(port_of(client)) as sock:
        while loop.time() - began < 1:
            await loop.sock_recv(sock, 2000)
            await asyncio.sleep(0.05)
        async with asyncio.timeout(PATIENCE):
            answers = 0
            tail = b""
            while answers < 3:
                data = await loop.sock_recv(sock, 1 << 20)
                assert data, "it was given up"
                answers += (tail + data).count(b'"restarted": false}')
                tail = data[-18:]


async def test_a_websocket_on_a_connection_kept_alive_is_no_answer_that_nobody_takes(
    serve: Serve,
) -> None:
    """Its own patience looks after it, and tells what it does in the journal."""
    client = await serve(limits={"slow_peer_timeout": 0.2})
    port = port_of(client)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 16)
    writer.write(f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    await reader.readuntil(b"\r\n\r\n")
    peer = Peer(reader, writer)
    writer.write(handshake("/ws", port))
    await reader.readuntil(b"HTTP/1.1 101 ")
    sending = asyncio.create_task(_send_without_end(peer))
    journal = client.app[JOURNAL]
    await eventually(
        lambda: any(isinstance(event, Closed) for _, event in journal.read(limit=3).events)
    )
    sending.cancel()
    writer.transport.abort()
    told = [event for _, event in journal.read(limit=3).events]
    assert isinstance(told[-2], Noted)
    assert told[-2].text == "the peer has not read for 0.2 s"


async def _send_without_end(peer: Peer) -> None:
    with suppress(ConnectionError):
        while True:
            peer.send(0x2, bytes(60_000))
            await peer.writer.drain()
