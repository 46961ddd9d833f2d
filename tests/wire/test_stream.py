"""A connection on a real socket: what it answers, what it records, and how it ends."""

from __future__ import annotations

import asyncio
import socket
import struct
import zlib
from dataclasses import replace
from time import time_ns
from typing import cast

import pytest
from aiohttp.web_protocol import RequestHandler
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wire.conversing import Line
from tests.wire.frames import RawClient, client_frame, until
from tests.wire.told import Told
from tests.wire.wired import Start, Wire, serving, ticked
from webapp.wire.echoes import same
from webapp.wire.ending import By, Ending, How
from webapp.wire.records import HEARTBEAT, State
from webapp.wire.settings import StreamSettings, Waits
from webapp.wire.stream import WebSocketStream

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
FIN, RSV1 = 0x80, 0x40


async def test_a_message_comes_back_and_both_ways_are_recorded(start: Start) -> None:
    wire = await start(Wire())
    client = await RawClient.connect(wire.port)
    client.send(client_frame(TEXT, b"Bonjour serveur"))
    assert await client.frame() == (FIN | TEXT, b"Bonjour serveur")
    client.send(client_frame(CLOSE, b"\x03\xe8bye"))
    assert await client.frame() == (FIN | CLOSE, b"\x03\xe8")
    assert await client.rest() == b""
    await client.close()
    assert replace(await wire.endings.get(), quiet=0) == Ending(
        By.CLIENT, How.CLOSING_HANDSHAKE, 1000, "bye"
    )
    assert wire.told() == [
        ("in", FIN | TEXT, b"Bonjour serveur", None),
        ("out", FIN | TEXT, b"Bonjour serveur", None),
        ("in", FIN | CLOSE, b"\x03\xe8bye", None),
        ("out", FIN | CLOSE, b"\x03\xe8", None),
    ]


async def test_frames_that_come_with_the_handshake_are_answered(start: Start) -> None:
    wire = await start(Wire())
    early = b"".join(client_frame(TEXT, b"%d" % number) for number in range(1000))
    client = await RawClient.connect(wire.port, behind=early)
    for number in range(1000):
        assert await client.frame() == (FIN | TEXT, b"%d" % number)
    await client.close()


async def test_pings_are_answered_also_within_a_message(start: Start) -> None:
    wire = await start(Wire())
    client = await RawClient.connect(wire.port)
    client.send(client_frame(TEXT, b"a", fin=False) + client_frame(PING, b"now?"))
    assert await client.frame() == (FIN | PONG, b"now?")
    client.send(client_frame(PONG, b"unasked") + client_frame(CONTINUATION, b"b"))
    assert await client.frame() == (FIN | TEXT, b"ab")
    await client.close()


VIOLATIONS = [
    ("an unmasked frame", client_frame(TEXT, b"x", key=None), 1002, "without a mask"),
    ("a reserved bit", client_frame(TEXT, b"x", rsv=4), 1002, "RSV1"),
    ("an orphan", client_frame(CONTINUATION, b"x"), 1002, "continuation of no message"),
    ("no UTF-8", client_frame(TEXT, b"\xff"), 1007, "not UTF-8"),
    ("no UTF-8 in half a frame", client_frame(TEXT, b"\xff" * 99)[:20], 1007, "not UTF-8"),
    ("too large", client_frame(BINARY, bytes(65537))[:20], 1009, "at most 65536"),
    ("a bad close code", client_frame(CLOSE, b"\x00\x00"), 1002, "must not be sent"),
    ("half a close code", client_frame(CLOSE, b"\x03"), 1002, "half a close code"),
]


@pytest.mark.parametrize(
    ("frame", "code", "reason"),
    [row[1:] for row in VIOLATIONS],
    ids=[row[0] for row in VIOLATIONS],
)
async def test_a_violation_ends_the_connection_with_its_code_and_is_recorded(
    start: Start, frame: bytes, code: int, reason: str
) -> None:
    wire = await start(Wire(StreamSettings(max_message_size=65536)))
    client = await RawClient.connect(wire.port)
    client.send(client_frame(TEXT, b"before") + frame + client_frame(TEXT, b"behind"))
    assert await client.frame() == (FIN | TEXT, b"before")
    head, payload = await client.frame()
    assert head == FIN | CLOSE
    assert int.from_bytes(payload[:2]) == code
    assert reason in payload[2:].decode()
    assert await client.rest() == b""
    await client.close()
    ending = await wire.endings.get()
    assert (ending.by, ending.code) == (By.SERVER, code)
    way, head, _, note = wire.told()[2]
    assert (way, head, note) == ("in", frame[0], payload[2:].decode())
    assert b"behind" not in [payload for _, _, payload, _ in wire.told()]


async def test_a_close_survives_input_that_was_not_read(start: Start) -> None:
    """Closing with unread input would make the kernel send a reset, which destroys the close."""
    wire = await start(Wire())
    client = await RawClient.connect(wire.port)
    client.send(client_frame(CLOSE, b"\x03\xe9") + client_frame(BINARY, bytes(1 << 20)) * 20)
    assert await client.frame() == (FIN | CLOSE, b"\x03\xe9")
    assert await client.rest() == b""
    await client.close()
    assert (await wire.endings.get()).how == How.CLOSING_HANDSHAKE


async def test_everything_is_answered_after_the_client_ended_its_half(start: Start) -> None:
    wire = await start(Wire())
    client = await RawClient.connect(wire.port)
    client.send(b"".join(client_frame(TEXT, b"%d" % number) for number in range(5000)))
    client.writer.write_eof()
    for number in range(5000):
        assert await client.frame() == (FIN | TEXT, b"%d" % number)
    assert await client.rest() == b""
    await client.close()
    assert replace(await wire.endings.get(), quiet=0) == Ending(
        By.CLIENT, How.END_OF_STREAM, 1006, ""
    )


UNFINISHED = [
    ("in its payload", client_frame(TEXT, b"incomplete")[:9], "within this frame", 9, b"inc"),
    ("in its header", client_frame(TEXT, b"x")[:3], "3 bytes into its header", None, b""),
]


@pytest.mark.parametrize(
    ("begun", "words", "came", "payload"),
    [row[1:] for row in UNFINISHED],
    ids=[row[0] for row in UNFINISHED],
)
async def test_an_end_within_a_frame_is_told(
    start: Start, begun: bytes, words: str, came: int | None, payload: bytes
) -> None:
    wire = await start(Wire())
    client = await RawClient.connect(wire.port)
    client.send(client_frame(TEXT, b"whole") + begun)
    await client.frame()
    await client.close()
    assert (await wire.endings.get()).how == How.END_OF_STREAM
    told = wire.records[-1]
    assert told[7] == payload
    assert told[8] is not None
    assert words in told[8][0]
    assert came in (told[8][1], None)


async def test_what_came_and_was_not_answered_is_told(start: Start) -> None:
    """A reset tears the answers down with it: what had come is not passed over in silence."""
    wire = await start(Wire())
    client = await RawClient.connect(wire.port)
    stream = await wire.streams.get()
    client.send(client_frame(TEXT, b"x") * 20_000)
    await until(lambda: stream.traffic.messages_in > 0)
    stream.abort("enough")
    stream.abort("once is enough")
    client.writer.transport.abort()
    await wire.endings.get()
    assert [note for way, _, _, note in wire.told() if way is None] == ["enough"]


async def test_a_violation_behind_many_frames_still_ends_in_order(start: Start) -> None:
    """Reading has paused by then, and has to go on, or the end would never be seen."""
    wire = await start(Wire())
    client = await RawClient.connect(wire.port)
    client.send(client_frame(TEXT, b"x") * 3000 + client_frame(TEXT, b"bad", key=None))
    for _ in range(3000):
        await client.frame()
    assert (await client.frame()).head == FIN | CLOSE
    assert await client.rest() == b""
    await client.close()
    async with asyncio.timeout(2):  # there is no sweep here to cut it
        assert (await wire.endings.get()).code == 1002


async def test_a_client_that_leaves_right_after_its_close_is_no_error(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    wire = await start(Wire())
    for _ in range(20):
        client = await RawClient.connect(wire.port)
        client.send(client_frame(CLOSE, b"\x03\xe8"))
        await client.close()
        assert (await wire.endings.get()).code == 1000
    assert not caplog.records


async def test_a_reset_is_told_from_an_end(start: Start) -> None:
    wire = await start(Wire())
    client = await RawClient.connect(wire.port)
    await wire.streams.get()
    sock = client.writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.writer.transport.abort()
    assert replace(await wire.endings.get(), quiet=0) == Ending(By.CLIENT, How.RESET, 1006, "")


async def test_the_server_closes_with_a_handshake_too(start: Start) -> None:
    wire = await start(Wire())
    client = await RawClient.connect(wire.port)
    stream = await wire.streams.get()
    stream.close(1001, "the server is shutting down")
    stream.close(1000, "a second one is nothing")
    assert await client.frame() == (FIN | CLOSE, b"\x03\xe9the server is shutting down")
    client.send(client_frame(TEXT, b"late") + client_frame(PING) + client_frame(CLOSE, b"\x03\xe9"))
    assert await client.frame() == (FIN | PONG, b"")
    assert await client.rest() == b""
    await client.close()
    expected = Ending(By.SERVER, How.CLOSING_HANDSHAKE, 1001, "the server is shutting down")
    assert replace(await wire.endings.get(), quiet=0) == expected
    assert [head for _, head, _, _ in wire.told()] == [0x88, 0x81, 0x89, 0x8A, 0x88]
    with pytest.raises(ConnectionResetError):
        stream.send(TEXT, b"too late")


async def test_frames_of_ones_own_making_go_out_as_they_are(start: Start) -> None:
    wire = await start(Wire())
    client = await RawClient.connect(wire.port)
    stream = await wire.streams.get()
    stream.send(TEXT, b"a", fin=False)
    stream.send(CONTINUATION, b"b", rsv=4)
    assert await client.frame() == (TEXT, b"a")
    assert await client.frame() == (FIN | 0x40 | CONTINUATION, b"b")
    assert stream.traffic.messages_out == 1
    await client.close()


async def test_a_pong_tells_the_round_trip(start: Start) -> None:
    wire = await start(Wire())
    client = await RawClient.connect(wire.port)
    stream = await wire.streams.get()
    stream.ping()
    head, payload = await client.frame()
    assert head == FIN | PING
    client.send(client_frame(PONG, b"another") + client_frame(TEXT, b"x"))
    await client.frame()
    assert not list(stream.round_trips)
    client.send(client_frame(PONG, payload) + client_frame(TEXT, b"x"))
    await client.frame()
    [(time, took)] = stream.round_trips
    assert 0 < took < 10 * 10**9
    assert abs(time - time_ns()) < 10 * 10**9
    await client.close()


async def test_heartbeats_and_their_answers_are_marked_and_other_pings_are_not(
    start: Start,
) -> None:
    wire = await start(Wire(StreamSettings(waits=Waits(heartbeat=0.05))))
    client = await RawClient.connect(wire.port)
    stream = await wire.streams.get()
    stream.ping()
    by_hand = await client.frame()
    client.send(client_frame(PONG, by_hand.payload))
    await until(lambda: len(wire.records) == 2)
    await until(lambda: ticked(stream).traffic.heartbeats == 1)
    heartbeat = await client.frame()
    client.send(client_frame(PONG, heartbeat.payload) + client_frame(PONG, heartbeat.payload))
    await until(lambda: len(wire.records) == 5)
    assert [(record[2], record[3] & 0x0F, record[8]) for record in wire.records] == [
        ("out", PING, None),
        ("in", PONG, None),
        ("out", PING, HEARTBEAT),
        ("in", PONG, HEARTBEAT),
        ("in", PONG, None),  # which answers nothing
    ]
    assert stream.traffic.heartbeats == 1
    await client.close()


@pytest.mark.parametrize(
    "begun",
    [
        client_frame(TEXT, b"a fragment", fin=False),
        client_frame(BINARY, bytes(1000))[:100],
        client_frame(PING, b"ping")[:3],
    ],
    ids=["message", "frame", "control frame"],
)
async def test_what_is_begun_and_not_finished_in_time_closes_with_1008(
    start: Start, begun: bytes
) -> None:
    """However slowly its bytes go on coming."""
    wire = await start(Wire(StreamSettings(waits=Waits(heartbeat=0, message=60))))
    client = await RawClient.connect(wire.port)
    stream = await wire.streams.get()
    now = asyncio.get_running_loop().time()
    client.send(client_frame(TEXT, b"whole") + begun)
    await client.frame()
    stream.tick(now)
    stream.tick(now + 59)
    client.send(bytes(1))
    await until(lambda: stream.traffic.bytes_in == 11 + len(begun) + 1)
    assert stream.state is State.OPEN
    stream.tick(now + 60)
    reason = b"message or frame not finished within 60 s"
    assert await client.frame() == (FIN | CLOSE, b"\x03\xf0" + reason)
    assert await client.rest() == b""
    await client.close()
    assert (await wire.endings.get()).code == 1008
    assert any(note is not None and "60 s passed" in note for *_, note in wire.told())


async def test_a_frame_is_waited_for_from_its_first_byte_on(start: Start) -> None:
    wire = await start(Wire(StreamSettings(waits=Waits(heartbeat=0, message=60))))
    client = await RawClient.connect(wire.port)
    stream = await wire.streams.get()
    now = asyncio.get_running_loop().time()
    frame = client_frame(BINARY, bytes(1000))
    client.send(frame[:1])
    await until(lambda: stream.traffic.bytes_in == 1)
    stream.tick(now)
    client.send(frame[1:20])
    await until(lambda: stream.traffic.bytes_in == 20)
    stream.tick(now + 59)
    assert stream.state is State.OPEN
    stream.tick(now + 60)
    assert (await client.frame()).payload[:2] == b"\x03\xf0"
    await client.close()


async def test_who_is_merely_busy_or_paused_by_us_is_not_out_of_time(start: Start) -> None:
    wire = await start(Wire(StreamSettings(waits=Waits(heartbeat=0, message=1))))
    client = await RawClient.connect(wire.port)
    stream = await wire.streams.get()
    now = asyncio.get_running_loop().time()
    begun = client_frame(TEXT, b"x")[:3]
    rest = client_frame(TEXT, b"x")[3:]
    client.send(begun)
    for second in range(5):
        await until(lambda wanted=second * 7 + 3: stream.traffic.bytes_in == wanted)
        stream.tick(now + second)
        client.send(rest + begun)
    assert stream.state is State.OPEN
    await client.close()


async def test_a_client_that_offers_it_gets_its_messages_compressed(start: Start) -> None:
    wire = await start(Wire(StreamSettings()))
    client = await RawClient.connect(
        wire.port, headers="Sec-WebSocket-Extensions: permessage-deflate\r\n"
    )
    text = b"what goes in comes out again, " * 10
    client.send(client_frame(TEXT, text))
    head, payload = await client.frame()
    assert head == FIN | RSV1 | TEXT
    assert len(payload) < len(text) / 4
    assert zlib.decompressobj(-12).decompress(payload + b"\x00\x00\xff\xff") == text
    await client.close()


async def test_a_bug_in_an_answer_closes_that_connection_with_1011(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(opcode: int, payload: bytes) -> tuple[int, bytes]:
        raise RuntimeError("a bug")

    wire = await start(Wire(answer=broken))
    client = await RawClient.connect(wire.port)
    client.send(client_frame(TEXT, b"x") * 3)
    assert (await client.frame()).payload[:2] == b"\x03\xf3"
    assert await client.rest() == b""
    await client.close()
    assert (await wire.endings.get()).code == 1011
    assert [record.exc_info is not None for record in caplog.records] == [True]


async def test_no_answer_is_an_answer(start: Start) -> None:
    wire = await start(Wire(answer=lambda opcode, payload: None))
    client = await RawClient.connect(wire.port)
    client.send(client_frame(TEXT, b"x") + client_frame(TEXT, "ü".encode()) + client_frame(PING))
    assert (await client.frame()).head == FIN | PONG
    stream = await wire.streams.get()
    assert (stream.traffic.messages_in, stream.traffic.messages_out) == (2, 0)
    await client.close()


async def test_a_peer_that_does_not_read_is_not_read_from_and_given_up(start: Start) -> None:
    wire = await start(Wire(StreamSettings(waits=Waits(heartbeat=0, slow_peer=0.1))))
    client = await RawClient.connect(wire.port)
    stream = await wire.streams.get()
    flood = client_frame(BINARY, bytes(100_000)) * 100
    client.writer.transport.set_write_buffer_limits(high=0)
    sending = asyncio.create_task(_flood(client, flood))
    await until(lambda: ticked(stream).ending is not None)
    assert stream.traffic.bytes_out < 50_000_000  # what the kernel's buffers hold
    sending.cancel()
    ending = await wire.endings.get()
    assert (ending.by, ending.how) == (By.SERVER, How.TIME_OUT)
    assert wire.told()[-1] == (None, 0, b"", "the peer has not read for 0.1 s")
    assert not stream.writable
    client.writer.transport.abort()


async def _flood(client: RawClient, data: bytes) -> None:
    while True:
        client.send(data)
        await client.writer.drain()


async def test_who_has_ended_its_half_is_not_pinged() -> None:
    """It could not answer; and what is still to be sent to it takes the time that it takes."""
    line, records = Line(), Told()
    stream = WebSocketStream("s-1", StreamSettings(waits=Waits(heartbeat=1, close=1000)))
    http = cast("RequestHandler", line)
    stream.start(http, line, same, records, lambda ending: None)
    line.protocol.data_received(client_frame(TEXT, b"the last one"))
    line.protocol.eof_received()
    now = asyncio.get_running_loop().time()
    for second in range(0, 100, 10):
        stream.tick(now + second)
    assert [(record[2], record[3]) for record in records] == [("in", 0x81), ("out", 0x81)]
    assert not line.gone


async def test_a_peer_that_reads_again_gets_everything(start: Start) -> None:
    wire = await start(Wire())
    client = await RawClient.connect(wire.port)
    stream = await wire.streams.get()
    payload = bytes(range(256)) * 400
    count = 200  # 20 MB, more than all buffers in between hold
    for _ in range(count):
        client.send(client_frame(BINARY, payload))
    await until(lambda: not stream.writable)
    for _ in range(count):
        assert await client.frame() == (FIN | BINARY, payload)
    assert stream.writable
    await client.close()


async def test_a_mute_peer_is_given_up_after_our_close(start: Start) -> None:
    wire = await start(Wire(StreamSettings(waits=Waits(close=0.05))))
    client = await RawClient.connect(wire.port)
    stream = await wire.streams.get()
    stream.close(1001)
    await until(lambda: ticked(stream).ending is not None)
    assert stream.ending is not None
    assert (stream.ending.how, stream.ending.code) == (How.TIME_OUT, 1001)
    await client.close()


async def test_who_keeps_the_connection_after_the_closing_handshake_is_cut_in_good_order(
    start: Start,
) -> None:
    wire = await start(Wire())
    client = await RawClient.connect(wire.port)
    stream = await wire.streams.get()
    client.send(client_frame(CLOSE, b"\x03\xe8"))
    assert await client.frame() == (FIN | CLOSE, b"\x03\xe8")
    now = asyncio.get_running_loop().time()
    stream.tick(now)
    assert stream.state == State.DRAINING
    stream.tick(now + 2)
    assert replace(await wire.endings.get(), quiet=0) == Ending(
        By.CLIENT, How.CLOSING_HANDSHAKE, 1000, ""
    )
    assert all(note is None for _, _, _, note in wire.told())
    await client.close()


async def test_one_flood_does_not_keep_others_waiting(start: Start) -> None:
    """A read can hold 37,000 frames: others have their turn long before these are answered."""
    wire = await start(Wire())
    flooding = await RawClient.connect(wire.port)
    polite = await RawClient.connect(wire.port)
    flooder, _ = await wire.streams.get(), await wire.streams.get()
    flooding.send(client_frame(TEXT, b"x") * 300_000)
    await until(lambda: flooder.traffic.messages_in > 0)
    polite.send(client_frame(TEXT, b"my turn"))
    assert await polite.frame() == (FIN | TEXT, b"my turn")
    assert flooder.traffic.messages_in < 100_000
    flooding.writer.transport.abort()
    await polite.close()


MESSAGES = st.lists(
    st.one_of(
        st.tuples(st.just(TEXT), st.text(max_size=200).map(str.encode)),
        st.tuples(st.just(BINARY), st.binary(max_size=200)),
        st.tuples(st.just(BINARY), st.integers(60_000, 140_000).map(bytes)),
        st.tuples(st.just(PING), st.binary(max_size=125)),
    ),
    max_size=8,
)


@settings(max_examples=60)
@given(MESSAGES, st.lists(st.floats(0, 1), min_size=8, max_size=8), st.integers(1, 20_000))
def test_whatever_lane_they_take_messages_come_back_in_order(
    messages: list[tuple[int, bytes]], cuts: list[float], step: int
) -> None:
    """Whole, in fragments, in one write or in many: none lost, none twice, all recorded."""
    sent, echoes, pongs = b"", [], []
    for (opcode, payload), cut in zip(messages, cuts, strict=False):
        at = int(cut * len(payload))
        if opcode == PING:
            pongs.append(payload)
            sent += client_frame(PING, payload)
        elif 0 < at < len(payload):
            echoes.append((FIN | opcode, payload))
            sent += client_frame(opcode, payload[:at], fin=False)
            sent += client_frame(CONTINUATION, payload[at:])
        else:
            echoes.append((FIN | opcode, payload))
            sent += client_frame(opcode, payload)

    async def exchange() -> tuple[list[tuple[int, bytes]], Wire]:
        wire = Wire()
        async with serving(wire):
            client = await RawClient.connect(wire.port)
            for at in range(0, len(sent), step):
                client.send(sent[at : at + step])
                await client.writer.drain()
            client.send(client_frame(CLOSE))
            received = []
            while (frame := await client.frame()).head != FIN | CLOSE:
                received.append(tuple(frame))
            await client.close()
        return received, wire

    received, wire = asyncio.run(exchange())
    assert [frame for frame in received if frame[0] != FIN | PONG] == echoes
    assert [payload for head, payload in received if head == FIN | PONG] == pongs
    told = [(head, payload) for way, head, payload, _ in wire.told() if way == "out"]
    assert told == [*((head, payload[:4096]) for head, payload in received), (FIN | CLOSE, b"")]
