"""What a peer sends is worked off alike, in whatever chunks and on whichever lane it comes."""

from __future__ import annotations

import asyncio
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.wire.feeding import Engine
from tests.wire.frames import client_frame, until
from webapp.wire.extensions import negotiate_deflate
from webapp.wire.plain import PlainLane
from webapp.wire.reading import Reader
from webapp.wire.records import Remark
from webapp.wire.settings import DeflateSettings

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
LIMIT = 300


def outcome_of(*chunks: bytes, kept: int = LIMIT, limit: int = LIMIT) -> tuple[object, ...]:
    """What comes of chunks: records without their times, bytes sent, control frames, the end."""
    engine = Engine(limit=limit, kept=kept)
    for chunk in chunks:
        engine.turns.received(chunk)
    assert engine.traffic.bytes_out == len(engine.sink.written)
    told = [record[:1] + record[2:8] + (_general(record[8]),) for record in engine.records]
    failures = [
        f"{error.code} {error.reason.partition(' at byte')[0]}" for error in engine.failures
    ]
    return told, engine.sink.written, engine.controls, failures, engine.traffic.counts()


def _general(remark: Remark | None) -> str | None:
    return remark and str(remark[0]).partition(" at byte")[0]


@st.composite
def frames(draw: st.DrawFn) -> bytes:
    """A frame as a client may send it, or, now and then, as it must not."""
    opcode = draw(st.sampled_from([TEXT, TEXT, BINARY, BINARY, CONTINUATION, PING, PONG, CLOSE]))
    size = draw(st.sampled_from([0, 1, 5, 125, 126, 127, LIMIT, LIMIT + 1]))
    payload = draw(st.sampled_from([b"plain ", "größe".encode(), b"\xff\xfe", b"\x03\xe8"]))
    return client_frame(
        opcode,
        (payload * size)[:size],
        fin=draw(st.booleans()) or opcode >= CLOSE,
        rsv=draw(st.sampled_from([0, 0, 0, 0, 0, 4])),
        key=draw(st.binary(min_size=4, max_size=4)),
    )


PLAIN = client_frame(TEXT, b"plain") + client_frame(BINARY, bytes(200))


@given(st.lists(frames(), max_size=8), st.sampled_from([0, 50, LIMIT]), st.data())
@example([PLAIN, client_frame(TEXT, b"\xff")], LIMIT, None)
@example([PLAIN, client_frame(TEXT, b"a", fin=False), PLAIN], LIMIT, None)
@example([PLAIN, client_frame(BINARY, bytes(LIMIT + 1))], LIMIT, None)
@example([PLAIN, client_frame(BINARY, bytes(100), bits=16)], LIMIT, None)
@example([client_frame(TEXT, bytes(126)), client_frame(BINARY, bytes(70_000))], LIMIT, None)
@example([client_frame(TEXT, bytes(51)), client_frame(BINARY, bytes(126))], 50, None)
@example([PLAIN, PLAIN, client_frame(TEXT), client_frame(BINARY)], 50, None)
def test_the_same_bytes_come_to_the_same_in_any_chunks(
    sent: list[bytes], kept: int, source: st.DataObject | None
) -> None:
    """In one chunk, or one for each, plain messages take a fast lane; byte by byte nothing does."""
    data = b"".join(sent)
    outcome = partial(outcome_of, kept=kept)
    in_one = outcome(data)
    assert _without_beginnings(outcome(*sent)) == _without_beginnings(in_one)
    byte_by_byte = outcome(*(data[at : at + 1] for at in range(len(data))))
    assert _without_beginnings(in_one) == _without_beginnings(byte_by_byte)
    if source is not None:
        cuts = sorted(source.draw(st.lists(st.integers(0, len(data)), max_size=6)))
        chunks = [data[start:stop] for start, stop in pairwise([0, *cuts, len(data)])]
        assert _without_beginnings(outcome(*chunks)) == _without_beginnings(in_one)


def _without_beginnings(found: tuple[object, ...]) -> tuple[object, ...]:
    """Of a frame at fault, how much had come depends on the chunks."""
    told, written, controls, failures, traffic = found
    assert isinstance(told, list)
    assert isinstance(traffic, dict)
    shown = [(record[1], record[2], record[7]) if record[7] else record for record in told]
    return shown, written, controls, failures, traffic["messages_in"], traffic["messages_out"]


PLAIN_ONES = client_frame(TEXT, b"x") * 5000
OTHERS = client_frame(TEXT, "ü".encode()) * 5000
MIDDLING = client_frame(BINARY, bytes(60_000)) * 20
LARGE = client_frame(BINARY, bytes(100_000)) * 20


@pytest.mark.parametrize(
    ("data", "messages"),
    [(PLAIN_ONES, 256), (OTHERS, 256), (MIDDLING, 5), (LARGE, 3)],
    ids=["plain", "others", "middling", "large"],
)
async def test_a_turn_is_bounded_and_nothing_is_read_before_the_last(
    data: bytes, messages: int
) -> None:
    """Others have their turn after 256 frames, or 256 KiB put out."""
    engine = Engine()
    sink, traffic, turns = engine.sink, engine.traffic, engine.turns
    turns.received(data)
    assert 0 < traffic.messages_in <= messages
    while not sink.reading:
        before = traffic.messages_in
        await asyncio.sleep(0)
        assert 0 < traffic.messages_in - before <= messages
    assert traffic.messages_in == traffic.messages_out == (5000 if messages == 256 else 20)


async def test_who_does_not_read_is_not_read_from_and_not_answered() -> None:
    engine = Engine()
    sink, traffic, turns = engine.sink, engine.traffic, engine.turns
    sink.writable = False
    turns.writing_paused(True)
    assert not sink.reading
    turns.received(PLAIN_ONES)  # one more chunk can arrive after pausing
    answered = traffic.messages_out
    for _ in range(5):
        await asyncio.sleep(0)
    assert traffic.messages_out == answered <= 256
    assert not sink.reading
    sink.writable = True
    turns.writing_paused(False)
    await until(lambda: traffic.messages_out == 5000)
    assert sink.reading


@pytest.mark.parametrize("deflate", [False, True])
async def test_what_arrives_between_two_turns_is_worked_off_when_its_time_comes(
    deflate: bool,
) -> None:
    """A transport may bring one more chunk after it was told to pause."""
    agreed = negotiate_deflate(["permessage-deflate"], DeflateSettings()) if deflate else None
    engine = Engine(deflate=agreed)
    engine.sink.writable = False
    engine.turns.received(LARGE)
    engine.turns.received(client_frame(TEXT, b"in its turn"))
    engine.turns.received(OTHERS + client_frame(PING, b"last"))
    assert not engine.sink.reading
    assert engine.traffic.messages_out == (1 if deflate else 3)
    engine.sink.writable = True
    engine.turns.writing_paused(False)
    await until(lambda: engine.sink.reading)
    assert engine.traffic.messages_in == engine.traffic.messages_out == 20 + 1 + 5000
    assert engine.controls == [("ping", b"last")]


def test_an_answer_of_its_own_is_the_same_in_any_chunks() -> None:
    """A plain message alone in its chunk, several in one, and byte by byte."""

    def shout(opcode: int, payload: bytes) -> tuple[int, bytes] | None:
        return (BINARY, payload.upper() * 3) if payload != b"hush" else None

    frames = [client_frame(TEXT, text) for text in (b"one", b"hush", b"x" * 100, b"three")]
    data = b"".join(frames)
    found = []
    for chunks in (frames, [data], [data[at : at + 1] for at in range(len(data))]):
        engine = Engine(answer=shout)
        for chunk in chunks:
            engine.turns.received(chunk)
        told = [record[2:] for record in engine.records]
        found.append((told, engine.sink.written, engine.traffic.counts()))
    assert found[0] == found[1] == found[2]
    assert found[0][1].startswith(b"\x82\x09ONEONEONE\x82\x7e\x01\x2c")


@pytest.mark.parametrize("size", range(0x10000 - 8, 0x10000 + 8))
@pytest.mark.parametrize("more", range(10))
def test_what_stands_behind_a_large_message_is_not_taken_for_a_part_of_it(
    size: int, more: int
) -> None:
    """About 64 KiB a header becomes six bytes longer, and so may a chunk be for another reason."""
    outcome = partial(outcome_of, kept=50, limit=1 << 20)
    chunk = client_frame(BINARY, bytes(size)) + (client_frame(TEXT) + client_frame(PING))[:more]
    assert outcome(chunk) == outcome(chunk[:9], chunk[9:])


@pytest.mark.parametrize("chunk", [client_frame(TEXT, b"late"), PLAIN], ids=["alone", "two"])
def test_what_comes_behind_our_own_close_is_recorded_and_not_echoed(chunk: bytes) -> None:
    engine = Engine()
    engine.outbox.answering = False
    engine.turns.received(chunk)
    assert engine.sink.written == b""
    assert {record[2] for record in engine.records} == {"in"}


@pytest.mark.parametrize("size", [LIMIT, LIMIT + 1, 100, 101])
def test_the_limit_is_the_same_on_every_lane(size: int) -> None:
    limit = 100 if size < LIMIT else LIMIT
    frame = client_frame(BINARY, bytes(size))
    whole = outcome_of(frame, limit=limit)
    in_parts = outcome_of(frame[:9], frame[9:], limit=limit)
    assert _without_beginnings(whole) == _without_beginnings(in_parts)
    assert bool(whole[3]) == (size > limit)  # failures


@pytest.mark.parametrize("kept", [50, 1 << 20])
@pytest.mark.parametrize("size", [0xFFFF, 0x10000, 0x10001, 0x10006, 200_000])
def test_a_large_message_alone_takes_the_fast_lane_too(size: int, kept: int) -> None:
    outcome = partial(outcome_of, kept=kept, limit=200_000)
    frame = client_frame(BINARY, bytes(size))
    assert outcome(frame) == outcome(frame[:9], frame[9:])
    for bits in (16, 64):  # coded as it must not be, or with more behind it
        if size < 1 << bits:
            odd = client_frame(BINARY, bytes(size), bits=bits) + client_frame(PING)[: bits // 8]
            whole, in_parts = outcome(odd), outcome(odd[:9], odd[9:])
            assert _without_beginnings(whole) == _without_beginnings(in_parts)
    bare = client_frame(BINARY, bytes(size), key=None) + bytes(4)  # no more, no less than a key
    whole, in_parts = outcome(bare), outcome(bare[:9], bare[9:])
    assert _without_beginnings(whole) == _without_beginnings(in_parts)


async def test_small_messages_with_large_answers_take_many_turns() -> None:
    engine = Engine(answer=lambda opcode, payload: (BINARY, bytes(100_000)))
    engine.turns.received(client_frame(TEXT, b"x") * 100)
    assert engine.traffic.messages_out == 3
    await until(lambda: engine.sink.reading)
    assert engine.traffic.messages_out == 100


def test_the_examples_take_the_lanes_that_they_are_to() -> None:
    """What is compared above would prove nothing if both ways were the same one."""
    lanes: list[str] = []

    class Watched(Reader):
        def _answer_frames(self, most: int) -> bool:
            lanes.append("general")
            return super()._answer_frames(most)

    class WatchedLane(PlainLane):
        def received(self, data: bytes) -> None:
            lanes.append("one")
            super().received(data)

        def echo(self, data: bytes, most: int, room: int) -> tuple[int, int]:
            end, messages = super().echo(data, most, room)
            lanes.append(f"fast {end}")
            return end, messages

    engine = Engine(kept=LIMIT)
    reader = Watched(
        outbox=engine.outbox,
        traffic=engine.traffic,
        max_message_size=LIMIT,
        deflate=None,
        answer=engine.answer,
        listener=engine,
    )
    lane = reader.plain = WatchedLane(engine.outbox, engine.traffic, LIMIT)
    lane.otherwise = lambda data: lanes.append("not the one")
    reader.read(PLAIN)
    assert lanes == [f"fast {len(PLAIN)}"]
    reader.read(PLAIN[:1])
    reader.read(PLAIN[1:])
    assert lanes[1:] == ["fast 0", "general", "general"]
    for message in (b"plain", bytes(200)):
        lane.received(client_frame(BINARY, message))
    assert lanes[4:] == ["one", "one"]
    assert engine.traffic.messages_in == engine.traffic.messages_out == 6
