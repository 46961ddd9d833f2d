"""WebSocketStream: one WebSocket connection, from the 101 to its end."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field

from aiohttp import web

from webapp.wire.closing import build_close, parse_close
from webapp.wire.ending import Ending, Parting
from webapp.wire.frames import CONTROL, FIN, Opcode
from webapp.wire.handshake import Handshake
from webapp.wire.outbox import Outbox
from webapp.wire.patience import Patience, Waits
from webapp.wire.records import Answer, Observe, State, Traffic
from webapp.wire.transport import Mount
from webapp.wire.turns import Turns
from webapp.wire.violations import CloseCode, ProtocolError

__all__ = ["StreamSettings", "WebSocketStream"]

_log = logging.getLogger(__name__)

# After the closing handshake it is for the server to close the connection (RFC 6455 §7.1.1). Its
# half is closed at once; this is how many seconds a client has to see that and close its own.
_LINGER = 1.0


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
        self._parting = Parting()
        self._ping: tuple[bytes, float] | None = None  # payload, and when it was sent
        self._pings = 0

    def start(self, request: web.Request, answer: Answer, observe: Observe) -> None:
        """Take the connection over from aiohttp and begin to answer.

        Raises:
            ConnectionResetError: if the client left during the handshake.
        """
        transport = request.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the client left during the handshake")
        settings = self._settings
        self._loop = asyncio.get_running_loop()
        self._closed = self._loop.create_future()
        self._patience = Patience(settings.waits, self._loop.time())
        self._mount = Mount(request.protocol, transport)
        self._outbox = Outbox(self.id, settings.kept_payload, self.traffic, self._mount, observe)
        self._turns = Turns(
            mount=self._mount,
            outbox=self._outbox,
            traffic=self.traffic,
            max_message_size=settings.max_message_size,
            kept_payload=settings.kept_payload,
            answer=answer,
            on_control=self._on_control,
            fail=self._fail,
        )
        self._mount.start(self._turns, self._lost)

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
        if self.state is not State.OPEN:
            raise ConnectionResetError(f"the connection is {self.state}")
        self._outbox.put((FIN if fin else 0) | rsv << 4 | opcode, payload, time.time_ns())
        if fin and not opcode & CONTROL:
            self.traffic.messages_out += 1
        self._outbox.flush()

    def ping(self) -> None:
        """Send a ping whose pong sets ``round_trip``; nothing once the connection is closing."""
        if self.state is State.OPEN:
            self._pings += 1
            self._ping = str(self._pings).encode(), time.perf_counter()
            self._patience.pinged(self._loop.time())
            self.send(Opcode.PING, self._ping[0])

    def close(self, code: int = CloseCode.NORMAL_CLOSURE, reason: str = "") -> None:
        """Begin the closing handshake, if it has not begun; the reason is cut to 123 bytes.

        Raises:
            ValueError: if the code must not be sent (RFC 6455 §7.4).
        """
        payload = build_close(code, reason)
        if self.state is State.OPEN:
            self._put_close(payload)
            self._turns.answering = False
            self.state = State.CLOSING
            self._outbox.flush()

    def abort(self, why: str) -> None:
        """Drop the connection at once, with what is unsent; ``why`` is noted."""
        if self.state is not State.CLOSED and not self._parting.is_given_up:
            self._parting.given_up(why)
            self._outbox.note(why)
            self._turns.stop()
            self.state = State.DRAINING
            self._outbox.flush()
            self._mount.abort()

    async def closed(self) -> Ending:
        """Wait until the connection is gone; return how it ended."""
        return await asyncio.shield(self._closed)

    def tick(self, now: float) -> None:
        """Do what is due at this time of the loop's clock; one sweep calls it for all streams."""
        mount = self._mount
        ending = self.state is not State.OPEN or self._turns.at_end
        self._patience.look(
            now,
            received=self.traffic.bytes_in,
            unsent=mount.unsent if ending or not mount.writable else 0,
            reading=mount.reading,
            writable=mount.writable,
            ending=ending,
        )
        if self._parting.is_answered and self._patience.ending_for(now) >= _LINGER:
            self._mount.abort()  # in good order: all has been said
        elif why := self._patience.overdue(now):
            self.abort(why)
        elif self.state is State.OPEN and self._patience.ping_due(now):
            self.ping()

    def _on_control(self, opcode: int, payload: bytes, now: int) -> None:
        if opcode == Opcode.CLOSE:
            self._parting.close_received(*parse_close(payload))
            if self.state is State.OPEN:
                self._put_close(payload[:2])  # its own code (RFC 6455 §5.5.1)
            self._drain()
        elif opcode == Opcode.PING:
            # Also after our own close: until the peer's has come (RFC 6455 §5.5.2).
            self._outbox.put(FIN | Opcode.PONG, payload, now)
        elif self._ping is not None and payload == self._ping[0]:
            self.round_trip = time.perf_counter() - self._ping[1]
            self._ping = None

    def _fail(self, error: Exception) -> None:
        """Fail the connection (RFC 6455 §7.1.7): say why, and listen no longer."""
        if isinstance(error, ProtocolError):
            code, reason = error.code, error.reason
        else:
            _log.error("connection %s: failed to answer", self.id, exc_info=error)
            code, reason = CloseCode.INTERNAL_ERROR, "internal error"
        if self.state is State.OPEN:
            self._put_close(build_close(code, reason))
        self._drain()

    def _put_close(self, payload: bytes) -> None:
        self._outbox.put(FIN | Opcode.CLOSE, payload, time.time_ns())
        self._parting.close_sent(*parse_close(payload))

    def _drain(self) -> None:
        """Nothing more to say: end our side and wait, for a while, for the peer to end its own."""
        self._turns.stop()
        self.state = State.DRAINING
        self._outbox.flush()
        self._mount.write_eof()
        self._mount.resume_reading()

    def _lost(self, exc: Exception | None) -> None:
        self._turns.lost()
        self.state = State.CLOSED
        self.ending = self._parting.ending(exc)
        self._outbox.flush()
        if not self._closed.done():
            self._closed.set_result(self.ending)
