"""WebSocket messages (RFC 6455 §5.4): frames put together, text checked, size bounded, no I/O."""

from __future__ import annotations

from codecs import getincrementaldecoder
from typing import TYPE_CHECKING

from webapp.wire.frames import FIN, OPCODE, Opcode
from webapp.wire.violations import CloseCode, ProtocolError

if TYPE_CHECKING:
    from codecs import IncrementalDecoder

__all__ = ["MessageAssembler"]

_Utf8Decoder = getincrementaldecoder("utf-8")
_WHOLE_TEXT = FIN | Opcode.TEXT

_NO_LIMIT = 1 << 63  # no frame is larger

# Pieces smaller than this are gathered in one buffer: a message that trickles in byte by byte
# would otherwise cost forty bytes of bookkeeping for each.
_SMALL = 4096


class MessageAssembler:
    """The messages of one client, from the pieces of its data frames."""

    __slots__ = ("_decoder", "_in_frame", "_max_size", "_opcode", "_pieces", "_size", "idle")

    def __init__(self, max_size: int) -> None:
        """``max_size``: the largest message to take, in bytes; 0 for no limit."""
        self._max_size = max_size or _NO_LIMIT
        self.idle = True  # whether the next data frame is to begin a message
        self._opcode = 0  # of the message under way; 0 when there is none
        self._in_frame = False  # whether the frame under way has been seen to begin
        self._size = 0
        self._pieces: list[bytes | bytearray] = []
        self._decoder: IncrementalDecoder | None = None

    def take(self, head: int, size: int, payload: bytes, last: bool) -> tuple[int, bytes] | None:
        """Take a piece of a data frame; return opcode and payload once a message is whole.

        Arguments are those of ``frames.Piece``: ``size`` is that of the whole frame.

        Raises:
            ProtocolError: 1002 for fragments out of order, 1007 at the first byte that makes a
                text impossible, 1009 when a frame is announced that makes the message too large.
        """
        if last and head > FIN and self.idle and size <= self._max_size:
            # The usual message: one frame, in one piece.
            if head == _WHOLE_TEXT and not payload.isascii():
                _check_text(payload)
            return head & OPCODE, payload
        if not self._in_frame:
            self._begin_frame(head & OPCODE, size)
        self._keep(payload)
        whole = last and head & FIN
        if self._decoder is not None:
            _check_piece(self._decoder, payload, bool(whole))
        if last:
            self._in_frame = False
        return self._finish() if whole else None

    def _begin_frame(self, opcode: int, size: int) -> None:
        if opcode and not self.idle:
            raise ProtocolError(
                CloseCode.PROTOCOL_ERROR, "new message before the last fragment of the one before"
            )
        if not opcode and self.idle:
            raise ProtocolError(CloseCode.PROTOCOL_ERROR, "continuation of no message")
        # Judged by what the header announces, before any of it is held.
        self._check_size(self._size + size)
        self._size += size
        self._in_frame = True
        if opcode:
            self._opcode = opcode
            self.idle = False
            self._decoder = _Utf8Decoder() if opcode == Opcode.TEXT else None

    def _finish(self) -> tuple[int, bytes]:
        message = self._opcode, b"".join(self._pieces)
        self._opcode = 0
        self.idle = True
        self._size = 0
        self._pieces = []
        self._decoder = None
        return message

    def _keep(self, piece: bytes) -> None:
        if len(piece) >= _SMALL:
            self._pieces.append(piece)
        elif self._pieces and isinstance(self._pieces[-1], bytearray):
            self._pieces[-1] += piece
        else:
            self._pieces.append(bytearray(piece))

    def _check_size(self, size: int) -> None:
        if size > self._max_size:
            raise ProtocolError(
                CloseCode.MESSAGE_TOO_BIG,
                f"message of {size} bytes or more, at most {self._max_size} are taken",
            )


def _check_text(payload: bytes) -> None:
    try:
        payload.decode()
    except UnicodeDecodeError as error:
        raise _not_utf8(f" at byte {error.start}") from None


def _check_piece(decoder: IncrementalDecoder, payload: bytes, whole: bool) -> None:
    try:
        decoder.decode(payload, whole)
    except UnicodeDecodeError:
        raise _not_utf8() from None
    # CPython waits for the third byte before it says that a surrogate is not UTF-8.
    rest, _ = decoder.getstate()
    if rest[:1] == b"\xed" and rest[1:] >= b"\xa0":
        raise _not_utf8()


def _not_utf8(where: str = "") -> ProtocolError:
    return ProtocolError(CloseCode.INVALID_PAYLOAD, f"text is not UTF-8{where}")
