"""One run of the server: sockets, event loop, signals, and the way out."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
import webbrowser
from collections.abc import Callable, Sequence
from socket import socket

from aiohttp import web

from webapp.app import create_app
from webapp.config import Config
from webapp.gate import HostPolicy
from webapp.listen import BACKLOG, authority, open_sockets

__all__ = ["EXIT_INTERRUPTED", "serve"]

EXIT_INTERRUPTED = 130

logger = logging.getLogger(__name__)

# aiohttp's own wait for its connections: the application's goodbyes had their time by then.
_RUNNER_TIMEOUT = 0.1

# What server.shutdown_timeout may be exceeded by until the process ends, whatever still hangs.
_GRACE = 0.8

# Descriptors for all that is not a WebSocket: pages, feeds, listening sockets, logs, the loop.
_DESCRIPTOR_RESERVE = 256


def serve(config: Config, announce: Callable[[str], None], *, open_page: bool = False) -> None:
    """Serve until SIGINT or SIGTERM.

    `announce` gets the `host:port` of the page once the server listens. Raises ListenError.
    """
    _raise_descriptor_limit(config.limits.max_connections)
    sockets = open_sockets(config.server.host, config.server.port)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_serve(config, sockets, announce, open_page=open_page))


async def _serve(
    config: Config, sockets: Sequence[socket], announce: Callable[[str], None], *, open_page: bool
) -> None:
    stopping = _stop_on_signals()
    runner = web.AppRunner(create_app(config), access_log=None, shutdown_timeout=_RUNNER_TIMEOUT)
    try:
        await runner.setup()
        for sock in sockets:
            await web.SockSite(runner, sock, backlog=BACKLOG).start()
        address = authority(config.server.host, sockets)
        announce(address)
        if HostPolicy(config.hosts.allowed).check([address]):
            logger.warning("requests to %s are refused: hosts.allowed does not name it", address)
        if open_page:
            # A daemon thread: some browsers block for as long as they run.
            threading.Thread(target=_open_page, args=(f"http://{address}/",), daemon=True).start()
        await stopping.wait()
        logger.info("stopping")
        asyncio.get_running_loop().call_later(
            config.server.shutdown_timeout + _GRACE, _give_up, config.server.shutdown_timeout
        )
    finally:
        await runner.cleanup()


def _stop_on_signals() -> asyncio.Event:
    """Return an event that SIGINT and SIGTERM set; a SIGINT after that ends the process at once."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()

    def interrupt() -> None:
        if stopping.is_set():
            os._exit(EXIT_INTERRUPTED)
        stopping.set()

    # Windows has no signal handlers in its loop: there the handlers of the command stay.
    with contextlib.suppress(NotImplementedError):
        loop.add_signal_handler(signal.SIGINT, interrupt)
        loop.add_signal_handler(signal.SIGTERM, stopping.set)
    return stopping


def _give_up(timeout: float) -> None:
    logger.warning("something has not ended within %g s of server.shutdown_timeout", timeout)
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


def _raise_descriptor_limit(max_connections: int) -> None:
    """Take as many descriptors as the system lets us have, and say so where they are too few."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        # macOS names a hard limit that it does not grant.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
    needed = max_connections + _DESCRIPTOR_RESERVE
    if soft != resource.RLIM_INFINITY and soft < needed:
        logger.warning(
            "limits.max_connections is %d and needs %d file descriptors, but this process may "
            "have %d: raise the limit (ulimit -n) or lower the setting",
            max_connections,
            needed,
            soft,
        )
