"""The command as its users have it: a process of its own, with arguments and signals."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

REPOSITORY = Path(__file__).parent.parent
COMMAND = (sys.executable, "-m", "webapp")

# Seconds, and far more than anything here takes: a process that hangs fails its test and not the
# whole run. One that serves lives as long as its test.
PATIENCE = 30
LIFETIME = 180


@dataclass(frozen=True, slots=True)
class Serving:
    """A command that listens: its process, and what it said about itself."""

    process: subprocess.Popen[str]
    configuration: str
    page: str
    socket: str

    def end(self, *signals: int) -> tuple[int, str]:
        """Send the signals and return the exit status and what stood on standard error."""
        for number in signals:
            self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, errors


def environment(changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return this process's environment without what would configure the command, and changed."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if name != "PORT" and not name.startswith("ECHOSCOPE_")
    }
    return {**clean, "PYTHONPATH": str(REPOSITORY), **(changes or {})}


def run(
    *arguments: str,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    command: tuple[str, ...] = COMMAND,
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [*command, *arguments],
        cwd=cwd,
        env=environment(env),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@contextmanager
def started(
    *arguments: str,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    command: tuple[str, ...] = COMMAND,
) -> Iterator[subprocess.Popen[str]]:
    """Start the command, and leave no process behind."""
    process = subprocess.Popen(
        [*command, *arguments],
        cwd=cwd,
        env=environment(env),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    guard = threading.Timer(LIFETIME, process.kill)
    guard.start()
    try:
        with process:
            try:
                yield process
            finally:
                process.kill()
    finally:
        guard.cancel()


def announced(process: "subprocess.Popen[str]", output: IO[str]) -> Serving:
    """Wait until a command listens, and take down what it says."""
    said = dict(output.readline().rstrip().split(": ", 1) for _ in range(3))
    return Serving(
        process,
        configuration=said["Configuration file"].strip(),
        page=said["Page"].strip(),
        socket=said["Socket"].strip(),
    )


@contextmanager
def serving(
    *arguments: str,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    command: tuple[str, ...] = COMMAND,
) -> Iterator[Serving]:
    """Start the command and wait until it listens."""
    with started(*arguments, cwd=cwd, env=env, command=command) as process:
        assert process.stdout is not None
        yield announced(process, process.stdout)
