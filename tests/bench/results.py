"""Results as a run gives them, made by hand."""

from collections.abc import Mapping, Sequence

from bench.figures import Results, Surroundings
from bench.samples import Sample

__all__ = ["results", "samples"]


def samples(*values: float | None) -> list[Sample]:
    return [Sample(value) for value in values]


def results(
    taken: Mapping[str, Mapping[str, Sequence[Sample]]],
    *,
    absent: Mapping[str, str] | None = None,
    load: float = 0.0,
) -> Results:
    surroundings = Surroundings(
        date="2026-01-02",
        machine="2 cores of a machine",
        versions=("Python 3.99", "Go 9.9"),
        command="make bench",
        load=load,
    )
    return Results(taken, absent or {}, seconds=1.5, rounds=3, surroundings=surroundings)
