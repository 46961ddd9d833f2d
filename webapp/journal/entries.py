"""What stands in the ring: an event, or a frame as the wire recorded it, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

from webapp.journal.events import Closed, Event, Frame, Noted, Opened, Refused
from webapp.wire.echoes import spelled_out
from webapp.wire.records import Echoes, Record, Remark

__all__ = [
    "ECHOES_BYTES",
    "EVENT_BYTES",
    "IS_HEARTBEAT",
    "PAYLOAD",
    "REMARK",
    "Entry",
    "Turn",
    "bytes_of",
    "bytes_of_remark",
    "connection_of",
    "connection_of_turn",
    "entries_of",
    "event_of",
    "weight_of",
]

# A frame stays as the wire recorded it until it is read.
Entry: TypeAlias = Record | Event

# What came together: echoes in short, or entries and what they cost in bytes. They are told apart
# by their lengths: wrapped into something that has a name, an echo would take twice as much.
Turn: TypeAlias = Echoes | tuple[Sequence[Entry], int]

# Places in a record,
PAYLOAD: Final = 7
REMARK: Final = 8
# and in a remark.
IS_HEARTBEAT: Final = 4

# What an event costs beyond its payload: the tuple, its numbers, the masking key, the place in
# the ring. At most 257 bytes were measured for frames and their echoes, which share a payload and
# come one pair at a time; a test measures it again.
EVENT_BYTES: Final = 288
# What a turn of echoes costs beyond the frames that came.
ECHOES_BYTES: Final = 224
# What a remark costs beyond its message and its text: at most 131 bytes were measured.
_REMARK_BYTES = 160
# And what each text in an event costs beyond its characters.
_TEXT_BYTES = 96


def entries_of(turn: Turn) -> Sequence[Entry]:
    """The entries of a turn, in order."""
    return spelled_out(turn) if len(turn) == 4 else turn[0]


def weight_of(turn: Turn) -> tuple[int, int]:
    """How many entries a turn is, and about how many bytes of memory it takes."""
    if len(turn) == 4:
        _, _, data, count = turn
        return 2 * count, ECHOES_BYTES + len(data)
    entries, size = turn
    return len(entries), size


def connection_of(entry: Entry) -> str:
    """The id of the connection that an entry is about."""
    return entry[0] if isinstance(entry, tuple) else entry.connection


def connection_of_turn(turn: Turn) -> str:
    """The id of the connection that all entries of a turn are about; "" if none are left."""
    if len(turn) == 4:
        return turn[0]
    entries, _ = turn
    return connection_of(entries[0]) if entries else ""


def event_of(entry: Entry) -> Event:
    """The event that an entry stands for."""
    if not isinstance(entry, tuple):
        return entry
    connection, time, direction, head, key, bits, size, payload, remark = entry
    note, came, message, message_size, heartbeat = remark or (None, None, None, 0, False)
    if direction is None:
        return Noted(time, connection, note or "")
    return Frame(
        time=time,
        connection=connection,
        outgoing=direction == "out",
        head=head,
        masking_key=key,
        length_bits=bits,
        payload_size=size,
        payload=payload,
        note=note,
        came=came,
        message=message,
        message_size=message_size,
        heartbeat=heartbeat,
    )


def bytes_of(entry: Entry) -> int:
    """About how many bytes of memory an entry takes."""
    if isinstance(entry, tuple):
        size = EVENT_BYTES + len(entry[PAYLOAD])
        return size + bytes_of_remark(entry[REMARK]) if entry[REMARK] else size
    return EVENT_BYTES + _bytes_of_event(entry)


def bytes_of_remark(remark: Remark) -> int:
    """About how many bytes of memory a remark adds to those of its frame."""
    text, _, message, _, _ = remark
    return _REMARK_BYTES + len(message or b"") + (_bytes_of_texts(text) if text else 0)


def _bytes_of_texts(*texts: str) -> int:
    # One character beyond ASCII can make all of its text four bytes wide, and is taken to make all
    # of these.
    together = "".join(texts)
    return _TEXT_BYTES * len(texts) + len(together) * (1 if together.isascii() else 4)


def _bytes_of_event(event: Event) -> int:
    """About how many bytes the texts of an event take: a client chooses how many and how long."""
    match event:
        case Opened():
            return _bytes_of_texts(
                event.peer,
                event.request.line,
                event.request.fields,
                event.response.line,
                event.response.fields,
                event.subprotocol or "",
                *event.extensions,
            )
        case Refused(rejection=why):
            return _bytes_of_texts(
                event.peer,
                event.request.line,
                event.request.fields,
                why.check,
                why.came,
                why.expected,
                why.reason,
                why.remedy,
            )
        case Closed(ended=ended):
            return _bytes_of_texts(ended.by, ended.how, ended.reason)
        case Noted():
            return _bytes_of_texts(event.text)
    raise AssertionError(f"no event of the ring: {event!r}")  # pragma: no cover - all are above
