"""The headers of frames that a server sends, and how lengths are coded (RFC 6455 §5.2)."""

from __future__ import annotations

from struct import Struct

__all__ = ["SHORT_HEADERS", "build_header", "length_bits"]

_UINT16 = Struct("!BBH")
_UINT64 = Struct("!BBQ")
# By the first byte and the length of the payload, where that is coded in seven bits.
SHORT_HEADERS = {head: tuple(bytes((head, size)) for size in range(126)) for head in range(0x100)}


def build_header(head: int, size: int) -> bytes:
    """Return the header of an unmasked frame: a server never masks (RFC 6455 §5.1).

    ``head`` is its first byte, ``size`` the length of its payload in bytes.
    """
    if size < 126:
        return SHORT_HEADERS[head][size]
    if size < 0x10000:
        return _UINT16.pack(head, 126, size)
    return _UINT64.pack(head, 127, size)


def length_bits(size: int) -> int:
    """Return in how many bits (7, 16 or 64) a payload length must be coded; 0 if it cannot be."""
    if size < 126:
        return 7
    if size < 0x10000:
        return 16
    return 64 if size < 1 << 63 else 0
