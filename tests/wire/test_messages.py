"""Messages out of frames: RFC 6455 §5.4, §5.6 and §8.1."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.wire.messages import MessageAssembler
from webapp.wire.violations import CloseCode, ProtocolError

FIN, CONTINUATION, TEXT, BINARY = 0x80, 0x0, 0x1, 0x2


def assemble(
    *frames: tuple[int, bytes], max_size: int = 0, cut: int = 1 << 20
) -> list[tuple[int, bytes]]:
    """Return the messages that frames make when each comes in pieces of ``cut`` bytes."""
    assembler = MessageAssembler(max_size)
    messages = []
    for head, payload in frames:
        pieces = [payload[at : at + cut] for at in range(0, len(payload), cut)] or [b""]
        for index, piece in enumerate(pieces):
            last = index == len(pieces) - 1
            if message := assembler.take(head, len(payload), piece, last):
                assert not message[2]
                messages.append(message[:2])
    return messages


def test_a_message_in_one_frame_is_whole() -> None:
    assert assemble((FIN | TEXT, "grüß".encode())) == [(TEXT, "grüß".encode())]
    assert assemble((FIN | BINARY, b"\xff\x00")) == [(BINARY, b"\xff\x00")]


@given(st.lists(st.binary(max_size=9000), min_size=1, max_size=6), st.integers(1, 10000))
def test_fragments_and_pieces_of_any_size_are_joined(parts: list[bytes], cut: int) -> None:
    first, *others = [*parts, b""]
    frames = [
        (BINARY, first),
        *((CONTINUATION, part) for part in others[:-1]),
        (FIN | CONTINUATION, others[-1]),
    ]
    assert assemble(*frames, cut=cut) == [(BINARY, b"".join(parts))]


@given(st.text(), st.integers(1, 4))
def test_text_may_be_cut_within_a_character(text: str, cut: int) -> None:
    data = text.encode()
    middle = len(data) // 2
    frames = [(TEXT, data[:middle]), (FIN | CONTINUATION, data[middle:])]
    assert assemble(*frames, cut=cut) == [(TEXT, data)]


@given(st.binary(max_size=12), st.integers(1, 3))
def test_text_is_taken_just_if_it_is_utf8(data: bytes, cut: int) -> None:
    try:
        data.decode()
        valid = True
    except UnicodeDecodeError:
        valid = False
    for frames in (
        [(FIN | TEXT, data)],
        [(TEXT, data[:cut]), (FIN | CONTINUATION, data[cut:])],
    ):
        for size in (cut, 1 << 20):
            if valid:
                assert assemble(*frames, cut=size) == [(TEXT, data)]
            else:
                with pytest.raises(ProtocolError) as caught:
                    assemble(*frames, cut=size)
                assert caught.value.code == CloseCode.INVALID_PAYLOAD


IMPOSSIBLE = [b"\xff", b"\xc0", b"\x80", b"\xed\xa0", b"\xf4\x90", b"\xe0\x80", b"\xf5"]


@pytest.mark.parametrize("start", IMPOSSIBLE, ids=bytes.hex)
def test_text_fails_at_the_first_impossible_byte(start: bytes) -> None:
    """Neither the rest of the frame nor that of the message has to come."""
    assembler = MessageAssembler(0)
    assembler.take(TEXT, 1000, b"fine so far", False)
    with pytest.raises(ProtocolError) as caught:
        assembler.take(TEXT, 1000, start, False)
    assert caught.value.code == CloseCode.INVALID_PAYLOAD


OUT_OF_ORDER = [
    ("an orphan", [(FIN | CONTINUATION, b"x")], "continuation of no message"),
    ("a second orphan", [(FIN | TEXT, b""), (CONTINUATION, b"")], "continuation of no message"),
    ("one in another", [(TEXT, b"x"), (FIN | TEXT, b"y")], "before the last fragment"),
    ("one in an empty one", [(TEXT, b""), (FIN | BINARY, b"y")], "before the last fragment"),
    ("a start in another", [(BINARY, b"x"), (BINARY, b"y")], "before the last fragment"),
]


@pytest.mark.parametrize(
    ("frames", "reason"), [row[1:] for row in OUT_OF_ORDER], ids=[row[0] for row in OUT_OF_ORDER]
)
def test_fragments_out_of_order_are_violations(
    frames: list[tuple[int, bytes]], reason: str
) -> None:
    with pytest.raises(ProtocolError, match=reason) as caught:
        assemble(*frames)
    assert caught.value.code == CloseCode.PROTOCOL_ERROR


@pytest.mark.parametrize("cut", [1, 7, 1 << 20])
def test_the_limit_is_exact(cut: int) -> None:
    """A message of just the limit passes, one byte more is 1009: plain or in fragments."""
    just, over = bytes(100), bytes(101)
    assert assemble((FIN | BINARY, just), max_size=100, cut=cut) == [(BINARY, just)]
    halves = [(BINARY, bytes(50)), (FIN | CONTINUATION, bytes(50))]
    assert assemble(*halves, max_size=100, cut=cut) == [(BINARY, just)]
    for frames in (
        [(FIN | BINARY, over)],
        [(BINARY, bytes(50)), (FIN | CONTINUATION, bytes(51))],
    ):
        with pytest.raises(ProtocolError) as caught:
            assemble(*frames, max_size=100, cut=cut)
        assert caught.value.code == CloseCode.MESSAGE_TOO_BIG


def test_a_frame_that_is_too_large_is_refused_by_its_header() -> None:
    with pytest.raises(ProtocolError) as caught:
        MessageAssembler(100).take(FIN | BINARY, 101, b"", False)
    assert caught.value.code == CloseCode.MESSAGE_TOO_BIG


def test_the_next_message_starts_afresh() -> None:
    frames = [
        (TEXT, b"a"),
        (FIN | CONTINUATION, b"b"),
        (FIN | BINARY, b"\xff"),
        (BINARY, bytes(60)),
        (FIN | CONTINUATION, bytes(40)),
    ]
    assert assemble(*frames, max_size=100) == [
        (TEXT, b"ab"),
        (BINARY, b"\xff"),
        (BINARY, bytes(100)),
    ]


def test_a_message_that_trickles_in_is_held_in_one_buffer() -> None:
    """Not in an object for each byte: a slow peer must not cost more than a fast one."""
    assembler = MessageAssembler(0)
    for _ in range(10_000):
        assembler.take(FIN | BINARY, 20_000, b"x", False)
    assert len(assembler._pieces) == 1
