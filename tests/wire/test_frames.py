"""The frame parser and builder: RFC 6455 §5, by tables and against an independent builder."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.conversing import unmask
from tests.wire.frames import KEY, client_frame
from webapp.wire.frames import FrameParser, Opcode, Piece
from webapp.wire.headers import build_header, length_bits
from webapp.wire.violations import CloseCode, ProtocolError

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA


def parse(*chunks: bytes, most: int = 256, keep: int = 0) -> list[Piece]:
    """Return what a new parser makes of these chunks, or raise what it finds to be wrong."""
    parser = FrameParser(keep)
    pieces = []
    for chunk in chunks:
        parser.feed(chunk)
        while True:
            pieces += parser.parse(most)
            if not parser.more:
                break
    if parser.violation is not None:
        raise parser.violation
    return pieces


def whole(pieces: list[Piece]) -> list[tuple[int, bytes | None, int, int, bytes]]:
    """Put the pieces of each frame together."""
    found = []
    payload = b""
    for head, key, bits, size, part, last, beginning in pieces:
        payload += part
        assert beginning[:10] == payload[: len(beginning)][:10]
        if last:
            assert len(payload) == size
            found.append((head, key, bits, size, payload))
            payload = b""
    return found


def test_the_examples_of_the_rfc_are_parsed() -> None:
    """RFC 6455 §5.7: "Hello" masked, and a masked pong of it."""
    hello = bytes.fromhex("818537fa213d7f9f4d5158")
    pong = bytes.fromhex("8a8537fa213d7f9f4d5158")
    key = bytes.fromhex("37fa213d")
    assert parse(hello + pong) == [
        (0x81, key, 7, 5, b"Hello", True, b"Hello"),
        (0x8A, key, 7, 5, b"Hello", True, b"Hello"),
    ]


@pytest.mark.parametrize(
    ("size", "bits", "header"),
    [
        (0, 7, "8200"),
        (125, 7, "827d"),
        (126, 16, "827e007e"),
        (65535, 16, "827effff"),
        (65536, 64, "827f0000000000010000"),
        ((1 << 63) - 1, 64, "827f7fffffffffffffff"),
    ],
)
def test_lengths_are_coded_in_as_few_bytes_as_possible(size: int, bits: int, header: str) -> None:
    assert build_header(0x82, size) == bytes.fromhex(header)
    assert length_bits(size) == bits


def test_a_length_with_the_top_bit_cannot_be_coded() -> None:
    assert length_bits(1 << 63) == 0


# What is wrong, an example, in words, and how many of its bytes show it.
VIOLATIONS = [
    ("RSV1", client_frame(TEXT, b"x", rsv=4), "RSV1 set", 2),
    ("RSV2 and RSV3", client_frame(TEXT, b"x", rsv=3), "RSV2 and RSV3 set", 2),
    ("RSV3 on a long frame", client_frame(TEXT, bytes(300), rsv=1), "RSV3 set", 2),
    ("a reserved data opcode", client_frame(0x3), "reserved opcode 0x3", 2),
    ("a reserved control opcode", client_frame(0xF), "reserved opcode 0xF", 2),
    ("no mask", client_frame(TEXT, b"x", key=None), "without a mask", 2),
    ("no mask on a close", client_frame(CLOSE, b"\x03\xe8", key=None), "without a mask", 2),
    ("no mask and 64 bits", client_frame(TEXT, b"x", key=None, bits=64), "without a mask", 2),
    ("a fragmented ping", client_frame(PING, b"x", fin=False), "control frame in fragments", 2),
    ("a long ping", client_frame(PING, bytes(126)), "more than 125 bytes", 2),
    ("125 bytes in 16 bits", client_frame(TEXT, bytes(125), bits=16), "more bits than it needs", 4),
    ("0 bytes in 64 bits", client_frame(TEXT, b"", bits=64), "more bits than it needs", 10),
    ("65535 bytes in 64 bits", client_frame(TEXT, bytes(65535), bits=64), "more bits than it", 10),
    ("the top bit", b"\x82\xff" + b"\x80" + bytes(7) + KEY, "top bit", 10),
]


@pytest.mark.parametrize(
    ("frame", "reason"), [row[1:3] for row in VIOLATIONS], ids=[row[0] for row in VIOLATIONS]
)
def test_a_violation_is_told_in_words_and_with_its_frame(frame: bytes, reason: str) -> None:
    with pytest.raises(ProtocolError, match=reason) as caught:
        parse(frame)
    error = caught.value
    assert error.code == CloseCode.PROTOCOL_ERROR
    assert error.frame is not None
    assert error.frame[0] == frame[0]


@pytest.mark.parametrize(
    "frame", [row[1] for row in VIOLATIONS], ids=[row[0] for row in VIOLATIONS]
)
def test_what_stands_before_a_violation_is_parsed_first(frame: bytes) -> None:
    parser = FrameParser()
    parser.feed(client_frame(TEXT, b"good") + frame)
    assert [piece[4] for piece in parser.parse(256)] == [b"good"]
    assert parser.violation is not None
    parser.feed(client_frame(TEXT, b"behind"))
    assert parser.parse(256) == []  # it does not get better


@pytest.mark.parametrize(
    ("frame", "shown"), [row[1::2] for row in VIOLATIONS], ids=[row[0] for row in VIOLATIONS]
)
def test_a_violation_is_noticed_as_soon_as_the_bytes_that_show_it_are_there(
    frame: bytes, shown: int
) -> None:
    """Nobody has to wait for the rest of a frame that cannot be."""
    assert parse(frame[: shown - 1]) == []
    with pytest.raises(ProtocolError) as caught:
        parse(*(bytes([byte]) for byte in frame))
    assert caught.value.came == shown


@pytest.mark.parametrize(
    ("frame", "shown"), [row[1::2] for row in VIOLATIONS], ids=[row[0] for row in VIOLATIONS]
)
def test_of_an_offending_frame_as_much_is_told_as_came(frame: bytes, shown: int) -> None:
    """And nothing else: no masking key that did not come, and no length."""
    head, second = frame[:2]
    bits = {126: 16, 127: 64}.get(second & 0x7F, 7)
    body = 2 + (bits // 8 if bits > 7 else 0)  # where the masking key begins, or the payload
    for came in range(shown, min(len(frame), 24) + 1):
        with pytest.raises(ProtocolError) as caught:
            parse(frame[:came])
        size = second & 0x7F
        if bits > 7:
            size = int.from_bytes(frame[2:body]) if came >= body else 0
        key, payload = None, frame[body:came]
        if second & 0x80:
            key, payload = payload[:4], unmask(payload[4:], KEY)
        whole = came == len(frame) and size < 1 << 63
        assert caught.value.frame == (head, key, bits, size, payload, whole, payload)
        assert caught.value.came == came


def test_the_payload_of_an_offending_frame_is_unmasked_as_far_as_it_came() -> None:
    frame = client_frame(TEXT, b"evidence", rsv=2)
    with pytest.raises(ProtocolError) as caught:
        parse(frame[:-3])
    assert caught.value.frame == (0x80 | 2 << 4 | TEXT, KEY, 7, 8, b"evide", False, b"evide")


def test_a_frame_in_chunks_is_handed_on_in_pieces_and_its_beginning_kept() -> None:
    payload = bytes(range(256)) * 300
    frame = client_frame(BINARY, payload)
    parser = FrameParser(keep=100)
    parser.feed(frame[:14])
    assert [piece[3:] for piece in parser.parse(9)] == [(len(payload), b"", False, b"")]
    parser.feed(frame[14:1001])
    assert not parser.idle
    assert [piece[3:] for piece in parser.parse(9)] == [
        (len(payload), payload[:987], False, payload[:100])
    ]
    parser.feed(frame[1001:])
    assert [piece[3:] for piece in parser.parse(9)] == [
        (len(payload), payload[987:], True, payload[:100])
    ]
    assert parser.idle


def test_no_more_frames_are_returned_than_asked_for() -> None:
    parser = FrameParser()
    parser.feed(client_frame(PING) * 10)
    assert len(parser.parse(4)) == 4
    assert parser.more
    assert len(parser.parse(4)) == 4
    parser.feed(client_frame(TEXT, b"behind"))
    assert [piece[0] for piece in parser.parse(4)] == [0x89, 0x89, 0x81]
    assert not parser.more


@st.composite
def client_frames(draw: st.DrawFn) -> tuple[int, bytes, bytes]:
    """First byte, masking key and payload of a frame that a client may send."""
    opcode = draw(st.sampled_from(list(Opcode)))
    size = draw(st.one_of(st.integers(0, 140), st.integers(65530, 65540)))
    if opcode >= Opcode.CLOSE:
        size = min(size, 125)
    payload = draw(st.binary(min_size=min(size, 8), max_size=min(size, 8))).ljust(size, b"\xa5")
    fin = opcode >= Opcode.CLOSE or draw(st.booleans())
    return fin << 7 | opcode, draw(st.binary(min_size=4, max_size=4)), payload


@given(st.lists(client_frames(), max_size=6), st.data())
def test_any_split_of_the_bytes_gives_the_same_frames(
    frames: list[tuple[int, bytes, bytes]], data: st.DataObject
) -> None:
    stream = b"".join(
        client_frame(head & 0x0F, payload, fin=head >= 0x80, key=key)
        for head, key, payload in frames
    )
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=12).map(sorted))
    edges = [0, *cuts, len(stream)]
    chunks = [stream[start:stop] for start, stop in pairwise(edges)]
    most = data.draw(st.integers(1, 5))
    expected = [
        (head, key, length_bits(len(payload)), len(payload), payload)
        for head, key, payload in frames
    ]
    assert whole(parse(*chunks, most=most)) == expected


@given(st.binary(max_size=400), st.integers(0, 400))
def test_arbitrary_bytes_give_the_same_in_one_chunk_and_in_two(data: bytes, cut: int) -> None:
    def outcome(*chunks: bytes) -> tuple[list[object], object]:
        parser = FrameParser()
        pieces: list[Piece] = []
        for chunk in chunks:
            parser.feed(chunk)
            while True:
                pieces += parser.parse(3)
                if not parser.more:
                    break
        error = parser.violation
        return list(whole(pieces)), error and (error.code, error.reason.split(" ")[0])

    once, twice = outcome(data), outcome(data[:cut], data[cut:])
    assert once == twice
