"""Messages that are compressed on the wire, and shown as what they say."""

import json
import re
import zlib

import pytest
from playwright.async_api import Page, expect

from tests.browser.frames import deflated
from tests.browser.screen import ROWS, Open, fits, lines, port_of, shows
from tests.command import Serving
from tests.peer import Peer, dial, frame

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

OFFER = ("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits")
RSV1 = 0x40
NOTE = {"type": "note", "tags": ["a", "b"], "text": "Bonjour serveur, " * 40}
MARKS = f"{ROWS} .mark:not(:empty)"


def inflated(data: bytes) -> bytes:
    return zlib.decompressobj(wbits=-15).decompress(data + b"\0\0\xff\xff")


def send_in_parts(peer: Peer, text: bytes) -> int:
    """Send a text compressed and in two frames; return how many bytes it took."""
    data = deflated(text)
    first, last = frame(RSV1 | 0x1, data[:5], fin=False), frame(0x0, data[5:])
    peer.writer.write(first + last)
    return len(data)


async def looks(page: Page, view: str) -> str:
    """Return a text as the inspector shows it."""
    await page.get_by_role("group", name="Payload shown as").get_by_text(view).click()
    return await page.locator("#inspected [data-slot=text]").text_content() or ""


async def dumped(page: Page, view: str | None = None) -> bytes:
    """Return the bytes that the inspector shows, in the one view or in another."""
    if view is not None:
        await looks(page, view)
    dump = page.locator("#inspected [data-slot=hex]")
    await expect(dump).to_be_visible()
    return bytes.fromhex(await dump.text_content() or "")


async def test_what_a_browser_compresses_is_read_as_it_was_written(page: Page) -> None:
    sent = json.dumps(NOTE)
    await page.get_by_role("button", name="Connect from this page").click()
    await expect(page.locator("#try-state")).to_have_text("connected")
    await page.locator("#try-message").fill(sent)
    await page.keyboard.press("Enter")
    await shows(page, 3)
    assert [line.text for line in await lines(page)][1:] == [f"{sent[:240]}…"] * 2
    mark = page.locator(f"{ROWS}[data-direction=in] .mark")
    await expect(mark).to_have_text(re.compile(rf"^deflate \d+\s?B → {len(sent)}\s?B$"))
    await expect(page.locator(f"{ROWS}[data-direction=in] .flags")).to_have_text("")

    await page.locator(f"{ROWS}[data-direction=in]").click()
    rsv1 = page.locator("#inspected .explained[data-field=rsv1]")
    await expect(rsv1).to_contain_text("The message is compressed; its first frame says so.")
    await expect(rsv1).to_contain_text("RFC 7692 §6")
    await expect(rsv1).not_to_have_attribute("data-verdict", re.compile(""))
    message = page.locator("#inspected .part-head", has_text="Message")
    await expect(message).to_contain_text(re.compile(rf"inflated to {len(sent)}\s?B"))
    assert await looks(page, "Text") == sent
    assert await dumped(page, "Hex") == sent.encode()
    compressed = await dumped(page, "Deflated")
    assert inflated(compressed) == sent.encode()
    length = page.locator("#inspected .explained[data-field=payload] [data-slot=value]")
    await expect(length).to_have_text(f"{len(compressed)} bytes")
    assert await dumped(page, "Hex") == sent.encode()


async def test_a_compressed_message_in_parts_is_told_with_its_last_frame(
    page: Page, server: Serving
) -> None:
    text = b"fragmented, " * 30
    async with dial(port_of(server), "/ws", OFFER) as peer:
        came = send_in_parts(peer, text)
        await peer.receive()
        await shows(page, 4)
        first, last = (await lines(page))[1:3]
        assert bytes.fromhex(first.text) == deflated(text)[:5]
        assert last.text == f"{text.decode()[:240]}…"
        await expect(page.locator(MARKS).nth(0)).to_have_text("deflate part")
        await expect(page.locator(MARKS).nth(1)).to_have_text("deflate parts → 360\u202fB")

        await page.locator(f"{ROWS}[data-opcode=text][data-direction=in]").click()
        said = page.get_by_text("A part of a compressed message: its last frame shows the whole.")
        await expect(said).to_be_visible()
        await expect(page.get_by_role("button", name="Deflated")).to_be_hidden()
        assert await dumped(page) == deflated(text)[:5]
        await page.locator(f"{ROWS}[data-opcode=continuation]").click()
        assert await page.locator("#inspected [data-slot=text]").text_content() == text.decode()
        assert len(await dumped(page, "Deflated")) == came - 5


async def test_an_empty_message_is_told_from_an_empty_frame(page: Page, server: Serving) -> None:
    async with dial(port_of(server), "/ws", OFFER) as peer:
        peer.send(RSV1 | 0x2, deflated(b""))
        await peer.receive()
        await shows(page, 3)
        line = page.locator(f"{ROWS}[data-direction=in]")
        await expect(line.locator(".preview")).to_have_text("(empty)")
        await line.click()
        await expect(page.get_by_text("The message is empty.")).to_be_visible()
        assert await dumped(page) == deflated(b"")


async def test_what_was_not_recorded_of_compressed_bytes_is_said_where_they_are_shown(
    page: Page, server: Serving
) -> None:
    noise = bytes(range(256)) * 24
    stored = zlib.compressobj(level=0, wbits=-12)
    data = (stored.compress(noise) + stored.flush(zlib.Z_SYNC_FLUSH))[:-4]
    async with dial(port_of(server), "/ws", OFFER) as peer:
        peer.send(RSV1 | 0x2, data)
        await peer.receive()
        await page.locator(f"{ROWS}[data-direction=in]").click()
    said = "The first 4,096 of {} bytes; the rest was not recorded."
    whole, sent = said.format(f"{len(noise):,}"), said.format(f"{len(data):,}")
    await expect(page.get_by_text(whole)).to_be_visible()
    await expect(page.get_by_text(sent)).to_be_hidden()
    assert await dumped(page, "Deflated") == data[:4096]
    await expect(page.get_by_text(sent)).to_be_visible()
    await expect(page.get_by_text(whole)).to_be_hidden()


async def test_what_was_negotiated_stands_in_the_row_and_in_the_inspector(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server), "/ws?plain"), dial(port_of(server), "/ws", OFFER) as peer:
        answer = re.search(rb"Sec-WebSocket-Extensions: ([^\r]+)", peer.answer)
        assert answer is not None
        rows = page.locator("#open-connections .connection")
        await expect(rows).to_have_count(2)
        deflate = rows.nth(0).locator(".extension")
        await expect(deflate).to_be_visible()
        await expect(deflate).to_have_text("deflate")
        await expect(deflate).to_have_attribute("title", answer[1].decode())
        await expect(rows.nth(1).locator(".extension")).to_be_hidden()
        await rows.nth(0).get_by_role("link").click()
        facts = page.locator("#inspected .facts div", has_text="Extension")
        await expect(facts.locator("dd")).to_have_text(answer[1].decode())


async def test_a_mark_can_be_searched_for_and_is_in_no_expressions_way(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server), "/ws", OFFER) as peer:
        peer.send(RSV1 | 0x1, deflated(b"hello"))
        await peer.receive()
        await shows(page, 3)
        for query, shown in (("deflate", 1), ("/^text hello$/", 2), ("/^$/", 0)):
            await page.locator("#filter").fill(query)
            await shows(page, shown)


async def test_where_there_is_little_room_a_mark_is_one_word(
    open_page: Open, server: Serving
) -> None:
    page = await open_page(server.page, viewport={"width": 390, "height": 844})
    async with dial(port_of(server), "/ws", OFFER) as peer:
        peer.send(RSV1 | 0x1, deflated(b"word " * 100))
        await peer.receive()
        mark = page.locator(f"{ROWS}[data-direction=in] .mark")
        await expect(mark).to_be_visible()
        one_line, first_word, room = await mark.evaluate(
            """mark => {
                const range = document.createRange();
                range.setStart(mark.firstChild, 0);
                range.setEnd(mark.firstChild, "deflate".length);
                const word = range.getBoundingClientRect().width;
                const box = mark.getBoundingClientRect();
                return [box.height, word, box.width];
            }"""
        )
        assert one_line == 24
        assert first_word <= room < first_word + 24
        await fits(page, "#stream-grid")
