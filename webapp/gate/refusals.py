"""Say no so that people understand it: the record of a refusal, and the response that tells it."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from http import HTTPStatus

from aiohttp import web

__all__ = ["Refusal", "refusal_response", "visible"]

_HIDDEN = re.compile(r"[^\x20-\x5b\x5d-\x7e]")
_MEDIA_RANGE = re.compile(
    r"[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+/[!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*(;.*)?"
)
_WEIGHT = re.compile(r";[ \t]*[qQ]=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)[ \t]*(?:;|$)")


@dataclass(frozen=True, slots=True)
class Refusal:
    """
    One request that was turned away, and all that somebody needs to know to be let in.

    `check` names who refused (host, origin, path, reader, handshake, limit) and `status` is HTTP's.
    `came` and `expected` are what was looked at and what is allowed, `reason` is a sentence, and
    `remedy` the line of config.yaml that would admit it, empty where none would. `headers` go out
    with the response; `link` is where to see more.
    """

    check: str
    status: int
    came: str
    expected: str
    reason: str
    remedy: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    link: str = ""


def visible(text: str) -> str:
    r"""
    Return what a client sent as printable ASCII, and so that nothing else looks the same.

    `\x` stands before a byte that is not UTF-8 or a control character, `\u` and `\U` before other
    characters, and two backslashes for one.
    """
    return _HIDDEN.sub(_escape, text)


def refusal_response(request: web.Request, refusal: Refusal) -> web.Response:
    """
    Return the response that tells a refusal: as text, or as HTML or JSON where these are preferred.

    The connection ends with it.
    """
    content_type = _preferred(request.headers.getall("Accept", []), tuple(_FORMS))
    response = web.Response(
        status=refusal.status,
        headers=refusal.headers,
        # Whoever made the refusal may have forgotten a lone surrogate.
        body=_FORMS[content_type](refusal).encode("utf-8", "backslashreplace"),
        content_type=content_type,
        charset="utf-8" if content_type.startswith("text/") else None,
    )
    # Frames that were sent right behind a handshake are not the next request.
    response.force_close()
    return response


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    if character == "\\":
        return r"\\"
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    if 0xDC80 <= code <= 0xDCFF:  # surrogateescape: aiohttp's way to keep a byte that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _title(refusal: Refusal) -> str:
    return f"{refusal.status} {HTTPStatus(refusal.status).phrase}"


def _to_text(refusal: Refusal) -> str:
    lines = [
        f"{_title(refusal)} ({refusal.check}): {refusal.reason}",
        f"Came: {refusal.came}",
        f"Expected: {refusal.expected}",
    ]
    if refusal.remedy:
        lines.append(f"To admit it, write in config.yaml: {refusal.remedy}")
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
        lines.append(
            f"<p>To admit it, write in config.yaml:</p>\n<pre>{escape(refusal.remedy)}</pre>"
        )
    if refusal.link:
        lines.append(f'<p>See <a href="{escape(refusal.link)}">{escape(refusal.link)}</a></p>')
    return "\n".join(lines) + "\n"


def _to_json(refusal: Refusal) -> str:
    names = ("check", "status", "came", "expected", "reason", "remedy", "link")
    return json.dumps({name: getattr(refusal, name) for name in names})


# In the order in which they are chosen when the client does not care.
_FORMS = {"text/plain": _to_text, "text/html": _to_html, "application/json": _to_json}


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
