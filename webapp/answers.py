"""HTTP answers that nobody takes: aiohttp waits for their readers without a bound."""

import asyncio
import logging

from aiohttp import web

from webapp.wire.transport import buffered, unsent

__all__ = ["Answers"]

logger = logging.getLogger(__name__)


class Answers:
    """
    The connections that something was answered on, as long as they are there.

    One that takes not a byte of what it is sent, for as long as a WebSocket may, is dropped.
    """

    def __init__(self, timeout: float) -> None:
        """`timeout` is in seconds."""
        self._timeout = timeout
        self._open: dict[asyncio.Transport, tuple[int, float]] = {}  # unsent bytes, and since when

    async def watch(self, request: web.Request, response: web.StreamResponse) -> None:
        """Watch an answer; connect it to the application's `on_response_prepare`."""
        transport = request.transport
        if transport is None:
            return
        if response.status == 101:
            self._open.pop(transport, None)  # it is a WebSocket now, and has a patience of its own
        else:
            self._open.setdefault(transport, (0, 0.0))

    async def sweep(self, interval: float) -> None:
        """Look at all of them every so many seconds, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(interval)
            self._look_at_all(loop.time())

    def _look_at_all(self, now: float) -> None:
        # A function of its own: the sweep never ends, and would hold on to the last one it saw.
        for transport in list(self._open):
            try:
                self._look(transport, now)
            except Exception:  # a bug must not end the sweep for all others
                logger.exception("failed to look after a connection")
                self._open.pop(transport, None)

    def _look(self, transport: asyncio.Transport, now: float) -> None:
        before, since = self._open[transport]
        left = unsent(transport)
        if transport.is_closing() and not buffered(transport):
            del self._open[transport]
        elif not left or left != before:
            self._open[transport] = left, now
        elif now - since >= self._timeout:
            del self._open[transport]
            transport.abort()
            logger.info("an answer was not read for %g s: its connection is cut", self._timeout)
