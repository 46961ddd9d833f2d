"""Where the log goes out: in a thread of its own, so that nothing waits for whoever reads it."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from typing import TextIO

__all__ = ["LogWriter"]

_MOST = 1000  # lines that wait to be written
_PAUSE = 0.02  # seconds in which lines gather to go out together
_AT_THE_END = 0.3  # seconds for what is left


class LogWriter(logging.Handler):
    """Writes a line for each record to a stream: a pipe that is full holds up nobody else.

    Then lines are left out, and counted; the count is written once there is room. A stream that
    refuses lines is told later how many.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self._lines: deque[str] = deque()
        self._something = threading.Event()
        self._progress = threading.Condition()
        # Each of these is changed by one thread only: those that log take turns.
        self._taken = self._left_out = 0
        self._written = 0  # of those taken, or given up
        self._unwritten = 0  # of these, what the stream refused
        self._told = 0  # of those left out and refused
        threading.Thread(target=self._write, name="log", daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        if len(self._lines) < _MOST:
            try:
                line = self.format(record)
            except Exception:  # logging's own way to tell of it
                self.handleError(record)
                return
            self._lines.append(line)
            self._taken += 1
        else:
            self._left_out += 1
        if not self._something.is_set():
            self._something.set()

    def flush(self) -> None:
        """Wait, for a moment at the most, until all is written."""
        with self._progress:
            self._progress.wait_for(lambda: self._written == self._taken, _AT_THE_END)

    def _write(self) -> None:
        while True:
            self._something.wait()
            self._something.clear()
            lines = [self._lines.popleft() for _ in range(len(self._lines))]
            count = len(lines)
            if missing := self._left_out + self._unwritten - self._told:
                lines.append(self.format(_gap(missing)))
            try:
                self._stream.write("".join([f"{line}\n" for line in lines]))
                self._stream.flush()
                self._told += missing
            except Exception:  # it may be closed, or full: this thread has to go on
                self._unwritten += count
            with self._progress:
                self._written += count
                self._progress.notify_all()
            time.sleep(_PAUSE)


def _gap(lines: int) -> logging.LogRecord:
    text = "%d lines of this log were left out: they came faster than they could be written"
    return logging.LogRecord(__name__, logging.WARNING, "", 0, text, (lines,), None)
