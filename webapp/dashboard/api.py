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
_UNKNOWN = "There is no such connection: it was of an earlier run, or is forgotten."


async def connections(request: web.Request) -> web.Response:
    """Return the newest connections and the totals."""
    told: Connections = {"run": request.app[JOURNAL].run, **overview(request.app[HUB])}
    return web.json_response(told)


async def connection(request: web.Request) -> web.Response:
    """Return what is known of one connection, open or ended or refused."""
    summary = request.app[HUB].find(request.match_info["id"])
    if summary is None:
        raise web.HTTPNotFound(text=_UNKNOWN)
    return web.json_response(detail_shape(summary))


async def events(request: web.Request) -> web.Response:
    """Return events: the newest, or those that follow ``?after=CURSOR``, page by page.

    Also of one ``?connection=ID``; ``?limit=N``, from 1 to 1000, 200 by default.
    """
    query, journal = request.query, request.app[JOURNAL]
    try:
        limit, name = _limit(query.get("limit", "200")), query.get("connection")
        if name == "":
            raise ValueError("connection must be the id of one")
        if "after" not in query:
            page = journal.read(limit=limit, connection=name)
        elif journal.is_ahead(query["after"]):
            raise ValueError(f"{query['after']!r} is beyond the newest event of this run")
        else:
            page = journal.follow(query["after"], limit=limit, connection=name)
    except ValueError as error:
        raise web.HTTPBadRequest(text=str(error)) from None
    if name is not None and not page.events and not _is_known(request, name):
        raise web.HTTPNotFound(text=_UNKNOWN)
    told: Page = {
        "cursor": page.cursor,
        "events": [event_shape(*each) for each in page.events],
        "forgotten": page.forgotten,
        "skipped": page.skipped,
        "restarted": page.restarted,
    }
    return web.json_response(told)


def _is_known(request: web.Request, name: str) -> bool:
    """Whether anything is known of a connection: that it was there, or what happened on it.

    Either may be forgotten before the other.
    """
    known = request.app[HUB].find(name) is not None
    return known or bool(request.app[JOURNAL].read(limit=1, connection=name).events)


def _limit(text: str) -> int:
    if not re.fullmatch("[0-9]{1,4}", text) or not 1 <= int(text) <= _MOST_EVENTS:
        raise ValueError(f"limit must be a number from 1 to {_MOST_EVENTS}")
    return int(text)
