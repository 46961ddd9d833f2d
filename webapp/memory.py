"""What this process asks of those who manage its memory: glibc's malloc, and Python's collector."""

from __future__ import annotations

import ctypes
import gc
import sys
from contextlib import suppress

__all__ = ["keep_some_memory", "settle"]

# malloc.h
_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3

# By itself malloc asks the kernel for the memory of each message of some size, and gives it back
# at once: to have its pages zeroed and mapped again is half of what an echo of a megabyte costs.
# Buffers of up to the first size come from the heap instead, and of what is free at its end, up to
# the second stays: `make bench` shows the one, and resident memory the other.
_FROM_THE_HEAP = 4 * 1024 * 1024
_KEPT = 8 * 1024 * 1024


def keep_some_memory() -> None:
    """Tell malloc not to give all free memory back at once; other C libraries know no such wish."""
    if sys.platform == "linux":
        with suppress(AttributeError):  # musl
            mallopt = ctypes.CDLL(None).mallopt
            mallopt(_M_MMAP_THRESHOLD, _FROM_THE_HEAP)
            mallopt(_M_TRIM_THRESHOLD, _KEPT)


def settle() -> None:
    """Have the collector look no more at what has been loaded so far: it will not go away.

    How often it looks is left as it is: what a connection was made of goes without it.
    """
    gc.collect()
    gc.freeze()
