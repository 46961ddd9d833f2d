"""Tell a refusal to whoever was refused: as text, as HTML or as JSON."""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from html import escape
from http import HTTPStatus

from aiohttp import web

from webapp.gate.refusals import Refusal

__all__ = ["API_PATH", "REFUSAL_PAGE", "refusal_response", "refusal_text"]

#: What makes a page of a refusal, where an application has one that fits its others.
REFUSAL_PAGE: web.AppKey[Callable[[web.Request, Refusal], str]] = web.AppKey("REFUSAL_PAGE")

#: Below this path it is programs that ask: they get JSON unless they prefer something else.
API_PATH: web.AppKey[str] = web.AppKey("API_PATH", str)

_TO_ADMIT_IT = "To admit it, set this in the configuration and restart the server:"

_MEDIA_RANGE = re.compile(
    r"[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+/[!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*(;.*)?"
)
_WEIGHT = re.compile(r";[ \t]*[qQ]=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)[ \t]*(?:;|$)")


def refusal_response(request: web.Request, refusal: Refusal) -> web.Response:
    """
    Return the response that tells a refusal: as text, or as HTML or JSON where these are preferred,
    and below `API_PATH` as JSON unless another is.

    The connection ends with it.
    """
    forms = tuple(_FORMS)
    api_path = request.config_dict.get(API_PATH)
    if api_path is not None and request.path.startswith(api_path):
        forms = forms[::-1]
    content_type = _preferred(request.headers.getall("Accept", []), forms)
    page = request.config_dict.get(REFUSAL_PAGE)
    # A page has files, and who asks for another host does not get them either.
    if content_type == "text/html" and page is not None and refusal.check != "host":
        text = page(request, refusal)
    else:
        text = _FORMS[content_type](refusal)
    response = web.Response(
        status=refusal.status,
        headers=refusal.headers,
        # Whoever made the refusal may have forgotten a lone surrogate.
        body=text.encode("utf-8", "backslashreplace"),
        content_type=content_type,
        charset="utf-8" if content_type.startswith("text/") else None,
    )
    # Frames that were sent right behind a handshake are not the next request.
    response.force_close()
    return response


def _title(refusal: Refusal) -> str:
    return f"{refusal.status} {HTTPStatus(refusal.status).phrase}"


def refusal_text(refusal: Refusal) -> str:
    """Tell a refusal in lines of text."""
    lines = [
        f"{_title(refusal)} ({refusal.check}): {refusal.reason}",
        f"Came: {refusal.came}",
        f"Expected: {refusal.expected}",
    ]
    if refusal.remedy:
        lines.append(f"{_TO_ADMIT_IT} {refusal.remedy}")
    if refusal.link:
        lines.append(f"See: {refusal.link}")
    return "\n".join(lines) + "\n"


def _to_html(refusal: Refusal) -> str:
    title = f"{_title(refusal)} ({refusal.check})"
    lines = [
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{title}</title>',
        f"<h1>{title}</h1>\n<p>{escape(refusal.reason)}</p>",
        f"<dl>\n<dt>Came</dt><dd><code>{escape(refusal.came)}</code></dd>",
        f"<dt>Expected</dt><dd><code>{escape(refusal.expected)}</code></dd>\n</dl>",
    ]
    if refusal.remedy:
        lines.append(f"<p>{_TO_ADMIT_IT}</p>")
        lines.append(f"<pre>{escape(refusal.remedy)}</pre>")
    if refusal.link:
        lines.append(f'<p>See <a href="{escape(refusal.link)}">{escape(refusal.link)}</a></p>')
    return "\n".join(lines) + "\n"


def _to_json(refusal: Refusal) -> str:
    names = ("check", "status", "came", "expected", "reason", "remedy", "link")
    told = {name: getattr(refusal, name) for name in names}
    return json.dumps({"error": refusal.reason, **told})


# In the order in which they are chosen when the client does not care.
_FORMS = {"text/plain": refusal_text, "text/html": _to_html, "application/json": _to_json}


def _preferred(accept: Iterable[str], types: Sequence[str]) -> str:
    """Return the type that Accept gives most weight, the first of equals (RFC 9110 §12.5.1)."""
    weights: dict[str, float] = {}
    for member in ",".join(accept).split(","):
        if media_range := _MEDIA_RANGE.fullmatch(member):
            weight = _WEIGHT.search(media_range[2] or "")
            weights[media_range[1].lower()] = float(weight[1]) if weight else 1.0

    def weight_of(name: str) -> float:
        ranges = (name, f"{name.partition('/')[0]}/*", "*/*")
        return next((weights[each] for each in ranges if each in weights), 0.0)

    return max(types, key=weight_of)
