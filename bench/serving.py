"""Servers under measurement: processes on a free port, pinned to a core of their own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

__all__ = ["SERVERS", "cpu_seconds", "resident_bytes", "serving"]

# What to run, each to be given a port of 127.0.0.1.
SERVERS = {
    "echoscope": ("-m", "webapp", "--host", "127.0.0.1", "--port"),
    "aiohttp WebSocketResponse": ("-m", "bench.plain_aiohttp"),
}


@contextmanager
def serving(
    name: str, environment: Mapping[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run a server for as long as the context lasts; give its process and its port.

    The server is pinned to the first core, this process to the others, if there are any.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    cores = sorted(os.sched_getaffinity(0))
    process = subprocess.Popen(
        [sys.executable, *SERVERS[name], str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **(environment or {})},
    )
    try:
        if len(cores) > 1:
            os.sched_setaffinity(process.pid, cores[:1])
            os.sched_setaffinity(0, cores[1:])
        _wait_for(process, port)
        yield process, port
    finally:
        os.sched_setaffinity(0, cores)
        process.terminate()
        process.wait()


def cpu_seconds(process: subprocess.Popen[bytes]) -> float:
    """User and system time of a process so far (proc(5))."""
    stat = Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii")
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes(process: subprocess.Popen[bytes]) -> int:
    """Resident memory of a process now (proc(5))."""
    pages = Path(f"/proc/{process.pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
