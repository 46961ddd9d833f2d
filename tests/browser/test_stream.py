"""The stream of frames, while much or little happens."""

import asyncio
import re
from contextlib import suppress

import pytest
from playwright.async_api import Page, expect

from tests.browser.screen import (
    ROWS,
    Open,
    echo,
    feed_state,
    lines,
    numbered,
    port_of,
    shows,
    texts,
)
from tests.command import Serving
from tests.peer import Peer, dial

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

GRID = "#stream-grid"
AT_END = "grid => grid.scrollTop + grid.clientHeight >= grid.scrollHeight - 1"


def row(page: Page, number: int) -> str:
    return f"{ROWS}[aria-rowindex='{number}']"


async def test_the_stream_follows_its_end_only_while_the_end_is_in_view(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, *numbered("m", range(100)))
        # One line for the connection, two for each message; the first line is number 2.
        await expect(page.locator(row(page, 202))).to_be_in_viewport()
        assert await page.locator(GRID).evaluate(AT_END)

        await page.locator(GRID).hover()
        await page.mouse.wheel(0, -2000)
        read = page.locator(row(page, 110))
        await expect(read).to_be_in_viewport()
        place, seen = await read.bounding_box(), await lines(page)
        await echo(peer, *numbered("n", range(5)))
        await expect(page.locator("#news")).to_have_text(re.compile(r"^10 new"))
        assert (await read.bounding_box(), await lines(page)) == (place, seen)

        await page.locator("#news").click()
        await expect(page.locator(row(page, 212))).to_be_in_viewport()
        await expect(page.locator("#news")).to_be_hidden()
        await echo(peer, b"last")
        await expect(page.locator(row(page, 214))).to_be_in_viewport()


async def test_a_pause_holds_the_view_and_counts_what_waits(page: Page, server: Serving) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, b"before")
        await shows(page, 3)

        await page.get_by_role("button", name="Pause").click()
        await echo(peer, *numbered("m", range(3)))
        await expect(page.locator("#feed-words")).to_have_text("paused, 6 new")
        await shows(page, 3)

        await page.get_by_role("button", name="Go on").click()
        await shows(page, 9)
        assert await texts(page, "out") == ["before", "m0", "m1", "m2"]
        await expect(page.locator("#feed-words")).to_have_text("live")


async def test_clear_empties_the_view_and_what_comes_next_appears(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, b"before")
        await shows(page, 3)
        await page.get_by_role("button", name="Clear").click()
        await shows(page, 0)
        await expect(page.locator("#blank-words")).to_have_text(re.compile("^Cleared"))
        await echo(peer, b"after")
        await shows(page, 2)
        assert await texts(page, "in") == ["after"]
        await expect(page.locator("#open-connections .connection")).to_have_count(1)


async def test_the_filter_takes_text_and_regular_expressions_and_hides_control_frames(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, b"apple", b"pear", b"a[b")
        peer.send(0x9, b"apple?")
        await peer.receive()
        await shows(page, 9)

        for query, shown in (("APPLE", 4), ("a[b", 2), ("/^text p?ear$/", 2), ("/p{2}/", 4)):
            await page.locator("#filter").fill(query)
            await shows(page, shown)
        await page.get_by_label("Hide control").check()
        await shows(page, 2)
        await page.locator("#filter").fill("/a[/")
        await expect(page.locator("#filter")).to_have_attribute("aria-invalid", "true")
        await page.locator("#filter").fill("kiwi")
        await page.get_by_role("button", name="Show all lines").click()
        await shows(page, 9)


async def left_out(page: Page) -> tuple[int, int]:
    """Return how many events have lines of their own, and how many the gaps say there were."""
    await page.locator("#filter").fill("matches no event")  # gaps are never filtered out
    count = page.locator("#stream-count")
    await expect(count).to_have_text(re.compile(" of "))
    drawn = await lines(page)
    gaps, kept = re.findall(r"[\d,]+", await count.text_content() or "")
    assert len(drawn) == int(gaps.replace(",", ""))
    sizes = [int(re.split(" ", line.text)[0].replace(",", "")) for line in drawn]
    return int(kept.replace(",", "")) - len(drawn), sum(sizes)


async def test_what_comes_too_fast_is_left_out_and_counted(page: Page, server: Serving) -> None:
    messages = 900
    async with dial(port_of(server)) as peer:
        await echo(peer, *[b"m"] * messages)
        await echo(peer, b"the last one", opcode=0x2)
        await expect(page.locator("#count-total")).to_have_text(f"{2 * messages + 2:,}")
        await expect(page.locator(f"{ROWS}[data-opcode=binary]")).to_have_count(2)

    await expect(page.locator("#ended-connections .connection")).to_have_count(1)
    await expect(page.locator(f"{ROWS}[data-kind=closed]")).to_have_count(1)
    shown, skipped = await left_out(page)
    assert skipped > 0
    # Besides the frames: that the connection began, and that it ended.
    assert shown + skipped == 2 * messages + 4


async def test_a_new_page_says_how_much_went_before(open_page: Open, server: Serving) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, *[b"m"] * 200)
        page = await open_page(server.page)
        await expect(page.locator("#stream-count")).to_have_text("201 lines")
        assert await left_out(page) == (200, 201)


async def flood(peer: Peer) -> None:
    """Keep many messages under way, one after the other."""
    while True:
        for number in range(200):
            peer.send(0x1, b"message %d" % number)
        await peer.reader.readexactly(sum(len(b"..message %d" % n) for n in range(200)))


async def test_under_thousands_of_messages_the_page_stays_small_and_answers(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)) as peer:
        flooding = asyncio.create_task(flood(peer))
        await expect(page.locator("#count-total")).to_have_text(re.compile(r"^\d\d,\d{3}$"))
        await expect(page.locator("#stream-count")).to_have_text(re.compile(r"^[12],\d{3} lines"))

        await page.get_by_role("button", name="Pause").click(timeout=2000)
        await expect(feed_state(page)).to_have_attribute("data-state", "paused", timeout=2000)
        assert not flooding.done()
        assert 20 < await page.locator(".line").count() < 80
        await page.get_by_role("button", name="Go on").click(timeout=2000)
        await expect(page.locator("#pause")).to_have_text("Pause", timeout=2000)
        assert await page.locator(".line").count() < 80
        flooding.cancel()
        with suppress(asyncio.CancelledError):
            await flooding
