"""Say which hosts this server answers for: the grammar of `host[:port]`, and an allowlist."""

import ipaddress
import json
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

import idna

from webapp.gate.refusals import Refusal, visible

__all__ = ["HostPolicy", "is_address", "is_loopback", "parse_authority", "to_ascii"]

# Narrower than RFC 3986 §3.2.2 and §3.2.3: no percent-encoding, no empty port, no leading zeros in
# a port. Browsers never send those, and a second spelling of a host is a way around a list.
_LABEL = r"[A-Za-z0-9_-]{1,63}"
_AUTHORITY = re.compile(
    rf"(?P<host>\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|{_LABEL}(?:\.{_LABEL})*)(?::(?P<port>0|[1-9][0-9]{{0,4}}))?"
)
_LONGEST_NAME = 253  # RFC 1035 §2.3.4, as text without the root's dot
_LAST_PORT = 65535

# Only what the grammar has refused already comes here: the first that fits explains it.
_FAULTS = (
    (re.compile(r"[^\x21-\x7e]"), "it has a character that is not visible ASCII"),
    (
        re.compile(r"[/?#\\]"),
        "it has more than a host and a port: a slash, a path, a query or a fragment",
    ),
    (re.compile(r"@"), "it has user information, the part before an @"),
    (re.compile(r"^(?::|$)"), "its host is missing"),
    (
        re.compile(r"^(?:\[|[^:]*:[^:]*:)"),
        "its IPv6 address is not one in brackets, such as [::1], and a port at most",
    ),
    (re.compile(r"\.(?::|$)"), "its host ends in a dot"),
    (re.compile(r"^\.|\.\."), "its host has an empty label"),
    (re.compile(r":(?!(?:0|[1-9][0-9]{0,4})$)"), "its port is not a number from 0 to 65535"),
    (re.compile(r"[A-Za-z0-9_-]{64}"), "its host has a label of more than 63 characters"),
)


@lru_cache(maxsize=64)  # most requests are sent to the same one, and ask several times
def parse_authority(text: str) -> tuple[str, int | None]:
    """
    Read `host[:port]` strictly and return the canonical host and the port, None if absent.

    Names come back in lower case and IPv6 addresses compressed, in brackets.
    Raises ValueError with a clause that says what is wrong with `text`, without repeating it.
    """
    parts = _AUTHORITY.fullmatch(text)
    if parts is None:
        raise ValueError(_explain(text))
    host = parts["host"].lower()
    port = None if parts["port"] is None else int(parts["port"])
    if parts["ipv6"] is not None:
        try:
            host = f"[{ipaddress.IPv6Address(parts['ipv6']).compressed}]"
        except ValueError:
            raise ValueError("its IPv6 address is not one") from None
    elif len(host) > _LONGEST_NAME:
        raise ValueError(f"its host is longer than {_LONGEST_NAME} characters")
    if port is not None and port > _LAST_PORT:
        raise ValueError(f"its port is not a number from 0 to {_LAST_PORT}")
    return host, port


def is_address(host: str) -> bool:
    """Tell whether a canonical host is an address: in brackets, or with a number at its end."""
    return host.startswith("[") or host.rpartition(".")[2].isdigit()


def is_loopback(host: str) -> bool:
    """Tell whether a canonical host is this machine alone: RFC 6761 §6.3, 127/8, ::1."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def to_ascii(authority: str) -> str:
    """
    Return `host[:port]` with an internationalised host in its A-labels (RFC 5890 §2.3.2.1).

    For what people write in configurations: what clients send is never mapped to anything. Raises
    ValueError with a clause that says what is wrong.
    """
    host, colon, port = authority.partition(":")
    if host.isascii():
        return authority
    if not host.isprintable():
        raise ValueError("its host has a character that one does not see")
    try:
        # UTS 46 without the transitional mappings: what browsers do with what is typed.
        return idna.encode(host, uts46=True).decode("ascii") + colon + port
    except idna.IDNAError:
        raise ValueError("its host is not an internationalised name") from None


class HostPolicy:
    """
    The hosts that a request may name in its Host header.

    `allowed` holds names and addresses without a port, since any port matches, or `*` alone for
    every host. Raises ValueError with a sentence where an entry is none of these.
    """

    def __init__(self, allowed: Iterable[str]) -> None:
        if isinstance(allowed, str):
            raise ValueError(
                f'hosts.allowed is one text, "{visible(allowed)}": expected a list of hosts.'
            )
        self.allowed = tuple(allowed)
        self._any = self.allowed == ("*",)
        self._hosts = frozenset() if self._any else frozenset(map(_parse_entry, self.allowed))

    def check(self, values: Sequence[str]) -> Refusal | None:
        """Return None if a request with these values of Host is for this server, or why not."""
        if len(values) != 1:
            came = ", ".join(map(visible, values)) or "no Host header"
            return self._refuse(
                came, f"A request has one Host header (RFC 9110 §7.2); this one has {len(values)}."
            )
        try:
            host, _ = parse_authority(values[0])
        except ValueError as fault:
            came = visible(values[0]) or "an empty Host header"
            return self._refuse(came, f"The Host header is not a host and a port: {fault}.")
        if self._any or host in self._hosts:
            return None
        came = visible(values[0])
        remedy = f"hosts: {{allowed: {json.dumps([*self.allowed, host])}}}"
        return self._refuse(
            came,
            f"This server does not answer for {host}: hosts.allowed has no such entry.",
            remedy,
        )

    def _refuse(self, came: str, reason: str, remedy: str = "") -> Refusal:
        return Refusal("host", 421, came, ", ".join(self.allowed) or "no host", reason, remedy)


def _parse_entry(entry: object) -> str:
    expected = 'Expected a name or an address, such as localhost, 127.0.0.1 or [::1], or "*" alone.'
    if not isinstance(entry, str):
        raise ValueError(f"{entry!r} in hosts.allowed is not text. {expected}")
    given = f'"{visible(entry)}" in hosts.allowed'
    if entry == "*":
        raise ValueError(f"{given} admits every host and stands beside others. {expected}")
    # More than one colon, no bracket: an IPv6 address as people write it.
    bare = entry.count(":") > 1 and not entry.startswith("[")
    try:
        host, port = parse_authority(f"[{entry}]" if bare else to_ascii(entry))
    except ValueError as fault:
        raise ValueError(f"{given} is not a host: {fault}. {expected}") from None
    if port is not None:
        raise ValueError(f"{given} has a port, but any port matches: write {host}. {expected}")
    return host


def _explain(text: str) -> str:
    return next(
        (clause for pattern, clause in _FAULTS if pattern.search(text)),
        "its host has a character other than letters, digits, hyphens, underscores and dots",
    )
