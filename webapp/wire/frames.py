"""WebSocket frames (RFC 6455 §5): bytes into frames and frames into bytes, without I/O."""

from __future__ import annotations

from enum import IntEnum
from struct import Struct
from typing import TypeAlias

from webapp.wire.violations import CloseCode, ProtocolError

try:
    from websockets.speedups import apply_mask
except ImportError:  # pragma: no cover - only where websockets was installed without its C part
    from websockets.utils import apply_mask

__all__ = [
    "CONTROL",
    "FIN",
    "MASK",
    "OPCODE",
    "RSV1",
    "RSV2",
    "RSV3",
    "FrameParser",
    "Opcode",
    "Piece",
    "apply_mask",
    "build_header",
    "length_bits",
]

# The first byte of a frame, its "head" in what follows.
FIN = 0x80
RSV1 = 0x40
RSV2 = 0x20
RSV3 = 0x10
OPCODE = 0x0F
CONTROL = 0x08  # the bit that control opcodes have and data opcodes do not

MASK = 0x80  # of the second byte


class Opcode(IntEnum):
    """What a frame is (RFC 6455 §5.2)."""

    CONTINUATION = 0x0
    TEXT = 0x1
    BINARY = 0x2
    CLOSE = 0x8
    PING = 0x9
    PONG = 0xA


# One frame, or a part of one: head, masking key (None: unmasked), bits of the payload length's
# coding (7, 16 or 64), payload length in bytes, unmasked payload, whether this completes the frame,
# and at least the beginning of what came of its payload so far. A plain tuple, because one is made
# for every frame.
Piece: TypeAlias = tuple[int, bytes | None, int, int, bytes, bool, bytes]

_DATA_HEADS = frozenset(fin | opcode for fin in (0, FIN) for opcode in Opcode if opcode < CONTROL)
_CONTROL_HEADS = frozenset(FIN | opcode for opcode in Opcode if opcode & CONTROL)
_HEADS = _DATA_HEADS | _CONTROL_HEADS


class FrameParser:
    """Frames from the bytes of one client, in whatever chunks they arrive.

    A data frame that spans chunks is handed on in pieces as they come, so that nothing is held
    twice and text can be checked at once; a control frame (at most 131 bytes) is handed on whole.
    """

    __slots__ = (
        "_at",
        "_beginning",
        "_data",
        "_frame",
        "_keep",
        "_missing",
        "idle",
        "more",
        "violation",
    )

    def __init__(self, keep: int = 0) -> None:
        """``keep``: how many bytes of a frame in pieces are its beginning."""
        self.idle = True  # whether what was fed so far ended at the end of a frame
        self.more = False  # whether to parse again before more is fed
        self.violation: ProtocolError | None = None
        self._keep = keep
        self._data = b""
        self._at = 0  # where in it the next frame begins
        self._frame: tuple[int, bytes, int, int] = (0, b"", 0, 0)
        self._missing = 0  # bytes of that frame's payload still to come
        self._beginning = b""

    @property
    def unfinished(self) -> Piece | None:
        """The data frame that has begun and not ended."""
        if not self._missing:
            return None
        head, key, bits, size = self._frame
        return head, key, bits, size, b"", False, self._beginning

    @property
    def came(self) -> int:
        """How many bytes of that frame came, with its header."""
        _, key, _, size = self._frame
        return len(build_header(0, size)) + len(key) + size - self._missing

    @property
    def waiting(self) -> int:
        """How many bytes were fed that are not parsed yet."""
        return len(self._data) - self._at

    def feed(self, data: bytes) -> None:
        """Take a chunk of what the client sent."""
        rest = self._data[self._at :]
        self._data = rest + data if rest else data
        self._at = 0

    def parse(self, most: int) -> list[Piece]:
        """Return frames and parts of frames, ``most`` of them at a time.

        The first frame that RFC 6455 §5 forbids is not returned: it becomes the ``violation``, with
        1002, and nothing behind it is parsed, as nobody can know where the next frame begins.
        """
        pieces: list[Piece] = []
        data, at = self._data, self._at
        end = len(data)
        if self._missing and at < end:
            chunk = data[at : at + self._missing]
            at += len(chunk)
            pieces.append(self._piece(chunk))
        while end - at >= 2 and self.violation is None:
            head = data[at]
            size = data[at + 1] - MASK
            if head not in _HEADS or size < 0 or (size > 125 and head & CONTROL):
                self.violation = _violation(data[at:])
                break
            if size < 126:
                bits = 7
                start = at + 6
            elif size == 126:
                bits = 16
                start = at + 8
                size = int.from_bytes(data[at + 2 : at + 4])
            else:
                bits = 64
                start = at + 14
                size = int.from_bytes(data[at + 2 : at + 10])
            stop = start + size
            if start > end or (stop > end and head & CONTROL):
                break
            if bits > 7 and length_bits(size) != bits:
                self.violation = _violation(data[at:])
                break
            key = data[start - 4 : start]
            if stop > end:
                self._frame = head, key, bits, size
                self._missing = size
                self._beginning = b""
                at = end
                pieces.append(self._piece(data[start:]))
                break
            at = stop
            payload = apply_mask(data[start:stop], key)
            pieces.append((head, key, bits, size, payload, True, payload))
            if len(pieces) >= most:
                break
        self._at = at
        self.idle = at == end and not self._missing
        self.more = len(pieces) >= most
        return pieces

    def _piece(self, chunk: bytes) -> Piece:
        """The next part of a data frame that spans chunks."""
        head, key, bits, size = self._frame
        turn = (size - self._missing) & 3  # the masking key goes on where the last piece ended
        self._missing -= len(chunk)
        payload = apply_mask(chunk, key[turn:] + key[:turn])
        if (room := self._keep - len(self._beginning)) > 0:
            self._beginning += payload[:room]
        return head, key, bits, size, payload, not self._missing, self._beginning


_UINT16 = Struct("!BBH")
_UINT64 = Struct("!BBQ")
_SHORT_HEADERS = {head: tuple(bytes((head, size)) for size in range(126)) for head in range(0x100)}


def build_header(head: int, size: int) -> bytes:
    """Return the header of an unmasked frame: a server never masks (RFC 6455 §5.1).

    ``head`` is its first byte, ``size`` the length of its payload in bytes.
    """
    if size < 126:
        return _SHORT_HEADERS[head][size]
    if size < 0x10000:
        return _UINT16.pack(head, 126, size)
    return _UINT64.pack(head, 127, size)


def length_bits(size: int) -> int:
    """Return in how many bits (7, 16 or 64) a payload length must be coded; 0 if it cannot be."""
    if size < 126:
        return 7
    if size < 0x10000:
        return 16
    return 64 if size < 1 << 63 else 0


def _violation(data: bytes) -> ProtocolError:
    """The error for the frame at the start of ``data``, of which two bytes or more are there."""
    head = data[0]
    masked = bool(data[1] & MASK)
    size = data[1] & ~MASK
    extended = {126: 2, 127: 8}.get(size, 0)
    start = 2 + extended + (4 if masked else 0)
    if extended:
        # Of a length that has not come yet nothing is known.
        size = int.from_bytes(data[2 : 2 + extended]) if len(data) >= 2 + extended else 0
    if head & (RSV1 | RSV2 | RSV3):
        names = {"RSV1": RSV1, "RSV2": RSV2, "RSV3": RSV3}
        bits = " and ".join(name for name, bit in names.items() if head & bit)
        reason = f"{bits} set, but no extension was negotiated that defines it"
    elif head & OPCODE not in set(Opcode):
        reason = f"reserved opcode 0x{head & OPCODE:X}"
    elif not masked:
        reason = "frame from a client without a mask"
    elif head not in _HEADS:
        reason = "control frame in fragments"
    elif head & CONTROL:
        reason = "control frame with more than 125 bytes of payload"
    elif size >> 63:
        reason = "payload length with the top bit set"
    else:
        reason = f"payload length {size} coded in more bits than it needs"
    key = data[start - 4 : start] if masked else None
    payload = data[start : start + size]
    if key is not None:
        payload = apply_mask(payload, key) if len(key) == 4 else b""
    whole = len(payload) == size and len(data) >= start
    bits_used = {2: 16, 8: 64}.get(extended, 7)
    frame = (head, key, bits_used, size, payload, whole, payload)
    came = min(len(data), start + size)
    return ProtocolError(CloseCode.PROTOCOL_ERROR, reason, frame, came)
