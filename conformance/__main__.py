"""``python -m conformance``: how strictly this server, and others, keep to the protocol."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from conformance.report import Result, keep, kept, markdown
from conformance.run import RunError, play
from conformance.servers import OURS, SERVERS, AbsentError
from conformance.suite import Suite, SuiteError, find
from conformance.verdicts import Verdict, count, read, shortfalls, size

_REPOSITORY = Path(__file__).parent.parent
_BUILDS = _REPOSITORY / "build" / "conformance"
_RESULTS = _REPOSITORY / "docs" / "conformance.json"
_PAGE = _REPOSITORY / "docs" / "conformance.md"
_ALL = ("*",)

AS_WANTED = 0
SHORT = 1
CANNOT_RUN = 2


def main() -> int:
    """Run what the arguments ask for; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m conformance", description=__doc__)
    parser.add_argument(
        "servers", nargs="*", metavar="SERVER", help=f"any of: {', '.join(SERVERS)} ({OURS})"
    )
    parser.add_argument("--all", action="store_true", help="all servers that can be had here")
    parser.add_argument(
        "--cases", nargs="+", metavar="CASE", help="only such as 1.1.1 or 6.*, and write nothing"
    )
    parser.add_argument(
        "--page", action="store_true", help="only write the page anew, from what earlier runs left"
    )
    options = parser.parse_args()
    if unknown := set(options.servers) - set(SERVERS):
        parser.error(f"there is no server {', '.join(sorted(unknown))}, but {', '.join(SERVERS)}")
    if options.page:
        _write(kept(_RESULTS))
        return AS_WANTED
    names = list(SERVERS) if options.all else options.servers or [OURS]
    try:
        suite = find(os.environ, _BUILDS / "suite", _say)
    except SuiteError as error:
        _say(str(error))
        return CANNOT_RUN
    return _some(suite, names, options.cases) if options.cases else _table(suite, names)


def _some(suite: Suite, names: Sequence[str], cases: Sequence[str]) -> int:
    """Play some cases, and say what is not as it should be."""
    status = AS_WANTED
    for name in names:
        try:
            verdicts, _ = _play(suite, name, cases)
        except (AbsentError, RunError) as error:
            _say(f"{name}: {error}")
            status = SHORT
            continue
        _tell(name, verdicts, cases)
        short = [verdict for verdict in verdicts if not verdict.wanted]
        for verdict in short:
            _say(f"  {verdict.sentence}")
        if short or not verdicts:
            status = SHORT
    return status


def _table(suite: Suite, names: Sequence[str]) -> int:
    """Play all cases, and renew the rows of these servers."""
    complete = True
    for name in names:
        try:
            verdicts, seconds = _play(suite, name)
        except AbsentError as error:
            _say(f"{name} is left out, and its row stays as it is: {error}")
            complete = complete and name != OURS
            continue
        except RunError as error:
            _say(f"{name}: {error}")
            complete = False
            continue
        _tell(name, verdicts)
        for sentence in shortfalls(verdicts) if name == OURS else ():
            _say(f"  {sentence}")
        server = SERVERS[name]
        new = Result(
            title=server.title,
            version=server.version(),
            configured=server.configured,
            remark=server.remark,
            suite=suite.version,
            date=f"{datetime.now(UTC):%Y-%m-%d}",
            minutes=round(seconds / 60, 1),
            cases=len(verdicts),
            apart=tuple(verdict for verdict in verdicts if not verdict.ok),
            size=size(verdicts),
        )
        # After each server, and from what is there by then: a row that took ten minutes is lost
        # neither with the next, nor by another run beside this one.
        rows = {**kept(_RESULTS), name: new}
        keep(_RESULTS, {known: rows[known] for known in SERVERS if known in rows})
        _write(kept(_RESULTS))
    ours = kept(_RESULTS).get(OURS)
    return AS_WANTED if complete and ours is not None and ours.as_wanted else SHORT


def _write(rows: Mapping[str, Result]) -> None:
    others = [row for name, row in rows.items() if name != OURS]
    _PAGE.write_text(markdown(rows.get(OURS), others), encoding="utf-8")
    _say(f"Written: {_PAGE.relative_to(_REPOSITORY)}")


def _play(suite: Suite, name: str, cases: Sequence[str] = _ALL) -> tuple[list[Verdict], float]:
    """Start a server and play cases to it; return what was said of them, and the seconds."""
    folder = _reports(name, cases)
    with SERVERS[name].running() as port:
        url = f"ws://127.0.0.1:{port}/ws"
        seconds = play(suite.wstest, name, url, folder, cases, progress=_progress(name))
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    return read(folder, name), seconds


def _reports(name: str, cases: Sequence[str]) -> Path:
    """Where the suite leaves its reports: some cases do not get in the way of a full run."""
    return _BUILDS / ("reports" if cases == _ALL else "some") / name


def _tell(name: str, verdicts: Sequence[Verdict], cases: Sequence[str] = _ALL) -> None:
    behaviors = count(verdict.behavior for verdict in verdicts)
    closings = count(verdict.closing for verdict in verdicts)
    _say(f"{name}: {behaviors}; closing handshakes: {closings}")
    _say(f"  each in detail: {_reports(name, cases).relative_to(_REPOSITORY)}/index.html")


def _progress(name: str) -> Callable[[str, int, int], None]:
    """Show each case on a terminal, and elsewhere each section."""
    begun = ""

    def show(case: str, number: int, total: int) -> None:
        nonlocal begun
        section = case.partition(".")[0]
        if sys.stderr.isatty():
            text = f"\r\x1b[K{name}: case {case}, {number} of {total}"
            print(text, end="", file=sys.stderr, flush=True)
        elif section != begun:
            _say(f"{name}: section {section}, from case {number} of {total}")
        begun = section

    return show


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
