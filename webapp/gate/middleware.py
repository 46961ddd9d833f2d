"""Apply the policies: middlewares that let a request through or answer with its refusal."""

from collections.abc import Callable, Container, Sequence
from functools import lru_cache
from typing import TypeAlias

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from webapp.gate.hosts import HostPolicy
from webapp.gate.limits import Places
from webapp.gate.origins import Origin, OriginPolicy
from webapp.gate.refusals import Refusal, visible
from webapp.gate.responses import refusal_response
from webapp.gate.upgrades import names_websocket

__all__ = [
    "Check",
    "OnRefusal",
    "checked",
    "gate_middleware",
    "host_check",
    "limited",
    "origin_check",
    "origin_middleware",
    "own_origin",
    "reader_check",
    "upgrade_path_check",
]

OnRefusal: TypeAlias = Callable[[web.Request, Refusal], None]
Check: TypeAlias = Callable[[web.Request], Refusal | None]

_FOR_OWN_PAGES = (
    "What clients have sent may be read by this server's own pages and by programs, "
    "and a page of another origin asks for it."
)


def gate_middleware(*checks: Check, on_refusal: OnRefusal | None = None) -> Middleware:
    """Let through what passes all checks; answer with the first refusal, and tell of it."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        for check in checks:
            refusal = check(request)
            if refusal is not None:
                if on_refusal is not None:
                    on_refusal(request, refusal)
                return refusal_response(request, refusal)
        return await handler(request)

    return middleware


def origin_middleware(policy: OriginPolicy, *, on_refusal: OnRefusal | None = None) -> Middleware:
    """Refuse with 403 the origins that the policy does not admit, at any path of an application."""
    return gate_middleware(origin_check(policy), on_refusal=on_refusal)


def host_check(policy: HostPolicy, *, exempt: Container[str] = ("/healthz",)) -> Check:
    """
    Refuse with 421 what is for another host.

    It stands first: to all others, a page whose name was rebound to here is of the same origin.
    """

    def check(request: web.Request) -> Refusal | None:
        # A WebSocket is never exempt: the answer to it names an address on this host.
        if request.path in exempt and not names_websocket(request):
            return None
        return policy.check(request.headers.getall("Host", []))

    return check


def upgrade_path_check(paths: Sequence[str]) -> Check:
    """Refuse with 404 a WebSocket handshake at any path but these, and name the first of them."""

    def check(request: web.Request) -> Refusal | None:
        if request.path in paths or not names_websocket(request):
            return None
        own = own_origin(request)
        # http becomes ws, and https becomes wss.
        socket = paths[0] if own is None else own.replace("http", "ws", 1) + paths[0]
        return Refusal(
            "path",
            404,
            f"{request.method} {visible(request.path)}",
            socket,
            f"There is no WebSocket here; it is at {socket}.",
        )

    return check


def origin_check(
    policy: OriginPolicy,
    *,
    paths: Container[str] | None = None,
    upgrades_only: bool = False,
) -> Check:
    """
    Refuse with 403 the origins that the policy does not admit, at these paths or at all.

    With `upgrades_only`, what names no origin and asks for no WebSocket is left to the handler,
    which can say better what is wrong with it.
    """

    def check(request: web.Request) -> Refusal | None:
        if paths is not None and request.path not in paths:
            return None
        if upgrades_only and "Origin" not in request.headers and not names_websocket(request):
            return None
        return policy.check(request.headers.getall("Origin", []), own=own_origin(request))

    return check


def reader_check(paths: Sequence[str] = ("/live", "/api/")) -> Check:
    """
    Refuse with 403 the pages of others what this server's own pages may read.

    A path with a slash at its end covers all below it. Programs send no Origin and are let through.
    """
    exact = frozenset(paths)
    below = tuple(path for path in paths if path.endswith("/"))
    own_pages = OriginPolicy(["same-origin"])

    def check(request: web.Request) -> Refusal | None:
        if request.path not in exact and not request.path.startswith(below):
            return None
        own = own_origin(request)
        expected = (
            f"this server's own origin, {own or 'which the Host header does not tell'}, or none"
        )
        if refusal := own_pages.check(request.headers.getall("Origin", []), own=own):
            return Refusal("reader", 403, refusal.came, expected, _FOR_OWN_PAGES)
        # Browsers leave Origin out of plain GET requests, but not this one (Fetch Metadata §2.3).
        sites = request.headers.getall("Sec-Fetch-Site", [])
        if not {"same-origin", "none"}.issuperset(sites):
            came = "Sec-Fetch-Site: " + ", ".join(map(visible, sites))
            return Refusal("reader", 403, came, expected, _FOR_OWN_PAGES)
        return None

    return check


def checked(handler: Handler, check: Check, *, on_refusal: OnRefusal | None = None) -> Handler:
    """Return a handler that refuses what a check has something against."""

    middleware = gate_middleware(check, on_refusal=on_refusal)

    async def handle(request: web.Request) -> web.StreamResponse:
        return await middleware(request, handler)

    return handle


def limited(handler: Handler, places: Places, *, on_refusal: OnRefusal | None = None) -> Handler:
    """Return a handler that refuses with 503 whoever comes while all places are taken."""

    async def handle(request: web.Request) -> web.StreamResponse:
        refusal = places.check(request.remote)
        if refusal is None:
            with places.take(request.remote):
                return await handler(request)
        if on_refusal is not None:
            on_refusal(request, refusal)
        return refusal_response(request, refusal)

    return handle


def own_origin(request: web.Request) -> str | None:
    """Return the origin that a request was sent to, or None if its Host header does not tell."""
    # Not `request.host`: whoever writes an absolute-form target chooses that one.
    hosts = request.headers.getall("Host", [])
    return _serialised(request.scheme, hosts[0]) if len(hosts) == 1 else None


@lru_cache(maxsize=64)  # most requests are sent to the same one
def _serialised(scheme: str, authority: str) -> str | None:
    try:
        return str(Origin.parse(f"{scheme}://{authority}"))
    except ValueError:
        return None
