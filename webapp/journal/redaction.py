"""Redact what is secret in a request or a response, before anybody is told of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import unquote, unquote_plus

from webapp.journal.findings import Findings
from webapp.journal.secrecy import (
    JWT,
    credentials,
    is_literal,
    is_mere_word,
    is_secret_name,
    redacted,
)
from webapp.journal.subprotocols import FIELD, redact_subprotocols

__all__ = ["Redactor"]

# What nearly every handshake consists of, and nobody keeps a secret in.
_HARMLESS = (
    "Accept, Accept-Charset, Accept-Encoding, Accept-Language, Cache-Control, Connection, "
    "Content-Length, Content-Type, Date, DNT, Host, Keep-Alive, Pragma, Priority, Sec-CH-UA, "
    "Sec-CH-UA-Mobile, Sec-CH-UA-Platform, Sec-Fetch-Dest, Sec-Fetch-Mode, Sec-Fetch-Site, "
    "Sec-Fetch-User, Sec-GPC, Sec-WebSocket-Accept, Sec-WebSocket-Key, Sec-WebSocket-Version, TE, "
    "Transfer-Encoding, Upgrade, Upgrade-Insecure-Requests, Via, X-Forwarded-For, "
    "X-Forwarded-Host, X-Forwarded-Port, X-Forwarded-Proto, X-Real-IP, WWW-Authenticate"
)
# In small letters: what is random, and no secret (RFC 6455 §1.3);
_NONCES = frozenset({"sec-websocket-accept", "sec-websocket-key"})
# fields with an authority, which may stand there without the slashes before it;
_AUTHORITIES = frozenset({"host", "origin", "referer"})
# and those with nothing that is secret, unless they have parameters.
_PLAIN = frozenset({"origin", "referer", "sec-websocket-extensions", "user-agent"})

_BARE_TARGET = re.compile(r"/[^?&;#=@]*")
# A name, with whatever stands before it, and a value. Semicolons separate, but not what has no
# name; in a quoted value nothing does.
_PARAMETER = re.compile(
    r'(?:^|(?<=[?&;#]))([^=&;?#]*)=("[^"]*"[^&;]*|[^&;]*(?:;[^&;=]*(?=[&;]|$))*)'
)
# In a header field so do commas; an = at the end is that of base64.
_ITEM = re.compile(
    r"(?:^|(?<=[?&;#,]))([^=&;?#,]*)="
    r'("[^"]*"[^&;,]*|[^&;,]*(?:[;,][^&;,=]*=*(?=[&;,]|$))*)'
)
_BEFORE_NAME = re.compile(r"[\s,/]")
_MEMBER = re.compile(r"[.\[\]]")
# RFC 6749 §4.1.2: an authorization code. A number of that length is the code of a close frame.
_SHORT_NUMBER = re.compile(r"[0-9]{0,4}")
# In a value that holds nothing else there is nothing to look for.
_BARE_VALUE = re.compile(r"[A-Za-z0-9._~,-]*")
# What has a name within a value, in whichever notation.
_INNER = re.compile(
    r"""(?:^|(?<=[?&;#,\s"'{}\[\](/:=]))([^?&;#,\s"'{}\[\](/:=]+)(["']?)\s*([=:])"""
)
_MOST_DECODINGS = 3

# RFC 3986 §3.2.1, but not again what was redacted; and with a password that has a slash in it,
# where that is no port.
_USERINFO = re.compile(
    r"(?<=//)(?!\(redacted, [0-9]+ characters\)@)"
    r"(?:[^/?#]+|[^/?#\s:@]*:(?![0-9]{1,5}[/?#])\S{1,128})(?=@)"
)
_BARE_USERINFO = re.compile(r"^[^/?#]+(?=@)")


class Redactor:
    """Knows what is secret by its place, by its name or by its looks.

    What it finds it adds to the findings that it is given. A name that was given to it is that of a
    header field or a parameter, or of the member of one, in brackets or behind a dot: ``room``
    covers ``room[]``, ``user[room]`` and ``a.room``, but not ``my-room``, which is another name.
    Values such as ``null`` and ``undefined`` are no secrets, whatever the name.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        """``names``: further header fields and query parameters whose values are secret."""
        self._names = frozenset(name.strip().lower() for name in names)
        self._plain = _PLAIN - self._names
        # As they are mostly written, and in small letters.
        self._harmless = frozenset(
            spelling
            for name in _HARMLESS.split(", ")
            if name.lower() not in self._names
            for spelling in (name, name.lower())
        )
        self._is_secret_name = lru_cache(maxsize=256)(self._look_up)

    def target(self, text: str, findings: Findings) -> str:
        """Return a request target without parameters and user information that are secret."""
        if _BARE_TARGET.fullmatch(text) and "eyJ" not in text:
            return text  # nearly always
        if "@" in text:
            text = _without_userinfo(text, findings, bare=True)
        path, mark, query = text.partition("?")
        path = self._without_parameters(path, _PARAMETER, findings)
        if "=" in query:
            query = self._without_parameters(query, _PARAMETER, findings)
        elif self._holds_secret(query, findings):
            findings.secrets.append(query)
            query = redacted(query)
        return _without_jwt(path + mark + query, findings)

    def fields(self, text: str, findings: Findings) -> str:
        """Return header fields, with a line for each name and for each value, without secrets."""
        everywhere = "@" in text or "eyJ" in text
        harmless = () if everywhere else self._harmless
        parts = text.split("\n")
        marked = changed = False
        for place in [place for place, name in enumerate(parts[:-1:2]) if name not in harmless]:
            name, value = parts[2 * place].lower(), parts[2 * place + 1]
            shown = value
            if name in self._plain and "=" not in value and not everywhere:
                continue  # nearly always
            if name in self._names or is_secret_name(parts[2 * place]):
                shown = _whole(name, value, findings)
            elif name == FIELD:
                shown, marked = redact_subprotocols(value, marked, findings.secrets)
            elif name not in _NONCES:
                shown = self._value(name, value, findings)
            if shown != value:
                parts[2 * place + 1] = shown
                changed = True
        return "\n".join(parts) if changed else text

    def _value(self, name: str, value: str, findings: Findings) -> str:
        """Redact what is secret in a value that is not secret as a whole."""
        if "@" in value:
            value = _without_userinfo(value, findings, bare=name in _AUTHORITIES)
        if name not in self._harmless:
            is_list = "?" not in value
            if is_list and ":" in value and self._holds_name(value, ":", findings):
                return _whole(name, value, findings)
            if "=" in value:
                pattern = _ITEM if is_list else _PARAMETER
                value = self._without_parameters(value, pattern, findings)
            for start, end in reversed(credentials(value)):
                findings.secrets.append(value[start:end])
                value = value[:start] + redacted(value[start:end]) + value[end:]
        return _without_jwt(value, findings)

    def _without_parameters(self, text: str, pattern: re.Pattern[str], findings: Findings) -> str:
        count = text.count("=")
        if not count:
            return text
        if not findings.admit(count):
            return redacted(text)

        def shown(match: re.Match[str]) -> str:
            name, value = match.groups()
            if is_literal(value) or not (
                self._is_secret(name, value) or self._holds_secret(value, findings)
            ):
                return match[0]
            findings.secrets += (value, value.strip('"'))
            return f"{name}={redacted(value)}"

        return pattern.sub(shown, text)

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

    def _holds_secret(self, value: str, findings: Findings) -> bool:
        """Tell whether a value holds something secret, an address in percent-encoding perhaps."""
        if _BARE_VALUE.fullmatch(value):
            return False
        for _ in range(_MOST_DECODINGS):
            named = self._holds_name(value, "=:", findings)
            if named or _USERINFO.search(value) or credentials(value):
                return True
            decoded = unquote(value)
            if decoded == value:
                return False
            if JWT.search(decoded):
                return True
            value = decoded
        return True

    def _holds_name(self, value: str, marks: str, findings: Findings) -> bool:
        """Tell whether a value has the name of a secret in it, before one of the marks."""
        inner = _INNER.findall(value)
        if not inner:
            return False
        data = "{" in value
        return not findings.admit(len(inner)) or any(
            mark in marks
            and self._names_secret(name)
            and (
                mark == "="
                or name.lower() in self._names
                # With a percent sign it is looked at again, once that is decoded.
                or not ("%" in name or is_mere_word(name.lower(), data=data or bool(quotation)))
            )
            for name, quotation, mark in inner
        )

    def _names_secret(self, name: str) -> bool:
        # Clients make up as many names as they like, of any length: some short ones are kept.
        return self._is_secret_name(name) if len(name) <= 64 else self._look_up(name)

    def _look_up(self, name: str) -> bool:
        last = _BEFORE_NAME.split(name.strip().lower())[-1]
        return (
            last in self._names
            or not self._names.isdisjoint(_MEMBER.split(last))
            or is_secret_name(name)
        )


def _whole(name: str, value: str, findings: Findings) -> str:
    """Redact the whole value of a header field, but not that there is none."""
    if is_literal(value):
        return value
    findings.add(value, in_pieces="cookie" not in name)
    return redacted(value)


def _without_userinfo(text: str, findings: Findings, *, bare: bool) -> str:
    """Redact what stands before an @ in an authority, ``bare`` where no slashes need be there."""

    def shown(match: re.Match[str]) -> str:
        findings.add(match[0], in_pieces=True)
        return redacted(match[0])

    if not findings.admit(text.count("//")):
        return redacted(text)
    shorter = _USERINFO.sub(shown, text)
    return _BARE_USERINFO.sub(shown, text) if bare and shorter == text else shorter


def _without_jwt(text: str, findings: Findings) -> str:
    if "eyJ" not in text:
        return text
    findings.secrets.extend(JWT.findall(text))
    return JWT.sub(lambda match: redacted(match[0]), text)
