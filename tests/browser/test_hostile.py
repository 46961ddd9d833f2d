"""Whatever a client sends is shown as text and becomes nothing else."""

import re
from contextlib import AsyncExitStack
from urllib.parse import quote

import pytest
from playwright.async_api import Page, expect

from tests.browser.screen import ROWS, Open, close, echo, lines, port_of, shows, texts
from tests.command import Serving
from tests.peer import dial

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TALL = {"width": 1440, "height": 2400}
LONG = "x" * 5000

# What is sent, and how it is seen where that differs.
HOSTILE = {
    "<script>window.hit = 1</script>": None,
    "</script><script>window.hit = 1</script>": None,
    '<img src=x onerror="window.hit = 1">': None,
    "<svg/onload=window.hit=1>": None,
    '"><b onmouseover=window.hit=1 autofocus tabindex=0 onfocus=window.hit=1>': None,
    "' onclick='window.hit=1": None,
    "<iframe srcdoc='<script>parent.hit=1</script>'></iframe>": None,
    "<style>*{display:none!important}</style>": None,
    '<a href="javascript:window.hit=1">here</a>': None,
    "javascript:window.hit=1": None,
    "{{7*7}} ${7*7} <%= 7*7 %> #{7*7}": None,
    "{% raw %}{{ config }}": None,
    "&lt;script&gt;&#60;b&#62;&amp;amp;": None,
    "<!-- ]]> --> \\u003cb\\u003e": None,
    "__proto__": None,
    "file\u202egnp.exe\u2066": r"file\u202egnp.exe\u2066",
    "pass\u200bword\ufeff\u00ad": r"pass\u200bword\ufeff\u00ad",
    "\x1b[31mred\x1b[0m\x07\x7f": r"\x1b[31mred\x1b[0m\x07\x7f",
    "before\x00after": r"before\0after",
    "one\r\n\ttwo": r"one\r\n\ttwo",
    "\u2028\u0085\U000e0041": r"\u2028\u0085\u{e0041}",
    LONG: LONG[:240] + "…",
}
TEXTS = [(sent, sent if shown is None else shown) for sent, shown in HOSTILE.items()]

# RFC 9110 §5.5: what a header may hold; and what of it no client library would send.
LEGAL_HEADERS = [
    (sent, shown)
    for sent, shown in TEXTS
    if not re.search(r"[\x00-\x1f\x7f]", sent) and sent != LONG
]
SUBPROTOCOLS = ["__proto__", "constructor", "'`|~!#$%&*+-.^_"]


async def is_unharmed(page: Page) -> None:
    """Check that nothing ran, and that nothing stands there but what the page is made of."""
    assert await page.evaluate("typeof window.hit") == "undefined"
    assert await page.evaluate("Object.keys(Object.prototype)") == []
    strangers = page.locator(
        "script:not([src='/static/js/main.js']), img:not([src='/static/icon.svg']),"
        "svg:not(#rate-chart), iframe, object, embed, style, a, b, [href^='javascript:' i],"
        "link:not([href^='/static/'])"
    )
    assert await strangers.count() == 0
    handlers = await page.evaluate(
        """[...document.querySelectorAll("*")].flatMap(element =>
            element.getAttributeNames().filter(name => name.startsWith("on")))"""
    )
    assert handlers == []


async def test_hostile_messages_are_seen_as_text(open_page: Open, server: Serving) -> None:
    page = await open_page(server.page, viewport=TALL)
    async with dial(port_of(server)) as peer:
        await echo(peer, *(sent.encode() for sent, _ in TEXTS))
        await shows(page, 1 + 2 * len(TEXTS))
        seen = [shown for _, shown in TEXTS]
        assert await texts(page, "in") == seen
        assert await texts(page, "out") == seen
        await is_unharmed(page)


async def test_hostile_binary_messages_are_seen_as_bytes(open_page: Open, server: Serving) -> None:
    page = await open_page(server.page, viewport=TALL)
    async with dial(port_of(server)) as peer:
        await echo(peer, *(sent.encode() for sent, _ in TEXTS), opcode=0x2)
        await shows(page, 1 + 2 * len(TEXTS))
        told = [line for line in await lines(page) if line.way == "in"]
        for line, (sent, _) in zip(told, TEXTS, strict=True):
            hexadecimal = sent.encode().hex(" ")
            assert line.text == (hexadecimal if len(hexadecimal) <= 240 else line.text)
            assert hexadecimal.startswith(line.text.removesuffix("…"))
        await is_unharmed(page)


async def test_hostile_payloads_stay_text_in_the_inspector(
    open_page: Open, server: Serving
) -> None:
    page = await open_page(server.page, viewport=TALL)
    payload = page.locator("#inspected [data-slot=text]")
    hexadecimal = page.locator("#inspected [data-slot=hex]")
    ascii_column = page.locator("#inspected [data-slot=ascii]")
    async with dial(port_of(server)) as peer:
        await echo(peer, *(sent.encode() for sent, _ in TEXTS))
        await shows(page, 1 + 2 * len(TEXTS))
        for index, (sent, shown) in enumerate(TEXTS):
            await page.locator(f"{ROWS}[aria-rowindex='{3 + 2 * index}']").click()
            # Here line ends and tabs are what they are, and all that was recorded is shown.
            whole = sent[:4096] if sent == LONG else shown.replace(r"\n", "\n").replace(r"\t", "\t")
            assert await payload.text_content() == whole
            recorded = sent.encode()[:4096]
            assert bytes.fromhex(await hexadecimal.text_content() or "") == recorded
            column = "".join(chr(byte) if 0x20 <= byte < 0x7F else "·" for byte in recorded)
            assert (await ascii_column.text_content() or "").replace("\n", "") == column
            await is_unharmed(page)


async def test_hostile_headers_queries_and_close_reasons_stay_text(
    open_page: Open, server: Serving
) -> None:
    page = await open_page(server.page, viewport=TALL)
    for sent, _ in LEGAL_HEADERS:
        # The characters that a request line may not hold are escaped, the hostile ones are not.
        query = quote(sent, safe="<>\"'`{}[]|\\^$&;:/?=()*!,@~%")
        agent = ("User-Agent", sent)
        async with dial(port_of(server), f"/ws?{query}", agent) as peer:
            assert peer.status == 101, peer.answer
            await close(peer, 1000, sent.encode()[:123])
    rows = page.locator("#ended-connections .connection")
    await expect(rows).to_have_count(len(LEGAL_HEADERS))

    for index, (sent, shown) in enumerate(reversed(LEGAL_HEADERS)):
        words = f"client closed, 1000 normal closure: {shown}"
        assert await rows.nth(index).locator(".how").text_content() == words
        await rows.nth(index).get_by_role("button").click()
        facts = page.locator("#inspected [data-slot=facts]")
        for name, value in (("User-Agent", shown), ("Target", "/ws?")):
            fact = facts.locator("div", has=page.get_by_text(name, exact=True)).locator("dd")
            assert (await fact.text_content() or "").startswith(value)
        handshake = page.locator("#inspected [data-slot=handshake]")
        assert shown in (await handshake.text_content() or "")
        if "<" in sent and " " not in sent:
            assert f"GET /ws?{sent} HTTP/1.1" in (await handshake.text_content() or "")
        await is_unharmed(page)
        await page.keyboard.press("Escape")


async def test_hostile_subprotocols_stay_text(open_page: Open, server: Serving) -> None:
    page = await open_page(server.page, viewport=TALL)
    async with AsyncExitStack() as stack:
        for name in SUBPROTOCOLS:
            offer = ("Sec-WebSocket-Protocol", name)
            await stack.enter_async_context(dial(port_of(server), "/ws", offer))
        shown = page.locator("#open-connections .subprotocol")
        await expect(shown).to_have_text(SUBPROTOCOLS[::-1])
        await shows(page, len(SUBPROTOCOLS))
        told = [line.text.partition(" · subprotocol ")[2] for line in await lines(page)]
        assert told == SUBPROTOCOLS
        await is_unharmed(page)


async def test_hostile_texts_are_text_without_javascript(open_page: Open, server: Serving) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, *(sent.encode() for sent, _ in TEXTS))
    for sent, _ in LEGAL_HEADERS:
        async with dial(port_of(server), "/ws", ("User-Agent", sent)) as peer:
            await close(peer, 1000, sent.encode()[:123])
    page = await open_page(server.page, java_script_enabled=False)
    previews = page.locator(f"{ROWS}[data-direction=in][data-opcode=text] .preview")
    assert await previews.all_text_contents() == [shown for _, shown in TEXTS]
    reasons = page.locator("#ended-connections .how")
    prefix = "client closed, 1000 normal closure: "
    assert [text.removeprefix(prefix) for text in (await reasons.all_text_contents())[:-1]] == [
        shown for _, shown in reversed(LEGAL_HEADERS)
    ]
    strangers = page.locator("script:not([src]), img:not([src='/static/icon.svg']), iframe, a, b")
    assert await strangers.count() == 0
