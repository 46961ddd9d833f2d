"""Round trips of pings over time: in words, as a plot, and measured now."""

import asyncio
import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.screen import Open, fits, port_of
from tests.command import Serving
from tests.peer import Peer, dial

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WORDS = "#inspected [data-slot=trips-words]"
POINTS = ".trips circle"
TIME = r"\d[\d.]*\u202f(ms|s)"


async def choose(page: Page) -> None:
    await page.locator(".connection > a").first.click()
    await expect(page.locator(WORDS)).to_be_visible()


async def answer(peer: Peer, after: float = 0) -> None:
    head, payload = await peer.receive()
    assert head == 0x89
    await asyncio.sleep(after)  # how long it takes is what is measured
    peer.send(0xA, payload)


async def test_without_an_answered_ping_it_is_said_how_to_get_one(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)) as peer:
        await choose(page)
        await expect(page.locator(WORDS)).to_contain_text("No ping has been answered yet.")
        await expect(page.locator(".trips")).to_have_count(0)
        peer.send(0x8, (1000).to_bytes(2))
        await peer.receive()
    await expect(page.locator(WORDS)).to_have_text("No ping was answered while it was open.")


@pytest.mark.parametrize(
    ("server", "said"),
    [
        ({}, "when nothing has come for a while (websocket.heartbeat: 20s)"),
        ({"ECHOSCOPE_WEBSOCKET__HEARTBEAT": "1500ms"}, "(websocket.heartbeat: 1500ms)"),
        ({"ECHOSCOPE_WEBSOCKET__HEARTBEAT": "0"}, "sends none by itself (websocket.heartbeat: 0s)"),
    ],
    indirect=["server"],
)
async def test_it_is_said_when_the_server_pings(page: Page, server: Serving, said: str) -> None:
    async with dial(port_of(server)):
        await choose(page)
        await expect(page.locator(WORDS)).to_contain_text(said)


@pytest.mark.parametrize("server", [{"ECHOSCOPE_WEBSOCKET__HEARTBEAT": "1s"}], indirect=True)
async def test_it_is_said_that_heartbeats_keep_a_proxy_from_its_time_out(
    page: Page, server: Serving
) -> None:
    idle = page.locator("#inspected [data-slot=trips-idle]")
    async with dial(port_of(server)) as peer:
        await choose(page)
        await answer(peer)
        await expect(idle).to_contain_text("with one in 1s none finds the connection idle")
        await expect(idle).to_contain_text("websocket.heartbeat: 0")
    await expect(idle).to_be_hidden()


async def test_a_ping_on_demand_is_a_point_of_the_plot_and_stands_in_words(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)) as peer:
        await choose(page)
        for number in range(1, 4):
            await page.get_by_role("button", name="Ping now").press("Enter")
            await answer(peer)
            await expect(page.locator(POINTS)).to_have_count(number)
        told = rf"last {TIME}, median {TIME}, longest {TIME}, of 3 pings"
        await expect(page.locator(WORDS)).to_have_text(re.compile(f"^{told}$"))
        plot = page.get_by_role("img", name="Round trips over time")
        label = await plot.get_attribute("aria-label")
        assert label == f"Round trips over time: {await page.locator(WORDS).inner_text()}"
        # Both ends of both axes have units.
        labels = await plot.locator("text").all_text_contents()
        assert labels[0] == "0"
        assert all(re.fullmatch(TIME, label) for label in labels[1:3])
        assert all(re.fullmatch(rf"after {TIME}", label) for label in labels[3:])
    await expect(page.get_by_role("button", name="Ping now")).to_be_disabled()
    await expect(page.locator(POINTS)).to_have_count(3)
    # The axis reaches no further than the connection, which did not last for ten seconds.
    lasted = page.locator("#inspected .facts div", has_text="Lasted").locator("dd")
    seconds = float((await lasted.inner_text()).removesuffix("\u202fs"))
    end = (await plot.locator("text").last.text_content() or "").removeprefix("after ")
    assert float(end.removesuffix("\u202fs")) <= seconds


async def test_those_from_before_the_page_are_plotted_and_go_on(
    page: Page, open_page: Open, server: Serving
) -> None:
    async with dial(port_of(server)) as peer:
        await choose(page)
        ping = page.get_by_role("button", name="Ping now")
        for number in (1, 2):
            await ping.click()
            await answer(peer)
            await expect(page.locator(POINTS)).to_have_count(number)
        later = await open_page(server.page)
        await choose(later)
        await expect(later.locator(POINTS)).to_have_count(2)
        await ping.click()
        await answer(peer)
        await expect(later.locator(POINTS)).to_have_count(3)
        places = await later.locator(POINTS).evaluate_all("all => all.map(p => p.cx.baseVal.value)")
        assert places == sorted(set(places))


async def test_the_plot_has_its_longest_at_the_top_and_fits(page: Page, server: Serving) -> None:
    async with dial(port_of(server)) as peer:
        await choose(page)
        for seconds in (0, 0.3):
            await page.get_by_role("button", name="Ping now").click()
            await answer(peer, seconds)
        await expect(page.locator(POINTS)).to_have_count(2)
        quick, slow = await page.locator(POINTS).evaluate_all(
            "all => all.map(p => p.cy.baseVal.value)"
        )
        assert slow < quick
        longest = re.search(r"longest (\d+)\u202fms", await page.locator(WORDS).inner_text())
        assert longest is not None
        assert 300 <= int(longest[1]) < 1000
        await fits(page, "#inspected")
