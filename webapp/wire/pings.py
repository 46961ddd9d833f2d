"""The pings that this server sends, and what their pongs tell (RFC 6455 §5.5.2, §5.5.3)."""

from __future__ import annotations

import time
from typing import NamedTuple

from webapp.wire.records import Remark
from webapp.wire.roundtrips import NO_ROUND_TRIPS

__all__ = ["Pings"]

# Pings that may wait for their pongs. A pong for one before them is one that nobody asked for.
_MOST_WAITING = 8


class _Ping(NamedTuple):
    payload: bytes
    sent: int  # when, in nanoseconds, by a clock that never goes back
    remark: Remark | None


class Pings:
    """The pings of one connection, numbered, so that each pong is known by its payload."""

    __slots__ = ("_number", "_waiting", "round_trips")

    def __init__(self) -> None:
        self.round_trips = NO_ROUND_TRIPS
        self._number = 0
        self._waiting: tuple[_Ping, ...] = ()  # the oldest first

    def sent(self, remark: Remark | None) -> bytes:
        """Return the payload of the next one; ``remark`` is for the records of ping and pong."""
        self._number += 1
        ping = _Ping(str(self._number).encode(), time.perf_counter_ns(), remark)
        self._waiting = (*self._waiting[1 - _MOST_WAITING :], ping)
        return ping.payload

    def answered(self, payload: bytes) -> Remark | None:
        """Take the payload of a pong; return what its record is to say, if it is an answer."""
        for place, ping in enumerate(self._waiting):
            if ping.payload == payload:
                took = time.perf_counter_ns() - ping.sent
                self.round_trips = self.round_trips.followed_by(time.time_ns(), took)
                # Who gets several pings may answer the last of them alone (RFC 6455 §5.5.3).
                self._waiting = self._waiting[place + 1 :]
                return ping.remark
        return None
