"""File descriptors: take as many as one may have, and tell when they run out."""

import asyncio
import contextlib
import errno
import logging
import os
import sys
from typing import Any

__all__ = ["DescriptorWatch", "are_lacking", "raise_limit"]

logger = logging.getLogger(__name__)

# For all that is not a WebSocket: pages, feeds, listening sockets, logs, the loop.
_RESERVE = 256

# Of the process, and of the whole system.
_LACKING = {errno.EMFILE, errno.ENFILE}

_LOOK = 1.0  # seconds between two looks
_CALM = 60.0  # seconds until the same is said again


def are_lacking(error: BaseException | None) -> bool:
    """Whether an error says that there is no file descriptor to be had."""
    return isinstance(error, OSError) and error.errno in _LACKING


def raise_limit(max_connections: int) -> None:
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
    needed = max_connections + _RESERVE
    if soft != resource.RLIM_INFINITY and soft < needed:
        logger.warning(
            "limits.max_connections is %d and needs %d file descriptors, but this process may "
            "have %d: raise the limit (ulimit -n) or lower the setting",
            max_connections,
            needed,
            soft,
        )


class DescriptorWatch:
    """
    Tells, once in a while, that there are no descriptors left.

    uvloop closes what it cannot accept, and says nothing; asyncio leaves it waiting, and reports
    each of its tries with a traceback.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """From here on the loop's own reports come here."""
        self._loop = loop
        self._told: float | None = None
        loop.set_exception_handler(self._on_report)

    async def look(self) -> None:
        """Look whether there is one to be had, again and again, until cancelled."""
        while True:
            try:
                os.close(os.open(os.devnull, os.O_RDONLY))
            except OSError as error:
                if are_lacking(error):
                    self._tell()
            await asyncio.sleep(_LOOK)

    def _on_report(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if are_lacking(context.get("exception")):
            self._tell()
        else:
            loop.default_exception_handler(context)

    def _tell(self) -> None:
        now = self._loop.time()
        if self._told is None or now - self._told >= _CALM:
            logger.warning(
                "there are no file descriptors left: nobody can connect until somebody leaves; "
                "raise the limit (ulimit -n), or lower limits.max_connections"
            )
        self._told = now
