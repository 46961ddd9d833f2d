"""Text in which nothing is hidden, and that puts nothing beside it anywhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from webapp.printable import INVISIBLE

__all__ = ["visible"]

_SHORT: Final[Mapping[int, str]] = {0x00: r"\0", 0x09: r"\t", 0x0A: r"\n", 0x0D: r"\r"}


def visible(text: str) -> str:
    """Replace what one would not see by an escape: `\\n`, `\\x1b`, `\\u202e`."""
    return INVISIBLE.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if short := _SHORT.get(code):
        return short
    if code < 0x80:
        return f"\\x{code:02x}"
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was no UTF-8, kept by surrogateescape
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\u{{{code:x}}}"
