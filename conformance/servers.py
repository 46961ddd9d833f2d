"""The servers that the suite is played to: how each is configured, started and versioned."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from bench.golang import BuildError, built
from bench.serving import SERVERS as MEASURED
from bench.serving import StartError, running
from webapp import __version__

__all__ = ["OURS", "SERVERS", "AbsentError", "Server"]

OURS = "echoscope"

_ECHOES = Path(__file__).parent / "echoes"
_BUILDS = Path(__file__).parent.parent / "build" / "conformance"
_WS = "8.23.0"


class AbsentError(Exception):
    """A server cannot be run here; the text is a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server under test; it echoes at /ws."""

    title: str
    configured: str
    version: Callable[[], str]
    remark: str  # what has to be known about its exceptions, if anything
    # Runs it for as long as the context lasts; gives its port of 127.0.0.1. Raises AbsentError.
    running: Callable[[], AbstractContextManager[int]]


def _started(
    command: Callable[[], list[str]], settings: Mapping[str, str] | None = None
) -> Callable[[], AbstractContextManager[int]]:
    """Take a server that is to be given a port."""

    @contextmanager
    def started() -> Iterator[int]:
        with ExitStack() as stack:
            try:
                _, port = stack.enter_context(running(command(), settings))
            except (BuildError, StartError) as error:
                raise AbsentError(f"It does not start: {error}") from error
            yield port

    return started


def _measured(
    name: str, settings: Mapping[str, str] | None = None
) -> Callable[[], AbstractContextManager[int]]:
    """Take a server as `bench` measures it, with compression."""
    return _started(lambda: MEASURED[name](True), settings)


@contextmanager
def _ws() -> Iterator[int]:
    if not shutil.which("node") or not shutil.which("npm"):
        raise AbsentError("Node.js and npm are not installed.")
    folder = _BUILDS / f"ws-{_WS}"
    if not (folder / "node_modules" / "ws").exists():
        folder.mkdir(parents=True, exist_ok=True)
        quietly = ("--no-save", "--ignore-scripts", "--loglevel=error")
        _run("npm", "install", "--prefix", folder, *quietly, f"ws@{_WS}")
    modules = {"NODE_PATH": str(folder / "node_modules")}
    with _listening(["node", str(_ECHOES / "ws.cjs")], modules) as port:
        yield port


@contextmanager
def _listening(command: list[str], environment: Mapping[str, str]) -> Iterator[int]:
    """Run a server that prints which port it took."""
    with subprocess.Popen(  # noqa: S603
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **environment},
    ) as process:
        try:
            assert process.stdout is not None  # noqa: S101
            port = process.stdout.readline().strip()
            if not port:
                raise AbsentError(f"{command[0]} ended with status {process.wait()}.")
            yield int(port)
        finally:
            process.kill()


def _run(*command: str | Path) -> str:
    """Run what prepares a server; its failure means that there is none."""
    result = subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise AbsentError(f"{command[0]} {command[1]} failed: {result.stderr.strip()}")
    return result.stdout.strip()


def _python() -> str:
    return f"{platform.python_implementation()} {platform.python_version()}"


def _go() -> str:
    package = "golang-github-gorilla-websocket-dev"
    try:
        library = _run("dpkg-query", "--show", "--showformat=${Version}", package)
        return f"{library} of Debian, {_run('go', 'version').split()[2]}"
    except (AbsentError, OSError):
        return "unknown"


SERVERS: Mapping[str, Server] = {
    OURS: Server(
        "Echoscope",
        "`limits.max_message_size: 32MiB`",
        lambda: f"{__version__}, {_python()}",
        "",
        _measured(OURS, {"ECHOSCOPE_LIMITS__MAX_MESSAGE_SIZE": "32MiB"}),
    ),
    "gorilla": Server(
        "gorilla/websocket",
        "`EnableCompression: true`; the echo checks texts",
        _go,
        "It checks a text when it has all of it.",
        _started(lambda: [str(built()), "-check", "-deflate"]),
    ),
    "unchecked": Server(
        "gorilla/websocket, texts unchecked",
        "`EnableCompression: true`; the echo that `bench` measures",
        _go,
        "The library leaves it to the echo to check texts, and this one does not.",
        _measured("gorilla"),
    ),
    "aiohttp": Server(
        "aiohttp `WebSocketResponse`",
        "`max_msg_size=0`, compression as by default (on); uvloop",
        lambda: f"{version('aiohttp')}, {_python()}",
        "It checks a text when it has all of it.",
        _measured("aiohttp"),
    ),
    "ws": Server(
        "ws",
        "`perMessageDeflate: true`; no native add-ons",
        lambda: f"{_WS}, Node.js {_run('node', '--version').removeprefix('v')}",
        "It checks a text when it has all of it, and bounds how many fragments a message may have.",
        _ws,
    ),
    "websockets": Server(
        "websockets",
        "`max_size=None`, compression as by default (on); uvloop",
        lambda: f"{version('websockets')}, {_python()}",
        "It checks a text when it has all of it, and bounds how many fragments a message may have."
        " Which cases of sections 3 and 4 are NON-STRICT varies from run to run: what is right"
        " before a violation is echoed only if the echo comes to it before the violation does.",
        _measured("websockets"),
    ),
}
