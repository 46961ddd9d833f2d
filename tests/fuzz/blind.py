"""Fuzzing without coverage, where there is no atheris: scripts are varied at random."""

from __future__ import annotations

import asyncio
import random
import time
import traceback
from hashlib import sha256
from pathlib import Path

from tests.fuzz.script import LONGEST
from tests.fuzz.trial import Trial

__all__ = ["fuzz"]

_EVERY = 5.0  # seconds between two lines of progress


def fuzz(corpus: Path, findings: Path, seconds: int) -> int:
    """Fuzz until the time is over or something is found; return the exit status."""
    scripts = [file.read_bytes() for file in sorted(corpus.iterdir())]
    source = random.Random(time.time_ns())
    began = shown = time.monotonic()
    tried = 0
    with asyncio.Runner() as runner:
        trial = Trial(runner.get_loop())
        while (now := time.monotonic()) - began < seconds:
            # All that is there as it stands first, then variations.
            script = scripts[tried] if tried < len(scripts) else _varied(scripts, source)[:LONGEST]
            try:
                trial(script)
            except Exception:
                traceback.print_exc()
                file = findings / f"crash-{sha256(script).hexdigest()[:16]}"
                file.write_bytes(script)
                print(f"Found something: {file}")
                return 1
            tried += 1
            if now - shown > _EVERY:
                shown = now
                print(f"{tried} tried, {now - began:.0f} s of {seconds}", flush=True)
    print(f"{tried} tried in {seconds} s, nothing found")
    return 0


def _varied(scripts: list[bytes], source: random.Random) -> bytes:
    """One of the scripts with a few bytes changed, moved, left out or taken from another."""
    script = bytearray(source.choice(scripts))
    for _ in range(source.randint(1, 4)):
        at = source.randint(0, len(script))
        match source.randint(0, 4):
            case 0 if script:
                script[at % len(script)] ^= 1 << source.randint(0, 7)
            case 1 if script:
                script[at % len(script)] = source.choice((0, 1, 125, 126, 127, 128, 255))
            case 2:
                del script[at : at + source.randint(1, 8)]
            case 3:
                script[at:at] = source.randbytes(source.randint(1, 8))
            case _:
                other = source.choice(scripts)
                start = source.randint(0, len(other))
                script[at:at] = other[start : start + source.randint(1, 40)]
    return bytes(script)
