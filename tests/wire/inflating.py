"""Inflating by the book (RFC 7692 §7.2.2), with none of the code under test."""

from __future__ import annotations

import zlib

__all__ = ["Inflater"]

_TAIL = b"\x00\x00\xff\xff"


class Inflater:
    """Inflates by the book: one stream for all messages, begun anew behind a final block."""

    def __init__(self, takeover: bool) -> None:
        """``takeover``: whether a message may refer to those before it."""
        self._takeover = takeover
        self._engine = zlib.decompressobj(-15)
        self._history = b""

    def __call__(self, payload: bytes, whole: bool = True) -> bytes:
        """Inflate a message, or what there is of it.

        Raises:
            zlib.error: for what is not deflated data, or ends within a block.
        """
        if not self._takeover:
            self._engine, self._history = zlib.decompressobj(-15), b""
        found = b""
        data = payload + _TAIL if whole else payload
        # Nothing, at first or behind a final block, is taken for an empty block.
        while data and not (whole and data == _TAIL):
            found += self._engine.decompress(data)
            data = self._engine.unused_data
            if self._engine.eof:
                past = (self._history + found)[-32768:]
                self._engine = zlib.decompressobj(-15, zdict=past)
            elif whole:
                self._check_end()
        self._history = (self._history + found)[-32768:]
        return found

    def _check_end(self) -> None:
        probe = self._engine.copy()
        if probe.decompress(b"\x01\x00\x00\xff\xff") or not probe.eof:
            raise zlib.error("within a block")
