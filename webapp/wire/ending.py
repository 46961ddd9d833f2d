"""How a connection ended, told from what was said and what came (RFC 6455 §7.1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from webapp.wire.violations import CloseCode

__all__ = ["By", "Ending", "How", "Parting"]


class By(StrEnum):
    """Who ended a connection."""

    CLIENT = "client"
    SERVER = "server"


class How(StrEnum):
    """How a connection ended."""

    CLOSING_HANDSHAKE = "closing handshake"
    END_OF_STREAM = "end of stream"
    RESET = "reset"
    TIME_OUT = "time-out"


@dataclass(frozen=True, slots=True)
class Ending:
    """Who ended a connection and how; the first close frame's code and reason, 1006 without one;
    for how many nanoseconds nothing had passed in either direction before; whether it was in the
    middle of a frame that the client sent; and whether the server closed on demand.
    """

    by: By
    how: How
    code: int
    reason: str
    quiet: int = 0
    within_frame: bool = False
    on_demand: bool = False


class Parting:
    """The close frames of a connection so far, and whether its peer was given up."""

    __slots__ = ("_answered", "_first", "_gave_up", "_on_demand")

    def __init__(self) -> None:
        self._first: tuple[By, int, str] | None = None
        self._answered = False
        self._gave_up: str | None = None
        self._on_demand = False

    def close_sent(self, code: int, reason: str, *, on_demand: bool = False) -> None:
        """A close frame went out: in answer, of this server's own accord, or on demand."""
        self._on_demand = on_demand
        self._closed(By.SERVER, code, reason)

    def close_received(self, code: int, reason: str) -> None:
        """A close frame came."""
        self._closed(By.CLIENT, code, reason)

    @property
    def is_answered(self) -> bool:
        """Whether close frames went both ways: the closing handshake is done."""
        return self._answered

    @property
    def is_given_up(self) -> bool:
        return self._gave_up is not None

    def given_up(self, why: str) -> None:
        """The peer failed to do something in time, and the connection is dropped."""
        self._gave_up = why

    def ending(
        self, exc: Exception | None, quiet: int = 0, *, within_frame: bool = False
    ) -> Ending:
        """Return how it ended, given what the transport reported at its end, and for how many
        nanoseconds it had been quiet, and whether a frame was under way.
        """
        if self._first is not None:
            by, code, reason = self._first
        elif self._gave_up is not None:
            by, code, reason = By.SERVER, CloseCode.ABNORMAL_CLOSURE, self._gave_up
        else:
            by, code, reason = By.CLIENT, CloseCode.ABNORMAL_CLOSURE, ""
        return Ending(by, self._how(exc), code, reason, quiet, within_frame, self._on_demand)

    def _closed(self, by: By, code: int, reason: str) -> None:
        if self._first is None:
            self._first = by, code, reason
        elif self._first[0] is not by:
            self._answered = True

    def _how(self, exc: Exception | None) -> How:
        if self._answered:
            return How.CLOSING_HANDSHAKE
        if self._gave_up is not None:
            return How.TIME_OUT
        return How.END_OF_STREAM if exc is None else How.RESET
