"""What may stand in the lists of the configuration, one entry at a time."""

import ipaddress
import re
import socket
from collections.abc import Callable
from difflib import get_close_matches
from typing import Annotated

import idna
from pydantic import AfterValidator, BeforeValidator

from webapp.gate.authorities import to_ascii
from webapp.gate.hosts import HostPolicy
from webapp.gate.origins import OriginPolicy

__all__ = ["FieldName", "HostEntry", "OriginEntry", "ProxyEntry", "Subprotocol"]

# RFC 7230 §3.2.6: the token that a subprotocol (RFC 6455 §4.1) and the name of a field are.
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

# What other programs and other people call these.
_WORDS = {
    **dict.fromkeys(("self", "'self'", "same", "same_origin", "sameorigin"), "same-origin"),
    **dict.fromkeys(("any", "all", "everybody", "everything"), "*"),
}

_ALPHABET = "only letters, digits and !#$%&'*+-.^_`|~"

_PROXY = "an address or a network such as 10.0.0.1, 10.0.0.0/24, ::1 or fd00::/64"
_HOST = 'a name or an address, such as localhost, 127.0.0.1 or [::1], or "*" alone'
_FOUR_NUMBERS = re.compile(r"(?:(?:[0-9]+|0x[0-9a-f]*)(?:\.|\Z)){4}")
_ADDRESS = re.compile(r"[0-9A-Fa-f:.]+(?:/[0-9]{1,3})?")


def _text(value: object) -> object:
    """Let only text pass: JSON and YAML read other things where quotes are missing."""
    match value:
        case str():
            return value
        case None:
            raise ValueError("expected text: null without quotes, as an empty line, is nothing")
        case dict():
            raise ValueError(
                "expected text: a colon with a space behind it makes a mapping, so write it "
                "without the space, or in quotes"
            )
        case list() | tuple():
            raise ValueError("expected text: this is a list within the list")
        case _:
            raise ValueError("expected text: a number, true and false are text only in quotes")


def _null_or_text(value: object) -> object:
    if value is None:
        raise ValueError(
            "expected text: null without quotes, as an empty line, is nothing, and the origin is "
            '"null" in quotes'
        )
    return _text(value)


def _host(entry: str) -> str:
    _ask(HostPolicy, entry, "hosts.allowed")
    if fault := _why_nobody_asks_for(to_ascii(entry).lower()):
        raise ValueError(f"this is not a host: {fault}. Expected {_HOST}.")
    return entry


def _why_nobody_asks_for(host: str) -> str:
    """Return what keeps a host that the grammar lets pass from being one, or nothing."""
    labels = host.split(".")
    if not all(_is_readable(label) for label in labels if label.startswith("xn--")):
        return "a label of it begins with xn--, and is none of an internationalised name"
    if any(label.startswith("-") or label.endswith("-") for label in labels):
        return "a label of it begins or ends with a hyphen"  # RFC 952, RFC 1123 §2.1
    if _FOUR_NUMBERS.fullmatch(host):
        try:
            socket.inet_aton(host)  # as programs read it, with octal and hexadecimal numbers
        except OSError:
            return "it is of four numbers, and no IPv4 address such as 127.0.0.1"
    return ""


def _is_readable(label: str) -> bool:
    """Tell whether browsers can read an A-label: there are more than IDNA 2008 has, as xn--ls8h."""
    try:
        name = label.removeprefix("xn--").encode("ascii").decode("punycode")
        return not name.isascii() and idna.uts46_remap(name) == name
    except UnicodeError:  # what idna raises is one, too
        return False


def _origin(entry: str) -> str:
    try:
        return _ask(OriginPolicy, entry, "origins.allowed")
    except ValueError as fault:
        word = entry.lower()
        near = get_close_matches(word, ("same-origin", "null"), n=1, cutoff=0.7)
        meant = _WORDS.get(word) or next(iter(near), None)
        if meant is None:
            raise
        raise ValueError(f'did you mean "{meant}"? {fault}') from None


def _ask(policy: Callable[[list[str]], object], entry: str, name: str) -> str:
    """Ask a policy, and leave away what stands before its sentence: the entry and the setting."""
    try:
        policy([entry])
    except ValueError as fault:
        raise ValueError(f"this {str(fault).rpartition(f' in {name} ')[2]}") from None
    return entry


def _proxy(entry: str) -> str:
    """Return an address or a network in its canonical form."""
    # Neither a netmask nor a zone: one spelling is enough for a list of whom to believe.
    if not _ADDRESS.fullmatch(entry):
        raise ValueError(f"expected {_PROXY}")
    try:
        interface = ipaddress.ip_interface(entry)
    except ValueError:
        raise ValueError(f"expected {_PROXY}") from None
    address, network = interface.ip, interface.network
    if network.prefixlen == 0:
        raise ValueError(
            "this is every address there is: anybody could then say where requests come from; "
            f"expected {_PROXY}"
        )
    if address.is_unspecified:
        raise ValueError(f"nothing comes from this address; expected {_PROXY}")
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        raise ValueError("this is IPv4 written as IPv6: expected it as IPv4, such as 10.0.0.1")
    if "/" not in entry:
        return str(address)
    if address != network.network_address:
        raise ValueError(
            f"an address within a network: expected {network} for the network, or {address} alone"
        )
    return str(network)


def _field_name(entry: str) -> str:
    if not _TOKEN.fullmatch(entry):
        raise ValueError(f"expected a name such as X-Api-Key: {_ALPHABET.replace('*', '')}")
    # A field may be called so (RFC 7230 §3.2.6), but who writes it means others.
    if "*" in entry:
        raise ValueError("expected a whole name such as X-Api-Key: * stands for nothing here")
    return entry


def _subprotocol(entry: str) -> str:
    if not _TOKEN.fullmatch(entry):
        raise ValueError(f"expected a name such as chat: {_ALPHABET}")
    return entry


HostEntry = Annotated[str, BeforeValidator(_text), AfterValidator(_host)]
OriginEntry = Annotated[str, BeforeValidator(_null_or_text), AfterValidator(_origin)]
ProxyEntry = Annotated[str, BeforeValidator(_text), AfterValidator(_proxy)]
FieldName = Annotated[str, BeforeValidator(_text), AfterValidator(_field_name)]
Subprotocol = Annotated[str, BeforeValidator(_text), AfterValidator(_subprotocol)]
