"""What a peer sends, worked off: frames recorded, messages answered, so many at a time."""

from __future__ import annotations

import time
from collections import deque
from typing import Protocol

from webapp.wire.closing import parse_close
from webapp.wire.echoes import same
from webapp.wire.extensions import PerMessageDeflate
from webapp.wire.frames import CONTROL, OPCODE, FrameParser, Opcode, Piece
from webapp.wire.headers import build_header
from webapp.wire.messages import MessageAssembler
from webapp.wire.outbox import Outbox
from webapp.wire.plain import PlainLane
from webapp.wire.records import Answer, Remark, Traffic, faulty, inflated
from webapp.wire.violations import ProtocolError

__all__ = ["Listener", "Reader"]

# One read can hold 37,000 frames, and a small frame can ask for a large answer. After so much of
# either it is the turn of other connections.
_TURN_FRAMES = 256
_TURN_BYTES = 256 * 1024


class Listener(Protocol):
    """Who is told of what is no message; times in nanoseconds since the epoch."""

    def close_received(self, code: int, reason: str) -> None:
        """A close frame came, and is recorded."""

    def ping_received(self, payload: bytes, now: int) -> None:
        """A ping came, and is recorded."""

    def pong_received(self, payload: bytes) -> Remark | None:
        """A pong came; return what its record is to say of it."""

    def failed(self, error: Exception) -> None:
        """A ProtocolError of the peer's, or a bug of this server's."""


class Reader:
    """Reads one peer: parses what it sends, records it, answers messages, tells of the rest."""

    __slots__ = (
        "_answer",
        "_left",
        "_listener",
        "_messages",
        "_more",
        "_outbox",
        "_parser",
        "_traffic",
        "deaf",
        "plain",
    )

    def __init__(
        self,
        *,
        outbox: Outbox,
        traffic: Traffic,
        max_message_size: int,
        deflate: PerMessageDeflate | None,
        answer: Answer,
        listener: Listener,
    ) -> None:
        """``max_message_size`` in bytes, 0: none; ``deflate``: what was agreed upon."""
        self.deaf = False  # else nothing is told of what comes
        self._outbox = outbox
        self._traffic = traffic
        # Where messages may be compressed, echoes may, too, and there is no fast lane.
        self.plain = None
        if deflate is None and answer is same:
            self.plain = PlainLane(outbox, traffic, max_message_size or _TURN_BYTES)
        self._answer = answer
        self._listener = listener
        self._parser = FrameParser(outbox.kept, deflate=deflate is not None)
        self._messages = MessageAssembler(
            max_message_size, None if deflate is None else deflate.inflater()
        )
        self._more = False  # whether there may be more to do with what was fed
        self._left: deque[Piece] = deque()  # parsed, and not worked off yet

    def feed(self, data: bytes) -> None:
        """Take what came, to be worked off later."""
        self._parser.feed(data)

    def read(self, data: bytes) -> bool:
        """Work off what came, as much as is good for a turn; return whether there may be more.

        Raises:
            ProtocolError: for what breaks the protocol or a limit; it is recorded.
        """
        frames = _TURN_FRAMES
        plain = self.plain
        if plain is not None and self._between_messages:
            end, messages = plain.echo(data, frames, _TURN_BYTES)
            data = data[end:]
            frames -= messages
        if (data or self._more) and not self.deaf:
            self._parser.feed(data)
            self._more = self._answer_frames(frames)
            if plain is not None:
                plain.ready = not self._more and self._between_messages
        return self._more

    @property
    def _between_messages(self) -> bool:
        return self._parser.idle and self._messages.idle

    def lost(self, why: str) -> bool:
        """Nothing more is to come: tell what came and will not be worked off, and stop.

        Return whether that is the beginning of a frame.
        """
        parser, cut = self._parser, False
        if self.deaf:
            pass  # what comes after the end of the conversation is not told
        elif self._more:
            self._outbox.note(f"{why} with {self._unanswered()} bytes received and not answered")
        elif parser.unfinished is not None:
            head, key, bits, size, _, _, beginning = parser.unfinished
            remark = faulty(f"{why} within this frame", parser.came)
            self._outbox.received(head, key, bits, size, beginning, time.time_ns(), remark)
            cut = True
        elif parser.waiting:
            self._outbox.note(f"{why} within a frame, {parser.waiting} bytes into its header")
            cut = True
        self.stop()
        return cut

    def _unanswered(self) -> int:
        """How many bytes came, headers and all, of frames that are not recorded."""
        parser, left = self._parser, self._left
        size = parser.waiting
        for _, _, _, payload_size, _, last, _ in left:
            size += _client_frame_size(payload_size) if last else parser.came
        if parser.unfinished is not None and (not left or left[-1][5]):
            size += parser.came  # its pieces so far are with the assembler
        return size

    def stop(self) -> None:
        """Let go of what was read and not worked off, and ignore what still comes."""
        if self.deaf:
            return
        self.deaf = True
        self._outbox.answering = False
        self._more = False
        self._left.clear()
        # The connection may linger, and what it has of a message may be a megabyte.
        self._messages.drop()
        self._parser.drop()

    @property
    def unfinished(self) -> tuple[str, int] | None:
        """What the peer has begun and not finished, if anything: what it is, and which one."""
        if self.deaf:
            return None
        if self._messages.idle and self._parser.idle:
            return None
        if self._messages.idle and self._parser.in_control:
            return "control frame", self._traffic.bytes_in - self._parser.waiting
        return "message", self._traffic.messages_in

    def _answer_frames(self, most: int) -> bool:
        """Work off so many frames; return whether there may be more for the next turn."""
        if not most:
            return True
        now = time.time_ns()
        parser, messages, outbox = self._parser, self._messages, self._outbox
        listener = self._listener
        room = _TURN_BYTES
        piece: Piece | None = None
        try:
            pieces = self._left
            if not pieces:
                pieces += parser.parse(most)
            while pieces:
                piece = pieces.popleft()
                head, key, bits, size, payload, last, beginning = piece
                message = remark = closing = None
                opcode = head & OPCODE
                if not head & CONTROL:
                    before = messages.inflated
                    message = messages.take(head, size, payload, last)
                    if messages.compressed:
                        room -= max(0, messages.inflated - before)
                    if messages.pending:
                        pieces.appendleft((head, key, bits, size, b"", last, beginning))
                        return True
                    if messages.compressed:
                        remark = inflated(b"", messages.inflated)  # a part of a message
                    elif message is not None and message[2]:
                        remark = inflated(message[1][: outbox.kept], len(message[1]))
                elif opcode == Opcode.CLOSE:
                    closing = parse_close(payload)  # judged before it is recorded
                elif opcode == Opcode.PONG:
                    remark = listener.pong_received(payload)
                if last:
                    outbox.received(head, key, bits, size, beginning, now, remark)
                if closing is not None:
                    listener.close_received(*closing)
                elif opcode == Opcode.PING:
                    listener.ping_received(payload, now)
                elif message is not None:
                    self._traffic.came += 1
                    if outbox.answering and (reply := self._answer(message[0], message[1])):
                        room -= outbox.message(reply[0], reply[1], now)
                if self.deaf:
                    return False
                if room <= 0 and (pieces or parser.more):
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
            remark = faulty(error.reason, came)
            if self._messages.compressed and not head & CONTROL:
                remark = error.reason, came, b"", self._messages.inflated, False
            self._outbox.received(head, key, bits, size, beginning, now, remark)


def _client_frame_size(payload_size: int) -> int:
    return len(build_header(0, payload_size)) + 4 + payload_size
