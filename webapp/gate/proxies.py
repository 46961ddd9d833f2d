"""Whom to believe about where a request came from: proxies, and what they say of their clients."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from webapp.gate.authorities import parse_authority
from webapp.gate.refusals import Refusal, visible

__all__ = ["Forwarded", "TrustedProxies"]

# Some proxies name the protocol that is spoken instead of the scheme that was asked for.
_SCHEMES = {"http": "http", "https": "https", "ws": "http", "wss": "https"}


@dataclass(frozen=True, slots=True)
class Forwarded:
    """What trusted proxies say of a request; None where they say nothing."""

    remote: str | None = None
    scheme: str | None = None
    host: str | None = None


class TrustedProxies:
    """
    The addresses and networks of proxies that are believed.

    They say where a request came from in `Forwarded` (RFC 7239), or in `X-Forwarded-For`,
    `X-Forwarded-Proto` and `X-Forwarded-Host`. Every proxy adds to the right of what it was sent,
    and the first in a row may have been sent anything: what counts is what the farthest of those
    that are trusted has added. Raises ValueError for an entry that is no address or network.
    """

    def __init__(self, trusted: Iterable[str]) -> None:
        self.trusted = tuple(trusted)
        self._networks = tuple(map(ip_network, self.trusted))

    def trust(self, address: str | None) -> bool:
        """Tell whether somebody at this address is believed."""
        if not self._networks or address is None:
            return False
        parsed = _parse(address)
        return parsed is not None and any(parsed in network for network in self._networks)

    def read(
        self,
        forwarded: Sequence[Mapping[str, str]],
        x_forwarded: Mapping[str, Sequence[str]],
    ) -> Forwarded | Refusal:
        """
        Return what is to be believed of a request that came from one of them.

        `forwarded` holds the elements of Forwarded, `x_forwarded` those of the other three, by what
        follows `X-Forwarded-` in lower case, each from the client to here. Where both are there and
        do not agree, one of them is a client's own word, and nobody can tell which: a refusal.
        """
        try:
            one = self._believe(
                [element.get("for") for element in forwarded],
                [element.get("proto") for element in forwarded],
                [element.get("host") for element in forwarded],
            )
            other = self._believe(*(x_forwarded.get(name, ()) for name in ("for", "proto", "host")))
        except ValueError as fault:
            return _refuse(str(fault), "http or https")
        said = {}
        for name in ("remote", "scheme", "host"):
            here, there = getattr(one, name), getattr(other, name)
            if None not in (here, there) and _plain(here) != _plain(there):
                came = f"Forwarded: {visible(here)}, X-Forwarded-*: {visible(there)}"
                what = "client" if name == "remote" else name
                return _refuse(came, f"the same {what} in both, or one of them only")
            said[name] = there if here is None else here
        return Forwarded(**said)

    def _believe(
        self,
        clients: Sequence[str | None],
        schemes: Sequence[str | None],
        hosts: Sequence[str | None],
    ) -> Forwarded:
        """Read the lists from here towards the client, as far as those who wrote them are trusted.

        Raises ValueError with the scheme if it is none of the web's.
        """
        remote = None
        trusted = 0  # of those that are named as clients
        for node in reversed(clients):
            address = _address(node)
            if address is None:
                break  # RFC 7239 §6.2, §6.3: unknown or hidden, and whoever hides it comes last
            remote = address
            if not self.trust(address):
                break
            trusted += 1
        scheme = _farthest(schemes, trusted)
        if scheme is not None and scheme.lower() not in _SCHEMES:
            raise ValueError(visible(scheme))
        return Forwarded(remote, scheme and _SCHEMES[scheme.lower()], _farthest(hosts, trusted))


def _plain(told: str) -> str:
    """What is the same host, however it is written."""
    try:
        return str(parse_authority(told))
    except ValueError:
        return told


def _farthest(values: Sequence[str | None], trusted: int) -> str | None:
    """What the farthest trusted proxy has added, or the farthest of those that added anything."""
    return values[-1 - min(trusted, len(values) - 1)] if values else None


def _parse(address: str) -> IPv4Address | IPv6Address | None:
    """Read an address; an IPv4 one that is written as IPv6 is the same one (RFC 4291 §2.5.5.2)."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed


def _address(node: str | None) -> str | None:
    """The address of a node, which may have a port and, being IPv6, brackets (RFC 7239 §6)."""
    if node is None:
        return None
    if node.startswith("["):
        node = node[1:].partition("]")[0]
    elif node.count(":") == 1:
        node = node.partition(":")[0]
    parsed = _parse(node)
    return None if parsed is None else str(parsed)


def _refuse(came: str, expected: str) -> Refusal:
    return Refusal(
        check="proxy",
        status=400,
        came=came or "an empty scheme",
        expected=expected,
        reason="A proxy of server.trusted_proxies says of a request what cannot be believed: "
        "it should replace what clients send in Forwarded and X-Forwarded-* by its own word.",
    )
