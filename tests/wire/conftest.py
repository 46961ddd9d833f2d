"""What tests of a whole stream share."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from tests.wire.wired import Start, serving


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    async with AsyncExitStack() as stack:
        yield lambda wire: stack.enter_async_context(serving(wire))
