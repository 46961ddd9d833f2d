"""What a connection needs from time to time: a ping, or somebody who sees what is overdue."""

from __future__ import annotations

import asyncio
import time

from webapp.wire.farewell import Farewell
from webapp.wire.frames import FIN, Opcode
from webapp.wire.outbox import Outbox
from webapp.wire.patience import Patience
from webapp.wire.pings import Pings
from webapp.wire.quiet import Quiet
from webapp.wire.records import HEARTBEAT, Remark, State, Traffic
from webapp.wire.settings import Waits
from webapp.wire.transport import Mount
from webapp.wire.turns import Turns
from webapp.wire.violations import CloseCode

__all__ = ["Upkeep"]

# After the closing handshake it is for the server to close the connection (RFC 6455 §7.1.1): its
# half at once, and the whole after so many seconds.
_LINGER = 1.0


class Upkeep:
    """Looks after one connection: how it is doing, what its peer is late with, what is due."""

    __slots__ = (
        "_farewell",
        "_mount",
        "_outbox",
        "_patience",
        "_pings",
        "_quiet",
        "_traffic",
        "_turns",
        "_waits",
    )

    def __init__(
        self,
        waits: Waits,
        *,
        mount: Mount,
        outbox: Outbox,
        turns: Turns,
        farewell: Farewell,
        traffic: Traffic,
        pings: Pings,
        quiet: Quiet,
    ) -> None:
        self._waits = waits
        self._patience = Patience(waits, asyncio.get_running_loop().time())
        self._mount = mount
        self._outbox = outbox
        self._turns = turns
        self._farewell = farewell
        self._traffic = traffic
        self._pings = pings
        self._quiet = quiet

    def ping(self, remark: Remark | None) -> None:
        """Send a ping; ``remark`` is for the records of ping and pong."""
        self._patience.pinged(asyncio.get_running_loop().time())
        self._outbox.put(FIN | Opcode.PING, self._pings.sent(remark), time.time_ns(), remark)
        self._outbox.flush()

    def tick(self, now: float) -> None:
        """Do what is due at this time of the loop's clock."""
        mount, farewell, patience = self._mount, self._farewell, self._patience
        self._quiet.look(self._traffic)
        ending = farewell.state is not State.OPEN or self._turns.at_end
        patience.look(
            now,
            received=self._traffic.bytes_in,
            unsent=mount.unsent if ending or not mount.writable else 0,
            reading=mount.reading,
            writable=mount.writable,
            ending=ending,
            unfinished=self._turns.unfinished,
        )
        if farewell.is_answered and patience.ending_for(now) >= _LINGER:
            mount.abort()  # in good order: all has been said
        elif why := patience.overdue(now):
            farewell.give_up(why)
        elif patience.dragging(now):
            self._give_up_message()
        elif not ending and patience.is_idle(now):
            self._outbox.rest()
            if self._waits.heartbeat:
                self._traffic.heartbeats += 1
                self.ping(HEARTBEAT)

    def _give_up_message(self) -> None:
        wait = self._waits.message
        self._turns.give_up(f"{wait:g} s passed")
        reason = f"message or frame not finished within {wait:g} s"
        self._farewell.fail(CloseCode.POLICY_VIOLATION, reason)
