"""Fuzzing with atheris: what reaches code that nothing reached before is varied further."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["webapp.wire"], enable_loader_override=False):
    from tests.fuzz.script import LONGEST
    from tests.fuzz.trial import Trial

__all__ = ["fuzz"]


def fuzz(corpus: Path, findings: Path, seconds: int) -> int:
    """Fuzz; libFuzzer ends the process itself, with a status other than 0 for a finding."""
    options = {
        "max_total_time": seconds,
        "max_len": LONGEST,
        "artifact_prefix": f"{findings}/",
        "timeout": 20,  # seconds for one script: an endless loop is a finding, too
        "rss_limit_mb": 1024,
        "print_final_stats": 1,
    }
    arguments = [sys.argv[0], str(corpus), *(f"-{name}={value}" for name, value in options.items())]
    with asyncio.Runner() as runner:
        atheris.Setup(arguments, Trial(runner.get_loop()))
        atheris.Fuzz()
    return 0
