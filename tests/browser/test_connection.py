"""One connection in the inspector: what happened to it, in words, and reading it in peace."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.screen import ROWS, Open, close, echo, feed_state, port_of
from tests.command import Serving, serving
from tests.peer import dial

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

FACTS = "#inspected [data-fold=facts]"


async def choose(page: Page, client: str = "") -> None:
    """Choose the newest connection, or the newest of a client."""
    await page.locator(".connection", has_text=client).first.get_by_role("link").click()
    await expect(page.locator("#inspected .of-connection")).to_be_visible()


def fact(page: Page, name: str) -> Locator:
    return page.locator("#inspected .facts div", has_text=name).locator("dd")


async def test_the_address_of_a_connection_is_copied(page: Page, server: Serving) -> None:
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    async with dial(port_of(server)):
        await choose(page)
        name = await fact(page, "Id").inner_text()
        button = page.locator("#inspected [data-slot=copy-link]")
        await button.click()
        await expect(button).to_have_text("Copied")
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{server.page}connections/{name}"


async def test_a_section_that_was_folded_stays_folded(page: Page, server: Serving) -> None:
    port = port_of(server)
    async with dial(port, "/ws", ("User-Agent", "a/1")), dial(port, "/ws", ("User-Agent", "b/1")):
        await choose(page, "a 1")
        fold = page.get_by_role("button", name="Connection", exact=True)
        await fold.focus()
        await page.keyboard.press("Enter")
        await expect(fold).to_have_attribute("aria-expanded", "false")
        await expect(page.locator(f"{FACTS} dl")).to_be_hidden()
        await expect(page.locator("#inspected [data-slot=handshake]")).to_be_visible()

        await choose(page, "b 1")
        await expect(page.locator(f"{FACTS} dl")).to_be_hidden()
        await page.goto(server.page)
        await choose(page, "a 1")
        await expect(page.locator(f"{FACTS} dl")).to_be_hidden()
        await fold.click()
        await expect(page.locator(f"{FACTS} dl")).to_be_visible()
        await page.goto(server.page)
        await choose(page, "b 1")
        await expect(page.locator(f"{FACTS} dl")).to_be_visible()


async def test_what_somebody_reads_and_selects_stays_while_the_connection_lives(
    page: Page, server: Serving
) -> None:
    await page.set_viewport_size({"width": 1440, "height": 500})
    async with dial(port_of(server)) as peer:
        await choose(page)
        before = await page.evaluate(
            """() => {
                const pane = document.querySelector("#inspected");
                const line = pane.querySelector("[data-slot=start]");
                globalThis.marked = [line, ...pane.querySelectorAll("section")];
                pane.scrollTop = 120;
                getSelection().selectAllChildren(line);
                pane.querySelector("[data-fold=handshake] .fold").focus({ preventScroll: true });
                return [getSelection().toString(), pane.scrollTop];
            }"""
        )
        assert before == ["GET /ws HTTP/1.1", 120]
        messages = fact(page, "Messages")
        for number in range(1, 6):
            await echo(peer, b"one more")
            await expect(messages).to_contain_text(f"→ {number} in")
        after = await page.evaluate(
            """() => [getSelection().toString(), document.querySelector("#inspected").scrollTop,
                      document.activeElement.textContent, marked.every(each => each.isConnected)]"""
        )
        assert after == [*before, "Handshake", True]


async def test_a_connection_that_the_server_has_forgotten_is_said_to_be_so(
    open_page: Open, tmp_path: Path
) -> None:
    few = {"ECHOSCOPE_JOURNAL__CONNECTIONS": "1"}
    with serving("--port", "0", cwd=tmp_path, env=few) as server:
        page = await open_page(server.page, forgiven="404")
        for _ in range(3):
            async with dial(port_of(server)) as peer:
                await close(peer)
        await expect(page.locator(".connection")).to_have_count(1)
        await page.locator(f"{ROWS}[data-kind=opened]").first.click()
        words = page.locator("#inspected [data-slot=words]")
        await expect(words).to_have_text(
            "The server no longer knows this connection, or never has."
        )
        # It has told the page before how this connection began.
        handshake = page.locator("#inspected [data-slot=handshake]")
        await expect(handshake).to_contain_text("GET /ws HTTP/1.1")


async def test_without_the_server_it_is_said_that_this_was_last_heard(
    open_page: Open, server: Serving
) -> None:
    async with (
        dial(port_of(server), "/ws", ("User-Agent", "early/1")),
        dial(port_of(server), "/ws", ("User-Agent", "busy/1")) as busy,
    ):
        await echo(busy, *[b"m"] * 150)
        page = await open_page(server.page, forgiven="ERR_|WebSocket")
        # It comes by itself once there is something to inspect.
        await page.evaluate("import('/static/js/inspector/inspector.js').then(() => null)")
        server.process.kill()
        await expect(feed_state(page)).to_have_attribute("data-state", "lost")
        await choose(page, "early 1")
        inspected = page.locator("#inspected")
        await expect(inspected.locator("[data-slot=words]")).to_have_text("Open.")
        await expect(inspected.locator("[data-slot=stale]")).to_contain_text("last heard of it")
        handshake = inspected.locator("[data-slot=handshake]")
        await expect(handshake).to_contain_text("The server does not answer")


async def test_the_headers_of_a_handshake_are_explained_to_who_asks(
    page: Page, server: Serving
) -> None:
    offered = (
        ("Origin", server.page.rstrip("/")),
        ("Host", server.page.split("/")[2]),
        ("Sec-WebSocket-Protocol", "chat"),
        ("Sec-WebSocket-Extensions", "permessage-deflate"),
    )
    async with dial(port_of(server), "/ws", *offered) as peer:
        assert peer.status == 101
        await choose(page)
        meanings = page.locator("#inspected .meaning")
        await expect(meanings.first).to_be_hidden()
        await page.get_by_role("button", name="Explain").press("Enter")
        await expect(meanings.first).to_be_visible()
        explained = await meanings.evaluate_all(
            """rows => rows.map(row => [
                row.previousElementSibling.querySelector("th").firstChild.textContent,
                row.querySelector("[data-slot=clause]").textContent])"""
        )
        assert [name for name, _ in explained] == [
            *("Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version"),
            *("Origin", "Host", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions"),
            *("Upgrade", "Connection", "Sec-WebSocket-Accept"),
            *("Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions"),
        ]
        assert all(re.fullmatch(r"RFC \d{4} §[\d.]+", clause) for _, clause in explained)

        await page.goto(server.page)
        await choose(page)
        await expect(meanings.first).to_be_visible()
        await page.get_by_role("button", name="Explain").click()
        await expect(meanings.first).to_be_hidden()


async def test_a_connection_that_went_with_its_server_is_said_to_have_and_keeps_what_is_known(
    open_page: Open, tmp_path: Path
) -> None:
    with serving("--port", "0", cwd=tmp_path) as server:
        port = port_of(server)
        page = await open_page(server.page, forgiven="ERR_|WebSocket")
        async with dial(port) as peer:
            await choose(page)
            await echo(peer, b"before")
            drawn = page.locator("#inspected").get_by_role("button", name="text, before")
            await expect(drawn).to_have_count(2)
            server.process.kill()
            await expect(feed_state(page)).to_have_attribute("data-state", "lost")
    with serving("--port", str(port), cwd=tmp_path):
        await expect(feed_state(page)).to_have_attribute("data-state", "live")
        words = page.locator("#inspected [data-slot=words]")
        await expect(words).to_contain_text("one of the server's earlier run")
        await expect(drawn).to_have_count(2)
        await expect(page.locator(".sequence .row.end")).to_have_text("the server ended")
        await expect(fact(page, "Id")).to_be_visible()
        # There is nothing that could be had of it any more.
        inspected = page.locator("#inspected")
        for name in ("Copy link", "Copy as Mermaid", "Ping now"):
            await expect(inspected.get_by_role("button", name=name)).to_be_hidden()
        await expect(inspected.get_by_role("link", name="As text")).to_be_hidden()
        async with dial(port) as peer:
            await echo(peer, b"after")
            await expect(page.locator("#open-connections .connection")).to_have_count(1)
            await expect(page.locator(".sequence .message")).to_have_count(4)


async def test_silence_is_told_while_it_lasts(page: Page, server: Serving) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, b"the last for a while")
        await choose(page)
        quiet = page.locator("#inspected [data-slot=quiet]")
        await expect(quiet).to_have_text(re.compile(r"^Nothing has passed for \d+\u202fs\.$"))
        await echo(peer, b"and on")
        await expect(quiet).to_be_hidden()


async def test_an_end_is_announced_to_who_looks_at_it(page: Page, server: Serving) -> None:
    async with dial(port_of(server)) as peer:
        await choose(page)
        await close(peer, 1001)
    said = page.locator("#announcer")
    await expect(said).to_contain_text("The client closed the connection with 1001 going away")


async def test_nothing_below_moves_while_a_connection_lives(page: Page, server: Serving) -> None:
    """Not for silence, not for a first round trip, not for others who come."""
    where = """() => [...document.querySelectorAll("#inspected [data-fold]")].map(
        part => [part.dataset.fold, part.getBoundingClientRect().top])"""
    async with dial(port_of(server)) as peer:
        await echo(peer, b"one")
        await choose(page)
        await expect(page.get_by_role("button", name="client to server: text")).to_be_visible()
        before = await page.evaluate(where)
        await expect(page.locator("#inspected [data-slot=quiet]")).to_be_visible()
        assert await page.evaluate(where) == before
        async with dial(port_of(server)):
            await expect(page.get_by_role("button", name="Send to all 2 open")).to_be_enabled()
            await page.get_by_role("button", name="Ping now").click()
            head, payload = await peer.receive()
            assert head == 0x89
            peer.send(0xA, payload)
            await expect(page.locator(".trips")).to_be_visible()
            await echo(peer, *[b"more"] * 40)
            await expect(fact(page, "Messages")).to_contain_text("41 in")
            assert await page.evaluate(where) == before
