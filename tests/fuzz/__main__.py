"""The command: python -m tests.fuzz --seconds 60, or with files of findings to try again."""

from __future__ import annotations

import argparse
import asyncio
import sys
import traceback
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parent.parent.parent / ".fuzz"


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz, or try again; return the exit status: 1 for a finding."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="how long to look (default 60)")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="for corpus and findings")
    parser.add_argument("--blind", action="store_true", help="without coverage to guide it")
    parser.add_argument("again", type=Path, nargs="*", help="findings to try again")
    options = parser.parse_args(arguments)
    if options.again:
        return _again(options.again)
    fuzz = _fuzzer(options.blind)
    corpus, findings = options.folder / "corpus", options.folder / "findings"
    for folder in (corpus, findings):
        folder.mkdir(parents=True, exist_ok=True)
    _sow(corpus)
    return fuzz(corpus, findings, options.seconds)


# What is imported below loads the code under test: atheris has to be there first, to watch it.


def _fuzzer(blind: bool) -> Callable[[Path, Path, int], int]:
    if not blind:
        try:
            from tests.fuzz.guided import fuzz
        except ImportError:
            print("There is no atheris (make fuzz installs it): no coverage guides what follows.")
        else:
            return fuzz
    from tests.fuzz.blind import fuzz

    return fuzz


def _sow(corpus: Path) -> None:
    from tests.fuzz.seeds import seeds

    for seed in seeds():
        (corpus / sha256(seed).hexdigest()[:16]).write_bytes(seed)


def _again(files: Sequence[Path]) -> int:
    from tests.fuzz.trial import Trial

    failed = 0
    with asyncio.Runner() as runner:
        for file in files:
            try:
                Trial(runner.get_loop())(file.read_bytes())
            except Exception:
                traceback.print_exc()
                failed = 1
            print(file, "failed" if failed else "passed")
    return failed


if __name__ == "__main__":
    sys.exit(main())
