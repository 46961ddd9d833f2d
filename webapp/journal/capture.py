"""What of an HTTP request and its response is recorded: as text, and without secrets."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import chain

from aiohttp import web

from webapp.journal.events import Exchange, Header, Rejection
from webapp.journal.findings import Findings
from webapp.journal.redaction import Redactor
from webapp.journal.secrecy import redacted
from webapp.journal.subprotocols import FIELD

__all__ = ["capture_refused", "capture_request", "capture_response", "peer_of"]

# Characters of a handshake's header fields that are kept: browsers send about a thousand, and
# there may be as many handshakes as connections.
_MOST = 16 * 1024
# And that are looked at: a request may bring a megabyte.
_MOST_LOOKED_AT = _MOST
_LONG = 1000  # characters of a text of a rejection
# All that the words of a rejection quote, aside from what came: a host or an address, in small
# letters. Whatever else is secret in a request would only tear holes into them by chance.
_QUOTED = frozenset({"forwarded", "host", "origin", "x-forwarded-for", "x-forwarded-host"})

_NOTE = re.compile(r"\(redacted, [0-9]+ characters\)")
_SEPARATOR = re.compile(r"[\s,;]+")


def capture_request(request: web.BaseRequest, redactor: Redactor, most: int = _MOST) -> Exchange:
    """Return request line and header fields as they were sent, in order.

    ``most``: characters of the header fields that are kept, and of the target.
    """
    return _captured(request, _fields_of(request), redactor, most, Findings())


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
        return Exchange(""), _told(rejection, Findings(), Findings(), spell)
    fields = _fields_of(request)
    findings, quoted = Findings(), Findings()
    exchange = _captured(request, fields, redactor, min(most, _MOST), findings)
    pairs = (pair for pair in Exchange("", fields).headers if pair[0].lower() in _QUOTED)
    redactor.fields(Exchange.of("", pairs).fields, quoted)
    return exchange, _told(rejection, findings, quoted, spell)


def capture_response(
    response: web.StreamResponse, redactor: Redactor, request: Exchange
) -> Exchange:
    """Return status line and header fields of a response that has been prepared.

    ``request``: as it was recorded. The subprotocol that was agreed on is redacted if it is there.
    """
    line = f"HTTP/1.1 {response.status} {response.reason}"
    sent = "\n".join(chain.from_iterable(response.headers.items()))
    fields = _kept(sent, redactor, _MOST, Findings())
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


def peer_of(request: web.BaseRequest, client: str | None = None) -> str:
    """Return address and port of whoever sent a request, and the ``client`` it is a proxy of."""
    match request.protocol.peername:
        case (str(host), int(port), *_):
            peer = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        case _:
            peer = "unknown"
    return peer if client in (None, request.remote) else f"{client} via {peer}"


def _captured(
    request: web.BaseRequest, fields: str, redactor: Redactor, most: int, findings: Findings
) -> Exchange:
    target = _readable(redactor.target(request.raw_path, findings))
    if len(target) > most:
        target = f"{target[:most]}…"
    line = f"{request.method} {target} HTTP/{request.version.major}.{request.version.minor}"
    return Exchange(line, _kept(fields, redactor, most, findings))


def _told(
    rejection: Rejection, findings: Findings, quoted: Findings, spell: Callable[[str], str]
) -> Rejection:
    """A rejection without the secrets in it, and no longer than is reasonable."""
    # Hidden first: half a secret would not be found.
    remedy = quoted.hide(rejection.remedy, spell)
    return replace(
        rejection,
        came=findings.hide(rejection.came, spell)[:_LONG],
        expected=quoted.hide(rejection.expected, spell)[:_LONG],
        reason=quoted.hide(rejection.reason, spell)[:_LONG],
        # Half a line of configuration would be worse than none, and so is one with a gap.
        remedy=remedy if len(remedy) <= _LONG and remedy == rejection.remedy else "",
    )


def _offered(request: Exchange) -> list[str]:
    """The subprotocols that a request offers and that were not redacted."""
    values = (value for name, value in request.headers if name.lower() == FIELD)
    return _SEPARATOR.split(_NOTE.sub("", ",".join(values)))


def _fields_of(request: web.BaseRequest) -> str:
    """The header fields as aiohttp has them: lone surrogates for bytes that are not UTF-8."""
    return b"\n".join(chain.from_iterable(request.raw_headers)).decode("utf-8", "surrogateescape")


def _kept(fields: str, redactor: Redactor, most: int, findings: Findings) -> str:
    """Header fields without secrets, and no more of them than is reasonable."""
    if len(fields) <= _MOST_LOOKED_AT:
        shown = _readable(redactor.fields(fields, findings))
        if len(shown) <= most:
            return shown  # nearly always
    else:
        findings.complete = False
        fitting = Exchange.of("", _fitting(fields, _MOST_LOOKED_AT)).fields
        shown = _readable(redactor.fields(fitting, findings))
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


def _readable(text: str) -> str:
    r"""What is not UTF-8 stays readable as \xNN, and the whole can be encoded again."""
    if text.isascii():
        return text  # nearly always
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
