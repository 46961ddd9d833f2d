"""A connection in a line: what stays known of it when its events are forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

from webapp.journal.events import Closed, Ended, Opened, Refused, Rejection
from webapp.wire.roundtrips import NO_ROUND_TRIPS, RoundTrips

__all__ = ["ConnectionSummary"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionSummary:
    """A connection, or a refused attempt at one; times in nanoseconds since the epoch."""

    began: Opened | Refused
    state: Literal["open", "closing", "closed", "refused"]
    closed: int | None = None
    messages_in: int = 0
    messages_out: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    heartbeats: int = 0  # pings that this server sent because nothing came
    round_trips: RoundTrips = NO_ROUND_TRIPS
    passed: int = 0  # when something last did, to the precision of the sweep
    ended: Ended | None = None

    @classmethod
    def of_ended(
        cls, began: Opened | Refused, closed: Closed | None, round_trips: RoundTrips
    ) -> Self:
        """Sum up a connection that was ``closed``, or an attempt at one that was refused."""
        if closed is None:
            return cls(began=began, state="refused", closed=began.time)
        return cls(
            began=began,
            state="closed",
            closed=closed.time,
            messages_in=closed.messages_in,
            messages_out=closed.messages_out,
            bytes_in=closed.bytes_in,
            bytes_out=closed.bytes_out,
            heartbeats=closed.heartbeats,
            round_trips=round_trips,
            passed=closed.time - closed.ended.quiet,
            ended=closed.ended,
        )

    @property
    def id(self) -> str:
        return self.began.connection

    @property
    def target(self) -> str:
        """Path and query that were asked for; nothing if the request could not be read."""
        # What is redacted has spaces in it.
        return self.began.request.line.partition(" ")[2].rpartition(" ")[0]

    @property
    def user_agent(self) -> str | None:
        return self.began.request.header("user-agent")

    @property
    def origin(self) -> str | None:
        return self.began.request.header("origin")

    @property
    def subprotocol(self) -> str | None:
        return self.began.subprotocol if isinstance(self.began, Opened) else None

    @property
    def extension(self) -> str | None:
        """What was negotiated, as it was answered (RFC 6455 §9.1)."""
        return ", ".join(self.began.extensions) or None if isinstance(self.began, Opened) else None

    @property
    def compressed(self) -> bool:
        return self.extension is not None

    @property
    def round_trip(self) -> int | None:
        """How long the last ping that was answered took, in nanoseconds."""
        last = self.round_trips.last
        return None if last is None else last[1]

    @property
    def round_trip_at(self) -> int | None:
        """When its pong came."""
        last = self.round_trips.last
        return None if last is None else last[0]

    @property
    def quiet_since(self) -> int:
        """When something last passed in either direction, at the earliest the handshake."""
        return max(self.passed, self.began.time)

    @property
    def rejection(self) -> Rejection | None:
        return self.began.rejection if isinstance(self.began, Refused) else None
