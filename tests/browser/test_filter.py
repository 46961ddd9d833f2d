"""What of the stream is let through, and what is said about the rest."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.screen import echo, numbered, port_of, row, shows
from tests.command import Serving
from tests.peer import dial

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


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


async def test_what_is_new_counts_only_what_the_filter_lets_through(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, *numbered("m", range(100)))
        await page.locator("#filter").fill("m")
        await expect(page.locator(row(201))).to_be_in_viewport()
        await page.locator("#stream-grid").hover()
        await page.mouse.wheel(0, -2000)
        await expect(page.locator(row(110))).to_be_in_viewport()
        await echo(peer, b"other", b"m again", b"other")
        await expect(page.locator("#count-total")).to_have_text("206")
        await expect(page.locator("#news")).to_have_text(re.compile(r"^2 new"))

        await page.get_by_role("button", name="Pause").click()
        await echo(peer, b"other")
        await expect(page.locator("#feed-words")).to_have_text("paused, 2 new in all")


async def test_a_filter_that_would_hang_the_page_is_given_up_and_said_so(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, b"a" * 200 + b"!", b"other")
        await shows(page, 5)
        problem = page.get_by_role("alert").filter(has_text="expression")
        for query in ("/(a+)+$/", "/(a|a)*$/", "/a*a*a*a*a*a*a*b/"):
            await page.locator("#filter").fill(query, timeout=3000)
            await expect(problem).to_contain_text("takes too long", timeout=3000)
            await shows(page, 5)
        await page.locator("#filter").fill("/a[/")
        await expect(problem).to_contain_text("not a regular expression")
        await page.get_by_label("Hide control").check()
        await expect(problem).to_contain_text("not a regular expression")
        await page.get_by_label("Hide control").uncheck()
        await page.locator("#filter").fill("/^text (a+)!$/")
        await expect(problem).to_have_count(0)
        await shows(page, 2)
