"""How the token comes in: as a bearer's, by a form, or once in an address; and how it is kept."""

import asyncio
import re
from urllib.parse import parse_qs

from aiohttp import web
from aiohttp.typedefs import Handler

from webapp.gate.access import Access
from webapp.gate.arrivals import own_origin, remote_of
from webapp.gate.checks import FRONT_PAGE, Check, IsOpen
from webapp.gate.middleware import OnRefusal
from webapp.gate.origins import Origin
from webapp.gate.protocol import continue_if_expected
from webapp.gate.refusals import Refusal, visible
from webapp.gate.responses import refusal_response

__all__ = ["access_check", "next_path", "sign_in"]

_NEXT: web.RequestKey[str] = web.RequestKey("_NEXT", str)

_BEARER = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +(.*)")  # RFC 6750 §2.1, RFC 9110 §11.1
_PARAMETER = "token"
# To a browser, two slashes or a backslash begin the name of another host.
_OWN_PATH = re.compile(r"/(?!/)[!-\[\]-~]*")

# Of a form with a token and a path.
_FORM = "application/x-www-form-urlencoded"
_MOST_BYTES = 8192
_PATIENCE = 5.0  # seconds


def access_check(access: Access, is_open: IsOpen, *, pages: re.Pattern[str] = FRONT_PAGE) -> Check:
    """
    Refuse with 401 whoever has no token, and with 429 whoever tries many.

    One of the `pages`, whose whole path matches, takes it as `?token=`, too, for a link: then the
    check raises a redirect to the same page without it, and with a cookie. It belongs behind the
    checks of host and origin.
    """

    def check(request: web.Request) -> Refusal | None:
        if is_open(request):
            return None
        remote = remote_of(request)
        is_page = request.method in ("GET", "HEAD") and pages.fullmatch(request.path) is not None
        given = request.query.getall(_PARAMETER, [])
        if is_page and given:
            # Any page can have a browser ask for any link: its guesses do not bar the other ways.
            if refusal := access.check(remote, given, way="link "):
                return refusal
            raise _admit(request, access, next_path(request))
        cookies = _cookies(request)
        if is_page and not cookies and _is_linked(request):
            raise _once_more(next_path(request))
        return access.check(remote, _bearers(request), cookies)

    return check


def sign_in(access: Access, *, on_refusal: OnRefusal | None = None) -> Handler:
    """Return a handler for what the form sends: `token`, and in `next` the path to go on to."""

    async def handle(request: web.Request) -> web.StreamResponse:
        form = await _form(request)
        if isinstance(form, Refusal):
            refusal: Refusal | None = form
        else:
            request[_NEXT] = _path_of(form.get("next", ["/"])[0])
            refusal = access.check(remote_of(request), form.get("token", [""]))
        if refusal is not None:
            if on_refusal is not None:
                on_refusal(request, refusal)
            return refusal_response(request, refusal)
        raise _admit(request, access, next_path(request))

    return handle


def next_path(request: web.Request) -> str:
    """Return where to go on to with the token: what was asked for, or what the form says."""
    path = request.get(_NEXT)
    return path or _path_of(request.rel_url.without_query_params(_PARAMETER).raw_path_qs)


async def _form(request: web.Request) -> dict[str, list[str]] | Refusal:
    """Read a small form, and wait for it no longer than is reasonable."""
    if request.content_type != _FORM:
        return _no_form(415, visible(request.headers.get("Content-Type", "no Content-Type")))
    if request.content_length is None:
        return _no_form(411, "a body of unknown length")
    if request.content_length > _MOST_BYTES:
        return _no_form(413, f"{request.content_length} bytes")
    try:
        await continue_if_expected(request)
        async with asyncio.timeout(_PATIENCE):
            body = await request.read()
    except TimeoutError:
        return _no_form(408, "only a part of the form")
    return parse_qs(body.decode("utf-8", "surrogateescape"), errors="surrogateescape")


def _no_form(status: int, came: str) -> Refusal:
    return Refusal(
        check="token",
        status=status,
        came=came,
        expected=f"{_FORM} of at most {_MOST_BYTES} bytes within {_PATIENCE:g} s",
        reason="The token is given by a form, and this is not what the form sends.",
    )


def _admit(request: web.Request, access: Access, path: str) -> web.HTTPException:
    """Return the answer that gives the cookie to a browser, and sends it on."""
    answer = _once_more(path) if _is_linked(request) else web.HTTPSeeOther(path)
    answer.set_cookie(
        _cookie_name(request),
        access.new_cookie(),
        httponly=True,
        samesite="Strict",
        secure=(own_origin(request) or "").startswith("https:"),
    )
    return answer


def _is_linked(request: web.Request) -> bool:
    """Tell whether a browser comes here by a link of another site."""
    sites = request.headers.getall("Sec-Fetch-Site", [])
    return not {"same-origin", "none"}.issuperset(sites)


def _once_more(path: str) -> web.HTTPException:
    """
    Return a page that goes to a path by itself.

    To a browser that follows a link, a redirect is still the other site's, and it keeps cookies
    with SameSite=Strict back. What a page of ours asks for is ours.
    """
    return web.HTTPOk(text="One moment.\n", headers={"Refresh": f"0; url={path}"})


def _cookie_name(request: web.Request) -> str:
    """Cookies know hosts and no ports: two servers on localhost would take each other's."""
    own = own_origin(request)
    return f"echoscope-{None if own is None else Origin.parse(own).effective_port}"


def _cookies(request: web.Request) -> list[str]:
    """All values of our cookie: who runs a sibling domain can put one more beside it."""
    name = _cookie_name(request)
    pairs = ";".join(request.headers.getall("Cookie", [])).split(";")
    parts = (pair.strip(" \t").partition("=") for pair in pairs)
    return [value for key, _, value in parts if key == name]


def _bearers(request: web.Request) -> list[str]:
    values = request.headers.getall("Authorization", [])
    return [found[1].strip() for value in values if (found := _BEARER.fullmatch(value))]


def _path_of(target: str) -> str:
    """Return a path on this server, whatever somebody else has made of it."""
    return target if _OWN_PATH.fullmatch(target) else "/"
