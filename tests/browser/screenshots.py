"""Pictures of the page in its main states, for the documentation: ``make screenshots``."""

from __future__ import annotations

import asyncio
import base64
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright, expect

from bench.chromium import MISSING, OPTIONS, executable
from tests.browser.screen import ROWS, close, echo, port_of
from tests.command import Serving, serving
from tests.peer import Peer, dial

__all__ = ["main"]

_INTO = Path(__file__).parents[2] / "docs" / "images"
_SIZES = {"wide": {"width": 1440, "height": 900}, "390": {"width": 390, "height": 844}}
_SCHEMES = ("light", "dark")
_PHONE = ("User-Agent", "Mozilla/5.0 (Android 16; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0")
_GATEWAY = ("User-Agent", "gateway/2.4")
_OFFER = ("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits")
_JSON = b'{"type": "reading", "sensor": "cellar", "values": [21.5, 21.6, 21.4], "ok": true}'


def main() -> int:
    """Take all pictures; return the exit status."""
    browser = executable()
    if browser is None:
        print(MISSING, file=sys.stderr)
        return 1
    _INTO.mkdir(exist_ok=True)
    asyncio.run(_take(browser))
    return 0


async def _take(found: str) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=OPTIONS)
        for size in _SIZES:
            for scheme in _SCHEMES:
                await _states(browser, size, scheme)
        await browser.close()


async def _states(browser: Browser, size: str, scheme: str) -> None:
    """Take one picture of each state, of one size and in one scheme."""
    with tempfile.TemporaryDirectory() as folder, serving("--port", "8080", cwd=Path(folder)) as at:
        async with _page(browser, at, size, scheme) as page:
            await _save(page, "empty", size, scheme)
            async with _visitors(at) as chatty:
                await _settled(page)
                await _save(page, "stream", size, scheme)
                await page.locator(f"{ROWS}[data-direction=in]", has_text="reading").click()
                await expect(page.locator("#inspected > *")).to_be_visible()
                await _save(page, "frame", size, scheme)
                await page.locator("#inspector-close").click()
                await _tab(page, "connections")
                await page.locator("#open-connections .connection").first.click()
                for number in range(1, 5):
                    await page.get_by_role("button", name="Ping now").click()
                    _, payload = await chatty.receive()
                    chatty.send(0xA, payload)
                    await expect(page.locator(".trips circle")).to_have_count(number)
                await _settled(page)
                await _save(page, "connection", size, scheme)
                await close(chatty, 1001, b"lesson over")
            await page.locator("#inspector-close").click()
            await _tab(page, "connections")
            await page.locator(".connection[data-state=refused]").click()
            await expect(page.locator("#inspected .remedy")).to_be_visible()
            await _save(page, "refused", size, scheme)
            at.end(signal.SIGTERM)
            await expect(page.locator("#feed-state")).to_have_attribute("data-state", "lost")
            await _save(page, "disconnected", size, scheme)


@asynccontextmanager
async def _page(browser: Browser, server: Serving, size: str, scheme: str) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport=_SIZES[size], color_scheme=scheme)
    page = await context.new_page()
    await page.goto(server.page)
    await expect(page.locator("#feed-state")).to_have_attribute("data-state", "live")
    yield page
    await context.close()


@asynccontextmanager
async def _visitors(server: Serving) -> AsyncIterator[Peer]:
    """Have a few clients do what clients do; give one that stays."""
    port = port_of(server)
    async with dial(port, "/ws", _GATEWAY) as peer:
        peer.send(0x1, b"not UTF-8: \xff")
        await peer.rest()
    async with dial(port, "/ws", ("Origin", "https://app.example.com"), _PHONE):
        pass
    async with (
        dial(port, "/ws?room=7", ("Sec-WebSocket-Protocol", "chat"), _PHONE) as phone,
        dial(port, "/ws", _GATEWAY, _OFFER) as gateway,
    ):
        for text in (b"Bonjour serveur", _JSON):
            gateway.send(0x1, text)
            await gateway.receive()  # the longer one comes back compressed
        await echo(phone, "Grüße ✓".encode())
        gateway.send(0x2, bytes(range(20)), fin=False)
        gateway.send(0x0, bytes(range(20, 40)))
        await gateway.receive()
        gateway.send(0x9, b"still there?")
        await gateway.receive()
        yield gateway


async def _settled(page: Page) -> None:
    """Wait until what has happened is drawn."""
    await page.evaluate("() => new Promise(done => setTimeout(done, 700))")


async def _tab(page: Page, name: str) -> None:
    tab = page.locator(f"[data-tab={name}]")
    if await tab.is_visible():
        await tab.click()


async def _save(page: Page, state: str, size: str, scheme: str) -> None:
    await page.mouse.move(0, 0)
    devtools = await page.context.new_cdp_session(page)
    # A third of what PNG takes, and no difference to be seen.
    taken = await devtools.send("Page.captureScreenshot", {"format": "webp", "quality": 80})
    file = _INTO / f"{state}-{size}-{scheme}.webp"
    file.write_bytes(base64.b64decode(taken["data"]))
    print(f"docs/images/{file.name}")


if __name__ == "__main__":
    sys.exit(main())
