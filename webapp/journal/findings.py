"""What was found to be secret in one request, and its traces in what is said of that request."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import chain
from urllib.parse import unquote

from webapp.journal.secrecy import redacted

__all__ = ["Findings"]

_MOST_LOOKED_AT = 200  # parameters and the like: whoever sends more wants to keep somebody busy
_SHORTEST_HIDDEN = 4  # characters: shorter ones stand in any text by chance
_MOST_FORMS = 4096  # characters of all secrets that may stand in a text
_LONGEST_CUT = 2000  # characters of a text: longer ones are redacted as a whole,
_MOST_CUT = 40  # and so are those with secrets at more places
# A character in percent-encoding is that much longer, at most.
_LONGER = 12

# What of a secret might be quoted alone, and what of that is none.
_PIECE = re.compile(r"""[^\s,;:"'/?#@&=]+""")
_COMMON = frozenset({"basic", "bearer", "http", "https", "websocket"})


class Findings:
    """Collects the secrets of one request, as they stood there, and limits the search for them."""

    __slots__ = ("_left", "complete", "secrets")

    def __init__(self) -> None:
        self.secrets: list[str] = []
        self.complete = True  # False: there may be others
        self._left = _MOST_LOOKED_AT

    def add(self, secret: str, *, in_pieces: bool) -> None:
        """Add a secret, and the pieces of it if they are secret as well."""
        self.secrets.append(secret)
        if in_pieces:
            pieces = _PIECE.findall(secret)
            self.secrets += (piece for piece in pieces if piece.lower() not in _COMMON)

    def admit(self, count: int) -> bool:
        """Tell whether so many more things may be looked at one by one."""
        self._left -= count
        self.complete &= self._left >= 0
        return self._left >= 0

    def hide(self, text: str, spell: Callable[[str], str]) -> str:
        """Redact the secrets in a text that may quote the request.

        They may stand there in small letters, without percent-encoding, and as ``spell`` writes
        them.
        """
        if not text or not (self.secrets or not self.complete):
            return text  # nearly always
        short = {secret for secret in self.secrets if len(secret) <= _LONGER * len(text)}
        if not self.complete or sum(map(len, short)) > _MOST_FORMS:
            return redacted(text)
        forms = {form for secret in short for form in _forms(secret, spell)}
        there = [form for form in forms if len(form) >= _SHORTEST_HIDDEN and form in text]
        if not there:
            return text
        if len(text) > _LONGEST_CUT or sum(map(text.count, there)) > _MOST_CUT:
            return redacted(text)
        return _cut(text, sorted(there, key=len, reverse=True))


def _cut(text: str, forms: Iterable[str]) -> str:
    """Redact all that a text has of the forms, which begin with the longest.

    Others may be parts of it.
    """
    parts = [text]  # what is told and what stands for a secret, in turns
    for form in forms:
        cut: list[str] = []
        for place, part in enumerate(parts):
            told = [part] if place % 2 else part.split(form)
            cut += chain.from_iterable((piece, redacted(form)) for piece in told[:-1])
            cut.append(told[-1])
        parts = cut
    return "".join(parts)


def _forms(secret: str, spell: Callable[[str], str]) -> Iterable[str]:
    for plain in {secret, unquote(secret)}:
        for form in {plain, plain.lower()}:
            yield form
            yield spell(form)
