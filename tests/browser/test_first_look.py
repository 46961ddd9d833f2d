"""What somebody sees who has just started the server, and how soon."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.screen import Line, Open, close, echo, lines, port_of, shows
from tests.command import Serving
from tests.peer import dial

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_two_clicks_lead_to_a_first_echoed_message(page: Page) -> None:
    await expect(page.get_by_text("Nobody has connected yet.")).to_be_visible()

    await page.get_by_role("button", name="Connect from this page").click()
    await expect(page.locator("#try-message")).to_have_value("Bonjour serveur")
    await page.get_by_role("button", name="Send").click()

    await shows(page, 3)
    opened, *frames = await lines(page)
    assert (opened.what, opened.number) == ("connected", 2)
    assert frames == [
        Line(3, opened.connection, "in", "text", "Bonjour serveur"),
        Line(4, opened.connection, "out", "text", "Bonjour serveur"),
    ]
    await expect(page.get_by_text("Nobody has connected yet.")).to_be_hidden()
    received = page.locator("#try-log .said[data-way=received]")
    await expect(received.locator(".what")).to_have_text("Bonjour serveur")
    await expect(received.locator(".trip")).to_have_text(re.compile(r"^\d+(\.\d+)?\sm?s$"))
    await expect(page.locator("#open-connections .own")).to_be_visible()


async def test_another_client_comes_talks_and_leaves_and_the_page_tells_it_in_words(
    page: Page, server: Serving
) -> None:
    row = page.locator(".connection")
    async with dial(port_of(server), "/ws?room=7", ("User-Agent", "probe/1.0")) as peer:
        await expect(page.locator("#open-connections").locator(row)).to_contain_text("probe 1.0")
        await echo(peer, b"one")
        peer.send(0x9, b"alive?")
        await peer.receive()
        await expect(row.locator(".traffic")).to_contain_text("→ 1 · 21 B")
        await close(peer, 1000, b"done")

    await shows(page, 8)
    told = await lines(page)
    assert [(line.way, line.what) for line in told] == [
        ("", "connected"),
        ("in", "text"),
        ("out", "text"),
        ("in", "ping"),
        ("out", "pong"),
        ("in", "close"),
        ("out", "close"),
        ("", "closed"),
    ]
    assert told[0].text.endswith(" · GET /ws?room=7 HTTP/1.1")
    assert told[3].text == "alive?"
    assert told[5].text == "1000 normal closure: done"
    assert told[7].text.endswith(" · client closed, 1000 normal closure: done")
    ended = page.locator("#ended-connections").locator(row)
    await expect(ended.locator(".how")).to_have_text("client closed, 1000 normal closure: done")


async def test_who_leaves_without_a_goodbye_is_told_apart(page: Page, server: Serving) -> None:
    how = page.locator("#ended-connections .how")
    async with dial(port_of(server)) as peer:
        await echo(peer, b"one")
    await expect(how).to_have_text("client left without a closing handshake")

    async with dial(port_of(server)) as peer:
        await echo(peer, b"two")
        peer.drop()
    await expect(how.first).to_have_text("client reset the connection")


async def test_a_refused_origin_is_marked_with_its_reason_and_the_line_that_would_admit_it(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server), "/ws", ("Origin", "https://evil.example")) as peer:
        assert peer.status == 403

    refused = page.locator("#ended-connections .connection[data-state=refused]")
    await expect(refused.locator(".how")).to_contain_text("refused, 403: ")
    await expect(refused.locator(".how")).to_contain_text("https://evil.example")
    await expect(refused.locator(".sign")).to_be_visible()
    await shows(page, 1)
    assert [line.what for line in await lines(page)] == ["refused"]

    await refused.get_by_role("link").click()
    inspected = page.locator("#inspected")
    await expect(inspected).to_contain_text("Why it was refused")
    remedy = 'origins: {allowed: ["same-origin", "https://evil.example"]}'
    await expect(inspected.get_by_text(remedy)).to_be_visible()
    await expect(inspected.locator("[data-slot=handshake]")).to_contain_text("GET /ws HTTP/1.1")


async def test_every_command_to_paste_names_the_address_of_this_server(
    page: Page, server: Serving
) -> None:
    await expect(page.locator("#address")).to_have_text(server.socket)
    commands = await page.locator("#empty .command pre").all_text_contents()
    assert len(commands) == 5
    assert all(server.socket in command for command in commands)


async def test_all_that_the_page_is_made_of_is_small(browser: Browser, server: Serving) -> None:
    """Counted as it went over the wire, heads and all, with nothing cached."""
    context = await browser.new_context()
    page = await context.new_page()
    network = await context.new_cdp_session(page)
    await network.send("Network.enable")
    asked: set[str] = set()
    sizes: dict[str, float] = {}

    def ask(event: dict[str, Any]) -> None:
        if event["type"] != "WebSocket":
            asked.add(event["requestId"])

    def load(event: dict[str, Any]) -> None:
        sizes[event["requestId"]] = event["encodedDataLength"]

    network.on("Network.requestWillBeSent", ask)
    network.on("Network.loadingFinished", load)
    await page.goto(server.page, wait_until="load")
    await expect(page.locator("#feed-state")).to_have_attribute("data-state", "live")
    by_page = await page.evaluate(
        """() => ["navigation", "resource"]
            .flatMap(kind => performance.getEntriesByType(kind))
            .reduce((sum, {transferSize}) => sum + transferSize, 0)"""
    )
    await context.close()
    assert sizes.keys() == asked
    assert len(sizes) > 20
    assert 0 < by_page < 150_000
    assert sum(sizes.values()) < 150_000, f"{len(sizes)} answers"


LATEST = 300  # milliseconds


async def test_the_first_paint_does_not_keep_anybody_waiting(
    open_page: Open, server: Serving
) -> None:
    """The fastest counts: there may be other tests on the same cores."""
    paints: list[float] = []
    while len(paints) < 10 and min(paints, default=LATEST) >= LATEST:
        page = await open_page(server.page)
        paints.append(
            await page.evaluate(
                """performance.getEntriesByName("first-contentful-paint")[0].startTime"""
            )
        )
        await page.close()
    assert min(paints) < LATEST, paints
