"""A frame drawn and explained: every byte as it was on the wire, every field with its clause."""

import random
import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.frames import CASES, Case, deflated, drawn, named
from tests.browser.screen import ROWS, Open, echo, fits, port_of
from tests.command import Serving
from tests.peer import MASKING_KEY, Peer, dial, frame

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

OFFER = ("Sec-WebSocket-Extensions", "permessage-deflate")

DRAWN = """() => {
    const all = (selector) => [...document.querySelectorAll(`#inspected ${selector}`)];
    const text = (element, selector) => element.querySelector(selector).textContent;
    return {
        bytes: all(".drawing .bus").map(bus => bus.dataset.octet ?? bus.textContent),
        bits: all(".drawing .bit").map(bit => bit.textContent).join(""),
        edges: all(".drawing .bit").map(bit => "edge" in bit.dataset ? "|" : ".").join(""),
        cells: all(".drawing .cell").map(cell => [
            text(cell, ".label"), text(cell, ".shown"), text(cell, "[data-slot=verdict]")]),
        fields: all(".explained").map(field => [
            text(field, "[data-slot=name]"), text(field, "[data-slot=value]"),
            text(field, "[data-slot=verdict]"), text(field, "[data-slot=sentence]"),
            text(field, "[data-slot=clause]")]),
        size: text(document, "#inspected [data-slot=size]"),
    };
}"""


async def look_at(page: Page, server: Serving, case: Case) -> dict[str, Any]:
    """Have a client send what it does, and open that frame."""
    await page.get_by_role("button", name="Clear").click()
    offers = (OFFER,) if case.compresses else ()
    in_order = not any("(violation)" in field or "limit" in field for field in case.fields)
    async with dial(port_of(server), "/ws", *offers) as peer:
        peer.writer.write(case.before + case.sent)
        if case.leaves:
            peer.writer.write_eof()
        elif in_order:
            peer.send(0x8, b"\x0f\xa0")
        await peer.rest()
    await expect(page.locator(f"{ROWS}[data-kind=closed]")).to_be_visible()
    frames = page.locator(f"{ROWS}[data-kind=frame][data-direction=in]")
    await frames.nth(1 if case.before else 0).click()
    # The first time it is loaded, and from then on it is there at once.
    await expect(page.locator("#inspected .drawing")).to_be_visible()
    seen: dict[str, Any] = await page.evaluate(DRAWN)
    return seen


async def test_every_byte_is_drawn_and_every_field_told_as_it_was_sent(
    page: Page, server: Serving
) -> None:
    for case in CASES:
        seen = await look_at(page, server, case)
        assert seen["bytes"] == drawn(case), case.name
        assert seen["bits"] == f"{case.sent[0]:08b}{case.sent[1]:08b}", case.name
        told = [
            f"{name} {value} {clause}".strip() + (f" ({verdict})" if verdict else "")
            for name, value, verdict, sentence, clause in seen["fields"]
            if sentence.endswith(".")
        ]
        assert told == list(case.fields), case.name
        assert seen["size"] == case.size, case.name


async def test_the_trace_changes_its_level_where_the_bits_do(page: Page, server: Serving) -> None:
    seen = await look_at(page, server, CASES[0])
    bits = seen["bits"]
    assert bits == "1000000110000111"
    assert seen["edges"] == "".join(
        "|" if place and bits[place - 1] != bit else "." for place, bit in enumerate(bits)
    )
    levels = await page.locator(".drawing .bit").evaluate_all(
        """bits => bits.map(bit => {
            const { borderTopWidth: top, borderBottomWidth: bottom } = getComputedStyle(bit);
            return `${parseFloat(top) > 0 ? 1 : 0}${parseFloat(bottom) > 0 ? 1 : 0}`;
        })"""
    )
    assert levels == ["10" if bit == "1" else "01" for bit in bits]
    assert [f"{label} {shown}" for label, shown, _ in seen["cells"]] == [
        "FIN 1", "RSV1 0", "RSV2 0", "RSV3 0", "opcode text", "MASK 1", "length 7",
        "masking key ", "payload +3 bytes",
    ]  # fmt: skip


async def whole_frame(peer: Peer) -> bytes:
    """Read a frame of the server, header and all."""
    head = await peer.reader.readexactly(2)
    extended = await peer.reader.readexactly({126: 2, 127: 8}.get(head[1], 0))
    size = int.from_bytes(extended) if extended else head[1]
    return head + extended + await peer.reader.readexactly(size)


@pytest.mark.parametrize("server", [{"ECHOSCOPE_WEBSOCKET__HEARTBEAT": "1s"}], indirect=True)
async def test_what_the_server_sends_is_drawn_as_it_went(page: Page, server: Serving) -> None:
    """Unmasked, with lengths of each coding, compressed, and its heartbeat."""
    async with dial(port_of(server), "/ws", OFFER) as peer:
        went = []
        for size in (0, 5, 125, 126, 65535, 65536):
            # Noise, which is sent as it is.
            payload = random.Random(size).randbytes(size)
            peer.send(0x2, payload)
            went.append(await whole_frame(peer))
            assert went[-1].endswith(payload)
        peer.send(0x41, deflated(b"word " * 100))
        went.append(await whole_frame(peer))
        assert went[-1][0] == 0xC1
        went.append(await whole_frame(peer))
        assert went[-1][0] == 0x89

        out = page.locator(f"{ROWS}[data-direction=out]")
        await expect(out).to_have_count(len(went))
        for place, frame in enumerate(went):
            await out.nth(place).click()
            await expect(page.locator("#inspected .drawing")).to_be_visible()
            seen = await page.evaluate(DRAWN)
            case = Case("", frame, (), "")
            assert seen["bytes"] == drawn(case)
            assert seen["bits"] == f"{frame[0]:08b}{frame[1]:08b}"
            assert all(not verdict for _, _, verdict, _, _ in seen["fields"])
            said = {name: sentence for name, _, _, sentence, _ in seen["fields"]}
            assert said["MASK"] == "Not masked: a server does not."
            assert "Masking key" not in said
        assert said["Opcode"] == "This server's heartbeat: nothing had come for a while."


def pointed(page: Page) -> Locator:
    return page.locator("#inspected [data-pointed]")


async def marked(page: Page) -> list[str]:
    """What is marked: in the drawing, in the list of fields, in the table of the unmasking."""
    found: list[str] = await pointed(page).evaluate_all(
        """all => all.map(({ dataset, className, localName }) =>
            `${className.split(" ")[0] || localName} ${dataset.field}`)"""
    )
    return sorted(found)


async def test_a_field_that_is_pointed_at_is_marked_wherever_it_is_shown(
    page: Page, server: Serving
) -> None:
    await look_at(page, server, CASES[0])
    cell = page.locator(".drawing .cell[data-field=key]")
    field = page.locator(".explained[data-field=key]")
    key = ["cell key", "explained key", "tr key"]
    await page.locator("#inspector-title").hover()
    assert await marked(page) == []
    await cell.hover()
    assert await marked(page) == key
    await field.hover()
    assert await marked(page) == key
    # One explanation of three bits.
    await page.locator(".explained[data-field=rsv123]").hover()
    assert await marked(page) == ["cell rsv123"] * 3 + ["explained rsv123"]
    await page.locator("#inspector-title").hover()
    assert await marked(page) == []

    await cell.click()
    await expect(cell).to_have_attribute("aria-pressed", "true")
    await page.locator("#inspector-title").hover()
    await page.locator("#inspected").focus()
    assert await marked(page) == key
    await page.locator(".explained[data-field=mask]").hover()
    assert await marked(page) == ["cell mask", "explained mask"]
    await field.get_by_role("button").click()
    await expect(cell).to_have_attribute("aria-pressed", "false")
    await page.locator("#inspector-title").hover()
    await page.locator("#inspected").focus()
    assert await marked(page) == []


async def test_nothing_is_drawn_anew_while_somebody_reads(page: Page, server: Serving) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, b'{"a": {"b": 1}}')
        await page.locator(f"{ROWS}[data-direction=in]").click()
        await page.locator("#inspected summary", has_text='"a"').click()
        drawn = await page.locator("#inspected").evaluate_handle(
            "inspected => [...inspected.querySelectorAll('*')]"
        )
        await echo(peer, *[b"more"] * 100)
        await expect(page.locator("#canvas")).to_contain_text("more")
    await expect(page.locator("#open-connections .connection")).to_have_count(0)
    same = """before => {
        const now = document.querySelectorAll("#inspected *");
        return now.length === before.length && before.every((element, i) => element === now[i]);
    }"""
    assert await page.evaluate(same, drawn)


async def test_the_drawing_is_one_stop_for_tab_and_walked_through_by_arrows(
    page: Page, server: Serving
) -> None:
    await look_at(page, server, CASES[0])
    await page.locator("#inspected").focus()
    focused = "document.activeElement.closest('[data-field]')?.dataset.field ?? ''"

    async def after(*keys: str) -> str:
        for key in keys:
            await page.keyboard.press(key)
        at: str = await page.evaluate(focused)
        return at

    # Behind what folds it.
    assert await after("Tab") == ""
    assert await after("Tab") == "fin"
    assert await marked(page) == ["cell fin", "explained fin"]
    assert await after("ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight") == "opcode"
    assert await marked(page) == ["cell opcode", "explained opcode"]
    assert await after("End") == "payload"
    assert await after("ArrowRight") == "payload"
    assert await after("ArrowLeft") == "key"
    assert await after("Home") == "fin"
    # What folds the fields, and then the fields.
    assert await after("Tab") == ""
    assert await after("Tab", "ArrowDown", "ArrowDown") == "opcode"
    assert await after("Enter") == "opcode"
    pressed = page.locator("#inspected [data-field=opcode][aria-pressed=true]")
    await expect(pressed).to_have_count(1)
    # And back to where one was in the drawing.
    assert await after("Shift+Tab", "Shift+Tab") == "fin"


async def test_a_cell_says_what_it_is_to_those_who_hear_the_page(
    page: Page, server: Serving
) -> None:
    bad = named("RSV2 and RSV3")
    await look_at(page, server, bad)
    toolbar = page.get_by_role("toolbar", name="The frame as it was on the wire, field by field")
    names = [
        await button.evaluate("button => button.innerText.replaceAll(/\\s+/g, ' ')")
        for button in await toolbar.get_by_role("button").all()
    ]
    assert len(names) == 9
    rsv2 = toolbar.get_by_role("button", name="RSV2 1 violation", exact=True)
    await expect(rsv2).to_have_accessible_description(
        "violation No extension defines it here. §5.2"
    )
    await expect(toolbar.get_by_role("button", name="opcode binary", exact=True)).to_be_visible()
    await expect(
        toolbar.get_by_role("button", name="37 fa 21 3d masking key", exact=True)
    ).to_be_visible()


UNMASKED = """() => [...document.querySelectorAll("#inspected .unmasked tr")].map(row =>
    [...row.children].map(({ textContent, colSpan }) => textContent + "_".repeat(colSpan - 1)))"""


READS = (
    (0x1, b"Bonjour", "B o n j o u r"),
    (0x1, "é ☕ ok".encode(), "é_ ␣ ☕__ ␣ o"),
    (0x1, "abcdefg☕".encode(), "a b c d e f g …"),
    (0x1, b"a\tb\x00", r"a \t b \0"),
    (0x2, b"\x00\xffA", "· · A"),
    (0x9, b"alive?", "a l i v e ?"),
    (0x8, b"\x03\xe9bye", "1001_ b y e"),
)


async def test_the_first_bytes_are_unmasked_before_ones_eyes(page: Page, server: Serving) -> None:
    async with dial(port_of(server)) as peer:
        for opcode, payload, _ in READS:
            peer.send(opcode, payload)
            await peer.receive()
        frames = page.locator(f"{ROWS}[data-direction=in]")
        await expect(frames).to_have_count(len(READS))
        for place, (opcode, payload, reads) in enumerate(READS):
            await frames.nth(place).click()
            await expect(page.locator("#inspected .unmasked")).to_be_visible()
            await unmasked_is(page, opcode, payload, reads)


async def unmasked_is(page: Page, opcode: int, payload: bytes, reads: str) -> None:
    """Check each row of the table, and a byte of it bit by bit."""
    first = payload[:8]
    key = (MASKING_KEY * 2)[: len(first)]
    sent = frame(opcode, payload)[6 : 6 + len(first)]
    places, *rows = await page.evaluate(UNMASKED)
    assert places == ["", *map(str, range(len(first)))]
    assert rows == [
        ["as sent", *sent.hex(" ").split()],
        ["XOR key", *key.hex(" ").split()],
        ["= payload", *first.hex(" ").split()],
        ["reads", *reads.split()],
    ]
    bitwise = page.locator("#inspected .bitwise")
    for place in (0, len(first) - 1):
        await page.get_by_role("button", name=f"Byte {place}, bit by bit").hover()
        digits = re.sub("[^01]", "", await bitwise.inner_text())
        assert digits == f"{sent[place]:08b}{key[place]:08b}{first[place]:08b}"
    await page.locator("#inspected .unmasked tbody tr").nth(1).locator("td").first.hover()
    assert re.sub("[^01]", "", await bitwise.inner_text())[:8] == f"{sent[0]:08b}"


async def test_what_is_not_masked_or_not_there_is_not_unmasked(page: Page, server: Serving) -> None:
    unmasking = page.locator("#inspected [data-slot=unmasking]")
    for name, seen in (
        ("a text", True),
        ("nothing in it", False),
        ("no mask", False),
        ("half a masking key", False),
        ("a frame that ends early", True),
    ):
        await look_at(page, server, named(name))
        await expect(unmasking).to_be_visible(visible=seen)
    assert [len(row) for row in await page.evaluate(UNMASKED)] == [1 + 4] * 5
    # Bytes that are compressed read as nothing.
    await look_at(page, server, named("a compressed message"))
    assert len(await page.evaluate(UNMASKED)) == 4


async def test_what_was_folded_stays_folded_for_the_next_frame(page: Page, server: Serving) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, b"one", b"two")
    frames = page.locator(f"{ROWS}[data-direction=in]")
    fields = page.locator("#inspected .explaining")
    table = page.locator("#inspected .unmasked")
    await frames.nth(0).click()
    await expect(fields).to_be_visible()
    await page.get_by_role("button", name="Fields").click()
    await expect(fields).to_be_hidden()
    await frames.nth(1).click()
    await expect(fields).to_be_hidden()
    await expect(table).to_be_visible()
    await page.reload()
    await frames.nth(0).click()
    await expect(fields).to_be_hidden()
    await page.get_by_role("button", name="Fields").click()
    await frames.nth(1).click()
    await expect(fields).to_be_visible()


# Frames of every length of header, and one with much to say.
WIDE = (
    "a text",
    "the least that takes sixteen bits",
    "the least that takes sixty-four bits",
    "RSV2 and RSV3",
    "a length with its top bit set",
)
# Of the texts in the drawing: how far they stay away from what is beside them.
LABELS = """labels => labels.map(label => {
    if (!label.checkVisibility() || !label.textContent) return [0, ""];
    const range = document.createRange();
    range.selectNodeContents(label);
    const cell = label.closest(".cell");
    // The last one may stand out over what is free beside it.
    const room = cell.nextElementSibling ? cell : cell.parentElement;
    const box = range.getBoundingClientRect();
    const left = box.left - cell.getBoundingClientRect().left;
    return [Math.min(left, room.getBoundingClientRect().right - box.right), label.textContent];
})"""


async def test_it_fits_into_an_inspector_of_any_width(open_page: Open, server: Serving) -> None:
    page = await open_page(server.page, viewport={"width": 1800, "height": 1400})
    for name in WIDE:
        await look_at(page, server, named(name))
        for width in (280, 360, 407, 420, 640, 792, 900):
            await page.evaluate(
                """width => document.documentElement.style.setProperty(
                    "--inspector-width", `${width}px`)""",
                width,
            )
            assert (await page.locator("#inspector").bounding_box() or {})["width"] == width
            await fits(page, "#inspected")
            room, label = min(
                await page.locator(".drawing :is(.label, .shown)").evaluate_all(LABELS)
            )
            assert room >= -2 or width < 360, (width, label, room)


async def test_it_fits_onto_a_phone_and_under_a_finger(open_page: Open, server: Serving) -> None:
    page = await open_page(server.page, viewport={"width": 360, "height": 844})
    for name in WIDE:
        await look_at(page, server, named(name))
        await fits(page, "#inspected")
        await fits(page, "html")
        narrowest = await page.locator(".drawing .cell").evaluate_all(
            "cells => Math.min(...cells.map(cell => cell.getBoundingClientRect().width))"
        )
        # WCAG 2.2, 2.5.8
        assert narrowest >= 24
        await page.keyboard.press("Escape")
