"""Every action of the page by keyboard alone: no mouse, and always to be seen where one is."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.screen import ROWS, Open, echo, numbered, port_of, shows
from tests.command import Serving
from tests.peer import dial

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

FOCUSED = "element => element === document.activeElement"
COPYING = {"permissions": ["clipboard-read", "clipboard-write"]}
# As many stops as nobody would pass on the way to something.
MOST = 120


async def tab_to(page: Page, selector: str, key: str = "Tab") -> None:
    """Press Tab until an element has the focus."""
    wanted = page.locator(selector).first
    for _ in range(MOST):
        await page.keyboard.press(key)
        if await wanted.evaluate(FOCUSED):
            return
    raise AssertionError(f"{key} does not lead to {selector}")


async def press(page: Page, selector: str, key: str = "Enter") -> None:
    await tab_to(page, selector)
    await page.keyboard.press(key)


async def type_into(page: Page, selector: str, text: str) -> None:
    """Type something in the place of what stands in a field, which Tab selects."""
    await tab_to(page, selector)
    await page.keyboard.press("Control+A")
    await page.keyboard.type(text)


async def copied(page: Page) -> str:
    text: str = await page.evaluate("navigator.clipboard.readText()")
    return text


async def test_try_it_needs_no_mouse(page: Page) -> None:
    received = page.locator("#try-log .said[data-way=received] .text")
    await press(page, "#connect-here")
    await expect(page.locator("#try-state")).to_have_text("connected")
    await expect(page.locator("#try-message")).to_be_focused()
    await page.keyboard.press("Control+A")
    await page.keyboard.type("typed")
    await page.keyboard.press("Enter")
    await expect(received).to_have_text(["typed"])

    await tab_to(page, "#try-kind", "Shift+Tab")
    await page.keyboard.press("h")
    await expect(page.locator("#try-kind")).to_have_value("binary")
    await type_into(page, "#try-message", "00 ff")
    await page.keyboard.press("Enter")
    await expect(received).to_have_text(["typed", "00 ff"])

    async with page.expect_file_chooser() as chooser:
        await press(page, "#try-pick", "Space")
    content = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": b"\x01\x02"}
    await (await chooser.value).set_files(content)
    await expect(page.locator("#try-submit")).to_be_focused()
    await tab_to(page, "#try-file-kind", "Shift+Tab")
    await page.keyboard.press("t")
    await press(page, "#try-submit")
    await expect(received).to_have_text(["typed", "00 ff", r"\x01\x02"])
    await tab_to(page, "#try-file-drop", "Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#try-file")).to_be_hidden()

    await type_into(page, "#try-times", "3")
    await page.keyboard.press("Enter")
    await expect(received).to_have_count(6)

    # Any of the frames that the server saw is opened from the log.
    await tab_to(page, "#try-log button[tabindex='0']", "Shift+Tab")
    await page.keyboard.press("Home")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator("#inspected [data-slot=text]")).to_have_text("typed")
    await page.keyboard.press("Escape")
    await expect(page.locator("#inspector")).to_be_hidden()

    await tab_to(page, "#try-more", "Shift+Tab")
    await page.keyboard.press("Enter")
    await type_into(page, "#try-code", "4001")
    await type_into(page, "#try-reason", "enough")
    await page.keyboard.press("Enter")
    told = page.locator("#try-log .happened .saw").last
    await expect(told).to_have_text("client closed, 4001 private use: enough")

    await tab_to(page, "#try-fold", "Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#try-body")).to_be_hidden()
    await page.keyboard.press("Enter")
    await expect(page.locator("#try-body")).to_be_visible()
    # And connected again, to another address, with a subprotocol.
    await type_into(page, "#try-path", "/ws?again")
    await type_into(page, "#try-subprotocol", "chat")
    await press(page, "#try-button")
    await expect(page.locator("#open-connections .subprotocol")).to_have_text("chat")


async def test_dialogs_are_opened_and_left_without_a_mouse(
    open_page: Open, server: Serving
) -> None:
    page = await open_page(server.page, **COPYING)
    for name in ("help", "ways"):
        await press(page, f"#{name}-button")
        await expect(page.locator(f"#{name}")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.locator(f"#{name}-button")).to_be_focused()
        await page.keyboard.press("Enter")
        if name == "ways":
            await press(page, "#ways [aria-label='Copy the command for websocat']")
            assert await copied(page) == f"websocat {server.socket}"
        await press(page, f"#{name} .primary")
        await expect(page.locator(f"#{name}")).to_be_hidden()
        await expect(page.locator(f"#{name}-button")).to_be_focused()
    await page.keyboard.press("?")
    await press(page, "#help summary")
    await expect(page.locator("#help [data-code='1001']")).to_be_visible()
    # The list scrolls by keys.
    await page.keyboard.press("Escape")
    await expect(page.locator("#help")).to_be_hidden()


async def test_the_stream_needs_no_mouse(page: Page, server: Serving) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, *numbered("m", range(4)))
        await shows(page, 9)
        await tab_to(page, "#filter")
        await page.keyboard.type("m3")
        await shows(page, 2)
        await page.keyboard.press("Escape")
        await shows(page, 9)

        buttons = page.locator("#kinds button")
        await tab_to(page, "#kinds button[tabindex='0']")
        for number in range(await buttons.count()):
            button = buttons.nth(number)
            await expect(button).to_be_focused()
            for key, pressed in (("Space", "false"), ("Enter", "true")):
                await page.keyboard.press(key)
                await expect(button).to_have_attribute("aria-pressed", pressed)
            await page.keyboard.press("ArrowRight")

        await tab_to(page, "#pause", "Shift+Tab")
        await page.keyboard.press("Enter")
        await expect(page.locator("#pause")).to_have_text("Go on")
        await page.keyboard.press("Enter")
        await press(page, "#clear")
        await shows(page, 0)
        # Back to what is new, from further up.
        await echo(peer, *numbered("n", range(40)))
        await expect(page.locator(ROWS).last.locator(".preview")).to_have_text("n39")
        await press(page, "#time-mode")
        await expect(page.locator("#stream-grid")).to_have_attribute("data-times", "clock")
        await tab_to(page, "#stream-grid", "Shift+Tab")
        await page.keyboard.press("Home")
        await expect(page.locator(ROWS).first.locator(".preview")).to_have_text("n0")
        await echo(peer, b"news")
        await press(page, "#news")
        await expect(page.locator(ROWS).last.locator(".preview")).to_have_text("news")
        # Out of a filter that leaves nothing.
        await tab_to(page, "#filter", "Shift+Tab")
        await page.keyboard.type("nothing like it")
        await press(page, "#blank-step")
        await expect(page.locator(ROWS).last.locator(".preview")).to_have_text("news")


async def test_a_frame_is_looked_at_without_a_mouse(open_page: Open, server: Serving) -> None:
    page = await open_page(server.page, **COPYING)
    sent = '{"a": [1, {"b": 2}]}'
    async with dial(port_of(server)) as peer:
        await echo(peer, sent.encode())
        await shows(page, 3)
        await tab_to(page, "#stream-grid")
        for key in ("ArrowUp", "ArrowUp", "Enter"):
            await page.keyboard.press(key)
        slot = "#inspected [data-slot={}]".format
        await expect(page.locator(slot("as-json"))).to_be_visible()
        for view, shown in (("text", "text"), ("json", "json"), ("hex", "hexdump")):
            await press(page, slot(f"as-{view}"))
            await expect(page.locator(slot(f"as-{view}"))).to_have_attribute("aria-pressed", "true")
            await expect(page.locator(slot(shown))).to_be_visible()
        for kind, text in (
            ("text", sent),
            ("hex", sent.encode().hex(" ")),
            ("base64", "eyJhIjogWzEsIHsiYiI6IDJ9XX0="),
        ):
            await press(page, slot(f"copy-{kind}"))
            await expect(page.locator(slot(f"copy-{kind}"))).to_have_text("Copied")
            assert (await copied(page)).replace("\n", " ") == text
        await tab_to(page, slot("as-json"), "Shift+Tab")
        await page.keyboard.press("Enter")
        await press(page, slot("collapse"))
        branches = page.locator("#inspected details[open]")
        await expect(branches).to_have_count(1)
        await tab_to(page, slot("expand"), "Shift+Tab")
        await page.keyboard.press("Enter")
        await expect(branches).to_have_count(3)
        await tab_to(page, "#inspected summary", "Shift+Tab")
        await page.keyboard.press("Enter")
        await expect(page.locator("#inspected details").first).not_to_have_attribute("open", "")

        # The fields of the drawing, all of them by arrows from one stop.
        await tab_to(page, slot("drawing") + " button[tabindex='0']", "Shift+Tab")
        cells = page.locator(slot("drawing") + " button")
        for number in range(1, await cells.count()):
            await page.keyboard.press("ArrowRight")
            await expect(cells.nth(number)).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(cells.last).to_have_attribute("aria-pressed", "true")

        parts = page.locator("#inspected .fold")
        for number in range(await parts.count()):
            fold = parts.nth(number)
            name = await fold.get_attribute("aria-controls")
            await tab_to(page, f".fold[aria-controls='{name}']")
            for expanded in ("false", "true"):
                await page.keyboard.press("Enter")
                await expect(fold).to_have_attribute("aria-expanded", expanded)
        await tab_to(page, "#inspector-close", "Shift+Tab")
        await page.keyboard.press("Enter")
        await expect(page.locator("#inspector")).to_be_hidden()
        await expect(page.locator("#stream-grid")).to_be_focused()


async def test_a_connection_is_looked_at_without_a_mouse(open_page: Open, server: Serving) -> None:
    page = await open_page(server.page, **COPYING)
    port = port_of(server)
    slot = "#inspected [data-slot={}]".format
    async with dial(port) as peer, dial(port) as other:
        await echo(peer, *numbered("m", range(3)))
        await tab_to(page, ".connection[data-connection$='-1'] a")
        await page.keyboard.press("Enter")
        await expect(page.locator("#narrowed")).to_be_visible()
        await expect(page.locator(slot("push-message"))).to_be_visible()

        await press(page, slot("copy-link"))
        assert re.fullmatch(r"http://.*/connections/\w{6}-1", await copied(page))
        await type_into(page, slot("push-message"), "to one")
        await press(page, slot("push-submit"))
        assert await peer.receive() == (0x81, b"to one")
        await press(page, slot("push-all"))
        for each in (peer, other):
            assert await each.receive() == (0x81, b"to one")

        await press(page, slot("diagram-copy"))
        await expect(page.locator(slot("diagram-copy"))).to_have_text("Copied")
        assert "sequenceDiagram" in await copied(page)
        await tab_to(page, slot("diagram-link"))
        await tab_to(page, ".sequence .message[tabindex='0']")
        await page.keyboard.press("Home")
        for words in ("101", "text, m0", "text, m0", "text, m1"):
            await page.keyboard.press("ArrowDown")
            focused = page.locator(".sequence .message:focus")
            await expect(focused).to_have_attribute("aria-label", re.compile(words))
        await page.keyboard.press("Enter")
        await expect(page.locator("#inspected [data-slot=text]")).to_have_text("m1")
        await tab_to(page, "#inspector-back", "Shift+Tab")
        await page.keyboard.press("Enter")
        await expect(page.locator(".sequence .message:focus")).to_have_attribute(
            "aria-label", re.compile("text, m1")
        )
        await press(page, slot("trips-ping"))
        assert (await peer.receive())[0] == 0x89
        await press(page, slot("handshake-explain"))
        await expect(page.locator("#inspected .headers .meaning").first).to_be_visible()
        await tab_to(page, ".fold[aria-controls='fold-handshake']", "Shift+Tab")
        await page.keyboard.press("Enter")
        await expect(page.locator("#fold-handshake")).to_be_hidden()
        await page.keyboard.press("Enter")

        await tab_to(page, slot("push-code"), "Shift+Tab")
        await page.keyboard.press("Control+A")
        await page.keyboard.type("4002")
        await type_into(page, slot("push-reason"), "that is all")
        await press(page, slot("push-end"))
        assert await peer.receive() == (0x88, (4002).to_bytes(2) + b"that is all")
        peer.send(0x8, (4002).to_bytes(2))
        await expect(page.locator(slot("words"))).to_contain_text("The server closed")

        await tab_to(page, "#narrowed", "Shift+Tab")
        await page.keyboard.press("Enter")
        await expect(page.locator("#narrowed")).to_be_hidden()


async def test_the_borders_between_panes_are_moved_with_arrows(page: Page, server: Serving) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, b"one")
        await shows(page, 3)
        # As long as nothing was tried, its height is what it needs.
        await press(page, "#try-button")
        await expect(page.locator("#try-log .exchange")).to_have_count(1)
        await tab_to(page, "#stream-grid", "Shift+Tab")
        for key in ("Home", "ArrowDown", "Enter"):
            await page.keyboard.press(key)
        await expect(page.locator("#inspected [data-slot=text]")).to_be_visible()
        for name, pane, side, more, less in (
            ("connections", "#connections", "width", "ArrowRight", "ArrowLeft"),
            ("try-height", "#try", "height", "ArrowUp", "ArrowDown"),
            ("inspector", "#inspector", "width", "ArrowLeft", "ArrowRight"),
        ):
            border = page.locator(f"#border-{name}")
            await tab_to(page, f"#border-{name}")
            extent = f"pane => Math.round(pane.getBoundingClientRect().{side})"
            before = await page.locator(pane).evaluate(extent)
            told = int(await border.get_attribute("aria-valuenow") or 0)
            for key, by in ((more, 16), (more, 32), (less, 16)):
                await page.keyboard.press(key)
                assert await page.locator(pane).evaluate(extent) == before + by, (name, key)
            assert await border.get_attribute("aria-valuenow") == str(told + 16)


async def test_a_narrow_page_needs_no_mouse(open_page: Open, server: Serving) -> None:
    page = await open_page(server.page, viewport={"width": 390, "height": 844})
    async with dial(port_of(server)) as peer:
        await echo(peer, b"one")
        await shows(page, 3)
        for tab, pane in (("connections", "#connections"), ("try", "#try"), ("stream", "#stream")):
            await press(page, f"[data-tab={tab}]")
            await expect(page.locator(pane)).to_be_visible()
            await expect(page.locator(f"[data-tab={tab}]")).to_have_attribute(
                "aria-current", "true"
            )
        await press(page, "#kinds-fold")
        await press(page, "#kinds button[data-kind=in]")
        await shows(page, 2)
        await page.keyboard.press("Enter")
        await shows(page, 3)
        await tab_to(page, "#stream-grid")
        await page.keyboard.press("ArrowUp")
        await page.keyboard.press("Enter")
        await expect(page.locator("#inspected [data-slot=text]")).to_have_text("one")
        await press(page, "#inspected [data-slot=as-hex]")
        await expect(page.locator("#inspected [data-slot=hexdump]")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.locator("#inspector")).to_be_hidden()
        await expect(page.locator("#stream-grid")).to_be_focused()

        await press(page, "[data-tab=connections]")
        await press(page, "#open-connections a")
        await expect(page.locator("#inspector")).to_be_focused()
        await press(page, "#inspector-close")
        await expect(page.locator("#inspector")).to_be_hidden()
        await press(page, "#open-connections a")  # which is chosen no more
        await press(page, "#open-connections a")
        await press(page, "#inspected [data-slot=show]")
        await expect(page.locator("#stream-grid")).to_be_focused()
        await expect(page.locator("#narrowed")).to_be_visible()
        await press(page, "[data-tab=try]")
        await press(page, "#ways-button")
        await expect(page.locator("#ways")).to_be_visible()
        await page.keyboard.press("Escape")
        await press(page, "#try-button")
        await expect(page.locator("#try-state")).to_have_text("connected")
        await press(page, "#help-button")
        await expect(page.locator("#help")).to_be_visible()
