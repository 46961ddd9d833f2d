"""Narrow and wide, light and dark, with JavaScript and without."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.screen import ROWS, Open, close, echo, fits, lines, numbered, port_of, shows
from tests.command import Serving
from tests.peer import dial

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TALL = {"width": 1440, "height": 2400}
UNBROKEN = b"unbroken" * 200
# RFC 7692 §7.2.3.1
HELLO_DEFLATED = bytes.fromhex("f248cdc9c90700")


async def scene(server: Serving) -> None:
    """Leave a bit of everything behind: frames, control frames, a violation, a refusal."""
    port = port_of(server)
    async with dial(port, "/ws?" + "q" * 200, ("User-Agent", "U" * 200)) as peer:
        peer.send(0x1, b"in \x1btwo ", fin=False)
        peer.send(0x0, b"parts")
        await peer.receive()
        await echo(peer, UNBROKEN)
        await close(peer, 1000, b"r" * 100)
    async with dial(port) as peer:
        peer.send(0x1, b"bad \xff")
        await peer.rest()
    async with dial(port, "/ws", ("Origin", f"https://{'o' * 60}.example")) as peer:
        assert peer.status == 403


async def test_without_javascript_connections_and_frames_are_readable(
    open_page: Open, server: Serving
) -> None:
    async with dial(port_of(server), "/ws", ("User-Agent", "probe/1.0")) as peer:
        await echo(peer, b"one", *numbered("m", range(50)))
        page = await open_page(server.page, java_script_enabled=False)
        await expect(page.locator(".noscript")).to_contain_text("Without JavaScript")
        await expect(page.locator("#open-connections .client")).to_have_text("probe 1.0")
        await shows(page, 103)
        previews = await page.locator(f"{ROWS} .preview").all_text_contents()
        assert previews[:5] == [
            f"{peer.address} · GET /ws HTTP/1.1", "one", "one", "m0", "m0",
        ]  # fmt: skip
        await expect(page.locator(ROWS).last).to_be_in_viewport()
        await expect(page.locator("#try")).to_be_hidden()
        assert await page.locator("button:visible").count() == 0
        long = page.locator(f"{ROWS} .preview").last
        assert await long.get_attribute("title") == "m49"


CELLS = (".id", ".direction", ".opcode", ".size", ".flags", ".preview", ".mark", ".note")


@pytest.mark.parametrize("server", [{"ECHOSCOPE_WEBSOCKET__HEARTBEAT": "1s"}], indirect=True)
async def test_without_javascript_the_lines_say_the_same(open_page: Open, server: Serving) -> None:
    """Of compressed messages, of fragments, of heartbeats, of what is wrong or not there."""
    await scene(server)
    offer = ("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits")
    async with dial(port_of(server), "/ws", offer, ("Sec-WebSocket-Protocol", "chat")) as peer:
        peer.send(0x41, HELLO_DEFLATED)
        assert (await peer.receive())[1] == b"Hello"
        peer.send(0x41, HELLO_DEFLATED[:3], fin=False)
        peer.send(0x0, HELLO_DEFLATED[3:])
        peer.send(0x2)
        assert [(await peer.receive())[1] for _ in range(2)] == [b"Hello", b""]
        assert (await peer.receive())[0] == 0x89  # the heartbeat
        peer.send(0x3)
        await peer.rest()
    told = []
    for script in (True, False):
        page = await open_page(server.page, viewport=TALL, java_script_enabled=script)
        await expect(page.locator(ROWS).last).to_contain_text("server closed, 1002")
        told.append(
            await page.locator(ROWS).evaluate_all(
                """(rows, cells) => rows.map(row =>
                    cells.map(name => {
                        const cell = row.querySelector(name);
                        return [cell?.textContent ?? "", name === ".size" ? cell?.title : ""];
                    }))""",
                CELLS,
            )
        )
    scripted, rendered = told
    assert rendered == scripted
    marks = [cells[CELLS.index(".mark")][0] for cells in scripted]
    assert [mark.split(" ")[0] for mark in marks if mark] == ["deflate"] * 3 + ["heartbeat"]


async def test_without_javascript_a_narrow_page_says_when_it_was_and_what_would_admit(
    open_page: Open, server: Serving
) -> None:
    async with dial(port_of(server), "/ws", ("Origin", "https://evil.example")):
        pass
    page = await open_page(
        server.page, java_script_enabled=False, viewport={"width": 390, "height": 844}
    )
    await expect(page.locator("#feed-words")).to_have_text(re.compile(r"^as of [\d:.]+ UTC$"))
    await fits(page, "#feed-words")
    await expect(page.locator(".noscript")).to_contain_text("newest 200 events")
    await expect(page.locator(".connection .remedy")).to_contain_text("https://evil.example")
    await expect(page.locator(".connection .remedy")).to_be_visible()


async def test_without_javascript_an_empty_page_says_what_to_do(
    open_page: Open, server: Serving
) -> None:
    page = await open_page(server.page, java_script_enabled=False)
    await expect(page.get_by_text("Nobody has connected yet.")).to_be_visible()
    await expect(page.locator("#address")).to_have_text(server.socket)


async def test_a_page_of_360_pixels_never_scrolls_sideways(
    open_page: Open, server: Serving
) -> None:
    page = await open_page(server.page, viewport={"width": 360, "height": 640})
    await fits(page, "html")
    await fits(page, "#empty")
    await scene(server)
    await expect(page.locator(f"{ROWS}[data-kind=refused]")).to_be_visible()
    await fits(page, "html")
    await fits(page, "#stream-grid")

    tabs = page.get_by_role("navigation", name="Panes")
    await page.locator(f"{ROWS}[data-opcode=continuation]").click()
    await fits(page, "#inspected")
    await tabs.get_by_role("button", name="Connections").click()
    await expect(page.locator("#inspector")).to_be_hidden()
    await fits(page, "#connections-scroll")
    for row in await page.locator(".connection > a").all():
        await row.click()
        await expect(page.locator("#inspector")).to_be_visible()
        await fits(page, "#inspected")
        await fits(page, "html")
        await page.keyboard.press("Escape")
    await tabs.get_by_role("button", name="Try it").click()
    await page.locator("#try-button").click()
    await expect(page.locator("#try-state")).to_have_text("connected")
    await fits(page, "html")
    await fits(page, "#try")


async def test_no_opcode_is_cut_where_there_is_little_room(
    open_page: Open, server: Serving
) -> None:
    page = await open_page(server.page, viewport={"width": 390, "height": 844})
    await scene(server)
    await expect(page.locator(f"{ROWS}[data-kind=refused]")).to_be_visible()
    for what in {line.what for line in await lines(page)}:
        await fits(page, f"{ROWS} .opcode:text-is('{what}')")


def luminance(colour: str) -> float:
    """WCAG 2.2's relative luminance of a computed colour."""
    channels = [int(value) / 255 for value in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


async def contrast(page: Page, selector: str) -> float:
    """Return the contrast of a text to what is behind it."""
    text, ground = await page.locator(selector).first.evaluate(
        """element => {
            let behind = element;
            const ground = () => getComputedStyle(behind).backgroundColor;
            while (ground() === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
            return [getComputedStyle(element).color, ground()];
        }"""
    )
    lighter, darker = sorted((luminance(text), luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(("scheme", "darkness"), [("light", False), ("dark", True)])
async def test_both_colour_schemes_are_readable(
    open_page: Open, server: Serving, scheme: str, darkness: bool
) -> None:
    page = await open_page(server.page, color_scheme=scheme)
    await scene(server)
    async with dial(
        port_of(server), "/ws", ("Sec-WebSocket-Extensions", "permessage-deflate")
    ) as peer:
        peer.send(0x41, HELLO_DEFLATED)
        await peer.receive()
        await shows(page, 17)
    await shows(page, 18)
    await page.locator(f"{ROWS}[data-noted=violation]").click()
    ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (luminance(ground) < 0.2) is darkness
    for selector in (
        "#feed-words",
        "#connections-count",
        ".connection .client",
        ".connection .peer",
        ".connection .extension:not([hidden])",
        ".connection[data-state=refused] .how",
        ".line .time",
        ".line[data-direction=in] .direction",
        ".line[data-direction=out] .direction",
        ".line[data-opcode=close] .opcode",
        ".line .preview",
        ".line .flags:not(:empty)",
        ".line .mark:not(:empty)",
        ".line .escape",
        ".line[data-kind=refused] .preview",
        ".line[aria-selected=true] .time",
        ".line[aria-selected=true] .note",
        "#inspected .noted-box",
        "#inspected .meaning",
        "#inspected .verdict:not([hidden])",
        "#inspected .cell[data-verdict] .label",
        "#inspected .bit[data-bit='0']",
        "#inspected .unmasked [data-field=key] td",
        "#inspected .unmasked [data-at]",
        "#try-state",
        "#pause",
    ):
        assert await contrast(page, selector) >= 4.5, (scheme, selector)
