"""The sequence diagram of a connection: it grows, and can be read and gone through."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.drawn import ARROWS, arrow, choose
from tests.browser.screen import echo, numbered, port_of
from tests.command import Serving
from tests.peer import dial

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_it_follows_its_end_only_while_that_is_in_view(page: Page, server: Serving) -> None:
    async with dial(port_of(server)) as peer:
        await choose(page)
        await echo(peer, *numbered("m", range(20)))
        await expect(arrow(page, "text, m19").last).to_be_in_viewport(ratio=1)
        box = page.locator("[data-slot=diagram-box]")
        await box.evaluate("box => box.scrollTop = 40")
        seen = arrow(page, "client to server: text, m2,")
        top = await seen.bounding_box()
        await echo(peer, *numbered("n", range(120)))
        news = page.locator("[data-slot=diagram-news]")
        # What is drawn grows behind what is read, up to a bound; the rest is counted.
        await expect(news).to_have_text("73 newer below")
        assert await seen.bounding_box() == top
        assert await box.evaluate("box => box.scrollTop") == 40
        await news.click()
        await expect(arrow(page, "text, n119").last).to_be_in_viewport(ratio=1)
        await expect(news).to_be_hidden()
        await echo(peer, b"the last")
        await expect(arrow(page, "text, the last").last).to_be_in_viewport(ratio=1)


async def test_an_arrow_opens_its_frame_and_one_comes_back_to_it(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, *numbered("m", range(30)))
        await choose(page)
        await expect(arrow(page, "text, m29").last).to_be_visible()
        box = page.locator("[data-slot=diagram-box]")
        await box.evaluate("box => box.scrollTop = 100")
        await page.locator("#inspected").evaluate("pane => pane.scrollTop = 50")
        pressed = arrow(page, "server to client: text, m3,")
        await pressed.click()
        await expect(page.locator("#inspector-title")).to_have_text("← out text frame")
        await expect(page.locator("#inspected [data-slot=text]")).to_have_text("m3")
        await page.locator("#inspector-back").click()
        await expect(pressed).to_be_focused()
        assert await box.evaluate("box => box.scrollTop") == 100
        assert await page.locator("#inspected").evaluate("pane => pane.scrollTop") == 50

        await page.keyboard.press("ArrowDown")
        await expect(arrow(page, "client to server: text, m4,")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator("#inspected [data-slot=text]")).to_have_text("m4")
        await page.keyboard.press("Escape")
        await expect(arrow(page, "client to server: text, m4,")).to_be_focused()
        await page.keyboard.press("Home")
        await page.keyboard.press(" ")
        handshake = page.get_by_role("button", name="Handshake", exact=True)
        await expect(handshake).to_be_focused()
        await expect(page.locator("#pause")).to_have_text("Pause")


async def test_all_arrows_are_one_stop_of_the_tab_key(page: Page, server: Serving) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, *numbered("m", range(30)))
        await choose(page)
        await expect(arrow(page, "m29").last).to_be_visible()
        await page.locator("[data-slot=diagram-box]").focus()
        await page.keyboard.press("Tab")
        await expect(arrow(page, "server to client: text, m29,")).to_be_focused()
        await page.keyboard.press("ArrowUp")
        await expect(arrow(page, "client to server: text, m29,")).to_be_focused()
        await page.keyboard.press("Tab")
        assert not await page.evaluate("document.activeElement.closest('.sequence')")


async def test_an_arrow_that_has_the_focus_keeps_it_under_load(page: Page, server: Serving) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, *numbered("m", range(10)))
        await choose(page)
        focused = arrow(page, "client to server: text, m7,")
        await focused.focus()
        for _ in range(20):
            await echo(peer, *[b"flood"] * 200)
        await expect(page.locator("[data-slot=diagram-news]")).to_be_visible()
        await expect(focused).to_be_focused()
        assert await page.locator(ARROWS).count() < 220
