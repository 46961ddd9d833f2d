"""Servers under measurement: processes on a free port, pinned to a core of their own."""

from __future__ import annotations

import os
import resource
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.golang import BuildError, built

__all__ = ["SERVERS", "BuildError", "StartError", "running", "serving", "why_absent"]

_REPOSITORY = Path(__file__).parent.parent
_PATIENCE = 10.0  # seconds, for a server to start or to end
_LISTEN = "0A"  # TCP_LISTEN in /proc/net/tcp


class StartError(Exception):
    """A server did not start; the text is a sentence with the command that shows why."""


def _echoscope(deflate: bool) -> list[str]:
    # Defaults, whatever stands in the configuration of whoever measures. They negotiate
    # permessage-deflate with clients that offer it, and only with those.
    del deflate
    return [sys.executable, "-m", "webapp", "--config", os.devnull, "--host", "127.0.0.1", "--port"]


def _aiohttp(deflate: bool) -> list[str]:
    return [sys.executable, "-m", "bench.servers.plain_aiohttp", *["--deflate"] * deflate]


def _websockets(deflate: bool) -> list[str]:
    return [sys.executable, "-m", "bench.servers.plain_websockets", *["--deflate"] * deflate]


def _gorilla(deflate: bool) -> list[str]:
    return [str(built()), "-print", *["-deflate"] * deflate]


# The commands, each to be given a port of 127.0.0.1. All of them echo at /ws; none but echoscope
# bounds the size of a message.
SERVERS: Mapping[str, Callable[[bool], list[str]]] = {
    "echoscope": _echoscope,
    "aiohttp": _aiohttp,
    "websockets": _websockets,
    "gorilla": _gorilla,
}


def why_absent(name: str) -> str | None:
    """Return None for a server that can be run here, or a sentence that says why not."""
    try:
        SERVERS[name](False)
    except BuildError as error:
        return str(error)
    return None


@contextmanager
def serving(
    name: str, environment: Mapping[str, str] | None = None, *, deflate: bool = False
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run a server for as long as the context lasts; give its process and its port.

    With ``deflate`` it negotiates permessage-deflate, as it does by itself. Raises BuildError where
    the server cannot be had (see `why_absent`), StartError where it does not listen.
    """
    with running(SERVERS[name](deflate), environment) as served:
        yield served


@contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run a command that is to be given a port; give its process and the port once it listens.

    The server is pinned to the first core, the calling thread to the others, if there are any.
    Raises StartError.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    cores = sorted(os.sched_getaffinity(0))
    try:
        # A process inherits where it may run: set before, it holds for all its threads.
        os.sched_setaffinity(0, cores[:1])
        process = subprocess.Popen(
            [*command, str(port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=_REPOSITORY,
            env=_environment(environment or {}),
        )
        os.sched_setaffinity(0, cores[1:] or cores)
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (most, most))
        try:
            _wait_for(process, port)
            yield process, port
        finally:
            _end(process)
    finally:
        os.sched_setaffinity(0, cores)


def _environment(changes: Mapping[str, str]) -> dict[str, str]:
    """This process's environment, but for what would configure a server, and changed."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if name != "PORT" and not name.startswith(("ECHOSCOPE_", "GO"))
    }
    # One process on one core, as the others are.
    return {**clean, "PYTHONPATH": str(_REPOSITORY), "GOMAXPROCS": "1", **changes}


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not _listens(process, port):
        if process.poll() is not None or time.monotonic() > deadline:
            assert isinstance(process.args, list)
            command = shlex.join(process.args)
            raise StartError(f"This server does not listen; to see why: {command}")
        time.sleep(0.02)


def _listens(process: subprocess.Popen[bytes], port: int) -> bool:
    """Tell whether it is this process that listens there: somebody else may have been faster."""
    own = set()
    with suppress(OSError):  # it has ended
        for descriptor in Path(f"/proc/{process.pid}/fd").iterdir():
            with suppress(FileNotFoundError):  # it was closed meanwhile
                own.add(str(descriptor.readlink()))
    address = int.from_bytes(socket.inet_aton("127.0.0.1"), sys.byteorder)
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        fields = line.split()  # proc(5): place, local, remote, state, ..., inode
        if fields[1] == f"{address:08X}:{port:04X}" and fields[3] == _LISTEN:
            return f"socket:[{fields[9]}]" in own
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
