"""What is known, as JSON."""

from __future__ import annotations

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
        limit = int(query.get("limit", "200"))
        if not 1 <= limit <= _MOST_EVENTS:
            raise ValueError(f"limit must be from 1 to {_MOST_EVENTS}")
        page = request.app[JOURNAL].read(
            query.get("after"), limit=limit, connection=query.get("connection")
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
