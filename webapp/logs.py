"""What the server says on standard error: one line for each event, for people or for programs."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO

from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web import RequestPayloadError

from webapp.printable import one_line

if TYPE_CHECKING:
    from webapp.config.settings import LoggingConfig

__all__ = ["JsonFormatter", "TextFormatter", "configure_logging", "quiet_bad_requests"]


def configure_logging(config: LoggingConfig, stream: TextIO | None = None) -> None:
    """Send what is logged to the stream (standard error by default), and nothing elsewhere."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter() if config.format == "json" else TextFormatter())
    logging.basicConfig(handlers=[handler], level=config.level.upper(), force=True)
    logging.captureWarnings(True)
    server_log = logging.getLogger("aiohttp.server")
    server_log.removeFilter(quiet_bad_requests)
    server_log.addFilter(quiet_bad_requests)


def quiet_bad_requests(record: logging.LogRecord) -> bool:
    """Log what is no HTTP, a client's mistake, as a debug line: aiohttp has it as a traceback."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, HttpProcessingError | RequestPayloadError):
        record.levelno, record.levelname = logging.DEBUG, "DEBUG"
        record.msg, record.args = "%s: %s", (record.getMessage(), str(error))
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
    time = datetime.fromtimestamp(record.created, UTC)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _traces(formatter: logging.Formatter, record: logging.LogRecord) -> list[str]:
    traces = []
    if record.exc_info:
        traces.append(formatter.formatException(record.exc_info))
    if record.stack_info:
        traces.append(formatter.formatStack(record.stack_info))
    return traces
