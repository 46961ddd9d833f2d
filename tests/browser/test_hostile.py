"""Whatever a client sends is shown as text and becomes nothing else."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.anatomy import anatomy, anatomy_of, look_through
from tests.browser.hostile import HARMLESS, HOSTILE, Text, visit
from tests.browser.screen import ROWS, Open, echo, feed_state, port_of, shows
from tests.command import Serving
from tests.peer import dial

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# Every line is in view.
TALL = {"width": 1440, "height": 5600}
# Texts that leave no more than the newest 200 events behind, which a new page gets.
AT_ONCE = 12
# Each is refused for its Origin, its path and its Host, and then admitted.
VISITS = 4

# How many characters are shown in a line, in a fact, of what was refused, and how many bytes of a
# payload.
PREVIEW, FACT, CAME, RECORDED = 240, 300, 1000, 4096
# How many bytes a ping can hold (RFC 6455 §5.5).
CONTROL = 125

TOKEN = "a-token-for-these-tests"
CLOSED = "client closed, 4000 private use"
BROKEN = "server closed, 1007 invalid payload data: "


def batches() -> Iterator[Sequence[Text]]:
    """The hostile texts, some at a time, between harmless ones."""
    yield HARMLESS
    for start in range(0, len(HOSTILE), AT_ONCE):
        yield HOSTILE[start : start + AT_ONCE]
    yield HARMLESS


async def compare(
    server: Serving, look: Callable[[Sequence[Text], int], Awaitable[frozenset[str]]]
) -> None:
    """Leave texts behind and look: the page is made of the same, whatever they were.

    ``look`` takes the texts and the number of the last connection.
    """
    harmless: set[str] = set()
    hostile: set[str] = set()
    visits = 0
    for texts in batches():
        for text in texts:
            await visit(port_of(server), text)
        visits += VISITS * len(texts)
        found = harmless if texts is HARMLESS else hostile
        found |= await look(texts, visits)
    assert hostile == harmless


async def all_told(page: Page, number: int) -> None:
    """Wait until the page knows of the end of a connection."""
    await expect(page.locator(f"{ROWS}.placed").last.locator(".id")).to_have_text(str(number))
    await expect(page.locator(f"{ROWS}.placed").last).to_have_attribute("data-kind", "closed")
    await expect(page.locator("#ended-connections .id").first).to_have_text(str(number))


def lines_are_whole(texts: Sequence[Text], lines: Sequence[dict[str, str]]) -> None:
    """Check that each frame shows what was sent in it."""
    sent = [(what, text) for text in texts for what in text.events]
    assert [line["what"] for line in lines] == [what for what, _ in sent]
    for line, (what, text) in zip(lines, sent, strict=True):
        recorded = text.raw[:RECORDED].hex()
        spaced = text.raw.hex(" ")
        if what.endswith("text"):
            assert line["preview"] == text.shown_of(PREVIEW)
            # Here line ends and tabs are what they are.
            whole = text.shown_of(RECORDED, "").replace(r"\n", "\n").replace(r"\t", "\t")
            assert line["payload"] == whole
            json = whole if whole.startswith('{"') else ""
            assert "".join(line["json"].split()) == "".join(json.split())
            assert "".join(line["hex"].split()) == recorded
        elif what.endswith("binary"):
            assert line["preview"] == (spaced if len(spaced) <= PREVIEW else spaced[:PREVIEW] + "…")
            assert "".join(line["hex"].split()) == recorded
        elif what == "in close":
            assert line["reason"] == (text.shown if text.reason else "none")
        elif what.endswith(("ping", "pong")):
            assert line["preview"] in (text.shown_of(CONTROL, ""), spaced)


def connections_are_whole(texts: Sequence[Text], connections: Sequence[dict[str, Any]]) -> None:
    """Check that each connection shows what was sent in its handshake, and when it was closed."""
    for number, text in enumerate(texts):
        came = connections[VISITS * number : VISITS * (number + 1)]
        value, short = ("none", "none") if text.field is None else (text.shown, text.shown_of(FACT))
        for each in came:
            assert each["facts"]["User-Agent"] == short
            assert ["User-Agent", value] in each["headers"]
            assert [text.token, value] in each["headers"]
        by_origin, by_path, by_host, admitted = came
        assert by_origin["facts"]["Origin"] == short
        if value.isascii() and "\\" not in value:
            assert by_origin["facts"]["Came"] == value[:CAME]
        assert ["Origin", value] in by_origin["headers"]
        assert by_path["start"] == f"GET /{text.target} HTTP/1.1"
        for each in came[:-1]:
            # This far everything is escaped but visible ASCII.
            assert set(each["facts"]["Came"]) <= set(map(chr, range(0x20, 0x7F)))
        assert ["Host", value] in by_host["headers"]
        assert admitted["start"] == f"GET /ws?{text.target} HTTP/1.1"
        assert admitted["facts"]["Subprotocol"] == text.token
        how = f"{CLOSED}: {text.shown}" if text.reason else CLOSED
        assert admitted["how"] == how if text.is_utf8 else admitted["how"].startswith(BROKEN)
        # In short until the server has told it at length.
        if admitted["words"] != f"Ended: {admitted['how']}.":
            said = f"saying “{text.shown}”" if text.reason and text.is_utf8 else "closed"
            assert said in admitted["words"]


async def test_hostile_texts_stay_text_on_a_page_that_watches(
    open_page: Open, server: Serving
) -> None:
    # The policy would stop what runs, and so hide that it had got as far as that.
    page = await open_page(server.page, viewport=TALL, bypass_csp=True)

    async def look(texts: Sequence[Text], number: int) -> frozenset[str]:
        await all_told(page, number)
        seen = await look_through(page, sum(len(text.events) for text in texts))
        lines_are_whole(texts, seen.lines)
        connections_are_whole(texts, seen.connections)
        await page.get_by_role("button", name="Clear").click()
        return seen.parts

    await page.evaluate("globalThis.here = true")
    await compare(server, look)
    assert await page.evaluate("globalThis.here"), "the page was loaded anew"
    assert await page.evaluate("Object.keys(Object.prototype)") == []


async def test_hostile_texts_stay_text_on_a_page_that_comes_later(
    open_page: Open, server: Serving
) -> None:
    page = await open_page(server.page, viewport=TALL, bypass_csp=True)

    async def look(texts: Sequence[Text], number: int) -> frozenset[str]:
        await page.reload()
        await expect(feed_state(page)).to_have_attribute("data-state", "live")
        await all_told(page, number)
        seen = await look_through(page, sum(len(text.events) for text in texts))
        lines_are_whole(texts, seen.lines)
        connections_are_whole(texts, seen.connections)
        return seen.parts

    await compare(server, look)


async def test_hostile_texts_stay_text_without_javascript(open_page: Open, server: Serving) -> None:
    page = await open_page(server.page, java_script_enabled=False)

    async def look(texts: Sequence[Text], number: int) -> frozenset[str]:
        await page.reload()
        lines = page.locator(f"{ROWS}[data-opcode=text][data-direction=in] .preview")
        told = await lines.all_text_contents()
        assert told[-len(texts) :] == [text.shown_of(PREVIEW) for text in texts]
        rows = page.locator("#ended-connections .connection")
        await expect(rows.first.locator(".id")).to_have_text(str(number))
        origins = await rows.locator(".origin").all_text_contents()
        assert origins[: len(texts)] == [
            "none" if text.field is None else text.shown_of(FACT) for text in reversed(texts)
        ]
        return await anatomy(page)

    await compare(server, look)


async def test_hostile_texts_can_be_searched_for(open_page: Open, server: Serving) -> None:
    """A field of one line takes no line ends; what else it takes is found, and stays a text."""
    searched = [text for text in HOSTILE if text.is_utf8 and not set("\r\n") & set(text.sent)]
    page = await open_page(server.page, viewport=TALL, bypass_csp=True)
    async with dial(port_of(server)) as peer:
        await echo(peer, *(text.raw for text in searched))
        await shows(page, 1 + 2 * len(searched))
        await expect(page.locator("#open-connections .connection")).to_have_count(1)
        await page.locator("#filter").fill("hit")
        before = await anatomy(page)
        for text in searched:
            found = await page.evaluate(
                """async (needle) => {
                    const filter = document.getElementById("filter");
                    filter.value = needle;
                    filter.dispatchEvent(new Event("input"));
                    await new Promise(requestAnimationFrame);
                    const shown = document.querySelectorAll("#canvas .preview");
                    return [...shown].map((preview) => preview.textContent);
                }""",
                text.sent[:PREVIEW],
            )
            needle = text.sent[:PREVIEW].lower()
            others = [other for other in searched if needle in other.sent[:PREVIEW].lower()]
            assert found == [other.shown_of(PREVIEW) for other in others for _ in range(2)]
        assert await anatomy(page) <= before


@pytest.mark.parametrize("server", [{"ECHOSCOPE_ACCESS__TOKEN": TOKEN}], indirect=True)
async def test_hostile_texts_stay_text_in_the_answers_to_refused_requests(
    browser: Browser, server: Serving
) -> None:
    """In its page, and in the form for the token, which goes on to what was asked for."""

    async def answers(texts: Sequence[Text]) -> list[str]:
        documents = []
        for text in texts:
            field = text.field or b"none"
            for target, name in (
                ("/ws", "Origin"),
                ("/ws", "Host"),
                (f"/ws?{text.target}", "Sec-WebSocket-Key"),
                (f"/ws?{text.target}", "Sec-WebSocket-Version"),
                (f"/?{text.target}", "Upgrade"),
            ):
                headers = ("Accept", "text/html"), (name, field)
                async with dial(port_of(server), target, *headers) as peer:
                    assert 400 <= peer.status < 500
                    assert b"\r\nContent-Type: text/html; charset=utf-8\r\n" in peer.answer
                    documents.append((await peer.rest()).decode())
        return documents

    harmless, hostile = await answers(HARMLESS), await answers(HOSTILE)
    assert any("&lt;script&gt;" in document for document in hostile)
    page = await browser.new_page()
    assert await anatomy_of(page, hostile) == await anatomy_of(page, harmless)
    await page.close()
