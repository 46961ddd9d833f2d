"""The live feed, when it or its server goes away and comes back."""

import re
import signal
from contextlib import AsyncExitStack
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.cable import Cable
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
from tests.command import Serving, serving
from tests.peer import dial

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# What a browser writes into the console, whatever the page does, when it finds nobody.
NOBODY_THERE = r"404 |WebSocket connection to .*/live|net::ERR_"
TALL = {"width": 1440, "height": 4000}


async def is_lost(page: Page) -> None:
    await expect(feed_state(page)).to_have_attribute("data-state", "lost")


async def is_live(page: Page) -> None:
    await expect(feed_state(page)).to_have_attribute("data-state", "live")


async def test_a_server_that_goes_is_missed_at_once_and_one_that_comes_back_is_found(
    open_page: Open, tmp_path: Path
) -> None:
    with serving("--port", "0", cwd=tmp_path) as server:
        port = port_of(server)
        page = await open_page(server.page, forgiven=NOBODY_THERE)
        async with dial(port) as peer:
            await echo(peer, b"before")
        await shows(page, 4)
        before = await lines(page)
        await page.evaluate("window.sameDocument = true")
        server.end(signal.SIGTERM)

        await expect(page.locator("#feed-words")).to_have_text(
            re.compile("^feed lost, reconnecting"), timeout=1000
        )
        await expect(page.locator(f"{ROWS}[data-gap=lost]")).to_be_visible()
        assert (await lines(page))[:4] == before

    with serving("--port", str(port), cwd=tmp_path) as server:
        await is_live(page)
        restarted = page.locator(f"{ROWS}[data-gap=restarted]")
        await expect(restarted).to_have_count(1)
        await expect(restarted).to_contain_text("the server restarted")
        async with dial(port, "/ws", ("User-Agent", "newcomer/1.0")) as peer:
            await echo(peer, b"after")
            await expect(page.locator("#open-connections")).to_contain_text("newcomer 1.0")
        await shows(page, 10)
        assert [line.what for line in await lines(page)][4:] == [
            "lost", "restarted", "connected", "text", "text", "closed",
        ]  # fmt: skip
        assert await texts(page, "in") == ["before", "after"]
        assert await page.evaluate("window.sameDocument")


async def pass_seconds(page: Page, seconds: int) -> None:
    """Let so many seconds pass for the page, and each of its attempts meanwhile fail or succeed."""
    for _ in range(seconds):
        await page.clock.run_for(1000)
        await page.evaluate("fetch('/healthz').catch(() => null)")
        await expect(page.locator("#feed-words")).to_have_text(
            re.compile(r" in \d+ s|^live|silent")
        )


async def test_an_outage_of_twenty_seconds_is_over_within_five(
    open_page: Open, tmp_path: Path
) -> None:
    with serving("--port", "0", cwd=tmp_path) as server:
        port = port_of(server)
        page = await open_page(server.page, forgiven=NOBODY_THERE)
        async with dial(port) as peer:
            await echo(peer, b"before")
        await shows(page, 4)
        await page.locator("#ended-connections .connection").click()
        await shows(page, 4)
        await page.clock.install()
        attempts: list[float] = []
        page.on("websocket", lambda _: attempts.append(seconds))
        seconds = 0.0
        server.end(signal.SIGTERM)
        await is_lost(page)

    while seconds < 20:
        await pass_seconds(page, 1)
        seconds += 1
    # Both feeds, that of all and that of the chosen connection, at 0.5 s, 1 s, 2 s and 3.2 s, give
    # or take a quarter.
    pauses = [later - earlier for earlier, later in pairwise(attempts[::2])]
    assert pauses[:2] != pauses[-2:]
    assert 2 <= max(pauses) <= 4
    with serving("--port", str(port), cwd=tmp_path) as server:
        await pass_seconds(page, 5)
        await is_live(page)
        async with dial(port) as peer:
            await echo(peer, b"after")
            await expect(page.locator("#open-connections .connection")).to_have_count(1)
        # The chosen connection was of the run before, and there is no other of its name.
        assert [line.what for line in await lines(page)] == [
            "connected", "text", "text", "closed", "lost", "restarted",
        ]  # fmt: skip
        await page.keyboard.press("Escape")
        await page.keyboard.press("Escape")
        await shows(page, 10)
        assert await texts(page, "in") == ["before", "after"]
        runs = [await row.get_attribute("data-run") for row in await page.locator(ROWS).all()]
        assert runs == ["earlier"] * 4 + [None] * 6


async def test_a_server_that_is_there_and_tells_nothing_is_asked_less_often(
    open_page: Open, server: Serving
) -> None:
    async with Cable(port_of(server)) as cable, AsyncExitStack() as stack:
        page = await open_page(cable.page, forgiven=NOBODY_THERE)
        await page.clock.install()
        for _ in range(199):
            await stack.enter_async_context(dial(port_of(server), "/live"))
        cable.pull()
        await is_lost(page)
        await stack.enter_async_context(dial(port_of(server), "/live"))
        cable.put_back()
        seconds = 0
        attempts: list[int] = []
        page.on("websocket", lambda _: attempts.append(seconds))
        words = page.locator("#feed-words")
        while not (await words.inner_text()).startswith("feed refused, trying again in"):
            await pass_seconds(page, 1)
            seconds += 1
            assert seconds < 120
        await expect(words).to_have_attribute("title", re.compile("too many pages may be watching"))
        for _ in range(90):
            await pass_seconds(page, 1)
            seconds += 1
        assert max(later - earlier for earlier, later in pairwise(attempts)) >= 15
        await stack.aclose()
        await pass_seconds(page, 31)
        await is_live(page)


async def test_after_a_cut_no_frame_is_missing_and_none_is_there_twice(
    open_page: Open, server: Serving
) -> None:
    async with Cable(port_of(server)) as cable, dial(port_of(server)) as peer:
        page = await open_page(cable.page, forgiven=NOBODY_THERE, viewport=TALL)
        for start in range(0, 30, 10):
            await echo(peer, *numbered("m", range(start, start + 5)))
            await expect(page.locator(ROWS).filter(has_text=f"m{start + 4}")).to_have_count(2)
            cable.pull()
            await is_lost(page)
            await echo(peer, *numbered("m", range(start + 5, start + 10)))
            cable.put_back()
            await is_live(page)

        await shows(page, 1 + 2 * 30 + 3)
        numbers = [f"m{number}" for number in range(30)]
        assert await texts(page, "in") == numbers
        assert await texts(page, "out") == numbers
        assert [line.what for line in await lines(page)].count("lost") == 3


async def test_what_the_server_has_forgotten_meanwhile_is_a_gap_with_its_size(
    open_page: Open, tmp_path: Path
) -> None:
    small = {"ECHOSCOPE_JOURNAL__EVENTS": "100"}
    with serving("--port", "0", cwd=tmp_path, env=small) as server:
        async with Cable(port_of(server)) as cable, dial(port_of(server)) as peer:
            page = await open_page(cable.page, forgiven=NOBODY_THERE, viewport=TALL)
            await echo(peer, b"before")
            await shows(page, 3)
            cable.pull()
            await is_lost(page)
            for message in numbered("m", range(200)):
                await echo(peer, message)  # echoes of one turn would be forgotten together
            cable.put_back()

            # 400 events, of which the journal holds the newest 100.
            await shows(page, 3 + 2 + 100)
            told = await lines(page)
            assert [line.what for line in told][3:5] == ["lost", "forgotten"]
            assert told[4].text == "300 events forgotten by the server before this"
            assert await texts(page, "out") == ["before", *(f"m{n}" for n in range(150, 200))]
            await expect(page.locator("#count-forgotten")).to_have_text("303")


async def test_a_server_that_hangs_is_told_and_recovers_by_itself(
    open_page: Open, server: Serving
) -> None:
    page = await open_page(server.page, forgiven=NOBODY_THERE)
    async with dial(port_of(server)):
        age = page.locator("#open-connections .age")
        await expect(age).to_have_text(re.compile(r"^[1-9]\u202fs$"))
        server.process.send_signal(signal.SIGSTOP)
        try:
            await expect(page.locator("#feed-words")).to_have_text("feed silent", timeout=4000)
            stood = await age.inner_text()
            for name in ("rate-in", "rate-out", "rate-bytes", "count-open"):
                await expect(page.locator(f"#{name}")).to_have_text("–")
            await expect(page.locator("#connections-count")).to_contain_text("as of ")
            await expect(page.locator("#feed-words")).to_have_text(re.compile("^feed lost"))
            assert await age.inner_text() == stood
        finally:
            server.process.send_signal(signal.SIGCONT)
        await is_live(page)
        await expect(page.locator("#rate-in")).to_have_text("0")
        await expect(page.locator("#connections-count")).to_have_text("1 open")
        await expect(age).not_to_have_text(stood)


async def test_a_connection_of_an_earlier_run_is_told_apart_and_said_to_be_gone(
    open_page: Open, tmp_path: Path
) -> None:
    with serving("--port", "0", cwd=tmp_path) as server:
        port = port_of(server)
        page = await open_page(server.page, forgiven=NOBODY_THERE)
        async with dial(port) as peer:
            await echo(peer, b"before")
            await shows(page, 3)
        server.end(signal.SIGTERM)
    with serving("--port", str(port), cwd=tmp_path):
        await is_live(page)
        async with dial(port) as peer:
            await echo(peer, b"after")
            earlier = page.locator(f"{ROWS}[data-run=earlier]")
            later = page.locator(
                f"{ROWS}[data-connection]:not([data-connection='']):not([data-run])"
            )
            await expect(later).to_have_count(3)
            assert await earlier.count() >= 3
            await earlier.first.click()
            words = page.locator("#inspected [data-slot=words]")
            await expect(words).to_contain_text("the server's earlier run")
            await page.keyboard.press("Escape")
            await expect(page.locator("#open-connections .connection")).to_have_count(1)
