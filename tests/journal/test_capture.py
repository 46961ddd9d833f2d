"""What is recorded of requests and responses, as real ones arrive: readable, without secrets."""

import asyncio
import json
import socket
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.peer import PATIENCE
from webapp.gate.refusals import visible
from webapp.journal.capture import capture_refused, capture_request, capture_response, peer_of
from webapp.journal.events import Exchange, Rejection
from webapp.journal.redaction import Redactor
from webapp.journal.secrecy import redacted

REJECTION = Rejection("host", 421, "came", "expected", "reason", "remedy")

SECRETS = ["Authorization", "Cookie", "Proxy-Authorization", "Set-Cookie"]


class Recorder:
    """A server that captures each request and its response, and a client that sends raw bytes."""

    def __init__(self) -> None:
        self.requests: list[Exchange] = []
        self.responses: list[Exchange] = []
        self.refused: list[tuple[Exchange, Rejection]] = []
        self.peers: list[str] = []
        self.answers: Sequence[tuple[str, str]] = ()
        self.redactor = Redactor(["X-Customer"])
        self.rejection = REJECTION
        self.most = 100_000  # of a refused one
        self.port = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(capture_request(request, self.redactor))
        refused = capture_refused(request, self.rejection, self.redactor, visible, self.most)
        self.refused.append(refused)
        self.peers.append(peer_of(request))
        response = web.Response(text="ok", headers=self.answers)
        await response.prepare(request)
        self.responses.append(capture_response(response, self.redactor, self.requests[-1]))
        return response

    async def send(self, head: bytes, host: str = "127.0.0.1") -> str:
        """Send a request; return the address that it was sent from."""
        reader, writer = await asyncio.open_connection(host, self.port)
        try:
            writer.write(head + b"\r\nConnection: close\r\n\r\n")
            address = writer.get_extra_info("sockname")
            async with asyncio.timeout(PATIENCE):
                answer = await reader.read()
        finally:
            writer.close()
            await writer.wait_closed()
        assert answer.startswith((b"HTTP/1.1 200 ", b"HTTP/1.0 200 ")), answer
        return f"[{address[0]}]:{address[1]}" if ":" in address[0] else "{}:{}".format(*address)


@pytest.fixture
async def recorder(aiohttp_server: Any) -> Recorder:
    recorder = Recorder()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", recorder.handle)
    server: TestServer = await aiohttp_server(app)
    assert server.port is not None
    recorder.port = server.port
    return recorder


async def test_line_and_headers_stay_in_the_order_and_spelling_that_was_sent(
    recorder: Recorder,
) -> None:
    await recorder.send(b"GET /a%20b?c=d&e HTTP/1.1\r\nX-b: 2\r\nhOST: h:1\r\nx-A: 1\r\nX-B:  3 ")
    (request,) = recorder.requests
    assert request.line == "GET /a%20b?c=d&e HTTP/1.1"
    assert request.headers == (
        ("X-b", "2"),
        ("hOST", "h:1"),
        ("x-A", "1"),
        ("X-B", "3"),
        ("Connection", "close"),
    )


async def test_the_version_is_that_of_the_request(recorder: Recorder) -> None:
    await recorder.send(b"POST /x HTTP/1.0\r\nHost: h")
    assert recorder.requests[0].line == "POST /x HTTP/1.0"


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("spelling", [str.lower, str.upper, str])
async def test_secrets_of_a_request_are_told_by_their_length_alone(
    recorder: Recorder, name: str, spelling: Any
) -> None:
    await recorder.send(f"GET / HTTP/1.1\r\nHost: h\r\n{spelling(name)}: Basic c2VjcmV0".encode())
    assert recorder.requests[0].headers[1] == (spelling(name), "(redacted, 14 characters)")
    assert "c2VjcmV0" not in repr(recorder.requests)


async def test_secrets_of_a_response_are_told_by_their_length_alone(recorder: Recorder) -> None:
    recorder.answers = (("set-cookie", "id=c2VjcmV0"), ("Set-Cookie", "b"), ("X-Open", "seen"))
    await recorder.send(b"GET / HTTP/1.1\r\nHost: h")
    (response,) = recorder.responses
    assert response.line == "HTTP/1.1 200 OK"
    assert [value for name, value in response.headers if name.lower() == "set-cookie"] == [
        "(redacted, 11 characters)",
        "(redacted, 1 characters)",
    ]
    assert response.header("x-open") == "seen"
    assert "c2VjcmV0" not in repr(response)


async def test_bytes_that_are_not_utf8_stay_readable(recorder: Recorder) -> None:
    r"""Each is told as \xNN, and the record can be encoded, as a lone surrogate could not."""
    await recorder.send(b"GET / HTTP/1.1\r\nHost: h\r\nX: a\xe9b\r\nY: \xc3\xa4")
    (request,) = recorder.requests
    assert request.headers[1:3] == (("X", "a\\xe9b"), ("Y", "ä"))
    text = json.dumps(request.headers, ensure_ascii=False)
    assert text.encode().decode() == text


async def test_a_peer_is_told_by_address_and_port(recorder: Recorder) -> None:
    address = await recorder.send(b"GET / HTTP/1.1\r\nHost: h")
    assert recorder.peers == [address]
    assert address.startswith("127.0.0.1:")


async def test_a_peer_with_an_ipv6_address_has_brackets(aiohttp_server: Any) -> None:
    recorder = Recorder()
    app = web.Application()
    app.router.add_get("/", recorder.handle)
    try:
        server: TestServer = await aiohttp_server(app, host="::1", socket_factory=_ipv6)
    except OSError:
        pytest.skip("there is no IPv6 here")
    assert server.port is not None
    recorder.port = server.port
    address = await recorder.send(b"GET / HTTP/1.1\r\nHost: h", "::1")
    assert recorder.peers == [address]
    assert address.startswith("[::1]:")


def _ipv6(host: str, port: int, _: socket.AddressFamily) -> socket.socket:
    return socket.create_server((host, port), family=socket.AF_INET6)


async def test_a_peer_without_an_address_is_unknown(tmp_path: Any) -> None:
    recorder = Recorder()
    app = web.Application()
    app.router.add_get("/", recorder.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.UnixSite(runner, str(tmp_path / "socket")).start()
        reader, writer = await asyncio.open_unix_connection(tmp_path / "socket")
        writer.write(b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        async with asyncio.timeout(PATIENCE):
            await reader.read()
        writer.close()
        await writer.wait_closed()
    finally:
        await runner.cleanup()
    assert recorder.peers == ["unknown"]


async def test_secrets_of_a_target_are_told_by_their_length_alone(recorder: Recorder) -> None:
    await recorder.send(
        b"GET http://u:p@h/a?x=1&token=abc%20d HTTP/1.1\r\nHost: h\r\nX-Customer: 5"
    )
    (request,) = recorder.requests
    target = f"http://{redacted('u:p')}@h/a?x=1&token={redacted('abc%20d')}"
    assert request.line == f"GET {target} HTTP/1.1"
    assert request.header("x-customer") == redacted("5")


@pytest.mark.parametrize(
    ("offered", "agreed", "told"),
    [
        ("chat, v12.stomp", "v12.stomp", "v12.stomp"),
        ("bearer, c2VjcmV0", "bearer", "bearer"),
        ("bearer, c2VjcmV0", "c2VjcmV0", redacted("c2VjcmV0")),
        ("bearer, 1", "1", redacted("1")),
        ("bearer.c2VjcmV0", "bearer.c2VjcmV0", f"bearer.{redacted('c2VjcmV0')}"),
        ("bearer, chat.v2", "chat.v2", redacted("chat.v2")),
    ],
)
async def test_a_token_is_not_told_either_where_it_was_agreed_on(
    recorder: Recorder, offered: str, agreed: str, told: str
) -> None:
    recorder.answers = (("Sec-WebSocket-Protocol", agreed), ("X-Open", "seen"))
    await recorder.send(f"GET / HTTP/1.1\r\nHost: h\r\nSec-WebSocket-Protocol: {offered}".encode())
    (response,) = recorder.responses
    assert response.header("sec-websocket-protocol") == told
    assert response.header("x-open") == "seen"


async def test_what_came_in_a_refused_request_tells_none_of_its_secrets(recorder: Recorder) -> None:
    r"""However it is quoted: as text, escaped, in small letters, or by a part of it."""
    secret, escaped = b"c\xe9\\VjcmV0", r"c\xe9\\VjcmV0"
    assert visible(secret.decode(errors="surrogateescape")) == escaped
    came = f"bearer {escaped}, not {escaped.lower()}; 'a b!c' of canary.example."
    recorder.rejection = replace(REJECTION, came=came)
    await recorder.send(
        b"GET /a?code=a%20b%21c HTTP/1.1\r\nHost: h\r\nX-Customer: https://CANARY.example:1"
        b"\r\nSec-WebSocket-Protocol: bearer " + secret
    )
    ((request, rejection),) = recorder.refused
    assert request == recorder.requests[0]
    this = redacted(escaped)
    host = redacted("canary.example")
    assert rejection.came == f"bearer {this}, not {this}; '{redacted('a b!c')}' of {host}."


WORDS = Rejection(
    "origin",
    403,
    "https://canary.example",
    "same-origin, or http://canary.example",
    "No entry of origins.allowed admits https://canary.example.",
    "origins: {allowed: [https://canary.example]}",
)


async def test_no_secret_that_they_do_not_quote_makes_a_gap_into_our_own_words(
    recorder: Recorder,
) -> None:
    recorder.rejection = WORDS
    fields = "X-Session: origin\r\nCookie: canary.example\r\nX-Customer: allowed"
    await recorder.send(f"GET /?token=entry&sid=admits HTTP/1.1\r\nHost: h\r\n{fields}".encode())
    ((_, rejection),) = recorder.refused
    came = f"https://{redacted('canary.example')}"
    assert rejection == replace(WORDS, came=came)


async def test_what_is_no_secret_is_told_of_a_refused_request(recorder: Recorder) -> None:
    recorder.rejection = replace(WORDS, came="null")
    await recorder.send(b"GET /?token=null HTTP/1.1\r\nHost: h\r\nOrigin: null")
    ((request, rejection),) = recorder.refused
    assert request.line == "GET /?token=null HTTP/1.1"
    assert rejection == recorder.rejection


@pytest.mark.parametrize("name", ["Host", "Origin", "X-Forwarded-Host", "Forwarded"])
@pytest.mark.parametrize("more", ["", f"\r\nX-Long: {'x' * 8000}" * 3])
async def test_our_own_words_do_not_tell_either_what_is_secret_as_configured(
    recorder: Recorder, name: str, more: str
) -> None:
    """They quote a host and no other secret, so that it is hidden in them, however much came."""
    recorder.redactor = Redactor([name])
    recorder.rejection = WORDS
    host = "" if name == "Host" else "\r\nHost: h"
    await recorder.send(
        f"GET / HTTP/1.1{host}{more}\r\n{name}: https://CANARY.example:8443".encode()
    )
    ((_, rejection),) = recorder.refused
    assert "canary" not in repr(rejection)
    this = redacted("canary.example")
    assert rejection.expected == f"same-origin, or http://{this}"
    assert rejection.reason == f"No entry of origins.allowed admits https://{this}."
    assert rejection.remedy == ""  # with a gap it would be of no use


@pytest.mark.parametrize(
    "sent",
    [
        "/ HTTP/1.1" + f"\r\nCookie: {'x' * 5000}" * 4,
        f"/?{'&'.join(f'token={number}' for number in range(250))} HTTP/1.1",
    ],
)
async def test_of_a_request_with_too_much_to_search_what_came_is_not_told(
    recorder: Recorder, sent: str
) -> None:
    recorder.rejection = WORDS
    await recorder.send(f"GET {sent}\r\nHost: h\r\nOrigin: https://canary.example".encode())
    ((_, rejection),) = recorder.refused
    assert rejection == replace(WORDS, came=redacted(WORDS.came))


async def test_what_is_said_of_a_refused_request_is_cut_where_that_tells_no_secret(
    recorder: Recorder,
) -> None:
    secret = "s" * 800
    recorder.rejection = Rejection("x", 400, "y" * 600 + secret, "e" * 2000, "r" * 999, "m" * 1001)
    await recorder.send(f"GET / HTTP/1.1\r\nHost: h\r\nCookie: {secret}".encode())
    ((_, rejection),) = recorder.refused
    assert rejection.came == "y" * 600 + redacted(secret)
    assert rejection.expected == "e" * 1000
    assert rejection.reason == "r" * 999
    assert rejection.remedy == ""  # half of it would be worse


async def test_of_a_request_that_could_not_be_read_there_is_only_what_is_said() -> None:
    redactor = Redactor()
    assert capture_refused(None, REJECTION, redactor, visible) == (Exchange(""), REJECTION)


async def test_of_a_refused_request_less_is_kept(recorder: Recorder) -> None:
    """A long field goes before the short ones behind it."""
    recorder.most = 4096
    fields = f"\r\nX-Long: {'x' * 5000}\r\nOrigin: http://h\r\nX: {'x' * 4000}\r\nUser-Agent: y"
    await recorder.send(f"GET /?{'x' * 6000} HTTP/1.1\r\nHost: a.test{fields}".encode())
    ((request, _),) = recorder.refused
    assert len(request.line) < 4200
    assert request.line.endswith("… HTTP/1.1")
    assert request.headers == (
        ("Host", "a.test"),
        ("Origin", "http://h"),
        ("X", "x" * 4000),
        ("User-Agent", "y"),
        ("Connection", "close"),
        ("…", "(1 more, not kept)"),
    )
    assert len(recorder.requests[0].headers) == 6


async def test_who_sends_more_than_is_looked_at_is_not_quoted(recorder: Recorder) -> None:
    fields = "".join(f"\r\nX-{number}: {'x' * 1000}" for number in range(100))
    secret = "Cookie: c2VjcmV0"
    await recorder.send(f"GET / HTTP/1.1\r\nHost: a.test{fields}\r\n{secret}".encode())
    ((request, rejection),) = recorder.refused
    assert "c2VjcmV0" not in repr(request)
    assert rejection.came == redacted("came")
    assert (rejection.check, rejection.status) == ("host", 421)


async def test_no_more_header_fields_are_kept_than_is_reasonable(recorder: Recorder) -> None:
    """There may be as many handshakes as connections, and one may bring a megabyte."""
    fields = "".join(f"\r\nX-{number}: {'x' * 1000}" for number in range(100))
    await recorder.send(f"GET / HTTP/1.1\r\nHost: a.test{fields}".encode())
    (request,) = recorder.requests
    assert sum(len(name) + len(value) for name, value in request.headers) < 17 * 1024
    name, value = request.headers[-1]
    assert name == "…"
    assert int(value.split()[0].strip("(")) == 102 - (len(request.headers) - 1)
