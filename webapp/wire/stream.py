"""WebSocketStream: one WebSocket connection, from the 101 to its end."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from aiohttp import web

from webapp.wire.ending import Ending, Parting
from webapp.wire.frames import (
    CONTROL,
    FIN,
    MASK,
    OPCODE,
    CloseCode,
    FrameParser,
    Opcode,
    Piece,
    ProtocolError,
    apply_mask,
    build_close,
    parse_close,
)
from webapp.wire.handshake import Handshake
from webapp.wire.messages import MessageAssembler
from webapp.wire.outbox import Outbox
from webapp.wire.patience import Patience, Waits
from webapp.wire.records import Answer, Observe, State, Traffic
from webapp.wire.transport import Mount

__all__ = ["StreamSettings", "WebSocketStream"]

_log = logging.getLogger(__name__)

# One read can hold 37,000 frames, and a small frame can ask for a large answer. After a turn of
# this size every other connection has its own turn.
_TURN_FRAMES = 256
_TURN_BYTES = 256 * 1024

# Looking a member up in its enumeration takes longer than all else that is done with it here.
_OPEN = State.OPEN
_DRAINING = State.DRAINING
_CLOSE = int(Opcode.CLOSE)
_PING = int(Opcode.PING)
_PONG = int(Opcode.PONG)
_TEXT_HEAD = FIN | int(Opcode.TEXT)
_PLAIN_HEADS = frozenset((_TEXT_HEAD, FIN | int(Opcode.BINARY)))


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """The bounds of a connection; sizes in bytes."""

    max_message_size: int = 1024 * 1024  # 0: none
    kept_payload: int = 4096  # how much of each payload goes into its record
    waits: Waits = field(default_factory=Waits)


class WebSocketStream(web.StreamResponse):
    """One WebSocket connection, as frames.

    ``await prepare(request)`` sends the 101; ``start`` takes the bytes over from aiohttp, with no
    ``await`` in between; the handler returns once ``await closed()`` has. The callback that brings
    the bytes also answers them: no task is woken for a message.
    """

    def __init__(self, name: str, handshake: Handshake, settings: StreamSettings) -> None:
        super().__init__(status=101, headers=handshake.headers)
        self.id = name
        self.state = State.OPEN
        self.traffic = Traffic()
        self.round_trip: float | None = None  # of the last answered ping, in seconds
        self.ending: Ending | None = None

        self._settings = settings
        self._parser = FrameParser(settings.kept_payload)
        self._messages = MessageAssembler(settings.max_message_size)
        self._left: Iterator[Piece] | None = None  # parsed, and not worked off in the last turn
        self._busy = False  # between two turns over what has been read
        self._next_turn: asyncio.Handle | None = None
        self._ping: tuple[bytes, float] | None = None  # payload, and when it was sent
        self._ping_count = 0
        self._parting = Parting()
        self._peer_at_end = False

    def start(self, request: web.Request, answer: Answer, observe: Observe) -> None:
        """Take the connection over from aiohttp and begin to answer.

        Raises:
            ConnectionResetError: if the client left during the handshake.
        """
        transport = request.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the client left during the handshake")
        self._answer = answer
        self._loop = asyncio.get_running_loop()
        self._closed = self._loop.create_future()
        self._patience = Patience(self._settings.waits, self._loop.time())
        self._mount = Mount(request.protocol, transport, self)
        self._outbox = Outbox(
            self.id, self._settings.kept_payload, self.traffic, self._mount, observe
        )
        self._mount.start()

    # What others may ask of it

    @property
    def writable(self) -> bool:
        """Whether the peer is reading what it is sent."""
        return self._mount.writable

    def send(self, opcode: int, payload: bytes, *, fin: bool = True, rsv: int = 0) -> None:
        """Send one frame as it is; ``rsv`` are the three reserved bits as a number.

        Nothing is checked: who sends fragments minds their order, who sends much ``writable``.

        Raises:
            ConnectionResetError: once the connection is closing.
        """
        if self.state is not _OPEN:
            raise ConnectionResetError(f"the connection is {self.state}")
        self._outbox.put((FIN if fin else 0) | rsv << 4 | opcode, payload, time.time_ns())
        if fin and not opcode & CONTROL:
            self.traffic.messages_out += 1
        self._outbox.flush()

    def ping(self) -> None:
        """Send a ping whose pong sets ``round_trip``; nothing once the connection is closing."""
        if self.state is _OPEN:
            self._ping_count += 1
            self._ping = str(self._ping_count).encode(), time.perf_counter()
            self._patience.pinged(self._loop.time())
            self.send(_PING, self._ping[0])

    def close(self, code: int = CloseCode.NORMAL_CLOSURE, reason: str = "") -> None:
        """Begin the closing handshake, if it has not begun; the reason is cut to 123 bytes.

        Raises:
            ValueError: if the code must not be sent (RFC 6455 §7.4).
        """
        payload = build_close(code, reason)
        if self.state is _OPEN:
            self._put_close(payload)
            self.state = State.CLOSING
            self._patience.closing(self._loop.time())
            self._outbox.flush()

    def abort(self, why: str) -> None:
        """Drop the connection at once, with what is unsent; ``why`` is noted."""
        if self.state is not State.CLOSED and not self._parting.is_given_up:
            self._parting.given_up(why)
            self._outbox.note(why)
            self._stop(_DRAINING)
            self._outbox.flush()
            self._mount.abort()

    async def closed(self) -> Ending:
        """Wait until the connection is gone; return how it ended."""
        return await asyncio.shield(self._closed)

    def tick(self, now: float) -> None:
        """Do what is due at this time of the loop's clock; one sweep calls it for all streams."""
        patience = self._patience
        patience.look(now, self.traffic.bytes_in, paused=not self._mount.reading)
        if why := patience.overdue(now):
            self.abort(why)
        elif self.state is _OPEN and patience.ping_due(now):
            self.ping()

    # What the mount reports

    def received(self, data: bytes) -> None:
        self.traffic.bytes_in += len(data)
        if self._busy:
            self._parser.feed(data)  # one more chunk can arrive after pausing
        elif self.state is not _DRAINING:
            self._take_turn(data)

    def at_end(self) -> bool:
        self._peer_at_end = True
        self._patience.closing(self._loop.time())
        return self._busy

    def writing_paused(self, paused: bool) -> None:
        self._patience.stuck(self._loop.time() if paused else None)
        if paused:
            self._mount.pause_reading()  # who does not read gets nothing more to read
        else:
            self._go_on()

    def lost(self, exc: Exception | None) -> None:
        if self.state is not _DRAINING and not self._parser.idle:
            self._outbox.note("the connection ended within a frame")
        self._stop(State.CLOSED)
        self.ending = self._parting.ending(exc)
        self._outbox.flush()
        if not self._closed.done():
            self._closed.set_result(self.ending)

    # Turns

    def _take_turn(self, data: bytes = b"") -> None:
        """Answer what has arrived, up to one turn's share of it."""
        try:
            if data and self._parser.idle and self._messages.idle and self.state is _OPEN:
                data = data[self._answer_plain(data) :]
            if (data or self._busy) and self.state is not _DRAINING:
                self._parser.feed(data)
                self._busy = self._answer_frames()
            self._outbox.flush()
        except ProtocolError as error:
            self._fail(error.code, error.reason)
        except Exception:
            # Left to asyncio, this would end the connection without a close frame.
            _log.exception("connection %s: failed to answer", self.id)
            self._fail(CloseCode.INTERNAL_ERROR, "internal error")
        if self._busy or self._peer_at_end or not self._mount.reading:
            self._go_on()

    def _answer_plain(self, data: bytes) -> int:
        """Answer the plain messages that a chunk begins with; return where they end.

        The fast lane: a message that came whole in one frame, and is binary or ASCII, needs
        neither the parser nor the assembler, and most messages are such. A test holds both lanes
        to the same results.
        """
        now = time.time_ns()
        name, answer, kept = self.id, self._answer, self._settings.kept_payload
        put, records = self._outbox.put, self._outbox.records
        most = self._settings.max_message_size or _TURN_BYTES
        at, end, messages, replies = 0, len(data), 0, 0
        while end - at >= 6 and messages < _TURN_FRAMES and self.state is _OPEN:
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
            records.append((name, now, "in", head, key, bits, size, payload[:kept], None))
            if reply := answer(head & OPCODE, payload):
                replies += 1
                put(FIN | reply[0], reply[1], now)
            at = stop
        self.traffic.messages_in += messages
        self.traffic.messages_out += replies
        return at

    def _answer_frames(self) -> bool:
        """Work off frames; return whether there may be more of them for the next turn."""
        now = time.time_ns()
        parser, outbox, answer = self._parser, self._outbox, self._answer
        take, put, received = self._messages.take, outbox.put, outbox.received
        room = _TURN_BYTES
        piece: Piece | None = None
        try:
            pieces = self._left or iter(parser.parse(_TURN_FRAMES))
            self._left = None
            for piece in pieces:
                head, key, bits, size, payload, last = piece
                if head & CONTROL:
                    self._take_control(piece, now)
                    if self.state is _DRAINING:
                        return False
                    continue
                message = take(head, size, payload, last)
                if last:
                    shown = payload if len(payload) == size else parser.beginning
                    received(head, key, bits, size, shown, now)
                if message is not None:
                    self.traffic.messages_in += 1
                    if self.state is _OPEN and (reply := answer(*message)):
                        self.traffic.messages_out += 1
                        room -= put(FIN | reply[0], reply[1], now)
                        if room <= 0:
                            self._left = pieces
                            return True
        except ProtocolError as error:
            if error.frame is not None:
                head, key, bits, size, shown, _ = error.frame
            elif piece is not None:
                head, key, bits, size, payload, _ = piece
                shown = payload if len(payload) == size else parser.beginning
            received(head, key, bits, size, shown, now, error.reason)
            raise
        return parser.more

    def _take_control(self, piece: Piece, now: int) -> None:
        opcode, payload = piece[0] & OPCODE, piece[4]
        close = parse_close(payload) if opcode == _CLOSE else None
        self._outbox.received(piece[0], piece[1], piece[2], piece[3], payload, now)
        if close is not None:
            self._parting.close_received(*close)
            if self.state is _OPEN:
                self._put_close(payload[:2])  # its own code (RFC 6455 §5.5.1)
            self._drain()
        elif opcode == _PING:
            if self.state is _OPEN:
                self._outbox.put(FIN | _PONG, payload, now)
        elif self._ping is not None and payload == self._ping[0]:
            self.round_trip = time.perf_counter() - self._ping[1]
            self._ping = None

    def _go_on(self) -> None:
        """Read on, or come back for what has been read already."""
        if self._busy:
            self._mount.pause_reading()
            if self._mount.writable and self._next_turn is None:
                self._next_turn = self._loop.call_soon(self._come_back)
        elif self._peer_at_end:
            self._mount.close()
        elif self._mount.writable and not self._mount.reading:
            self._mount.resume_reading()

    def _come_back(self) -> None:
        self._next_turn = None
        self._take_turn()

    # The end

    def _fail(self, code: int, reason: str) -> None:
        """Fail the connection (RFC 6455 §7.1.7): say why, and listen no longer."""
        if self.state is _OPEN:
            self._put_close(build_close(code, reason))
        self._drain()

    def _put_close(self, payload: bytes) -> None:
        self._outbox.put(FIN | _CLOSE, payload, time.time_ns())
        self._parting.close_sent(*parse_close(payload))

    def _drain(self) -> None:
        """Nothing more to say: end our side and wait, for a while, for the peer to end its own."""
        self._stop(_DRAINING)
        self._patience.closing(self._loop.time())
        self._outbox.flush()
        self._mount.write_eof()
        self._mount.resume_reading()

    def _stop(self, state: State) -> None:
        """Let go of what has been read and not worked off."""
        self.state = state
        self._busy = False
        self._left = None
        if self._next_turn is not None:
            self._next_turn.cancel()
            self._next_turn = None
