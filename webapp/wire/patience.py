"""How long to wait for a peer; no clock of its own.

Waited for are signs of life, a peer's reading, the rest of a message or frame that it has begun,
and the answer to a close.
"""

from __future__ import annotations

from webapp.wire.settings import Waits

__all__ = ["Patience"]

# A peer that was silent for a heartbeat is pinged, and then given half of one to answer.
_PONG_SHARE = 0.5
# After how many seconds of silence a peer is idle that is not pinged.
_IDLE = 20.0


class Patience:
    """What one peer is being waited for, and since when; all times by the caller's clock."""

    __slots__ = (
        "_ending_since",
        "_heard",
        "_pinged",
        "_received",
        "_stuck_since",
        "_unfinished",
        "_unfinished_since",
        "_unsent",
        "_waits",
    )

    def __init__(self, waits: Waits, now: float) -> None:
        self._waits = waits
        self._heard = now
        self._received = 0
        self._unsent = 0
        self._pinged: float | None = None
        self._stuck_since: float | None = None
        self._ending_since: float | None = None
        self._unfinished: object = None
        self._unfinished_since: float | None = None

    def look(
        self,
        now: float,
        *,
        received: int,
        unsent: int,
        reading: bool,
        writable: bool,
        ending: bool,
        unfinished: object = None,
    ) -> None:
        """Look at the peer: how many bytes came from it so far, and how many wait to be taken by
        it; whether it is being read from, whether there is room to send it more, whether all that
        is left is to wait for its end, and what it has begun to send and not finished, if anything.
        """
        # Any byte is life, and a peer that is not read from is not silent.
        if received != self._received or not reading:
            self._received = received
            self._heard = now
        # One that takes what it is sent, however slowly, is given time anew.
        if unsent != self._unsent:
            self._unsent = unsent
            self._stuck_since = self._ending_since = None
        # To one that is not written to any more, slow_peer applies.
        if unfinished != self._unfinished or not writable:
            self._unfinished = unfinished
            self._unfinished_since = None
        self._unfinished_since = _since(self._unfinished_since, unfinished is not None, now)
        self._stuck_since = _since(self._stuck_since, not writable, now)
        self._ending_since = _since(self._ending_since, ending, now)

    def pinged(self, now: float) -> None:
        """A ping went out; its pong, or anything else, is to follow.

        It puts off nothing: who has not answered one is not given time anew by the next.
        """
        if self._pinged is None or self._heard > self._pinged:
            self._pinged = now

    def is_idle(self, now: float) -> bool:
        """Whether the peer has been silent for a heartbeat, since the last ping if that was later.

        Where there is no heartbeat, silence has a measure all the same.
        """
        return now - max(self._heard, self._pinged or 0.0) >= (self._waits.heartbeat or _IDLE)

    def ending_for(self, now: float) -> float:
        """For how many seconds there has been nothing left but to wait for the peer's end."""
        return 0.0 if self._ending_since is None else now - self._ending_since

    def dragging(self, now: float) -> bool:
        """Whether the peer takes too long over what it has begun to send."""
        return _over(self._waits.message, self._unfinished_since, now)

    def overdue(self, now: float) -> str | None:
        """Return in words what the peer has failed to do in time, if anything."""
        waits = self._waits
        if _over(waits.close, self._ending_since, now):
            return f"the peer did not close within {waits.close:g} s"
        if _over(waits.slow_peer, self._stuck_since, now):
            return f"the peer has not read for {waits.slow_peer:g} s"
        wait = waits.heartbeat * _PONG_SHARE
        unanswered = self._pinged is not None and self._heard <= self._pinged
        # Who has ended its half has none to answer with.
        unanswered = unanswered and self._ending_since is None
        if unanswered and _over(wait, self._pinged, now):
            return f"the peer has not answered a ping for {wait:g} s"
        return None


def _since(before: float | None, holds: bool, now: float) -> float | None:
    """Since when something has held, given since when it did before."""
    if not holds:
        return None
    return now if before is None else before


def _over(wait: float, since: float | None, now: float) -> bool:
    return bool(wait) and since is not None and now - since >= wait
