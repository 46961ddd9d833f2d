"""A run: every server in every case, in turn, round after round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.cases import CASES, Case
from bench.figures import Results
from bench.progress import Progress
from bench.samples import Sample
from bench.serving import StartError, why_absent
from bench.surroundings import surroundings
from bench.tables import OURS, quantity
from bench.upgrade import EchoError

__all__ = ["RunError", "measure", "steps"]


class RunError(Exception):
    """A server failed; the text says which one, at what, and how."""


def measure(
    cases: Sequence[str], servers: Sequence[str], seconds: float, rounds: int, command: str
) -> Results:
    """Measure these servers in these cases, and tell of it meanwhile. Raises RunError."""
    here = surroundings(command)
    absent = {name: why for name in servers if (why := why_absent(name)) is not None}
    present = [name for name in servers if name not in absent]
    todo = list(steps(cases, present, rounds))
    samples: dict[str, dict[str, list[Sample]]] = {}
    for key in cases:
        taking_part = _taking_part(CASES[key], present)
        if taking_part:
            samples[key] = {name: [] for name in taking_part}
    progress = Progress(sum(CASES[key].estimate(seconds) for _, key, _ in todo))
    for name, why in absent.items():
        progress.say(f"Without {name}: {why}")
    try:
        for number, key, name in todo:
            case = CASES[key]
            what = f"round {number} of {rounds}, {key}, {name}"
            progress.begin(what)
            try:
                sample = case.measure(name, seconds)
            except (EchoError, StartError) as error:
                raise RunError(f"{what}: {error}") from error
            samples[key][name].append(sample)
            progress.done(f"{what}: {_in_short(case, sample)}", case.estimate(seconds))
    finally:
        progress.end()
    return Results(samples, absent, seconds, rounds, here)


def steps(
    cases: Sequence[str], servers: Sequence[str], rounds: int
) -> Iterator[tuple[int, str, str]]:
    """Give round, case and server in the order of measuring; each round begins with another."""
    for number in range(1, rounds + 1):
        for key in cases:
            case = CASES[key]
            if case.rounds is not None and number > case.rounds:
                continue
            taking_part = _taking_part(case, servers)
            first = (number - 1) % max(1, len(taking_part))
            for name in (*taking_part[first:], *taking_part[:first]):
                yield number, key, name


def _taking_part(case: Case, servers: Sequence[str]) -> list[str]:
    return [name for name in servers if name == OURS or not case.ours]


def _in_short(case: Case, sample: Sample) -> str:
    return sample.note if sample.value is None else quantity(case.kind, sample.value)
