"""A capture of what goes over a port of the loopback interface, by dumpcap, with nothing lost."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import shutil
import socket
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NoReturn

import pytest

__all__ = ["Capture", "capturing", "tool"]

_PATIENCE = 30.0  # seconds, for what should happen at once
_BUFFER = "64"  # MiB in the kernel, far more than what goes over the port


class Capture:
    """What has been captured so far, as it would stand in a file."""

    def __init__(self, port: int, dumpcap: Process) -> None:
        self._port = port
        self._dumpcap = dumpcap
        self.data = bytearray()

    async def catch_up(self) -> None:
        """Wait until all is captured that went over the port before.

        A datagram is sent to the port, which goes the way of everything else, and seen to arrive.
        """
        assert self._dumpcap.stdout is not None
        mark = secrets.token_bytes(16)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(mark, ("127.0.0.1", self._port))
        async with asyncio.timeout(_PATIENCE):
            while mark not in self.data:
                more = await self._dumpcap.stdout.read(1 << 20)
                if not more:
                    raise EOFError("dumpcap has ended")
                self.data += more

    async def end(self) -> None:
        """Stop, and see to it that nothing was lost; skip the test if it never began."""
        if self._dumpcap.returncode is None:
            self._dumpcap.terminate()
        _, said = await self._dumpcap.communicate()
        words = said.decode(errors="replace")
        if not self.data:
            _cannot(f"Nothing can be captured here: {' '.join(words.split())[:300]}")
        lost = re.search(r"received/dropped on interface .*: \d+/(\d+) ", words)
        assert lost is not None, words
        assert lost[1] == "0", words


@asynccontextmanager
async def capturing(port: int) -> AsyncIterator[Capture]:
    """Capture what goes over a port of the loopback interface until the end of the block."""
    command = (tool("dumpcap"), "-i", "lo", "-f", f"port {port}", "-B", _BUFFER, "-w", "-")
    dumpcap = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
    capture = Capture(port, dumpcap)
    try:
        assert dumpcap.stdout is not None
        # The file begins once the interface is open and the filter set: from there on all counts.
        capture.data += await dumpcap.stdout.read(1)
        await capture.catch_up()
        yield capture
    finally:
        await capture.end()


def tool(name: str) -> str:
    """Return the path of one of Wireshark's programs; without it there is nothing to test."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    return found or _cannot(f"There is no {name}: install tshark.")


def _cannot(sentence: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)
