"""What the suite says of a server: its verdicts, read and judged."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

__all__ = ["CASES", "UNDECIDED", "Verdict", "count", "place", "read", "shortfalls", "size", "spans"]

# How many cases each section has.
CASES: Mapping[str, int] = {
    "1": 16,
    "2": 11,
    "3": 7,
    "4": 10,
    "5": 20,
    "6": 145,
    "7": 37,
    "9": 54,
    "10": 1,
    "12": 90,
    "13": 126,
}
# What a server does here RFC 6455 leaves to it, and the suite never says more than INFORMATIONAL: a
# close behind a large message, and close codes that nobody has given a meaning.
UNDECIDED = frozenset({"7.1.6", "7.13.1", "7.13.2"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one case: of the exchange, and of the closing handshake after it."""

    case: str
    behavior: str
    closing: str
    reason: str = ""  # the suite's own words, where one of the two is not OK
    answered: int = 0  # bytes of the answers, where the case negotiates compression
    received: int = 0  # bytes that they took on the wire

    @property
    def ok(self) -> bool:
        """Whether there is nothing to be said about it."""
        return self.behavior == self.closing == "OK"

    @property
    def wanted(self) -> bool:
        """Whether it is the best that can be had."""
        if self.case in UNDECIDED:
            return self.behavior == "INFORMATIONAL" and self.closing in ("OK", "INFORMATIONAL")
        return self.ok

    @property
    def sentence(self) -> str:
        """What the suite says of it."""
        return f"{self.case} is {self.behavior}, its closing {self.closing}: {self.reason}"


def read(folder: Path, agent: str) -> list[Verdict]:
    """Read the reports that the suite left in a folder, in the order of the cases."""
    index = json.loads((folder / "index.json").read_text(encoding="utf-8")).get(agent, {})
    found = []
    for case in sorted(index, key=place):
        entry = index[case]
        report = json.loads((folder / entry["reportfile"]).read_text(encoding="utf-8"))
        behavior, closing = entry["behavior"], entry["behaviorClose"]
        reasons = [report["result"]] * (behavior != "OK")
        reasons += [report["resultClose"]] * (closing != "OK")
        traffic = report.get("trafficStats") or {}
        found.append(
            Verdict(
                case,
                behavior,
                closing,
                "; ".join(dict.fromkeys(reasons)),
                traffic.get("incomingOctetsAppLevel", 0),
                traffic.get("incomingOctetsWireLevel", 0),
            )
        )
    return found


def shortfalls(verdicts: Sequence[Verdict]) -> list[str]:
    """Say in sentences what keeps a full run from being the best that can be had."""
    found = [verdict.sentence for verdict in verdicts if not verdict.wanted]
    ran = Counter(verdict.case.partition(".")[0] for verdict in verdicts)
    return found + [
        f"section {section} has {CASES.get(section, 0)} cases: {ran[section]} ran"
        for section in sorted(CASES.keys() | ran.keys(), key=place)
        if ran[section] != CASES.get(section, 0)
    ]


def count(values: Iterable[str]) -> str:
    """Say how many there are of each: OK first, then by name."""
    tally = Counter(values)
    names = sorted(tally, key=lambda name: (name != "OK", name))
    return ", ".join(f"{tally[name]} {name}" for name in names)


def size(verdicts: Iterable[Verdict]) -> float | None:
    """Return what compressed answers took on the wire, as a part of what they said."""
    answered = received = 0
    for verdict in verdicts:
        answered += verdict.answered
        received += verdict.received
    return received / answered if answered else None


def place(case: str) -> tuple[int, ...]:
    """Return what puts cases in the suite's order: 9.2.1 before 10.1.1."""
    return tuple(int(number) for number in case.split("."))


def spans(cases: Iterable[str]) -> str:
    """Name cases shortly: neighbours as 6.4.1–6.4.4."""
    ordered = sorted(cases, key=place)
    runs = [ordered[:1]] if ordered else []
    for before, case in pairwise(ordered):
        *head, last = place(before)
        if place(case) == (*head, last + 1):
            runs[-1].append(case)
        else:
            runs.append([case])
    # Two neighbours are not shorter as a span.
    named = [f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(run) for run in runs]
    return ", ".join(named)
