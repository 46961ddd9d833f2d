"""WebSocketStream: one WebSocket connection, from the 101 to its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from webapp.wire.ending import Ending
from webapp.wire.extensions import PerMessageDeflate
from webapp.wire.farewell import Farewell
from webapp.wire.frames import CONTROL, FIN, Opcode
from webapp.wire.outbox import Outbox
from webapp.wire.pings import Pings
from webapp.wire.quiet import Quiet
from webapp.wire.reading import Reader
from webapp.wire.records import Answer, Observer, Remark, State, Traffic
from webapp.wire.roundtrips import RoundTrips
from webapp.wire.settings import StreamSettings
from webapp.wire.transport import Mount
from webapp.wire.turns import Turns
from webapp.wire.upkeep import Upkeep
from webapp.wire.violations import CloseCode

if TYPE_CHECKING:
    from aiohttp.web_protocol import RequestHandler

__all__ = ["NotOpenError", "NotReadingError", "WebSocketStream"]


class NotOpenError(ConnectionResetError):
    """Nothing more can be sent: the connection is closing, or gone."""


class NotReadingError(Exception):
    """Nothing should be sent: what went before waits because the peer does not read."""


class WebSocketStream:
    """One WebSocket connection, as frames.

    Right behind the 101, with no ``await`` in between, ``start`` takes the connection over from
    aiohttp. The callback that brings bytes answers them: no task waits for a message, or the end.
    """

    __slots__ = (
        "_closed",
        "_deflate",
        "_farewell",
        "_mount",
        "_on_end",
        "_outbox",
        "_pings",
        "_quiet",
        "_settings",
        "_upkeep",
        "ending",
        "id",
        "traffic",
    )

    def __init__(
        self, name: str, settings: StreamSettings, deflate: PerMessageDeflate | None = None
    ) -> None:
        """``name`` is its id; ``deflate`` what was agreed upon with the client."""
        self.id = name
        self.traffic = Traffic()
        self.ending: Ending | None = None
        self._settings = settings
        self._deflate = deflate
        self._closed: asyncio.Future[Ending] | None = None
        self._farewell = Farewell()
        self._pings = Pings()
        self._quiet = Quiet()

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
        mount = self._mount = Mount(transport)
        deflater = None if self._deflate is None else self._deflate.deflater()
        outbox = self._outbox = Outbox(
            self.id, settings.kept_payload, self.traffic, mount, observer, deflater
        )
        reader = Reader(
            outbox=outbox,
            traffic=self.traffic,
            max_message_size=settings.max_message_size,
            deflate=self._deflate,
            answer=answer,
            listener=self,
        )
        turns = Turns(
            mount=mount, reader=reader, outbox=outbox, traffic=self.traffic, listener=self
        )
        self._farewell.start(mount, outbox, turns)
        self._upkeep = Upkeep(
            settings.waits,
            mount=mount,
            outbox=outbox,
            turns=turns,
            farewell=self._farewell,
            traffic=self.traffic,
            pings=self._pings,
            quiet=self._quiet,
        )
        mount.start(turns, self._lost, http)

    # What there is to know

    @property
    def state(self) -> State:
        """Where it stands."""
        return self._farewell.state

    @property
    def round_trips(self) -> RoundTrips:
        """How long the last pings that were answered took."""
        return self._pings.round_trips

    @property
    def quiet_since(self) -> int:
        """When something last passed in either direction, in nanoseconds since the epoch; to the
        precision of the sweep, unless somebody has looked more often.
        """
        self._quiet.look(self.traffic)
        return self._quiet.since

    @property
    def writable(self) -> bool:
        """Whether the peer is reading what it is sent."""
        return self._mount.writable

    async def closed(self) -> Ending:
        """Wait until the connection is gone; return how it ended."""
        if self.ending is not None:
            return self.ending
        self._closed = self._closed or asyncio.get_running_loop().create_future()
        return await asyncio.shield(self._closed)

    # What can be done

    def send(self, opcode: int, payload: bytes, *, fin: bool = True, rsv: int = 0) -> None:
        """Send one frame as it is; ``rsv`` are the three reserved bits as a number.

        Nothing is checked: who sends fragments minds their order, who sends much ``writable``.

        Raises:
            NotOpenError: once the connection is closing.
        """
        self._require_open()
        self._outbox.put((FIN if fin else 0) | rsv << 4 | opcode, payload, time.time_ns())
        if fin and not opcode & CONTROL:
            self.traffic.went += 1
        self._outbox.flush()

    def push(self, opcode: int, payload: bytes) -> None:
        """Send a message of one's own, compressed if that was agreed upon and helps.

        Raises:
            NotOpenError: once the connection is closing.
            NotReadingError: if the peer does not read what it is sent; nothing is queued for it.
        """
        self.require_reader()
        self._outbox.message(opcode, payload, time.time_ns())
        self._outbox.flush()

    def require_reader(self) -> None:
        """Raise, as ``push`` would, unless something can be sent and the peer is reading.

        It is taken to read until its buffers are full and 64 KiB more wait in the transport's. A
        lower bound would refuse peers that do read: under uvloop, what was answered since the loop
        last looked waits there as well.
        """
        self._require_open()
        if not self.writable:
            raise NotReadingError("the peer does not read what it is sent")

    def ping(self, remark: Remark | None = None) -> None:
        """Send a ping, unless it is closing; ``remark`` is for the records of ping and pong."""
        if self.state is State.OPEN:
            self._upkeep.ping(remark)

    def close(
        self, code: int = CloseCode.NORMAL_CLOSURE, reason: str = "", *, on_demand: bool = False
    ) -> None:
        """Begin the closing handshake, if it has not begun; the reason is cut to 123 bytes.

        ``on_demand``: whoever it is for chose the words, which may be those of this server's own.

        Raises:
            ValueError: if the code must not be sent (RFC 6455 §7.4).
        """
        self._farewell.close(code, reason, on_demand=on_demand)

    def abort(self, why: str) -> None:
        """Drop the connection at once, with what is unsent; ``why`` is noted."""
        self._farewell.give_up(why)

    def tick(self, now: float) -> None:
        """Do what is due at this time of the loop's clock; one sweep calls it for all streams."""
        if self.state is not State.CLOSED:
            self._upkeep.tick(now)

    def _require_open(self) -> None:
        if self.state is not State.OPEN:
            raise NotOpenError(f"the connection is {self.state}")
        if self._mount.is_closing:  # the peer has ended its half, and got all that was for it
            raise NotOpenError("the connection is ending")

    # What the turns report

    def close_received(self, code: int, reason: str) -> None:
        self._farewell.close_received(code, reason)

    def ping_received(self, payload: bytes, now: int) -> None:
        # Also after our own close: until the peer's has come (RFC 6455 §5.5.2).
        self._outbox.put(FIN | Opcode.PONG, payload, now)

    def pong_received(self, payload: bytes) -> Remark | None:
        return self._pings.answered(payload)

    def failed(self, error: Exception) -> None:
        self._farewell.failed(error)

    # What the mount reports

    def _lost(self, exc: Exception | None) -> None:
        self.ending = self._farewell.over(exc, self._quiet.at_end(self.traffic))
        self._on_end(self.ending)
        if self._closed is not None:
            self._closed.set_result(self.ending)
        # What refers to each other goes now, and not only when the garbage collector comes by.
        del self._on_end, self._upkeep
