"""Tell the names of secrets from other names, and what is drawn at random from what has a name."""

from __future__ import annotations

import re
from base64 import b64decode
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_plus

__all__ = [
    "JWT",
    "WORDS",
    "credentials",
    "is_literal",
    "is_mere_word",
    "is_random",
    "is_secret_name",
    "redacted",
]

# A word of these makes a name that of a secret,
WORDS: Final = (
    "apikeys?|auth|authentication|authorization|bearer|cookies?|creds?|credentials?|csrf|hmac|jwt"
    "|keys?|oauth|otp|pass|passcode|passphrase|passwd|passwords?|pin|pw|pwd|secrets?|sessions?|sid"
    "|sig|signatures?|tickets?|tok|tokens?|totp|xsrf"
)
_NO_LETTER = r"[\W\d_]+"
_BEGIN, _END = r"(?<![^\W\d_])", r"(?![^\W\d_])"
_WORD = re.compile(f"{_BEGIN}(?:{WORDS}){_END}")
# and so do these within a longer word: they are hardly there by chance. At its end there are more.
_PARTS = re.compile(
    "(?:access|account|api|auth|client|encryption|master|private|service|session|shared|signing"
    "|subscription)key|authorization|bearer|cookie|credential|csrf|jwt|passphrase|passwd|password"
    "|secret|sessid|session|signature|token|xsrf"
)
_ENDS = re.compile(
    r"(?:(?:admin|app|aws|crypto|db|decrypt|decryption|deploy|dev|device|encrypt|host|license|my"
    "|prod|priv|publish|root|secret|server|sign|site|ssh|ssl|stream|tls|user|web|write)keys?"
    f"|pwd|(?<!by)(?<!com)(?<!over)(?<!sur)(?<!tres)(?<!under)pass){_END}"
)
# What has such a word and is no secret: how many, which kind of key, and what is said of a secret.
_NO_SECRET = re.compile(
    f"{_BEGIN}(?:(?:completion|input|max|min|num|output|prompt|total){_NO_LETTER}"
    f"(?:[a-z]+{_NO_LETTER})?(?:keys|sessions|tokens)"
    f"|(?:cache|foreign|hot|idempotency|partition|primary|public|routing|sort){_NO_LETTER}keys?"
    f"|(?:{WORDS}){_NO_LETTER}(?:algorithm|count|expires|expiry|length|lifetime|limit|method|mode"
    f"|timeout|ttl|type|version)){_END}"
)
# Before a colon they may be words like others: in data such as JSON, and elsewhere but for these.
_DATA = re.compile("keys?|pass|pin|tickets?")
_CLEAR = frozenset({"apikey", "authorization", "passwd", "password", "pwd", "secret"})
# Here such words mean something else. Of the handshake, Sec-WebSocket-Key and -Accept prove that
# the other side speaks the protocol, and guard nothing (RFC 6455 §1.3).
_PUBLIC = re.compile(r"(?:access-control|sec-fetch|sec-websocket)-.*", re.DOTALL)

# RFC 7515 §3.1: `{"` begins a header, which is this in base64, and dots separate what follows.
# Without dots it is some other object of JSON, and no name either.
JWT: Final = re.compile(r"eyJ[A-Za-z0-9_-]{8}[A-Za-z0-9_.~+/=-]*")

# RFC 6750 §2.1, RFC 7617 §2: credentials are known by the scheme before them, but a challenge has
# parameters there.
_CREDENTIALS = re.compile(
    r"(?<![A-Za-z0-9_.-])(bearer|basic)(?:\s|%20|\+)+(?![A-Za-z_]+=[^=])([A-Za-z0-9._~+/%=-]+)",
    re.IGNORECASE,
)
_LONG_TOKEN = re.compile(r"(?=[^0-9]*[0-9]).{12}")
# What programs send for want of a secret, before which there may be a scheme.
_LITERAL = re.compile(
    r"(?:(?:basic|bearer|token)\s+)?(?:null|undefined|none|nil|true|false|nan|\[object object\])?",
    re.IGNORECASE,
)
_LONGEST_LITERAL = 64

# Where a capital begins a word; capitals in a row may have the first of the next word behind them.
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BETWEEN = re.compile(_NO_LETTER)
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


def is_mere_word(name: str, *, data: bool) -> bool:
    """Tell whether the name of a secret is no more than a word before a colon, in ``data`` or not.

    ``key`` is one in `{"key": "a"}`, and ``token`` in `sort=token:asc`.
    """
    if data:
        return _DATA.fullmatch(name) is not None
    return name not in _CLEAR and _WORD.fullmatch(name) is not None


def is_literal(value: str) -> bool:
    """Tell whether a value is no secret, but what a program writes where there is none."""
    if len(value) > _LONGEST_LITERAL:
        return False
    return _LITERAL.fullmatch(unquote_plus(value).strip(" \t\"'")) is not None


def credentials(value: str) -> list[tuple[int, int]]:
    """Return where something stands behind an authentication scheme, and looks as it should."""
    return [
        match.span(2)
        for match in _CREDENTIALS.finditer(value)
        if not is_literal(match[2])
        and (_is_basic(match[2]) if match[1].lower() == "basic" else _is_bearer(match))
    ]


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


def _is_bearer(match: re.Match[str]) -> bool:
    # Within a text it may be an English word.
    return not match.string[: match.start()].strip("\"' ") or bool(_LONG_TOKEN.match(match[2]))


def _is_basic(text: str) -> bool:
    try:
        return b":" in b64decode(f"{text.rstrip('=')}===", b"-_" if "-" in text else None)
    except ValueError:
        return False


@lru_cache(maxsize=1024)
def _is_secret(name: str) -> bool:
    lower = name.lower()
    if _PUBLIC.fullmatch(lower):
        return False
    # Words are told apart by separators, and in `accessToken` by their capitals. In `aCCesS_tOkeN`
    # the capitals mean nothing.
    words = _NO_SECRET.sub("-", _CAPITAL.sub("-", name).lower())
    lower = _NO_SECRET.sub("-", lower)
    return (
        _WORD.search(words) is not None
        or (lower != words and _WORD.search(lower) is not None)
        or _ENDS.search(lower) is not None
        or _PARTS.search(_BETWEEN.sub("", words)) is not None
    )
