"""What the page costs under load, in a real browser: ``python -m bench.browsing``."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from bench.chromium import MISSING, OPTIONS, executable
from bench.load import Load, loading
from bench.serving import serving
from bench.usage import cpu_seconds

__all__ = ["main"]

_SPEED = Load(connections=64, in_flight=1, size=64)
_ROUNDS = 3

# What pages may cost.
_TASKS = 2.0  # per cent of the time in tasks over 50 ms
_LONGEST = 250  # milliseconds of one of these
_HEAP = 20_000_000  # bytes more than before
_SLOWER = 0.9  # of the echoes per second of server time that there are without a page

# Long tasks are those over 50 ms (W3C Long Tasks API).
_WATCH = """
    globalThis.longTasks = [];
    new PerformanceObserver(list => {
        for (const { duration } of list.getEntries()) longTasks.push(duration);
    }).observe({ type: "longtask", buffered: true });
"""


@dataclass(frozen=True, slots=True)
class _Watched:
    """A page, and what to ask the browser about it."""

    page: Page
    devtools: CDPSession

    def heap(self) -> int:
        """JavaScript heap in use after a collection, in bytes."""
        self.devtools.send("HeapProfiler.collectGarbage")
        used: int = self.devtools.send("Runtime.getHeapUsage")["usedSize"]
        return used

    def number(self, selector: str) -> int:
        return int((self.page.locator(selector).text_content() or "0").replace(",", ""))


def main(arguments: Sequence[str] | None = None) -> int:
    """Load a server while pages of it are open, and say what that costs either."""
    options = _parser().parse_args(arguments)
    with ExitStack() as stack:
        browser = stack.enter_context(_browser())
        broken = _smoothness(browser, options.pages, options.rate, options.seconds)
        broken += _speed(browser, options.pages)
    for sentence in broken:
        print(f"too much: {sentence}", file=sys.stderr)
    return 1 if broken else 0


def _smoothness(browser: Browser, pages: int, rate: int, seconds: float) -> list[str]:
    """Print what each page had to do, and return in sentences what was too much."""
    with serving("echoscope") as (process, port):
        os.sched_setaffinity(0, range(os.cpu_count() or 1))
        watched = [_open(browser, port) for _ in range(pages)]
        before = [each.heap() for each in watched]
        for each in watched:
            each.page.evaluate("longTasks.length = 0")
        cpu = cpu_seconds(process)
        echoes, longest = _paced(port, rate, seconds)
        cpu = cpu_seconds(process) - cpu
        print(
            f"{echoes:,} echoes in {seconds:g} s, all right, the slowest batch in "
            f"{1000 * longest:.0f} ms; the server took {100 * cpu / seconds:.0f} % of a core"
        )
        broken = []
        for number, (each, heap) in enumerate(zip(watched, before, strict=True), 1):
            each.page.wait_for_timeout(1500)
            tasks: list[float] = each.page.evaluate("longTasks")
            told = each.number("#count-total")
            share, longest_task = sum(tasks) / seconds / 10, max(tasks, default=0)
            more = each.heap() - heap
            print(
                f"page {number}: {told:,} of {2 * echoes:,} messages counted; "
                f"tasks over 50 ms {share:.2f} % of the time, the longest {longest_task:.0f} ms; "
                f"heap {heap / 1e6:.1f} MB before, {more / 1e6:+.1f} MB after"
            )
            for wrong, what in (
                (told != 2 * echoes, "messages miscounted"),
                (share >= _TASKS, f"{share:.2f} % of the time in tasks over 50 ms"),
                (longest_task >= _LONGEST, f"a task of {longest_task:.0f} ms"),
                (more >= _HEAP, f"{more / 1e6:.1f} MB more heap"),
            ):
                if wrong:
                    broken.append(f"page {number}: {what}")
            each.page.context.close()
        return broken


def _speed(browser: Browser, pages: int) -> list[str]:
    """Measure echoes per second of server CPU time, without and with the pages, in turns."""
    with serving("echoscope") as (process, port), loading(port, _SPEED) as generator:
        without, beside = [], []
        for _ in range(_ROUNDS):
            for figures, count in ((without, 0), (beside, pages)):
                watched = [_open(browser, port) for _ in range(count)]
                generator.run(seconds=0.5)
                cpu = cpu_seconds(process)
                result = generator.run(seconds=3)
                figures.append(result.echoes / (cpu_seconds(process) - cpu))
                for each in watched:
                    each.page.context.close()
    one, other = sorted(without)[_ROUNDS // 2], sorted(beside)[_ROUNDS // 2]
    print(
        f"echoes per second of server CPU time, {_SPEED.connections} connections at full speed: "
        f"{one:,.0f} without a page, {other:,.0f} with {pages}: {other / one:.2f} of it"
    )
    return [] if other / one >= _SLOWER else [f"{other / one:.2f} of the speed without pages"]


def _open(browser: Browser, port: int) -> _Watched:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.add_init_script(_WATCH)
    page.goto(f"http://127.0.0.1:{port}/")
    page.locator("#feed-state[data-state=live]").wait_for()
    # What the page fetches a little later is of its opening, too.
    page.evaluate("import('/static/js/inspector/inspector.js').then(() => null)")
    return _Watched(page, context.new_cdp_session(page))


def _paced(port: int, rate: int, seconds: float) -> tuple[int, float]:
    # Not in this process, which drives the browser.
    command = [sys.executable, "-m", "bench.paced", str(port), str(rate), str(seconds)]
    here = Path(__file__).parent.parent
    done = subprocess.run(command, cwd=here, check=True, capture_output=True, text=True)
    echoes, longest = done.stdout.split()
    return int(echoes), float(longest)


@contextmanager
def _browser() -> Iterator[Browser]:
    found = executable()
    if found is None:
        sys.exit(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=OPTIONS)
        yield browser
        browser.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.browsing", description=__doc__)
    parser.add_argument("--pages", type=int, default=1, metavar="N", help="open pages (1)")
    parser.add_argument(
        "--rate", type=int, default=5000, metavar="N", help="messages a second (5000)"
    )
    parser.add_argument(
        "--seconds", type=float, default=60, metavar="S", help="how long to load it (60)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
