"""A server with a token, as a browser's user meets it: the form, a link, and what comes after."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.screen import feed_state, fits, port_of
from tests.command import Serving, serving
from tests.peer import dial

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.parametrize(
        "server", [{"ECHOSCOPE_ACCESS__TOKEN": "a-token-for-this-page"}], indirect=True
    ),
]

TOKEN = "a-token-for-this-page"


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context()
    yield context
    await context.close()


async def is_live(page: Page) -> None:
    await expect(feed_state(page)).to_have_attribute("data-state", "live")


async def test_the_form_asks_for_it_and_leads_to_what_was_asked_for(
    context: BrowserContext, server: Serving
) -> None:
    page = await context.new_page()
    asked = f"{server.page}?from=a-bookmark"
    await page.goto(asked)
    await expect(page.get_by_role("heading")).to_have_text("This page needs a token")
    await expect(page.get_by_label("Token")).to_be_focused()
    await page.keyboard.type("another")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("That is not the token of this server.")
    await page.get_by_label("Token").fill(TOKEN)
    await page.get_by_role("button", name="Show the page").click()
    await is_live(page)
    assert page.url == asked
    # What was refused stands on the page, and the tokens that were tried do not.
    await expect(page.locator("#ended-connections .how")).to_have_count(2)
    assert "another" not in (await page.content()).replace("another token", "")
    [cookie] = await context.cookies()
    assert cookie.get("name") == f"echoscope-{port_of(server)}"
    assert (cookie.get("httpOnly"), cookie.get("sameSite")) == (True, "Strict")
    await page.reload()
    await is_live(page)


@pytest_asyncio.fixture(loop_scope="session")
async def permalink(server: Serving) -> AsyncIterator[str]:
    """The address of a connection's own page."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with dial(port_of(server)), aiohttp.ClientSession(headers=headers) as http:
        async with http.get(f"{server.page}api/connections") as response:
            (row,) = (await response.json())["connections"]
        yield f"{server.page}connections/{row['id']}"


async def test_a_link_with_it_leads_to_the_page_and_it_is_gone_from_the_address(
    context: BrowserContext, server: Serving, permalink: str
) -> None:
    for address in (server.page, permalink):
        page = await context.new_page()
        await page.goto(f"{address}?token={TOKEN}")
        await is_live(page)
        assert page.url == address
        await context.clear_cookies()


@pytest.mark.parametrize("query", [f"?token={TOKEN}", ""])
@pytest.mark.parametrize("to", ["page", "permalink"])
async def test_a_link_on_another_site_leads_there_as_well(
    context: BrowserContext, server: Serving, permalink: str, to: str, query: str
) -> None:
    """SameSite=Strict keeps the cookie back from what that site has begun, redirects too."""
    address = permalink if to == "permalink" else server.page
    page = await context.new_page()
    if not query:
        await page.goto(f"{server.page}?token={TOKEN}")
        await is_live(page)

    async def elsewhere(route: Route) -> None:
        body = f'<a href="{address}{query}">the page</a>'
        await route.fulfill(body=body, content_type="text/html")

    await page.route("http://elsewhere.test/", elsewhere)
    await page.goto("http://elsewhere.test/")
    await page.get_by_role("link").click()
    await is_live(page)
    assert page.url == address


async def test_a_page_whose_token_is_no_longer_the_servers_says_so(
    context: BrowserContext, server: Serving, tmp_path: Path
) -> None:
    page = await context.new_page()
    await page.goto(f"{server.page}?token={TOKEN}")
    await is_live(page)
    server.end(signal.SIGTERM)
    await expect(feed_state(page)).to_have_attribute("data-state", "lost")
    env = {"ECHOSCOPE_ACCESS__TOKEN": "another-token-by-now"}
    with serving("--port", str(port_of(server)), cwd=tmp_path, env=env):
        await expect(page.locator("#feed-words")).to_contain_text("new token needed: reload")
        await page.reload()
        alert = page.get_by_role("alert")
        await expect(alert).to_contain_text("has changed since this cookie was given")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_form_fits_a_narrow_screen(
    browser: Browser, server: Serving, scheme: Any
) -> None:
    context = await browser.new_context(
        viewport={"width": 360, "height": 640}, color_scheme=scheme, java_script_enabled=False
    )
    page = await context.new_page()
    await page.goto(server.page)
    await expect(page.get_by_label("Token")).to_be_visible()
    await fits(page, "html")
    field, button = page.get_by_label("Token"), page.get_by_role("button")
    above, below = await field.bounding_box(), await button.bounding_box()
    assert above is not None
    assert below is not None
    assert below["y"] - (above["y"] + above["height"]) >= 8
    await field.fill(TOKEN)
    await button.click()
    await expect(page.locator("#connections")).to_be_attached()
    await context.close()
