"""The pages that the server renders."""

from __future__ import annotations

from http import HTTPStatus

import aiohttp_jinja2
from aiohttp import web

from webapp.dashboard.batches import MOST_HEARTBEATS
from webapp.dashboard.closecodes import CLOSE_CODES
from webapp.dashboard.encode import event_shape
from webapp.dashboard.feed import overview
from webapp.gate.arrivals import own_origin, public_origin
from webapp.gate.refusals import Refusal
from webapp.gate.signin import next_path
from webapp.hub import HUB
from webapp.journal.memory import JOURNAL

__all__ = ["WEBSOCKET_PATH", "healthz", "index", "refused", "to_index"]

WEBSOCKET_PATH: web.AppKey[str] = web.AppKey("WEBSOCKET_PATH", str)

_MOST_EVENTS = 200


async def index(request: web.Request) -> web.Response:
    """Show the connections and the latest frames, readable without JavaScript."""
    path = request.app[WEBSOCKET_PATH]
    page = request.app[JOURNAL].read(limit=_MOST_EVENTS, heartbeats=MOST_HEARTBEATS)
    own = own_origin(request) or ""  # the gate has let through no Host without one
    known_as = public_origin(request) or own
    context = {
        **overview(request.app[HUB]),
        "events": [event_shape(*each) for each in page.events],
        "websocket_origin": own.replace("http", "ws", 1),
        "websocket_url": known_as.replace("http", "ws", 1) + path,
        "websocket_path": path,
        "close_codes": CLOSE_CODES,
    }
    return aiohttp_jinja2.render_template("index.html", request, context)


async def to_index(_: web.Request) -> web.Response:
    """Lead to the page."""
    raise web.HTTPSeeOther("/")


def refused(request: web.Request, refusal: Refusal) -> str:
    """Return the page that a browser shows for a refusal: with a form, where it wants a token."""
    context = {
        "refusal": refusal,
        "status": f"{refusal.status} {HTTPStatus(refusal.status).phrase}",
        "next": next_path(request),
    }
    return aiohttp_jinja2.render_string("refused.html", request, context)


async def healthz(_: web.Request) -> web.Response:
    """Say that the server lives, and nothing else."""
    return web.Response(text="ok\n")
