"""WebSocket messages (RFC 6455 §5.4): frames put together, inflated, text checked, size bounded."""

from __future__ import annotations

from codecs import getincrementaldecoder
from typing import TYPE_CHECKING, TypeAlias

from webapp.wire.frames import FIN, OPCODE, RSV1, Opcode
from webapp.wire.violations import CloseCode, ProtocolError

if TYPE_CHECKING:
    from codecs import IncrementalDecoder

    from webapp.wire.deflate import Inflater

__all__ = ["Message", "MessageAssembler"]

# Opcode, payload, and whether it came compressed.
Message: TypeAlias = tuple[int, bytes, bool]

_Utf8Decoder = getincrementaldecoder("utf-8")
_WHOLE_TEXT = FIN | int(Opcode.TEXT)
_WHOLE = (_WHOLE_TEXT, FIN | int(Opcode.BINARY))

_NO_LIMIT = 1 << 63  # no frame is larger

# Pieces smaller than this are gathered in one buffer: a message that trickles in byte by byte
# would otherwise cost forty bytes of bookkeeping for each.
_SMALL = 4096

# How many bytes a piece may inflate to in a turn (some three milliseconds), and how many each go at
# it stands for: a thousand times what came is possible, and blocks without a byte in them are, too.
# In smaller slices, many bombs at once would all be held half inflated.
_SLICE = 1024 * 1024
_GO = 4096


class MessageAssembler:
    """The messages of one client, from the pieces of its data frames."""

    __slots__ = (
        "_decoder",
        "_in_character",
        "_in_frame",
        "_inflater",
        "_max_size",
        "_opcode",
        "_pieces",
        "_size",
        "compressed",
        "idle",
        "inflated",
        "pending",
    )

    def __init__(self, max_size: int, inflater: Inflater | None = None) -> None:
        """``max_size``: the largest message to take, in bytes; 0 for no limit."""
        self._max_size = max_size or _NO_LIMIT
        self._inflater = inflater
        self.idle = True  # whether the next data frame is to begin a message
        self.pending = False  # whether the last piece is to be taken again, without its payload
        self._opcode = 0  # of the message under way; 0 when there is none
        self.compressed = False  # whether it is
        self.inflated = 0  # bytes that the frame under way has come to
        self._in_frame = False  # whether the frame under way has been seen to begin
        self._size = 0
        self._pieces: list[bytes | bytearray] = []
        self._decoder: IncrementalDecoder | None = None
        self._in_character = False  # whether the text so far ends within one

    def take(self, head: int, size: int, payload: bytes, last: bool) -> Message | None:
        """Take a piece of a data frame; return a message once it is whole.

        Arguments are those of ``frames.Piece``: ``size`` is that of the whole frame. A piece that
        inflates to much is taken in several goes: see ``pending``.

        Raises:
            ProtocolError: 1002 for fragments out of order, 1007 at the first byte that makes a
                text impossible or cannot be inflated, 1009 when a frame is announced that makes
                the message too large, or when it has inflated to more.
        """
        if last and head in _WHOLE and self.idle and size <= self._max_size:
            # The usual message: one frame, in one piece.
            if head == _WHOLE_TEXT and not payload.isascii():
                _check_text(payload)
            return head & OPCODE, payload, False
        if not self._in_frame:
            self._begin_frame(head, size)
        whole = last and bool(head & FIN)
        if self.compressed:
            self._inflate(payload, whole)
            if self.pending:
                return None
        else:
            self._keep(payload, whole)
        if last:
            self._in_frame = False
        return self._finish() if whole else None

    def drop(self) -> None:
        """Let go of the message under way: nothing more is to come."""
        self._pieces = []
        self._inflater = self._decoder = None

    def _begin_frame(self, head: int, size: int) -> None:
        opcode = head & OPCODE
        if opcode and not self.idle:
            raise ProtocolError(
                CloseCode.PROTOCOL_ERROR, "new message before the last fragment of the one before"
            )
        if not opcode and self.idle:
            raise ProtocolError(CloseCode.PROTOCOL_ERROR, "continuation of no message")
        if opcode:
            self._opcode = opcode
            self.compressed = bool(head & RSV1)
            self.idle = False
            self._decoder = _Utf8Decoder() if opcode == Opcode.TEXT else None
        if not self.compressed:
            # Judged by what the header announces, before any of it is held.
            self._grow(size)
        self._in_frame = True
        self.inflated = 0

    def _finish(self) -> Message:
        message = self._opcode, b"".join(self._pieces), self.compressed
        self._opcode = 0
        self.compressed = False
        self.idle = True
        self._size = 0
        self._pieces = []
        self._decoder = None
        return message

    def _inflate(self, payload: bytes, whole: bool) -> None:
        if (inflater := self._inflater) is None:
            raise AssertionError("unreachable: the parser takes RSV1 for a violation")
        if not self.pending:
            inflater.feed(payload, whole)
        self.pending = False
        room = _SLICE
        while True:
            # One byte beyond the limit tells that there are more of them. What is within it is
            # judged first: text fails at its first impossible byte.
            allowed = self._max_size - self._size
            found = inflater.inflate(min(room, allowed + 1))
            self._keep(found[:allowed], whole and not inflater.more and len(found) <= allowed)
            self._grow(len(found))
            self.inflated += len(found)
            if not inflater.more:
                return
            room -= len(found) + _GO
            if room <= 0:
                self.pending = True
                return

    def _keep(self, piece: bytes, whole: bool) -> None:
        if len(piece) >= _SMALL:
            self._pieces.append(piece)
        elif self._pieces and isinstance(self._pieces[-1], bytearray):
            self._pieces[-1] += piece
        else:
            self._pieces.append(bytearray(piece))
        # Within no character, ASCII needs no decoder: that would make a text of it.
        if self._decoder is not None and (self._in_character or not piece.isascii()):
            self._in_character = _check_piece(self._decoder, piece, whole)

    def _grow(self, size: int) -> None:
        self._size += size
        if self._size > self._max_size:
            raise ProtocolError(
                CloseCode.MESSAGE_TOO_BIG,
                f"message of {self._size} bytes or more, at most {self._max_size} are taken",
            )


def _check_text(payload: bytes) -> None:
    try:
        payload.decode()
    except UnicodeDecodeError as error:
        raise _not_utf8(f" at byte {error.start}") from None


def _check_piece(decoder: IncrementalDecoder, payload: bytes, whole: bool) -> bool:
    """Return whether the text so far ends within a character."""
    try:
        decoder.decode(payload, whole)
    except UnicodeDecodeError:
        raise _not_utf8() from None
    # CPython waits for the third byte before it says that a surrogate is not UTF-8.
    rest, _ = decoder.getstate()
    if rest[:1] == b"\xed" and rest[1:] >= b"\xa0":
        raise _not_utf8()
    return bool(rest)


def _not_utf8(where: str = "") -> ProtocolError:
    return ProtocolError(CloseCode.INVALID_PAYLOAD, f"text is not UTF-8{where}")
