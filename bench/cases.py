"""The cases: what is measured, of whom, and what kind of figure it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from bench.load import Load
from bench.measures import fair, handshakes, idle, page, speed
from bench.samples import Measure

__all__ = ["CASES", "Case", "Kind"]


class Kind(Enum):
    """What a figure counts."""

    SPEED = "Echoes per second of server CPU time"
    HANDSHAKES = "Connections per second of server CPU time"
    FAIR = "Round trips in ms beside two clients that flood"
    MEMORY = "KiB of memory that an idle connection takes"
    PAGE = "Speed with a page open, of the speed without"


@dataclass(frozen=True, slots=True)
class Case:
    """One line of the tables.

    ``rounds`` are enough where a figure hardly varies; ``costs`` is what a sample takes beside the
    seconds of load, and ``loads`` how many times those. What is ``ours`` only is not compared.
    """

    title: str
    kind: Kind
    measure: Measure
    ours: bool = False
    rounds: int | None = None
    loads: int = 1
    costs: float = 0.8

    def estimate(self, seconds: float) -> float:
        """Return about how many seconds one sample takes."""
        return self.loads * seconds + self.costs


def _fair(title: str, flood: str) -> Case:
    return Case(title, Kind.FAIR, fair(flood), rounds=3, loads=2, costs=2.0)


def _idle(title: str, connections: int, costs: float, *, deflate: bool = False) -> Case:
    measure = idle(connections, deflate=deflate)
    return Case(title, Kind.MEMORY, measure, rounds=2, loads=0, costs=costs)


def _page(title: str, load: Load) -> Case:
    return Case(title, Kind.PAGE, page(load), ours=True, loads=3, costs=2.0)


_DEFLATE = Load(16, 1, 1024, deflate=True)

# Sizes stand for the texts; then the connections, and how many texts are in flight on each.
CASES: Mapping[str, Case] = {
    "64x1": Case("64 B, 64 × 1", Kind.SPEED, speed(Load(64, 1, 64))),
    "64x16": Case("64 B, 64 × 16", Kind.SPEED, speed(Load(64, 16, 64))),
    "1k": Case("1 KiB, 16 × 1", Kind.SPEED, speed(Load(16, 1, 1024))),
    "64k": Case("64 KiB, 8 × 1", Kind.SPEED, speed(Load(8, 1, 1 << 16))),
    "1m": Case("1 MiB, 8 × 1", Kind.SPEED, speed(Load(8, 1, 1 << 20))),
    "deflate": Case("1 KiB of JSON, deflate, 16 × 1", Kind.SPEED, speed(_DEFLATE)),
    "handshakes": Case("upgrade and close, 32 at once", Kind.HANDSHAKES, handshakes(32)),
    "handshakes1": Case("upgrade and close, one at a time", Kind.HANDSHAKES, handshakes(1)),
    "fair-messages": _fair("flood of 1-byte messages", "messages"),
    "fair-pings": _fair("flood of pings", "pings"),
    "fair-deflate": _fair("flood of 64 KiB of JSON, deflate", "deflate"),
    "idle": _idle("10,000 open", 10_000, 8.0),
    "idle-deflate": _idle("1,000 open, after compressed echoes", 1_000, 4.0, deflate=True),
    "page": _page("64 B, 64 × 1, watched", Load(64, 1, 64)),
    "page16": _page("64 B, 64 × 16, watched", Load(64, 16, 64)),
}
