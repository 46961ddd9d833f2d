"""Text from outside on one line of a terminal or a log."""

__all__ = ["one_line"]


def one_line(text: str) -> str:
    r"""Escape what is not printable, so that text from outside stays on its line: `\n`, `\x1b`."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in text
    )
