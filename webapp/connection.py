"""One connection as the hub knows it: its stream, and how it began."""

from __future__ import annotations

import time
from dataclasses import dataclass

from webapp.journal.events import Closed, Ended, Opened
from webapp.journal.summaries import ConnectionSummary
from webapp.wire.ending import Ending
from webapp.wire.records import State
from webapp.wire.stream import WebSocketStream

__all__ = ["Connection"]


@dataclass(frozen=True, slots=True)
class Connection:
    """One that is connected, and how it began."""

    stream: WebSocketStream
    opened: Opened

    def summary(self) -> ConnectionSummary:
        """Sum it up as it is now."""
        stream = self.stream
        return ConnectionSummary(
            began=self.opened,
            state="open" if stream.state is State.OPEN else "closing",
            round_trips=stream.round_trips,
            passed=stream.quiet_since,
            ended=None,
            **stream.traffic.counts(),
        )

    def closed(self, ending: Ending) -> Closed:
        """Tell of its end."""
        stream = self.stream
        now = time.time_ns()
        ended = Ended(
            by=str(ending.by),
            how=str(ending.how),
            code=ending.code,
            reason=ending.reason,
            quiet=ending.quiet,
            within_frame=ending.within_frame,
            on_demand=ending.on_demand,
        )
        return Closed(now, stream.id, ended, now - self.opened.time, **stream.traffic.counts())
