"""Tell the names of secrets from other names, and what is drawn at random from what has a name."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

__all__ = ["JWT", "WORDS", "is_random", "is_secret_name", "redacted"]

# A word of these makes a name that of a secret,
WORDS: Final = (
    "apikeys?|auth|authentication|authorization|bearer|cookies?|creds?|credentials?|csrf|hmac|jwt"
    "|keys?|oauth|otp|pass|passphrase|passwd|passwords?|pwd|secrets?|sessions?|sid|sig|signatures?"
    "|tickets?|tokens?|totp|xsrf"
)
# and so do these within a longer word: they are hardly there by chance.
_PARTS = re.compile(
    "(?:access|account|api|auth|client|encryption|master|private|service|session|shared|signing"
    "|subscription)key|authorization|bearer|cookie|credential|csrf|jwt|passphrase|passwd|password"
    "|secret|sessid|session|signature|token|xsrf"
)
# Here such words mean something else. Of the handshake, Sec-WebSocket-Key and -Accept prove that
# the other side speaks the protocol, and guard nothing (RFC 6455 §1.3).
_PUBLIC = re.compile(r"(?:access-control|sec-fetch|sec-websocket)-.*", re.DOTALL)

# RFC 7515 §3.1: `{"` begins a header, which is this in base64, and dots separate what follows.
# Without dots it is some other object of JSON, and no name either.
JWT: Final = re.compile(r"eyJ[A-Za-z0-9_-]{8}[A-Za-z0-9_.~+/=-]*")

_WORD = re.compile(WORDS)
# Capitals in a row, of which the last may begin the next word; a capitalised word; any letters.
_LETTERS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+")
_BETWEEN = re.compile(r"[\W\d_]+")
_LONG_NAME = 64

_SHORTEST = 16  # of what may be random
_SOLID = re.compile(r"[A-Za-z0-9_]{32}|[0-9]{16}")
_RUN = re.compile(r"[A-Za-z0-9]{16,}")
# Where a letter meets a digit, or a small letter a capital that begins no word.
_SEAM = re.compile(r"[a-z](?=[0-9])|[0-9](?=[A-Za-z])|[A-Z](?=[0-9])|[a-z](?=[A-Z](?![a-z]))")
_UNSPEAKABLE = re.compile(r"(?![A-Z]{3})(?i:[bcdfghjklmnpqrstvwxz]{5})")


def redacted(secret: str) -> str:
    """Return what is told in place of a secret."""
    return f"(redacted, {len(secret)} characters)"


def is_secret_name(name: str) -> bool:
    """Tell whether a header field or a parameter of that name holds a secret."""
    # A client may make up as many names as it likes, of any length: some short ones are remembered.
    return _is_secret(name) if len(name) <= _LONG_NAME else _is_secret.__wrapped__(name)


def is_random(text: str) -> bool:
    """Tell whether text is more likely drawn from letters and digits than thought of as a name.

    Names are not solid for long, can be pronounced, and have few seams. Of random texts of 20
    characters one in ten passes for a name, of those of 32 hardly any.
    """
    if len(text) < _SHORTEST:
        return False
    seams = len(_SEAM.findall(text))
    return (
        _SOLID.search(text) is not None
        or (seams >= 5 and seams * 6 >= len(text))
        or any(
            len(_SEAM.findall(run)) >= 4 or _UNSPEAKABLE.search(run) for run in _RUN.findall(text)
        )
    )


@lru_cache(maxsize=1024)
def _is_secret(name: str) -> bool:
    lower = name.lower()
    if _PUBLIC.fullmatch(lower):
        return False
    # Words are told apart by separators, and in `accessToken` by their capitals. In `aCCesS_tOkeN`
    # the capitals mean nothing.
    words = _BETWEEN.split(lower)
    return (
        any(map(_WORD.fullmatch, words))
        or any(_WORD.fullmatch(word.lower()) for word in _LETTERS.findall(name))
        or _PARTS.search("".join(words)) is not None
    )
