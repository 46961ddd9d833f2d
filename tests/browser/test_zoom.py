"""At 200 % zoom, and on a small phone: nothing lies beside the page, all is within reach."""

import pytest
from playwright.async_api import Page, ViewportSize, expect

from tests.browser.screen import ROWS, Open, close, echo, fits, numbered, port_of
from tests.command import Serving
from tests.peer import dial

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# 1440 × 900 at 200 % (WCAG 2.2 §1.4.4), and the narrowest there is to be.
ZOOMED = {"viewport": {"width": 720, "height": 450}, "device_scale_factor": 2}
PHONE = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2}
SIZES = pytest.mark.parametrize("size", [ZOOMED, PHONE], ids=["zoomed", "phone"])
TALKATIVE = [
    ("User-Agent", "U" * 200),
    ("Sec-WebSocket-Protocol", "chat"),
    ("Sec-WebSocket-Extensions", "permessage-deflate"),
    ("X-" + "n" * 60, "v" * 300),
]

# Of all that can be pressed or typed into: what cannot be brought into view, or is covered there,
# or cut. What is inert lies below something else on purpose.
_OUT_OF_REACH = """
    () => {
        const named = (element) => [
            element.tagName.toLowerCase(),
            element.id && `#${element.id}`,
            element.dataset.slot && `[${element.dataset.slot}]`,
            (element.getAttribute("aria-label") ?? element.textContent).trim().slice(0, 30),
        ].join(" ");
        const front = document.querySelector("dialog[open]") ?? document;
        const all = [...front.querySelectorAll(
            "a[href], button, input, select, textarea, summary, [role=button], [role=separator]"
        )].filter((element) => !element.closest("[inert]") && !element.disabled
            && element.checkVisibility({ visibilityProperty: true }));
        const problems = [];
        // As the Tab key goes, and back again: what scrolls goes below heads that stay.
        for (const element of [...all, ...all.toReversed()]) {
            element.scrollIntoView({ block: "nearest", inline: "nearest" });
            const box = element.getBoundingClientRect();
            const { left, top, right, bottom, width, height } = box;
            // What is larger than the window is in reach where its beginning is.
            const x = left + Math.min(width, innerWidth) / 2;
            const last = Math.min(height, innerHeight) - 2;
            const within = (other) => other === element;
            const covering = [2, last / 2 + 1, last]
                .map((y) => document.elementFromPoint(x, top + y))
                .find((hit) => !(element.contains(hit) || within(hit?.closest("label")?.control)));
            const fits = width > innerWidth || height > innerHeight || (left >= -0.5 && top >= -0.5
                && right <= innerWidth + 0.5 && bottom <= innerHeight + 0.5);
            if (covering !== undefined)
                problems.push(`${named(element)} lies below ${covering && named(covering)}`);
            else if (!fits) problems.push(`${named(element)} is cut`);
        }
        return { problems, looked: all.length };
    }
"""


async def is_within_reach(page: Page, state: str, least: int = 8) -> None:
    """Check that the page has nothing beside it, and that all that can be pressed is in reach."""
    await fits(page, "html")
    assert await page.evaluate("scrollX + document.body.scrollLeft") == 0
    found = await page.evaluate(_OUT_OF_REACH)
    assert found["problems"] == [], state
    assert found["looked"] >= least, f"{state}: there is hardly anything to press"
    await fits(page, "html")


async def bring(page: Page, pane: str) -> None:
    await page.locator(f"[data-tab={pane}]").click()


@SIZES
async def test_a_page_without_connections_is_within_reach(
    open_page: Open, server: Serving, size: dict[str, ViewportSize]
) -> None:
    page = await open_page(server.page, **size)
    await is_within_reach(page, "empty")
    await page.locator("#help-button").click()
    await page.locator("#help summary").click()
    await is_within_reach(page, "help", 2)
    await page.keyboard.press("Escape")
    await bring(page, "try")
    await is_within_reach(page, "Try it")
    await page.locator("#ways-button").click()
    await is_within_reach(page, "other ways", 6)
    await page.keyboard.press("Escape")
    await page.locator("#try-button").click()
    await expect(page.locator("#try-state")).to_have_text("connected")
    await page.locator("#try-message").fill("unbroken" * 50)
    await page.keyboard.press("Enter")
    await page.locator("#try-times").fill("9")
    await page.locator("#try-submit").click()
    await page.locator("#try-more").click()
    await expect(page.locator("#try-log .said[data-way=received] .saw button")).to_have_count(10)
    await is_within_reach(page, "Try it with exchanges")
    await page.locator("#try-picked").set_input_files(
        {"name": "n" * 120, "mimeType": "", "buffer": b"x"}
    )
    await is_within_reach(page, "Try it with a file")


@SIZES
async def test_what_is_inspected_is_within_reach(
    open_page: Open, server: Serving, size: dict[str, ViewportSize]
) -> None:
    port = port_of(server)
    page = await open_page(server.page, **size)
    for _ in range(9):
        async with dial(port, "/ws", ("Origin", f"https://{'o' * 60}.example")):
            pass
    async with dial(port, "/ws?" + "q" * 200, *TALKATIVE) as peer, dial(port):
        await echo(peer, b'{"a": [1, 2, {"b": null}]}', *numbered("m", range(40)))
        peer.send(0x1, b"unbroken" * 200)  # comes back compressed
        await peer.receive()
        await echo(peer, bytes(range(256)), opcode=0x2)
        await expect(page.locator(ROWS).last).to_contain_text("00 01 02")
        await is_within_reach(page, "streaming")
        kinds = page.locator("#kinds-fold")
        if await kinds.is_visible():
            await kinds.click()
        await is_within_reach(page, "streaming, with the kinds", 20)
        await page.locator("#filter").fill('{"a"')
        await expect(page.locator(ROWS)).to_have_count(2)
        await page.locator(ROWS).first.click()
        for view in ("text", "json", "hex"):
            await page.locator(f"[data-slot=as-{view}]").click()
            await is_within_reach(page, f"a frame as {view}", 20)
            await fits(page, "#inspected")
        await page.keyboard.press("Escape")
        await page.locator("#filter").fill("")

        await bring(page, "connections")
        await is_within_reach(page, "connections", 5)
        await page.locator("#open-connections .connection", has_text="chat").locator("a").click()
        await expect(page.locator(".sequence .message").last).to_be_attached()
        await page.get_by_role("button", name="Explain").click()
        await is_within_reach(page, "an open connection", 20)
        await fits(page, "#inspected")
        await close(peer, 4000, b"r" * 100)
    await expect(page.locator("#inspected")).to_contain_text("4000")
    await is_within_reach(page, "a closed connection", 15)
    await fits(page, "#inspected")
    await page.keyboard.press("Escape")
    await bring(page, "connections")
    await page.locator("#ended-connections [data-state=refused] a").last.click()
    await expect(page.locator("#inspected")).to_contain_text("Why it was refused")
    await is_within_reach(page, "a refusal")
    await fits(page, "#inspected")
