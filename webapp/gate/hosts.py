"""Say which hosts this server answers for: an allowlist."""

import json
from collections.abc import Iterable, Sequence

from webapp.gate.authorities import parse_authority, to_ascii
from webapp.gate.refusals import Refusal, visible

__all__ = ["HostPolicy"]


class HostPolicy:
    """
    The hosts that a request may name in its Host header.

    `allowed` holds names and addresses without a port, since any port matches, or `*` alone for
    every host. `bound` is the name or address that the server listens on: whoever asks for that is
    right, unless it stands for all addresses there are. Raises ValueError with a sentence where an
    entry is none of these.
    """

    def __init__(self, allowed: Iterable[str], bound: str = "") -> None:
        if isinstance(allowed, str):
            raise ValueError(
                f'hosts.allowed is one text, "{visible(allowed)}": expected a list of hosts.'
            )
        self.allowed = tuple(allowed)
        self._any = self.allowed == ("*",)
        self._hosts = frozenset() if self._any else frozenset(map(_parse_entry, self.allowed))
        self._hosts |= _answers_to(bound)

    def check(self, values: Sequence[str], field: str = "Host") -> Refusal | None:
        """Return None if a request with these values of a field is for this server, or why not."""
        if len(values) != 1:
            came = ", ".join(map(visible, values)) or f"no {field} header"
            return self._refuse(
                came,
                f"A request has one {field} header (RFC 9110 §7.2); this one has {len(values)}.",
            )
        try:
            host, _ = parse_authority(values[0])
        except ValueError as fault:
            came = visible(values[0]) or f"an empty {field} header"
            return self._refuse(came, f"The {field} header is not a host and a port: {fault}.")
        if self._any or host in self._hosts:
            return None
        came = visible(values[0])
        remedy = f"hosts: {{allowed: {json.dumps([*self.allowed, host])}}}"
        told = "" if field == "Host" else f", which {field} names"
        return self._refuse(
            came,
            f"This server does not answer for {host}{told}: hosts.allowed has no such entry.",
            remedy,
        )

    def _refuse(self, came: str, reason: str, remedy: str = "") -> Refusal:
        return Refusal("host", 421, came, ", ".join(self.allowed) or "no host", reason, remedy)


def _answers_to(bound: str) -> frozenset[str]:
    """What a server that listens there is called: nothing, where that is every address."""
    try:
        host = _parse_entry(bound)
    except ValueError:
        return frozenset()  # such as an address with a zone, which no URL can have
    return frozenset() if host in ("0.0.0.0", "[::]") else frozenset({host})  # noqa: S104


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
