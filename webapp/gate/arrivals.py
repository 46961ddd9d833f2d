"""Where a request came from and what it was sent to, as far as that is to be believed."""

from functools import lru_cache

from aiohttp import web

from webapp.gate.origins import Origin
from webapp.gate.proxies import Forwarded, TrustedProxies
from webapp.gate.refusals import Refusal

__all__ = [
    "PUBLIC_ORIGIN",
    "believe",
    "hosts_of",
    "own_origin",
    "public_origin",
    "remote_of",
]

# The origin by which this server is known outside, where that is told and not to be seen.
PUBLIC_ORIGIN: web.AppKey[str] = web.AppKey("PUBLIC_ORIGIN", str)

_FORWARDED: web.RequestKey[Forwarded] = web.RequestKey("_FORWARDED", Forwarded)
_NOTHING = Forwarded()
_FIELDS = {name: f"X-Forwarded-{name}" for name in ("for", "proto", "host")}


def believe(request: web.Request, proxies: TrustedProxies) -> Refusal | None:
    """Keep what trusted proxies say of a request, for the functions below, unless it is absurd."""
    if not proxies.trust(request.remote):
        return None
    said = proxies.read(
        request.forwarded,
        {
            key: [value.strip(" \t") for value in ",".join(values).split(",")]
            for key, name in _FIELDS.items()
            if (values := request.headers.getall(name, []))
        },
    )
    if isinstance(said, Refusal):
        return said
    request[_FORWARDED] = said
    return None


def remote_of(request: web.BaseRequest) -> str | None:
    """Return the address of the client, None where there is none: on a socket of this machine."""
    return request.get(_FORWARDED, _NOTHING).remote or request.remote


def hosts_of(request: web.BaseRequest) -> list[tuple[str, list[str]]]:
    """
    Return Host with its values, and where there is a trusted proxy, the host that it was asked for.

    All of them have to be allowed. A proxy on this machine has the address of its browsers, and
    where one of these was lured to a name that was rebound to here, only Host tells.
    """
    # Not `request.host`: whoever writes an absolute-form target chooses that one.
    came = request.headers.getall("Host", [])
    told = request.get(_FORWARDED, _NOTHING).host
    field = "X-Forwarded-Host" if "X-Forwarded-Host" in request.headers else "Forwarded"
    return [("Host", came)] if told is None else [("Host", came), (field, [told])]


def own_origin(request: web.BaseRequest) -> str | None:
    """Return the origin that a request was sent to, or None if its host does not tell."""
    _, authorities = hosts_of(request)[-1]
    scheme = request.get(_FORWARDED, _NOTHING).scheme or request.scheme
    return _serialised(scheme, authorities[0]) if len(authorities) == 1 else None


def public_origin(request: web.Request) -> str | None:
    """Return the origin for people to use: the one that was told, or that of the request."""
    return request.config_dict.get(PUBLIC_ORIGIN) or own_origin(request)


@lru_cache(maxsize=64)  # most requests are sent to the same one
def _serialised(scheme: str, authority: str) -> str | None:
    try:
        return str(Origin.parse(f"{scheme}://{authority}"))
    except ValueError:
        return None
