"""What a connection tells of itself: its state, its traffic, a record of each frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol, TypeAlias

__all__ = [
    "HEARTBEAT",
    "SMALL",
    "Answer",
    "Direction",
    "Echoes",
    "Observer",
    "Record",
    "Remark",
    "State",
    "Traffic",
    "faulty",
    "inflated",
]


# Which way a frame went: "in" came from the client. Plain strings, because a tuple of nothing but
# strings, numbers and bytes is none of the garbage collector's business.
Direction: TypeAlias = Literal["in", "out"]


class State(StrEnum):
    """Where a connection stands."""

    OPEN = "open"
    CLOSING = "closing"  # our close frame is out, the peer's has not come
    DRAINING = "draining"  # nothing more to say; what still comes is ignored
    CLOSED = "closed"


@dataclass(slots=True)
class Traffic:
    """What went over a connection after its handshake; messages are those of data frames."""

    # Messages and bytes, but for lone echoes: messages that came alone in a chunk and went back as
    # they were, all but the masking key. To count those twice shows in how many there can be.
    came: int = 0
    went: int = 0
    came_bytes: int = 0
    went_bytes: int = 0
    lone: int = 0
    lone_bytes: int = 0  # as they came
    heartbeats: int = 0  # pings that this server sent because nothing came

    @property
    def messages_in(self) -> int:
        return self.came + self.lone

    @property
    def messages_out(self) -> int:
        return self.went + self.lone

    @property
    def bytes_in(self) -> int:
        return self.came_bytes + self.lone_bytes

    @property
    def bytes_out(self) -> int:
        return self.went_bytes + self.lone_bytes - 4 * self.lone

    @property
    def bytes_both(self) -> int:
        """Those that came and those that went."""
        return self.came_bytes + self.went_bytes + 2 * (self.lone_bytes - 2 * self.lone)

    def counts(self) -> dict[str, int]:
        """What there is to tell, by name."""
        return {name: getattr(self, name) for name in _COUNTS}

    def add(self, other: Traffic) -> None:
        """Count what went over another connection, too."""
        self.came += other.came
        self.went += other.went
        self.came_bytes += other.came_bytes
        self.went_bytes += other.went_bytes
        self.lone += other.lone
        self.lone_bytes += other.lone_bytes
        self.heartbeats += other.heartbeats


_COUNTS = ("messages_in", "messages_out", "bytes_in", "bytes_out", "heartbeats")


# What is special about a frame, for the few that have something: what was wrong with it; how many
# bytes of it came (None: all); on the last frame of a compressed message, the inflated message's
# beginning and its size in bytes; and whether it is this server's heartbeat or the answer to it.
Remark: TypeAlias = tuple[str | None, int | None, bytes | None, int, bool]

HEARTBEAT: Remark = (None, None, None, 0, True)


def faulty(reason: str, came: int | None = None) -> Remark:
    """Remark on what was wrong with a frame, of which so many bytes came (None: all)."""
    return reason, came, None, 0, False


def inflated(beginning: bytes, size: int) -> Remark:
    """Remark on the message that a last frame completes, as it was before it was compressed."""
    return None, None, beginning, size, False


# One frame as it was seen: the stream's id; nanoseconds since the epoch; direction; first byte;
# masking key; bits of the length's coding; payload length; the beginning of the unmasked payload;
# and what is special about it. With no direction it is no frame but only a note. A plain tuple,
# because two are made for every echo: a class of any kind costs a third of the throughput.
Record: TypeAlias = tuple[
    str, int, Direction | None, int, bytes | None, int, int, bytes, Remark | None
]

# What most turns are, in short: plain messages, each answered with itself. The stream's id;
# nanoseconds since the epoch; the frames as they came; how many. A frame of which only the
# beginning is to be recorded is alone, and cut off behind that. One echo is three objects like
# this, and ten as two records: what stays has left the processor's cache when it is let go again,
# and that shows.
Echoes: TypeAlias = tuple[str, int, bytes, int]

# Bytes. So small an echo need not be within an observer's bounds at once.
SMALL = 8192


class Observer(Protocol):
    """Who is told what was on the wire, a turn at a time, in order; it returns at once."""

    def record_frames(self, records: list[Record], /) -> None:
        """Take frames, and the list itself."""

    def record_echo(self, echo: Echoes, /) -> None:
        """Take one message and its echo, told in at most ``SMALL`` bytes."""

    def record_echoes(self, echoes: Echoes, /) -> None:
        """Take messages and their echoes."""


# Gets opcode and payload of each whole message; returns those of the message to send now, or None.
Answer: TypeAlias = Callable[[int, bytes], tuple[int, bytes] | None]
