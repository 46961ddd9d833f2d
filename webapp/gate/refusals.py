"""Say no so that people understand it: the record of a refusal, and the response that tells it."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
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
    with the response.
    """

    check: str
    status: int
    came: str
    expected: str
    reason: str
    remedy: str = ""
    headers: tuple[tuple[str, str], ...] = ()


def visible(text: str) -> str:
    r"""
    Return what a client sent as printable ASCII, and so that nothing else looks the same.

    `\x` stands before a byte that is not UTF-8 or a control character, `\u` and `\U` before other
    characters, and two backslashes for one.
    """
    return _HIDDEN.sub(_escape, text)


def refusal_response(request: web.Request, refusal: Refusal) -> web.Response:
    """
    Return the response that tells a refusal, in JSON where the client prefers that to text.

    The connection ends with it.
    """
    if _prefers_json(request.headers.getall("Accept", [])):
        content_type, text = "application/json", _to_json(refusal)
    else:
        content_type, text = "text/plain", _to_text(refusal)
    response = web.Response(
        status=refusal.status,
        headers=refusal.headers,
        # Whoever made the refusal may have forgotten a lone surrogate.
        body=text.encode("utf-8", "backslashreplace"),
        content_type=content_type,
        charset="utf-8" if content_type == "text/plain" else None,
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


def _to_text(refusal: Refusal) -> str:
    lines = [
        f"{refusal.status} {HTTPStatus(refusal.status).phrase} ({refusal.check}): {refusal.reason}",
        f"Came: {refusal.came}",
        f"Expected: {refusal.expected}",
    ]
    if refusal.remedy:
        lines.append(f"To admit it, write in config.yaml: {refusal.remedy}")
    return "\n".join(lines) + "\n"


def _to_json(refusal: Refusal) -> str:
    names = ("check", "status", "came", "expected", "reason", "remedy")
    return json.dumps({name: getattr(refusal, name) for name in names})


def _prefers_json(accept: Iterable[str]) -> bool:
    """Tell whether Accept puts JSON before text (RFC 9110 §12.5.1); equal weights do not."""
    weights: dict[str, float] = {}
    for member in ",".join(accept).split(","):
        if media_range := _MEDIA_RANGE.fullmatch(member):
            weight = _WEIGHT.search(media_range[2] or "")
            weights[media_range[1].lower()] = float(weight[1]) if weight else 1.0
    everything = weights.get("*/*", 0.0)
    json_weight = weights.get("application/json", weights.get("application/*", everything))
    text_weight = weights.get("text/plain", weights.get("text/*", everything))
    return json_weight > text_weight
