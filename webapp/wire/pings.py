"""The pings that this server sends, and what their pongs tell (RFC 6455 §5.5.2, §5.5.3)."""

from __future__ import annotations

import time

from webapp.wire.records import Remark

__all__ = ["Pings"]


class Pings:
    """The pings of one connection, numbered, so that each pong is known by its payload."""

    __slots__ = ("_number", "_remark", "_sent", "round_trip")

    def __init__(self) -> None:
        self.round_trip: float | None = None  # of the last one answered, in seconds
        self._number = 0
        self._sent: float | None = None  # when, if its pong has not come
        self._remark: Remark | None = None

    def sent(self, remark: Remark | None) -> bytes:
        """Return the payload of the next one; ``remark`` is for the records of ping and pong."""
        self._number += 1
        self._sent = time.perf_counter()
        self._remark = remark
        return str(self._number).encode()

    def answered(self, payload: bytes) -> Remark | None:
        """Take the payload of a pong; return what its record is to say, if it is an answer."""
        if self._sent is None or payload != str(self._number).encode():
            return None
        self.round_trip = time.perf_counter() - self._sent
        self._sent = None
        return self._remark
