"""Servers for the page, each forked from a process that has loaded the command once.

To load it takes half a second of processor time, longer than many a test of the page.
"""

import multiprocessing
import os
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import TextIO

# What the command loads when it is about to serve: here, so that it need not.
import webapp.config.cautions
import webapp.config.settings
import webapp.config.sources
import webapp.serve  # noqa: F401
from tests.command import LIFETIME, PATIENCE, Serving, announced, environment
from webapp.cli import main

_forking = multiprocessing.get_context("forkserver")
_forking.set_forkserver_preload([__name__])


class Forked:
    """A forked process, of which one can ask what one asks of a subprocess."""

    def __init__(self, process: ForkServerProcess, output: TextIO, errors: TextIO) -> None:
        self._process = process
        self._output = output
        self._errors = errors

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        assert self._process.pid is not None
        os.kill(self._process.pid, number)

    def kill(self) -> None:
        self._process.kill()

    def wait(self, timeout: float = PATIENCE) -> int:
        self._process.join(timeout)
        assert self._process.exitcode is not None
        return self._process.exitcode

    def communicate(self, *, timeout: float = PATIENCE) -> tuple[str, str]:
        self.wait(timeout)
        return self._output.read(), self._errors.read()


@contextmanager
def forked(*arguments: str, cwd: Path, env: Mapping[str, str] | None = None) -> Iterator[Serving]:
    """Start a server as `serving` does, and wait until it listens."""
    pipes = [_forking.Pipe(duplex=False) for _ in range(2)]
    ends = [theirs for _, theirs in pipes]
    process = _forking.Process(
        target=_run, args=(arguments, cwd, environment(env), *ends), daemon=True
    )
    process.start()
    for end in ends:
        end.close()
    output, errors = (os.fdopen(os.dup(ours.fileno())) for ours, _ in pipes)
    guard = threading.Timer(LIFETIME, process.kill)
    guard.start()
    try:
        with output, errors:
            yield announced(Forked(process, output, errors), output)
    finally:
        guard.cancel()
        process.kill()
        process.join()


def _run(
    arguments: tuple[str, ...],
    cwd: Path,
    environment: Mapping[str, str],
    output: Connection,
    errors: Connection,
) -> None:
    """Be the command."""
    os.dup2(output.fileno(), 1)
    os.dup2(errors.fileno(), 2)
    output.close()
    errors.close()
    # What was inherited stands for the files of the process that forks.
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115 - as long as the process
    sys.stderr = open(2, "w", closefd=False, buffering=1)  # noqa: SIM115
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    sys.exit(main(arguments))
