"""Tab leads to all that can be pressed or typed into, past it, and shows where one is."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.screen import ROWS, Open, echo, numbered, port_of, shows
from tests.command import Serving
from tests.peer import dial

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MOST = 150
# How things look that Tab may lead to, while none of them has the focus, and those it has led to.
_BEGIN = """
    () => {
        document.activeElement.blur();
        const look = (element) => [element, element.closest("label"), ...element.children]
            .filter(Boolean).map((part) => {
                const { outlineStyle, outlineWidth, outlineColor, boxShadow, stroke } =
                    getComputedStyle(part);
                const outline = outlineStyle === "none" ? "" : outlineWidth + outlineColor;
                return [outline, boxShadow, stroke].join();
            }).join(";");
        const named = (element) => [
            element.tagName.toLowerCase(),
            element.id || element.dataset.slot || element.getAttribute("class"),
            (element.getAttribute("aria-label") ?? element.textContent).trim().slice(0, 30),
        ].join(" ");
        const all = [...document.querySelectorAll("*")].filter((element) => element.tabIndex >= 0
            && element.matches("a, button, input, select, textarea, summary, [tabindex]"));
        const looks = new Map(all.map((element) => [element, look(element)]));
        Object.assign(globalThis, { look, named, looks, stops: new Set() });
    }
"""
_STOP = """
    () => {
        const element = document.activeElement;
        // Between its end and its beginning.
        if (element === document.body) return { over: false, seen: true };
        const over = stops.has(element);
        const again = element === [...stops][0];
        stops.add(element);
        const seen = element.matches(":focus-visible") && look(element) !== looks.get(element);
        return { over, again, seen, name: named(element) };
    }
"""
# What can be pressed and is not led to, neither by Tab nor by the arrows of a group with a stop.
_MISSED = """
    () => [...document.querySelectorAll(
        "a[href], button, input, select, textarea, summary, [role=button], [role=separator]")]
        .filter((element) => !element.closest("[inert]") && !element.disabled
            && element.checkVisibility({ visibilityProperty: true }) && !stops.has(element))
        .filter((element) => {
            const group = element.closest(
                "[role=toolbar], [role=log], [role=list], .explaining, table");
            return element.tabIndex >= 0 || ![...stops].some((stop) =>
                group?.contains(stop) && stop !== group && stop.matches("button, [role=button]"));
        }).map(named)
"""


async def walk(page: Page, least: int) -> None:
    """Go through the page with Tab, once around, and check every stop."""
    await page.evaluate(_BEGIN)
    unseen = []
    for _ in range(MOST):
        await page.keyboard.press("Tab")
        stop = await page.evaluate(_STOP)
        if stop["over"]:
            break
        if not stop["seen"]:
            unseen.append(stop["name"])
    assert stop["over"], "Tab comes to no end"
    assert stop["again"], f"Tab is held at {stop['name']}"
    assert unseen == []
    assert await page.evaluate(_MISSED) == []
    assert await page.evaluate("stops.size") >= least


@pytest.mark.parametrize("width", [1440, 390])
async def test_tab_leads_everywhere_and_shows_where(
    open_page: Open, server: Serving, width: int
) -> None:
    page = await open_page(server.page, viewport={"width": width, "height": 900})
    await walk(page, 10)
    narrow = width < 760

    async def bring(pane: str) -> None:
        if narrow:
            await page.locator(f"[data-tab={pane}]").click()

    await bring("try")
    await page.locator("#try-button").click()
    await page.locator("#try-message").fill('{"a": [1, 2]}')
    await page.keyboard.press("Enter")
    await page.locator("#try-more").click()
    await expect(page.locator("#try-log .said .saw button:visible")).to_have_count(2)
    await expect(page.locator("#try-show")).to_be_visible()
    async with dial(port_of(server)) as peer:
        await echo(peer, *numbered("m", range(3)))
        if narrow:
            await walk(page, 15)
        await bring("connections")
        await page.locator("#open-connections .connection[data-connection$='-2'] a").click()
        await expect(page.locator(".sequence .message")).to_have_count(8)
        await walk(page, 20 if narrow else 45)
        await page.keyboard.press("Escape")
        await expect(page.locator("#inspector")).to_be_hidden()
        await bring("stream")
        await shows(page, 10)
        await page.locator(f"{ROWS}[data-direction=in]", has_text="[1, 2]").click()
        await expect(page.locator("#inspected [data-slot=drawing]")).to_be_visible()
        for view in ("text", "json", "hex"):
            await page.locator(f"#inspected [data-slot=as-{view}]").click()
            await walk(page, 20)
