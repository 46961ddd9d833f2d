"""What of an HTTP request and its response is recorded: as text, and without secrets."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import chain

from aiohttp import web

from webapp.journal.events import Exchange, Header, Rejection
from webapp.journal.redaction import Redactor, hiding
from webapp.journal.secrecy import redacted
from webapp.journal.subprotocols import FIELD

__all__ = ["capture_refused", "capture_request", "capture_response", "peer_of"]

# Characters of a handshake's header fields that are kept: browsers send about a thousand, and
# there may be as many handshakes as connections.
_MOST = 16 * 1024
# And that are looked at: a request may bring a megabyte.
_MOST_LOOKED_AT = _MOST
_LONG = 1000  # characters of a text of a rejection

_NOTE = re.compile(r"\(redacted, [0-9]+ characters\)")
_SEPARATOR = re.compile(r"[\s,;]+")


def capture_request(request: web.BaseRequest, redactor: Redactor, most: int = _MOST) -> Exchange:
    """Return request line and header fields as they were sent, in order.

    ``most``: characters of the header fields that are kept, and of the target.
    """
    target = redactor.target(_text(_bytes(request.raw_path)), [])
    if len(target) > most:
        target = f"{target[:most]}…"
    line = f"{request.method} {target} HTTP/{request.version.major}.{request.version.minor}"
    fields = _text(b"\n".join(chain.from_iterable(request.raw_headers)))
    return Exchange(line, _fields(fields, redactor, most))


def capture_refused(
    request: web.BaseRequest | None,
    rejection: Rejection,
    redactor: Redactor,
    spell: Callable[[str], str],
    most: int = _MOST,
) -> tuple[Exchange, Rejection]:
    """Return a request that was refused, if it could be read, and why: without its secrets.

    ``spell``: how what is said about it is written where it quotes the request; ``most``: as above.
    """
    if request is None:
        return Exchange(""), _told(rejection, str)
    exchange = capture_request(request, redactor, min(most, _MOST))
    # As others see it: with lone surrogates in place of bytes that are not UTF-8.
    fields = "\n".join(chain.from_iterable(request.headers.items()))
    if len(fields) > _MOST_LOOKED_AT:
        return exchange, _told(rejection, redacted)
    found: list[str] = []
    redactor.target(request.raw_path, found)
    redactor.fields(fields, found)
    return exchange, _told(rejection, hiding(found, spell))


def capture_response(
    response: web.StreamResponse, redactor: Redactor, request: Exchange
) -> Exchange:
    """Return status line and header fields of a response that has been prepared.

    ``request``: as it was recorded. The subprotocol that was agreed on is redacted if it is there.
    """
    line = f"HTTP/1.1 {response.status} {response.reason}"
    fields = _fields("\n".join(chain.from_iterable(response.headers.items())), redactor, _MOST)
    exchange = Exchange(line, fields)
    agreed = response.headers.get(FIELD)
    if agreed is None or exchange.header(FIELD) != agreed or agreed in _offered(request):
        return exchange
    return Exchange.of(
        line,
        (
            (name, redacted(value) if name.lower() == FIELD else value)
            for name, value in exchange.headers
        ),
    )


def peer_of(request: web.BaseRequest) -> str:
    """Return address and port of whoever sent a request."""
    match request.protocol.peername:
        case (str(host), int(port), *_):
            return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return "unknown"


def _told(rejection: Rejection, hide: Callable[[str], str]) -> Rejection:
    """A rejection without what is hidden in it, and no longer than is reasonable."""
    # Hidden first: half a secret would not be found.
    remedy = hide(rejection.remedy)
    return replace(
        rejection,
        came=hide(rejection.came)[:_LONG],
        expected=hide(rejection.expected)[:_LONG],
        reason=hide(rejection.reason)[:_LONG],
        # Half a line of configuration would be worse than none, and so is one with a gap.
        remedy=remedy if len(remedy) <= _LONG and remedy == rejection.remedy else "",
    )


def _offered(request: Exchange) -> list[str]:
    """The subprotocols that a request offers and that were not redacted."""
    values = (value for name, value in request.headers if name.lower() == FIELD)
    return _SEPARATOR.split(_NOTE.sub("", ",".join(values)))


def _fields(fields: str, redactor: Redactor, most: int) -> str:
    """Header fields without secrets, and no more of them than is reasonable."""
    if len(fields) <= _MOST_LOOKED_AT:
        shown = redactor.fields(fields, [])
        if len(shown) <= most:
            return shown  # nearly always
    else:
        shown = redactor.fields(Exchange.of("", _fitting(fields, _MOST_LOOKED_AT)).fields, [])
    kept = _fitting(shown, most)
    left_out = (fields.count("\n") + 1) // 2 - len(kept)
    return Exchange.of("", [*kept, ("…", f"({left_out} more, not kept)")]).fields


def _fitting(fields: str, room: int) -> list[Header]:
    """Those of the header fields that fit into so many characters, the first ones before others."""
    kept: list[Header] = []
    for name, value in Exchange("", fields).headers:
        size = len(name) + len(value)
        if size <= room:
            room -= size
            kept.append((name, value))
    return kept


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _text(value: bytes) -> str:
    r"""What is not UTF-8 stays readable as \xNN, and the whole can be encoded again."""
    return value.decode("utf-8", "backslashreplace")
