"""The pages that the server renders."""

from __future__ import annotations

import aiohttp_jinja2
from aiohttp import web

from webapp.dashboard.encode import event_shape
from webapp.dashboard.feed import MOST_HEARTBEATS, overview
from webapp.gate.middleware import own_origin
from webapp.hub import HUB
from webapp.journal.memory import JOURNAL

__all__ = ["WEBSOCKET_PATH", "healthz", "index"]

WEBSOCKET_PATH: web.AppKey[str] = web.AppKey("WEBSOCKET_PATH", str)

_MOST_EVENTS = 200


async def index(request: web.Request) -> web.Response:
    """Show the connections and the latest frames, readable without JavaScript."""
    path = request.app[WEBSOCKET_PATH]
    page = request.app[JOURNAL].read(limit=_MOST_EVENTS, heartbeats=MOST_HEARTBEATS)
    own = own_origin(request) or ""  # the gate has let through no Host without one
    context = {
        **overview(request.app[HUB]),
        "events": [event_shape(*each) for each in page.events],
        "websocket_origin": own.replace("http", "ws", 1),
        "websocket_url": own.replace("http", "ws", 1) + path,
        "websocket_path": path,
    }
    return aiohttp_jinja2.render_template("index.html", request, context)


async def healthz(_: web.Request) -> web.Response:
    """Say that the server lives, and nothing else."""
    return web.Response(text="ok\n")
