"""Messages inflated and deflated (RFC 7692 §7.2), with zlib alone as the other side."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator

import pytest

from tests.wire.feeding import Engine
from tests.wire.frames import client_frame
from webapp.wire.deflate import Deflater, Inflater
from webapp.wire.extensions import PerMessageDeflate, negotiate_deflate
from webapp.wire.settings import DeflateSettings
from webapp.wire.violations import CloseCode, ProtocolError

CONTINUATION, TEXT, BINARY, PING = 0x0, 0x1, 0x2, 0x9
RSV1 = 4
JSON = b'{"name": "echo", "values": [1, 2, 3], "text": "what goes in comes out again"}'


def compressed(data: bytes, *, bits: int = 15, final: bool = False) -> bytes:
    """A message by itself, as a client sends it; ``final``: in a final block (§7.2.3.4)."""
    engine = zlib.compressobj(9, zlib.DEFLATED, -bits)
    if final:
        return engine.compress(data) + engine.flush(zlib.Z_FINISH) + b"\x00"
    return (engine.compress(data) + engine.flush(zlib.Z_SYNC_FLUSH))[:-4]


def inflated(data: bytes) -> bytes:
    return zlib.decompressobj(-15).decompress(data + b"\x00\x00\xff\xff")


def inflate(inflater: Inflater, *pieces: bytes, most: int = 1 << 20) -> bytes:
    found = b""
    for index, piece in enumerate(pieces, start=1):
        inflater.feed(piece, index == len(pieces))
        while True:
            part = inflater.inflate(most)
            assert len(part) <= most
            found += part
            if not inflater.more:
                break
    return found


def agreed(offer: str = "permessage-deflate", **settings: int | bool) -> PerMessageDeflate:
    found = negotiate_deflate([offer], DeflateSettings(**settings))
    assert found is not None
    return found


# Inflating


def test_the_examples_of_the_rfc_are_inflated() -> None:
    """RFC 7692 §7.2.3: one block, takeover, a stored block, a final block, two blocks."""
    inflater = Inflater(15, takeover=True)
    for example in ("f248cdc9c90700", "f200110000", "000500faff48656c6c6f00", "f348cdc9c9070000"):
        assert inflate(inflater, bytes.fromhex(example)) == b"Hello"
    assert inflate(inflater, bytes.fromhex("f248050000 00ffffcac9c90700")) == b"Hello"


@pytest.mark.parametrize("most", [1, 7, 1 << 20])
@pytest.mark.parametrize("cut", [1, 3, 1000])
def test_a_message_in_pieces_is_inflated_piece_by_piece(cut: int, most: int) -> None:
    data = compressed(JSON * 5)
    pieces = [data[at : at + cut] for at in range(0, len(data), cut)]
    assert inflate(Inflater(15, takeover=False), *pieces, most=most) == JSON * 5


@pytest.mark.parametrize("takeover", [True, False])
@pytest.mark.parametrize("most", [3, 1 << 20])
def test_a_message_may_end_in_a_final_block_and_the_next_one_is_inflated_too(
    takeover: bool, most: int
) -> None:
    inflater = Inflater(15, takeover=takeover)
    for message in (b"first " * 50, b"second " * 50):
        assert inflate(inflater, compressed(message, final=True), most=most) == message
        assert inflate(inflater, compressed(message), most=most) == message


def test_behind_a_final_block_a_message_may_go_on() -> None:
    first, second = compressed(JSON, final=True)[:-1], compressed(JSON[::-1])
    assert inflate(Inflater(15, takeover=False), first + second) == JSON + JSON[::-1]


@pytest.mark.parametrize("bits", [9, 12, 15])
def test_a_message_may_refer_to_those_before_it_as_far_as_the_window_goes(bits: int) -> None:
    """However long ago in messages, and also past a final block."""
    engine = zlib.compressobj(9, zlib.DEFLATED, -bits)
    inflater = Inflater(bits, takeover=True)
    noise = os.urandom(1 << (bits - 2))
    for message in [noise, b"x", b"", noise, noise[::-1], noise[::-1]]:
        data = (engine.compress(message) + engine.flush(zlib.Z_SYNC_FLUSH))[:-4]
        assert inflate(inflater, data) == message
    # A final block ends zlib's stream, not the window: what refers to noise still finds it.
    assert inflate(inflater, compressed(b"", final=True)) == b""
    data = (engine.compress(noise[::-1]) + engine.flush(zlib.Z_SYNC_FLUSH))[:-4]
    assert len(data) < len(noise) / 2
    assert inflate(inflater, data) == noise[::-1]


def test_without_takeover_nothing_is_kept_between_messages() -> None:
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    inflater = Inflater(15, takeover=False)
    first, second = (
        (engine.compress(JSON) + engine.flush(zlib.Z_SYNC_FLUSH))[:-4] for _ in range(2)
    )
    assert inflate(inflater, first) == JSON
    with pytest.raises(ProtocolError, match="too far back"):
        inflate(inflater, second)


@pytest.mark.parametrize("junk", [b"\xff\xff\xff", b"\x07", b"Hello", b"\x00\x05\x00\x00\x00"])
def test_what_is_not_deflated_is_1007(junk: bytes) -> None:
    with pytest.raises(ProtocolError, match="cannot be inflated: inv") as caught:
        inflate(Inflater(15, takeover=False), junk)
    assert caught.value.code == CloseCode.INVALID_PAYLOAD


@pytest.mark.parametrize("cut", [1, 3, 10])
def test_a_message_that_ends_within_a_block_is_1007(cut: int) -> None:
    """Whoever keeps its zlib stream could not inflate the next one."""
    with pytest.raises(ProtocolError, match="cannot be inflated"):
        inflate(Inflater(15, takeover=True), compressed(JSON)[:-cut])


def test_a_final_block_may_end_a_piece_and_later_ones_refer_to_it() -> None:
    engine = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=JSON)
    second = (engine.compress(JSON) + engine.flush(zlib.Z_SYNC_FLUSH))[:-4]
    first = compressed(JSON, final=True)[:-1]
    assert inflate(Inflater(15, takeover=False), first, second) == JSON + JSON


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x02\x00", b"\x03\x00"])
def test_an_empty_message_is_empty_in_each_of_its_forms(data: bytes) -> None:
    """RFC 7692 §7.2.3.6; zlib sends no byte at all when it is flushed twice."""
    inflater = Inflater(15, takeover=True)
    assert inflate(inflater, data) == b""
    assert inflate(inflater, compressed(JSON)) == JSON


# Deflating


def deflater(**settings: int | bool) -> Deflater:
    return agreed("permessage-deflate; client_max_window_bits", **settings).deflater()


def test_what_helps_is_deflated() -> None:
    data = deflater().deflate(JSON)
    assert data is not None
    assert len(data) < len(JSON)
    assert inflated(data) == JSON


def test_what_does_not_help_is_not_deflated() -> None:
    """Small ones, noise, and ones so large that all others would have to wait."""
    engine = deflater(threshold=60)
    assert engine.deflate(b"x" * 59) is None
    assert engine.deflate(b"x" * 60) is not None
    assert engine.deflate(os.urandom(1000)) is None
    assert engine.deflate(os.urandom(100_000)) is None
    assert engine.deflate(b"x" * 1024 * 1024) is not None
    assert engine.deflate(b"x" * (1024 * 1024 + 1)) is None


def test_with_takeover_the_second_time_is_shorter_and_without_it_is_not() -> None:
    for takeover in (True, False):
        engine = deflater(context_takeover=takeover)
        first, second = engine.deflate(JSON), engine.deflate(JSON)
        assert first is not None
        assert second is not None
        assert (len(second) < len(first) / 3) == takeover


def test_a_message_that_went_as_it_is_leaves_no_trace_in_the_context() -> None:
    """And neither does rest: the other side inflates what comes after it."""
    engine = deflater()
    other = zlib.decompressobj(-12)
    noise = os.urandom(500)
    for message in (JSON, noise, JSON + noise, noise, JSON):
        if (data := engine.deflate(message)) is not None:
            assert other.decompress(data + b"\x00\x00\xff\xff") == message
    engine.rest()
    data = engine.deflate(JSON)
    assert data is not None
    assert other.decompress(data + b"\x00\x00\xff\xff") == JSON


@pytest.mark.parametrize("bits", range(9, 16))
def test_no_answer_refers_further_back_than_agreed(bits: int) -> None:
    noise = os.urandom(1 << 14)
    message = b"".join(noise[:1000] + noise[at : at + 1000] for at in range(0, len(noise), 1000))
    engine = deflater(window_bits=bits)
    other = zlib.decompressobj(-bits)
    for _ in range(3):
        data = engine.deflate(message)
        if data is not None:
            assert other.decompress(data + b"\x00\x00\xff\xff") == message


# The engine


def echo(*frames: bytes, engine: Engine) -> Iterator[bytes]:
    """Feed frames in turn; what each brought is yielded."""
    for frame in frames:
        before = len(engine.sink.written)
        engine.turns.received(frame)
        yield engine.sink.written[before:]


def test_a_compressed_message_comes_back_compressed_and_both_are_recorded_inflated() -> None:
    engine = Engine(deflate=agreed())
    data = compressed(JSON)
    (answer,) = echo(client_frame(TEXT, data, rsv=RSV1), engine=engine)
    assert answer[0] == 0xC1
    assert inflated(answer[2:]) == JSON
    came, went = engine.records
    assert came[2:4] == ("in", 0xC1)
    assert came[6:] == (len(data), data[:50], (None, None, JSON[:50], len(JSON), False))
    assert went[2:4] == ("out", 0xC1)
    assert went[6:] == (len(answer) - 2, answer[2:52], (None, None, JSON[:50], len(JSON), False))


def test_uncompressed_and_fragmented_messages_take_turns_with_compressed_ones() -> None:
    engine = Engine(deflate=agreed("permessage-deflate; client_max_window_bits"))
    data = compressed(JSON, bits=12)
    answers = list(
        echo(
            client_frame(TEXT, b"short"),
            client_frame(TEXT, data[:10], rsv=RSV1, fin=False),
            client_frame(PING, b"in between"),
            client_frame(CONTINUATION, data[10:]),
            client_frame(TEXT, JSON),
            engine=engine,
        )
    )
    assert answers[0] == b"\x81\x05short"
    assert answers[1:3] == [b"", b""]
    other = zlib.decompressobj(-12)
    for answer in answers[3:]:
        assert answer[0] == 0xC1
        assert other.decompress(answer[2:] + b"\x00\x00\xff\xff") == JSON
    assert engine.traffic.messages_in == engine.traffic.messages_out == 3
    remarks = [record[8] and record[8][3] for record in engine.records]
    assert remarks == [None, None, 9, None, len(JSON), len(JSON), None, len(JSON)]


@pytest.mark.parametrize("final", [False, True])
@pytest.mark.parametrize("fragments", [1, 5])
def test_the_limit_is_exact_for_what_a_message_inflates_to(final: bool, fragments: int) -> None:
    limit = 100_000
    for size, reason in ((limit, None), (limit + 1, CloseCode.MESSAGE_TOO_BIG)):
        engine = Engine(limit=limit, deflate=agreed())
        data = compressed(b"a" * size, final=final)
        step = -(-len(data) // fragments)
        for at in range(0, len(data), step):
            last = at + step >= len(data)
            rsv, opcode = (RSV1, BINARY) if at == 0 else (0, CONTINUATION)
            frame = client_frame(opcode, data[at : at + step], rsv=rsv, fin=last)
            engine.turns.received(frame)
        assert [error.code for error in engine.failures] == [reason][: reason is not None]
        assert engine.traffic.messages_in == (reason is None)


def test_a_compressed_frame_may_be_larger_than_what_it_inflates_to() -> None:
    """Noise takes a few bytes more when it is stored: it is the message that has a limit."""
    noise = os.urandom(100_000)
    data = compressed(noise)
    assert len(data) > len(noise)
    engine = Engine(limit=len(noise), deflate=agreed())
    engine.turns.received(client_frame(BINARY, data, rsv=RSV1))
    assert engine.sink.written.endswith(noise)


async def test_a_bomb_ends_at_the_limit_and_after_a_bounded_turn() -> None:
    bomb = compressed(bytes(64 * 1024 * 1024))
    engine = Engine(limit=8 << 20, deflate=agreed())
    engine.turns.received(client_frame(BINARY, bomb, rsv=RSV1))
    assert engine.failures == []  # a slice of it so far
    while not engine.failures:
        engine.reader.read(b"")
        engine.turns._come_back()
    assert engine.failures[0].code == CloseCode.MESSAGE_TOO_BIG


def test_text_fails_at_the_first_impossible_byte_that_can_be_inflated() -> None:
    engine = Engine(deflate=agreed())
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = stream.compress(b"fine \xff") + stream.flush(zlib.Z_SYNC_FLUSH)
    frame = client_frame(TEXT, first + bytes(100), rsv=RSV1, fin=False)
    engine.turns.received(frame[: 6 + len(first)])
    assert [error.code for error in engine.failures] == [CloseCode.INVALID_PAYLOAD]


def test_text_that_is_too_large_and_none_is_judged_by_what_is_within_the_limit() -> None:
    """However it is cut."""
    for text, code in ((b"\xff" + b"a" * 100, 1007), (b"a" * 100 + b"\xff", 1009)):
        for step in (1, 1000):
            engine = Engine(limit=50, deflate=agreed())
            frame = client_frame(TEXT, compressed(text), rsv=RSV1)
            for at in range(0, len(frame), step):
                engine.turns.received(frame[at : at + step])
            assert [error.code for error in engine.failures] == [code]


def test_a_text_that_ends_within_a_character_is_1007() -> None:
    engine = Engine(deflate=agreed())
    engine.turns.received(client_frame(TEXT, compressed("ü".encode()[:1]), rsv=RSV1))
    assert [error.code for error in engine.failures] == [CloseCode.INVALID_PAYLOAD]


MISPLACED = [
    ("a continuation", client_frame(CONTINUATION, b"x", rsv=RSV1), "first frame"),
    ("a ping", client_frame(PING, b"x", rsv=RSV1), "first frame"),
    ("RSV2, too", client_frame(TEXT, b"x", rsv=RSV1 | 2), "RSV2 set, but no extension"),
    ("a reserved opcode", client_frame(0x3, b"x", rsv=RSV1), "reserved opcode 0x3"),
]


@pytest.mark.parametrize(
    ("frame", "reason"), [row[1:] for row in MISPLACED], ids=[row[0] for row in MISPLACED]
)
def test_rsv1_belongs_to_the_first_frame_of_a_message_alone(frame: bytes, reason: str) -> None:
    """RFC 7692 §6.1 and §6.2."""
    engine = Engine(deflate=agreed())
    engine.turns.received(client_frame(TEXT, b"begun", fin=False))
    engine.turns.received(frame)
    (error,) = engine.failures
    assert error.code == CloseCode.PROTOCOL_ERROR
    assert reason in error.reason


async def test_fragments_that_inflate_to_much_take_many_turns() -> None:
    """And not one, because each by itself is within what a turn may inflate."""
    engine = Engine(limit=1 << 30, deflate=agreed())
    data = compressed(bytes(900 * 1024))
    first = client_frame(BINARY, data + b"\x00\x00\xff\xff", rsv=RSV1, fin=False)
    engine.turns.received(first + client_frame(CONTINUATION, data, fin=False) * 30)
    assert len(engine.records) <= 2
    assert not engine.sink.reading


async def test_a_message_of_nothing_but_final_blocks_takes_many_turns() -> None:
    """Each of them makes zlib start anew: a megabyte of them must not be one turn."""
    engine = Engine(deflate=agreed())
    engine.turns.received(client_frame(BINARY, b"\x03\x00" * 10_000, rsv=RSV1))
    assert engine.traffic.messages_in == 0
    assert not engine.sink.reading
