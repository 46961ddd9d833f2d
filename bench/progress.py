"""What is going on, while it does: a line that changes on a terminal, else a line for each step."""

from __future__ import annotations

import sys
import time
from typing import TextIO

__all__ = ["Progress"]


class Progress:
    """Tells of steps and how long the rest will take, going by how long those before took."""

    def __init__(self, estimate: float, stream: TextIO | None = None) -> None:
        """``estimate``: how many seconds all steps together are thought to take."""
        self._stream = sys.stderr if stream is None else stream
        self._changes = self._stream.isatty()
        self._estimate = estimate
        self._done = 0.0
        self._begin = time.monotonic()

    def say(self, text: str) -> None:
        """Say something that stays."""
        self._write(f"\r\x1b[K{text}\n" if self._changes else f"{text}\n")

    def begin(self, text: str) -> None:
        """Say what begins now."""
        if self._changes:
            self._write(f"\r\x1b[K{text} … {self._rest()}")

    def done(self, text: str, estimate: float) -> None:
        """Say what came of it; ``estimate`` is what it was thought to take."""
        self._done += estimate
        if not self._changes:
            self._write(f"{text} ({self._rest()})\n")

    def end(self) -> None:
        """Leave the line to others."""
        if self._changes:
            self._write("\r\x1b[K")

    def _rest(self) -> str:
        pace = (time.monotonic() - self._begin) / self._done if self._done else 1.0
        minutes, seconds = divmod(round(pace * max(0.0, self._estimate - self._done)), 60)
        return f"{minutes}:{seconds:02} to go"

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
