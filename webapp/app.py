"""The application: every route, middleware and resource, on one screen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import aiohttp_jinja2
import jinja2
from aiohttp import web

from webapp.config import Config
from webapp.dashboard import api, formatting, pages
from webapp.dashboard.feed import Feed
from webapp.echo import echo_handler
from webapp.gate import (
    HostPolicy,
    OriginPolicy,
    host_middleware,
    origin_middleware,
    reader_middleware,
    security_headers,
    upgrade_path_middleware,
)
from webapp.hub import HUB, Hub
from webapp.journal.memory import JOURNAL, Journal
from webapp.wire.patience import Waits
from webapp.wire.stream import StreamSettings

__all__ = ["create_app"]

# How long aiohttp waits for a request head, or for the next request on a connection kept alive.
_KEEPALIVE = 30.0

# How long it waits for the rest of a body that nobody reads: no request here needs one.
_LINGERING = 1.0


def create_app(config: Config | None = None) -> web.Application:
    """Return the application; it opens nothing before it is started."""
    config = config or Config()
    path = config.websocket.path
    waits = Waits(
        heartbeat=config.websocket.heartbeat,
        close=config.websocket.close_timeout,
        slow_peer=config.limits.slow_peer_timeout,
    )
    journal = Journal(
        max_events=config.journal.events,
        max_bytes=config.journal.bytes,
        max_connections=config.journal.connections,
    )
    hub = Hub(
        journal,
        max_connections=config.limits.max_connections,
        sweep_interval=waits.sweep_interval,
    )
    feed = Feed(hub, journal, slow_peer_timeout=waits.slow_peer)
    echo = echo_handler(
        hub,
        journal.record_frames,
        StreamSettings(config.limits.max_message_size, config.journal.payload, waits),
        config.websocket.subprotocols,
    )

    app = web.Application(
        middlewares=[
            host_middleware(HostPolicy(config.hosts.allowed), on_refusal=hub.refused),
            upgrade_path_middleware([path, "/live"], on_refusal=hub.refused),
            origin_middleware(
                OriginPolicy(config.origins.allowed, config.origins.allow_missing),
                paths=[path],
                upgrades_only=True,
                on_refusal=hub.refused,
            ),
            reader_middleware(paths=["/live", "/api/"], on_refusal=hub.refused),
        ],
        handler_args={
            "access_log": None,
            "keepalive_timeout": _KEEPALIVE,
            "lingering_time": _LINGERING,
        },
    )
    app.add_routes(
        [
            web.get("/", pages.index),
            web.route("*", path, echo),
            web.get("/live", feed.watch, allow_head=False),
            web.get("/api/connections", api.connections),
            web.get("/api/connections/{id}", api.connection),
            web.get("/api/events", api.events),
            web.get("/healthz", pages.healthz),
            web.static("/static", _folder("static")),
        ]
    )
    app[HUB] = hub
    app[JOURNAL] = journal
    app[pages.WEBSOCKET_PATH] = path
    aiohttp_jinja2.setup(
        app,
        loader=jinja2.FileSystemLoader(_folder("templates")),
        filters=formatting.FILTERS,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    async def sweeping(_: web.Application) -> AsyncIterator[None]:
        sweep = asyncio.create_task(hub.sweep())
        yield
        sweep.cancel()
        with suppress(asyncio.CancelledError):
            await sweep

    async def say_goodbye(_: web.Application) -> None:
        timeout = config.server.shutdown_timeout
        await asyncio.gather(hub.say_goodbye(timeout), feed.say_goodbye(timeout))

    app.cleanup_ctx.append(sweeping)
    app.on_shutdown.append(say_goodbye)
    app.on_response_prepare.append(security_headers)
    return app


def _folder(name: str) -> Path:
    """Where a folder of templates or static files is: in the wheel, or beside the package."""
    package = Path(__file__).parent
    inside = package / name
    return inside if inside.is_dir() else package.parent / name
