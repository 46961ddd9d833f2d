"""The records: what a frame's first byte and sizes say, and the first value of a header field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame as OtherFrame
from websockets.frames import Opcode

from webapp.journal.events import Exchange, Frame


def frame(head: int, key: bytes | None = None, bits: int = 7, size: int = 0) -> Frame:
    return Frame(0, "run-1", key is None, head, key, bits, size, b"", None)


@pytest.mark.parametrize(
    ("head", "fin", "rsv", "opcode"),
    [
        (0x00, False, (False, False, False), 0x0),
        (0x81, True, (False, False, False), 0x1),
        (0xC1, True, (True, False, False), 0x1),
        (0x22, False, (False, True, False), 0x2),
        (0x98, True, (False, False, True), 0x8),
        (0xFF, True, (True, True, True), 0xF),
    ],
)
def test_the_first_byte_is_told_in_bits(
    head: int, fin: bool, rsv: tuple[bool, bool, bool], opcode: int
) -> None:
    told = frame(head)
    assert (told.fin, told.rsv, told.opcode) == (fin, rsv, opcode)


@pytest.mark.parametrize(
    ("size", "bits", "unmasked"),
    [
        (0, 7, 2),
        (125, 7, 127),
        (126, 16, 130),
        (65535, 16, 65539),
        (65536, 64, 65546),
        # Coded in more bits than it needs: wrong, and still that long.
        (5, 16, 9),
        (5, 64, 15),
    ],
)
def test_the_size_on_the_wire_is_header_and_payload(size: int, bits: int, unmasked: int) -> None:
    assert frame(0x82, None, bits, size).wire_size == unmasked
    assert frame(0x82, b"\0\0\0\0", bits, size).wire_size == unmasked + 4


@given(st.integers(0, 70_000), st.booleans())
def test_the_size_on_the_wire_is_what_another_implementation_sends(size: int, masked: bool) -> None:
    bits = 7 if size < 126 else 16 if size < 65536 else 64
    sent = OtherFrame(Opcode.BINARY, bytes(size)).serialize(mask=masked)
    assert frame(0x82, b"mask" if masked else None, bits, size).wire_size == len(sent)


def test_a_header_field_is_found_in_any_case_and_the_first_one_counts() -> None:
    exchange = Exchange.of("GET / HTTP/1.1", (("Host", "a"), ("oRIGIN", "b"), ("Origin", "c")))
    assert exchange.header("origin") == "b"
    assert exchange.header("cookie") is None


def test_of_a_frame_at_fault_the_size_is_what_came() -> None:
    cut = Frame(1, "c-1", False, 0x82, b"mask", 64, 1 << 40, b"beg", "too large", 17)
    assert cut.wire_size == 17


@pytest.mark.parametrize(
    ("head", "message", "note", "compressed"),
    [
        (0x81, None, None, False),
        (0xC1, b"whole", None, True),
        (0x41, None, None, True),
        (0x00, b"", None, True),
        (0x80, b"whole", None, True),
        (0xC1, None, "reserved bits", False),
    ],
    ids=["plain", "whole", "first part", "next part", "last part", "at fault"],
)
def test_what_is_of_a_compressed_message_is_known(
    head: int, message: bytes | None, note: str | None, compressed: bool
) -> None:
    told = Frame(1, "c-1", False, head, b"mask", 7, 3, b"abc", note, None, message)
    assert told.compressed is compressed
