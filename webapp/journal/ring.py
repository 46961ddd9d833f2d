"""What happened, in order: a ring of events, and of heartbeats between them, within bounds."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final

from webapp.journal.cursors import Place
from webapp.journal.entries import (
    ECHOES_BYTES,
    EVENT_BYTES,
    IS_HEARTBEAT,
    PAYLOAD,
    REMARK,
    Entry,
    Turn,
    bytes_of,
    bytes_of_remark,
    connection_of_turn,
    entries_of,
    weight_of,
)
from webapp.journal.events import Event
from webapp.journal.heartbeats import Heartbeats, cost_of
from webapp.wire.records import Echoes, Record

__all__ = ["HEARTBEATS_SHARE", "Ring"]

# What part of the ring heartbeats may fill, where nothing else needs the room.
HEARTBEATS_SHARE: Final = 8

# So many echoes may be new and not within the bounds yet: together at most a quarter of a mebibyte.
_MANY = 32


class Ring:
    """Events in order, the oldest forgotten beyond the bounds; nothing here ever waits.

    Heartbeats are nothing that somebody waits for, and of many idle connections there are many.
    They have their places between the events, but displace none: where there is no room, the
    oldest heartbeats give way. An event displaces whatever is oldest.
    """

    def __init__(self, max_events: int, max_bytes: int) -> None:
        """The bounds are for both; that in bytes is on payloads, and an estimate for the rest."""
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._turns: deque[Turn] = deque()
        self._new: list[Echoes] = []  # turns that are not among those yet
        self._bytes = 0
        self._end = 0
        self._forgotten = 0
        self.heartbeats = Heartbeats(max_events // HEARTBEATS_SHARE, max_bytes // HEARTBEATS_SHARE)
        self._leave_room()

    @property
    def end(self) -> int:
        """How many events were ever recorded; those in the ring are the last of them."""
        self._settle()
        return self._end

    @property
    def forgotten(self) -> int:
        """How many of them are no longer in it."""
        self._settle()
        return self._forgotten

    @property
    def last(self) -> Place:
        """The place after whatever was recorded last."""
        return max((self.end, 0), self.heartbeats.last)

    def record(self, event: Event) -> None:
        """Take one event."""
        self._settle()
        self._add([event], bytes_of(event))

    def record_frames(self, records: list[Record]) -> None:
        """Take the frames of one turn of a connection, and the list itself.

        A heartbeat comes alone; among other frames it is one of them.
        """
        self._settle()
        size = EVENT_BYTES * len(records)
        for record in records:
            size += len(record[PAYLOAD])
            if record[REMARK]:
                if len(records) == 1 and record[REMARK][IS_HEARTBEAT]:
                    self._add_heartbeat(record)
                    return
                size += bytes_of_remark(record[REMARK])
        self._add(records, size)

    def record_echo(self, echo: Echoes) -> None:
        """Take one message that was answered with itself, of few bytes."""
        self._new.append(echo)
        if len(self._new) >= _MANY:
            self._settle()

    def record_echoes(self, echoes: Echoes) -> None:
        """Take the messages of one turn of a connection, each answered with itself."""
        self._new.append(echoes)
        self._settle()

    def backwards(
        self, start: int = 0, connection: str | None = None
    ) -> Iterator[tuple[Place, Entry]]:
        """The events after the first so many, of one connection or all, the newest first, each with
        the place after it.
        """
        number = self.end
        for turn in reversed(self._turns):
            if number <= start:
                return
            if connection in (None, connection_of_turn(turn)):
                for entry in reversed(entries_of(turn)):
                    if number > start:
                        yield (number, 0), entry
                    number -= 1
            else:
                number -= weight_of(turn)[0]

    def forwards(self, start: int, connection: str | None = None) -> Iterator[tuple[Place, Entry]]:
        """The events after the first so many, of one connection or all, the oldest first, each with
        the place after it.
        """
        number = self.forgotten
        for turn in self._turns:
            count, _ = weight_of(turn)
            if number + count > start and connection in (None, connection_of_turn(turn)):
                for entry in entries_of(turn):
                    number += 1
                    if number > start:
                        yield (number, 0), entry
            else:
                number += count

    def _settle(self) -> None:
        """Take what is new. It is done for many turns at once: done for each, it would show."""
        if turns := self._new:
            self._new = []
            self._turns += turns
            messages = size = 0
            for _, _, came, count in turns:
                messages += count
                size += len(came)
            self._end += 2 * messages
            self._bytes += ECHOES_BYTES * len(turns) + size
            if self._end - self._forgotten > self._room or self._bytes > self._bytes_room:
                self._forget()

    def _add(self, entries: Sequence[Entry], size: int) -> None:
        self._turns.append((entries, size))
        self._end += len(entries)
        self._bytes += size
        if self._end - self._forgotten > self._room or self._bytes > self._bytes_room:
            self._forget()

    def _forget(self) -> None:
        """Forget whatever is oldest, beyond the bounds; the echoes of one turn all together."""
        turns, forgotten, size = self._turns, self._forgotten, self._bytes
        while self._end - forgotten > self._room or size > self._bytes_room:
            if self._oldest_heartbeat <= forgotten:
                self.heartbeats.drop_oldest()
                self._leave_room()
                continue
            turn = turns.popleft()
            if len(turn) == 4:
                _, _, came, count = turn
                size -= ECHOES_BYTES + len(came)
                if turns:
                    forgotten += 2 * count
                else:  # of the newest as many as can stay
                    entries = entries_of(turn)
                    turns.append((entries, sum(map(bytes_of, entries))))
                    size += turns[0][1]
            else:
                entries, cost = turn
                excess, surplus = self._end - forgotten - self._room, size - self._bytes_room
                gone, freed = len(entries), cost
                if gone > excess and freed > surplus:  # only some of these have to go
                    gone = freed = 0
                    while gone < excess or freed < surplus:
                        freed += bytes_of(entries[gone])
                        gone += 1
                    turns.appendleft((entries[gone:], cost - freed))
                forgotten += gone
                size -= freed
        self._forgotten, self._bytes = forgotten, size

    def _add_heartbeat(self, record: Record) -> None:
        self.heartbeats.add(record, self._end)
        events = self._end - self._forgotten
        if self.heartbeats.shrink(self._max_events - events, self._max_bytes - self._bytes):
            # The next event, which displaces others anyway, is to leave room for one heartbeat:
            # else a burst of messages that filled the ring would leave none for ever.
            self._leave_room(1, cost_of(record))
        else:
            self._leave_room()

    def _leave_room(self, more: int = 0, more_bytes: int = 0) -> None:
        """Leave to events what heartbeats do not fill, less what these are to get in addition."""
        self._room = self._max_events - len(self.heartbeats) - more
        self._bytes_room = self._max_bytes - self.heartbeats.bytes - more_bytes
        self._oldest_heartbeat = self.heartbeats.oldest
