"""A site of somebody else: what its pages try with a server, and all that they learn by it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

from aiohttp import web

__all__ = ["ATTEMPTS", "LEARNT", "SCRIPT", "Attempt", "is_sent", "site"]

# A way to try it, one of those in foreign.js, a path, and what else there is to say.
Attempt: TypeAlias = tuple[str, str, *tuple[Any, ...]]

_DATA = (
    "/", "/live", "/api/events", "/api/connections", "/api/connections/{id}",
    "/connections/{id}", "/connections/{id}/diagram.mmd",
)  # fmt: skip
_PLACES = (*_DATA, "/ws", "/healthz", "/static/js/main.js", "/nowhere")
_UNSAFE = ("/", "/live", "/api/events", "/ws", "/token", "/nowhere", "/connections/{id}")

ATTEMPTS: tuple[Attempt, ...] = (
    *(("socket", path) for path in ("/ws", *_DATA)),
    *(
        ("fetch", path, {"mode": mode, "credentials": "include"})
        for path in _PLACES
        for mode in ("cors", "no-cors")
    ),
    ("fetch", "/api/events", {"headers": {"X-Own": "a header that is asked about"}}),
    ("fetch", "/api/events", {"headers": {"Range": "bytes=0-9"}}),
    ("fetch", "/api/events", {"mode": "no-cors", "cache": "force-cache"}),
    *(
        ("fetch", path, {"method": method, "mode": mode})
        for path in _UNSAFE
        for method, mode in (
            ("POST", "cors"), ("POST", "no-cors"), ("PUT", "cors"), ("DELETE", "cors"),
            ("PATCH", "cors"), ("OPTIONS", "cors"), ("HEAD", "cors"), ("HEAD", "no-cors"),
        )
    ),
    *((way, path) for path in _DATA for way in ("xhr", "events", "beacon", "module", "worker")),
    *(
        ("element", path, name, *attributes)
        for path in (*_DATA, "/static/icon.svg")
        for name, *attributes in (
            ("script", "src"), ("img", "src"), ("video", "src"), ("audio", "src"),
            ("link", "href", {"rel": "stylesheet"}), ("link", "href", {"rel": "prefetch"}),
            ("link", "href", {"rel": "preload", "as": "script"}),
        )
    ),
    *(
        ("frame", path, name, attribute)
        for path in (*_DATA, "/ws", "/nowhere")
        for name, attribute in (("iframe", "src"), ("object", "data"), ("embed", "src"))
    ),
    *(
        ("form", path, enctype)
        for path in _UNSAFE
        for enctype in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data")
    ),
)  # fmt: skip

# All that may be learnt in each way: that it did not work, whatever the reason.
_WINDOW = {"closed": False, "frames": 0, "href": "SecurityError", "text": "SecurityError"}
LEARNT: dict[str, tuple[Any, ...]] = {
    "socket": ({"opened": False, "messages": [], "code": 1006, "reason": ""},),
    "fetch": ("TypeError",),
    "xhr": ({"status": 0, "text": "", "headers": ""},),
    "events": ("error",),
    "beacon": (True,),  # that it was put into a queue
    "module": ("TypeError",),
    "worker": ("SecurityError",),
    "element": ("error",),
    "frame": (_WINDOW, "error", "nothing"),
    "form": (_WINDOW,),
}

SCRIPT = Path(__file__).with_suffix(".js")
_PAGE = "<!doctype html><title>Elsewhere</title><script src=/foreign.js></script><body>"
# Its origin is opaque, and sent as null (RFC 6454 §6.1).
_SANDBOX = (
    '<!doctype html><title>Elsewhere</title><iframe src=/ sandbox="allow-scripts allow-forms">'
)


def is_sent(attempt: Attempt) -> bool:
    """Tell whether an attempt gets as far as the server, and asks for what is not everybody's."""
    way, path = attempt[:2]
    return way != "worker" and path != "/healthz" and not path.startswith("/static/")


@asynccontextmanager
async def site() -> AsyncIterator[int]:
    """Serve somebody else's pages at a port: `/`, and `/sandbox` which holds it in a frame."""
    app = web.Application()

    def serve(path: str, text: str, content_type: str = "text/html") -> None:
        async def answer(_: web.Request) -> web.Response:
            return web.Response(text=text, content_type=content_type)

        app.router.add_get(path, answer)

    serve("/", _PAGE)
    serve("/sandbox", _SANDBOX)
    serve("/foreign.js", SCRIPT.read_text("utf-8"), "text/javascript")
    serve("/favicon.ico", "")
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
