"""The application: every route, middleware and resource, on one screen."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import aiohttp_jinja2
import jinja2
from aiohttp import web

from webapp.answers import Answers
from webapp.assets import assets
from webapp.config import Config
from webapp.config.units import format_duration
from webapp.dashboard import api, formatting, pages
from webapp.dashboard.errors import API, errors_as_json
from webapp.dashboard.feed import Feed
from webapp.dashboard.openapi import Description
from webapp.dashboard.pushes import Pushes
from webapp.echo import echo_handler, handshake_fault
from webapp.gate import (
    API_PATH,
    PUBLIC_ORIGIN,
    REFUSAL_PAGE,
    Access,
    Check,
    HostPolicy,
    OriginPolicy,
    Places,
    TrustedProxies,
    access_check,
    answer_unreadable,
    checked,
    close_declined,
    gate_middleware,
    host_check,
    limited,
    open_to_all,
    origin_check,
    proxy_check,
    reader_check,
    security_headers,
    sign_in,
    upgrade_path_check,
    watchers_full,
)
from webapp.hub import HUB, Hub
from webapp.journal.memory import JOURNAL, Journal
from webapp.journal.redaction import Redactor
from webapp.logs import http_log
from webapp.wire.settings import DeflateSettings, StreamSettings, Waits

__all__ = ["compile_pages", "create_app"]

# How many pages may watch at once: more than look at one server, and each costs buffers, time and
# a descriptor.
_MOST_WATCHERS = 200

# How long it waits for the rest of a body that nobody reads: no request here needs one.
_LINGERING = 1.0


def create_app(config: Config | None = None) -> web.Application:
    """Return the application; it opens nothing before it is started."""
    config = config or Config()
    path = config.websocket.path
    settings = _stream_settings(config)
    journal = Journal(
        max_events=config.journal.events,
        max_bytes=config.journal.bytes,
        max_connections=config.journal.connections,
    )
    hub = Hub(
        journal,
        sweep_interval=settings.waits.sweep_interval,
        redactor=Redactor(config.journal.redact),
    )
    answers = Answers(config.limits.slow_peer_timeout)
    feed = Feed(hub, journal, slow_peer_timeout=settings.waits.slow_peer)
    watchers = Places(_MOST_WATCHERS, full=watchers_full(_MOST_WATCHERS))
    echo = echo_handler(
        hub,
        Places(config.limits.max_connections, config.limits.max_connections_per_ip),
        journal,
        settings,
        config.websocket.subprotocols,
    )
    watch = limited(feed.watch, watchers, on_refusal=hub.refused)
    watch = checked(watch, handshake_fault, on_refusal=hub.refused)

    pushes = Pushes(hub, journal, max_message_size=config.limits.max_message_size)

    access = Access(config.access.token) if config.access.token else None

    app = web.Application(
        middlewares=[
            gate_middleware(*_checks(config, access), on_refusal=hub.refused),
            errors_as_json,
        ],
        handler_args={
            "logger": http_log(),
            "access_log": None,
            "tcp_keepalive": False,  # WebSockets have heartbeats, other requests no such time
            # From the connection on, and from each answer to the next request: to trickle a head
            # does not extend it.
            "keepalive_timeout": config.limits.handshake_timeout,
            "lingering_time": _LINGERING,
            "auto_decompress": False,
        },
    )
    app.add_routes(
        [
            web.get("/", pages.index),
            web.get("/connections/{id:[^/]*}", pages.connection),
            web.get("/connections/{id}/diagram.mmd", pages.diagram),
            web.route("*", path, echo),
            web.get("/live", watch, allow_head=False),
            web.get("/api/connections", api.connections),
            web.get("/api/connections/{id}", api.connection),
            web.post("/api/connections/{id}/messages", pushes.message),
            web.post("/api/connections/{id}/ping", pushes.ping),
            web.post("/api/connections/{id}/close", pushes.close),
            web.post("/api/broadcast", pushes.broadcast),
            web.get("/api/events", api.events),
            web.get("/api/openapi.json", Description().get),
            web.get("/healthz", pages.healthz),
        ]
    )
    if access is not None:
        app.add_routes(
            [
                web.post("/token", sign_in(access, on_refusal=hub.refused)),
                web.get("/token", pages.to_index),  # for whoever reloads what the form led to
            ]
        )
    app.add_subapp("/static/", assets(_folder("static")))
    app[HUB] = hub
    app[JOURNAL] = journal
    app[pages.WEBSOCKET_PATH] = path
    app[pages.CONNECTIONS_KEPT] = config.journal.connections
    app[pages.MAX_MESSAGE_SIZE] = config.limits.max_message_size
    app[pages.HEARTBEAT] = format_duration(config.websocket.heartbeat)
    app[PUBLIC_ORIGIN] = config.server.public_url
    app[REFUSAL_PAGE] = pages.refused
    app[API_PATH] = API
    aiohttp_jinja2.setup(
        app,
        loader=jinja2.FileSystemLoader(_folder("templates")),
        filters=formatting.FILTERS,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    async def sweeping(_: web.Application) -> AsyncIterator[None]:
        interval = settings.waits.sweep_interval
        sweep = asyncio.gather(hub.sweep(), answers.sweep(interval))
        yield
        sweep.cancel()
        with suppress(asyncio.CancelledError):
            await sweep

    async def say_goodbye(_: web.Application) -> None:
        loop = asyncio.get_running_loop()
        timeout = config.server.shutdown_timeout
        end = loop.time() + timeout
        try:
            await hub.say_goodbye(timeout - feed.goodbye_takes(timeout))
        finally:
            # Last, so that those who watch see how the connections end.
            await feed.say_goodbye(max(0.0, end - loop.time()))

    app.cleanup_ctx.append(sweeping)
    app.on_shutdown.append(say_goodbye)
    answer_unreadable(app, partial(hub.refused, readable=False))
    app.on_response_prepare.extend([security_headers, close_declined, answers.watch])
    return app


def compile_pages(app: web.Application) -> None:
    """Compile all templates, which the first to look would otherwise wait for."""
    environment = aiohttp_jinja2.get_env(app)
    for name in environment.list_templates():
        environment.get_template(name)


def _checks(config: Config, access: Access | None) -> Iterator[Check]:
    """What has to hold for a request, in this order."""
    path = config.websocket.path
    origins = OriginPolicy(config.origins.allowed, config.origins.allow_missing)
    files = ("/healthz", "/static/")
    # What somebody may be sent a link to.
    shared = re.compile("/|/connections/[^/]*")
    if config.server.trusted_proxies:
        yield proxy_check(TrustedProxies(config.server.trusted_proxies))
    yield host_check(HostPolicy(config.hosts.allowed, bound=config.server.host))
    yield upgrade_path_check([path, "/live"])
    yield origin_check(origins, paths=[path], upgrades_only=True)
    # Whatever is not named here is for readers.
    yield reader_check(open_to_all([path], files), pages=shared)
    if access is not None:
        yield access_check(access, open_to_all([path, "/token"], files), pages=shared)


def _stream_settings(config: Config) -> StreamSettings:
    compression = config.websocket.compression
    deflate = DeflateSettings(
        window_bits=compression.window_bits,
        memory_level=compression.memory_level,
        context_takeover=compression.context_takeover,
        threshold=compression.threshold,
    )
    waits = Waits(
        heartbeat=config.websocket.heartbeat,
        close=config.websocket.close_timeout,
        slow_peer=config.limits.slow_peer_timeout,
        message=config.limits.message_timeout,
    )
    return StreamSettings(
        max_message_size=config.limits.max_message_size,
        kept_payload=config.journal.payload,
        waits=waits,
        deflate=deflate if compression.enabled else None,
    )


def _folder(name: str) -> Path:
    """Where a folder of templates or static files is: in the wheel, or beside the package."""
    package = Path(__file__).parent
    inside = package / name
    return inside if inside.is_dir() else package.parent / name
