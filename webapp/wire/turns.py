"""What a peer sends, worked off in turns: none so long that other connections have to wait."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator

from webapp.wire.closing import parse_close
from webapp.wire.frames import CONTROL, FIN, MASK, OPCODE, FrameParser, Opcode, Piece, apply_mask
from webapp.wire.messages import MessageAssembler
from webapp.wire.outbox import Outbox
from webapp.wire.records import Answer, Traffic
from webapp.wire.transport import Mount
from webapp.wire.violations import ProtocolError

__all__ = ["Turns"]

# One read can hold 37,000 frames, and a small frame can ask for a large answer. After a turn of
# this size every other connection has its own turn.
_TURN_FRAMES = 256
_TURN_BYTES = 256 * 1024

_TEXT_HEAD = FIN | int(Opcode.TEXT)
_PLAIN_HEADS = frozenset((_TEXT_HEAD, FIN | int(Opcode.BINARY)))


class Turns:
    """Parses what comes over a mount, records it, answers messages, hands control frames on.

    While there is more to do than fits into a turn, and while the peer does not read what it is
    sent, nothing more is read from it.
    """

    __slots__ = (
        "_answer",
        "_busy",
        "_fail",
        "_left",
        "_max_size",
        "_messages",
        "_mount",
        "_next",
        "_on_control",
        "_outbox",
        "_parser",
        "_traffic",
        "answering",
        "at_end",
        "deaf",
    )

    def __init__(
        self,
        *,
        mount: Mount,
        outbox: Outbox,
        traffic: Traffic,
        max_message_size: int,
        kept_payload: int,
        answer: Answer,
        on_control: Callable[[int, bytes, int], None],
        fail: Callable[[Exception], None],
    ) -> None:
        """``on_control`` gets opcode, payload and time of each control frame, once it is recorded;
        ``fail`` what went wrong: a ProtocolError of the peer's, or a bug of this server's.
        """
        self.answering = True  # else messages are only recorded
        self.deaf = False  # else nothing is
        self.at_end = False  # the peer will send no more
        self._mount = mount
        self._outbox = outbox
        self._traffic = traffic
        self._max_size = max_message_size or _TURN_BYTES
        self._answer = answer
        self._on_control = on_control
        self._fail = fail
        self._parser = FrameParser(kept_payload)
        self._messages = MessageAssembler(max_message_size)
        self._busy = False  # between two turns over what has been read
        self._left: Iterator[Piece] | None = None  # parsed, and not worked off in the last turn
        self._next: asyncio.Handle | None = None

    def lost(self) -> None:
        """The connection is gone: tell what came and will not be worked off, and stop."""
        parser = self._parser
        left = parser.waiting + sum(len(piece[4]) for piece in self._left or ())
        if self.deaf:
            pass  # what comes after the end of the conversation is not told
        elif self._busy:
            self._outbox.note(f"the connection ended with {left} bytes received and not answered")
        elif parser.unfinished is not None:
            head, key, bits, size, _, _, beginning = parser.unfinished
            fault = "the connection ended within this frame", parser.came
            self._outbox.received(head, key, bits, size, beginning, time.time_ns(), fault)
        elif left:
            self._outbox.note(f"the connection ended within a frame, {left} bytes into its header")
        self.stop()

    def stop(self) -> None:
        """Let go of what was read and not worked off, and ignore what still comes."""
        self.deaf = True
        self.answering = False
        self._busy = False
        self._left = None
        if self._next is not None:
            self._next.cancel()
            self._next = None

    # What the mount reports

    def received(self, data: bytes) -> None:
        self._traffic.bytes_in += len(data)
        if self._busy:
            self._parser.feed(data)  # one more chunk can arrive after pausing
        elif not self.deaf:
            self._take(data)

    def ended(self) -> bool:
        self.at_end = True
        return self._busy

    def writing_paused(self, paused: bool) -> None:
        if paused:
            self._mount.pause_reading()  # who does not read gets nothing more to read
        else:
            self._go_on()

    # Turns

    def _take(self, data: bytes = b"") -> None:
        """Take a turn: answer what has arrived, up to a bound."""
        try:
            frames = _TURN_FRAMES
            if data and self.answering and self._parser.idle and self._messages.idle:
                end, messages = self._answer_plain(data)
                data = data[end:]
                frames -= messages
            if (data or self._busy) and not self.deaf:
                self._parser.feed(data)
                self._busy = self._answer_frames(frames)
            self._outbox.flush()
        except Exception as error:
            self._fail(error)
        if self._busy or self.at_end or not self._mount.reading:
            self._go_on()

    def _come_back(self) -> None:
        self._next = None
        self._take()

    def _go_on(self) -> None:
        """Read on, or come back for what has been read already."""
        if self._busy:
            self._mount.pause_reading()
            if self._mount.writable and self._next is None:
                self._next = asyncio.get_running_loop().call_soon(self._come_back)
        elif self.at_end:
            self._mount.close()
        elif self._mount.writable or self.deaf:
            self._mount.resume_reading()

    def _answer_plain(self, data: bytes) -> tuple[int, int]:
        """Answer the plain messages that a chunk begins with; return where they end, how many.

        The fast lane: a message that came whole in one frame, and is binary or ASCII, needs
        neither the parser nor the assembler, and most messages are such. A test holds both lanes
        to the same results.
        """
        now = time.time_ns()
        answer, most = self._answer, self._max_size
        put, received = self._outbox.put, self._outbox.received
        at, end, messages, replies = 0, len(data), 0, 0
        while end - at >= 6 and messages < _TURN_FRAMES and self.answering:
            head = data[at]
            size = data[at + 1] - MASK
            if size < 126:
                bits, start = 7, at + 6
            elif size == 126 and (size := int.from_bytes(data[at + 2 : at + 4])) > 125:
                bits, start = 16, at + 8
            else:
                break
            stop = start + size
            if head not in _PLAIN_HEADS or size < 0 or size > most or stop > end:
                break
            key = data[start - 4 : start]
            payload = apply_mask(data[start:stop], key)
            if head == _TEXT_HEAD and not payload.isascii():
                break
            messages += 1
            received(head, key, bits, size, payload, now)
            if reply := answer(head & OPCODE, payload):
                replies += 1
                put(FIN | reply[0], reply[1], now)
            at = stop
        self._traffic.messages_in += messages
        self._traffic.messages_out += replies
        return at, messages

    def _answer_frames(self, most: int) -> bool:
        """Work off so many frames; return whether there may be more for the next turn."""
        if not most:
            return True
        now = time.time_ns()
        parser, outbox, answer = self._parser, self._outbox, self._answer
        take, put, received = self._messages.take, outbox.put, outbox.received
        room = _TURN_BYTES
        piece: Piece | None = None
        try:
            pieces = self._left or iter(parser.parse(most))
            self._left = None
            for piece in pieces:
                head, key, bits, size, payload, last, beginning = piece
                message = None
                if not head & CONTROL:
                    message = take(head, size, payload, last)
                elif head & OPCODE == Opcode.CLOSE:
                    parse_close(payload)  # judged before it is recorded
                if last:
                    received(head, key, bits, size, beginning, now)
                if head & CONTROL:
                    self._on_control(head & OPCODE, payload, now)
                elif message is not None:
                    self._traffic.messages_in += 1
                    if self.answering and (reply := answer(*message)):
                        self._traffic.messages_out += 1
                        room -= put(FIN | reply[0], reply[1], now)
                if self.deaf:
                    return False
                if room <= 0:
                    self._left = pieces
                    return True
            if parser.violation is not None:
                raise parser.violation
        except ProtocolError as error:
            self._record_fault(error, piece, now)
            raise
        return parser.more

    def _record_fault(self, error: ProtocolError, piece: Piece | None, now: int) -> None:
        """Record the frame at fault like any other: the parser's, or the one in hand."""
        came = None
        if error.frame is not None:
            piece, came = error.frame, error.came
        elif piece is not None and not piece[5]:
            came = self._parser.came
        if piece is not None:
            head, key, bits, size, _, _, beginning = piece
            self._outbox.received(head, key, bits, size, beginning, now, (error.reason, came))
