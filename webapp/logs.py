"""What the server says on standard error: one line for each event, for people or for programs."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, TextIO

from aiohttp.web import RequestPayloadError

from webapp.descriptors import are_lacking
from webapp.logwriter import LogWriter
from webapp.printable import one_line

if TYPE_CHECKING:
    from webapp.config.sections import LoggingConfig

__all__ = [
    "JsonFormatter",
    "TextFormatter",
    "configure_logging",
    "http_log",
    "quiet_bad_requests",
]


_LONG = 1000  # characters of an error


def configure_logging(config: LoggingConfig, stream: TextIO | None = None) -> None:
    """Send what is logged to the stream (standard error by default), and nothing elsewhere."""
    handler = LogWriter(stream or sys.stderr)
    handler.setFormatter(JsonFormatter() if config.format == "json" else TextFormatter())
    logging.basicConfig(handlers=[handler], level=config.level.upper(), force=True)
    logging.captureWarnings(True)
    # Nothing here says by which thread, process or line a record was made: do not find it out.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # how the logging HOWTO (Optimization) says that for the line
    # The first character that is not printable makes Python load a codec: not when there may be no
    # file descriptor for it.
    one_line("\0")


def http_log() -> logging.Logger:
    """Return the logger for aiohttp: it has what clients do as tracebacks, which this one drops."""
    log = logging.getLogger("webapp.http")
    log.addFilter(quiet_bad_requests)
    return log


def quiet_bad_requests(record: logging.LogRecord) -> bool:
    """Log as a debug line what is no mistake of ours: half a body, nobody there, no descriptors."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, RequestPayloadError | ConnectionError) or are_lacking(error):
        record.levelno, record.levelname = logging.DEBUG, "DEBUG"
        # What is wrong with a body is told by quoting it, and that may be a secret.
        fault = type(error).__name__ if isinstance(error, RequestPayloadError) else str(error)
        record.msg, record.args = "%s: %s", (record.getMessage(), fault[:_LONG])
        record.exc_info = record.exc_text = None
    return record.levelno >= logging.getLogger(record.name).getEffectiveLevel()


class TextFormatter(logging.Formatter):
    """`2026-01-31T12:03:04.123Z warning webapp.serve: ...`, tracebacks too on that line."""

    def format(self, record: logging.LogRecord) -> str:
        parts = [record.getMessage(), *_traces(self, record)]
        text = " | ".join(part.strip() for part in parts)
        return one_line(f"{_time(record)} {record.levelname.lower()} {record.name}: {text}")


class JsonFormatter(logging.Formatter):
    """One object for each event: time, level, logger, message, and traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        event = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        traces = _traces(self, record)
        if traces:
            event["traceback"] = "\n".join(traces)
        # ASCII, so that a lone surrogate is an escape and not an encoding error.
        return json.dumps(event)


def _time(record: logging.LogRecord) -> str:
    second, microseconds = divmod(round(record.created * 1_000_000), 1_000_000)
    return f"{_second(second)}.{microseconds // 1000:03d}Z"


@lru_cache(maxsize=1)
def _second(time: int) -> str:
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _traces(formatter: logging.Formatter, record: logging.LogRecord) -> list[str]:
    traces = []
    if record.exc_info:
        traces.append(formatter.formatException(record.exc_info))
    if record.stack_info:
        traces.append(formatter.formatStack(record.stack_info))
    return traces
