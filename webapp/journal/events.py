"""The events that the journal tells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Self, TypeAlias

__all__ = [
    "Closed",
    "Ended",
    "Event",
    "Exchange",
    "Frame",
    "Header",
    "Noted",
    "Opened",
    "Refused",
    "Rejection",
]

Header: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One side of an HTTP exchange: its first line and its header fields, redacted.

    The fields are one text, with a line for each name and for each value (RFC 7230 §3.2 allows no
    line break in either). There may be as many of these as connections, and few look at them.
    """

    line: str
    fields: str = ""

    @classmethod
    def of(cls, line: str, headers: Iterable[Header]) -> Self:
        """Make one of names and values."""
        return cls(line, "\n".join(chain.from_iterable(headers)))

    @property
    def headers(self) -> tuple[Header, ...]:
        """Names and values, in order."""
        parts = self.fields.split("\n")
        return tuple(zip(parts[::2], parts[1::2], strict=False))  # no field is one empty part

    def header(self, name: str) -> str | None:
        """The first value of a header field, by its name in lower case."""
        return next((value for key, value in self.headers if key.lower() == name), None)


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a request was refused: see ``gate.refusals.Refusal``, which this is the record of."""

    check: str
    status: int
    came: str
    expected: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Ended:
    """Who ended a connection ("client" or "server"), how, and with which code and reason; for how
    many nanoseconds nothing had passed in either direction before it; whether that was in the
    middle of a frame that the client sent; and whether the server closed on demand.
    """

    by: str
    how: str
    code: int
    reason: str
    quiet: int = 0
    within_frame: bool = False
    on_demand: bool = False


@dataclass(frozen=True, slots=True)
class _Event:
    """What all events share: when (nanoseconds since the epoch), and on which connection."""

    time: int
    connection: str


@dataclass(frozen=True, slots=True)
class Opened(_Event):
    """A handshake succeeded."""

    peer: str
    request: Exchange
    response: Exchange
    subprotocol: str | None
    extensions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refused(_Event):
    """A request was turned away by one of the gate's checks or by the handshake."""

    peer: str
    request: Exchange
    rejection: Rejection


@dataclass(frozen=True, slots=True)
class Frame(_Event):
    """A frame went over the wire."""

    outgoing: bool
    head: int  # the first byte: FIN, RSV1 to RSV3, opcode
    masking_key: bytes | None  # None: not masked
    length_bits: int  # in how many bits the payload's length was coded: 7, 16 or 64
    payload_size: int
    payload: bytes  # its beginning, unmasked
    note: str | None = None  # what was wrong with it
    came: int | None = None  # of its bytes, where that was not all of them
    # Of a compressed message, inflated, its beginning and its size in bytes, on its last frame; on
    # those before, nothing and how many bytes that frame came to.
    message: bytes | None = None
    message_size: int = 0
    heartbeat: bool = False  # this server's own ping, or the answer to it

    @property
    def fin(self) -> bool:
        return bool(self.head & 0x80)

    @property
    def rsv(self) -> tuple[bool, bool, bool]:
        return bool(self.head & 0x40), bool(self.head & 0x20), bool(self.head & 0x10)

    @property
    def opcode(self) -> int:
        return self.head & 0x0F

    @property
    def compressed(self) -> bool:
        """Whether it is, in good order, of a compressed message (RFC 7692 §6)."""
        return self.message is not None or (self.rsv[0] and self.note is None)

    @property
    def wire_size(self) -> int:
        """Header and payload, as far as they came, in bytes (RFC 6455 §5.2)."""
        if self.came is not None:
            return self.came
        extended = {7: 0, 16: 2, 64: 8}[self.length_bits]
        return 2 + extended + (0 if self.masking_key is None else 4) + self.payload_size


@dataclass(frozen=True, slots=True)
class Noted(_Event):
    """Something worth knowing happened that is no frame."""

    text: str


@dataclass(frozen=True, slots=True)
class Closed(_Event):
    """A connection is gone."""

    ended: Ended
    duration: int  # nanoseconds
    messages_in: int
    messages_out: int
    bytes_in: int
    bytes_out: int
    heartbeats: int = 0


#: What may happen: whoever tells all kinds of it apart is to know of each.
Event: TypeAlias = Opened | Refused | Frame | Noted | Closed
