"""The stream of frames, while much or little happens."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

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
    row,
    shows,
    texts,
)
from tests.command import Serving
from tests.peer import Peer, dial

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

GRID = "#stream-grid"
AT_END = "grid => grid.scrollTop + grid.clientHeight >= grid.scrollHeight - 1"


async def test_the_stream_follows_its_end_only_while_the_end_is_in_view(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, *numbered("m", range(100)))
        # One line for the connection, two for each message; the first line is number 2.
        await expect(page.locator(row(202))).to_be_in_viewport()
        assert await page.locator(GRID).evaluate(AT_END)

        await page.locator(GRID).hover()
        await page.mouse.wheel(0, -2000)
        read = page.locator(row(110))
        await expect(read).to_be_in_viewport()
        place, seen = await read.bounding_box(), await lines(page)
        await echo(peer, *numbered("n", range(5)))
        await expect(page.locator("#news")).to_have_text(re.compile(r"^10 new"))
        assert (await read.bounding_box(), await lines(page)) == (place, seen)

        await page.locator("#news").click()
        await expect(page.locator(row(212))).to_be_in_viewport()
        await expect(page.locator("#news")).to_be_hidden()
        await echo(peer, b"last")
        await expect(page.locator(row(214))).to_be_in_viewport()


async def test_what_comes_in_view_of_a_chosen_line_is_not_counted_as_new(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, b"one")
        await page.locator(ROWS, has_text="one").first.click()
        await echo(peer, b"two")
        await expect(page.locator(ROWS, has_text="two").last).to_be_visible()
        await expect(page.locator("#stream-count")).to_have_text("5 lines")
        await expect(page.locator("#news")).to_be_hidden()


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
    messages = 6000
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


@asynccontextmanager
async def flooded(peer: Peer) -> AsyncIterator[asyncio.Task[None]]:
    flooding = asyncio.create_task(flood(peer))
    try:
        yield flooding
    finally:
        flooding.cancel()
        with suppress(asyncio.CancelledError):
            await flooding


async def test_under_thousands_of_messages_the_page_stays_small_and_answers(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)) as peer, flooded(peer) as flooding:
        await expect(page.locator("#count-total")).to_have_text(re.compile(r"^[\d,]{6,}$"))
        kept = re.compile(r"^[12],\d{3} lines")
        await expect(page.locator("#stream-count")).to_have_text(kept)

        await page.get_by_role("button", name="Pause").click(timeout=5000)
        paused = feed_state(page)
        await expect(paused).to_have_attribute("data-state", "paused", timeout=5000)
        assert not flooding.done()
        assert 20 < await page.locator(".line").count() < 80
        await page.get_by_role("button", name="Go on").click(timeout=5000)
        await expect(page.locator("#pause")).to_have_text("Pause", timeout=5000)
        assert await page.locator(".line").count() < 80


async def test_a_slow_browser_still_follows_the_end(page: Page, server: Serving) -> None:
    """What comes between a step to the end and the scroll event of it is no reason to stop."""
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    async with dial(port_of(server)) as peer:
        for number in range(300):
            await echo(peer, b"m%d" % number)
            await asyncio.sleep(0.005)  # the pace is what is tested
        await expect(page.locator(row(602))).to_be_in_viewport()
    await expect(page.locator("#news")).to_be_hidden()


async def test_the_lines_stand_in_the_page_in_their_order(page: Page, server: Serving) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, *numbered("m", range(100)))
        await expect(page.locator(row(202))).to_be_in_viewport()
        await page.locator(GRID).hover()
        for by in (-300, -2000, 700, -100, 5000):
            await page.mouse.wheel(0, by)
            await page.evaluate(
                "new Promise(done => requestAnimationFrame(() => setTimeout(done)))"
            )
            order = await page.locator(ROWS).evaluate_all(
                "rows => rows.map(row => Number(row.getAttribute('aria-rowindex')))"
            )
            assert order == list(range(order[0], order[0] + len(order)))


async def test_what_the_page_itself_forgets_is_one_gap_that_grows(
    open_page: Open, server: Serving
) -> None:
    page = await open_page(server.page)
    async with dial(port_of(server)) as peer:
        for start in range(0, 1400, 50):
            await echo(peer, *numbered("m", range(start, start + 50)))
            await expect(page.locator(ROWS).filter(has_text=f"m{start + 49}")).to_have_count(2)
        # 2,801 events, of which the newest 2,000 have lines.
        await expect(page.locator("#stream-count")).to_have_text("2,001 lines")
        assert await left_out(page) == (2000, 801)


async def test_an_empty_payload_and_a_space_that_is_none_are_seen(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, b"", "a\u00a0b\u3000c\u2800".encode())
        await shows(page, 5)
    assert await texts(page, "in") == ["(empty)", r"a\u00a0b\u3000c\u2800"]


async def test_a_line_tells_how_much_went_over_the_wire(page: Page, server: Serving) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, b"hello", bytes(200))
        sizes = page.locator(f"{ROWS} .size:not(:empty)")
        # RFC 6455 §5.2: two bytes, two more for a length from 126 on, and four for a mask.
        await expect(sizes).to_have_text([f"{n}\u202fB" for n in (11, 7, 208, 204)])
        titles = await sizes.evaluate_all("cells => cells.map(cell => cell.title)")
        assert titles[0] == "11 bytes on the wire; the payload has 5 bytes"


async def test_where_there_is_little_room_one_connection_has_sizes_and_no_number(
    open_page: Open, server: Serving
) -> None:
    page = await open_page(server.page, viewport={"width": 390, "height": 844})
    async with dial(port_of(server)) as peer:
        await echo(peer, b"hello")
        line = page.locator(f"{ROWS}[data-opcode=text]").first
        await expect(line.locator(".id")).to_be_visible()
        await expect(line.locator(".size")).to_be_hidden()
        await page.locator("[data-tab=connections]").click()
        await page.locator(".connection > a").click()
        await page.get_by_role("button", name="Show its frames").click()
        await expect(line.locator(".size")).to_be_visible()
        await expect(line.locator(".id")).to_be_hidden()


async def test_time_is_counted_from_the_start_or_told_by_the_clock(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)):
        await shows(page, 1)
        time = page.locator(f"{ROWS} .time")
        await expect(time).to_have_text("+0.000")
        await expect(time).to_have_attribute("title", re.compile(r", \+0\.000 s since its conn"))
        await page.locator("#time-mode").click()
        await expect(time).to_have_text(re.compile(r"^\d\d:\d\d:\d\d\.\d{3}$"))
        shown = await time.inner_text()
        assert f" {shown}" in (await time.get_attribute("title") or "")


async def test_an_event_has_the_same_time_in_every_page(
    page: Page, open_page: Open, server: Serving
) -> None:
    times = "cells => cells.map(cell => [cell.textContent, cell.title])"
    async with dial(port_of(server)) as earlier, dial(port_of(server)) as later:
        await echo(earlier, *[b"m"] * 120)
        await echo(later, b"last")
        # Of this page the first line is that of a connection, of the other one in the midst of it.
        await expect(page.locator(row(245))).to_be_in_viewport()
        other = await open_page(server.page)
        await expect(other.locator("#stream-count")).to_have_text("201 lines")
        still = await open_page(server.page, java_script_enabled=False)
        for each in (page, other, still):
            await expect(each.locator(ROWS).filter(has_text="last")).to_have_count(2)
        told = [
            (await each.locator(f"{ROWS} .time").evaluate_all(times))[-10:]
            for each in (page, other, still)
        ]
    assert told[0] == told[1] == told[2]
    assert all(re.fullmatch(r"\+\d\.\d{3}", shown) for shown, _ in told[0])


async def test_where_the_start_of_a_connection_is_not_known_its_lines_tell_the_time_of_day(
    page: Page,
) -> None:
    words, full = await page.evaluate(
        """async () => {
            const { Times } = await import("/static/js/stream/times.js");
            const times = new Times({ rows: new Map(), handshakes: new Map() }, () => {});
            times.learn([{ kind: "opened", connection: "known", time: 1_000_000 }]);
            const at = connection => times.of({ connection, time: 2_500_000 });
            const told = ["known", "other"].map(at);
            return [told.map(({ words }) => words), told.map(({ full }) => full)];
        }"""
    )
    assert words == ["+1.500", "00:00:02"]
    assert full == [
        "1970-01-01 00:00:02.500000 UTC, +1.500 s since its connection began",
        "1970-01-01 00:00:02.500000 UTC; when its connection began is not known here",
    ]


@pytest.mark.parametrize("view", ["followed", "held", "paused"])
async def test_the_page_keeps_no_more_payloads_than_it_should(page: Page, view: str) -> None:
    """A frame may have 64 KiB and more recorded of it, and two thousand of those are too much."""
    largest, kept, stood_for = await page.evaluate(
        """async view => {
            const { Lines } = await import("/static/js/stream/lines.js");
            const lines = new Lines();
            lines.held = view === "held";
            lines.paused = view === "paused";
            const payload = "A".repeat(100_000);
            const sum = all => all.reduce((sum, { event }) => sum + (event ? 100_000 : 0), 0);
            let largest = 0;
            for (let n = 0; n < 1000; n += 1) {
                lines.take([lines.make({ kind: "frame", number: n, payload, heartbeat: false })]);
                lines.settle();
                largest = Math.max(largest, sum(lines.everything));
            }
            lines.held = lines.paused = false;
            lines.settle();
            const stoodFor = lines.all.reduce((sum, { size }) => sum + size, 0);
            return [largest, sum(lines.all), stoodFor];
        }""",
        view,
    )
    assert largest <= 12_100_000
    assert 2_000_000 < kept <= 4_000_000
    assert stood_for == 1000
