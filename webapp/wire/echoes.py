"""Echoes told in short: plain messages, each answered with itself, as the bytes that came."""

from __future__ import annotations

from webapp.wire.frames import MASK, apply_mask
from webapp.wire.records import Echoes, Record

__all__ = ["same", "spelled_out"]


def same(opcode: int, payload: bytes) -> tuple[int, bytes]:
    """Answer a message with itself."""
    return opcode, payload


def spelled_out(echoes: Echoes) -> list[Record]:
    """Return the records of the messages and of their echoes, in order."""
    name, time, data, _ = echoes
    records: list[Record] = []
    stop = 0
    while stop < len(data):
        head, size, bits, start = data[stop], data[stop + 1] - MASK, 7, stop + 6
        if size > 125:
            bits = 16 if size == 126 else 64
            start += bits // 8
            size = int.from_bytes(data[stop + 2 : start - 4])
        stop = start + size
        key = data[start - 4 : start]
        payload = apply_mask(data[start:stop], key)
        records.append((name, time, "in", head, key, bits, size, payload, None))
        records.append((name, time, "out", head, None, bits, size, payload, None))
    return records
