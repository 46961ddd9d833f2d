"""What happened, in order: a ring of events, and of heartbeats between them, within bounds."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final

from webapp.journal.cursors import Place
from webapp.journal.entries import (
    EVENT_BYTES,
    HEARTBEAT,
    PAYLOAD,
    REMARK,
    Entry,
    FrameRecord,
    bytes_of,
    bytes_of_remark,
)
from webapp.journal.events import Event
from webapp.journal.heartbeats import Heartbeats, cost_of

__all__ = ["HEARTBEATS_SHARE", "Ring"]

# What part of the ring heartbeats may fill, where nothing else needs the room.
HEARTBEATS_SHARE: Final = 8


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
        # Events as they came, several at a time, and what they cost in bytes.
        self._batches: deque[tuple[Sequence[Entry], int]] = deque()
        self._bytes = 0
        self.end = 0  # events ever recorded; those in the ring are the last of them
        self.forgotten = 0  # events that are no longer in it
        self.heartbeats = Heartbeats(max_events // HEARTBEATS_SHARE, max_bytes // HEARTBEATS_SHARE)
        self._leave_room()

    @property
    def last(self) -> Place:
        """The place after whatever was recorded last."""
        return max((self.end, 0), self.heartbeats.last)

    def record(self, event: Event) -> None:
        """Take one event."""
        self._add([event], bytes_of(event))

    def record_frames(self, records: Sequence[FrameRecord]) -> None:
        """Take the frames of one turn of a connection, and the list itself.

        A heartbeat comes alone; among other frames it is one of them.
        """
        size = EVENT_BYTES * len(records)
        for record in records:
            size += len(record[PAYLOAD])
            if record[REMARK]:
                if len(records) == 1 and record[REMARK][HEARTBEAT]:
                    self._add_heartbeat(record)
                    return
                size += bytes_of_remark(record[REMARK])
        # What _add does, once more: this is called for every turn, and a call shows.
        self._batches.append((records, size))
        self.end += len(records)
        self._bytes += size
        if self.end - self.forgotten > self._room or self._bytes > self._bytes_room:
            self._forget()

    def backwards(self) -> Iterator[tuple[Place, Entry]]:
        """The events, the newest first, each with the place after it."""
        number = self.end
        for entries, _ in reversed(self._batches):
            for entry in reversed(entries):
                yield (number, 0), entry
                number -= 1

    def forwards(self, start: int) -> Iterator[tuple[Place, Entry]]:
        """The events after the first so many, the oldest first, each with the place after it."""
        number = self.forgotten
        for entries, _ in self._batches:
            if number + len(entries) > start:
                for entry in entries:
                    number += 1
                    if number > start:
                        yield (number, 0), entry
            else:
                number += len(entries)

    def _add(self, entries: Sequence[Entry], size: int) -> None:
        self._batches.append((entries, size))
        self.end += len(entries)
        self._bytes += size
        if self.end - self.forgotten > self._room or self._bytes > self._bytes_room:
            self._forget()

    def _forget(self) -> None:
        """Forget whatever is oldest, beyond the bounds."""
        excess = self.end - self.forgotten - self._room
        surplus = self._bytes - self._bytes_room
        while excess > 0 or surplus > 0:
            if self._oldest_heartbeat <= self.forgotten:
                self.heartbeats.drop_oldest()
                self._leave_room()
                excess = self.end - self.forgotten - self._room
                surplus = self._bytes - self._bytes_room
                continue
            entries, size = self._batches.popleft()
            if len(entries) > excess and size > surplus:  # only some of these have to go
                gone = freed = 0
                for entry in entries:
                    if gone >= excess and freed >= surplus:
                        break
                    gone += 1
                    if isinstance(entry, tuple) and entry[REMARK] is None:  # here, too
                        freed += EVENT_BYTES + len(entry[PAYLOAD])
                    else:
                        freed += bytes_of(entry)
                self._batches.appendleft((entries[gone:], size - freed))
            else:
                gone, freed = len(entries), size
            self.forgotten += gone
            self._bytes -= freed
            excess -= gone
            surplus -= freed

    def _add_heartbeat(self, record: FrameRecord) -> None:
        self.heartbeats.add(record, self.end)
        events = self.end - self.forgotten
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
