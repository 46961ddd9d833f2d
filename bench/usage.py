"""What a process has used so far, as the kernel counts it."""

from __future__ import annotations

import ctypes
import os
import subprocess
import time
from pathlib import Path
from typing import Any

__all__ = ["cpu_seconds", "resident_bytes", "settled_bytes"]

_LIBC = ctypes.CDLL(None, use_errno=True)

_PAUSE = 0.25  # seconds between two looks at the memory
_LOOKS = 20
_STILL = 0.002  # the share by which they may differ


def cpu_seconds(process: subprocess.Popen[Any]) -> float:
    """User and system time of a process with all its threads, to the nanosecond."""
    # The clock tick of proc(5) would be a hundredth of a second.
    clock = ctypes.c_int()
    error = _LIBC.clock_getcpuclockid(process.pid, ctypes.byref(clock))
    if error:
        raise OSError(error, os.strerror(error))
    return time.clock_gettime(clock.value)


def resident_bytes(process: subprocess.Popen[bytes]) -> int:
    """Resident memory of a process now (proc(5))."""
    pages = Path(f"/proc/{process.pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def settled_bytes(process: subprocess.Popen[bytes]) -> int:
    """Resident memory once it no longer moves, or after five seconds."""
    latest = resident_bytes(process)
    for _ in range(_LOOKS):
        time.sleep(_PAUSE)
        before, latest = latest, resident_bytes(process)
        if abs(latest - before) <= _STILL * before:
            break
    return latest
