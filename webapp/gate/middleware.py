"""Apply checks: middlewares and handlers that let a request through or answer with its refusal."""

from collections.abc import Callable, Container
from dataclasses import replace
from typing import TypeAlias

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from webapp.gate.arrivals import remote_of
from webapp.gate.checks import Check, host_check, origin_check, proxy_check
from webapp.gate.hosts import HostPolicy
from webapp.gate.limits import Places
from webapp.gate.origins import OriginPolicy
from webapp.gate.proxies import TrustedProxies
from webapp.gate.refusals import Refusal
from webapp.gate.responses import refusal_response

__all__ = ["OnRefusal", "checked", "gate_middleware", "limited", "origin_middleware"]

OnRefusal: TypeAlias = Callable[[web.Request, Refusal], None]


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


def origin_middleware(
    policy: OriginPolicy,
    *,
    hosts: HostPolicy | None = None,
    proxies: TrustedProxies | None = None,
    paths: Container[str] | None = None,
    upgrades_only: bool = False,
    on_refusal: OnRefusal | None = None,
) -> Middleware:
    """
    Refuse with 403 the origins that the policy does not admit: for any aiohttp application.

    At these `paths`, or at all. With `upgrades_only`, what names no origin and asks for no
    WebSocket is let through: browsers send no Origin with what is typed or linked. With `hosts`,
    requests for any other host are refused first, with 421; whoever admits `same-origin` needs
    that, since to a browser, a page whose name was rebound to this server's address is of the same
    origin. `proxies` are believed about scheme and host.
    """

    def check_origin(request: web.Request) -> Refusal | None:
        refusal = check(request)
        # The remedy is a line of Echoscope's own configuration.
        return refusal and replace(refusal, remedy="")

    check = origin_check(policy, paths=paths, upgrades_only=upgrades_only)
    checks: list[Check] = [] if proxies is None else [proxy_check(proxies)]
    if hosts is not None:
        checks.append(host_check(hosts, exempt=()))
    return gate_middleware(*checks, check_origin, on_refusal=on_refusal)


def checked(handler: Handler, check: Check, *, on_refusal: OnRefusal | None = None) -> Handler:
    """Return a handler that refuses what a check has something against."""

    middleware = gate_middleware(check, on_refusal=on_refusal)

    async def handle(request: web.Request) -> web.StreamResponse:
        return await middleware(request, handler)

    return handle


def limited(handler: Handler, places: Places, *, on_refusal: OnRefusal | None = None) -> Handler:
    """Return a handler that refuses with 503 whoever comes while all places are taken."""

    async def handle(request: web.Request) -> web.StreamResponse:
        remote = remote_of(request)
        refusal = places.check(remote)
        if refusal is None:
            with places.take(remote):
                return await handler(request)
        if on_refusal is not None:
            on_refusal(request, refusal)
        return refusal_response(request, refusal)

    return handle
