"""Who is connected: registration, the sweep, and the goodbye to all."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from aiohttp import web

from webapp.connection import Connection
from webapp.gate.arrivals import remote_of
from webapp.gate.refusals import Refusal, visible
from webapp.journal.capture import capture_refused, capture_request, capture_response, peer_of
from webapp.journal.events import Noted, Opened, Refused, Rejection
from webapp.journal.memory import Journal
from webapp.journal.redaction import Redactor
from webapp.journal.subprotocols import FIELD
from webapp.journal.summaries import ConnectionSummary
from webapp.printable import one_line
from webapp.wire.ending import Ending
from webapp.wire.records import Traffic
from webapp.wire.stream import WebSocketStream
from webapp.wire.violations import CloseCode

__all__ = ["HUB", "Hub", "Stats"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stats:
    """Totals since the start; ``time`` in nanoseconds since the epoch."""

    time: int
    open: int
    opened: int
    refused: int
    messages_in: int
    messages_out: int
    bytes_in: int
    bytes_out: int
    heartbeats: int
    recorded: int  # events, heartbeats aside
    forgotten: int  # of them


class Hub:
    """The one place that knows who is connected; what it sees begin and end, the journal tells."""

    def __init__(
        self,
        journal: Journal,
        *,
        sweep_interval: float,
        redactor: Redactor | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``sweep_interval``: how often, in seconds, to look for peers that are overdue;
        ``redactor``: what takes secrets out of what is recorded.
        """
        self._journal = journal
        self._redactor = redactor or Redactor()
        self._clock = clock
        self._sweep_interval = sweep_interval
        self._connections: dict[str, Connection] = {}
        self.last_number = 0  # of the ids that were given out
        self._past = Traffic()  # of connections that have ended
        self._opened = 0
        self._refused = 0
        self._last_refused = ""  # of those told one by one
        self.leaving = False  # the server is shutting down

    def next_id(self) -> str:
        """Return an id that no other connection has, in this run or another."""
        self.last_number += 1
        return f"{self._journal.run}-{self.last_number}"

    def opened(
        self, stream: WebSocketStream, request: web.Request, response: web.StreamResponse
    ) -> None:
        """Know a connection from its 101 on, until it is ``closed``."""
        came = capture_request(request, self._redactor)
        answer = capture_response(response, self._redactor, came)
        opened = Opened(
            time=time.time_ns(),
            connection=stream.id,
            peer=peer_of(request, remote_of(request)),
            request=came,
            response=answer,
            subprotocol=answer.header(FIELD) if FIELD in response.headers else None,
            extensions=tuple(response.headers.getall("Sec-WebSocket-Extensions", ())),
        )
        self._opened += 1
        self._connections[stream.id] = Connection(stream, opened)
        self._journal.record(opened)

    def closed(self, stream: WebSocketStream, ending: Ending) -> None:
        """Tell of the end of a connection, and know it no longer."""
        connection = self._connections.pop(stream.id)
        closed = connection.closed(ending)
        ended, traffic = closed.ended, stream.traffic
        self._past.add(traffic)
        self._journal.record(closed)
        self._journal.remember(connection.opened, closed, stream.round_trips)
        _log.info(
            "%s from %s ended by the %s: %s, %d%s; %d messages in, %d out",
            stream.id,
            connection.opened.peer,
            ended.by,
            ended.how,
            ended.code,
            f" ({one_line(ended.reason)})" if ended.reason else "",
            traffic.messages_in,
            traffic.messages_out,
        )

    def refused(self, request: web.Request, refusal: Refusal, *, readable: bool = True) -> None:
        """Tell of a request that was turned away, if there is room for it, and count it.

        ``readable``: False if there is no request, only bytes that were none.
        """
        self._refused += 1
        room = self._journal.refusals
        if not room.has_room(self._clock()):
            return
        rejection = Rejection(
            check=refusal.check,
            status=refusal.status,
            came=refusal.came,
            expected=refusal.expected,
            reason=refusal.reason,
            remedy=refusal.remedy,
        )
        came = request if readable else None
        told = capture_refused(came, rejection, self._redactor, visible, room.most_of_one)
        event = Refused(time.time_ns(), self.next_id(), peer_of(request, remote_of(request)), *told)
        self._last_refused = event.connection
        self._journal.record_refused(event)
        _log.info(
            "%s from %s refused with %d: %s (came: %s)",
            event.connection,
            event.peer,
            refusal.status,
            event.rejection.reason,
            event.rejection.came,
        )

    def tell_of_others(self, *, now: bool = False) -> None:
        """Tell how many were refused and not told of, after a while, or ``now``."""
        refusals = self._journal.refusals
        if not refusals.untold or not (now or refusals.is_due(self._clock())):
            return
        text = f"{refusals.untold} more requests were refused, too many to be told one by one"
        refusals.untold = 0
        # It stands at the last one that was told: each event is about some connection.
        self._journal.record(Noted(time.time_ns(), self._last_refused, text))
        _log.warning("%s", text)

    def summaries(self, most_open: int, most_ended: int) -> list[ConnectionSummary]:
        """Sum up the newest connections: open ones first, then those that ended or were refused."""
        newest = islice(reversed(self._connections.values()), most_open)
        ended = self._journal.ended(most_ended)
        return [*(connection.summary() for connection in newest), *ended]

    def find(self, name: str) -> ConnectionSummary | None:
        """Sum up one connection by its id, as long as it is known."""
        if name in self._connections:
            return self._connections[name].summary()
        return self._journal.ended_connection(name)

    def stream(self, name: str) -> WebSocketStream | None:
        """The stream of a connection that has not ended, by its id."""
        connection = self._connections.get(name)
        return None if connection is None else connection.stream

    def streams(self) -> list[WebSocketStream]:
        """Those of all connections that have not ended, the oldest first."""
        return [connection.stream for connection in self._connections.values()]

    def stats(self) -> Stats:
        """Add up what went over all connections, ended and open."""
        traffic = Traffic()
        traffic.add(self._past)
        for connection in self._connections.values():
            traffic.add(connection.stream.traffic)
        return Stats(
            time=time.time_ns(),
            open=len(self._connections),
            opened=self._opened,
            refused=self._refused,
            recorded=self._journal.recorded,
            forgotten=self._journal.forgotten,
            **traffic.counts(),
        )

    async def sweep(self) -> None:
        """Drive heartbeats and time-outs of all connections, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._sweep_interval)
            # If the loop was held up, what has come meanwhile is still to be read: it counts, too.
            await asyncio.sleep(0)
            self.tell_of_others()
            self._look_after_all(loop.time())

    def _look_after_all(self, now: float) -> None:
        # A function of its own: the sweep never ends, and would hold on to the last one it saw.
        for stream in self.streams():
            try:
                stream.tick(now)
            except Exception:  # a bug must not end the sweep for all others
                _log.exception("connection %s: failed to look after it", stream.id)
                stream.abort("internal error")

    async def say_goodbye(self, within: float) -> None:
        """Close all connections with 1001, all at once; drop those not gone ``within`` seconds."""
        self.leaving = True
        self.tell_of_others(now=True)
        streams = self.streams()
        if not streams:
            return
        for stream in streams:
            stream.close(CloseCode.GOING_AWAY, "the server is shutting down")
        gone = [asyncio.ensure_future(stream.closed()) for stream in streams]
        await asyncio.wait(gone, timeout=within)
        for stream in streams:
            stream.abort(f"the peer did not close within {within:g} s")
        await asyncio.wait(gone, timeout=within)


HUB: web.AppKey[Hub] = web.AppKey("HUB", Hub)
