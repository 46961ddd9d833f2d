"""The page's own files, as they stand in a folder; compressed for those who take them so."""

from pathlib import Path

from aiohttp import ETag, hdrs, web
from aiohttp.typedefs import Handler

from webapp.codings import takes_gzip
from webapp.stylesheet import Stylesheet

__all__ = ["assets"]

# By their suffix: what is text, and that is most of what a page loads.
_COMPRESSED = frozenset({".css", ".js", ".svg"})

# RFC 9110 §13.1 and §14.2: what may be answered with less than the whole.
_CONDITIONS = frozenset(
    {
        hdrs.IF_MATCH,
        hdrs.IF_MODIFIED_SINCE,
        hdrs.IF_NONE_MATCH,
        hdrs.IF_RANGE,
        hdrs.IF_UNMODIFIED_SINCE,
        hdrs.RANGE,
    }
)


def assets(folder: Path) -> web.Application:
    """Return an application for a path of its own, below which the files of a folder are."""
    app = web.Application(middlewares=[_no_such_file, _compressed])
    app.on_response_prepare.append(_tell_apart)
    app.router.add_get("/css/page.css", Stylesheet(folder / "css" / "page.css").answer)
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


@web.middleware
async def _compressed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Compress what is text, where the whole of it is asked for."""
    response = await handler(request)
    if Path(request.path).suffix in _COMPRESSED:
        response.headers[hdrs.VARY] = hdrs.ACCEPT_ENCODING
        # aiohttp would also compress the body of an answer that has none: of a 304, or to a HEAD.
        whole = request.method == "GET" and not _CONDITIONS & request.headers.keys()
        if whole and takes_gzip(request):
            response.enable_compression(web.ContentCoding.gzip)
    return response


async def _tell_apart(_: web.Request, response: web.StreamResponse) -> None:
    # RFC 9110 §8.8.3.3: a strong validator would say that these are the bytes of the file.
    if response.compression and response.etag is not None:
        response.etag = ETag(response.etag.value, is_weak=True)
