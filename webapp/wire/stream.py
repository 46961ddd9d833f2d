"""WebSocketStream: one WebSocket connection, from the 101 to its end."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from webapp.wire.ending import Ending, Parting
from webapp.wire.extensions import PerMessageDeflate
from webapp.wire.frames import CONTROL, FIN, Opcode
from webapp.wire.outbox import Outbox
from webapp.wire.patience import Patience
from webapp.wire.pings import Pings
from webapp.wire.reading import Reader
from webapp.wire.records import HEARTBEAT, Answer, Observer, Remark, State, Traffic
from webapp.wire.settings import StreamSettings
from webapp.wire.transport import Mount
from webapp.wire.turns import Turns
from webapp.wire.violations import CloseCode, ProtocolError

if TYPE_CHECKING:
    from aiohttp.web_protocol import RequestHandler

__all__ = ["WebSocketStream"]

_log = logging.getLogger(__name__)

# After the closing handshake it is for the server to close the connection (RFC 6455 §7.1.1): its
# half at once, and the whole after so many seconds.
_LINGER = 1.0


class WebSocketStream:
    """One WebSocket connection, as frames.

    Right behind the 101, with no ``await`` in between, ``start`` takes the connection over from
    aiohttp. The callback that brings bytes answers them: no task waits for a message, or the end.
    """

    __slots__ = (
        "_closed",
        "_deflate",
        "_mount",
        "_on_end",
        "_outbox",
        "_parting",
        "_patience",
        "_pings",
        "_reader",
        "_settings",
        "_turns",
        "ending",
        "id",
        "state",
        "traffic",
    )

    def __init__(
        self, name: str, settings: StreamSettings, deflate: PerMessageDeflate | None = None
    ) -> None:
        """``name`` is its id; ``deflate`` what was agreed upon with the client."""
        self.id = name
        self.state = State.OPEN
        self.traffic = Traffic()
        self.ending: Ending | None = None
        self._settings = settings
        self._deflate = deflate
        self._closed: asyncio.Future[Ending] | None = None
        self._parting = Parting()
        self._pings = Pings()

    def start(
        self,
        http: RequestHandler,
        transport: asyncio.Transport,
        answer: Answer,
        observer: Observer,
        on_end: Callable[[Ending], None],
    ) -> None:
        """Take the connection over from aiohttp and begin to answer; its end calls ``on_end``."""
        settings = self._settings
        self._on_end = on_end
        self._patience = Patience(settings.waits, asyncio.get_running_loop().time())
        self._mount = Mount(transport)
        deflater = None if self._deflate is None else self._deflate.deflater()
        self._outbox = Outbox(
            self.id, settings.kept_payload, self.traffic, self._mount, observer, deflater
        )
        self._reader = Reader(
            outbox=self._outbox,
            traffic=self.traffic,
            max_message_size=settings.max_message_size,
            deflate=self._deflate,
            answer=answer,
            listener=self,
        )
        self._turns = Turns(
            mount=self._mount,
            reader=self._reader,
            outbox=self._outbox,
            traffic=self.traffic,
            listener=self,
        )
        self._mount.start(self._turns, self._lost, http)

    @property
    def round_trip(self) -> float | None:
        """How long the last ping that was answered took, in seconds."""
        return self._pings.round_trip

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
            self.traffic.went += 1
        self._outbox.flush()

    def ping(self, remark: Remark | None = None) -> None:
        """Send a ping, unless it is closing; ``remark`` is for the records of ping and pong."""
        if self.state is State.OPEN:
            self._patience.pinged(asyncio.get_running_loop().time())
            payload = self._pings.sent(remark)
            self._outbox.put(FIN | Opcode.PING, payload, time.time_ns(), remark)
            self._outbox.flush()

    def close(self, code: int = CloseCode.NORMAL_CLOSURE, reason: str = "") -> None:
        """Begin the closing handshake, if it has not begun; the reason is cut to 123 bytes.

        Raises:
            ValueError: if the code must not be sent (RFC 6455 §7.4).
        """
        if self.state is State.OPEN:
            self._put_close(code, reason)
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
        if self.ending is not None:
            return self.ending
        self._closed = self._closed or asyncio.get_running_loop().create_future()
        return await asyncio.shield(self._closed)

    def tick(self, now: float) -> None:
        """Do what is due at this time of the loop's clock; one sweep calls it for all streams."""
        if self.state is State.CLOSED:
            return
        mount = self._mount
        ending = self.state is not State.OPEN or self._turns.at_end
        self._patience.look(
            now,
            received=self.traffic.bytes_in,
            unsent=mount.unsent if ending or not mount.writable else 0,
            reading=mount.reading,
            writable=mount.writable,
            ending=ending,
            unfinished=self._reader.unfinished,
        )
        if self._parting.is_answered and self._patience.ending_for(now) >= _LINGER:
            self._mount.abort()  # in good order: all has been said
        elif why := self._patience.overdue(now):
            self.abort(why)
        elif self._patience.dragging(now):
            self._give_up_message()
        elif not ending and self._patience.ping_due(now):
            self._outbox.rest()
            self.traffic.heartbeats += 1
            self.ping(HEARTBEAT)

    def _give_up_message(self) -> None:
        wait = self._settings.waits.message
        self._reader.lost(f"{wait:g} s passed")
        self._fail(CloseCode.POLICY_VIOLATION, f"message or frame not finished within {wait:g} s")

    # What the turns report

    def close_received(self, code: int, reason: str) -> None:
        self._parting.close_received(code, reason)
        if self.state is State.OPEN:
            self._put_close(code)  # its own (RFC 6455 §5.5.1)
        self._drain()

    def ping_received(self, payload: bytes, now: int) -> None:
        # Also after our own close: until the peer's has come (RFC 6455 §5.5.2).
        self._outbox.put(FIN | Opcode.PONG, payload, now)

    def pong_received(self, payload: bytes) -> Remark | None:
        return self._pings.answered(payload)

    def failed(self, error: Exception) -> None:
        if isinstance(error, ProtocolError):
            self._fail(error.code, error.reason)
        else:
            _log.error("connection %s: failed to answer", self.id, exc_info=error)
            self._fail(CloseCode.INTERNAL_ERROR, "internal error")

    def _fail(self, code: CloseCode, reason: str) -> None:
        """Fail the connection (RFC 6455 §7.1.7): say why, and listen no longer."""
        if self.state is State.OPEN:
            self._put_close(code, reason)
        self._drain()

    def _put_close(self, code: int, reason: str = "") -> None:
        self._parting.close_sent(code, self._outbox.close(code, reason))

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
        self._on_end(self.ending)
        if self._closed is not None:
            self._closed.set_result(self.ending)
        # What refers to each other goes now, and not only when the garbage collector comes by.
        del self._on_end, self._turns, self._reader
