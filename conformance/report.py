"""What the runs came to: kept as JSON, shown as Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from conformance.verdicts import CASES, UNDECIDED, Verdict, count, place, spans

__all__ = ["Result", "keep", "kept", "markdown"]

_TOTAL = sum(CASES.values())
_COLUMNS = ("OK", "NON-STRICT", "INFORMATIONAL", "FAILED")

# What a section is about, in the order of the suite.
_SUBJECTS = {
    "1": "messages, and every way to code their length",
    "2": "pings and pongs",
    "3": "reserved bits",
    "4": "reserved opcodes",
    "5": "fragments",
    "6": "UTF-8, and when an error in it is noticed",
    "7": "the closing handshake, its codes and reasons",
    "9": "messages of up to 16 MiB, whole and in pieces, and many of them",
    "10": "64 KiB in fragments of 1300 bytes",
    "12": "permessage-deflate, with five kinds of contents",
    "13": "permessage-deflate, with seven kinds of offers",
}

_PAGE = """\
# Conformance

<!-- Written by `make conformance`, from conformance.json beside it. -->

The Autobahn test suite plays clients to a server, well-behaved ones and others: {total} cases, all
that it has. Of each it judges the exchange (OK; NON-STRICT: not wrong, but less strict or prompt
than it should be; FAILED) and, apart from that, the closing handshake. Three cases,
{undecided}, are INFORMATIONAL whatever a server does.

{reached}

{verdicts}

*Answers on the wire*: how many bytes the answers of sections 12 and 13 took, frame headers and all,
as a part of what they said. The suite counts them, but does not judge: plain answers are as OK as
compressed ones. That Echoscope compresses its answers, and when, is tested in
`tests/wire/test_deflate*.py`.

## What was not OK

{exceptions}

## The cases

{sections}

## The runs

{runs}

Every server echoes what it gets, on 127.0.0.1.

`make conformance` plays the suite to Echoscope and renews its row, `make conformance ARGS=--all`
renews all rows, and `make conformance ARGS="ws aiohttp"` some. It takes a `wstest`: the one that
`WSTEST=` names, one on the `PATH`, or one that it sets up by itself where it finds a CPython 2.7.
Its exit status is 0 only if Echoscope has {goal}, of the exchanges and of the
closing handshakes.
"""


@dataclass(frozen=True, slots=True)
class Result:
    """What one full run over one server came to."""

    title: str
    version: str
    configured: str
    remark: str  # what has to be known about its exceptions, if anything
    suite: str
    date: str
    minutes: float
    cases: int
    apart: tuple[Verdict, ...]  # all but those that are OK twice
    size: float | None  # what compressed answers took on the wire, as a part of what they said

    @property
    def as_wanted(self) -> bool:
        """Whether all cases ran, and each came out as well as it can."""
        return self.cases == _TOTAL and all(case.wanted for case in self.apart)

    def behaviors(self) -> list[str]:
        """Return what was said of each case's exchange."""
        return [*["OK"] * (self.cases - len(self.apart)), *(case.behavior for case in self.apart)]

    def closings(self) -> list[str]:
        """Return what was said of each case's closing handshake."""
        return [*["OK"] * (self.cases - len(self.apart)), *(case.closing for case in self.apart)]


def kept(path: Path) -> dict[str, Result]:
    """Read the results of earlier runs by the names of their servers; none if there is no file."""
    if not path.exists():
        return {}
    return {
        name: Result(**{**entry, "apart": tuple(Verdict(**case) for case in entry["apart"])})
        for name, entry in json.loads(path.read_text(encoding="utf-8")).items()
    }


def keep(path: Path, results: Mapping[str, Result]) -> None:
    """Write results where `kept` finds them."""
    entries = {name: asdict(result) for name, result in results.items()}
    path.write_text(json.dumps(entries, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def markdown(ours: Result | None, others: Sequence[Result]) -> str:
    """Return the page about the results of this project, if there are some yet, and of others."""
    results = [ours, *others] if ours else [*others]
    columns = _columns(results)
    goal = f"{_TOTAL - len(UNDECIDED)} OK and {len(UNDECIDED)} INFORMATIONAL"
    verdicts = [
        [
            result.title,
            *[str(result.behaviors().count(column)) for column in columns],
            count(result.closings()),
            "not compressed" if result.size is None else f"{result.size:.0%}",
        ]
        for result in results
    ]
    runs = [
        [
            result.title,
            result.version,
            result.configured,
            result.suite,
            result.date,
            f"{result.minutes:.0f}",
        ]
        for result in results
    ]
    return _PAGE.format(
        total=_TOTAL,
        undecided=", ".join(sorted(UNDECIDED, key=place)),
        goal=goal,
        reached=_reached(ours, goal),
        verdicts=_table(
            ["server", *columns, "closing handshakes", "answers on the wire"], verdicts
        ),
        exceptions="\n\n".join(_exceptions(result) for result in results),
        sections=_table(
            ["section", "about", "cases"],
            [[section, _SUBJECTS[section], str(cases)] for section, cases in CASES.items()],
        ),
        runs=_table(["server", "version", "configured", "suite", "date", "minutes"], runs),
    )


def _reached(ours: Result | None, goal: str) -> str:
    if ours is None:
        return "**The suite has not been played to Echoscope yet.**"
    if not ours.as_wanted:
        return f"**Echoscope falls short of what can be reached, {goal}.**"
    return f"Echoscope reaches what can be reached, {goal}."


def _columns(results: Iterable[Result]) -> list[str]:
    """Return the columns that there always are, and what else occurs, so that all cases count."""
    found = {behavior for result in results for behavior in result.behaviors()}
    return [*_COLUMNS, *sorted(found - set(_COLUMNS))]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _exceptions(result: Result) -> str:
    """Name the cases that could be better, by what was said of them."""
    named: dict[str, list[str]] = {}
    for case in result.apart:
        if not case.wanted:
            words = [case.behavior] * (case.behavior != "OK")
            words += [f"closing handshake {case.closing}"] * (case.closing != "OK")
            named.setdefault(", ".join(words), []).append(case.case)
    lines = [f"- {words}: {spans(cases)}" for words, cases in sorted(named.items())]
    if result.cases != _TOTAL:
        lines.append(f"- the run was not complete: {result.cases} cases of {_TOTAL}")
    if not lines:
        return f"{result.title}: nothing."
    return "\n".join(
        [f"{result.title}:", "", *lines, *([f"\n{result.remark}"] * bool(result.remark))]
    )
