"""Say numbers, sizes and times in words: Jinja filters, as pure functions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

__all__ = ["clock", "count", "duration", "elapsed", "size", "timestamp"]

THIN_SPACE: Final = "\u202f"


def count(number: int) -> str:
    """Write a number with its thousands separated."""
    return f"{number:,}"


def size(octets: int) -> str:
    """Write a number of bytes in the unit that keeps it short."""
    if octets < 1024:
        return f"{octets}{THIN_SPACE}B"
    scaled = float(octets)
    for unit in ("KiB", "MiB", "GiB", "TiB"):
        scaled /= 1024
        if scaled < 1024 or unit == "TiB":
            break
    return f"{scaled:.1f}{THIN_SPACE}{unit}"


def duration(microseconds: int) -> str:
    """Write a length of time with the precision that one reads at that length."""
    milliseconds = max(0, microseconds) / 1000
    if milliseconds < 1000:
        digits = 2 if milliseconds < 10 else 0
        return f"{milliseconds:.{digits}f}{THIN_SPACE}ms"
    seconds = milliseconds / 1000
    if seconds < 60:
        return f"{int(seconds * 10) / 10:.1f}{THIN_SPACE}s"
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:
        return f"{minutes}{THIN_SPACE}min {rest:02}{THIN_SPACE}s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}{THIN_SPACE}h {minutes:02}{THIN_SPACE}min"


def elapsed(time: int, since: int) -> str:
    """Write the seconds from one time to another, both in microseconds."""
    return f"{(time - since) / 1_000_000:+.3f}"


def clock(time: int) -> str:
    """Write the time of day, UTC, to the millisecond."""
    return f"{_moment(time):%H:%M:%S}.{time % 1_000_000 // 1000:03}"


def timestamp(time: int) -> str:
    """Write a time in full, UTC, to the microsecond."""
    return f"{_moment(time):%Y-%m-%d %H:%M:%S}.{time % 1_000_000:06} UTC"


def _moment(time: int) -> datetime:
    return datetime.fromtimestamp(time // 1_000_000, UTC)
