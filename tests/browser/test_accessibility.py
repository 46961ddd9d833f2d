"""What axe-core finds wrong in any state of the page: nothing."""

import re
import signal
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.browser.screen import ROWS, Open, close, echo, feed_state, port_of
from tests.command import Serving, serving
from tests.peer import dial

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])
WIDTHS = pytest.mark.parametrize("width", [1440, 390])
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
