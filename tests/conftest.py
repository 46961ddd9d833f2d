"""What all tests share."""

import os
from typing import Any

import pytest
from hypothesis import settings

from tests.served import Client, Serve
from webapp import Config, create_app

# Deadlines only fail on a busy machine; CI looks at the same cases every time.
settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


@pytest.fixture
async def serve(aiohttp_client: Any) -> Serve:
    async def serve(**sections: dict[str, Any]) -> Client:
        client: Client = await aiohttp_client(create_app(Config.model_validate(sections)))
        return client

    return serve
