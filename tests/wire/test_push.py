"""Messages of a stream's own accord, between those of the echo."""

from __future__ import annotations

from typing import cast

import pytest
from aiohttp.web_protocol import RequestHandler

from tests.wire.conversing import Line
from tests.wire.frames import RawClient, client_frame, until
from tests.wire.inflating import Inflater
from tests.wire.told import Told
from tests.wire.wired import Start, Wire
from webapp.wire.echoes import same
from webapp.wire.records import State
from webapp.wire.settings import DeflateSettings, StreamSettings
from webapp.wire.stream import NotOpenError, NotReadingError, WebSocketStream

CONTINUATION, TEXT, BINARY, CLOSE = 0x0, 0x1, 0x2, 0x8
FIN, RSV1 = 0x80, 0x40


async def connected(wire: Wire, headers: str = "") -> tuple[RawClient, WebSocketStream]:
    client = await RawClient.connect(wire.port, headers=headers)
    return client, await wire.streams.get()


async def test_a_message_of_ones_own_goes_out_and_is_recorded_and_counted(start: Start) -> None:
    wire = await start(Wire())
    client, stream = await connected(wire)
    stream.push(TEXT, "für dich".encode())
    stream.push(BINARY, bytes(70_000))
    assert await client.frame() == (FIN | TEXT, "für dich".encode())
    assert await client.frame() == (FIN | BINARY, bytes(70_000))
    assert [record[2:4] + record[5:7] for record in wire.records] == [
        ("out", FIN | TEXT, 7, 9),
        ("out", FIN | BINARY, 64, 70_000),
    ]
    assert (stream.traffic.messages_in, stream.traffic.messages_out) == (0, 2)
    assert stream.traffic.bytes_out == 2 + 9 + 10 + 70_000
    await client.close()


async def test_messages_can_be_sent_between_the_fragments_of_one_that_comes(start: Start) -> None:
    """Each direction has its own order of fragments (RFC 6455 §5.4)."""
    wire = await start(Wire())
    client, stream = await connected(wire)
    rest = client_frame(CONTINUATION, b"c")
    for part in (client_frame(TEXT, b"a", fin=False), client_frame(CONTINUATION, b"b", fin=False)):
        came = stream.traffic.bytes_in
        client.send(part)
        await until(lambda: stream.traffic.bytes_in > came)  # noqa: B023
        stream.push(TEXT, b"between")
        assert await client.frame() == (FIN | TEXT, b"between")
    client.send(rest[:4])
    await until(lambda: stream.traffic.bytes_in == 7 + 7 + 4)
    stream.push(BINARY, b"within")
    assert await client.frame() == (FIN | BINARY, b"within")
    client.send(rest[4:])
    assert await client.frame() == (FIN | TEXT, b"abc")
    await client.close()


@pytest.mark.parametrize("takeover", [True, False])
async def test_a_message_is_compressed_like_an_echo_and_in_one_context_with_it(
    start: Start, takeover: bool
) -> None:
    deflate = DeflateSettings(context_takeover=takeover)
    wire = await start(Wire(StreamSettings(deflate=deflate)))
    client, stream = await connected(wire, "Sec-WebSocket-Extensions: permessage-deflate\r\n")
    inflate = Inflater(takeover)
    text = bytes(range(256)) * 2  # nothing to gain but by referring to what went before
    sizes = []
    for pushed in (True, False, True, True, False):
        if pushed:
            stream.push(BINARY, text)
        else:
            client.send(client_frame(BINARY, text))
        head, payload = await client.frame()
        assert head == FIN | RSV1 | BINARY
        assert inflate(payload) == text
        sizes.append(len(payload))
    for size in sizes[1:]:
        assert (size < sizes[0] / 4) == takeover
    told = [record for record in wire.records if record[2] == "out"]
    assert [record[8] and record[8][2:4] for record in told] == [(text, len(text))] * 5
    await client.close()


async def test_what_does_not_get_smaller_goes_as_it_is(start: Start) -> None:
    wire = await start(Wire())
    client, stream = await connected(wire, "Sec-WebSocket-Extensions: permessage-deflate\r\n")
    stream.push(TEXT, b"short")
    assert await client.frame() == (FIN | TEXT, b"short")
    await client.close()


async def test_nothing_is_queued_for_a_peer_that_does_not_read(start: Start) -> None:
    wire = await start(Wire())
    client, stream = await connected(wire)
    client.writer.transport.pause_reading()  # type: ignore[attr-defined]
    while stream.writable:
        stream.push(BINARY, bytes(100_000))
    before, unsent = (stream.traffic.counts(), len(wire.records)), stream._mount.unsent
    for _ in range(10):
        with pytest.raises(NotReadingError, match="does not read"):
            stream.push(BINARY, bytes(100_000))
        with pytest.raises(NotReadingError):
            stream.push(TEXT, b"")
    assert (stream.traffic.counts(), len(wire.records)) == before
    assert stream._mount.unsent <= unsent
    sent = stream.traffic.messages_out
    client.writer.transport.resume_reading()  # type: ignore[attr-defined]
    for _ in range(sent):
        assert (await client.frame()).payload == bytes(100_000)
    await until(lambda: stream.writable)
    stream.push(TEXT, b"again")
    assert await client.frame() == (FIN | TEXT, b"again")
    await client.close()


async def test_nothing_is_sent_once_the_connection_is_closing(start: Start) -> None:
    wire = await start(Wire())
    client, stream = await connected(wire)
    stream.close()
    assert stream.state is State.CLOSING
    with pytest.raises(NotOpenError, match="closing"):
        stream.push(TEXT, b"late")
    assert await client.frame() == (FIN | CLOSE, b"\x03\xe8")
    client.send(client_frame(CLOSE, b"\x03\xe8"))
    assert await client.rest() == b""
    await client.close()
    await wire.endings.get()
    with pytest.raises(NotOpenError, match="closed"):
        stream.push(TEXT, b"too late")
    assert stream.traffic.messages_out == 0


async def test_nothing_is_sent_to_a_peer_that_is_about_to_be_gone() -> None:
    """It has ended its half, and has got all that was for it: nothing would take the message."""
    line, records = Line(), Told()
    stream = WebSocketStream("s-1", StreamSettings())
    stream.start(cast("RequestHandler", line), line, same, records, lambda ending: None)
    line.close()
    assert stream.state is State.OPEN
    with pytest.raises(NotOpenError, match="ending"):
        stream.push(TEXT, b"late")
    assert not records
