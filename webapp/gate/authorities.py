"""The grammar of an authority, `host[:port]`, and what kinds of host there are."""

import ipaddress
import re
from functools import lru_cache

import idna

__all__ = ["is_address", "is_loopback", "is_misspelt_address", "parse_authority", "to_ascii"]

# Narrower than RFC 3986 §3.2.2 and §3.2.3: no percent-encoding, no empty port, no leading zeros in
# a port. Browsers never send those, and a second spelling of a host is a way around a list.
_LABEL = r"[A-Za-z0-9_-]{1,63}"
_AUTHORITY = re.compile(
    rf"(?P<host>\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|{_LABEL}(?:\.{_LABEL})*)(?::(?P<port>0|[1-9][0-9]{{0,4}}))?"
)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")  # WHATWG URL, "ends in a number"
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
            host = f"[{_compress(ipaddress.IPv6Address(parts['ipv6']))}]"
        except ValueError:
            raise ValueError("its IPv6 address is not one") from None
    elif len(host) > _LONGEST_NAME:
        raise ValueError(f"its host is longer than {_LONGEST_NAME} characters")
    if port is not None and port > _LAST_PORT:
        raise ValueError(f"its port is not a number from 0 to {_LAST_PORT}")
    return host, port


def is_address(host: str) -> bool:
    """Tell whether a canonical host is an address: in brackets, or with a number at its end."""
    return host.startswith("[") or _NUMBER.fullmatch(host.rpartition(".")[2]) is not None


def is_misspelt_address(host: str) -> bool:
    """Tell whether a canonical host looks like an IPv4 address and is none, as 127.1 and 1.2.3.256.

    Browsers write such a host in another way or refuse it (WHATWG URL, "ends in a number").
    """
    if host.startswith("[") or not is_address(host):
        return False
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return True
    return False


def is_loopback(host: str) -> bool:
    """Tell whether a canonical host is this machine alone: RFC 6761 §6.3, 127/8, ::1."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]"))
        return (getattr(address, "ipv4_mapped", None) or address).is_loopback
    except ValueError:
        return False


def _compress(address: ipaddress.IPv6Address) -> str:
    """Write an address as browsers do (WHATWG URL, "IPv6 serializer"): Python 3.13 does not."""
    mapped = address.ipv4_mapped
    if mapped is None:
        return address.compressed
    high, low = divmod(int(mapped), 0x10000)
    return f"::ffff:{high:x}:{low:x}"


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


def _explain(text: str) -> str:
    return next(
        (clause for pattern, clause in _FAULTS if pattern.search(text)),
        "its host has a character other than letters, digits, hyphens, underscores and dots",
    )
