"""Places in the journal, and how they are written: as cursors."""

from __future__ import annotations

from typing import TypeAlias

__all__ = ["Place", "read_cursor", "write_cursor"]

# How many events stand before it, and after a heartbeat also the number of that one. Heartbeats
# have numbers of their own: one that has given way to a later one leaves no gap.
Place: TypeAlias = tuple[int, int]

_MAX_DIGITS = 18  # of a number in a cursor: int() is slow for texts without end


def write_cursor(run: str, place: Place) -> str:
    """Return the cursor of a place in one run of the server."""
    events, heartbeat = place
    return f"{run}-{events}.{heartbeat}" if heartbeat else f"{run}-{events}"


def read_cursor(cursor: str) -> tuple[str, Place]:
    """Return the run that a cursor is of, and the place. Raises ValueError if it is none."""
    run, _, place = cursor.partition("-")
    events, dot, heartbeat = place.partition(".")
    if not run or not _is_number(events) or (dot and not _is_number(heartbeat)):
        raise ValueError(f"{cursor!r} is no cursor of this journal")
    return run, (int(events), int(heartbeat or 0))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS
