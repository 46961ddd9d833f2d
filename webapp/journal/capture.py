"""What of an HTTP request and its response is recorded: as text, and without secrets."""

from __future__ import annotations

from itertools import chain

from aiohttp import web

from webapp.journal.events import Exchange, Header

__all__ = ["capture_request", "capture_response", "peer_of"]

# Characters of a handshake's header fields that are kept: browsers send about a thousand, and
# there may be as many handshakes as connections.
_MOST = 16 * 1024

_SECRET = frozenset({"authorization", "cookie", "proxy-authorization", "set-cookie"})


def capture_request(request: web.BaseRequest) -> Exchange:
    """Return request line and header fields as they were sent, in order."""
    version = f"HTTP/{request.version.major}.{request.version.minor}"
    line = f"{request.method} {_text(_bytes(request.raw_path))} {version}"
    return _exchange(line, _text(b"\n".join(chain.from_iterable(request.raw_headers))))


def capture_response(response: web.StreamResponse) -> Exchange:
    """Return status line and header fields of a response that has been prepared."""
    line = f"HTTP/1.1 {response.status} {response.reason}"
    return _exchange(line, "\n".join(chain.from_iterable(response.headers.items())))


def peer_of(request: web.BaseRequest) -> str:
    """Return address and port of whoever sent a request."""
    match request.protocol.peername:
        case (str(host), int(port), *_):
            return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return "unknown"


def _exchange(line: str, fields: str) -> Exchange:
    """Record an exchange without secrets, and no more of its fields than is reasonable."""
    exchange = Exchange(line, fields)
    names = fields.lower().split("\n")[::2]
    if len(fields) <= _MOST and _SECRET.isdisjoint(names):
        return exchange  # nearly always
    kept: list[Header] = []
    room = _MOST
    left_out = 0
    for name, value in exchange.headers:
        if name.lower() in _SECRET:
            value = f"(redacted, {len(value)} characters)"
        room -= len(name) + len(value)
        if room < 0:
            left_out += 1
        else:
            kept.append((name, value))
    if left_out:
        kept.append(("…", f"({left_out} more, not kept)"))
    return Exchange.of(line, kept)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _text(value: bytes) -> str:
    r"""What is not UTF-8 stays readable as \xNN, and the whole can be encoded again."""
    return value.decode("utf-8", "backslashreplace")
