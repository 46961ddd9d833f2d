"""How many may be here at once, in all and from one address."""

from collections import Counter
from ipaddress import IPv6Address, IPv6Network, ip_address
from types import TracebackType
from typing import Self

from webapp.gate.refusals import Refusal

__all__ = ["Place", "Places", "address_of", "watchers_full"]

# What the settings admit: a remedy that the configuration refuses would be none.
_MOST = 1_000_000

# Of an IPv6 address, what a network gives to a customer; the rest is his to choose, and to change
# with every connection (RFC 6177, RFC 8981).
_PREFIX = 64

_RETRY = (("Retry-After", "1"),)


class Places:
    """
    As many places as there may be clients at once: `most` in all, `most_per_address` for each
    address, where 0 is as many as there are.

    Whoever checks and then takes a place, with no `await` in between, is counted exactly.
    """

    def __init__(self, most: int, most_per_address: int = 0, full: Refusal | None = None) -> None:
        """`full` is what to tell when all are taken, if these are not places for WebSockets."""
        self.most = most
        self.most_per_address = most_per_address
        self.taken = 0
        self.by_address: Counter[str] = Counter()
        self._full = full or _sockets_full(most)

    def check(self, remote: str | None) -> Refusal | None:
        """Return None if there is a place for somebody from this address, or why not."""
        if self.taken >= self.most:
            return self._full
        address = self._counted(remote)
        if address is not None and self.by_address[address] >= self.most_per_address:
            return _address_full(address, self.most_per_address)
        return None

    def take(self, remote: str | None) -> "Place":
        """Take a place for somebody from this address."""
        return Place(self, self._counted(remote))

    def _counted(self, remote: str | None) -> str | None:
        """By what to count a client, if at all: on a socket of this machine alone it has none."""
        return address_of(remote) if self.most_per_address and remote else None


class Place:
    """One of the places, taken until it is left: by `leave`, or as a context manager.

    As a context manager it is left, unless it was to be `kept`, until somebody leaves it.
    """

    __slots__ = ("_address", "_places", "kept")  # there is one for each connection

    def __init__(self, places: Places, address: str | None) -> None:
        self._places = places
        self._address = address
        self.kept = False
        places.taken += 1
        if address is not None:
            places.by_address[address] += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self.kept:
            self.leave()

    def leave(self) -> None:
        """Free it; not more than once."""
        places, address = self._places, self._address
        places.taken -= 1
        if address is not None:
            places.by_address[address] -= 1
            if not places.by_address[address]:
                del places.by_address[address]


def address_of(remote: str) -> str:
    """
    Return what clients are counted by: an IPv4 address, or the network that an IPv6 one is in.

    An IPv4 address that is written as an IPv6 one is the same address (RFC 4291 §2.5.5.2). On the
    local link all are in one network, and there the address itself counts.
    """
    try:
        address = ip_address(remote)
    except ValueError:
        return remote
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    if address.is_link_local or address.is_loopback:
        return str(address)
    return str(IPv6Network((int(address), _PREFIX), strict=False))


def watchers_full(most: int) -> Refusal:
    """Return what to tell a page that would watch while `most` others do."""
    return Refusal(
        check="limit",
        status=503,
        came="one more page that watches",
        expected=f"{most} at the most",
        reason="As many pages are watching as this server keeps up to date; try again later.",
        headers=_RETRY,
    )


def _sockets_full(most: int) -> Refusal:
    return Refusal(
        check="limit",
        status=503,
        came="one more connection",
        expected=f"{most} at the most",
        reason="As many WebSockets are open as limits.max_connections allows; try again later.",
        remedy=_remedy("max_connections", most),
        headers=_RETRY,
    )


def _address_full(address: str, most: int) -> Refusal:
    return Refusal(
        check="limit",
        status=503,
        came=f"one more connection from {address}",
        expected=f"{most} at the most from one address",
        reason=f"As many WebSockets are open from {address} as limits.max_connections_per_ip "
        "allows; try again later.",
        remedy=_remedy("max_connections_per_ip", most),
        headers=_RETRY,
    )


def _remedy(name: str, most: int) -> str:
    return f"limits: {{{name}: {min(most * 2, _MOST)}}}" if most < _MOST else ""
