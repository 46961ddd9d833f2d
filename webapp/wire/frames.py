"""WebSocket frames (RFC 6455 §5): bytes into frames, without I/O."""

from __future__ import annotations

from enum import IntEnum
from typing import TypeAlias

from webapp.wire.headers import build_header, length_bits
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
# RSV1 on its first frame marks a compressed message (RFC 7692 §6).
_COMPRESSED_HEADS = frozenset(head | RSV1 for head in _DATA_HEADS if head & OPCODE)


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
        "_heads",
        "_keep",
        "_missing",
        "idle",
        "more",
        "violation",
    )

    def __init__(self, keep: int = 0, *, deflate: bool = False) -> None:
        """``keep``: how many bytes of a frame in pieces are its beginning; ``deflate``: whether
        messages may be compressed.
        """
        self.idle = True  # whether what was fed so far ended at the end of a frame
        self.more = False  # whether to parse (again) before more is fed
        self.violation: ProtocolError | None = None
        self._heads = _HEADS | _COMPRESSED_HEADS if deflate else _HEADS
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
    def in_control(self) -> bool:
        """Whether what waits is a part of a control frame."""
        return bool(self.waiting and self._data[self._at] & CONTROL)

    @property
    def waiting(self) -> int:
        """How many bytes were fed that are not parsed yet."""
        return len(self._data) - self._at

    def drop(self) -> None:
        """Let go of what was fed and not parsed: nothing more is to come."""
        self._data = self._beginning = b""
        self._at = self._missing = 0
        self.violation = None

    def feed(self, data: bytes) -> None:
        """Take a chunk of what the client sent."""
        rest = self._data[self._at :]
        self._data = rest + data if rest else data
        self._at = 0
        if data:
            self.more = True

    def parse(self, most: int) -> list[Piece]:
        """Return frames and parts of frames, ``most`` of them at a time.

        The first frame that RFC 6455 §5 forbids is not returned: it becomes the ``violation``, with
        1002, as soon as those bytes of its header came that show it. Nothing behind it is parsed,
        as nobody can know where the next frame begins.
        """
        pieces: list[Piece] = []
        data, at, heads = self._data, self._at, self._heads
        end = len(data)
        if self._missing and at < end:
            chunk = data[at : at + self._missing]
            at += len(chunk)
            pieces.append(self._piece(chunk))
        while end - at >= 2 and self.violation is None:
            head = data[at]
            size = data[at + 1] - MASK
            if head not in heads or size < 0 or (size > 125 and head & CONTROL):
                self.violation = _violation(data[at:], heads)
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
            # A length is judged once all of it came: nobody waits for the masking key behind it.
            if bits > 7 and length_bits(size) != bits and start - 4 <= end:
                self.violation = _violation(data[at:], heads)
                break
            stop = start + size
            if start > end or (stop > end and head & CONTROL):
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
        self.idle = at == end and not self._missing
        if at == end:
            self._data, self._at = b"", 0  # an idle connection holds nothing of what it was sent
        else:
            self._at = at
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


def _violation(data: bytes, heads: frozenset[int]) -> ProtocolError:
    """The error for the frame at the start of ``data``, of which two bytes or more are there.

    Its ``frame`` tells no more than came: a masking key in part or ``b""``, a length of 0.
    """
    head = data[0]
    masked = bool(data[1] & MASK)
    size = data[1] & ~MASK
    extended = {126: 2, 127: 8}.get(size, 0)
    start = 2 + extended + (4 if masked else 0)
    if extended:
        size = int.from_bytes(data[2 : 2 + extended]) if len(data) >= 2 + extended else 0
    # RSV1 has a meaning where messages may be compressed, but only on their first frames.
    undefined = RSV2 | RSV3 if heads is not _HEADS else RSV1 | RSV2 | RSV3
    if head & undefined:
        names = {"RSV1": RSV1, "RSV2": RSV2, "RSV3": RSV3}
        bits = " and ".join(name for name, bit in names.items() if head & undefined & bit)
        reason = f"{bits} set, but no extension was negotiated that defines it"
    elif head & OPCODE not in set(Opcode):
        reason = f"reserved opcode 0x{head & OPCODE:X}"
    elif head & RSV1 and head not in heads:
        reason = "RSV1 set, but only the first frame of a message says that it is compressed"
    elif not masked:
        reason = "frame from a client without a mask"
    elif head not in heads:
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
