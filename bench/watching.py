"""A page that is open: a process that takes the live feed in, ``python -m bench.watching PORT``."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from websockets.sync.client import ClientConnection, connect

from bench.upgrade import EchoError

__all__ = ["Seen", "watching"]


@dataclass(slots=True)
class Seen:
    """What the page was told, once it is closed: events shown to it, and left out by number."""

    shown: int = 0
    left_out: int = 0


@contextmanager
def watching(port: int) -> Iterator[Seen]:
    """Have a page open for as long as the context lasts; raises EchoError if it saw nothing."""
    seen = Seen()
    # Not a thread: it would take the load generator's time, which then looks like a slow server.
    with subprocess.Popen(
        [sys.executable, "-m", "bench.watching", str(port)],
        cwd=Path(__file__).parent.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as page:
        assert page.stdin is not None
        assert page.stdout is not None
        try:
            if page.stdout.readline() != "watching\n":
                raise EchoError("the page's feed does not begin")
            yield seen
        finally:
            page.stdin.close()
            told = page.stdout.read()
    if not told:
        raise EchoError("the page's feed ended before its time")
    seen.shown, seen.left_out = map(int, told.split())
    if not seen.shown:
        raise EchoError("the page was told of no event")


def _watch(port: int) -> None:
    """Count what the feed tells until standard input ends."""
    seen = Seen()
    with connect(f"ws://127.0.0.1:{port}/live", max_size=None, compression=None) as feed:
        feed.recv()
        print("watching", flush=True)
        threading.Thread(target=_close_in_time, args=(feed,)).start()
        for text in feed:
            told = json.loads(text)
            if told["type"] == "events":
                seen.shown += len(told["events"])
                seen.left_out += told["skipped"] + told["forgotten"]
    print(seen.shown, seen.left_out, flush=True)


def _close_in_time(feed: ClientConnection) -> None:
    sys.stdin.read()
    feed.close()


if __name__ == "__main__":
    _watch(int(sys.argv[1]))
