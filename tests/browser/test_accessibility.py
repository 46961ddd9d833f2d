"""What axe-core finds wrong in any state of the page: nothing."""

import re
import signal
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.browser.cable import Cable
from tests.browser.screen import ROWS, Open, close, echo, feed_state, port_of
from tests.command import Serving, serving
from tests.peer import dial

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])
WIDTHS = pytest.mark.parametrize("width", [1440, 390])
SILENT = re.compile("^feed silent")
REFUSED = re.compile("^feed refused, trying again in")
LOCKED = re.compile("^new token needed")
NOBODY_THERE = r"WebSocket connection to .*/live|net::ERR_|Failed to load resource"


async def is_fine(page: Page, state: str) -> None:
    """Check that axe-core finds nothing, by any of its rules."""
    found = (await Axe().run(page)).response
    assert found["passes"], "axe has looked at nothing"
    wrong = [
        f"{each['id']}: {each['help']}: {[node['html'] for node in each['nodes']][:5]}"
        for each in found["violations"]
    ]
    assert wrong == [], f"{state}: {wrong}"


async def is_fine_in_both(page: Page, state: str) -> None:
    """Check the same in a state that lasts, light and dark."""
    schemes: tuple[Any, ...] = ("light", "dark")
    for scheme in schemes:
        await page.emulate_media(color_scheme=scheme)
        await is_fine(page, f"{state}, {scheme}")


def shape(width: int, scheme: str) -> dict[str, object]:
    return {"viewport": {"width": width, "height": 844}, "color_scheme": scheme}


async def bring(page: Page, pane: str) -> None:
    """Bring a pane to the front where there is only one."""
    tab = page.locator(f"[data-tab={pane}]")
    if await tab.is_visible():
        await tab.click()


@SCHEMES
@WIDTHS
async def test_nothing_is_wrong_with_a_page_that_nobody_has_connected_to(
    open_page: Open, server: Serving, width: int, scheme: str
) -> None:
    page = await open_page(server.page, **shape(width, scheme))
    await is_fine(page, "empty")
    for name in ("help", "ways"):
        if name == "ways":
            await bring(page, "try")
        await page.locator(f"#{name}-button").click()
        await expect(page.locator(f"#{name}")).to_be_visible()
        await is_fine(page, name)
        await page.keyboard.press("Escape")
    await bring(page, "stream")
    await page.get_by_role("button", name="Connect from this page").click()
    await expect(page.locator("#try-state")).to_have_text("connected")
    await page.keyboard.press("Enter")
    await expect(page.locator("#try-log .said[data-way=received]")).to_be_visible()
    await is_fine(page, "connected")


@SCHEMES
@WIDTHS
async def test_nothing_is_wrong_while_frames_come_and_are_looked_at(
    open_page: Open, server: Serving, width: int, scheme: str
) -> None:
    page = await open_page(server.page, **shape(width, scheme))
    offer = ("Sec-WebSocket-Extensions", "permessage-deflate")
    async with dial(port_of(server), "/ws", ("Origin", "https://evil.test")):
        pass
    async with dial(port_of(server), "/ws", offer) as peer:
        await echo(peer, b'{"a": [1, 2, {"b": null}]}', *[b"more"] * 50)
        await echo(peer, b"\x00\xff", opcode=0x2)
        await is_fine(page, "streaming")

        await page.locator(f"{ROWS}[data-opcode=binary]").first.click()
        await is_fine(page, "inspecting a binary frame")
        await page.locator("#inspector-close").click()
        await page.locator("#filter").fill("/[/")
        await is_fine(page, "a search that is none")
        await page.locator("#filter").fill("nothing like it")
        await is_fine(page, "nothing found")
        await page.locator("#filter").fill('{"a"')
        await page.locator(ROWS).first.click()
        await is_fine(page, "inspecting JSON")
        await page.locator("#inspector-close").click()
        await page.locator("#filter").fill("")

        await bring(page, "connections")
        await is_fine(page, "connections")
        await page.locator("#open-connections .connection").click()
        await is_fine(page, "inspecting an open connection")
        await close(peer, 4000, b"enough")
    await expect(page.locator("#inspected")).to_contain_text("4000")
    await is_fine(page, "inspecting a closed connection")
    await page.locator("#inspector-close").click()
    await bring(page, "connections")
    await page.locator("#ended-connections .connection[data-state=refused]").click()
    await is_fine(page, "inspecting a refusal")
    await page.locator("#inspector-close").click()
    await bring(page, "stream")
    await page.locator("#pause").click()
    await is_fine(page, "paused")


@SCHEMES
async def test_nothing_is_wrong_when_the_server_has_gone(
    open_page: Open, tmp_path: Path, scheme: str
) -> None:
    with serving("--port", "0", cwd=tmp_path) as server:
        page = await open_page(server.page, forgiven=NOBODY_THERE, color_scheme=scheme)
        async with dial(port_of(server)) as peer:
            await echo(peer, b"before")
        await expect(page.locator("#ended-connections .connection")).to_be_visible()
        # It comes by itself once there is something to inspect.
        await page.evaluate("import('/static/js/inspector/inspector.js').then(() => null)")
        server.end(signal.SIGTERM)
        await expect(feed_state(page)).to_have_attribute("data-state", "lost")
        await is_fine(page, "disconnected")
        await page.locator("#ended-connections .connection").click()
        await expect(page.locator("#inspected")).to_contain_text(re.compile("answer"))
        await is_fine(page, "inspecting a connection of a server that has gone")


@SCHEMES
@pytest.mark.parametrize(
    "server", [{"ECHOSCOPE_ACCESS__TOKEN": "a-token-for-this-test"}], indirect=True
)
async def test_nothing_is_wrong_with_the_page_that_asks_for_the_token(
    open_page: Open, server: Serving, scheme: str
) -> None:
    page = await open_page(server.page, forgiven=NOBODY_THERE, color_scheme=scheme, fed=False)
    await is_fine(page, "asked for a token")


@WIDTHS
async def test_nothing_is_wrong_when_the_feed_is_silent(
    open_page: Open, server: Serving, width: int
) -> None:
    page = await open_page(server.page, forgiven=NOBODY_THERE, **shape(width, "light"))
    async with dial(port_of(server)) as peer:
        await echo(peer, b"before")
        await expect(page.locator("#open-connections .connection")).to_have_count(1)
        server.process.send_signal(signal.SIGSTOP)
        try:
            await expect(page.locator("#feed-words")).to_have_text(SILENT)
            # For only so long, unless time stands still: no timer of the page comes any more.
            await page.evaluate("for (let n = setTimeout(String); n > 0; n--) clearTimeout(n)")
            for pane in ("stream", "connections"):
                await bring(page, pane)
                await is_fine_in_both(page, f"feed silent, {pane}")
            await expect(page.locator("#feed-words")).to_have_text(SILENT)
        finally:
            server.process.send_signal(signal.SIGCONT)


async def test_nothing_is_wrong_when_the_feed_is_refused(open_page: Open, server: Serving) -> None:
    async with Cable(port_of(server)) as cable, AsyncExitStack() as stack:
        page = await open_page(cable.page, forgiven=NOBODY_THERE)
        await page.clock.install()
        # As many pages as there may be are there instead.
        for _ in range(199):
            await stack.enter_async_context(dial(port_of(server), "/live"))
        cable.pull()
        await expect(feed_state(page)).to_have_attribute("data-state", "lost")
        await stack.enter_async_context(dial(port_of(server), "/live"))
        cable.put_back()
        await pass_until(page, REFUSED)
        await is_fine_in_both(page, "feed refused")
        await page.set_viewport_size({"width": 390, "height": 844})
        await is_fine_in_both(page, "feed refused, narrow")
        await expect(page.locator("#feed-words")).to_have_text(REFUSED)


async def pass_until(page: Page, words: re.Pattern[str]) -> None:
    """Let seconds pass for the page, and its attempts fail meanwhile, until it says so."""
    for _ in range(60):
        await page.clock.run_for(1000)
        await page.evaluate("fetch('/healthz').catch(() => null)")
        if words.search(await page.locator("#feed-words").inner_text()):
            return
    raise AssertionError(f"it does not say {words.pattern}")


@pytest.mark.parametrize(
    "server", [{"ECHOSCOPE_ACCESS__TOKEN": "a-token-for-this-test"}], indirect=True
)
async def test_nothing_is_wrong_when_the_server_wants_another_token(
    open_page: Open, server: Serving, tmp_path: Path
) -> None:
    page = await open_page(f"{server.page}?token=a-token-for-this-test", forgiven=NOBODY_THERE)
    server.end(signal.SIGTERM)
    await expect(feed_state(page)).to_have_attribute("data-state", "lost")
    env = {"ECHOSCOPE_ACCESS__TOKEN": "another-token-by-now"}
    with serving("--port", str(port_of(server)), cwd=tmp_path, env=env):
        await expect(page.locator("#feed-words")).to_have_text(LOCKED)
        await is_fine_in_both(page, "feed locked")
        await page.set_viewport_size({"width": 390, "height": 844})
        await is_fine_in_both(page, "feed locked, narrow")


@WIDTHS
async def test_nothing_is_wrong_where_it_is_said_what_cannot_be_pushed(
    open_page: Open, server: Serving, width: int
) -> None:
    page = await open_page(server.page, forgiven=NOBODY_THERE, **shape(width, "light"))
    async with dial(port_of(server)) as peer:
        await bring(page, "connections")
        await page.locator("#open-connections .connection a").click()
        outcome = page.locator("[data-slot=push-outcome]")
        await page.locator("[data-slot=push-kind]").select_option("hex")
        await page.locator("[data-slot=push-message]").fill("00 zz")
        await page.keyboard.press("Enter")
        await expect(outcome).to_contain_text("this is none: zz")
        await is_fine_in_both(page, "no hex to push")
        await page.locator("[data-slot=push-code]").fill("1005")
        await page.locator("[data-slot=push-reason]").fill("a reason")
        await page.keyboard.press("Enter")
        await expect(outcome).to_contain_text("This close code must not be sent")
        await is_fine_in_both(page, "a close code that must not be sent")
        await close(peer)
    await expect(page.locator("[data-slot=push-gone]")).to_be_visible()
    await is_fine_in_both(page, "nothing to push to any more")
