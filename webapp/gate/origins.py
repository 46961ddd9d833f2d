"""Say which origins may come in: the grammar of a serialised origin, and an allowlist."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from webapp.gate.authorities import is_address, is_misspelt_address, parse_authority, to_ascii
from webapp.gate.refusals import Refusal, visible

__all__ = ["Origin", "OriginPolicy"]

_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>.*)", re.DOTALL)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_WEB = tuple(_DEFAULT_PORTS)
_WEB_OF_SOCKET = {"ws": "http://", "wss": "https://"}
_WORDS = ("same-origin", "null", "*")


@dataclass(frozen=True, slots=True)
class Origin:
    """What RFC 6454 §5 compares: a scheme, a host and a port, None for the scheme's default."""

    scheme: str
    host: str
    port: int | None

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read `scheme://host[:port]` (RFC 6454 §6.2) strictly.

        Raises ValueError with a clause that says what is wrong with `text`, without repeating it.
        """
        parts = _SCHEME.fullmatch(text)
        if parts is None:
            raise ValueError(
                "it does not begin with a scheme, such as https://" if text else "it is empty"
            )
        scheme = parts["scheme"].lower()
        host, port = parse_authority(parts["authority"])
        return cls(scheme, host, None if port == _DEFAULT_PORTS.get(scheme) else port)

    @property
    def effective_port(self) -> int | None:
        """The port that is connected to, if the scheme is one of the web's or names it."""
        return _DEFAULT_PORTS.get(self.scheme) if self.port is None else self.port

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}" + ("" if self.port is None else f":{self.port}")


class OriginPolicy:
    """
    The origins that a handshake may come from.

    `allowed` holds origins (`https://app.example.com`), origins with a wildcard for one or more
    whole labels (`https://*.example.com`) or for the port (`http://localhost:*`), and the words
    `same-origin`, `null` and `*` (any origin that is one, so not `null`). `allow_missing` admits
    requests without an Origin header: programs, not pages. Raises ValueError with a sentence for
    any other entry.
    """

    def __init__(self, allowed: Iterable[str], allow_missing: bool = True) -> None:
        if isinstance(allowed, str):
            raise ValueError(
                f'origins.allowed is one text, "{visible(allowed)}": expected a list of origins.'
            )
        self.allowed = tuple(allowed)
        self.allow_missing = allow_missing
        self._rules = tuple(_parse_rule(entry) for entry in self.allowed if entry not in _WORDS)

    def check(self, values: Sequence[str], *, own: str | None) -> Refusal | None:
        """
        Return None if a request with these values of Origin may come in, or why not.

        `own` is the origin that the request was sent to, None where it cannot be told.
        """
        if not values:
            if self.allow_missing:
                return None
            remedy = self._remedy(self.allowed, allow_missing=True)
            reason = "The request has no Origin header, and origins.allow_missing is off."
            return self._refuse("no Origin header", reason, remedy)
        came = ", ".join(map(visible, values)) or "an empty Origin header"
        if len(values) > 1:
            return self._refuse(
                came, f"A request has one Origin header at most; this one has {len(values)}."
            )
        if values[0] == "null":
            # Anybody can send null: * is for origins that say who they are.
            if "null" in self.allowed:
                return None
            reason = (
                "Pages from files and sandboxed frames send null, and origins.allowed has no null."
            )
            return self._refuse(came, reason, self._remedy([*self.allowed, "null"]))
        try:
            origin = Origin.parse(values[0])
        except ValueError as fault:
            return self._refuse(came, f"The Origin header is not an origin (RFC 6454 §7): {fault}.")
        rules = self._rules_for(own)
        if "*" in self.allowed or any(rule.admits(origin) for rule in rules):
            return None
        reason = f"No entry of origins.allowed admits {origin}{_nearest(rules, origin)}."
        return self._refuse(came, reason, self._remedy_for(origin))

    def _rules_for(self, own: str | None) -> Sequence["_Rule"]:
        if own is None or "same-origin" not in self.allowed:
            return self._rules
        try:
            same = _Rule(f"same-origin ({visible(own)})", Origin.parse(own))
        except ValueError:
            return self._rules
        return (same, *self._rules)

    def _refuse(self, came: str, reason: str, remedy: str = "") -> Refusal:
        return Refusal("origin", 403, came, ", ".join(self.allowed) or "no origin", reason, remedy)

    def _remedy_for(self, origin: Origin) -> str:
        try:
            _parse_rule(str(origin))
        except ValueError:
            return ""  # no page has it, so nobody should have it in a list
        return self._remedy([*self.allowed, str(origin)])

    def _remedy(self, allowed: Iterable[str], *, allow_missing: bool = False) -> str:
        # The line replaces the whole section, and what it left out would fall back to the default.
        switch = "" if self.allow_missing else f", allow_missing: {json.dumps(allow_missing)}"
        return f"origins: {{allowed: {json.dumps(list(allowed))}{switch}}}"


@dataclass(frozen=True, slots=True)
class _Rule:
    text: str
    origin: Origin
    subdomains: bool = False
    any_port: bool = False

    def admits(self, origin: Origin) -> bool:
        return not self.differences(origin)

    def differences(self, origin: Origin) -> list[str]:
        """Name the parts in which an origin is not as this rule has it."""
        if self.subdomains:
            # Both are whole labels, and the dot keeps evilexample.com out of *.example.com.
            host = origin.host.endswith(f".{self.origin.host}")
        else:
            host = origin.host == self.origin.host
        port = self.any_port or origin.port == self.origin.port
        same = {"scheme": origin.scheme == self.origin.scheme, "host": host, "port": port}
        return [part for part, equal in same.items() if not equal]


def _parse_rule(entry: object) -> _Rule:
    expected = (
        "Expected an origin such as https://app.example.com, https://*.example.com or "
        'http://localhost:*, or one of the words "same-origin", "null" and "*".'
    )
    if not isinstance(entry, str):
        raise ValueError(f"{entry!r} in origins.allowed is not text. {expected}")
    any_port = entry.endswith(":*")
    # A number in place of the port's wildcard: the grammar then refuses a second port.
    scheme, separator, authority = (entry[:-1] + "0" if any_port else entry).partition("://")
    subdomains = authority.startswith("*.")
    try:
        if "*" in scheme or "*" in authority.removeprefix("*."):
            raise ValueError(
                "a wildcard stands for whole labels at the left of a name, or for the port"
            )
        origin = Origin.parse(scheme + separator + to_ascii(authority.removeprefix("*.")))
        if subdomains and is_address(origin.host):
            raise ValueError("a wildcard stands for labels of a name, not for a part of an address")
        if origin.scheme in _WEB and is_misspelt_address(origin.host):
            raise ValueError("its host ends in a number and is no IPv4 address such as 127.0.0.1")
        if page := _WEB_OF_SOCKET.get(origin.scheme):
            raise ValueError(f"it is where a WebSocket is, and not where its page is: write {page}")
    except ValueError as fault:
        raise ValueError(
            f'"{visible(entry)}" in origins.allowed is not an origin: {fault}. {expected}'
        ) from None
    return _Rule(entry, origin, subdomains, any_port)


def _nearest(rules: Iterable[_Rule], origin: Origin) -> str:
    """Name the rule nearest to an origin, one for its host before others, and what differs."""
    ranked = [(rule, rule.differences(origin)) for rule in rules]
    if not ranked:
        return ""
    rule, parts = min(ranked, key=lambda entry: ("host" in entry[1], len(entry[1])))
    differing = " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
    return f"; the nearest, {rule.text}, has another {differing}"
