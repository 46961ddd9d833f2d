"""The page's own files, as they stand in a folder."""

from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

__all__ = ["assets"]


def assets(folder: Path) -> web.Application:
    """Return an application for a path of its own, below which the files of a folder are."""
    app = web.Application(middlewares=[_no_such_file])
    app.router.add_static("/", folder)
    return app


@web.middleware
async def _no_such_file(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer with 404 what the file system does not even take for a name: one that is too long."""
    try:
        return await handler(request)
    except ConnectionError:
        raise
    except OSError:
        raise web.HTTPNotFound from None
