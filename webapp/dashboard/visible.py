"""Text in which nothing is hidden, and that puts nothing beside it anywhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

__all__ = ["visible"]

# Characters that draw nothing or look like a space, or that make others be drawn elsewhere:
# controls, soft hyphen, bidirectional controls, other spaces, zero-width ones and fillers, line
# separators, variation selectors, surrogates, controls of shorthand and of music, tags.
_INVISIBLE: Final = re.compile(
    "[\x00-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f"
    "\u2000-\u200f\u2028-\u202e\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_SHORT: Final[Mapping[int, str]] = {0x00: r"\0", 0x09: r"\t", 0x0A: r"\n", 0x0D: r"\r"}


def visible(text: str) -> str:
    """Replace what one would not see by an escape: `\\n`, `\\x1b`, `\\u202e`."""
    return _INVISIBLE.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if short := _SHORT.get(code):
        return short
    if code < 0x80:
        return f"\\x{code:02x}"
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was no UTF-8, kept by surrogateescape
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\u{{{code:x}}}"
