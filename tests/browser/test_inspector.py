"""One frame and one connection, taken apart."""

import json

import pytest
from playwright.async_api import Page, expect

from tests.browser.screen import ROWS, Open, close, echo, lines, numbered, port_of, shows
from tests.command import Serving
from tests.peer import MASKING_KEY, dial, frame

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

NOTE = {"type": "note", "tags": ["a", "b"]}


async def test_a_chosen_frame_shows_its_header_field_by_field(page: Page, server: Serving) -> None:
    async with dial(port_of(server)) as peer:
        peer.send(0x1, b"Bon", fin=False)
        peer.send(0x0, b"jour" * 50)
        await peer.receive()
        await page.locator(f"{ROWS}[data-opcode=text][data-direction=in]").click()

        fields = page.locator("#inspected tr[data-field]")
        await expect(fields.first).to_be_visible()
        rows = await fields.evaluate_all(
            """rows => rows.map(row => [
                row.dataset.field,
                row.querySelector("[data-slot=value]").textContent,
                row.querySelector("[data-slot=meaning]").textContent])"""
        )
        assert rows == [
            ["FIN", "0", "more fragments follow"],
            ["RSV1", "0", ""],
            ["RSV2", "0", ""],
            ["RSV3", "0", ""],
            ["Opcode", "0x1 text", "UTF-8 text"],
            ["MASK", "1", "masked, as a client must"],
            ["Payload length", "3 bytes", "coded in 7 bits"],
            ["Masking key", MASKING_KEY.hex(" "), "XORed over the payload"],
            ["On the wire", "9 bytes", "6 bytes of them header"],
        ]

        await page.locator(f"{ROWS}[data-opcode=text][data-direction=out]").click()
        await expect(fields.locator("nth=5")).to_contain_text("not masked, as a server must")
        await expect(fields.locator("nth=6")).to_contain_text("126, then 16 bits")
        await expect(page.locator("#inspected tr[data-field='Masking key']")).to_have_count(0)


async def test_a_payload_is_shown_as_json_as_text_and_as_bytes(page: Page, server: Serving) -> None:
    sent = json.dumps(NOTE)
    async with dial(port_of(server)) as peer:
        await echo(peer, sent.encode())
        await page.locator(f"{ROWS}[data-direction=in]").click()

    payload = page.locator("#inspected [data-slot=text]")
    await expect(payload).to_have_text(json.dumps(NOTE, indent=2), use_inner_text=True)
    await page.get_by_role("button", name="Text", exact=True).click()
    assert await payload.text_content() == sent
    await page.get_by_role("button", name="JSON", exact=True).click()
    assert await payload.text_content() == json.dumps(NOTE, indent=2)

    dump = await page.locator("#inspected [data-slot=hex]").text_content()
    assert bytes.fromhex(dump or "") == sent.encode()
    ascii_column = await page.locator("#inspected [data-slot=ascii]").text_content()
    assert (ascii_column or "").replace("\n", "") == sent


async def test_what_was_not_recorded_of_a_payload_is_said(page: Page, server: Serving) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, b"x" * 10_000)
        await page.locator(f"{ROWS}[data-direction=in]").click()

    said = page.get_by_text("The first 4,096 of 10,000 bytes; the rest was not recorded.")
    await expect(said).to_be_visible()
    assert await page.locator("#inspected [data-slot=text]").text_content() == "x" * 4096


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


async def test_json_is_laid_out_and_stays_what_was_sent(page: Page, server: Serving) -> None:
    """A parser would round the numbers, drop a key and put others first; here none of that."""
    sent = (
        r'{"id": 12345678901234567890, "price": 1.10, "big":1e400, "a": 1, "a": 2,'
        r' "10":1,"2":3, "text": "\u00e9\/ \"{[,:", "none": [], "deep": [{}, [null]]}'
    )
    async with dial(port_of(server)) as peer:
        await echo(peer, sent.encode())
        await page.locator(f"{ROWS}[data-direction=in]").click()
    payload = page.locator("#inspected [data-slot=text]")
    assert await payload.text_content() == "\n".join(
        [
            "{",
            '  "id": 12345678901234567890,',
            '  "price": 1.10,',
            '  "big": 1e400,',
            '  "a": 1,',
            '  "a": 2,',
            '  "10": 1,',
            '  "2": 3,',
            r'  "text": "\u00e9\/ \"{[,:",',
            '  "none": [],',
            '  "deep": [',
            "    {},",
            "    [",
            "      null",
            "    ]",
            "  ]",
            "}",
        ]
    )
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.locator("#inspected [data-slot=copy-text]").click()
    await expect(page.locator("#inspected [data-slot=copy-text]")).to_have_text("Copied")
    assert await page.evaluate("navigator.clipboard.readText()") == sent


async def test_json_that_is_nested_without_end_stays_small(page: Page, server: Serving) -> None:
    deep = b"[" * 2048 + b"]" * 2048
    async with dial(port_of(server)) as peer:
        await echo(peer, deep)
        await page.locator(f"{ROWS}[data-direction=in]").click()
    shown = await page.locator("#inspected [data-slot=text]").text_content() or ""
    assert shown.startswith("[\n  [\n    [\n")
    assert "".join(shown.split()).encode() == deep
    assert len(shown) < 3 * len(deep)


async def test_what_did_not_come_of_a_frame_at_fault_is_said(page: Page, server: Serving) -> None:
    too_long = frame(0x9, b"p" * 126)
    async with dial(port_of(server)) as peer:
        peer.writer.write(too_long[:40])
        await peer.rest()
    await page.locator(f"{ROWS}[data-noted=violation]").click()
    wire = page.locator("#inspected tr[data-field='On the wire']")
    await expect(wire).to_contain_text("of 134 bytes: the rest had not come")
    await expect(page.locator("#inspected [data-slot=cut]")).to_contain_text("of 126 bytes came.")
    await expect(page.locator("#inspected")).not_to_contain_text("was not recorded")


async def test_how_long_a_connection_is_open_agrees_with_its_row_and_goes_on(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)) as peer:
        row = page.locator("#open-connections .connection")
        await row.get_by_role("link").click()
        fact = page.locator("#inspected .facts div", has_text="Open for")
        await expect(fact.locator("dd")).to_have_text("2\u202fs")
        await expect(row.locator(".age")).to_have_text("2\u202fs")
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
