"""Round trips of a connection's pings: the last of them, and when each was known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct
from typing import Final

__all__ = ["KEPT_ROUND_TRIPS", "NO_ROUND_TRIPS", "RoundTrips"]

# Of one connection: three quarters of an hour of heartbeats, as they are by default.
KEPT_ROUND_TRIPS: Final = 128

_PAIR = Struct("qq")


@dataclass(frozen=True, slots=True)
class RoundTrips:
    """The newest round trips, the oldest first: when the pong came, in nanoseconds since the epoch,
    and how many nanoseconds after its ping.

    They never change: whoever looks at them may keep them. And they are packed, because each open
    connection has them and each ended one that is remembered, and hardly anybody looks.
    """

    packed: bytes = b""

    def followed_by(self, time: int, took: int) -> RoundTrips:
        """Return these and one more, without the oldest if there are too many."""
        return RoundTrips((self.packed + _PAIR.pack(time, took))[-KEPT_ROUND_TRIPS * _PAIR.size :])

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return _PAIR.iter_unpack(self.packed)

    @property
    def last(self) -> tuple[int, int] | None:
        """The newest one, if there is any."""
        packed = self.packed
        return _PAIR.unpack_from(packed, len(packed) - _PAIR.size) if packed else None


NO_ROUND_TRIPS: Final = RoundTrips()
