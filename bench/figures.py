"""What becomes of the samples: medians, spreads, and ratios of what was measured side by side."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.samples import Sample

__all__ = ["Figure", "Results", "Surroundings", "figure", "median", "ratio"]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where and how it was measured, in words."""

    date: str
    machine: str
    versions: Sequence[str]
    command: str
    load: float  # the average of the last minute, before the run


@dataclass(frozen=True, slots=True)
class Results:
    """All samples by case and server, a server's in the order of the rounds; who is absent, why."""

    samples: Mapping[str, Mapping[str, Sequence[Sample]]]
    absent: Mapping[str, str]
    seconds: float
    rounds: int
    surroundings: Surroundings


@dataclass(frozen=True, slots=True)
class Figure:
    """The median of several values, the least and the most of them."""

    median: float
    least: float
    most: float


def figure(samples: Sequence[Sample]) -> Figure | None:
    """Return the figure of the samples' values, None where there are none."""
    values = [sample.value for sample in samples if sample.value is not None]
    return Figure(statistics.median(values), min(values), max(values)) if values else None


def ratio(ours: Sequence[Sample], theirs: Sequence[Sample]) -> float | None:
    """Return the median of our value over theirs, round by round: machines drift."""
    return median(
        our.value / their.value
        for our, their in zip(ours, theirs, strict=True)
        if our.value is not None and their.value
    )


def median(values: Iterable[float | None]) -> float | None:
    """Return the median of those that there are."""
    there = [value for value in values if value is not None]
    return statistics.median(there) if there else None
