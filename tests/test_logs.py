"""One event is one line, whatever somebody sends."""

import asyncio
import errno
import json
import logging
from typing import Any

import pytest
from aiohttp.web import RequestPayloadError
from hypothesis import given
from hypothesis import strategies as st

from webapp import create_app
from webapp.logs import JsonFormatter, TextFormatter, quiet_bad_requests
from webapp.printable import INVISIBLE, one_line

# Any code point, lone surrogates among them: what headers hold for bytes that are not ASCII.
ANY_TEXT = st.text(st.characters())


def record(
    message: object = "hello", *arguments: object, error: BaseException | None = None, **more: Any
) -> logging.LogRecord:
    level, name = more.get("level", logging.WARNING), more.get("name", "webapp.hub")
    exc_info = (type(error), error, error.__traceback__) if error else None
    made = logging.LogRecord(name, level, __file__, 1, message, arguments, exc_info)
    made.created = 1769860984.123
    return made


def failure() -> BaseException:
    try:
        raise RuntimeError("two\nlines")
    except RuntimeError as error:
        return error


def test_an_event_for_people_has_time_level_logger_and_message() -> None:
    assert TextFormatter().format(record("%d open", 5)) == (
        "2026-01-31T12:03:04.123Z warning webapp.hub: 5 open"
    )


def test_an_event_for_programs_is_an_object() -> None:
    assert json.loads(JsonFormatter().format(record("%d open", 5))) == {
        "time": "2026-01-31T12:03:04.123Z",
        "level": "warning",
        "logger": "webapp.hub",
        "message": "5 open",
    }


@given(ANY_TEXT)
def test_what_was_sent_stays_on_its_line_and_can_be_written(text: str) -> None:
    for formatter in (TextFormatter(), JsonFormatter()):
        line = formatter.format(record("from %s", text))
        assert line.isprintable()
        line.encode()


@given(ANY_TEXT)
def test_programs_get_back_exactly_what_was_sent(text: str) -> None:
    assert json.loads(JsonFormatter().format(record("%s", text)))["message"] == text


@given(ANY_TEXT)
def test_what_is_printable_stays_as_it_is(text: str) -> None:
    assert one_line(text).isprintable()
    if text.isprintable():
        assert one_line(text) == text


def test_a_traceback_stays_on_the_line_of_its_event() -> None:
    line = TextFormatter().format(record("broken", error=failure()))
    assert line.isprintable()
    assert r"hub: broken | Traceback (most recent call last):\n  File" in line
    assert line.endswith(r"RuntimeError: two\nlines")


def test_a_traceback_is_a_member_of_its_own_for_programs() -> None:
    made = record("broken", error=failure())
    made.stack_info = "Stack (most recent call last):\n  here"
    event = json.loads(JsonFormatter().format(made))
    assert event["message"] == "broken"
    assert event["traceback"].startswith("Traceback (most recent call last):\n  File")
    assert event["traceback"].endswith("two\nlines\nStack (most recent call last):\n  here")


SENT = "GET /?token=c2VjcmV0"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ConnectionResetError("Cannot write to closing transport"), None),
        (OSError(errno.EMFILE, "Too many open files"), None),
        (RequestPayloadError(f"400, message:\n  {SENT}"), "RequestPayloadError"),
    ],
)
def test_what_is_no_mistake_of_ours_is_a_debug_line_without_what_was_sent(
    error: Exception, told: str | None
) -> None:
    made = record("Error handling request from %s", "::1", error=error, level=logging.ERROR)
    assert not quiet_bad_requests(made)
    assert (made.levelname, made.exc_info) == ("DEBUG", None)
    assert made.getMessage() == f"Error handling request from ::1: {told or error}"


def test_an_error_is_cut_in_the_log() -> None:
    error = ConnectionError("x" * 100_000)
    made = record("Error handling request", error=error, level=logging.ERROR)
    quiet_bad_requests(made)
    assert len(made.getMessage()) < 2000


@given(ANY_TEXT | st.text("a\u3164\u115f\u034f\u2800\u200b\u202e\ufe0f\U000e0041"))
def test_nothing_on_a_line_is_hidden(text: str) -> None:
    line = one_line(text)
    assert line.isprintable()
    assert not INVISIBLE.search(line)
    if text.isascii() and text.isprintable():
        assert line == text


async def test_who_embeds_the_application_has_no_tracebacks_of_bad_requests_either(
    aiohttp_server: Any, caplog: pytest.LogCaptureFixture
) -> None:
    server = await aiohttp_server(create_app())
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET / HTTP/1.1\r\nno header\r\n\r\n")
    assert b" 400 " in await reader.read()
    writer.close()
    await writer.wait_closed()
    assert caplog.records == []


def test_a_bug_keeps_its_level_and_its_traceback() -> None:
    made = record("Error handling request", error=failure(), level=logging.ERROR)
    assert quiet_bad_requests(made)
    assert made.levelname == "ERROR"
    assert made.exc_info is not None
