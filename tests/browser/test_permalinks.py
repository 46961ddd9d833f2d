"""The page of one connection as it is rendered: without JavaScript, wide and narrow."""

import asyncio
import json
import re
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.async_api import Browser, Page, Route, ViewportSize, WebSocketRoute, expect

from tests.browser.screen import ROWS, Open, close, echo, fits, numbered, port_of, shows
from tests.browser.test_accessibility import is_fine
from tests.command import Serving
from tests.peer import dial

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PHONE: ViewportSize = {"width": 390, "height": 844}
NARROWEST: ViewportSize = {"width": 360, "height": 640}
TABLET: ViewportSize = {"width": 900, "height": 800}
WIDE: ViewportSize = {"width": 1440, "height": 900}


def rows(server: Serving) -> list[dict[str, Any]]:
    with urlopen(f"{server.page}api/connections") as response:
        found: list[dict[str, Any]] = json.load(response)["connections"]
    return found


async def leave(server: Serving) -> str:
    """Leave a connection that has ended and one that was refused; return where the first is."""
    port = port_of(server)
    headers = [
        ("User-Agent", "U" * 200),
        ("Sec-WebSocket-Protocol", "chat"),
        ("X-" + "n" * 60, "v" * 300),
    ]
    async with dial(port, "/ws?" + "q" * 200, *headers) as peer:
        await echo(peer, b"unbroken" * 100, *numbered("m", range(60)))
        await close(peer, 1000, b"r" * 100)
    async with dial(port, "/ws", ("Origin", f"https://{'o' * 60}.example")) as peer:
        assert peer.status == 403
    return next(f"{server.page}connections/{row['id']}" for row in rows(server) if row["ending"])


@pytest.mark.parametrize("viewport", [WIDE, TABLET, PHONE, NARROWEST])
async def test_without_javascript_a_connection_is_told(
    open_page: Open, server: Serving, viewport: ViewportSize
) -> None:
    page = await open_page(await leave(server), java_script_enabled=False, viewport=viewport)
    told = page.get_by_role("region", name="Connection")
    await expect(told.get_by_text("The client closed the connection with 1000")).to_be_visible()
    await expect(told.get_by_text("RFC 6455 §7.4.1")).to_be_visible()
    await expect(told.get_by_text("negotiated", exact=True)).to_be_visible()
    await expect(page.get_by_role("link", name="All connections")).to_be_visible()
    await shows(page, 2 * 61 + 4)
    await expect(page.locator(ROWS).first).to_contain_text("connected")
    await expect(page.get_by_text("All of its 126 events.")).to_be_attached()
    # No pane lies over another, nothing is cut that cannot be scrolled to, no button does nothing.
    assert await page.locator("button:visible").count() == 0
    await fits(page, "html")
    await fits(page, "#inspected")
    boxes = [await page.locator(pane).bounding_box() for pane in ("#stream", "#inspector")]
    stream, inspector = (box for box in boxes if box is not None)
    beside = stream["x"] + stream["width"] <= inspector["x"]
    above = inspector["y"] + inspector["height"] <= stream["y"] + 1
    assert beside if viewport is WIDE else above


async def test_without_javascript_one_goes_from_the_list_to_a_connection_and_back(
    open_page: Open, server: Serving
) -> None:
    """By keyboard, too."""
    await leave(server)
    page = await open_page(server.page, java_script_enabled=False)
    row = page.locator("#ended-connections .connection[data-state=closed] a")
    await row.focus()
    await page.keyboard.press("Enter")
    await expect(page).to_have_title("Connection 1 · Echoscope")
    await expect(page.locator("a[aria-current]")).to_contain_text("UUUU")
    await page.get_by_role("link", name="All connections").click()
    await expect(page).to_have_url(server.page)
    await page.locator("#ended-connections .connection[data-state=refused] a").click()
    await expect(page.get_by_role("heading", name="Refused request 2")).to_be_visible()
    await expect(page.locator("#inspected .remedy")).to_contain_text("oooo.example")


async def test_the_lines_of_a_long_conversation_end_in_view_and_of_a_short_one_start_there(
    open_page: Open, server: Serving
) -> None:
    long = await leave(server)
    page = await open_page(long, java_script_enabled=False)
    await expect(page.locator(ROWS).last).to_be_in_viewport()
    refused = next(row["id"] for row in rows(server) if row["refusal"])
    page = await open_page(f"{server.page}connections/{refused}", java_script_enabled=False)
    (line,) = await page.locator(ROWS).all()
    head, first = await page.locator(".grid-head").bounding_box(), await line.bounding_box()
    assert head is not None
    assert first is not None
    assert first["y"] == head["y"] + head["height"]


async def look_without_script(
    browser: Browser, address: str, viewport: ViewportSize, scheme: Any
) -> None:
    """Have axe-core look at a page as it is without its script; axe itself is one, and runs."""
    context = await browser.new_context(viewport=viewport, color_scheme=scheme)
    page = await context.new_page()

    async def as_without(route: Route) -> None:
        if route.request.resource_type not in ("document", "stylesheet"):
            await route.continue_()
            return
        response = await route.fetch()
        body = await response.text()
        body = body.replace("(scripting: none)", "all").replace("(scripting: enabled)", "not all")
        body = re.sub("</?noscript>|<script.*?</script>", "", body)
        await route.fulfill(response=response, body=body)

    await page.route("**/*", as_without)
    await page.goto(address)
    await is_fine(page, address)
    # The browser asks for an icon in its own time.
    await page.unroute_all(behavior="wait")
    await context.close()


@pytest.mark.parametrize(("viewport", "scheme"), [(WIDE, "light"), (PHONE, "dark")])
async def test_nothing_is_wrong_with_what_the_server_renders(
    browser: Browser, server: Serving, viewport: ViewportSize, scheme: str
) -> None:
    await leave(server)
    names = [row["id"] for row in rows(server)]
    assert len(names) == 2
    for name in (*names, "0a1b2c-7"):
        await look_without_script(browser, f"{server.page}connections/{name}", viewport, scheme)
    await look_without_script(browser, server.page, viewport, scheme)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_close_codes_are_there_to_be_unfolded(page: Page, scheme: Any) -> None:
    await page.emulate_media(color_scheme=scheme)
    await page.keyboard.press("?")
    help_dialog = page.get_by_role("dialog")
    entry = help_dialog.locator("[data-code='1001']")
    await expect(entry).to_be_hidden()
    await help_dialog.locator("summary").focus()
    await page.keyboard.press("Enter")
    await expect(entry).to_be_visible()
    await expect(entry).to_contain_text("going away")
    await expect(entry.locator(".clause")).to_have_text("RFC 6455 §7.4.1")
    await is_fine(page, "close codes")


@pytest.mark.parametrize("viewport", [WIDE, PHONE])
async def test_with_javascript_the_page_is_live_at_the_same_address(
    open_page: Open, server: Serving, viewport: ViewportSize
) -> None:
    """What the server has rendered gives way to what the script tells; nothing is there twice."""
    address = await leave(server)
    page = await open_page(address, viewport=viewport)
    await expect(page.get_by_role("heading", name="Connection 1", exact=True)).to_have_count(1)
    await expect(page.locator("#inspected > *")).to_have_count(1)
    await expect(page.locator("#inspected")).to_contain_text("1000 normal closure")
    assert page.url == address
    await fits(page, "html")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_link_to_what_is_not_there_is_answered_in_words(
    open_page: Open, server: Serving, scheme: str
) -> None:
    page = await open_page(
        f"{server.page}connections/0a1b2c-7",
        forgiven="404",  # Chromium says so in the console, of the page itself
        java_script_enabled=False,
        viewport=NARROWEST,
        color_scheme=scheme,
    )
    await expect(page.get_by_role("heading")).to_have_text("This connection was of an earlier run")
    await expect(page.locator("main")).to_contain_text("The server has been restarted since")
    await fits(page, "html")
    await page.get_by_role("link", name="all connections").click()
    await expect(page).to_have_url(server.page)


async def test_what_a_link_leads_to_stays_there_when_the_other_feed_comes_later(
    open_page: Open, server: Serving
) -> None:
    """The page has a feed of all and one of that connection, and either may be the first."""
    address = await leave(server)
    page = await open_page(server.page)
    held, sent = asyncio.Event(), asyncio.Event()

    def hold(socket: WebSocketRoute) -> None:
        behind = socket.connect_to_server()

        async def tell(message: str | bytes) -> None:
            of_all = "connection=" not in socket.url and '"events"' in str(message)[:40]
            if of_all:
                await held.wait()
            socket.send(message)
            if of_all:
                sent.set()

        behind.on_message(lambda message: asyncio.ensure_future(tell(message)))

    await page.route_web_socket("**/live**", hold)
    await page.goto(address)
    told = page.locator(f"{ROWS}.placed")
    await expect(told.last).to_have_attribute("data-kind", "closed")
    await page.evaluate(
        """() => {
            const canvas = document.getElementById("canvas");
            globalThis.emptied = 0;
            new MutationObserver(() => { emptied += canvas.childElementCount === 0; })
                .observe(canvas, { childList: true });
        }"""
    )
    held.set()
    await sent.wait()
    await page.evaluate("() => new Promise(requestAnimationFrame)")
    assert await page.evaluate("emptied") == 0
    await page.locator("#narrowed").click()
    await expect(page.locator(f"{ROWS}[data-kind=refused]")).to_be_visible()
