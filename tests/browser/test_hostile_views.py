"""What a client, a file or a pushed close says stays text where the page tells more than frames."""

import base64
import json
from collections.abc import Sequence
from urllib.request import Request, urlopen

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.anatomy import anatomy_of
from tests.browser.drawn import choose
from tests.browser.hostile import HARMLESS, HOSTILE, Text, visit
from tests.browser.screen import Open, echo, port_of
from tests.command import Serving
from tests.dashboard.test_diagram import texts_of
from tests.peer import dial

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PREVIEW = 240  # characters
# What some version of Mermaid takes for more than text.
MERMAID = (
    "one\n    Client->>Server: two",
    "one\r\nclick Client hit()",
    "%%{init: {'theme': 'dark'}}%%",
    "a;b #35; #lt;b#gt; <b>",
    "end",
)


def read(address: str) -> str:
    with urlopen(Request(address, headers={"Accept": "text/html"})) as response:
        text: str = response.read().decode()
    return text


def connections(server: Serving) -> list[str]:
    """The ids of all connections and refusals, the newest first."""
    rows = json.loads(read(f"{server.page}api/connections"))["connections"]
    return [row["id"] for row in rows]


async def test_hostile_texts_stay_text_on_the_pages_of_connections(
    browser: Browser, server: Serving
) -> None:
    """Of connections that have ended and of refusals, as the server renders them."""

    before: set[str] = set()

    async def leave(texts: Sequence[Text]) -> list[str]:
        for text in texts:
            await visit(port_of(server), text)
        new = [name for name in connections(server) if name not in before]
        before.update(new)
        return new

    # All are there before the first is looked at, as each page has the list of them.
    names = [await leave(texts) for texts in (HOSTILE[::2], HARMLESS)]
    assert all(len(each) >= 30 for each in names)
    hostile, harmless = (
        [read(f"{server.page}connections/{name}") for name in each] for each in names
    )
    assert any("&lt;script&gt;" in document for document in hostile)
    assert any(r"file\u202egnp" in document for document in hostile)
    assert not any("\u202e" in document for document in hostile)
    page = await browser.new_page()
    assert await anatomy_of(page, hostile) <= await anatomy_of(page, harmless)
    await page.close()


async def test_no_text_adds_a_line_to_the_diagram_that_is_copied(
    open_page: Open, server: Serving
) -> None:
    page = await open_page(server.page, permissions=["clipboard-read", "clipboard-write"])
    async with dial(port_of(server)) as peer:
        await echo(peer, *(text.encode() for text in MERMAID))
        peer.send(0x8, (4000).to_bytes(2) + MERMAID[0].encode())
        await peer.rest()
    await choose(page)
    await expect(page.locator(".sequence .row.end")).to_be_visible()
    await page.locator("[data-slot=diagram-copy]").click()
    await expect(page.locator("[data-slot=diagram-copy]")).to_have_text("Copied")
    copied = await page.evaluate("navigator.clipboard.readText()")
    # A handshake, each message both ways, a close both ways, the end.
    texts = texts_of(copied)
    assert len(texts) == 2 + 2 * len(MERMAID) + 2 + 1
    assert all(text.endswith(r" · text · one\n    Client->>Server: two") for text in texts[2:4])
    assert "init" in texts[6]


async def test_what_an_arrow_says_to_who_points_at_it_is_text(page: Page, server: Serving) -> None:
    texts = [text for text in HOSTILE if text.is_utf8][-12:]
    async with dial(port_of(server)) as peer:
        await echo(peer, *(text.raw for text in texts))
        await choose(page)
        arrows = page.locator(".sequence .message.in.data")
        await expect(arrows).to_have_count(len(texts))
        for number, text in enumerate(texts):
            await arrows.nth(number).dispatch_event("pointerover")
            title = arrows.nth(number).locator("title")
            await expect(title).to_have_count(1)
            assert await title.text_content() == f"text {text.shown_of(PREVIEW)}"


async def test_a_pushed_message_and_the_reason_of_a_close_stay_text(
    open_page: Open, server: Serving
) -> None:
    """Wherever they are told: in the log, its tooltips, the ending in words, and the diagram."""
    page = await open_page(server.page, bypass_csp=True)
    reason = "<img src=x onerror=hit()>\u202egpj\n2"
    shown = r"<img src=x onerror=hit()>\u202egpj\n2"
    await page.locator("#try-button").click()
    await expect(page.locator("#try-state")).to_have_text("connected")
    address = f"{server.page}api/connections/{connections(server)[0]}"
    pushed = {"binary": base64.b64encode(reason.encode()).decode()}
    for path, body in (
        ("messages", {"text": reason}),
        ("messages", pushed),
        ("close", {"code": 4000, "reason": reason}),
    ):
        answer = await page.request.post(f"{address}/{path}", data=body)
        assert answer.status == 202
    unasked = page.locator("#try-log .said[data-way=unasked] .text")
    await expect(unasked).to_have_text([shown, reason.encode().hex(" ")])
    ended = page.locator("#try-log .happened").last
    await expect(ended.locator(".what")).to_contain_text(shown)
    saw = ended.locator(".saw button")
    await expect(saw).to_contain_text(shown)
    assert shown in (await saw.get_attribute("title") or "")
    await saw.click()
    await expect(page.locator("#inspected [data-slot=words]")).to_contain_text(shown)
    assert await page.locator("#try img, #inspected img").count() == 0


async def test_the_name_of_a_file_is_text_also_where_it_cannot_be_sent(page: Page) -> None:
    name = "<img src=x onerror=hit()>\u202egpj\n2.exe"
    shown = r"<img src=x onerror=hit()>\u202egpj\n2.exe"
    await page.evaluate(
        """(name) => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([new Uint8Array([255, 254])], name));
            for (const kind of ["dragover", "drop"])
                document.getElementById("try").dispatchEvent(new DragEvent(
                    kind, { dataTransfer, bubbles: true, cancelable: true }));
        }""",
        name,
    )
    await expect(page.locator("#try-file-name")).to_have_text(shown)
    await page.locator("#try-file-kind").select_option("text")
    await page.locator("#try-submit").click()
    await expect(page.locator("#try-problem")).to_contain_text(f"{shown} is not UTF-8")
    assert await page.locator("#try img").count() == 0


async def test_hostile_payloads_of_pings_leave_the_round_trips_in_peace(
    page: Page, server: Serving
) -> None:
    """A pong that nobody asked for is no round trip, whatever it holds (RFC 6455 §5.5.3)."""
    async with dial(port_of(server)) as peer:
        for text in HOSTILE[:6]:
            peer.send(0xA, text.raw[:125])
        await echo(peer, b"behind them")
        await choose(page)
        words = page.locator("#inspected [data-slot=trips-words]")
        await expect(words).to_contain_text("No ping has been answered yet.")
        await expect(page.locator(".trips circle")).to_have_count(0)
