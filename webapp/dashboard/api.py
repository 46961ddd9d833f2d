"""The API where it tells what is known."""

from __future__ import annotations

import re

from aiohttp import web

from webapp.dashboard.encode import detail_shape, event_shape
from webapp.dashboard.feed import overview
from webapp.dashboard.replies import Connections, Page
from webapp.hub import HUB
from webapp.journal.memory import JOURNAL

__all__ = ["connection", "connections", "events"]

_MOST_EVENTS = 1000


async def connections(request: web.Request) -> web.Response:
    """Return the newest connections and the totals."""
    told: Connections = {"run": request.app[JOURNAL].run, **overview(request.app[HUB])}
    return web.json_response(told)


async def connection(request: web.Request) -> web.Response:
    """Return what is known of one connection, open or ended or refused."""
    summary = request.app[HUB].find(request.match_info["id"])
    if summary is None:
        raise web.HTTPNotFound(
            text="There is no such connection: it was of an earlier run, or is forgotten."
        )
    return web.json_response(detail_shape(summary))


async def events(request: web.Request) -> web.Response:
    """Return events: the newest, or those that follow ``?after=CURSOR``, page by page.

    Also of one ``?connection=ID``; ``?limit=N``, from 1 to 1000, 200 by default.
    """
    query = request.query
    try:
        journal = request.app[JOURNAL]
        limit, name = _limit(query.get("limit", "200")), query.get("connection")
        if "after" in query:
            page = journal.follow(query["after"], limit=limit, connection=name)
        else:
            page = journal.read(limit=limit, connection=name)
    except ValueError as error:
        raise web.HTTPBadRequest(text=str(error)) from None
    told: Page = {
        "cursor": page.cursor,
        "events": [event_shape(*each) for each in page.events],
        "forgotten": page.forgotten,
        "skipped": page.skipped,
        "restarted": page.restarted,
    }
    return web.json_response(told)


def _limit(text: str) -> int:
    if not re.fullmatch("[0-9]{1,4}", text) or not 1 <= int(text) <= _MOST_EVENTS:
        raise ValueError(f"limit must be a number from 1 to {_MOST_EVENTS}")
    return int(text)
