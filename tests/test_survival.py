"""The server as a process of its own, and what it has to live through."""

import asyncio
import json
import os
import re
import signal
import socket
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp.test_utils import TestServer

from tests.command import COMMAND, Serving, serving
from tests.peer import PATIENCE, RESET_ON_CLOSE, Peer, dial, eventually, frame, handshake
from webapp import Config, create_app
from webapp.hub import HUB

pytestmark = pytest.mark.slow

PLAIN_ASYNCIO = """
import asyncio, sys
from webapp import cli, serve
serve._loop_factory = lambda: asyncio.new_event_loop
sys.exit(cli.main(["--port", "0"]))
"""
LOOPS = {
    "uvloop": (*COMMAND, "--port", "0"),
    "asyncio": (sys.executable, "-c", PLAIN_ASYNCIO),
}

# Seconds beyond those that are promised: for a busy machine, and for a process to be gone.
GRACE = 3.0

# For long logs: of what nobody reads meanwhile lines are left out.
INTO_A_FILE = ("/bin/sh", "-c", 'exec "$0" "$@" 2>log')

HOST = ("Host", "127.0.0.1")
SHAKE = handshake("/ws", 80, HOST)


def port_of(served: Serving) -> int:
    port = urlsplit(served.page).port
    assert port is not None
    return port


def descriptors(process: int | str = "self") -> int:
    return len(os.listdir(f"/proc/{process}/fd"))  # noqa: PTH208


def cpu_seconds(served: Serving) -> float:
    fields = Path(f"/proc/{served.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(process: int) -> int:
    """Bytes of memory."""
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found
    return int(found[1]) * 1024


def of_connections(line: str) -> bool:
    """Whether a line of the log tells of one connection, refused or ended."""
    of_one, of_many = r" info webapp\.hub: \w+-\d+ from ", r" webapp\.hub: \d+ more requests were"
    return re.search(f"{of_one}|{of_many}", line) is not None


# Out of descriptors


@contextmanager
def flood(port: int, number: int) -> Iterator[None]:
    """Open connections that say nothing."""
    with ExitStack() as stack:
        for _ in range(number):
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))
        yield


@pytest.mark.parametrize("loop", LOOPS)
async def test_without_descriptors_those_inside_live_on_and_others_come_back(
    tmp_path: Path, loop: str
) -> None:
    (tmp_path / "config.yaml").write_text("limits: {handshake_timeout: 1m, max_connections: 20}")
    limited = ("/bin/sh", "-c", 'ulimit -n 64; exec "$0" "$@"', *LOOPS[loop])
    with serving(cwd=tmp_path, command=limited) as served:
        assert served.process.stderr is not None
        port = port_of(served)
        async with AsyncExitStack() as stack:
            inside = [await stack.enter_async_context(dial(port)) for _ in range(5)]
            with flood(port, 200):
                assert "needs 276 file descriptors" in served.process.stderr.readline()
                assert "there are no file descriptors left" in served.process.stderr.readline()
                assert descriptors(served.process.pid) >= 63
                began, used = time.monotonic(), cpu_seconds(served)
                while (passed := time.monotonic() - began) < 2:
                    for peer in inside:
                        await peer.echoed(b"still here")
                    await asyncio.sleep(0.1)  # in which there is nothing to do, unless it spins
                # It uses some hundredths of a second; spinning would use all that it can get.
                assert cpu_seconds(served) - used < passed / 4
            async with asyncio.timeout(2 + GRACE):
                while True:
                    with suppress(OSError, asyncio.IncompleteReadError):
                        async with dial(port) as peer:
                            await peer.echoed(b"back again")
                            break
            for peer in inside:
                await peer.echoed(b"still here")
                peer.writer.close()
        status, errors = served.end(signal.SIGTERM)
    assert status == 0
    assert "Traceback" not in errors
    assert [line for line in errors.splitlines() if not of_connections(line)][1:] == []


# Resets


def masked_deflated() -> bytes:
    deflate = zlib.compressobj(wbits=-9)
    payload = deflate.compress(bytes(20_000)) + deflate.flush(zlib.Z_SYNC_FLUSH)
    data = bytearray(frame(0x2, payload[:-4]))
    data[0] |= 0x40
    return bytes(data)


# What is sent before the answer, and what after it; the answer is waited for where that is given.
RESETS: list[tuple[bytes, bytes | None]] = [
    (b"", None),
    (SHAKE[:40], None),
    (SHAKE, None),
    (SHAKE + frame(0x2, bytes(100)), None),
    (SHAKE, b""),
    (SHAKE, frame(0x2, bytes(5000))[:-100]),
    (SHAKE, frame(0x2, bytes(60_000)) * 3),
    (SHAKE, frame(0x1, b"\xff") + frame(0x2, b"more")),
    (SHAKE, frame(0x8, b"\x03\xe8")),
    (
        handshake("/ws", 80, HOST, ("Sec-WebSocket-Extensions", "permessage-deflate")),
        masked_deflated() * 3,
    ),
    (handshake("/live", 80, HOST), b""),
    (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", None),
]


async def reset_all(port: int, number: int, at_once: int = 20) -> None:
    """Connect that many times, and reset each connection at another point."""
    loop = asyncio.get_running_loop()
    numbers = iter(range(number))

    async def work() -> None:
        for each in numbers:
            first, then = RESETS[each % len(RESETS)]
            with socket.socket() as sock:
                sock.setblocking(False)
                sock.setsockopt(*RESET_ON_CLOSE)
                await loop.sock_connect(sock, ("127.0.0.1", port))
                await loop.sock_sendall(sock, first)
                if then is not None:
                    async with asyncio.timeout(PATIENCE):
                        assert await loop.sock_recv(sock, 12) == b"HTTP/1.1 101"
                    with suppress(BlockingIOError):
                        sock.send(then)

    await asyncio.gather(*(work() for _ in range(at_once)))


async def test_a_thousand_resets_leave_no_task_connection_or_count_behind() -> None:
    limits = {"max_connections_per_ip": 24}
    app = create_app(Config.model_validate({"limits": limits}))
    server = TestServer(app)
    await server.start_server()
    port = server.port
    assert port is not None
    tasks, files = len(asyncio.all_tasks()), descriptors()
    await reset_all(port, 1000)
    await eventually(lambda: app[HUB].stats().open == 0)
    await eventually(lambda: len(asyncio.all_tasks()) == tasks)
    await eventually(lambda: descriptors() == files)
    async with AsyncExitStack() as stack:
        peers = [await stack.enter_async_context(dial(port)) for _ in range(25)]
        assert [peer.status for peer in peers] == [101] * 24 + [503]
    await server.close()


async def test_a_thousand_resets_leave_no_memory_behind(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("journal: {bytes: 512KiB, connections: 50}")
    with serving(cwd=tmp_path, command=(*INTO_A_FILE, *LOOPS["uvloop"])) as served:
        port, process = port_of(served), served.process.pid
        files = descriptors(process)
        await reset_all(port, 600)  # the ring is full now, and everything has been done once
        await eventually(lambda: descriptors(process) == files)
        before = resident(process)
        await reset_all(port, 1000)
        await eventually(lambda: descriptors(process) == files)
        assert resident(process) - before < 3_000_000
        assert served.end(signal.SIGTERM)[0] == 0
    log = (tmp_path / "log").read_text()
    assert [line for line in log.splitlines() if not of_connections(line)][:-1] == []
    names = re.findall(r"hub: (\w+-\d+) from", log)
    assert len(names) == len(set(names)) > 500, "a line for each connection is enough"


# Shutdown


async def goodbye_of(peer: Peer) -> int:
    """Be a good client until the server says goodbye; return its code."""
    while True:
        head, payload = await peer.receive()
        if head == 0x88:
            peer.send(0x8, payload[:2])
            assert await peer.rest() == b""
            peer.writer.close()
            return int.from_bytes(payload[:2])


async def stuff(peer: Peer) -> None:
    """Send without reading, until nothing more goes in."""
    loop = asyncio.get_running_loop()
    peer.writer.transport.pause_reading()  # type: ignore[attr-defined]
    data = frame(0x2, bytes(60_000)) * 20
    idle = loop.time()
    # What the server still takes comes at once: where nothing has for a while, it is full.
    while loop.time() - idle < 0.3:
        if peer.writer.transport.get_write_buffer_size() == 0:
            peer.writer.write(data)
            idle = loop.time()
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("loop", LOOPS)
async def test_good_clients_are_told_goodbye_whatever_others_do(tmp_path: Path, loop: str) -> None:
    (tmp_path / "config.yaml").write_text(
        "server: {shutdown_timeout: 1s}\n"
        "websocket: {close_timeout: 1m}\n"
        "limits: {slow_peer_timeout: 1m}\n"
    )
    with serving(cwd=tmp_path, command=LOOPS[loop]) as served:
        port = port_of(served)
        async with AsyncExitStack() as stack:

            async def connect() -> Peer:
                return await stack.enter_async_context(dial(port))

            good = [await connect() for _ in range(100)]
            mute = [await connect() for _ in range(5)]
            stuck = [await connect() for _ in range(5)]
            for peer in (*good, *mute):
                await peer.echoed(b"hello")
            await asyncio.gather(*map(stuff, stuck))
            goodbyes = [asyncio.create_task(goodbye_of(peer)) for peer in good]
            began = time.monotonic()
            served.process.send_signal(signal.SIGTERM)
            codes = await asyncio.gather(*goodbyes)
            status, errors = await asyncio.to_thread(served.end)
            took = time.monotonic() - began
    assert codes == [1001] * 100
    assert status == 0
    assert took < 1 + 1 + GRACE
    assert "Traceback" not in errors
    assert "has not ended" not in errors


# The log

HEAD = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
NOISE: list[bytes] = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)),  # a TLS ClientHello
    bytes(range(256)) * 20,
    b"\0" * 5000,
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    HEAD + b"Host: 127.0.0.1\r\n\r\n",
    HEAD + b"no colon\x1b[1m\r\n\r\n",
    HEAD + b"X: \xff\xfe\r\nY: \x80\r\n\r\n",
    HEAD + b"X\xff: y\r\n\r\n",
    HEAD + b"X: " + b"x" * 100_000 + b"\r\n\r\n",
    HEAD + b"".join(b"X%d: y\r\n" % number for number in range(1000)) + b"\r\n",
    HEAD + b"Content-Length: -1\r\n\r\n",
    HEAD + b"Content-Length: 10\r\n\r\nhalf",
    HEAD + b"Content-Length: 5\r\nContent-Encoding: gzip\r\n\r\nhello",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n",
    HEAD + b"Expect: 100-continue\r\n\r\n",
    HEAD + b"Expect: miracles\r\n\r\n",
    HEAD + b"Upgrade: h2c\r\nConnection: Upgrade\r\n\r\n" + bytes(range(50)),
    HEAD + b"Cookie: \xff=;;==\r\nAuthorization: \xff\r\n\r\n",
    HEAD.replace(b"127.0.0.1", b"\xff\xfe") + b"\r\n",
    HEAD.replace(b"GET", b"CONNECT") + b"\r\n",
    HEAD.replace(b"GET /", b"OPTIONS *") + b"\r\n",
    HEAD.replace(b" / ", b" http://[::1 ") + b"\r\n",
    HEAD.replace(b" / ", b" http:///x ") + b"\r\n",
    HEAD.replace(b" / ", b" /\xff%ff%00 ") + b"\r\n",
    HEAD.replace(b" / ", b" /static/%00 ") + b"\r\n",
    HEAD.replace(b" / ", b" /static/" + b"x" * 5000 + b" ") + b"\r\n",
    HEAD.replace(b" / ", b" /static/icon.svg ") + b"Range: bytes=9-1\r\n\r\n",
    HEAD.replace(b" / ", b" /api/events?limit=%ff&after=\xff ") + b"\r\n",
    HEAD.replace(b" / ", b" /api/connections/%0a%1b[1m ") + b"\r\n",
    HEAD * 300,
    SHAKE.replace(b"dGhl", b"\xff\x1b"),
    SHAKE.replace(b"Version: 13", b"Version: \x1b[1m\xff"),
    SHAKE.replace(b"/ws", b"/ws?\x1b[1m"),
    SHAKE.replace(b"\r\n\r\n", b"\r\nOrigin: https://\x1b[1m\xc2\x9b\r\n\r\n"),
    SHAKE.replace(b"\r\n\r\n", b"\r\nSec-WebSocket-Extensions: \xff;;=\r\n\r\n"),
    SHAKE + frame(0x1, b"\xff"),
    SHAKE + b"\xff" * 1000,
    SHAKE + frame(0x8, b"\x03\xe8" + "\u2028\x1b[1m\r\nforged: line".encode()),
    SHAKE + frame(0x2, bytes(2_000_000)),
]


def read_all(sock: socket.socket) -> None:
    while sock.recv(65536):
        pass


def end_the_stream(sock: socket.socket) -> None:
    sock.shutdown(socket.SHUT_WR)
    read_all(sock)


def reset(sock: socket.socket) -> None:
    sock.setsockopt(*RESET_ON_CLOSE)


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("leave", [read_all, end_the_stream, reset])
async def test_whatever_is_sent_is_a_line_of_the_log_at_the_most(
    tmp_path: Path, loop: str, leave: Callable[[socket.socket], None]
) -> None:
    (tmp_path / "config.yaml").write_text(
        "limits: {handshake_timeout: 100ms}\nlogging: {format: json}\n"
        "websocket: {close_timeout: 100ms}\n"
    )
    with serving(cwd=tmp_path, command=LOOPS[loop], env={"PYTHONWARNINGS": "always"}) as served:
        port = port_of(served)
        names: list[str] = []
        for noise in NOISE:
            with (
                socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as sock,
                suppress(ConnectionError),
            ):
                names.append("{}:{}".format(*sock.getsockname()))
                sock.sendall(noise)
                leave(sock)
        async with dial(port) as peer:
            await peer.echoed(b"still here")
        status, errors = served.end(signal.SIGTERM)
    assert status == 0
    lines: list[dict[str, Any]] = [json.loads(line) for line in errors.splitlines()]
    assert {line["level"] for line in lines} == {"info"}
    assert {line["logger"] for line in lines} <= {"webapp.hub", "webapp.serve"}
    for line in lines:
        assert "traceback" not in line
        assert line["message"].isprintable()
    for name in names:
        assert sum(f" from {name} " in line["message"] for line in lines) <= 1


async def test_a_log_that_nobody_reads_holds_up_nobody(tmp_path: Path) -> None:
    """Three times as many lines as a pipe and the queue before it hold."""
    with serving(cwd=tmp_path) as served:
        port = port_of(served)
        async with dial(port) as inside:
            for _ in range(4000):
                async with dial(port) as peer:
                    peer.send(0x8, b"\x03\xe8")
            await inside.echoed(b"still here")
        status, errors = served.end(signal.SIGTERM)
    assert status == 0
    gaps = re.findall(r"(\d+) lines of this log were left out", errors)
    assert gaps
    # One for each connection, and that the server stops.
    assert len(errors.splitlines()) - len(gaps) + sum(map(int, gaps)) == 4002
