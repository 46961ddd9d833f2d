"""The end of a connection, from the first close frame on: what is said, and what is done."""

from __future__ import annotations

import logging

from webapp.wire.ending import Ending, Parting
from webapp.wire.outbox import Outbox
from webapp.wire.records import State
from webapp.wire.transport import Mount
from webapp.wire.turns import Turns
from webapp.wire.violations import CloseCode, ProtocolError

__all__ = ["Farewell"]

_log = logging.getLogger(__name__)


class Farewell:
    """Ends one connection: by a closing handshake, by failing it, or by dropping it."""

    __slots__ = ("_mount", "_outbox", "_parting", "_turns", "state")

    def __init__(self) -> None:
        self.state = State.OPEN
        self._parting = Parting()

    def start(self, mount: Mount, outbox: Outbox, turns: Turns) -> None:
        """Know the connection that is to be ended."""
        self._mount = mount
        self._outbox = outbox
        self._turns = turns

    @property
    def is_answered(self) -> bool:
        """Whether close frames went both ways: the closing handshake is done."""
        return self._parting.is_answered

    def close(self, code: int, reason: str, *, on_demand: bool = False) -> None:
        """Begin the closing handshake, if it has not begun (RFC 6455 §7.1.2).

        Raises:
            ValueError: if the code must not be sent (RFC 6455 §7.4).
        """
        if self.state is State.OPEN:
            self._put_close(code, reason, on_demand=on_demand)
            self.state = State.CLOSING
            self._outbox.flush()

    def close_received(self, code: int, reason: str) -> None:
        """The peer began the closing handshake, or answered."""
        self._parting.close_received(code, reason)
        if self.state is State.OPEN:
            self._put_close(code)  # its own (RFC 6455 §5.5.1)
        self._drain()

    def failed(self, error: Exception) -> None:
        """Fail the connection for what the peer did, or for a bug of this server's."""
        if isinstance(error, ProtocolError):
            self.fail(error.code, error.reason)
        else:
            _log.error("connection %s: failed to answer", self._outbox.name, exc_info=error)
            self.fail(CloseCode.INTERNAL_ERROR, "internal error")

    def fail(self, code: CloseCode, reason: str) -> None:
        """Fail the connection (RFC 6455 §7.1.7): say why, and listen no longer."""
        if self.state is State.OPEN:
            self._put_close(code, reason)
        self._drain()

    def give_up(self, why: str) -> None:
        """Drop the connection at once, with what is unsent; ``why`` is noted."""
        if self.state is not State.CLOSED and not self._parting.is_given_up:
            self._parting.given_up(why)
            self._outbox.note(why)
            self._turns.stop()
            self.state = State.DRAINING
            self._outbox.flush()
            self._mount.abort()

    def over(self, exc: Exception | None, quiet: int) -> Ending:
        """The connection is gone: with an error, or in order; return how it ended.

        ``quiet``: for how many nanoseconds nothing had passed before.
        """
        within_frame = self._turns.lost()
        self.state = State.CLOSED
        self._outbox.flush()
        # What refers to each other goes now, and not only when the garbage collector comes by.
        del self._turns
        return self._parting.ending(exc, quiet, within_frame=within_frame)

    def _put_close(self, code: int, reason: str = "", *, on_demand: bool = False) -> None:
        self._parting.close_sent(code, self._outbox.close(code, reason), on_demand=on_demand)

    def _drain(self) -> None:
        """Nothing more to say: end our side and wait, for a while, for the peer to end its own."""
        self._turns.stop()
        self.state = State.DRAINING
        self._outbox.flush()
        self._mount.write_eof()
        self._mount.resume_reading()
