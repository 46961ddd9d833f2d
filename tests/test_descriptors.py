"""File descriptors: that they are lacking is said once, in a sentence, and nothing else is lost."""

import asyncio
import errno
import logging
import os
from collections.abc import Iterator

import pytest

from webapp.descriptors import DescriptorWatch, are_lacking

LACKING = OSError(errno.EMFILE, os.strerror(errno.EMFILE))
REPORT = {"message": "socket.accept() out of system resource", "exception": LACKING}


@pytest.fixture
async def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.get_running_loop()
    yield loop
    loop.set_exception_handler(None)


@pytest.mark.parametrize(
    ("error", "lacking"),
    [
        (LACKING, True),
        (OSError(errno.ENFILE, "of the whole system"), True),
        (OSError(errno.ENOENT, "another"), False),
        (ValueError(errno.EMFILE), False),
        (None, False),
    ],
)
def test_an_error_tells_whether_descriptors_are_lacking(
    error: BaseException | None, lacking: bool
) -> None:
    assert are_lacking(error) == lacking


async def test_what_asyncio_reports_again_and_again_is_said_once(
    loop: asyncio.AbstractEventLoop, caplog: pytest.LogCaptureFixture
) -> None:
    DescriptorWatch(loop)
    for _ in range(1000):
        loop.call_exception_handler(dict(REPORT))
    (record,) = caplog.records
    assert (record.levelno, record.exc_info) == (logging.WARNING, None)
    assert "no file descriptors left" in record.getMessage()
    assert "ulimit -n" in record.getMessage()


async def test_what_else_is_reported_is_said_as_ever(
    loop: asyncio.AbstractEventLoop, caplog: pytest.LogCaptureFixture
) -> None:
    DescriptorWatch(loop)
    loop.call_exception_handler({"message": "a bug", "exception": ValueError("of ours")})
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert "a bug" in record.getMessage()
    assert record.exc_info


async def test_as_long_as_there_are_some_nothing_is_said(
    loop: asyncio.AbstractEventLoop, caplog: pytest.LogCaptureFixture
) -> None:
    looking = asyncio.create_task(DescriptorWatch(loop).look())
    await asyncio.sleep(0)
    looking.cancel()
    assert caplog.records == []
