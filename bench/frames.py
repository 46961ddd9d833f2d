"""Frames as the load generator sends and expects them (RFC 6455 §5.2): whole messages, one each."""

from __future__ import annotations

import os

from websockets.speedups import apply_mask

__all__ = ["CLOSE", "COMPRESSED", "FIN", "PING", "PONG", "TEXT", "frame", "masked_frame"]

TEXT = 0x1
CLOSE = 0x8
PING = 0x9
PONG = 0xA
COMPRESSED = 0x40  # RSV1 (RFC 7692 §6)
FIN = 0x80
_MASK = 0x80


def frame(first: int, payload: bytes) -> bytes:
    """Build what a server sends; ``first`` is the opcode, with COMPRESSED where it is."""
    return _header(first, len(payload), 0) + payload


def masked_frame(first: int, payload: bytes) -> bytes:
    """Build what a client sends, with a masking key of its own."""
    key = os.urandom(4)
    return _header(first, len(payload), _MASK) + key + apply_mask(payload, key)


def _header(first: int, size: int, mask: int) -> bytes:
    if size < 126:
        return bytes((FIN | first, mask | size))
    if size < 65536:
        return bytes((FIN | first, mask | 126)) + size.to_bytes(2)
    return bytes((FIN | first, mask | 127)) + size.to_bytes(8)
