"""What aiohttp's parser refuses by itself: told as every refusal, and nothing told of secrets."""

import asyncio
import logging
import re
from typing import Any

import pytest
from aiohttp import web

from webapp.gate import Refusal, answer_unreadable

HOST = b"Host: localhost\r\n"
CANARY = b"canary-5b1d"
TLS_HELLO = bytes.fromhex("1603010200010001fc0303") + bytes(60)

BROKEN = [
    # what is sent, a word of the reason
    (TLS_HELLO, "speaks TLS"),
    (b"\x16\x03\x01" + CANARY + b"\r\n\r\n", "speaks TLS"),
    (b"garbage " + CANARY + b"\r\n\r\n", "method"),
    (b"GE@T /" + CANARY + b" HTTP/1.1\r\n" + HOST + b"\r\n", "method"),
    (b"\x05\x01\x00\r\n\r\n", "method"),
    (b"SSH-2.0-OpenSSH_9\r\n", "method"),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/2"),
    (b"GET / HTTP/1.1\r\n\r\n", "Missing 'Host' header"),
    (b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n", "Duplicate 'Host' header"),
    (b"GET / HTTP/1.1\r\n" + HOST + b"X: " + CANARY * 900 + b"\r\n\r\n", "more than 8190"),
    (b"GET /" + CANARY * 900 + b" HTTP/1.1\r\n" + HOST + b"\r\n", "more than 8190"),
    (b"GET / HTTP/1.1\r\n" + HOST + b"Cookie: " + CANARY + b"\x01\r\n\r\n", "header value char"),
    (b"GET / HTTP/1.1\r\n" + HOST + b"Cookie : " + CANARY + b"\r\n\r\n", "header token"),
    (b"GET / HTTP/1.1\r\n" + HOST + b"X: y\r\n" * 200 + b"\r\n", "Too many headers"),
    (b"GET /?" + CANARY + b" HTTP/9.1\r\n" + HOST + b"\r\n", "Invalid HTTP version"),
    (b"GET http://[" + CANARY + b" HTTP/1.1\r\n" + HOST + b"\r\n", "no URL"),
    (b"GET / HTTP/1.1\r\n" + HOST + b"Sec-WebSocket-Key1: " + CANARY + b"\r\n\r\n", "header field"),
    # What aiohttp's parser lets through, and what then raises elsewhere.
    (b"GET http://xn--/ HTTP/1.1\r\n" + HOST + b"Host: x\r\n\r\n", "Duplicate 'Host'"),
    (b"CONNECT \r\n\r\n", ""),
    (b"GET http://u:x@[::1]:80@/ws HTTP/1.1\r\n" + HOST + b"\r\n", "no URL"),
    (b"GET /\r\n\r\n", "HTTP/0.9"),
    (b"GET / HTTP/2.0\r\n" + HOST + b"\r\n", "HTTP/2.0"),
    (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: " + CANARY + b"\r\n\r\n", "Content-Length"),
    (
        b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n" + CANARY + b"\r\n",
        "chunk size",
    ),
]


class Server:
    """An application that keeps what it was told of refusals."""

    def __init__(self, port: int, refusals: list[tuple[str | None, Refusal]]) -> None:
        self.port = port
        self.refusals = refusals

    async def send(self, raw: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(raw)
        async with asyncio.timeout(10):
            answer = await reader.read()
        writer.close()
        return answer


@pytest.fixture
async def server(aiohttp_server: Any) -> Server:
    refusals: list[tuple[str | None, Refusal]] = []

    async def handler(request: web.Request) -> web.Response:
        return web.Response(text="in")

    async def bug(request: web.Request) -> web.Response:
        raise RuntimeError("a bug")

    def on_refusal(request: web.Request, refusal: Refusal) -> None:
        refusals.append((request.remote, refusal))

    app = web.Application(
        handler_args={"logger": logging.getLogger("tests.protocol"), "access_log": None}
    )
    answer_unreadable(app, on_refusal)
    app.add_routes([web.route("*", "/", handler), web.get("/bug", bug)])
    running = await aiohttp_server(app)
    return Server(running.port, refusals)


@pytest.mark.parametrize(("raw", "word"), BROKEN)
async def test_it_is_refused_in_our_words_and_counted(
    server: Server, caplog: pytest.LogCaptureFixture, raw: bytes, word: str
) -> None:
    caplog.set_level(logging.DEBUG)
    head, _, body = (await server.send(raw)).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    remote, refusal = server.refusals[-1]
    assert remote == "127.0.0.1"
    assert refusal.check == "http"
    assert word in refusal.reason
    assert refusal.reason in body.decode()
    fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    assert "Server" not in fields
    assert fields["Content-Security-Policy"].startswith("default-src 'none'")
    assert fields["X-Content-Type-Options"] == "nosniff"
    assert fields["Connection"] == "close"
    assert int(fields["Content-Length"]) == len(body)
    for told in (head, body, repr(refusal).encode(), caplog.text.encode()):
        assert CANARY not in told
        assert b"aiohttp" not in told
        assert b"Traceback" not in told


async def test_what_follows_a_good_request_is_refused_likewise(server: Server) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET / HTTP/1.1\r\n" + HOST + b"\r\n")
    async with asyncio.timeout(10):
        assert (await reader.readuntil(b"\r\n\r\nin")).startswith(b"HTTP/1.1 200 OK")
        writer.write(b"garbage\r\n\r\n")
        assert b"method" in (await reader.read()).partition(b"400 Bad Request")[2]
    writer.close()
    assert len(server.refusals) == 1


async def test_what_came_before_it_in_the_same_segment_is_answered(server: Server) -> None:
    good = b"GET / HTTP/1.1\r\n" + HOST + b"\r\n"
    answer = await server.send(good * 3 + b"GET / HTTP/2.0\r\n" + HOST + b"\r\n")
    assert re.findall(rb"HTTP/1\.1 (\d+) ", answer) == [b"200", b"200", b"200", b"400"]


@pytest.mark.parametrize("target", [b"http://localhost", b"http://localhost?x=%20", b"HTTP://a:1/"])
async def test_an_absolute_target_without_a_path_is_the_root(server: Server, target: bytes) -> None:
    raw = b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
    assert (await server.send(raw)).startswith(b"HTTP/1.1 200 OK")


async def test_a_bug_is_logged_as_one(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    answer = await server.send(b"GET /bug HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
    assert b"500" in answer
    assert "a bug" in caplog.text
    assert server.refusals == []


@pytest.mark.parametrize(
    "raw",
    [
        b"GET http://xn--/ HTTP/1.1\r\n",
        b"GET http://xn--a/?x HTTP/1.1\r\n",
        b"CONNECT xn--:80 HTTP/1.1\r\n",
        b"CONNECT a:1 HTTP/1.1\r\n",
        b"GET / HTTP/1.1\r\nExpect: 100-continue\r\n",
        b"GET / HTTP/1.1\r\nExpect: \x9c\r\n",
        b"GET / HTTP/1.1\r\nExpect: something\r\nExpect: else\r\n",
    ],
)
async def test_what_a_request_names_and_expects_does_not_matter(
    server: Server, caplog: pytest.LogCaptureFixture, raw: bytes
) -> None:
    answer = await server.send(raw + HOST + b"Connection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert answer.split(b" ", 2)[1] in (b"200", b"404", b"405")
    assert caplog.text == ""
    assert server.refusals == []


async def test_a_bug_of_the_protocol_ends_the_connection_and_is_logged(
    server: Server, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(web.Application, "_make_request", fail)
    # The server has taken the factory by now: a new one asks again.
    app = web.Application(handler_args={"logger": logging.getLogger("tests.protocol")})
    answer_unreadable(app, lambda request, refusal: None)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        failing = Server(runner.addresses[0][1], [])
        assert await failing.send(b"GET / HTTP/1.1\r\n" + HOST + b"\r\n") == b""
    finally:
        await runner.cleanup()
    assert "a connection ends by a bug" in caplog.text
