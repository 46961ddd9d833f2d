"""Results as tables of text, for the terminal and for the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bench.cases import CASES, Case, Kind
from bench.figures import Results, figure, median, ratio
from bench.samples import Sample

__all__ = ["OURS", "Table", "notes", "quantity", "tables", "waited"]

OURS = "echoscope"

# A server that used less than this share of its core had to wait for somebody.
_BUSY = 0.9

_PERCENTILES = "half of them, and 99 %, took no longer"

Row: TypeAlias = tuple[str, ...]
# What a cell says of the samples of one server in one case; None where there is nothing to say.
_Cell: TypeAlias = Callable[[Case, Sequence[Sample]], str | None]


@dataclass(frozen=True, slots=True)
class Table:
    """A title, the names of the columns, and rows that begin with what they are about."""

    title: str
    columns: Row
    rows: Sequence[Row]

    def plain(self) -> str:
        """Return it for a terminal."""
        lines = [self.columns, *self.rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        texts = []
        for first, *others in lines:
            cells = [text.rjust(width) for text, width in zip(others, widths[1:], strict=True)]
            texts.append("  ".join([first.ljust(widths[0]), *cells]).rstrip())
        return "\n".join([self.title, *(f"  {text}" for text in texts)])

    def markdown(self) -> str:
        """Return it for a page, with its title as a heading."""
        rule = ("---", *["---:"] * (len(self.columns) - 1))
        lines = [f"| {' | '.join(cells)} |" for cells in (self.columns, rule, *self.rows)]
        return "\n".join([f"## {self.title}", "", *lines])


def tables(results: Results) -> list[Table]:
    """Return all tables that there are results for."""
    made = [
        *(_figures(results, kind) for kind in Kind),
        _ratios(results),
        _table(results, f"Round trips in ms: {_PERCENTILES}", _times),
        _table(results, "Round trips beside floods, and answers a second to these", _floods),
        _table(results, "How busy the server and the load generator were", _shares),
    ]
    return [table for table in made if table.rows]


def quantity(kind: Kind, value: float) -> str:
    """Write a value as one reads its kind."""
    match kind:
        case Kind.MEMORY:
            return f"{value / 1024:,.1f}"
        case Kind.FAIR:
            return _milliseconds(value)
        case Kind.PAGE:
            return f"{value:.2f}"
        case _:
            return f"{value:,.0f}"


def waited(results: Results) -> list[str]:
    """Return the cases in which servers had to wait, and which of them."""
    said = []
    for key, servers in results.samples.items():
        shares = {
            name: median(sample.busy for sample in samples) for name, samples in servers.items()
        }
        names = [name for name, share in shares.items() if share is not None and share < _BUSY]
        if names:
            who = "all" if len(names) == len(servers) else ", ".join(names)
            said.append(f"{CASES[key].title} ({who})")
    return said


def notes(results: Results) -> list[str]:
    """Return what the samples say of themselves, once for all servers of which it holds."""
    said: dict[tuple[str, str], list[str]] = {}
    for key, servers in results.samples.items():
        for name, samples in servers.items():
            note = next((sample.note for sample in reversed(samples) if sample.note), "")
            if note:
                said.setdefault((CASES[key].title, note), []).append(name)
    return [f"{title}, {', '.join(names)}: {note}" for (title, note), names in said.items()]


def _figures(results: Results, kind: Kind) -> Table:
    """Medians, with the least and the most of the rounds."""
    if kind is Kind.FAIR:
        return _table(results, f"{kind.value}: {_PERCENTILES}", _fairness, kind)
    table = _table(results, kind.value, _value, kind)
    if kind is not Kind.MEMORY:
        return table
    used = _table(results, "", _used, kind)
    rows = [(f"{first}, after two echoes each", *others) for first, *others in used.rows]
    return Table(table.title, table.columns, [*table.rows, *rows])


def _table(results: Results, title: str, cell: _Cell, kind: Kind | None = None) -> Table:
    """A row for each case of this kind, or of all, and a column for each server in them."""
    cases = {
        key: servers for key, servers in results.samples.items() if kind in (None, CASES[key].kind)
    }
    names = list(dict.fromkeys(name for servers in cases.values() for name in servers))
    rows = []
    for key, servers in cases.items():
        cells = [cell(CASES[key], servers[name]) if name in servers else None for name in names]
        if any(cells):
            rows.append((CASES[key].title, *(text or "" for text in cells)))
    return Table(title, ("", *names), rows)


def _value(case: Case, samples: Sequence[Sample]) -> str:
    found = figure(samples)
    if found is None:
        return samples[-1].note
    middle = quantity(case.kind, found.median)
    if len(samples) == 1:
        return middle
    return f"{middle} ({quantity(case.kind, found.least)}–{quantity(case.kind, found.most)})"


def _fairness(case: Case, samples: Sequence[Sample]) -> str:
    """The 50th percentile, and the 99th as other figures are."""
    typical = median(sample.typical for sample in samples)
    slow = _value(case, samples)
    return slow if typical is None else f"{_milliseconds(typical)} / {slow}"


def _used(case: Case, samples: Sequence[Sample]) -> str | None:
    used = median(sample.used for sample in samples)
    return None if used is None else quantity(case.kind, used)


def _times(case: Case, samples: Sequence[Sample]) -> str | None:
    typical = median(sample.typical for sample in samples)
    slow = median(sample.slow for sample in samples)
    if typical is None or slow is None or case.kind is Kind.FAIR:
        return None
    return f"{_milliseconds(typical)} / {_milliseconds(slow)}"


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:,.2f}" if seconds < 1 else f"{seconds * 1000:,.0f}"


def _floods(_: Case, samples: Sequence[Sample]) -> str | None:
    trips = median(sample.trips for sample in samples)
    answers = median(sample.flooded for sample in samples)
    return None if trips is None or answers is None else f"{trips:,.0f} / {answers:,.0f}"


def _shares(_: Case, samples: Sequence[Sample]) -> str | None:
    server = median(sample.busy for sample in samples)
    generator = median(sample.generator for sample in samples)
    return None if server is None or generator is None else f"{server:.0%} / {generator:.0%}"


def _quotient(value: float) -> str:
    # Some servers take a thousand times as long.
    return f"{value:.2f}" if value >= 0.1 else f"{value:.4f}"


def _ratios(results: Results) -> Table:
    names: dict[str, None] = {}
    found: dict[str, dict[str, float]] = {}
    for key, servers in results.samples.items():
        for name, samples in servers.items():
            if name == OURS or OURS not in servers:
                continue
            names[name] = None
            value = ratio(servers[OURS], samples)
            if value is not None:
                found.setdefault(key, {})[name] = value
    rows = [
        (CASES[key].title, *(_quotient(values[name]) if name in values else "" for name in names))
        for key, values in found.items()
    ]
    return Table("Echoscope's figure divided by each other's", ("", *names), rows)
