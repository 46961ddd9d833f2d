"""A payload as text, as JSON that folds, and as bytes; copied; bounded, however large it is."""

import base64
import json
from dataclasses import asdict
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.frames import deflated
from tests.browser.screen import ROWS, Open, echo, port_of
from tests.command import Serving
from tests.peer import dial
from webapp.dashboard.closecodes import close_code

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

NOTE = {"type": "note", "tags": ["a", "b"]}
OFFER = ("Sec-WebSocket-Extensions", "permessage-deflate")
RECORDING = {"ECHOSCOPE_JOURNAL__PAYLOAD": "1MiB"}
# A parser would round the numbers, drop a key and put others first; here none of that.
TOKENS = (
    r'{"id": 12345678901234567890, "price": 1.10, "big":1e400, "a": 1, "a": 2,'
    r' "10":1,"2":3, "text": "\u00e9\/ \"{[,:", "none": [], "deep": [{}, [null]]}'
)


def view(page: Page, name: str) -> Locator:
    """The button that shows a payload so."""
    return page.get_by_role("group", name="Payload shown as").get_by_text(name, exact=True)


def tree(page: Page) -> Locator:
    return page.locator("#inspected [data-slot=tree]")


async def look_at(page: Page, server: Serving, *messages: bytes, opcode: int = 0x1) -> None:
    """Open the last of some messages that a client sends."""
    async with dial(port_of(server)) as peer:
        await echo(peer, *messages, opcode=opcode)
        frames = page.locator(f"{ROWS}[data-direction=in]")
        await frames.last.click()
        # The first time it is loaded, and from then on it is there at once.
        await expect(page.locator("#inspected .drawing")).to_be_visible()


async def copied(page: Page, name: str) -> str:
    """Copy the payload, and return what is in the clipboard then."""
    buttons = page.get_by_role("group", name="Copy the payload")
    await buttons.get_by_text(name).click()
    await expect(buttons).to_contain_text("Copied")
    text: str = await page.evaluate("navigator.clipboard.readText()")
    await expect(buttons).not_to_contain_text("Copied")
    return text


async def read(page: Page) -> str:
    """What is seen of a tree, line by line, without its spaces."""
    return "\n".join(
        " ".join(line.split()) for line in (await tree(page).inner_text()).splitlines()
    )


async def test_a_payload_is_shown_as_text_as_json_and_as_bytes(page: Page, server: Serving) -> None:
    sent = json.dumps(NOTE)
    await look_at(page, server, sent.encode())
    await expect(view(page, "JSON")).to_have_attribute("aria-pressed", "true")
    assert (await read(page)).splitlines() == [
        "{", '"type": "note",', '"tags": [', '"a",', '"b"', "]", "}",
    ]  # fmt: skip
    await view(page, "Text").click()
    await expect(tree(page)).to_be_hidden()
    assert await page.locator("#inspected [data-slot=text]").text_content() == sent
    await view(page, "Hex").click()
    dump = await page.locator("#inspected [data-slot=hex]").text_content()
    assert bytes.fromhex(dump or "") == sent.encode()
    ascii_column = await page.locator("#inspected [data-slot=ascii]").text_content()
    assert (ascii_column or "").replace("\n", "") == sent


async def test_the_view_that_was_chosen_stays_for_the_next_frame(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server), "/ws", OFFER) as peer:
        await echo(peer, b"text", json.dumps(NOTE).encode())
        await echo(peer, b"\xff\x00", b"fine in UTF-8", opcode=0x2)
        peer.send(0x41, deflated(b"[1]"))
        await peer.receive()
    frames = page.locator(f"{ROWS}[data-direction=in]")
    await expect(frames).to_have_count(5)

    async def shown() -> list[str]:
        found = []
        for place in range(5):
            await frames.nth(place).click()
            pressed = page.locator("#inspected .segments [data-slot^=as-][aria-pressed=true]")
            found.append(await pressed.inner_text())
        return found

    assert await shown() == ["Text", "JSON", "Hex", "Hex", "JSON"]
    await frames.nth(1).click()
    await view(page, "Text").click()
    assert await shown() == ["Text", "Text", "Hex", "Text", "Text"]
    await view(page, "Deflated").click()
    assert await shown() == ["Hex", "Hex", "Hex", "Hex", "Deflated"]
    await view(page, "JSON").click()
    assert await shown() == ["Text", "JSON", "Hex", "Hex", "JSON"]
    await view(page, "Hex").click()
    await page.reload()
    await expect(frames).to_have_count(5)
    assert await shown() == ["Hex"] * 5


async def test_what_was_not_recorded_of_a_payload_is_said(page: Page, server: Serving) -> None:
    await look_at(page, server, b"[" + b"1," * 5000 + b"1]")
    said = page.get_by_text("The first 4,096 of 10,003 bytes; the rest was not recorded.")
    await expect(said).to_be_visible()
    shown = await page.locator("#inspected [data-slot=text]").text_content()
    assert shown == ("[" + "1," * 5000)[:4096]
    await expect(view(page, "JSON")).to_be_hidden()


async def test_what_did_not_come_of_a_payload_is_said(page: Page, server: Serving) -> None:
    async with dial(port_of(server)) as peer:
        peer.writer.write(b"\x89\xfe\x00\x7e\0\0\0\0" + b"p" * 32)
        await peer.rest()
    await page.locator(f"{ROWS}[data-noted=violation]").click()
    await expect(page.locator("#inspected [data-slot=cut]")).to_have_text("32 of 126 bytes came.")
    await expect(page.locator("#inspected")).not_to_contain_text("was not recorded")


async def test_what_is_not_there_is_said(page: Page, server: Serving) -> None:
    await look_at(page, server, b"")
    await expect(page.get_by_text("This frame has no payload.")).to_be_visible()
    await expect(page.get_by_role("group", name="Copy the payload")).to_be_hidden()


async def test_json_stays_what_was_sent_wherever_it_is_looked_at_and_copied(
    page: Page, server: Serving
) -> None:
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await look_at(page, server, TOKENS.encode())
    await page.get_by_role("button", name="Expand all").click()
    lines = [
        "{",
        '"id": 12345678901234567890,',
        '"price": 1.10,',
        '"big": 1e400,',
        '"a": 1,',
        '"a": 2,',
        '"10": 1,',
        '"2": 3,',
        r'"text": "\u00e9\/ \"{[,:",',
        '"none": [],',
        '"deep": [',
        "{},",
        "[",
        "null",
        "]",
        "]",
        "}",
    ]
    assert (await read(page)).splitlines() == lines

    assert await copied(page, "Text") == TOKENS
    assert [line.strip() for line in (await copied(page, "JSON")).splitlines()] == lines
    assert await copied(page, "Hex") == TOKENS.encode().hex(" ")
    assert base64.b64decode(await copied(page, "Base64")) == TOKENS.encode()


async def test_what_is_copied_of_a_compressed_message_is_what_is_looked_at(
    page: Page, server: Serving
) -> None:
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sent = b"word " * 50
    async with dial(port_of(server), "/ws", OFFER) as peer:
        peer.send(0x41, deflated(sent))
        await peer.receive()
    await page.locator(f"{ROWS}[data-direction=in]").click()
    for name, expected in (("Text", sent), ("Deflated", deflated(sent))):
        await view(page, name).click()
        assert bytes.fromhex(await copied(page, "Hex")) == expected
        assert base64.b64decode(await copied(page, "Base64")) == expected


async def test_a_tree_folds_and_says_what_is_in_it(page: Page, server: Serving) -> None:
    sent = {"a": [1, 2, 3], "b": {"c": {"d": {"e": 0}}}, "f": {}}
    await look_at(page, server, json.dumps(sent).encode())
    assert (await read(page)).splitlines() == [
        "{", '"a": [', "1,", "2,", "3", "],",
        '"b": {', '"c": {', '"d": {', "}", "},", '"f": {}', "}",
    ]  # fmt: skip
    branches = tree(page).locator("details")
    folded = tree(page).locator("details:not([open])")
    # What is deep is folded from the start.
    await expect(folded).to_have_count(1)
    await expect(folded.locator("summary").first).to_have_text('"d": {')
    # By keyboard, as everything.
    await tree(page).locator("summary", has_text='"a"').press("Enter")
    await expect(tree(page).get_by_text("2,", exact=True)).to_be_hidden()
    summary = tree(page).locator("summary", has_text='"a"')
    said = await summary.locator("span").evaluate_all(
        "spans => spans.map(span => getComputedStyle(span, '::after').content).join('')"
    )
    assert "… ]," in said
    assert "3 items" in said
    await page.get_by_role("button", name="Expand all").click()
    await expect(folded).to_have_count(0)
    await expect(branches).to_have_count(5)
    assert json.loads(await tree(page).text_content() or "") == sent
    await page.get_by_role("button", name="Collapse all").click()
    await expect(branches.first).to_have_attribute("open", "")
    await expect(folded).to_have_count(4)


async def record(page: Page, server: Serving, text: str) -> None:
    """Open a frame that is all that there is: with its echo it would be too much for the feed."""
    await page.get_by_role("button", name="Clear").click()
    async with dial(port_of(server)) as peer:
        peer.send(0x1, text.encode(), fin=False)
        await page.locator(f"{ROWS}[data-direction=in]").click()
        await expect(page.locator("#inspected .drawing")).to_be_visible()


@pytest.mark.parametrize("server", [RECORDING], indirect=True)
async def test_json_that_is_large_is_drawn_as_far_as_somebody_looks(
    page: Page, server: Serving
) -> None:
    lines = tree(page).locator(".json-line")
    bounded = page.get_by_text("1,000 lines are open.")

    await record(page, server, json.dumps([*range(10_000)]))
    await expect(lines).to_have_count(100)
    await page.get_by_role("button", name="… 9,900 more").click()
    await expect(lines).to_have_count(200)
    await expect(page.get_by_role("button", name="… 9,800 more")).to_be_focused()
    await page.get_by_role("button", name="Expand all").click()
    await expect(bounded).to_be_visible()
    await expect(lines).to_have_count(1200)

    await record(page, server, json.dumps({f"key {number}": [number] for number in range(5000)}))
    await page.get_by_role("button", name="Expand all").click()
    await expect(bounded).to_be_visible()
    drawn = await tree(page).locator(".json-line, .json-branch").count()
    assert 1000 <= drawn <= 1200

    deep = "[" * 5000 + "]" * 5000
    await record(page, server, deep)
    await page.get_by_role("button", name="Expand all").click()
    # What is nested deeper than that stands on one line, cut, and the text has all of it.
    await expect(tree(page).locator("details")).to_have_count(48)
    await expect(lines).to_have_text("[" * 4096 + "… 5,808 more")
    await view(page, "Text").click()
    assert await page.locator("#inspected [data-slot=text]").text_content() == deep


@pytest.mark.parametrize("server", [RECORDING], indirect=True)
async def test_a_payload_that_is_large_is_drawn_in_parts(page: Page, server: Serving) -> None:
    # The first part would end within a character.
    text = "x" * (32 * 1024 - 1) + "𝄞" + "y" * 100_000
    await record(page, server, text)
    shown = page.locator("#inspected [data-slot=text]")
    assert await shown.text_content() == "x" * (32 * 1024 - 1)
    await page.get_by_role("button", name="Show the rest").click()
    assert await shown.text_content() == text
    await expect(page.get_by_role("button", name="Show the rest")).to_be_hidden()

    await view(page, "Hex").click()
    dump = page.locator("#inspected [data-slot=hex]")
    size = 64 * 1024
    assert bytes.fromhex(await dump.text_content() or "") == text.encode()[:size]
    await page.get_by_role("button", name="Show 64.0\u202fKiB more").click()
    assert bytes.fromhex(await dump.text_content() or "") == text.encode()[: 2 * size]
    await page.get_by_role("button", name="Show 1.7\u202fKiB more").click()
    assert bytes.fromhex(await dump.text_content() or "") == text.encode()


@pytest.mark.parametrize("wide", [False, True])
async def test_a_byte_that_is_pointed_at_is_marked_in_both_columns(
    open_page: Open, server: Serving, wide: bool
) -> None:
    page = await open_page(server.page, viewport={"width": 1800, "height": 1200})
    if wide:
        await page.evaluate(
            "document.documentElement.style.setProperty('--inspector-width', '900px')"
        )
    payload = bytes(range(0x20, 0x60)) + b"\xff"
    await look_at(page, server, payload, opcode=0x2)
    width = 16 if wide else 8

    async def marked() -> Any:
        return await page.evaluate(
            "() => [...CSS.highlights.get('byte') ?? []].map(range => range.toString())"
        )

    said = page.locator("#inspected .byte")
    for column, characters, place in (
        ("hex", 3, 0), ("hex", 3, 7), ("hex", 3, width - 1), ("hex", 3, 2 * width + 3),
        ("ascii", 1, 1), ("ascii", 1, 3 * width + 5), ("hex", 3, len(payload) - 1),
    ):  # fmt: skip
        box = await page.locator(f"#inspected [data-slot={column}]").bounding_box()
        assert box is not None
        row, at = divmod(place, width)
        # The text that stands there, wherever that is.
        centre = await page.locator(f"#inspected [data-slot={column}]").evaluate(
            """(pre, [row, at, length]) => {
                const block = pre.children[0].firstChild;
                const lines = block.data.split("\\n");
                const start = lines.slice(0, row).join("\\n").length + (row ? 1 : 0)
                    + [...lines[row].matchAll(length === 3 ? /\\S\\S/g : /./gu)][at].index;
                const range = new Range();
                range.setStart(block, start);
                range.setEnd(block, start + (length === 3 ? 2 : 1));
                const box = range.getBoundingClientRect();
                return [box.left + box.width / 2, box.top + box.height / 2];
            }""",
            [row, at, characters],
        )
        await page.mouse.move(*centre)
        byte = payload[place]
        assert await marked() == [f"{byte:02x}", chr(byte) if 0x20 <= byte < 0x7F else "·"]
        await expect(said).to_contain_text(f"offset {place} of {len(payload)} · 0x{byte:02x}")
    await page.locator("#inspector-title").hover()
    assert await marked() == []
    await expect(said).to_have_text("")


async def test_a_close_is_told_in_words(page: Page, server: Serving) -> None:
    async with dial(port_of(server)) as peer:
        peer.send(0x8, (4001).to_bytes(2) + "à bientôt\u202e".encode())
        await peer.rest()
    await page.locator(f"{ROWS}[data-opcode=close][data-direction=in]").click()
    code = page.locator("#inspected .close-facts div").nth(0)
    told = close_code(4001)
    await expect(code.locator("dd")).to_have_text(
        f"4001 private use {told.sentence} {told.clause}", use_inner_text=True
    )
    reason = page.locator("#inspected .close-facts div").nth(1)
    await expect(reason.locator("dd")).to_have_text(r"à bientôt\u202e")
    await view(page, "Hex").click()
    await expect(code).to_be_hidden()
    await expect(page.locator("#inspected [data-slot=hex]")).to_contain_text("0f a1 c3 a0")


async def test_every_close_code_means_what_the_server_says_it_does(page: Page) -> None:
    codes = [*range(1020), 1999, 2000, 2999, 3000, 3999, 4000, 4999, 5000, 65535]
    told = await page.evaluate(
        """async codes => {
            const { closeCode } = await import("/static/js/words/close-codes.js");
            return codes.map(closeCode);
        }""",
        codes,
    )
    for code, said in zip(codes, told, strict=True):
        assert said == asdict(close_code(code))
