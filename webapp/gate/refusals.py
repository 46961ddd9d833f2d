"""What is known of a request that was turned away, in words."""

import re
from dataclasses import dataclass

__all__ = ["Refusal", "visible"]

_HIDDEN = re.compile(r"[^\x20-\x5b\x5d-\x7e]")


@dataclass(frozen=True, slots=True)
class Refusal:
    """
    One request that was turned away, and all that somebody needs to know to be let in.

    `check` names what was looked at: host, path, origin, reader (who may see what was recorded),
    token, limit; of a handshake its method, upgrade, version or key, or handshake for the rest of
    it; proxy (what it says of others), or http (what could not be read). `status` is HTTP's.
    `came` and `expected` are what was looked at and what is allowed, `reason` is a sentence, and
    `remedy` the section of the configuration that would admit it, empty where none would. `headers`
    go out with the response; `link` is where to see more.
    """

    check: str
    status: int
    came: str
    expected: str
    reason: str
    remedy: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    link: str = ""


def visible(text: str) -> str:
    r"""
    Return what a client sent as printable ASCII, and so that nothing else looks the same.

    `\x` stands before a byte that is not UTF-8 or a control character, `\u` and `\U` before other
    characters, and two backslashes for one.
    """
    return _HIDDEN.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    if character == "\\":
        return r"\\"
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    if 0xDC80 <= code <= 0xDCFF:  # surrogateescape: aiohttp's way to keep a byte that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
