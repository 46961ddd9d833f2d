"""The page under load: right in every count, a sample of the rest, and out of nobody's way.

How smooth that is, is for ``python -m bench.browsing`` to measure, where nothing else runs.
"""

import asyncio
import re
import sys

import pytest
from playwright.async_api import Page, expect

from tests.browser.screen import Open, port_of
from tests.command import REPOSITORY, Serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PER_SECOND, SECONDS, CLIENTS = 5000, 3, 50
# The journal keeps 20,000 events, the page far fewer lines.
MOST_LINES = 10_001


async def load(server: Serving) -> int:
    """Have clients send messages that come back right; return how many."""
    paced = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.paced", str(port_of(server)), str(PER_SECOND), str(SECONDS)),
        cwd=REPOSITORY,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await paced.communicate()
    assert paced.returncode == 0
    return int(said.split()[0])


def numbers(text: str) -> int:
    return int(re.sub(r"\D", "", text))


async def heap(page: Page) -> int:
    """JavaScript heap in use after a collection, in bytes."""
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("HeapProfiler.collectGarbage")
    used: int = (await devtools.send("Runtime.getHeapUsage"))["usedSize"]
    return used


async def test_under_load_all_counts_are_right_and_the_stream_is_a_sample_and_says_so(
    open_page: Open, server: Serving
) -> None:
    pages = [await open_page(server.page) for _ in range(2)]
    before = [await heap(page) for page in pages]
    for page in pages:
        await page.evaluate(
            """() => {
                globalThis.said = "";
                new MutationObserver(() => {
                    const words = document.getElementById("feed-words").textContent;
                    if (words.includes("left out")) globalThis.said = words;
                }).observe(document.getElementById("feed-words"), { childList: true, subtree: true,
                    characterData: true });
            }"""
        )
    echoes = await load(server)
    assert echoes >= 0.5 * PER_SECOND * SECONDS, "that was no load"
    for page, heap_before in zip(pages, before, strict=True):
        await expect(page.locator("#count-total")).to_have_text(f"{2 * echoes:,}")
        await expect(page.locator("#count-open")).to_have_text("0")
        ended = page.locator("#ended-connections .connection")
        await expect(ended).to_have_count(CLIENTS)
        for way in ("in", "out"):
            told = await ended.locator(f".{way}").all_text_contents()
            assert sum(numbers(each.split("·")[0]) for each in told) == echoes
        assert re.match(r"^live, [\d,]+ events left out$", await page.evaluate("globalThis.said"))
        shown = numbers(await page.locator("#stream-count").inner_text())
        assert 0 < shown < min(MOST_LINES, 2 * echoes)
        lines = await page.locator("#canvas .line").count()
        assert 0 < lines < 100, "lines that nobody sees are elements"
        assert await heap(page) - heap_before < 20_000_000
