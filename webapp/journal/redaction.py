"""Redact what is secret in a request or a response, before anybody is told of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import chain
from urllib.parse import unquote, unquote_plus

from webapp.journal.secrecy import JWT, is_secret_name, redacted
from webapp.journal.subprotocols import FIELD, redact_subprotocols

__all__ = ["Redactor", "hiding"]

# What nearly every handshake consists of, and nobody keeps a secret in.
_HARMLESS = (
    "Accept, Accept-Charset, Accept-Encoding, Accept-Language, Cache-Control, Connection, "
    "Content-Length, Content-Type, Date, DNT, Host, Keep-Alive, Pragma, Priority, Sec-CH-UA, "
    "Sec-CH-UA-Mobile, Sec-CH-UA-Platform, Sec-Fetch-Dest, Sec-Fetch-Mode, Sec-Fetch-Site, "
    "Sec-Fetch-User, Sec-GPC, Sec-WebSocket-Accept, Sec-WebSocket-Extensions, Sec-WebSocket-Key, "
    "Sec-WebSocket-Version, TE, Transfer-Encoding, Upgrade, Upgrade-Insecure-Requests, User-Agent, "
    "Via, X-Forwarded-For, X-Forwarded-Host, X-Forwarded-Port, X-Forwarded-Proto, X-Real-IP"
)
# In small letters: what is random, and no secret (RFC 6455 §1.3);
_NONCES = frozenset({"sec-websocket-accept", "sec-websocket-key"})
# fields with an authority, which may stand there without the slashes before it;
_AUTHORITIES = frozenset({"host", "origin", "referer"})
# and those of them that may have parameters, and nothing else that is secret.
_ADDRESSES = frozenset({"origin", "referer"})

_BARE_TARGET = re.compile(r"/[^?&;#=@]*")
# A name, with whatever stands before it, and a value. Semicolons separate, but not what has no
# name; in a quoted value nothing does.
_PARAMETER = re.compile(
    r'(?:^|(?<=[?&;#]))([^=&;?#]*)=("[^"]*"[^&;]*|[^&;]*(?:;[^&;=]*(?=[&;]|$))*)'
)
_BEFORE_NAME = re.compile(r"[\s,/]")
# RFC 6749 §4.1.2: an authorization code. A number of that length is the code of a close frame.
_SHORT_NUMBER = re.compile(r"[0-9]{0,4}")
# In a value that holds nothing else there is nothing to look for.
_BARE_VALUE = re.compile(r"[A-Za-z0-9._~,+-]*")
# What has a name within a value, in whichever notation.
_INNER = re.compile(r"""(?:^|(?<=[?&;#,\s"'{}\[\](/:=]))([^?&;#,\s"'{}\[\](/:=]+)["']?\s*[=:]""")
_MOST_DECODINGS = 3

# RFC 3986 §3.2.1, but not again what was redacted; and with a password that has a slash in it,
# where that is no port.
_USERINFO = re.compile(
    r"(?<=//)(?!\(redacted, [0-9]+ characters\)@)"
    r"(?:[^/?#]+|[^/?#\s:@]*:(?![0-9]{1,5}[/?#])\S{1,128})(?=@)"
)
_BARE_USERINFO = re.compile(r"^[^/?#]+(?=@)")

_SHORTEST_HIDDEN = 4  # characters: shorter ones stand in any text by chance
_MOST_HIDDEN = 200  # forms of secrets: whoever sends more wants to keep somebody busy
_LONGEST_CUT = 2000  # characters of a text: longer ones are redacted as a whole
_PIECE = re.compile(r"""[^\s,;:"'/?#@&=]+""")
_COMMON = frozenset({"basic", "bearer", "http", "https", "websocket"})


class Redactor:
    """Knows what is secret by its place, by its name or by its looks.

    What it finds it adds to the list that it is given, as it stood there.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        """``names``: further header fields and query parameters whose values are secret."""
        self._names = frozenset(name.strip().lower() for name in names)
        self._addresses = _ADDRESSES - self._names
        # As they are mostly written, and in small letters.
        self._harmless = frozenset(
            spelling
            for name in _HARMLESS.split(", ")
            if name.lower() not in self._names
            for spelling in (name, name.lower())
        )
        self._is_secret_name = lru_cache(maxsize=256)(self._look_up)

    def target(self, text: str, found: list[str]) -> str:
        """Return a request target without parameters and user information that are secret."""
        if _BARE_TARGET.fullmatch(text) and "eyJ" not in text:
            return text  # nearly always
        if "@" in text:
            text = _without_userinfo(text, found, bare=True)
        path, mark, query = text.partition("?")
        path, query = (self._without_parameters(part, found) for part in (path, query))
        return _without_jwt(path + mark + query, found)

    def fields(self, text: str, found: list[str]) -> str:
        """Return header fields, with a line for each name and for each value, without secrets."""
        everywhere = "@" in text or "eyJ" in text
        harmless = () if everywhere else self._harmless
        parts = text.split("\n")
        marked = changed = False
        for place in [place for place, name in enumerate(parts[:-1:2]) if name not in harmless]:
            name, value = parts[2 * place].lower(), parts[2 * place + 1]
            shown = value
            if name in self._addresses and "=" not in value and not everywhere:
                continue  # nearly always
            if name in self._names or is_secret_name(parts[2 * place]):
                shown = _whole(name, value, found)
            elif name == FIELD:
                shown, marked = redact_subprotocols(value, marked, found)
            elif name not in _NONCES:
                shown = self._value(name, value, found)
            if shown != value:
                parts[2 * place + 1] = shown
                changed = True
        return "\n".join(parts) if changed else text

    def _value(self, name: str, value: str, found: list[str]) -> str:
        """Redact what is secret in a value that is not secret as a whole."""
        if "@" in value:
            value = _without_userinfo(value, found, bare=name in _AUTHORITIES)
        if "=" in value and name not in self._harmless:
            value = self._without_parameters(value, found)
        return _without_jwt(value, found)

    def _without_parameters(self, text: str, found: list[str]) -> str:
        def shown(match: re.Match[str]) -> str:
            name, value = match.groups()
            if not value or not (self._is_secret(name, value) or self._holds_secret(value)):
                return match[0]
            found.extend((value, value.strip('"')))
            return f"{name}={redacted(value)}"

        return _PARAMETER.sub(shown, text)

    def _is_secret(self, name: str, value: str) -> bool:
        """Tell whether a parameter's value is secret because of its name."""
        for _ in range(_MOST_DECODINGS):
            if self._names_secret(name):
                return True
            if name.strip().lower() == "code":
                return not _SHORT_NUMBER.fullmatch(value)
            decoded = unquote_plus(name)
            if decoded == name:
                return False
            name = decoded
        return True  # whoever encodes so often has something to hide

    def _holds_secret(self, value: str) -> bool:
        """Tell whether a value holds something secret, an address in percent-encoding perhaps."""
        if _BARE_VALUE.fullmatch(value):
            return False
        for _ in range(_MOST_DECODINGS):
            if any(map(self._names_secret, _INNER.findall(value))) or _USERINFO.search(value):
                return True
            decoded = unquote(value)
            if decoded == value:
                return False
            if JWT.search(decoded):
                return True
            value = decoded
        return True

    def _names_secret(self, name: str) -> bool:
        # Clients make up as many names as they like, of any length: some short ones are kept.
        return self._is_secret_name(name) if len(name) <= 64 else self._look_up(name)

    def _look_up(self, name: str) -> bool:
        last = _BEFORE_NAME.split(name.strip().lower())[-1]
        return last in self._names or is_secret_name(name)


def hiding(found: Iterable[str], spell: Callable[[str], str]) -> Callable[[str], str]:
    """Return what redacts, in any text, secrets that were found elsewhere.

    They may stand there in small letters, without percent-encoding, and as ``spell`` writes them.
    """
    forms = {form for secret in found for form in _forms(secret, spell)}
    if len(forms) > _MOST_HIDDEN:
        return redacted
    # The longest first: others may be parts of it.
    longest = sorted((form for form in forms if len(form) >= _SHORTEST_HIDDEN), key=len)[::-1]

    def hide(text: str) -> str:
        if len(text) > _LONGEST_CUT:
            return redacted(text) if any(form in text for form in longest) else text
        parts = [text]  # what is told and what stands for a secret, in turns
        for form in longest:
            cut: list[str] = []
            for place, part in enumerate(parts):
                told = [part] if place % 2 else part.split(form)
                cut += chain.from_iterable((piece, redacted(form)) for piece in told[:-1])
                cut.append(told[-1])
            parts = cut
        return "".join(parts)

    return hide


def _whole(name: str, value: str, found: list[str]) -> str:
    """Redact the whole value of a header field, but not that there is none."""
    if not value:
        return value
    found.append(value)
    if "cookie" not in name:
        found.extend(_pieces(value))
    return redacted(value)


def _without_userinfo(text: str, found: list[str], *, bare: bool) -> str:
    """Redact what stands before an @ in an authority, ``bare`` where no slashes need be there."""

    def shown(match: re.Match[str]) -> str:
        found.append(match[0])
        found.extend(_pieces(match[0]))
        return redacted(match[0])

    shorter = _USERINFO.sub(shown, text)
    return _BARE_USERINFO.sub(shown, text) if bare and shorter == text else shorter


def _without_jwt(text: str, found: list[str]) -> str:
    if "eyJ" not in text:
        return text
    found.extend(JWT.findall(text))
    return JWT.sub(lambda match: redacted(match[0]), text)


def _pieces(value: str) -> Iterable[str]:
    """What of a value might be quoted alone."""
    return (piece for piece in _PIECE.findall(value) if piece.lower() not in _COMMON)


def _forms(secret: str, spell: Callable[[str], str]) -> Iterable[str]:
    for plain in {secret, unquote(secret)}:
        for form in {plain, plain.lower()}:
            yield form
            yield spell(form)
