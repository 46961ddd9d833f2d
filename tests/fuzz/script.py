"""What a fuzzer's bytes stand for: a connection's bounds, what comes over it, and in what chunks.

A fuzzer that had to find out about lengths, masks and deflated data by itself would get nowhere:
half of its scripts are lists of frames, which are built here; the others are sent as they are.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from tests.wire.conversing import RSV1, unmask
from webapp.wire.extensions import PerMessageDeflate
from webapp.wire.settings import StreamSettings

__all__ = ["KEPT", "LONGEST", "Script", "frame_of", "read_script"]

LONGEST = 2048  # bytes of a fuzzer's that are worth reading

KEPT = 128  # bytes of each payload in its record: all of a control frame's

# The first four bytes: flags, windows, and the sizes of the chunks in turn.
_HEADER = 4
_FRAMES = 0x01
_DEFLATE = 0x02
_CLIENT_TAKEOVER = 0x04
_SERVER_TAKEOVER = 0x08
_CLOSING = 0x40
_LIMITS = (0, 200, 1000, 70_000)  # by two more of the flags; 0: none

# A step: the frame's first byte, these flags, the size of the payload's seed, the seed.
_TIMES = (1, 1, 1, 1, 2, 30, 300, 3000)  # how often the seed stands in the payload
_COMPRESSED = 0x08
_BITS = (None, 16, 64, None)
_UNMASKED = 0xC0  # both of these bits; one alone: with a key that changes something
_MOST = 100_000  # bytes

_MOST_CHUNKS = 100

_KEY = bytes.fromhex("37fa213d")


@dataclass(frozen=True, slots=True)
class Script:
    """How a stream is set up, and what comes to it."""

    settings: StreamSettings
    deflate: PerMessageDeflate | None
    data: bytes
    cuts: tuple[int, int]
    closing: bool  # the server begins the closing handshake before anything comes

    @property
    def chunks(self) -> Iterator[bytes]:
        """What comes, in pieces of the two sizes in turn, or larger ones if they were too many."""
        at, turn = 0, 0
        least = len(self.data) // _MOST_CHUNKS
        while at < len(self.data):
            size = max(self.cuts[turn], least)
            yield self.data[at : at + size]
            at += size
            turn = 1 - turn


def read_script(source: bytes) -> Script | None:
    """Return what a fuzzer's bytes stand for; None if there are too few of them."""
    if len(source) < _HEADER:
        return None
    flags, windows, *cuts = source[:_HEADER]
    deflate = None
    if flags & _DEFLATE:
        deflate = PerMessageDeflate(
            server_takeover=bool(flags & _SERVER_TAKEOVER),
            client_takeover=bool(flags & _CLIENT_TAKEOVER),
            server_window_bits=9 + (windows >> 4) % 7,
            client_window_bits=8 + windows % 8,
            memory_level=1 + (windows >> 3) % 9,
            threshold=windows % 3 * 32,
            header="",
        )
    rest = source[_HEADER:]
    return Script(
        settings=StreamSettings(max_message_size=_LIMITS[flags >> 4 & 3], kept_payload=KEPT),
        deflate=deflate,
        data=_frames(rest, deflate) if flags & _FRAMES else rest,
        cuts=(1 + cuts[0], 1 + cuts[1] ** 2),
        closing=bool(flags & _CLOSING),
    )


def _frames(steps: bytes, deflate: PerMessageDeflate | None) -> bytes:
    """Build the frames of a script that is a list of steps."""
    data = b""
    engine = None
    at = 0
    while at + 3 <= len(steps) and len(data) < _MOST:
        head, flags, size = steps[at : at + 3]
        payload = steps[at + 3 : at + 3 + size] * _TIMES[flags & 7]
        at += 3 + size
        if flags & _COMPRESSED and deflate is not None:
            if engine is None or not deflate.client_takeover:
                engine = zlib.compressobj(1, zlib.DEFLATED, -max(9, deflate.client_window_bits), 1)
            payload = (engine.compress(payload) + engine.flush(zlib.Z_SYNC_FLUSH))[:-4]
            head |= RSV1
        data += frame_of(head, payload, _BITS[flags >> 4 & 3], flags & _UNMASKED)
    return data


def frame_of(head: int, payload: bytes, bits: int | None, masking: int) -> bytes:
    """Build a frame; ``bits``: those of the length's coding, where they are enough for it."""
    size = len(payload)
    least = 7 if size < 126 else 16 if size < 1 << 16 else 64
    bits = max(bits or 7, least)
    masked = masking != _UNMASKED
    second = {7: size, 16: 126, 64: 127}[bits] | masked << 7
    header = bytes([head, second]) + (size.to_bytes(bits // 8) if bits > 7 else b"")
    if not masked:
        return header + payload
    key = _KEY if masking else bytes(4)
    return header + key + (unmask(payload, key) if masking else payload)
