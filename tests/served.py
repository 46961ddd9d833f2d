"""The application behind aiohttp's test client, with whatever settings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.test_utils import TestClient

__all__ = ["Client", "Serve", "port_of"]

Client = TestClient[web.Request, web.Application]
Serve = Callable[..., Awaitable[Client]]  # takes the sections of a configuration


def port_of(client: Client) -> int:
    """The port that it connects to."""
    assert client.port is not None
    return client.port
