"""What has to hold for a request to be let in, one check for each way to fail."""

import re
from collections.abc import Callable, Collection, Container, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from aiohttp import web

from webapp.gate.arrivals import (
    PUBLIC_ORIGIN,
    believe,
    hosts_of,
    own_origin,
    public_origin,
)
from webapp.gate.hosts import HostPolicy
from webapp.gate.origins import OriginPolicy
from webapp.gate.proxies import TrustedProxies
from webapp.gate.refusals import Refusal, visible
from webapp.gate.upgrades import names_websocket

__all__ = [
    "FRONT_PAGE",
    "Check",
    "IsOpen",
    "host_check",
    "open_to_all",
    "origin_check",
    "proxy_check",
    "reader_check",
    "upgrade_path_check",
]

Check: TypeAlias = Callable[[web.Request], Refusal | None]
IsOpen: TypeAlias = Callable[[web.Request], bool]

#: The path of the one page that most applications have.
FRONT_PAGE: Final = re.compile("/")

_SAFE_METHODS = ("GET", "HEAD")
_FOR_OWN_PAGES = (
    "What clients have sent is for this server's own pages and for programs, "
    "and a page of another origin asked for it."
)


def open_to_all(paths: Collection[str] = (), files: Collection[str] = ()) -> IsOpen:
    """
    Return what tells which requests are open to everybody whom the Host check lets through.

    `paths` are open to every method, because what stands there decides by itself; `files` are so
    to GET and HEAD, and those with a slash at their end with all that is below them.
    """
    below = tuple(path for path in files if path.endswith("/"))

    def is_open(request: web.Request) -> bool:
        path = request.path
        return path in paths or (
            request.method in _SAFE_METHODS and (path in files or path.startswith(below))
        )

    return is_open


def proxy_check(proxies: TrustedProxies) -> Check:
    """
    Refuse with 400 what trusted proxies say of a request, if it contradicts itself; keep it else.

    It stands before all other checks, which look at what is kept.
    """

    def check(request: web.Request) -> Refusal | None:
        return believe(request, proxies)

    return check


def host_check(policy: HostPolicy, *, exempt: Container[str] = ("/healthz",)) -> Check:
    """
    Refuse with 421 what is for another host.

    It stands first of those that judge: to all others, a page whose name was rebound to here is of
    the same origin.
    """

    def check(request: web.Request) -> Refusal | None:
        # A WebSocket is never exempt: the answer to it names an address on this host.
        if request.path in exempt and not names_websocket(request):
            return None
        refusals = (policy.check(values, field) for field, values in hosts_of(request))
        return next(filter(None, refusals), None)

    return check


def upgrade_path_check(paths: Sequence[str]) -> Check:
    """Refuse with 404 a WebSocket handshake at any path but these, and name the first of them."""

    def check(request: web.Request) -> Refusal | None:
        if request.path in paths or not names_websocket(request):
            return None
        own = public_origin(request)
        # http becomes ws, and https becomes wss.
        socket = paths[0] if own is None else own.replace("http", "ws", 1) + paths[0]
        return Refusal(
            "path",
            404,
            f"{request.method} {visible(request.rel_url.raw_path)}",
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
        values = request.headers.getall("Origin", [])
        refusal = policy.check(values, own=own_origin(request))
        return refusal and _behind_a_proxy(request, refusal)

    return check


def reader_check(is_open: IsOpen, *, pages: re.Pattern[str] = FRONT_PAGE) -> Check:
    """
    Refuse with 403 to the pages of others whatever is not open to all.

    Programs send no Origin and are let through. One of the `pages`, whose whole path matches, may
    be gone to from anywhere, since whoever links to it does not see it.
    """
    own_pages = OriginPolicy(["same-origin"])

    def is_visit(request: web.Request) -> bool:
        return (
            request.method in _SAFE_METHODS
            and pages.fullmatch(request.path) is not None
            and request.headers.getall("Sec-Fetch-Mode", []) == ["navigate"]
            # Not in a frame of somebody else's page.
            and request.headers.getall("Sec-Fetch-Dest", []) == ["document"]
        )

    def check(request: web.Request) -> Refusal | None:
        if is_open(request):
            return None
        own = own_origin(request)
        expected = (
            f"this server's own origin, {own or 'which the Host header does not tell'}, or none"
        )
        if refusal := own_pages.check(request.headers.getall("Origin", []), own=own):
            refused = Refusal("reader", 403, refusal.came, expected, _FOR_OWN_PAGES)
            return _behind_a_proxy(request, refused)
        # Browsers leave Origin out of plain GET requests, but not this one (Fetch Metadata §2.3).
        sites = request.headers.getall("Sec-Fetch-Site", [])
        if not {"same-origin", "none"}.issuperset(sites) and not is_visit(request):
            came = "Sec-Fetch-Site: " + ", ".join(map(visible, sites))
            return Refusal("reader", 403, came, expected, _FOR_OWN_PAGES)
        return None

    return check


def _behind_a_proxy(request: web.Request, refusal: Refusal) -> Refusal:
    """Say what is missing, where it is not the origin that is wrong but how it came here."""
    own, public = own_origin(request), request.config_dict.get(PUBLIC_ORIGIN)
    # A page of https, asked for where nobody speaks it: something in between does.
    if own is None or refusal.came not in {public, own.replace("http://", "https://", 1)}:
        return refusal
    # No line to copy: whoever says so may be anybody, and no proxy.
    return replace(
        refusal,
        reason=f"{refusal.reason} If it is this server's own page all the same: a proxy in front "
        "that speaks TLS or has another name has to be one of server.trusted_proxies, and to send "
        "X-Forwarded-Proto and X-Forwarded-Host.",
    )
