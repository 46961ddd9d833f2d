"""The command: ``python -m bench``, or ``make bench``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Container, Sequence
from pathlib import Path

from bench.cases import CASES
from bench.memory import million
from bench.plot import svg
from bench.report import markdown, terminal
from bench.rounds import RunError, measure
from bench.serving import SERVERS, StartError
from bench.upgrade import EchoError

_DOCS = Path(__file__).parent.parent / "docs"
# Some servers ping after a minute, which the load generator does not expect.
_MOST_SECONDS = 30.0
_WORTH_WRITING = 3  # rounds
_DEFAULTS = {"cases": [*CASES], "servers": [*SERVERS], "rounds": 5, "seconds": 1.0}

_DESCRIPTION = """\
Measure Echoscope beside what one would use instead: echoes and handshakes per second of server CPU
time, round trips, also beside clients that flood, memory, compression, and what an open page
costs. The servers take turns, each pinned to one core; the load generator has the others and
compares every echo byte for byte. All of it takes about eleven minutes, on Linux with two cores or
more, with nothing else running.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the arguments ask for; return the exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if not 0 < options.seconds <= _MOST_SECONDS:
        parser.error(f"--seconds {options.seconds:g}: more than 0, at most {_MOST_SECONDS:g}")
    if options.rounds < 1:
        parser.error(f"--rounds {options.rounds}: 1 or more")
    try:
        if options.memory:
            print(million())
            return 0
        results = measure(
            options.cases, options.servers, options.seconds, options.rounds, _command(options)
        )
    except (EchoError, RunError, StartError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("bench: interrupted; nothing is written", file=sys.stderr)
        return 130
    print(terminal(results))
    whole = options.cases == [*CASES] and options.servers == [*SERVERS]
    if whole and options.rounds >= _WORTH_WRITING if options.write is None else options.write:
        _write(options.into / "benchmarks.md", markdown(results))
        _write(options.into / "images" / "benchmarks.svg", svg(results))
    return 0


def _command(options: argparse.Namespace) -> str:
    """Return what to type in order to measure the same again."""
    words = []
    for name in ("cases", "servers", "rounds", "seconds"):
        value = getattr(options, name)
        if value != _DEFAULTS[name]:
            words.append(f"--{name} {','.join(value) if isinstance(value, list) else f'{value:g}'}")
    return f'make bench ARGS="{" ".join(words)}"' if words else "make bench"


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    print(f"Written: {file}")


def _parser() -> argparse.ArgumentParser:
    width = max(map(len, CASES))
    cases = [f"  {key:{width}}  {case.kind.value}: {case.title}" for key, case in CASES.items()]
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description=_DESCRIPTION,
        epilog="\n".join(["cases:", *cases]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--cases",
        type=_names(CASES),
        metavar="A,B",
        help="only these cases, of those below",
    )
    parser.add_argument(
        "--servers",
        type=_names(SERVERS),
        metavar="A,B",
        help=f"only these servers, of {', '.join(SERVERS)}",
    )
    parser.add_argument("--rounds", type=int, metavar="N", help="how often to measure each (5)")
    parser.add_argument("--seconds", type=float, metavar="S", help="how long to load each (1)")
    parser.add_argument(
        "--write",
        action=argparse.BooleanOptionalAction,
        help="write benchmarks.md and images/benchmarks.svg, or not (by default where everything "
        f"is measured, in {_WORTH_WRITING} rounds or more)",
    )
    parser.add_argument(
        "--into", type=Path, default=_DOCS, metavar="FOLDER", help="where to write them (docs)"
    )
    parser.add_argument(
        "--memory",
        action="store_true",
        help="instead: what a million messages leave in Echoscope's memory",
    )
    parser.set_defaults(**_DEFAULTS)
    return parser


def _names(known: Container[str]) -> Callable[[str], list[str]]:
    """Return what reads a list of such names."""

    def names(text: str) -> list[str]:
        given = text.split(",")
        for name in given:
            if name not in known:
                raise argparse.ArgumentTypeError(f"there is no {name!r}: see --help")
        return given

    return names


if __name__ == "__main__":
    sys.exit(main())
