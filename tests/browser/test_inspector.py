"""One frame and one connection, taken apart."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.screen import ROWS, Open, close, echo, lines, numbered, port_of, shows
from tests.command import Serving
from tests.peer import dial

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_violation_is_marked_and_explained(page: Page, server: Serving) -> None:
    async with dial(port_of(server)) as peer:
        peer.send(0x1, b"bad \xff")
        await peer.rest()

    bad = page.locator(f"{ROWS}[data-noted=violation]")
    await expect(bad.locator(".preview")).to_have_text(r"bad \xff")
    await expect(bad.locator(".note")).to_contain_text("UTF-8")
    await bad.click()
    await expect(page.locator("#inspected .noted-box")).to_contain_text("UTF-8")


async def test_choosing_a_connection_narrows_and_escape_shows_all_again(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)) as one, dial(port_of(server), "/ws?two") as other:
        await echo(one, b"from one")
        await echo(other, b"from the other")
        await shows(page, 6)

        await page.locator("#open-connections .connection").first.get_by_role("link").click()
        await shows(page, 3)
        assert [line.text for line in await lines(page)][1:] == ["from the other"] * 2
        await expect(page.locator("#narrowed")).to_be_visible()
        await expect(page.locator("#inspected")).to_contain_text("GET /ws?two HTTP/1.1")
        await expect(page.locator("#inspected")).to_contain_text("101 Switching Protocols")

        await echo(one, b"unseen")
        await echo(other, b"seen")
        await shows(page, 5)

        await page.keyboard.press("Escape")
        await shows(page, 10)
        await expect(page.locator("#narrowed")).to_be_hidden()
        await expect(page.locator("#inspector")).to_be_hidden()


async def test_a_frame_leads_to_its_connection(page: Page, server: Serving) -> None:
    async with dial(port_of(server)) as one, dial(port_of(server)) as other:
        await echo(one, b"of the first")
        await echo(other, b"of the second")
        await page.locator(ROWS, has_text="of the first").first.click()
        back = page.locator("#inspector-back")
        await expect(back).to_contain_text("Connection 1")
        await back.click()
        await expect(page.locator("#inspector-title")).to_have_text("Connection 1")
        await expect(page.locator(ROWS, has_text="of the second")).to_have_count(0)
        await page.locator(ROWS, has_text="of the first").first.click()
        await back.click()
        await expect(page.locator("#inspector-title")).to_have_text("Connection 1")


async def test_the_end_of_a_connection_that_is_being_looked_at_is_told(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)) as peer:
        await page.locator("#open-connections .connection").get_by_role("link").click()
        words = page.locator("#inspected [data-slot=words]")
        await expect(words).to_have_text("Open.")
        await close(peer, 4001, b"enough")
    await expect(words).to_have_text(
        "The client closed the connection with 4001 private use, saying “enough”;"
        " the server answered with the same."
    )
    await expect(page.locator("#inspected [data-slot=meaning]")).to_contain_text("agree between")
    await expect(page.locator(".outcome [data-slot=clause]")).to_have_text("RFC 6455 §7.4.2")


async def test_a_handshake_from_before_the_page_is_asked_of_the_server(
    open_page: Open, server: Serving
) -> None:
    async with (
        dial(port_of(server), "/ws?early", ("User-Agent", "early/1.0")) as _,
        dial(port_of(server), "/ws?busy") as busy,
    ):
        await echo(busy, *numbered("m", range(150)))
        page = await open_page(server.page)
        async with page.expect_request("**/api/connections/*", timeout=10_000):
            await page.locator(".connection", has_text="early 1.0").get_by_role("link").click()
        handshake = page.locator("#inspected [data-slot=handshake]")
        await expect(handshake).to_contain_text("GET /ws?early HTTP/1.1")
        await expect(handshake).to_contain_text("early/1.0")
        await expect(handshake).to_contain_text("101 Switching Protocols")


OPEN_FOR = "#inspected .facts div:has-text('Open for') dd"


async def test_how_long_a_connection_is_open_agrees_with_its_row_and_goes_on(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)) as peer:
        row = page.locator("#open-connections .connection")
        await row.get_by_role("link").click()
        await expect(page.locator(OPEN_FOR)).to_have_text(re.compile(r"^[2-9]\u202fs$"))
        both = await page.locator(f".age, {OPEN_FOR}").all_inner_texts()
        one, other = (int(seconds.removesuffix("\u202fs")) for seconds in both)
        assert abs(one - other) <= 1  # a second may begin between them
        await close(peer)
    await expect(page.locator("#ended-connections .connection")).to_have_count(1)
    lasted = page.locator("#inspected .facts div", has_text="Lasted").locator("dd")
    await expect(lasted).to_have_text(await page.locator(".connection .age").inner_text())


async def test_what_was_negotiated_is_marked_in_words(page: Page, server: Serving) -> None:
    offer = ("Sec-WebSocket-Protocol", "chat")
    extension = ("Sec-WebSocket-Extensions", "x-unknown")
    async with dial(port_of(server), "/ws", offer, extension):
        await page.locator("#open-connections .connection").get_by_role("link").click()
        marked = page.locator("#inspected tr[data-negotiated]")
        await expect(marked).to_have_count(1)
        await expect(marked.locator("[data-slot=name]")).to_contain_text("negotiated")
        await expect(marked.locator("[data-slot=value]")).to_have_text("chat")
        answered = page.locator("#inspected .head", has_text="Handshake as answered")
        await expect(answered.locator("tr[data-negotiated]")).to_have_count(1)


@pytest.mark.parametrize("width", [900, 390])
async def test_an_inspector_that_covers_the_stream_has_the_focus_and_gives_it_back(
    open_page: Open, server: Serving, width: int
) -> None:
    page = await open_page(server.page, viewport={"width": width, "height": 844})
    async with dial(port_of(server)) as peer:
        await echo(peer, b"one")
        await shows(page, 3)
    await page.locator("#stream-grid").focus()
    await page.keyboard.press("k")
    await page.keyboard.press("Enter")
    await expect(page.locator("#inspector")).to_be_focused()
    inert = page.locator("#centre")
    assert await inert.evaluate("element => element.inert")
    await page.keyboard.press("Escape")
    await expect(page.locator("#stream-grid")).to_be_focused()
    assert not await inert.evaluate("element => element.inert")
