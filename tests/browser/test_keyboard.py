"""The page by keyboard alone."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.screen import ROWS, Open, echo, numbered, port_of, shows, texts
from tests.command import Serving
from tests.peer import dial

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SELECTED = f"{ROWS}[aria-selected=true]"


async def tab_to(page: Page, selector: str) -> None:
    """Press Tab until an element has the focus."""
    for _ in range(30):
        await page.keyboard.press("Tab")
        if await page.locator(selector).evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab does not lead to {selector}")


async def test_connecting_and_sending_need_no_mouse(page: Page) -> None:
    await tab_to(page, "#connect-here")
    await page.keyboard.press("Enter")
    await expect(page.locator("#try-message")).to_be_focused()
    await expect(page.locator("#try-state")).to_have_text("connected")
    await page.keyboard.press("Enter")
    await shows(page, 3)
    assert await texts(page, "out") == ["Bonjour serveur"]

    await page.keyboard.press("ArrowUp")
    await expect(page.locator("#try-message")).to_have_value("Bonjour serveur")


async def test_what_is_typed_into_a_field_is_no_command(page: Page) -> None:
    await tab_to(page, "#connect-here")
    await page.keyboard.press("Enter")
    await page.keyboard.type("/jk ?")
    await expect(page.locator("#try-message")).to_have_value("/jk ?")
    await expect(page.locator("#try-message")).to_be_focused()
    await expect(page.locator("#help")).to_be_hidden()
    await expect(page.locator("#pause")).to_have_text("Pause")
    await expect(page.locator("#try-state")).to_have_text("connected")
    await page.keyboard.press("Enter")
    await shows(page, 3)
    assert await texts(page, "out") == ["/jk ?"]
    await expect(page.locator(SELECTED)).to_have_count(0)
    await page.keyboard.press("Escape")
    await expect(page.locator("#try-message")).not_to_be_focused()


async def test_lines_are_found_gone_through_and_opened_with_keys(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, *numbered("m", range(4)))
        await shows(page, 9)

    await page.keyboard.press("/")
    await expect(page.locator("#filter")).to_be_focused()
    await page.keyboard.type("text m")
    await shows(page, 8)
    await page.keyboard.press("Escape")
    await shows(page, 10)
    await expect(page.locator("#filter")).to_have_value("")
    await page.keyboard.press("Escape")
    await expect(page.locator("#stream-grid")).to_be_focused()

    selected = page.locator(SELECTED)
    await page.keyboard.press("k")
    await expect(selected).to_have_attribute("data-kind", "closed")
    for key, text in (("k", "m3"), ("k", "m3"), ("k", "m2"), ("j", "m3"), ("ArrowUp", "m2")):
        await page.keyboard.press(key)
        await expect(selected.locator(".preview")).to_have_text(text)
    focused = await page.locator("#stream-grid").get_attribute("aria-activedescendant")
    assert await selected.get_attribute("id") == focused

    await expect(page.locator("#inspector")).to_be_hidden()
    await page.keyboard.press("Enter")
    await expect(page.locator("#inspected [data-slot=text]")).to_have_text("m2")
    await page.keyboard.press("j")
    await expect(page.locator("#inspected [data-slot=text]")).to_have_text("m3")
    await page.keyboard.press("Escape")
    await expect(page.locator("#inspector")).to_be_hidden()
    await page.keyboard.press("Home")
    await expect(selected).to_have_attribute("data-kind", "opened")


async def test_help_is_one_key_away_and_takes_the_keys_for_itself(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)):
        await page.locator("#open-connections a").press("Enter")
        await expect(page.locator("#narrowed")).to_be_visible()
        await page.keyboard.press("?")
        await expect(page.get_by_role("dialog", name="Keys and signs")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.locator("#help")).to_be_hidden()
        await expect(page.locator("#narrowed")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.locator("#narrowed")).to_be_hidden()


async def test_pause_is_one_key_away(page: Page) -> None:
    pause = page.locator("#pause")
    await page.keyboard.press("Space")
    await expect(pause).to_have_text("Go on")
    await expect(page.locator("#feed-words")).to_have_text("paused")
    await page.keyboard.press("Space")
    await expect(pause).to_have_text("Pause")


async def test_space_and_enter_on_a_control_are_the_controls_own(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, b"one")
        await shows(page, 3)
    control = page.get_by_role("button", name="control", exact=True)
    await control.focus()
    await page.keyboard.press("Space")
    await expect(control).to_have_attribute("aria-pressed", "false")
    await page.keyboard.press("Enter")
    await expect(control).to_have_attribute("aria-pressed", "true")
    await expect(page.locator("#pause")).to_have_text("Pause")
    await expect(page.locator("#inspector")).to_be_hidden()
    await expect(page.locator(SELECTED)).to_have_count(0)


async def test_help_opens_at_its_beginning(open_page: Open, server: Serving) -> None:
    page = await open_page(server.page, viewport={"width": 390, "height": 844})
    await page.keyboard.press("?")
    await expect(page.locator("#help-title")).to_be_focused()
    await expect(page.locator("#help-title")).to_be_in_viewport(ratio=1)
    assert await page.locator("#help").evaluate("dialog => dialog.scrollTop") == 0
