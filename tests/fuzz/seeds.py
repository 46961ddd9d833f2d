"""Scripts to begin with: one for each thing that a peer may do, and for many that it must not."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from tests.fuzz.script import frame_of

__all__ = ["seeds"]

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
FIN, RSV1, RSV2 = 0x80, 0x40, 0x20
COMPRESSED, BITS_16, BITS_64, KEY, UNMASKED = 0x08, 0x10, 0x20, 0x40, 0xC0

# Steps: first byte, flags and payload of each frame.
_STEPS: list[list[tuple[int, int, bytes]]] = [
    [(FIN | TEXT, 0, b"plain"), (FIN | BINARY, KEY, b"\xff\x00"), (FIN | TEXT, 0, b"")],
    [(FIN | TEXT, KEY, "größe €𝄞".encode()), (FIN | TEXT, 0, b"\xed\x9f\xbf\xf4\x8f\xbf\xbf")],
    [(TEXT, 0, b"\xe2"), (FIN | PING, 0, b"?"), (CONTINUATION, 0, b"\x82"), (FIN, 0, b"\xac")],
    [(BINARY, 0, b""), (CONTINUATION, 0, b""), (FIN | PONG, 0, b"1"), (FIN, 0, b"x")],
    [(FIN | BINARY, 5, b"abcdef"), (FIN | BINARY, 7, b"0123456789abcdef0123456789")],
    [(FIN | TEXT, 0, b"x")] * 300,
    [(FIN | BINARY, KEY | 7, b"0123456789abcdef0123456789")] * 8,
    [(FIN | PING, 0, b"x" * 125), (FIN | CLOSE, 0, b"\x03\xe8bye"), (FIN | TEXT, 0, b"behind")],
    [(FIN | CLOSE, 0, b"")],
    [(FIN | CLOSE, 0, b"\x03")],
    [(FIN | CLOSE, 0, b"\x03\xed")],
    [(FIN | CLOSE, 0, b"\x0f\xa0\xff")],
    [(TEXT, 0, b"\xed\xa0"), (FIN, 0, b"\x80")],
    [(FIN | TEXT, 0, b"\xf4\x90")],
    [(FIN, 0, b"orphan")],
    [(TEXT, 0, b"a"), (FIN | TEXT, 0, b"b")],
    [(FIN | TEXT, UNMASKED, b"unmasked")],
    [(FIN | RSV2 | TEXT, 0, b"reserved")],
    [(FIN | 0x3, 0, b"reserved")],
    [(PING, 0, b"in fragments")],
    [(FIN | PING, 5, b"too long")],
    [(FIN | TEXT, BITS_16, b"too many bits"), (FIN | TEXT, BITS_64, b"")],
    [(FIN | TEXT, COMPRESSED, b"the same, "), (FIN | TEXT, COMPRESSED | 5, b"the same, ")],
    [(TEXT, COMPRESSED, b"first"), (FIN | PING, 0, b""), (FIN | TEXT, COMPRESSED, b"")],
    [(FIN | BINARY, COMPRESSED | 7, b"bomb")],
]


def _deflated(*messages: bytes, final: bool = False) -> bytes:
    """Frames with messages that refer to each other, each a stream of its own if ``final``."""
    frames = b""
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    for message in messages:
        if final:
            engine = zlib.compressobj(9, zlib.DEFLATED, -15)
            data = engine.compress(message) + engine.flush(zlib.Z_FINISH) + b"\0"
        else:
            data = (engine.compress(message) + engine.flush(zlib.Z_SYNC_FLUSH))[:-4]
        half = len(data) // 2
        frames += frame_of(RSV1 | TEXT, data[:half], None, 0)
        frames += frame_of(FIN | CONTINUATION, data[half:], None, 0)
    return frames


# As they are sent.
_SENT = [
    b"\x82\xff\x80" + bytes(11),
    b"\x81\x85\x00",
    frame_of(FIN | BINARY, b"x" * 200, None, KEY)[:100],
    _deflated(b"the same again, and the same again", b"the same again", b""),
    _deflated(b"the same again, and the same again", b"the same again", final=True),
    _deflated(b"x" * 100_000),
    _deflated(b"x" * 600_000, b"behind"),
    frame_of(FIN | RSV1 | TEXT, b"\xff\xff", None, 0),
    frame_of(FIN | RSV1 | BINARY, b"\x03\x00" * 900, None, 0),
    frame_of(FIN | RSV1 | BINARY, bytes.fromhex("000500faff48656c6c6f00"), None, 0),
    frame_of(FIN | RSV1 | PING, b"", None, 0),
]


# Flags, windows and chunks: plain; with the largest windows, or small ones and no takeover.
_SETTINGS = [
    (0x00, 0x00, b"\x05\x03"),
    (0x1E, 0x67, b"\x00\x40"),
    (0x0E, 0x67, b"\xff\xff"),
    (0x12, 0x00, b"\x07\x01"),
    (0x22, 0x37, b"\xff\xff"),
]


def seeds() -> Iterator[bytes]:
    """Return the scripts, each for connections with and without compression, small and large."""
    steps = [
        b"".join(bytes((head, flags, len(data))) + data for head, flags, data in frames)
        for frames in _STEPS
    ]
    for flags, windows, cuts in _SETTINGS:
        yield from (bytes((flags | 1, windows)) + cuts + script for script in steps)
        yield from (bytes((flags, windows)) + cuts + data for data in _SENT)
    yield bytes((0x41, 0, 9, 9)) + steps[7]
