"""What is counted and measured: the header strip, and the rows of the connections."""

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.screen import ROWS, Open, close, echo, feed_state, port_of
from tests.command import Serving, serving
from tests.peer import dial

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_the_rates_tell_what_passes_in_a_second(page: Page, server: Serving) -> None:
    rate = page.locator("#rate-in")
    await expect(rate).to_have_text("0")
    async with dial(port_of(server)) as peer:
        for _ in range(60):
            await echo(peer, b"x" * 1000, b"x" * 1000)
            await asyncio.sleep(0.05)  # the pace is what is measured
        seen = {
            name: float(re.split(r"\s", await page.locator(f"#{name}").inner_text())[0])
            for name in ("rate-in", "rate-out", "rate-bytes")
        }
    assert 5 < seen["rate-in"] <= 41  # at most 40 a second were sent
    assert 5 < seen["rate-out"] <= 41
    assert 10 < seen["rate-bytes"] < 85  # KiB, there and back
    await expect(rate).to_have_text("0")


async def test_a_refusal_is_counted_at_once(page: Page, server: Serving) -> None:
    await expect(page.locator("#refused-place")).to_be_hidden()
    for number in ("1", "2"):
        async with dial(port_of(server), "/ws", ("Origin", "https://evil.example")):
            await expect(page.locator("#count-refused")).to_have_text(number)
    await expect(page.locator("#refused-place")).to_be_visible()
    await expect(page.locator("#connections-count")).to_have_text("0 open, 2 refused")


async def test_the_age_of_an_open_connection_advances(page: Page, server: Serving) -> None:
    async with dial(port_of(server)):
        age = page.locator(".connection .age")
        for seconds in ("[0-9]", "[1-9]", "[2-9]"):
            await expect(age).to_have_text(re.compile(rf"^{seconds}\u202fs$"))


async def test_connections_that_the_server_no_longer_lists_leave_the_page(
    open_page: Open, tmp_path: Path
) -> None:
    few = {"ECHOSCOPE_JOURNAL__CONNECTIONS": "100"}
    with serving("--port", "0", cwd=tmp_path, env=few) as server:
        port = port_of(server)
        page = await open_page(server.page)
        async with dial(port, "/ws", ("User-Agent", "first/1.0")) as peer:
            await close(peer)
        first = page.locator(".connection", has_text="first 1.0")
        await expect(first).to_have_count(1)
        for _ in range(100):
            async with dial(port) as peer:
                await close(peer)
        await expect(first).to_have_count(0)
        await expect(page.locator(".connection")).to_have_count(100)
        await expect(page.locator("#connections-more")).to_have_text("1 more is not listed.")


async def test_what_is_left_out_is_said_in_the_header(page: Page, server: Serving) -> None:
    states = page.evaluate(
        """() => new Promise(done => new MutationObserver((_, watch) => {
            const feed = document.querySelector("#feed-state");
            if (feed.dataset.state !== "gap") return;
            watch.disconnect();
            done(document.querySelector("#feed-words").textContent);
        }).observe(document.querySelector("header"), {subtree: true, childList: true,
                                                      characterData: true, attributes: true}))"""
    )
    waiting = asyncio.ensure_future(states)
    async with dial(port_of(server)) as peer:
        await echo(peer, *[b"m"] * 8000)
        async with asyncio.timeout(10):
            assert re.match(r"live, [\d,]+ events left out", await waiting)
    await expect(feed_state(page)).to_have_attribute("data-state", "live")


async def test_the_strip_does_not_jump_when_a_number_grows(page: Page, server: Serving) -> None:
    place = "() => document.querySelector('.rate').getBoundingClientRect().left"
    before = await page.evaluate(place)
    async with dial(port_of(server)) as peer:
        await echo(peer, *[b"m" * 1000] * 600)
        await expect(page.locator("#count-total")).to_have_text("1,200")
        assert await page.evaluate(place) == before


@pytest.mark.parametrize("server", [{"ECHOSCOPE_JOURNAL__EVENTS": "100"}], indirect=True)
async def test_what_was_forgotten_is_seen_at_every_width(page: Page, server: Serving) -> None:
    chart = page.locator("#messages-chart")
    await expect(chart.locator("title")).to_have_text(re.compile(r"at most \d+ in, \d+ out$"))
    assert await chart.get_attribute("aria-label") == await chart.locator("title").text_content()
    await expect(page.locator("#forgotten-place")).to_be_hidden()
    async with dial(port_of(server)) as peer:
        await echo(peer, *[b"m"] * 200)
        await expect(page.locator("#count-forgotten")).to_have_text("301")
        await expect(page.locator("#feed-words")).to_have_text("live")
        # The row of the connection came after lines of it, and its beginning never.
        await expect(page.locator(f"{ROWS} .time").filter(has_text=":")).to_have_count(0)
        for width in (1440, 1240, 1100, 1000, 760, 600, 390, 360):
            await page.set_viewport_size({"width": width, "height": 800})
            place = page.locator("#forgotten-place")
            await expect(place).to_be_in_viewport(ratio=1)
            room = await page.locator("#help-button").bounding_box()
            assert room is not None
            assert room["x"] + room["width"] <= width
            fits = "words => words.scrollWidth <= words.clientWidth"
            assert await page.locator("#feed-words").evaluate(fits), width


async def test_hex_goes_out_as_bytes_and_subprotocols_are_offered(
    page: Page, server: Serving
) -> None:
    await page.locator("#try-subprotocol").fill("chat, superchat")
    await page.locator("#try-button").click()
    await expect(page.locator("#try-state")).to_have_text("connected")
    await page.locator("#try-kind").select_option("binary")
    await page.locator("#try-message").fill("00 ff 7E")
    await page.keyboard.press("Enter")
    binary = page.locator(f"{ROWS}[data-opcode=binary] .preview")
    await expect(binary).to_have_text(["00 ff 7e", "00 ff 7e"])
    await page.locator("#open-connections a").click()
    await expect(page.locator("#inspected .head").first).to_contain_text("chat, superchat")
    await expect(page.locator("#open-connections .subprotocol")).to_have_text("chat")


async def test_the_ways_to_connect_stay_within_reach(page: Page, server: Serving) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, b"one")
        await expect(page.locator("#empty")).to_be_hidden()
        await page.get_by_role("button", name="Other ways to connect…").click()
        ways = page.get_by_role("dialog", name="Ways to connect")
        await expect(ways.locator(".address code")).to_have_text(server.socket)
        commands = await ways.locator(".command pre").all_text_contents()
        assert len(commands) == 5
        assert all(server.socket in command for command in commands)
        assert not any(command.startswith("python ") for command in commands)
        await page.keyboard.press("Escape")
        await expect(ways).to_be_hidden()
