"""The close codes: what each is called, what it says, and which clause says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["CLOSE_CODES", "CloseCode", "close_code"]

_RFC: Final = "RFC 6455 §7.4.1"
_RANGES: Final = "RFC 6455 §7.4.2"
# RFC 6455 §11.7
_IANA: Final = "IANA, WebSocket Close Code Number Registry"


@dataclass(frozen=True, slots=True)
class CloseCode:
    """A code, or a range of them that mean the same; its sentence holds whoever sent it."""

    first: int
    last: int
    name: str
    sentence: str
    clause: str

    @property
    def codes(self) -> str:
        """The code, or the first and the last with a hyphen between them."""
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


def _single(code: int, name: str, sentence: str, clause: str = _RFC) -> CloseCode:
    return CloseCode(code, code, name, sentence, clause)


_UNKNOWN: Final = "unknown code"

#: Every code that two bytes can hold, in order.
CLOSE_CODES: Final[tuple[CloseCode, ...]] = (
    CloseCode(0, 999, _UNKNOWN, "Codes below 1000 are not used, and must not be sent.", _RANGES),
    _single(
        1000,
        "normal closure",
        "The connection has served its purpose: it was closed deliberately, and nothing is wrong.",
    ),
    _single(
        1001,
        "going away",
        "Whoever sent it goes away: a server that shuts down, or a browser whose page is left, "
        "reloaded or closed.",
    ),
    _single(
        1002, "protocol error", "Whoever sent it has received something that breaks the protocol."
    ),
    _single(
        1003,
        "unsupported data",
        "Whoever sent it has received a kind of data that it does not take, such as binary where "
        "it wants text.",
    ),
    _single(1004, "reserved", "It has no meaning yet, and must not be sent."),
    _single(
        1005,
        "no status received",
        "It stands for a close frame that holds no code, and is never sent itself.",
    ),
    _single(
        1006,
        "abnormal closure",
        "It stands for a connection that ended without a close frame, and is never sent itself.",
    ),
    _single(
        1007,
        "invalid payload data",
        "Whoever sent it has received a message whose bytes are not what its kind demands, such "
        "as text that is not UTF-8.",
    ),
    _single(
        1008,
        "policy violation",
        "Whoever sent it has received something that its own rules forbid, and for which there is "
        "no other code.",
    ),
    _single(
        1009, "message too big", "Whoever sent it has received a message larger than it takes."
    ),
    _single(
        1010,
        "extension missing",
        "A client sends it that wanted an extension which the server has not agreed to.",
    ),
    _single(
        1011,
        "internal error",
        "Whoever sent it has failed for a reason of its own, which it did not expect.",
    ),
    _single(
        1012,
        "service restart",
        "The server restarts. A client may connect again, after a random pause of 5 to 30 seconds.",
        _IANA,
    ),
    _single(
        1013,
        "try again later",
        "The server cannot serve this client for now, because of overload for example.",
        _IANA,
    ),
    _single(
        1014,
        "bad gateway",
        "A server that passes messages on got an invalid answer from the one behind it, as with "
        "502 in HTTP.",
        _IANA,
    ),
    _single(
        1015,
        "TLS handshake failed",
        "It stands for a connection over which TLS was not agreed upon, and is never sent itself.",
    ),
    CloseCode(
        1016,
        2999,
        _UNKNOWN,
        "Codes up to 2999 are kept for the protocol and its extensions; this one has no meaning "
        "yet, and must not be sent.",
        _RANGES,
    ),
    CloseCode(
        3000,
        3999,
        "registered use",
        "It is for libraries and applications, which register with IANA what they mean by it.",
        _RANGES,
    ),
    CloseCode(
        4000,
        4999,
        "private use",
        "Client and server agree between themselves on what it means; nobody else knows.",
        _RANGES,
    ),
    CloseCode(
        5000, 65535, _UNKNOWN, "No code above 4999 is defined, and none must be sent.", _RANGES
    ),
)


def close_code(code: int) -> CloseCode:
    """Return what is known of a code. Raises ValueError if two bytes cannot hold it."""
    for entry in CLOSE_CODES:
        if entry.first <= code <= entry.last:
            return entry
    raise ValueError(f"{code} is no close code: it has two bytes")
