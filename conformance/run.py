"""One run of the suite: its cases, played to one server."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

__all__ = ["RunError", "play"]

# The longest that a case takes by itself is 8 minutes (RFC 7692, large messages in fragments).
_PATIENCE = 600.0
_TOTAL = re.compile(r"Ok, will run (\d+) test cases")
_CASE = re.compile(r"Running test case ID ([\d.]+) ")

Progress = Callable[[str, int, int], None]


class RunError(Exception):
    """The suite did not come to its end; the text is a sentence that says why."""


def play(
    wstest: Path,
    agent: str,
    url: str,
    folder: Path,
    cases: Sequence[str] = ("*",),
    *,
    progress: Progress = lambda case, number, total: None,
) -> float:
    """Play the cases to the server at this address; leave the reports in the folder.

    Return how many seconds it took. Cases are numbers or patterns such as ``6.*``; ``progress`` is
    told of each: its number, and which of how many it is. Raises RunError.
    """
    # What an earlier run has left is not to be taken for this one's.
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    specification = folder / "specification.json"
    specification.write_text(
        json.dumps(
            {
                "outdir": str(folder.resolve()),
                "servers": [{"agent": agent, "url": url}],
                "cases": list(cases),
                "exclude-cases": [],
                "exclude-agent-cases": {},
            }
        ),
        encoding="utf-8",
    )
    begun = time.monotonic()
    last = _follow(wstest, specification, progress)
    if not (folder / "index.json").exists():
        raise RunError(f"The suite left no report on {agent}; the last that it said: {last}")
    return time.monotonic() - begun


def _follow(wstest: Path, specification: Path, progress: Progress) -> str:
    """Run the suite, and pass on how far it is; return the last line that it said."""
    # The suite runs on another Python than this one, and would keep its lines to itself.
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    process = subprocess.Popen(  # noqa: S603
        [wstest, "--mode", "fuzzingclient", "--spec", specification],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**clean, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None  # noqa: S101
    last, number, total = "nothing", 0, 0
    stuck = threading.Event()

    def give_up() -> None:
        stuck.set()
        process.kill()

    guard = threading.Timer(_PATIENCE, give_up)
    guard.start()
    try:
        for line in process.stdout:
            guard.cancel()
            guard = threading.Timer(_PATIENCE, give_up)
            guard.start()
            last = line.strip() or last
            if match := _TOTAL.match(line):
                total = int(match[1])
            elif match := _CASE.match(line):
                number += 1
                progress(match[1], number, total)
        process.wait()
    finally:
        guard.cancel()
        process.kill()
        process.wait()
        process.stdout.close()
    if stuck.is_set():
        raise RunError(f"The suite was silent for {_PATIENCE:.0f} s after it had said: {last}")
    if process.returncode:
        raise RunError(f"wstest ended with status {process.returncode}: {last}")
    return last
