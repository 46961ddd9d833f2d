"""Text from outside on one line of a terminal or a log."""

import re
from typing import Final

__all__ = ["INVISIBLE", "one_line"]

# Characters that draw nothing or look like a space, or that make others be drawn elsewhere:
# controls, soft hyphen, bidirectional controls, other spaces, zero-width ones and fillers, line
# separators, variation selectors, surrogates, controls of shorthand and of music, tags.
INVISIBLE: Final = re.compile(
    "[\x00-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f"
    "\u2000-\u200f\u2028-\u202e\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def one_line(text: str) -> str:
    r"""Escape what one would not see, so that text from outside stays on its line: `\n`, `\x1b`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        char if char.isprintable() and not INVISIBLE.match(char) else _escape(char) for char in text
    )


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
