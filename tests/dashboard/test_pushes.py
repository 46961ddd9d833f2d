"""What can be sent on demand: every status, every mistake in words, and what the peer gets."""

from __future__ import annotations

import asyncio
import json
import zlib
from base64 import b64encode
from io import BytesIO
from typing import Any

import pytest
from websockets.asyncio.client import connect

from tests.dashboard.conftest import Described
from tests.dashboard.described import DescribedClient as Client
from tests.peer import PATIENCE, dial, eventually
from tests.wire.inflating import Inflater
from webapp.dashboard import bodies
from webapp.hub import HUB, Hub
from webapp.wire.records import State

JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def client(described: Described) -> Client:
    return await described()


def port_of(client: Client) -> int:
    assert client.port is not None
    return client.port


def hub_of(client: Client) -> Hub:
    return client.app[HUB]


def newest(client: Client) -> str:
    """The id of the connection that was opened last."""
    return hub_of(client).summaries(1, 0)[0].id


async def post(client: Client, path: str, body: Any = None, status: int = 202) -> dict[str, Any]:
    options = {} if body is None else {"json": body}
    async with client.post(path, **options) as response:
        told: dict[str, Any] = await response.json()
        assert response.status == status, told
        return told


async def on(client: Client, name: str, what: str, body: Any = None, status: int = 202) -> Any:
    return await post(client, f"/api/connections/{name}/{what}", body, status)


async def came_of(client: Client, told: dict[str, Any]) -> list[Any]:
    """The events of the connection that followed."""
    params = {"connection": told["connection"], "after": told["after"]}
    async with client.get("/api/events", params=params) as response:
        events: list[Any] = (await response.json())["events"]
        return events


# Messages


@pytest.mark.parametrize(
    ("body", "head", "payload"),
    [
        ({"text": "für dich \u0000 🙂"}, 0x81, "für dich \u0000 🙂".encode()),
        ({"text": ""}, 0x81, b""),
        ({"binary": "AP8B"}, 0x82, b"\x00\xff\x01"),
        ({"binary": ""}, 0x82, b""),
        ({"text": "x" * 70_000}, 0x81, b"x" * 70_000),
    ],
    ids=["text", "an empty text", "binary", "nothing in binary", "large"],
)
async def test_a_message_goes_out_and_the_answer_says_where_to_look(
    client: Client, body: Any, head: int, payload: bytes
) -> None:
    async with dial(port_of(client)) as peer:
        await peer.echoed(b"before")
        name = newest(client)
        told = await on(client, name, "messages", body)
        assert told.keys() == {"connection", "after"}
        assert await peer.receive() == (head, payload)
        (frame,) = await came_of(client, told)
        assert (frame["direction"], frame["payload_size"]) == ("out", len(payload))
        (row,) = hub_of(client).summaries(1, 0)
        assert (row.messages_in, row.messages_out) == (1, 2)


async def test_messages_go_between_the_fragments_of_one_that_comes(client: Client) -> None:
    async with dial(port_of(client)) as peer:
        name = newest(client)
        peer.send(0x1, b"a", fin=False)
        await eventually(lambda: hub_of(client).summaries(1, 0)[0].bytes_in)
        await on(client, name, "messages", {"text": "between"})
        assert await peer.receive() == (0x81, b"between")
        peer.send(0x0, b"b")
        assert await peer.receive() == (0x81, b"ab")


TEXT = "Something of which there is more than once, of which there is more than once. " * 5


async def test_a_client_that_compresses_understands_both_echoes_and_messages(
    client: Client,
) -> None:
    url = f"ws://127.0.0.1:{port_of(client)}/ws"
    async with connect(url, compression="deflate", proxy=None) as socket:
        assert socket.protocol.extensions
        name = newest(client)
        for number in range(3):
            await on(client, name, "messages", {"text": f"{TEXT}{number}"})
            assert await socket.recv() == f"{TEXT}{number}"
            await socket.send(f"{number}{TEXT}")
            assert await socket.recv() == f"{number}{TEXT}"
            await on(client, name, "messages", {"binary": b64encode(TEXT.encode()).decode()})
            assert await socket.recv() == TEXT.encode()


async def test_all_that_is_compressed_is_in_one_context(client: Client) -> None:
    offer = ("Sec-WebSocket-Extensions", "permessage-deflate")
    async with dial(port_of(client), "/ws", offer) as peer:
        name, inflate = newest(client), Inflater(takeover=True)
        sizes = []
        for pushed in (True, False, True):
            if pushed:
                await on(client, name, "messages", {"text": TEXT})
            else:
                peer.send(0x1, TEXT.encode())
            head, payload = await peer.receive()
            assert head == 0xC1
            assert inflate(payload) == TEXT.encode()
            sizes.append(len(payload))
        assert sizes[1] < sizes[0] / 3 > sizes[2]
        with pytest.raises(zlib.error):
            Inflater(takeover=True)(payload)  # which refers to what went before


# Pings


async def test_a_ping_that_is_answered_makes_a_round_trip(client: Client) -> None:
    async with dial(port_of(client)) as peer:
        name = newest(client)
        for body in (None, {}):
            told = await on(client, name, "ping", body)
            head, payload = await peer.receive()
            assert head == 0x89
            peer.send(0xA, payload)
            await peer.echoed(b"by now")
            ping, pong, *_ = await came_of(client, told)
            assert (ping["opcode"], pong["opcode"]) == (0x9, 0xA)
            assert (ping["heartbeat"], pong["heartbeat"]) == (False, False)
        async with client.get(f"/api/connections/{name}") as response:
            detail = await response.json()
        assert len(detail["round_trips"]) == 2
        row = detail["connection"]
        assert row["round_trip"] == detail["round_trips"][-1]["round_trip"]
        assert row["round_trip_at"] == detail["round_trips"][-1]["time"]
        assert row["heartbeats"] == 0


async def test_two_pings_may_be_under_way(client: Client) -> None:
    async with dial(port_of(client)) as peer:
        name = newest(client)
        await asyncio.gather(on(client, name, "ping"), on(client, name, "ping"))
        pings = [await peer.receive(), await peer.receive()]
        assert [head for head, _ in pings] == [0x89, 0x89]
        for _, payload in pings:
            peer.send(0xA, payload)
        await peer.echoed(b"by now")
        async with client.get(f"/api/connections/{name}") as response:
            assert len((await response.json())["round_trips"]) == 2


# Closes


@pytest.mark.parametrize(
    ("body", "payload", "code", "reason"),
    [
        (None, b"\x03\xe8", 1000, ""),
        ({}, b"\x03\xe8", 1000, ""),
        ({"code": 3999, "reason": "so it is"}, b"\x0f\x9fso it is", 3999, "so it is"),
        ({"reason": "ü" * 61}, b"\x03\xe8" + "ü".encode() * 61, 1000, "ü" * 61),
        ({"code": None}, b"", 1005, ""),
        ({"code": None, "reason": ""}, b"", 1005, ""),
    ],
    ids=["no body", "nothing", "code and reason", "a long reason", "no code", "nor a reason"],
)
async def test_a_close_begins_the_closing_handshake(
    client: Client, body: Any, payload: bytes, code: int, reason: str
) -> None:
    async with dial(port_of(client)) as peer:
        name = newest(client)
        told = await on(client, name, "close", body)
        assert await peer.receive() == (0x88, payload)
        peer.send(0x8, payload[:2])
        assert await peer.rest() == b""
    await eventually(lambda: not hub_of(client).stats().open)
    *_, closed = await came_of(client, told)
    assert (closed["by"], closed["how"]) == ("server", "closing handshake")
    assert (closed["code"], closed["reason"]) == (code, reason)


# Mistakes


MISTAKES: list[tuple[str, bytes, str]] = [
    ("messages", b"", "The body is not JSON: EOF while parsing a value at line 1 column 0."),
    ("messages", b"{", "The body is not JSON: "),
    ("messages", b'{"text": "\xff"}', "The body is not JSON: "),
    ("messages", b'{"text": "\\ud800"}', "The body is not JSON: "),
    ("messages", b'{"text": "a"} b', "The body is not JSON: "),
    ("messages", b"[" * 100_000, "The body is not JSON: recursion limit exceeded"),
    ("messages", b'{"text": 1' + b"0" * 10_000 + b"}", "The body is not JSON: "),
    ("messages", b"[]", "The body is not a JSON object."),
    ("messages", b"null", "The body is not a JSON object."),
    ("messages", b'"text"', "The body is not a JSON object."),
    ("messages", b"{}", "Give text or binary."),
    ("messages", b'{"text": "a", "binary": ""}', "Give text or binary, not both."),
    ("messages", b'{"text": "a", "binary": "no base64"}', "Give text or binary, not both."),
    ("messages", b'{"text": null, "binary": null}', "Give text or binary, not both."),
    ("messages", b'{"text": null}', '"text" must be a string.'),
    ("messages", b'{"text": 1}', '"text" must be a string.'),
    ("messages", b'{"binary": [1]}', '"binary" must be a string.'),
    ("messages", b'{"binary": "AP8"}', '"binary" is not base64 (RFC 4648 §4).'),
    ("messages", b'{"binary": "AP_-"}', '"binary" is not base64'),
    ("messages", b'{"binary": "AP 8B"}', '"binary" is not base64'),
    ("messages", '{"binary": "ü"}'.encode(), '"binary" is not base64'),
    ("messages", b'{"data": "a"}', 'There is no field "data" here, only "text" or "binary".'),
    ("messages", b'{"text": "a", "": 1}', 'There is no field "" here'),
    ("messages", '{"a\u202eb": 1}'.encode(), r'There is no field "a\u202eb" here'),
    ("messages", b'{"%s": 1}' % (b"x" * 999), f'There is no field "{"x" * 40}…" here'),
    ("ping", b'{"payload": "x"}', "A ping has no fields."),
    ("ping", b"[]", "The body is not a JSON object."),
    ("close", b'{"code": "1000"}', '"code" must be a whole number or null.'),
    ("close", b'{"code": 1000.0}', '"code" must be a whole number or null.'),
    ("close", b'{"code": true}', '"code" must be a whole number or null.'),
    ("close", b'{"code": NaN}', "The body is not JSON: "),
    ("close", b'{"code": 1005}', "This close code must not be sent; 1000 to 1003, "),
    ("close", b'{"code": 1006}', "This close code must not be sent"),
    ("close", b'{"code": 0}', "This close code must not be sent"),
    ("close", b'{"code": -1000}', "This close code must not be sent"),
    ("close", b'{"code": 5000}', "This close code must not be sent"),
    ("close", b'{"code": 100000000000000000000}', "This close code must not be sent"),
    ("close", b'{"reason": null}', '"reason" must be a string.'),
    ("close", b'{"reason": "%s"}' % (b"x" * 124), '"reason" has 124 bytes of UTF-8, and a close '),
    ("close", ('{"reason": "%s"}' % ("ü" * 62)).encode(), '"reason" has 124 bytes of UTF-8'),
    ("close", b'{"code": null, "reason": "x"}', "A close frame without a code has no reason"),
]


@pytest.mark.parametrize(("what", "body", "words"), MISTAKES)
async def test_a_mistake_is_told_in_a_sentence_and_nothing_is_sent(
    client: Client, what: str, body: bytes, words: str
) -> None:
    async with dial(port_of(client)) as peer:
        path = f"/api/connections/{newest(client)}/{what}"
        async with client.post(path, data=body, headers=JSON) as response:
            assert response.status == 400
            sentence = (await response.json())["error"]
        assert sentence.startswith(words)
        assert sentence.endswith((".", f"only {sentence.rpartition('only ')[2]}"))
        assert "\n" not in sentence
        await peer.echoed(b"nothing came before this")


async def test_what_is_right_for_one_is_right_for_all(client: Client) -> None:
    for body in ({}, {"text": 1}, {"text": "a", "binary": "AA=="}):
        told = await post(client, "/api/broadcast", body, 400)
        assert "text" in told["error"]


async def test_a_message_may_be_as_large_as_one_that_comes(described: Described) -> None:
    client = await described(limits={"max_message_size": 100})
    async with dial(port_of(client)) as peer:
        name = newest(client)
        await on(client, name, "messages", {"text": "x" * 100})
        assert (await peer.receive())[1] == b"x" * 100
        # Bytes, not characters.
        for body in ({"text": "ü" * 50 + "x"}, {"binary": b64encode(bytes(101)).decode()}):
            for path in (f"connections/{name}/messages", "broadcast"):
                told = await post(client, f"/api/{path}", body, 400)
                assert "101 bytes, and limits.max_message_size allows 100." in told["error"]
        await peer.echoed(b"nothing came before this")


# Connections that there are not


@pytest.mark.parametrize("what", ["messages", "ping", "close"])
async def test_an_unknown_connection_is_not_found(client: Client, what: str) -> None:
    for name in ("000000-1", "%00", "..%2f..", "x" * 300):
        told = await on(client, name, what, {"text": "a"}, 404)
        assert "earlier run" in told["error"]


@pytest.mark.parametrize("what", ["messages", "ping", "close"])
async def test_a_connection_that_has_ended_or_is_closing_is_a_conflict(
    client: Client, what: str
) -> None:
    body = {"text": "a"} if what == "messages" else None
    async with dial(port_of(client)) as peer:
        name = newest(client)
        await on(client, name, "close")
        assert (await peer.receive())[0] == 0x88
        told = await on(client, name, what, body, 409)
        assert told["error"] == "The connection is closing."
        peer.send(0x8, b"\x03\xe8")
        assert await peer.rest() == b""
    await eventually(lambda: not hub_of(client).stats().open)
    told = await on(client, name, what, body, 409)
    assert told["error"] == "The connection has ended."
    async with dial(port_of(client), "/ws", ("Origin", "https://evil.example")):
        pass
    (refused, _) = hub_of(client).summaries(0, 2)
    told = await on(client, refused.id, what, body, 409)
    assert told["error"] == "There never was a connection: the request was refused."


async def test_a_connection_may_end_while_the_body_comes(client: Client) -> None:
    body = json.dumps({"text": "too late"}).encode()
    async with dial(port_of(client)) as peer:
        name = newest(client)
        head = (
            f"POST /api/connections/{name}/messages HTTP/1.1\r\nHost: 127.0.0.1:{client.port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            "Expect: 100-continue\r\n\r\n"
        )
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(client))
        writer.write(head.encode())
        async with asyncio.timeout(PATIENCE):
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
            peer.drop()
            await eventually(lambda: not hub_of(client).stats().open)
            writer.write(body)
            assert (await reader.readline()).startswith(b"HTTP/1.1 409 ")
        writer.close()


async def test_a_body_for_nobody_is_not_asked_for(client: Client) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(client))
    head = (
        f"POST /api/connections/000000-1/messages HTTP/1.1\r\nHost: 127.0.0.1:{client.port}\r\n"
        "Content-Type: application/json\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n"
    )
    writer.write(head.encode())
    async with asyncio.timeout(PATIENCE):
        assert (await reader.readline()).startswith(b"HTTP/1.1 404 ")
    writer.close()


# Peers that do not read


async def test_nothing_is_queued_for_a_peer_that_does_not_read(client: Client) -> None:
    async with dial(port_of(client)) as peer, dial(port_of(client)) as other:
        stream, _ = hub_of(client).streams()
        peer.read_nothing()
        while stream.writable:
            await on(client, stream.id, "messages", {"text": "x" * 500_000})
        counts, unsent = stream.traffic.counts(), stream._mount.unsent
        recorded = hub_of(client).stats().recorded
        for what, body in (
            ("messages", {"text": "x" * 500_000}),
            ("messages", {"text": ""}),
            ("ping", None),
            ("close", None),
        ):
            told = await on(client, stream.id, what, body, 503)
            assert "does not read" in told["error"]
        told = await post(client, "/api/broadcast", {"text": "for all"})
        assert (told["sent"], told["not_reading"]) == (1, 1)
        assert await other.receive() == (0x81, b"for all")
        assert stream.traffic.counts() == counts
        assert stream._mount.unsent <= unsent
        assert hub_of(client).stats().recorded == recorded + 1
        assert stream.state is State.OPEN
        peer.drop()


# Bodies as HTTP has them


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/octet-stream",
        "application/jsonx",
        "text/json",
        "",
    ],
)
async def test_a_body_that_is_not_declared_as_json_is_refused(client: Client, kind: str) -> None:
    """A form of somebody else's page can send any text, but none that says that it is JSON."""
    async with dial(port_of(client)) as peer:
        for what, body in (("messages", b'{"text": "a"}'), ("ping", b"{}"), ("close", b"{}")):
            path = f"/api/connections/{newest(client)}/{what}"
            async with client.post(path, data=body, headers={"Content-Type": kind}) as response:
                assert response.status == 415
                assert "application/json" in (await response.json())["error"]
        await peer.echoed(b"nothing came before this")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
async def test_an_empty_form_is_no_request_for_a_ping(client: Client, kind: str) -> None:
    async with dial(port_of(client)) as peer:
        for what in ("ping", "close"):
            path = f"/api/connections/{newest(client)}/{what}"
            async with client.post(path, headers={"Content-Type": kind}) as response:
                assert response.status == 415
        await peer.echoed(b"nothing came before this")


async def test_json_may_be_declared_with_parameters(client: Client) -> None:
    async with dial(port_of(client)) as peer:
        path = f"/api/connections/{newest(client)}/messages"
        headers = {"Content-Type": "Application/JSON; charset=utf-8"}
        async with client.post(path, data=b'{"text": "a"}', headers=headers) as response:
            assert response.status == 202
        assert await peer.receive() == (0x81, b"a")


async def test_a_compressed_body_is_refused(client: Client) -> None:
    headers = {**JSON, "Content-Encoding": "gzip"}
    async with client.post("/api/broadcast", data=b"{}", headers=headers) as response:
        assert response.status == 415
        assert "compressed" in (await response.json())["error"]


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_is_bounded(client: Client, chunked: bool) -> None:
    def body(size: int) -> Any:
        text = b'{"text": "%s"}' % (b"x" * (size - 12))
        assert len(text) == size

        async def parts() -> Any:
            for at in range(0, size, 100_000):
                yield text[at : at + 100_000]

        return parts() if chunked else BytesIO(text)

    most = bodies.MOST_BYTES
    async with client.post("/api/broadcast", data=body(most), headers=JSON) as response:
        assert response.status == 202
    async with client.post("/api/broadcast", data=body(most + 1), headers=JSON) as response:
        assert response.status == 413
        assert (await response.json())["error"] == "The body has more than 1048576 bytes."
        assert response.headers["Connection"] == "close"


async def test_a_body_is_not_waited_for_for_ever(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "_PATIENCE", 0.01)
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(client))
    writer.write(
        f"POST /api/broadcast HTTP/1.1\r\nHost: 127.0.0.1:{client.port}\r\n"
        'Content-Type: application/json\r\nContent-Length: 99\r\n\r\n{"te'.encode()
    )
    async with asyncio.timeout(PATIENCE):
        answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"\r\nConnection: close\r\n" in answer
    assert answer.endswith(b'{"error": "The body did not come within 0.01 s."}')
    writer.close()


@pytest.mark.parametrize(
    ("framing", "body"),
    [
        ("Transfer-Encoding: chunked", b'5\r\n{"tex\r\nno chunk\r\n'),
        ("Transfer-Encoding: chunked", b"zz\r\n"),
        ("Content-Length: 99", b'{"te'),
    ],
)
async def test_a_body_that_breaks_off_is_no_error_of_the_server(
    client: Client, framing: str, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(client))
    head = (
        f"POST /api/broadcast HTTP/1.1\r\nHost: 127.0.0.1:{client.port}\r\n"
        f"Content-Type: application/json\r\n{framing}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    writer.write_eof()
    async with asyncio.timeout(PATIENCE):
        answer = await reader.read()
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400 ")
    writer.close()
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
