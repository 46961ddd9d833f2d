"""A second reading of origins, one character at a time: what the gate's own is held against."""

import string
from collections.abc import Sequence
from typing import NamedTuple

import idna

__all__ = ["Pattern", "Reading", "admits", "pattern", "patterns", "read", "same_port", "under"]

LOWER = dict(zip(string.ascii_uppercase, string.ascii_lowercase, strict=True))
DIGITS = frozenset(string.digits)
LETTERS = frozenset(string.ascii_letters)
IN_SCHEMES = LETTERS | DIGITS | frozenset("+-.")  # RFC 3986 §3.1
IN_LABELS = LETTERS | DIGITS | frozenset("-_")
HEXADECIMAL = frozenset(string.hexdigits)
WORDS = ("same-origin", "null", "*")


class Reading(NamedTuple):
    """What two origins are compared by: a name in lower case is text, an IPv6 address a number."""

    scheme: str
    host: str | int
    port: int | None


class Pattern(NamedTuple):
    """An entry of the list."""

    origin: Reading
    subdomains: bool
    any_port: bool


def read(text: str) -> Reading | None:
    """Return what an origin says, with the port that it means, or None where it is not one."""
    state = "scheme"
    scheme = name = address = digits = ""
    label = 0
    for character in text:
        low = LOWER.get(character, character)
        match state:
            case "scheme" if character in (IN_SCHEMES if scheme else LETTERS):
                scheme += low
            case "scheme" if scheme and character == ":":
                state = "first slash"
            case "first slash" if character == "/":
                state = "second slash"
            case "second slash" if character == "/":
                state = "host"
            case "host" if character == "[":
                state = "address"
            case "address" if character == "]":
                state = "address is over"
            case "address":
                address += low
            case "host" | "dot" | "label" if character in IN_LABELS:
                label = label + 1 if state == "label" else 1
                state = "label" if label < 64 else "too long"
                name += low
            case "label" if character == ".":
                state = "dot"
                name += low
            case "label" | "address is over" if character == ":":
                state = "colon"
            case "colon" | "digits" if character in DIGITS and digits != "0":
                state = "digits" if len(digits) < 5 else "too long"
                digits += character
            case _:
                return None
    if state not in ("label", "address is over", "digits") or len(name) > 253:
        return None
    port = int(digits) if digits else {"http": 80, "https": 443}.get(scheme)
    host = name or _ipv6(address)
    if host is None or (port is not None and port > 65535):
        return None
    return Reading(scheme, host, port)


def _ipv6(text: str) -> int | None:
    """Return the number that an address stands for (RFC 4291 §2.2)."""
    left, gap, right = text.partition("::")
    groups: list[list[int]] = []
    for side, last in ((left, not gap), (right, True)):
        numbers: list[int] = []
        parts = side.split(":") if side else []
        for place, part in enumerate(parts):
            if "." in part and last and place == len(parts) - 1:
                four = part.split(".")
                if len(four) != 4 or not all(map(_is_octet, four)):
                    return None
                first, second, third, fourth = map(int, four)
                numbers += [first * 256 + second, third * 256 + fourth]
            elif 1 <= len(part) <= 4 and set(part) <= HEXADECIMAL:
                numbers.append(int(part, 16))
            else:
                return None
        groups.append(numbers)
    missing = 8 - len(groups[0]) - len(groups[1])
    if missing < 0 or bool(missing) != bool(gap):
        return None
    number = 0
    for group in groups[0] + [0] * missing + groups[1]:
        number = number * 65536 + group
    return number


def _is_octet(text: str) -> bool:
    return 0 < len(text) < 4 and set(text) <= DIGITS and str(int(text)) == text and int(text) < 256


def pattern(entry: str) -> Pattern | None:
    """Return what an entry says, or None for a word and for what is no entry."""
    any_port = entry.endswith(":*")
    scheme, _, authority = entry.removesuffix(":*").partition("://")
    host, colon, port = authority.removeprefix("*.").partition(":")
    if not host.isascii():
        host = idna.encode(host, uts46=True).decode()
    origin = read(f"{scheme}://{host}{colon}{port}")
    return None if origin is None else Pattern(origin, authority.startswith("*."), any_port)


def patterns(allowed: Sequence[str], own: str | None) -> list[Pattern]:
    """Return what a list says beside its words; same-origin is the own origin, where it is one."""
    entries = [entry for entry in allowed if entry not in WORDS]
    if "same-origin" in allowed and own is not None and read(own) is not None:
        entries.append(own)
    return [each for entry in entries if (each := pattern(entry)) is not None]


def under(host: str | int, domain: str | int) -> bool:
    """Tell whether a name has labels to the left of another one."""
    if isinstance(host, int) or isinstance(domain, int):
        return False
    labels, below = host.split("."), domain.split(".")
    return len(labels) > len(below) and labels[-len(below) :] == below


def same_port(rule: Pattern, came: Reading) -> bool:
    """Tell whether an entry has the port of what came, both as they are meant."""
    return rule.any_port or rule.origin.port == came.port


def admits(
    allowed: Sequence[str], values: Sequence[str], own: str | None, *, allow_missing: bool = True
) -> bool:
    """Tell whether a list admits a request with these values of Origin."""
    if not values:
        return allow_missing
    if len(values) > 1:
        return False
    if values[0] == "null":
        return "null" in allowed
    came = read(values[0])
    if came is None:
        return False
    return "*" in allowed or any(
        rule.origin.scheme == came.scheme
        and same_port(rule, came)
        and (
            under(came.host, rule.origin.host) if rule.subdomains else came.host == rule.origin.host
        )
        for rule in patterns(allowed, own)
    )
