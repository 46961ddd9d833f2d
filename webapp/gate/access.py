"""Who may read what was recorded: a token, and the cookie by which a browser keeps it."""

import hashlib
import hmac
import math
import re
import secrets
from collections import OrderedDict
from collections.abc import Sequence

from webapp.gate.guesses import Guesses
from webapp.gate.limits import address_of
from webapp.gate.refusals import Refusal

__all__ = ["Access"]

_MOST_COOKIES = 1000  # that are known to be ours, without having to look

_MOST_AT_ONCE = 3  # that are looked at
_COOKIE = re.compile(r"[0-9a-f]{32}\.[0-9a-f]{64}")

_EXPECTED = (
    "the token of access.token: in the page's form, once as ?token=, or as Authorization: Bearer"
)


class Access:
    """
    The token that readers need, and what was given in its place.

    Tokens are compared as bytes, in constant time; wrong ones are counted by the address that they
    came from, which then has to wait (`Guesses`). A browser is given a cookie that proves that it
    has had the token and does not tell it. Such a cookie stays good for as long as the token does,
    over restarts too.
    """

    def __init__(self, token: str, guesses: Guesses | None = None) -> None:
        self._token = _digest(token)
        # Not the token itself: what signs cookies is never compared with what somebody sends.
        self._key = hmac.digest(token.encode(), b"echoscope: cookies", "sha256")
        self._guesses = guesses or Guesses()
        self._cookies: OrderedDict[str, None] = OrderedDict()

    def new_cookie(self) -> str:
        """Return the value of a cookie for a browser that has given the token."""
        number = secrets.token_hex(16)
        cookie = f"{number}.{self._sign(number)}"
        self._know(cookie)
        return cookie

    def check(
        self,
        remote: str | None,
        tokens: Sequence[str] = (),
        cookies: Sequence[str] = (),
        *,
        way: str = "",
    ) -> Refusal | None:
        """
        Return None if somebody may read, or why not.

        `tokens` are what was given for the token, all of which have to be right; `cookies` are what
        the browser has kept, of which one is enough: others may be a neighbouring server's. Guesses
        are counted by address and `way`, since not every way can be barred to other people's pages.
        """
        if not tokens and not cookies:
            return _refuse(401, "no token", "What clients have sent is shown only with the token.")
        if not tokens and not self._cookies.keys().isdisjoint(cookies):
            # It cannot have been guessed: it holds 128 random bits of this run. So whoever keeps
            # guessing does not lock out the page beside him.
            return None
        # A neighbouring server on another port can have the browser send any cookie.
        way = way if tokens else "cookie "
        address = way + (address_of(remote) if remote else "")
        if wait := self._guesses.wait(address):
            return _wait(wait)
        for digest in map(_digest, tokens):
            if not hmac.compare_digest(digest, self._token):
                self._guesses.was_wrong(address, digest)
                return _refuse(401, "another token", "That is not the token of this server.")
        if tokens:
            self._guesses.was_right(address)
        elif not any(map(self._proves, _well_formed(cookies))):
            self._guesses.was_wrong(address, _digest("\n".join(cookies)))
            return _refuse(
                401,
                "a cookie of another token",
                "The server's token has changed since this cookie was given.",
            )
        return None

    def _proves(self, cookie: str) -> bool:
        number, _, signature = cookie.partition(".")
        if not hmac.compare_digest(_bytes(signature), _bytes(self._sign(number))):
            return False
        self._know(cookie)
        return True

    def _know(self, cookie: str) -> None:
        self._cookies[cookie] = None
        if len(self._cookies) > _MOST_COOKIES:
            self._cookies.popitem(last=False)

    def _sign(self, number: str) -> str:
        return hmac.new(self._key, _bytes(number), "sha256").hexdigest()


def _well_formed(cookies: Sequence[str]) -> list[str]:
    """Those that may be ours, and of these a few: each could be a guess."""
    return list(filter(_COOKIE.fullmatch, cookies))[:_MOST_AT_ONCE]


def _digest(text: str) -> bytes:
    return hashlib.sha256(_bytes(text)).digest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _refuse(status: int, came: str, reason: str, *headers: tuple[str, str]) -> Refusal:
    challenge = ("WWW-Authenticate", 'Bearer realm="Echoscope"')  # RFC 6750 §3
    return Refusal("token", status, came, _EXPECTED, reason, headers=headers or (challenge,))


def _wait(seconds: float) -> Refusal:
    whole = math.ceil(seconds)
    return _refuse(
        429,
        "one token too many",
        f"Too many wrong tokens came from this address: try again in {whole} s.",
        ("Retry-After", str(whole)),
    )
