"""What stands in the ring: an event, or a frame as the wire recorded it, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Final, TypeAlias

from webapp.journal.events import Event, Frame, Noted

__all__ = [
    "EVENT_BYTES",
    "PAYLOAD",
    "Entry",
    "FrameRecord",
    "bytes_of",
    "connection_of",
    "event_of",
]

# A frame as the wire records it: connection, time, direction ("in", "out"; None: only a note),
# first byte, masking key, bits of the length's coding, payload length, payload's beginning, and
# what was wrong with it with how many bytes of it came. It stays a plain tuple until it is read.
FrameRecord: TypeAlias = tuple[
    str, int, str | None, int, bytes | None, int, int, bytes, tuple[str, int | None] | None
]
PAYLOAD: Final = 7  # its place in that tuple

Entry: TypeAlias = FrameRecord | Event

# What an event costs beyond its payload: the tuple, its numbers, the masking key, the place in
# the ring. At most 257 bytes were measured for frames and their echoes, which share a payload and
# come one pair at a time; a test measures it again.
EVENT_BYTES = 288
# And what each text in an event costs beyond its characters, with its share of a header field.
_TEXT_BYTES = 96


def connection_of(entry: Entry) -> str:
    """The id of the connection that an entry is about."""
    return entry[0] if isinstance(entry, tuple) else entry.connection


def event_of(entry: Entry) -> Event:
    """The event that an entry stands for."""
    if not isinstance(entry, tuple):
        return entry
    connection, time, direction, head, key, bits, size, payload, fault = entry
    note, came = fault or (None, None)
    if direction is None:
        return Noted(time, connection, note or "")
    return Frame(time, connection, direction == "out", head, key, bits, size, payload, note, came)


def bytes_of(entry: Entry) -> int:
    """About how many bytes of memory an entry takes."""
    if isinstance(entry, tuple):
        return EVENT_BYTES + len(entry[PAYLOAD])
    return EVENT_BYTES + sum(
        # One character beyond ASCII can make all of a text's characters four bytes wide.
        _TEXT_BYTES + len(text) * (1 if text.isascii() else 4)
        for text in _texts(entry)
    )


def _texts(value: object) -> Iterator[str]:
    """All texts that a record holds, however deep: a client chooses how many and how long."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _texts(getattr(value, field.name))
