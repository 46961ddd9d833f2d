"""The pages that the server renders."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import aiohttp_jinja2
from aiohttp import hdrs, web

from webapp.codings import takes_gzip
from webapp.dashboard.batches import MOST_HEARTBEATS
from webapp.dashboard.closecodes import CLOSE_CODES
from webapp.dashboard.diagram import sequence_diagram
from webapp.dashboard.encode import event_shape
from webapp.dashboard.feed import overview
from webapp.dashboard.permalinks import why_unknown
from webapp.dashboard.story import MOST_EVENTS, Story, story_of
from webapp.gate.arrivals import own_origin, public_origin
from webapp.gate.refusals import Refusal
from webapp.gate.signin import next_path
from webapp.hub import HUB
from webapp.journal.memory import JOURNAL

__all__ = [
    "CONNECTIONS_KEPT",
    "HEARTBEAT",
    "MAX_MESSAGE_SIZE",
    "WEBSOCKET_PATH",
    "connection",
    "diagram",
    "healthz",
    "index",
    "refused",
    "to_index",
]

WEBSOCKET_PATH: web.AppKey[str] = web.AppKey("WEBSOCKET_PATH", str)
CONNECTIONS_KEPT: web.AppKey[int] = web.AppKey("CONNECTIONS_KEPT", int)
MAX_MESSAGE_SIZE: web.AppKey[int] = web.AppKey("MAX_MESSAGE_SIZE", int)  # in bytes
HEARTBEAT: web.AppKey[str] = web.AppKey("HEARTBEAT", str)  # as a configuration has it

_MOST_ASKED = 80  # characters of an id that is none


async def index(request: web.Request) -> web.Response:
    """Show the connections and the latest frames, readable without JavaScript."""
    page = request.app[JOURNAL].read(limit=MOST_EVENTS, heartbeats=MOST_HEARTBEATS)
    return _page(request, events=[event_shape(*each) for each in page.events])


async def connection(request: web.Request) -> web.Response:
    """Show the same, narrowed to one connection; or say why there is none to be shown."""
    story = _story(request)
    if story is None:
        return _missing(request)
    return _page(request, events=story.events, story=story)


async def diagram(request: web.Request) -> web.Response:
    """Return the sequence diagram of one connection, for Mermaid."""
    story = _story(request)
    if story is None:
        raise web.HTTPNotFound(text="There is no such connection, or it is forgotten.\n")
    name = story.row["id"]
    return web.Response(
        text=sequence_diagram(story),
        content_type="text/vnd.mermaid",
        charset="utf-8",
        headers={"Content-Disposition": f'inline; filename="connection-{name}.mmd"'},
    )


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


def _story(request: web.Request) -> Story | None:
    return story_of(request.app[HUB], request.app[JOURNAL], request.match_info["id"])


def _page(request: web.Request, **shown: Any) -> web.Response:
    path = request.app[WEBSOCKET_PATH]
    own = own_origin(request) or ""  # the gate has let through no Host without one
    known_as = public_origin(request) or own
    context: dict[str, Any] = {
        "story": None,
        **shown,
        **overview(request.app[HUB]),
        "websocket_origin": own.replace("http", "ws", 1),
        "websocket_url": known_as.replace("http", "ws", 1) + path,
        "websocket_path": path,
        "max_message_size": request.app[MAX_MESSAGE_SIZE],
        "heartbeat": request.app[HEARTBEAT],
        "close_codes": CLOSE_CODES,
    }
    context["began"] = _began(context)
    response = aiohttp_jinja2.render_template("index.html", request, context)
    response.headers[hdrs.VARY] = hdrs.ACCEPT_ENCODING
    # The first look is at a page with nothing of any client on it.
    if not context["events"] and not context["connections"] and takes_gzip(request):
        response.enable_compression(web.ContentCoding.gzip)
    return response


def _began(shown: dict[str, Any]) -> dict[str, int]:
    """Return when connections began, as far as the page that is shown knows."""
    rows = [*shown["connections"], *([shown["story"].row] if shown["story"] else [])]
    return {row["id"]: row["opened"] for row in rows} | {
        event["connection"]: event["time"]
        for event in shown["events"]
        if event["kind"] in ("opened", "refused")
    }


def _missing(request: web.Request) -> web.Response:
    asked = request.match_info["id"]
    run, last = request.app[JOURNAL].run, request.app[HUB].last_number
    why, kept = why_unknown(asked, run, last), request.app[CONNECTIONS_KEPT]
    more = max(kept * 2, 1000)
    context = {
        "why": why,
        "remedy": f"journal: {{connections: {more}}}" if why == "forgotten" else "",
        "asked": asked if len(asked) <= _MOST_ASKED else f"{asked[:_MOST_ASKED]}…",
        "run": run,
        "last_number": last,
        "kept": kept,
    }
    return aiohttp_jinja2.render_template("missing.html", request, context, status=404)
