"""What is known, as JSON."""

from __future__ import annotations

import re

from aiohttp import web

from webapp.dashboard.encode import event_shape
from webapp.dashboard.feed import overview
from webapp.hub import HUB
from webapp.journal.memory import JOURNAL

__all__ = ["connections", "events"]

_MOST_EVENTS = 1000


async def connections(request: web.Request) -> web.Response:
    """Return the newest connections and the totals."""
    return web.json_response(overview(request.app[HUB]))


async def events(request: web.Request) -> web.Response:
    """Return the newest events: ``?after=CURSOR``, ``?connection=ID``, ``?limit=N`` (1 to 1000)."""
    query = request.query
    try:
        page = request.app[JOURNAL].read(
            query.get("after"),
            limit=_limit(query.get("limit", "200")),
            connection=query.get("connection"),
        )
    except ValueError as error:
        raise web.HTTPBadRequest(text=f"{error}\n") from None
    return web.json_response(
        {
            "cursor": page.cursor,
            "events": [event_shape(*each) for each in page.events],
            "forgotten": page.forgotten,
            "skipped": page.skipped,
            "restarted": page.restarted,
        }
    )


def _limit(text: str) -> int:
    if not re.fullmatch("[0-9]{1,4}", text) or not 1 <= int(text) <= _MOST_EVENTS:
        raise ValueError(f"limit must be a number from 1 to {_MOST_EVENTS}")
    return int(text)
