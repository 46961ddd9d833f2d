"""Frames that clients send, in good order and not, and how the page tells each of them."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from tests.peer import MASKING_KEY, frame

__all__ = ["CASES", "Case", "deflated", "drawn", "named"]

# RFC 7692 §7.2.3.1
HELLO_DEFLATED = bytes.fromhex("f248cdc9c90700")
KEY = MASKING_KEY.hex(" ")


@dataclass(frozen=True, slots=True)
class Case:
    """What a client sends, of which the first frame that is at fault, or else the last, is looked
    at: the bytes of it that came, and how its fields are told.

    A field is told as "name value clause", with its verdict in brackets where it has one.
    """

    name: str
    sent: bytes
    fields: Sequence[str]
    size: str
    before: bytes = b""  # another frame
    compresses: bool = False
    leaves: bool = False  # whether the client ends the stream


def unmasked(head: int, payload: bytes) -> bytes:
    return bytes([head, len(payload)]) + payload


def long(bits: int, payload: bytes, length: int | None = None, key: bytes = MASKING_KEY) -> bytes:
    """Build a binary frame whose length is coded in so many bits, whatever it is."""
    size = len(payload) if length is None else length
    extended = size.to_bytes(bits // 8)
    masked = bytes(byte ^ key[place & 3] for place, byte in enumerate(payload))
    return bytes([0x82, 0xFE if bits == 16 else 0xFF]) + extended + key + masked


FIN = "FIN 1 §5.4"
CONTROL = "FIN 1 §5.5"
FRAGMENT = "FIN 0 §5.4"
UNSET = "RSV1–3 0 0 0 §5.2"
COMPRESSED = ("RSV1 1 RFC 7692 §6", "RSV2–3 0 0 §5.2")
TEXT = "Opcode 0x1 text §5.6"
BINARY = "Opcode 0x2 binary §5.6"
MASK = "MASK 1 §5.1"
MASKING_KEY_FIELD = f"Masking key {KEY} §5.3"


def plain(*fields: str, size: int) -> tuple[str, ...]:
    """The fields of a masked frame whose length takes seven bits, the first of them given."""
    return (*fields, MASK, f"Payload length {size} §5.2", MASKING_KEY_FIELD)


CASES = (
    Case(
        "a text",
        frame(0x1, b"Bonjour"),
        (*plain(FIN, UNSET, TEXT, size=7), "Payload 7 bytes §5.6"),
        "6 header + 7 payload = 13 bytes",
    ),
    Case(
        "nothing in it",
        frame(0x1),
        (*plain(FIN, UNSET, TEXT, size=0), "Payload 0 bytes §5.2"),
        "6 header + 0 payload = 6 bytes",
    ),
    Case(
        "one byte",
        frame(0x2, b"\xff"),
        (*plain(FIN, UNSET, BINARY, size=1), "Payload 1 byte §5.6"),
        "6 header + 1 payload = 7 bytes",
    ),
    Case(
        "the most that seven bits hold",
        frame(0x2, bytes(range(125))),
        (*plain(FIN, UNSET, BINARY, size=125), "Payload 125 bytes §5.6"),
        "6 header + 125 payload = 131 bytes",
    ),
    Case(
        "the least that takes sixteen bits",
        frame(0x2, bytes(range(126))),
        (
            FIN, UNSET, BINARY, MASK, "Payload length 126 §5.2", "Extended length 126 §5.2",
            MASKING_KEY_FIELD, "Payload 126 bytes §5.6",
        ),
        "8 header + 126 payload = 134 bytes",
    ),
    Case(
        "the least that takes sixty-four bits",
        frame(0x2, bytes(range(256)) * 256),
        (
            FIN, UNSET, BINARY, MASK, "Payload length 127 §5.2", "Extended length 65,536 §5.2",
            MASKING_KEY_FIELD, "Payload 65,536 bytes §5.6",
        ),
        "14 header + 65,536 payload = 65,550 bytes",
    ),
    Case(
        "the first fragment",
        frame(0x1, b"Bon", fin=False),
        (*plain(FRAGMENT, UNSET, TEXT, size=3), "Payload 3 bytes §5.6"),
        "6 header + 3 payload = 9 bytes",
    ),
    Case(
        "a fragment between others",
        frame(0x0, b"jo", fin=False),
        (
            *plain(FRAGMENT, UNSET, "Opcode 0x0 continuation §5.4", size=2),
            "Payload 2 bytes §5.4",
        ),
        "6 header + 2 payload = 8 bytes",
        before=frame(0x1, b"Bon", fin=False),
    ),
    Case(
        "the last fragment",
        frame(0x0, b"jour"),
        (*plain(FIN, UNSET, "Opcode 0x0 continuation §5.4", size=4), "Payload 4 bytes §5.4"),
        "6 header + 4 payload = 10 bytes",
        before=frame(0x1, b"Bon", fin=False),
    ),
    Case(
        "a ping",
        frame(0x9, b"alive?"),
        (*plain(CONTROL, UNSET, "Opcode 0x9 ping §5.5.2", size=6), "Payload 6 bytes §5.5.2"),
        "6 header + 6 payload = 12 bytes",
    ),
    Case(
        "a pong that nobody asked for",
        frame(0xA, b"alive!"),
        (*plain(CONTROL, UNSET, "Opcode 0xa pong §5.5.3", size=6), "Payload 6 bytes §5.5.3"),
        "6 header + 6 payload = 12 bytes",
    ),
    Case(
        "a close",
        frame(0x8, b"\x03\xe8bye"),
        (*plain(CONTROL, UNSET, "Opcode 0x8 close §5.5.1", size=5), "Payload 5 bytes §5.5.1"),
        "6 header + 5 payload = 11 bytes",
    ),
    Case(
        "a close without a code",
        frame(0x8),
        (*plain(CONTROL, UNSET, "Opcode 0x8 close §5.5.1", size=0), "Payload 0 bytes §7.1.5"),
        "6 header + 0 payload = 6 bytes",
    ),
    Case(
        "a key that masks nothing",
        b"\x82\x82\0\0\0\0hi",
        (
            FIN, UNSET, BINARY, MASK, "Payload length 2 §5.2",
            "Masking key 00 00 00 00 §5.3 (unusual)", "Payload 2 bytes §5.6",
        ),
        "6 header + 2 payload = 8 bytes",
    ),
    Case(
        "a compressed message",
        frame(0x41, HELLO_DEFLATED),
        (*plain(FIN, *COMPRESSED, TEXT, size=7), "Payload 7 bytes RFC 7692 §7.2.1"),
        "6 header + 7 payload = 13 bytes",
        compresses=True,
    ),
    Case(
        "the beginning of a compressed message",
        frame(0x41, HELLO_DEFLATED[:3], fin=False),
        (*plain(FRAGMENT, *COMPRESSED, TEXT, size=3), "Payload 3 bytes RFC 7692 §6.1"),
        "6 header + 3 payload = 9 bytes",
        compresses=True,
    ),
    Case(
        "the end of a compressed message",
        frame(0x0, HELLO_DEFLATED[3:]),
        (
            *plain(
                FIN, "RSV1 0 RFC 7692 §6.1", "RSV2–3 0 0 §5.2", "Opcode 0x0 continuation §5.4",
                size=4,
            ),
            "Payload 4 bytes RFC 7692 §7.2.1",
        ),
        "6 header + 4 payload = 10 bytes",
        before=frame(0x41, HELLO_DEFLATED[:3], fin=False),
        compresses=True,
    ),
    Case(
        "no mask",
        unmasked(0x81, b"Hello"),
        (
            FIN, UNSET, TEXT, "MASK 0 §5.1 (violation)", "Payload length 5 §5.2",
            "Payload 5 bytes §5.6",
        ),
        "2 header + 5 payload = 7 bytes",
    ),
    Case(
        "RSV1 where nothing was negotiated",
        frame(0x41, b"Hello"),
        (
            *plain(FIN, "RSV1 1 §5.2 (violation)", "RSV2–3 0 0 §5.2", TEXT, size=5),
            "Payload 5 bytes §5.2",
        ),
        "6 header + 5 payload = 11 bytes",
    ),
    Case(
        "RSV1 within a message",
        frame(0x40, HELLO_DEFLATED[3:]),
        (
            *plain(
                FIN, "RSV1 1 RFC 7692 §6.1 (violation)", "RSV2–3 0 0 §5.2",
                "Opcode 0x0 continuation §5.4", size=4,
            ),
            "Payload 4 bytes RFC 7692 §7.2.1",
        ),
        "6 header + 4 payload = 10 bytes",
        before=frame(0x41, HELLO_DEFLATED[:3], fin=False),
        compresses=True,
    ),
    Case(
        "RSV2 and RSV3",
        frame(0x32, b"x"),
        (
            *plain(
                FIN, "RSV1 0 §5.2", "RSV2 1 §5.2 (violation)", "RSV3 1 §5.2 (violation)", BINARY,
                size=1,
            ),
            "Payload 1 byte §5.6",
        ),
        "6 header + 1 payload = 7 bytes",
    ),
    Case(
        "RSV2 between others",
        frame(0x22, b"x"),
        (
            *plain(FIN, "RSV1, RSV3 0 0 §5.2", "RSV2 1 §5.2 (violation)", BINARY, size=1),
            "Payload 1 byte §5.6",
        ),
        "6 header + 1 payload = 7 bytes",
    ),
    Case(
        "a data frame of the future",
        frame(0x3, b"x"),
        (
            *plain(FIN, UNSET, "Opcode reserved 0x3 §5.2 (violation)", size=1),
            "Payload 1 byte §5.2",
        ),
        "6 header + 1 payload = 7 bytes",
    ),
    Case(
        "a control frame of the future",
        frame(0xB, b"x"),
        (
            *plain(CONTROL, UNSET, "Opcode reserved 0xb §5.5 (violation)", size=1),
            "Payload 1 byte §5.2",
        ),
        "6 header + 1 payload = 7 bytes",
    ),
    Case(
        "a ping in fragments",
        frame(0x9, b"x", fin=False),
        (
            *plain("FIN 0 §5.5 (violation)", UNSET, "Opcode 0x9 ping §5.5.2", size=1),
            "Payload 1 byte §5.5.2",
        ),
        "6 header + 1 payload = 7 bytes",
    ),
    Case(
        "a ping too long, of which only a part came",
        frame(0x9, b"p" * 126)[:40],
        (
            CONTROL, UNSET, "Opcode 0x9 ping §5.5.2", MASK,
            "Payload length 126 §5.5 (violation)", "Extended length 126 §5.2", MASKING_KEY_FIELD,
            "Payload 126 bytes (cut short)",
        ),
        "40 of 134 bytes came",
    ),
    Case(
        "sixteen bits where seven would do",
        long(16, b"short"),
        (
            FIN, UNSET, BINARY, MASK, "Payload length 126 §5.2",
            "Extended length 5 §5.2 (violation)", MASKING_KEY_FIELD, "Payload 5 bytes §5.6",
        ),
        "8 header + 5 payload = 13 bytes",
    ),
    Case(
        "sixty-four bits where sixteen would do",
        long(64, b"x" * 300),
        (
            FIN, UNSET, BINARY, MASK, "Payload length 127 §5.2",
            "Extended length 300 §5.2 (violation)", MASKING_KEY_FIELD, "Payload 300 bytes §5.6",
        ),
        "14 header + 300 payload = 314 bytes",
    ),
    Case(
        "a length with its top bit set",
        long(64, b"", 0xFFFF_FFFF_FFFF_FFFF),
        (
            FIN, UNSET, BINARY, MASK, "Payload length 127 §5.2",
            "Extended length 18,446,744,073,709,551,615 §5.2 (violation)", MASKING_KEY_FIELD,
            "Payload 18,446,744,073,709,551,615 bytes (cut short)",
        ),
        "14 of 18,446,744,073,709,551,629 bytes came",
    ),
    Case(
        "a length beyond the limit",
        long(64, b"abc", 0x0020_0000_0000_0001),
        (
            FIN, UNSET, BINARY, MASK, "Payload length 127 §5.2",
            "Extended length 9,007,199,254,740,993 §10.4 (over the limit)", MASKING_KEY_FIELD,
            "Payload 9,007,199,254,740,993 bytes (cut short)",
        ),
        "17 of 9,007,199,254,741,007 bytes came",
    ),
    Case(
        "half a length, whose bytes nobody kept",
        b"\xf2\xfe\x01",
        (
            FIN, "RSV1 1 §5.2 (violation)", "RSV2 1 §5.2 (violation)", "RSV3 1 §5.2 (violation)",
            BINARY, MASK, "Payload length 126 §5.2", "Extended length ·· ·· §5.2 (cut short)",
            "Masking key ·· ·· ·· ·· §5.3 (cut short)", "Payload of unknown length (cut short)",
        ),
        "3 bytes came, not the whole header",
    ),
    Case(
        "half a masking key",
        b"\xb2\x85\x37\xfa",
        (
            FIN, "RSV1 0 §5.2", "RSV2 1 §5.2 (violation)", "RSV3 1 §5.2 (violation)", BINARY,
            MASK, "Payload length 5 §5.2", "Masking key 37 fa ·· ·· §5.3 (cut short)",
            "Payload 5 bytes (cut short)",
        ),
        "4 of 11 bytes came",
    ),
    Case(
        "a text that is none",
        frame(0x1, b"bad \xff"),
        (*plain(FIN, UNSET, TEXT, size=5), "Payload 5 bytes §8.1 (violation)"),
        "6 header + 5 payload = 11 bytes",
    ),
    Case(
        "a continuation of nothing",
        frame(0x0, b"x"),
        (
            *plain(FIN, UNSET, "Opcode 0x0 continuation §5.4 (violation)", size=1),
            "Payload 1 byte §5.4",
        ),
        "6 header + 1 payload = 7 bytes",
    ),
    Case(
        "a message within a message",
        frame(0x2, b"x"),
        (
            *plain(FIN, UNSET, "Opcode 0x2 binary §5.4 (violation)", size=1),
            "Payload 1 byte §5.6",
        ),
        "6 header + 1 payload = 7 bytes",
        before=frame(0x1, b"Bon", fin=False),
    ),
    Case(
        "what cannot be inflated",
        frame(0x42, b"\xff\xff\xff"),
        (
            *plain(FIN, *COMPRESSED, BINARY, size=3),
            "Payload 3 bytes RFC 7692 §7.2.2 (violation)",
        ),
        "6 header + 3 payload = 9 bytes",
        compresses=True,
    ),
    Case(
        "half a close code",
        frame(0x8, b"\x03"),
        (
            *plain(CONTROL, UNSET, "Opcode 0x8 close §5.5.1", size=1),
            "Payload 1 byte §5.5.1 (violation)",
        ),
        "6 header + 1 payload = 7 bytes",
    ),
    Case(
        "a close code that must not be sent",
        frame(0x8, b"\x03\xed"),
        (
            *plain(CONTROL, UNSET, "Opcode 0x8 close §5.5.1", size=2),
            "Payload 2 bytes §7.4 (violation)",
        ),
        "6 header + 2 payload = 8 bytes",
    ),
    Case(
        "a reason that is no text",
        frame(0x8, b"\x03\xe8\xff"),
        (
            *plain(CONTROL, UNSET, "Opcode 0x8 close §5.5.1", size=3),
            "Payload 3 bytes §5.5.1 (violation)",
        ),
        "6 header + 3 payload = 9 bytes",
    ),
    Case(
        "a frame that ends early",
        frame(0x2, b"unfinished")[:10],
        (
            *plain(FIN, UNSET, BINARY, size=10), "Payload 10 bytes (cut short)",
        ),
        "10 of 16 bytes came",
        leaves=True,
    ),
)  # fmt: skip


def deflated(data: bytes) -> bytes:
    """Compress a message as RFC 7692 §7.2.1 says."""
    compressor = zlib.compressobj(wbits=-12)
    return (compressor.compress(data) + compressor.flush(zlib.Z_SYNC_FLUSH))[:-4]


def drawn(case: Case) -> list[str]:
    """What is drawn of a frame: its header, and its payload to the end of a row of eight bytes."""
    sent = case.sent
    extended = {126: 2, 127: 8}.get(sent[1] & 0x7F, 0)
    masked = 4 if sent[1] & 0x80 else 0
    header = 2 + extended + masked
    length = sent[2 : 2 + extended] if extended else bytes([sent[1] & 0x7F])
    size = int.from_bytes(length) if len(length) == (extended or 1) else 0
    whole = min(header + size, header + 8 - (extended + masked) % 8)
    came = [f"{byte:02x}" for byte in sent[:whole]]
    if len(length) < extended:
        # What came of a length that did not come whole is not recorded.
        came[2:] = ["unrecorded"] * len(length)
    return came + ["missing"] * (whole - len(came))


def named(name: str) -> Case:
    return next(case for case in CASES if case.name == name)
