"""What one measurement gives: a figure, and what belongs to it."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bench.usage import cpu_seconds

__all__ = ["Measure", "Meter", "Sample", "percentiles"]


@dataclass(frozen=True, slots=True)
class Sample:
    """One figure, None where there is none, and what belongs to it.

    ``busy`` is the share of the time that the server ran on its core, ``generator`` that of the
    load generator; ``typical`` and ``slow`` are the 50th and 99th percentiles of round trips, in
    seconds; ``used`` is the memory of a connection in bytes once it has had echoes; ``trips`` and
    ``flooded`` are how many round trips there were beside a flood, and the answers to it a second.
    """

    value: float | None
    busy: float | None = None
    generator: float | None = None
    typical: float | None = None
    slow: float | None = None
    used: float | None = None
    trips: int | None = None
    flooded: float | None = None
    note: str = ""


# A server's name and the seconds to load it; one sample.
Measure: TypeAlias = Callable[[str, float], Sample]


class Meter:
    """Counts CPU seconds, of a server and of what loads it, and those on the wall."""

    def __init__(self, process: subprocess.Popen[bytes], *others: subprocess.Popen[str]) -> None:
        """``others``: what loads it beside this process."""
        self._process = process
        self._others = others
        self._begin = self._now()

    def take(self) -> tuple[float, float, float]:
        """Return what has passed since this was made: server, load, the wall."""
        now = self._now()
        server, own, wall = (end - begin for end, begin in zip(now, self._begin, strict=True))
        return server, own, wall

    def _now(self) -> tuple[float, float, float]:
        own = time.process_time() + sum(map(cpu_seconds, self._others))
        return cpu_seconds(self._process), own, time.perf_counter()


def percentiles(times: Sequence[float]) -> tuple[float, float]:
    """Return the 50th and the 99th; one time alone is both."""
    if len(times) == 1:
        return times[0], times[0]
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return cuts[49], cuts[98]
