"""What a peer sends, worked off in turns: none so long that other connections have to wait."""

from __future__ import annotations

import asyncio

from webapp.wire.outbox import Outbox
from webapp.wire.reading import Listener, Reader
from webapp.wire.records import Traffic
from webapp.wire.transport import Mount

__all__ = ["Turns"]


class Turns:
    """Gives a reader what comes over a mount, a turn at a time.

    While there is more to do than fits into a turn, and while the peer does not read what it is
    sent, nothing more is read from it.
    """

    __slots__ = (
        "_busy",
        "_flush",
        "_listener",
        "_mount",
        "_next",
        "_read",
        "_reader",
        "_traffic",
        "at_end",
        "received",
    )

    def __init__(
        self, *, mount: Mount, reader: Reader, outbox: Outbox, traffic: Traffic, listener: Listener
    ) -> None:
        self.at_end = False  # the peer will send no more
        self._mount = mount
        self._reader = reader
        self._read = reader.read
        self._flush = outbox.flush
        self._traffic = traffic
        self._listener = listener
        self._busy = False  # between two turns over what has been read
        self._next: asyncio.Handle | None = None
        # Whatever comes is the fast lane's first, where there is one.
        self.received = self._take
        if reader.plain is not None:
            reader.plain.otherwise = self._take
            self.received = reader.plain.received

    @property
    def unfinished(self) -> object:
        """What the peer has begun and not finished, if anything: equal as long as it is that."""
        return self._reader.unfinished

    def give_up(self, why: str) -> None:
        """Wait no longer for what the peer has begun: tell what came of it, and stop."""
        self._reader.lost(why)

    def lost(self) -> bool:
        """The connection is gone: nothing comes any more. Return whether it was within a frame."""
        cut = self._reader.lost("the connection ended")
        self.stop()
        del self.received  # what refers to itself
        if self._reader.plain is not None:
            del self._reader.plain.otherwise
        return cut

    def stop(self) -> None:
        """Let go of what was read and not worked off, and ignore what still comes."""
        self._reader.stop()
        self._busy = False
        if self._next is not None:
            self._next.cancel()
            self._next = None

    # What the mount reports

    def _take(self, data: bytes) -> None:
        self._traffic.came_bytes += len(data)
        if self._busy:
            self._reader.feed(data)  # one more chunk can arrive after pausing
        elif not self._reader.deaf:
            try:
                self._busy = self._read(data)
                self._flush()
            except Exception as error:
                self._listener.failed(error)
            if self._busy or self.at_end or not self._mount.reading:
                self._go_on()

    def ended(self) -> bool:
        self.at_end = True
        return self._busy

    def writing_paused(self, paused: bool) -> None:
        if paused:
            self._mount.pause_reading()  # who does not read gets nothing more to read
        else:
            self._go_on()

    # Turns

    def _go_on(self) -> None:
        """Read on, or come back for what has been read already."""
        if self._busy:
            self._mount.pause_reading()
            if self._mount.writable and self._next is None:
                self._next = asyncio.get_running_loop().call_soon(self._come_back)
        elif self.at_end:
            self._mount.close()
        elif self._mount.writable or self._reader.deaf:
            self._mount.resume_reading()

    def _come_back(self) -> None:
        self._next = None
        self._busy = False
        self._take(b"")
