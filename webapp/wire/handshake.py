"""The opening handshake (RFC 6455 §4.2): a request in, headers to answer with out, no I/O."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from websockets.utils import accept_key

from webapp.wire.extensions import OfferError, PerMessageDeflate, negotiate_deflate
from webapp.wire.settings import DeflateSettings

__all__ = ["Handshake", "HandshakeError", "UpgradeRequest", "negotiate"]

VERSION = "13"

# What can be wrong with a handshake: four things that have names, and the rest of it.
Part: TypeAlias = Literal["method", "upgrade", "version", "key", "handshake"]

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")  # RFC 7230 §3.2.6


class _Headers(Protocol):
    """Header fields that may repeat, by case-insensitive name."""

    def getall(self, name: str, default: Sequence[str]) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class UpgradeRequest:
    """What of an HTTP request decides whether it may become a WebSocket."""

    method: str
    http_version: tuple[int, int]
    headers: _Headers
    has_body: bool


@dataclass(frozen=True, slots=True)
class Handshake:
    """How the 101 answers."""

    accept: str
    subprotocol: str | None
    deflate: PerMessageDeflate | None = None

    @property
    def headers(self) -> dict[str, str]:
        """The header fields of the 101 (RFC 6455 §4.2.2)."""
        # Connection has to be named here: aiohttp sets it only for its own needs.
        headers = {
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Accept": self.accept,
        }
        if self.subprotocol is not None:
            headers["Sec-WebSocket-Protocol"] = self.subprotocol
        if self.deflate is not None:
            headers["Sec-WebSocket-Extensions"] = self.deflate.header
        return headers


class HandshakeError(Exception):
    """A request that is no opening handshake, with the HTTP answer that says why.

    ``about`` names the part of the handshake that is wrong, ``came`` and ``expected`` are short and
    for people; ``headers`` belong into the answer.
    """

    def __init__(
        self,
        status: int,
        reason: str,
        *,
        about: Part = "handshake",
        came: str,
        expected: str,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.about = about
        self.reason = reason
        self.came = came
        self.expected = expected
        self.headers = headers or {}


def negotiate(
    request: UpgradeRequest,
    subprotocols: Literal["any"] | Sequence[str] = (),
    deflate: DeflateSettings | None = None,
) -> Handshake:
    """Return how to answer an opening handshake.

    ``subprotocols`` are those to choose from: the first one that the client offers and that is
    among them is taken, with "any" the first one offered. None of them is no reason to refuse:
    the client decides what to make of an answer without one (RFC 6455 §4.2.2). ``deflate``: how
    messages may be compressed; None: not at all.

    Raises:
        HandshakeError: 405 if it is no GET, 426 if the client asks for no WebSocket or for another
            version of it, 400 if it asks in a way that RFC 6455 §4.1 does not allow. What it offers
            is declined at the most, but a list of offers that breaks its grammar is 400, too
            (§4.2.1, §9.1), and so is an empty one.
    """
    headers = request.headers
    upgrade = _tokens(headers, "Upgrade")
    keys = headers.getall("Sec-WebSocket-Key", ())
    versions = headers.getall("Sec-WebSocket-Version", ())
    if request.method != "GET":
        raise HandshakeError(
            405,
            "The opening handshake must be a GET.",
            about="method",
            came=request.method,
            expected="GET",
            headers={"Allow": "GET"},  # RFC 9110 §15.5.6
        )
    if not upgrade and not keys and not versions:
        raise HandshakeError(
            426,
            "This is a WebSocket endpoint: connect to it with a WebSocket client. If one did, a "
            "proxy in between that does not pass on upgrades has made a plain request of it.",
            about="upgrade",
            came="a plain GET",
            expected="a WebSocket opening handshake (RFC 6455 §4.1)",
            headers={"Upgrade": "websocket", "Connection": "Upgrade, close"},  # RFC 7231 §6.5.15
        )
    if request.http_version < (1, 1):
        raise _malformed(
            "The opening handshake needs HTTP/1.1: HTTP/1.0 knows no upgrade.",
            "HTTP/{}.{}".format(*request.http_version),
            "HTTP/1.1",
        )
    if request.has_body:
        raise _malformed(
            "An opening handshake has no body: its bytes would be taken for frames.",
            "a body",
            "no Content-Length, no Transfer-Encoding",
        )
    # RFC 6455 §4.2.1 (3) and (4); aiohttp stops parsing HTTP for this value and for no list.
    if upgrade != ["websocket"]:
        raise _stripped("Upgrade", ", ".join(upgrade), "websocket")
    if "upgrade" not in (connection := _tokens(headers, "Connection")):
        raise _stripped("Connection", ", ".join(connection), "Upgrade")
    if not versions:
        raise _malformed("The header Sec-WebSocket-Version is missing.", "none", VERSION, "version")
    if [version.strip() for version in versions] != [VERSION]:
        raise HandshakeError(
            426,
            f"This server speaks version {VERSION} of the WebSocket protocol only.",
            about="version",
            came=f"Sec-WebSocket-Version: {', '.join(versions)}",
            expected=f"Sec-WebSocket-Version: {VERSION}",
            headers={"Sec-WebSocket-Version": VERSION},
        )
    return Handshake(
        accept=accept_key(_key(keys)),
        subprotocol=_choose(_subprotocols(headers), subprotocols),
        deflate=_extension(headers, deflate),
    )


def _tokens(headers: _Headers, name: str) -> list[str]:
    """The comma-separated values of a header field, in lower case."""
    values = ",".join(headers.getall(name, ())).split(",")
    return [value.strip(" \t").lower() for value in values if value.strip(" \t")]


def _key(keys: Sequence[str]) -> str:
    """The one Sec-WebSocket-Key: 16 bytes in base64 (RFC 6455 §4.1 (7))."""
    expected = "one Sec-WebSocket-Key of 16 bytes in base64"
    if len(keys) != 1:
        raise _malformed(
            "The handshake needs exactly one Sec-WebSocket-Key.",
            f"{len(keys)} of them",
            expected,
            "key",
        )
    key = keys[0].strip(" \t")
    try:
        nonce = b64decode(key.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        nonce = b""
    if len(nonce) != 16:
        raise _malformed(
            "The Sec-WebSocket-Key is not 16 bytes in base64.",
            key or "an empty one",
            expected,
            "key",
        )
    return key


def _subprotocols(headers: _Headers) -> list[str]:
    """What Sec-WebSocket-Protocol offers, in order (RFC 6455 §11.3.4)."""
    values = headers.getall("Sec-WebSocket-Protocol", ())
    # Several fields are one list, of which elements may be empty, but not all (RFC 7230 §7).
    items = (item.strip(" \t") for item in ",".join(values).split(","))
    offered = [item for item in items if item]
    if values and not (offered and all(map(_TOKEN.fullmatch, offered))):
        raise _malformed(
            "Sec-WebSocket-Protocol is not a list of tokens.",
            ", ".join(values).strip() or "nothing",
            "tokens separated by commas, without spaces inside",
        )
    return offered


def _choose(offered: Sequence[str], known: Literal["any"] | Sequence[str]) -> str | None:
    return next((name for name in offered if known == "any" or name in known), None)


def _extension(headers: _Headers, deflate: DeflateSettings | None) -> PerMessageDeflate | None:
    """What of Sec-WebSocket-Extensions is agreed upon (RFC 6455 §11.3.2)."""
    offers = headers.getall("Sec-WebSocket-Extensions", ())
    try:
        return negotiate_deflate(offers, deflate)
    except OfferError:
        raise _malformed(
            "Sec-WebSocket-Extensions is not a list of extensions.",
            ", ".join(offers).strip() or "nothing",
            "names with parameters, such as permessage-deflate; client_max_window_bits",
        ) from None


def _malformed(reason: str, came: str, expected: str, about: Part = "handshake") -> HandshakeError:
    # RFC 6455 §4.4: the version is always worth saying.
    headers = {"Sec-WebSocket-Version": VERSION}
    return HandshakeError(400, reason, about=about, came=came, expected=expected, headers=headers)


def _stripped(name: str, came: str, expected: str) -> HandshakeError:
    return _malformed(
        f"The header {name} does not ask for a WebSocket. "
        "A proxy in between that does not pass on upgrades takes such headers away.",
        f"{name}: {came}" if came else f"no {name} header",
        f"{name}: {expected}",
        "upgrade",
    )
