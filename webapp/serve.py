"""One run of the server: sockets, event loop, signals, and the way out."""

import asyncio
import contextlib
import logging
import os
import signal
import threading
import webbrowser
from collections.abc import Callable, Sequence
from socket import socket

from aiohttp import web

from webapp.app import compile_pages, create_app
from webapp.config import Config
from webapp.config.cautions import cautions
from webapp.descriptors import DescriptorWatch, raise_limit
from webapp.listen import BACKLOG, authority, open_sockets
from webapp.memory import keep_some_memory, settle

__all__ = ["EXIT_INTERRUPTED", "serve"]

EXIT_INTERRUPTED = 130

logger = logging.getLogger(__name__)

# aiohttp's own wait for its connections: the application's goodbyes had their time by then.
_RUNNER_TIMEOUT = 0.1

# What server.shutdown_timeout may be exceeded by until the process ends, whatever still hangs.
_GRACE = 0.6

# How many connections asyncio accepts at once. Where it has no descriptors for them, it tries as
# often all the same, and for each try it sets a timer that begins this anew: with more than one,
# these tries become ever more, and leave no time for anything else.
_ACCEPTED_AT_ONCE = 1


def serve(config: Config, announce: Callable[[str], None], *, open_page: bool = False) -> None:
    """Serve until SIGINT or SIGTERM.

    `announce` gets the `host:port` of the page once the server listens. Raises ListenError.
    """
    keep_some_memory()
    raise_limit(config.limits.max_connections)
    sockets = open_sockets(config.server.host, config.server.port)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_serve(config, sockets, announce, open_page=open_page))


async def _serve(
    config: Config, sockets: Sequence[socket], announce: Callable[[str], None], *, open_page: bool
) -> None:
    stopping = _stop_on_signals()
    app = create_app(config)
    compile_pages(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_RUNNER_TIMEOUT)
    looking = asyncio.create_task(DescriptorWatch(asyncio.get_running_loop()).look())
    try:
        await runner.setup()
        for sock in sockets:
            await web.SockSite(runner, sock, backlog=_ACCEPTED_AT_ONCE).start()
            # What waits to be accepted is another matter than what is accepted at once, but in
            # asyncio one number stands for both.
            sock.listen(BACKLOG)
        address = authority(config.server.host, sockets)
        announce(address)
        settle()
        for caution in cautions(config):
            logger.warning("%s", caution)
        if open_page:
            # A daemon thread: some browsers block for as long as they run.
            threading.Thread(target=_open_page, args=(f"http://{address}/",), daemon=True).start()
        await stopping.wait()
        logger.info("stopping")
        asyncio.get_running_loop().call_later(
            config.server.shutdown_timeout + _GRACE, _give_up, config.server.shutdown_timeout
        )
    finally:
        looking.cancel()
        await runner.cleanup()


def _stop_on_signals() -> asyncio.Event:
    """Return an event that SIGINT and SIGTERM set; a SIGINT after that ends the process at once."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()

    def interrupt() -> None:
        if stopping.is_set():
            logging.shutdown()
            os._exit(EXIT_INTERRUPTED)
        stopping.set()

    # Windows has no signal handlers in its loop: there the handlers of the command stay.
    with contextlib.suppress(NotImplementedError):
        loop.add_signal_handler(signal.SIGINT, interrupt)
        loop.add_signal_handler(signal.SIGTERM, stopping.set)
    return stopping


def _give_up(timeout: float) -> None:
    logger.warning("something has not ended within %g s of server.shutdown_timeout", timeout)
    logging.shutdown()
    os._exit(0)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        import uvloop
    except ImportError:  # pragma: no cover - Windows, PyPy
        return asyncio.new_event_loop
    return uvloop.new_event_loop


def _open_page(address: str) -> None:
    if not webbrowser.open(address):
        logger.warning("no browser could be started: open %s yourself", address)
