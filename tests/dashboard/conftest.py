"""What tests of the API share."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from tests.dashboard.described import DescribedClient
from webapp import Config, create_app

Described = Callable[..., Awaitable[DescribedClient]]


@pytest.fixture
async def described() -> AsyncIterator[Described]:
    """What serves the application, for a client that holds its answers against its description."""
    async with AsyncExitStack() as stack:

        async def serve(**sections: dict[str, Any]) -> DescribedClient:
            app = create_app(Config.model_validate(sections))
            return await stack.enter_async_context(DescribedClient(TestServer(app)))

        yield serve
