"""The handler of the socket: what it accepts, what it refuses and tells, what comes back."""

from __future__ import annotations

import asyncio
import gc
import re
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, TCPConnector, WSMsgType, web
from aiohttp.test_utils import TestClient

from tests.wire.frames import RawClient, client_frame, until
from webapp import Config, create_app
from webapp.journal.events import Closed, Frame, Opened, Refused
from webapp.journal.memory import JOURNAL
from webapp.wire.frames import FrameParser
from webapp.wire.messages import MessageAssembler
from webapp.wire.outbox import Outbox
from webapp.wire.plain import PlainLane
from webapp.wire.reading import Reader
from webapp.wire.stream import WebSocketStream
from webapp.wire.transport import Mount
from webapp.wire.turns import Turns

Client = TestClient[web.Request, web.Application]

HANDSHAKE = {
    "Host": "127.0.0.1",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.fixture
async def client(aiohttp_client: Any) -> Client:
    return await aiohttp_client(create_app())


async def exchange(client: Client, request: str, behind: bytes = b"") -> str:
    """Send a request as it stands and return all that comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    writer.write(request.encode() + behind)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer.decode()


def head(line: str = "GET /ws HTTP/1.1", *, without: str = "", **changes: str) -> str:
    fields = {**HANDSHAKE, **{name.replace("_", "-"): value for name, value in changes.items()}}
    fields.pop(without, None)
    return "\r\n".join([line, *(f"{name}: {value}" for name, value in fields.items()), "", ""])


def events(client: Client) -> list[Any]:
    return [event for _, event in client.app[JOURNAL].read(limit=1000).events]


@pytest.mark.parametrize("kind", [WSMsgType.TEXT, WSMsgType.BINARY])
@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 1 << 20])
async def test_a_message_comes_back_as_it_was(client: Client, kind: WSMsgType, size: int) -> None:
    async with client.ws_connect("/ws", max_msg_size=0) as ws:
        if kind is WSMsgType.TEXT:
            await ws.send_str("x" * size)
        else:
            await ws.send_bytes(b"x" * size)
        message = await ws.receive()
        assert message.type is kind
        assert message.data == ("x" * size if kind is WSMsgType.TEXT else b"x" * size)


async def test_one_byte_more_than_the_limit_is_too_much(client: Client) -> None:
    async with client.ws_connect("/ws") as ws:
        await ws.send_bytes(bytes((1 << 20) + 1))
        message = await ws.receive()
        assert (message.type, message.data) == (WSMsgType.CLOSE, 1009)


async def test_a_connection_is_told_from_its_handshake_to_its_end(client: Client) -> None:
    async with client.ws_connect("/ws", protocols=("chat",)) as ws:
        assert ws.protocol == "chat"
        await ws.send_str("Bonjour serveur")
        await ws.receive()
    await until(lambda: isinstance(events(client)[-1], Closed))
    opened, *frames, closed = events(client)
    assert isinstance(opened, Opened)
    assert opened.request.line == "GET /ws HTTP/1.1"
    assert opened.response.line == "HTTP/1.1 101 Switching Protocols"
    assert opened.response.header("sec-websocket-protocol") == "chat"
    assert opened.subprotocol == "chat"
    assert [(frame.outgoing, frame.head, frame.payload) for frame in frames] == [
        (False, 0x81, b"Bonjour serveur"),
        (True, 0x81, b"Bonjour serveur"),
        (False, 0x88, b"\x03\xe8"),
        (True, 0x88, b"\x03\xe8"),
    ]
    assert all(isinstance(frame, Frame) for frame in frames)
    ended = closed.ended
    assert (ended.by, ended.how, ended.code) == ("client", "closing handshake", 1000)
    assert (closed.messages_in, closed.messages_out) == (1, 1)
    assert len({event.connection for event in events(client)}) == 1


REFUSALS = [
    (
        "a plain GET",
        "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        426,
        "upgrade",
        "WebSocket client",
    ),
    ("HEAD", head("HEAD /ws HTTP/1.1"), 405, "method", ""),
    ("POST", head("POST /ws HTTP/1.1"), 405, "method", "must be a GET"),
    ("HTTP/1.0", head("GET /ws HTTP/1.0"), 400, "handshake", "HTTP/1.1"),
    ("a body", head(Content_Length="5"), 400, "handshake", "no body"),
    ("an old version", head(Sec_WebSocket_Version="8"), 426, "version", "version 13"),
    ("no key", head(without="Sec-WebSocket-Key"), 400, "key", "Sec-WebSocket-Key"),
    ("no Upgrade", head(without="Upgrade"), 400, "upgrade", "proxy"),
    ("a Connection without upgrade", head(Connection="keep-alive"), 400, "upgrade", "proxy"),
    ("a list of upgrades", head(Upgrade="h2c, websocket"), 400, "upgrade", "Upgrade"),
]


@pytest.mark.parametrize(
    ("request_", "status", "check", "words"),
    [row[1:] for row in REFUSALS],
    ids=[row[0] for row in REFUSALS],
)
async def test_what_is_no_handshake_is_refused_in_words_and_told(
    client: Client, request_: str, status: int, check: str, words: str
) -> None:
    answer = await exchange(client, request_)
    status_lines = re.findall(r"^HTTP/1\.[01] (\d+) ", answer, re.MULTILINE)
    assert status_lines == [str(status)]
    assert words in answer
    (event,) = events(client)
    assert isinstance(event, Refused)
    assert (event.rejection.check, event.rejection.status) == (check, status)
    assert event.request.line == request_.splitlines()[0]


@pytest.mark.parametrize("change", [{"without": "Sec-WebSocket-Key"}, {"Origin": "https://a.test"}])
async def test_frames_behind_a_refused_handshake_are_not_taken_for_a_request(
    client: Client, change: dict[str, str]
) -> None:
    frames = client_frame(0x1, b"x") + b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    answer = await exchange(client, head(**change), behind=frames)
    assert len(re.findall(r"^HTTP/1\.[01] \d+ ", answer, re.MULTILINE)) == 1
    assert len(events(client)) == 1


async def test_a_client_that_does_not_wait_for_the_answer_is_told_of(client: Client) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    writer.write(head().encode() + client_frame(0x1, b"x"))
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    await until(lambda: bool(events(client)))
    told = events(client)[0]
    # Whether the 101 comes first is up to the machine; that nobody came is never the answer.
    if answer:
        assert isinstance(told, Opened)
    else:
        assert told.rejection.came == "the end of the connection"


async def test_an_upgrade_is_never_exempt_from_the_host_check(client: Client) -> None:
    answer = await exchange(client, head("GET /healthz HTTP/1.1", Host="evil.test"))
    assert answer.startswith("HTTP/1.1 421 ")


async def test_a_plain_get_is_shown_the_way_to_the_page(client: Client) -> None:
    async with client.get("/ws") as response:
        assert response.status == 426
        assert response.headers["Upgrade"] == "websocket"
        assert f"See: http://127.0.0.1:{client.port}/\n" in await response.text()
    async with client.get("/ws", headers={"Accept": "text/html,*/*;q=0.8"}) as response:
        assert response.content_type == "text/html"
        assert f'<a href="http://127.0.0.1:{client.port}/">' in await response.text()


async def test_a_plain_get_is_no_matter_of_origins(aiohttp_client: Any) -> None:
    """Where clients must send an Origin, too: nobody's page opens a WebSocket by it."""
    config = Config.model_validate({"origins": {"allow_missing": False}})
    client = await aiohttp_client(create_app(config))
    async with client.get("/ws") as response:
        assert response.status == 426
    assert (await exchange(client, head())).startswith("HTTP/1.1 403 ")
    async with client.get("/ws", headers={"Origin": "https://a.test"}) as response:
        assert response.status == 403


async def test_a_wrong_version_is_told_the_right_one(client: Client) -> None:
    answer = await exchange(client, head(Sec_WebSocket_Version="7"))
    assert "\r\nSec-WebSocket-Version: 13\r\n" in answer


async def test_beyond_the_limit_of_connections_is_503_and_those_inside_notice_nothing(
    aiohttp_client: Any,
) -> None:
    config = Config.model_validate({"limits": {"max_connections": 1}})
    client = await aiohttp_client(create_app(config))
    async with client.ws_connect("/ws") as inside:
        answer = await exchange(client, head())
        assert answer.startswith("HTTP/1.1 503 ")
        await inside.send_str("still here")
        assert await inside.receive_str() == "still here"
    await until(lambda: isinstance(events(client)[-1], Closed))
    assert [event.rejection.check for event in events(client) if isinstance(event, Refused)] == [
        "limit"
    ]
    async with client.ws_connect("/ws") as again:
        await again.send_str("room")
        assert await again.receive_str() == "room"


async def test_the_server_says_goodbye(client: Client) -> None:
    raw = await RawClient.connect(client.port)
    ws = await client.ws_connect("/ws")
    closing = asyncio.create_task(client.server.close())
    assert (await raw.frame()).payload[:2] == b"\x03\xe9"
    raw.send(client_frame(0x8, b"\x03\xe9"))
    await raw.close()
    message = await ws.receive()
    assert (message.type, message.data) == (WSMsgType.CLOSE, 1001)
    await closing


@pytest.mark.slow
async def test_a_hundred_clients_at_once_get_their_own_messages_in_order(
    aiohttp_client: Any,
) -> None:
    client = await aiohttp_client(create_app(), connector=TCPConnector(limit=0))

    async def talk(ws: ClientWebSocketResponse, name: int) -> None:
        async def send() -> None:
            for number in range(200):
                await ws.send_str(f"{name}:{number}")

        sending = asyncio.create_task(send())
        for number in range(200):
            assert await ws.receive_str() == f"{name}:{number}"
        await sending
        await ws.close()

    async with client.ws_connect("/live", max_msg_size=0):
        sockets = [await client.ws_connect("/ws") for _ in range(100)]
        await asyncio.gather(*(talk(ws, name) for name, ws in enumerate(sockets)))


OF_A_CONNECTION = (
    FrameParser,
    MessageAssembler,
    Mount,
    Outbox,
    PlainLane,
    Reader,
    Turns,
    WebSocketStream,
)


@pytest.mark.parametrize("last", ["closing handshake", "end", "violation", "a part"])
@pytest.mark.parametrize("extension", ["", "Sec-WebSocket-Extensions: permessage-deflate\r\n"])
async def test_what_a_connection_was_made_of_goes_with_it(
    client: Client, extension: str, last: str
) -> None:
    """Without the garbage collector: it would come late, and have the more to do."""
    assert client.port is not None
    peer = await RawClient.connect(client.port, headers=extension)
    gc.collect()
    gc.disable()
    try:
        peer.send(client_frame(0x1, b"Bonjour serveur"))
        assert (await peer.frame()).payload == b"Bonjour serveur"
        if last == "closing handshake":
            peer.send(client_frame(0x8, b"\x03\xe8"))
            await peer.rest()
        elif last == "violation":
            peer.send(client_frame(0x3))
            await peer.rest()
        elif last == "a part":
            peer.send(client_frame(0x1, b"Bonj", fin=False))
        await peer.close()
        await until(lambda: isinstance(events(client)[-1], Closed))
        # The loop's own calls end a little later.
        await until(lambda: not any(isinstance(it, OF_A_CONNECTION) for it in gc.get_objects()))
    finally:
        gc.enable()
