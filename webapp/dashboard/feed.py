"""The live feed: what happens, told to every page that watches, over a WebSocket of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from aiohttp import web

from webapp.dashboard.batches import Batches
from webapp.dashboard.encode import row_shape, stats_shape
from webapp.dashboard.replies import Greeting, Hello, Overview, State
from webapp.dashboard.shapes import Row
from webapp.hub import Hub
from webapp.journal.memory import Journal

__all__ = ["MOST_ENDED", "MOST_OPEN", "Feed", "overview"]

# How many connections a page is told of.
MOST_OPEN = 200
MOST_ENDED = 100

_INTERVAL = 0.05  # seconds between two batches of events
_BEATS_PER_STATE = 5  # every so many of these, the connections
_HEARTBEAT = 20.0  # seconds, to notice pages that went without a word
# To a watcher of one connection, in the place of how the others are doing.
_STILL = '{"type": "still"}'
_GOODBYE = 0.5  # seconds; aiohttp no longer delivers the answers at shutdown
_GOODBYE_PART = 0.25  # of the time that there is for all goodbyes, if that is less


@dataclass(frozen=True, slots=True)
class _Watcher:
    transport: asyncio.Transport  # one who does not read can only be aborted
    telling: asyncio.Task[None]


class Feed:
    """Tells watchers what the journal records and how the connections are doing.

    A watcher reads the journal at its own pace: one that is slow finds more to skip when it comes
    back, and nothing is queued for it. Those in step share one encoding of each batch. Nothing
    happens here while nobody watches.
    """

    def __init__(self, hub: Hub, journal: Journal, *, slow_peer_timeout: float) -> None:
        """``slow_peer_timeout``: after how many seconds a watcher that reads nothing is cut."""
        self._slow_peer_timeout = slow_peer_timeout
        self._hub = hub
        self._journal = journal
        self._watchers: dict[web.WebSocketResponse, _Watcher] = {}
        self._leaving = False  # nothing more will happen
        self._beat = asyncio.Event()  # set and cleared at once: wakes whoever waits
        self._pulse: asyncio.Task[None] | None = None
        self._batches = Batches(journal)
        self._rows: dict[str, Row] = {}  # as last told
        self._states = 0
        self._state = ""

    async def watch(self, request: web.Request) -> web.StreamResponse:
        """Handle ``/live``: tell one watcher everything, from ``?after=CURSOR`` on.

        With ``?connection=ID`` it is told what happens on that connection, and nothing of others.
        """
        after, connection = request.query.get("after"), request.query.get("connection")
        try:
            self._journal.check(after)
        except ValueError as error:
            raise web.HTTPBadRequest(text=f"{error}\n") from None
        ws = web.WebSocketResponse(heartbeat=_HEARTBEAT, compress=False, max_msg_size=4096)
        try:
            await ws.prepare(request)
        except ConnectionError:
            return web.Response()  # to nobody: it left during the handshake
        transport = request.transport
        if transport is None:
            return ws
        telling = asyncio.create_task(self._tell(ws, after, connection))

        def ended(_: asyncio.Task[None]) -> None:
            # Before the goodbye it has no end: where it fails, the page is to know at once.
            if not self._leaving:
                transport.close()

        telling.add_done_callback(ended)
        with self._watching(ws, _Watcher(transport, telling)):
            try:
                async for _ in ws:
                    pass  # nothing is expected; reading answers pings and closes
            finally:
                telling.cancel()
                with suppress(asyncio.CancelledError, ConnectionError):
                    await telling
        return ws

    def goodbye_takes(self, within: float) -> float:
        """How many of ``within`` seconds to leave to the goodbye to those who watch."""
        return min(within * _GOODBYE_PART, _GOODBYE) if self._watchers else 0.0

    async def say_goodbye(self, within: float) -> None:
        """Tell all watchers what they have not heard of, and close them with 1001.

        All at once, and waiting no longer than ``within`` seconds.
        """
        if not self._watchers:
            return
        self._take_state()
        self._leaving = True
        leaving = [asyncio.create_task(_leave(ws, told)) for ws, told in self._watchers.items()]
        await asyncio.wait(leaving, timeout=min(within, _GOODBYE))
        for watcher in self._watchers.values():
            watcher.transport.abort()

    @contextmanager
    def _watching(self, ws: web.WebSocketResponse, watcher: _Watcher) -> Iterator[None]:
        self._watchers[ws] = watcher
        if self._pulse is None:
            self._take_state()  # what changes from here on is told
            self._pulse = asyncio.create_task(self._keep_pulse())
        try:
            yield
        finally:
            del self._watchers[ws]
            if not self._watchers and self._pulse is not None:
                self._pulse.cancel()
                self._pulse = None

    async def _keep_pulse(self) -> None:
        beats = 0
        while True:
            await asyncio.sleep(_INTERVAL)
            beats += 1
            if beats % _BEATS_PER_STATE == 0:
                self._take_state()
            self._batches.beat()
            self._beat.set()
            self._beat.clear()

    async def _tell(
        self, ws: web.WebSocketResponse, cursor: str | None, connection: str | None
    ) -> None:
        told = None  # the last state that this watcher knows of
        while True:
            leaving = self._leaving
            if told is None or (connection is None and self._states - told > 1):
                told = self._states
                await self._say(ws, self._hello(connection))
            elif self._states > told:
                told = self._states
                await self._say(ws, self._state if connection is None else _STILL)
            batches = self._batches
            batch = (batches.last if leaving else batches.after)(cursor, connection)
            cursor = batch.cursor
            if batch.text:
                await self._say(ws, batch.text)
            if leaving:
                return
            await self._beat.wait()

    async def _say(self, ws: web.WebSocketResponse, text: str) -> None:
        try:
            async with asyncio.timeout(self._slow_peer_timeout):
                await ws.send_str(text)
        except TimeoutError:
            # The heartbeat does not notice: its pings wait behind what is not read.
            self._watchers[ws].transport.abort()
            raise ConnectionResetError("the watcher does not read") from None

    def _hello(self, connection: str | None) -> str:
        greeting: Greeting = {"type": "hello", "run": self._journal.run}
        if connection is not None:
            return json.dumps(greeting)
        hello: Hello = {**greeting, **overview(self._hub)}
        return json.dumps(hello)

    def _take_state(self) -> None:
        """Prepare what has changed about the connections since this was last done."""
        seen = overview(self._hub)
        rows = {row["id"]: row for row in seen["connections"]}
        changed = [row for key, row in rows.items() if row != self._rows.get(key)]
        gone = [key for key in self._rows if key not in rows]
        self._rows = rows
        self._states += 1
        state: State = {"type": "state", **seen, "connections": changed, "gone": gone}
        self._state = json.dumps(state)


async def _leave(ws: web.WebSocketResponse, watcher: _Watcher) -> None:
    await asyncio.wait([watcher.telling])
    await ws.close(code=1001, message=b"the server is shutting down")


def overview(hub: Hub) -> Overview:
    """Return the newest connections, how many more there are, and the totals."""
    rows = [row_shape(summary) for summary in hub.summaries(MOST_OPEN, MOST_ENDED)]
    stats = hub.stats()
    omitted = stats.opened + stats.refused - len(rows)
    return {"connections": rows, "omitted": omitted, "stats": stats_shape(stats)}
