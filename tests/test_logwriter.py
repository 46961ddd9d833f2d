"""The log: nobody waits for whoever reads it, and what is left out is counted."""

import io
import json
import logging
import os
import re
import threading
from collections.abc import Iterator

import pytest

from webapp.logs import JsonFormatter, TextFormatter
from webapp.logwriter import LogWriter


def record(text: str) -> logging.LogRecord:
    return logging.LogRecord("webapp.hub", logging.INFO, "", 0, "%s", (text,), None)


@pytest.fixture
def pipe() -> Iterator[tuple[int, io.TextIOWrapper]]:
    """One that nobody reads."""
    reading, writing = os.pipe()
    yield reading, os.fdopen(writing, "w", encoding="utf-8")  # the writer's from here on
    os.close(reading)


def test_lines_come_out_in_order_and_all_of_them() -> None:
    stream = io.StringIO()
    writer = LogWriter(stream)
    for number in range(500):
        writer.handle(record(f"line {number}"))
    writer.flush()
    assert stream.getvalue().split("\n") == [*(f"line {number}" for number in range(500)), ""]


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
def test_a_log_that_nobody_reads_holds_up_nobody_and_tells_what_is_missing(
    formatter: logging.Formatter, pipe: tuple[int, io.TextIOWrapper]
) -> None:
    reading, stream = pipe
    writer = LogWriter(stream)
    writer.setFormatter(formatter)
    for number in range(5000):  # a megabyte and a half; a pipe holds 64 KiB
        writer.handle(record(f"{number:05} {'x' * 300}"))
    accounted = 0

    def read() -> None:
        nonlocal accounted
        with os.fdopen(reading, encoding="utf-8", closefd=False) as lines:
            while accounted < 5000:
                line = lines.readline()
                text = json.loads(line)["message"] if line.startswith("{") else line
                if missing := re.search(r"(\d+) lines of this log were left out", text):
                    accounted += int(missing[1])
                else:
                    assert f"{accounted:05} xxx" in text  # a gap is told where it is
                    accounted += 1

    reader = threading.Thread(target=read)
    reader.start()
    reader.join(10)
    assert accounted == 5000


def test_a_log_that_is_closed_is_no_matter() -> None:
    stream = io.StringIO()
    writer = LogWriter(stream)
    stream.close()
    writer.handle(record("to nobody"))
    writer.flush()
    writer.handle(record("and again"))
    writer.flush()


class Refusing(io.StringIO):
    """A stream that takes nothing for a while."""

    refusing = True

    def write(self, text: str) -> int:
        if self.refusing:
            raise BlockingIOError
        return super().write(text)


def test_lines_that_a_stream_refuses_are_counted_too() -> None:
    stream = Refusing()
    writer = LogWriter(stream)
    for _ in range(3):
        writer.handle(record("lost"))
        writer.flush()
    stream.refusing = False
    writer.handle(record("found"))
    writer.flush()
    assert stream.getvalue() == (
        "found\n3 lines of this log were left out: they came faster than they could be written\n"
    )


def test_a_record_that_cannot_be_formatted_is_no_matter_for_who_logs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stream = io.StringIO()
    writer = LogWriter(stream)
    writer.handle(logging.LogRecord("webapp.hub", logging.INFO, "", 0, "%d", ("no number",), None))
    writer.handle(record("the next"))
    writer.flush()
    assert stream.getvalue() == "the next\n"
    assert "no number" in capsys.readouterr().err
