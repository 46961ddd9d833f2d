"""What a process asks of malloc and of the collector: seen from a process that does."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.command import PATIENCE, REPOSITORY


def told(program: str) -> int:
    command = [sys.executable, "-c", program]
    result = subprocess.run(
        command, cwd=REPOSITORY, capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    return int(result.stdout)


FAULTS = """
import resource
from webapp.memory import keep_some_memory
{call}
for _ in range(50):
    messages = [b"x" * (1 << 20) for _ in range(6)]
    del messages
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other C libraries know no such wish")
def test_the_memory_of_large_messages_is_not_given_back_at_once() -> None:
    """Each page that is asked for again is a page fault: some 1,500 for each round of messages."""
    assert told(FAULTS.format(call="keep_some_memory()")) < told(FAULTS.format(call="")) / 3


def test_the_collector_looks_no_more_at_what_is_loaded() -> None:
    program = """
import gc
from webapp.memory import settle
settle()
print(gc.get_freeze_count())
"""
    assert told(program) > 1000
