"""The sequence diagram of a connection: what it draws."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.drawn import ARROWS, arrow, choose, rows
from tests.browser.hostile import HOSTILE
from tests.browser.screen import Open, close, echo, fits, numbered, port_of
from tests.command import Serving
from tests.peer import dial

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SPACE = "\u202f"


async def test_a_connection_is_drawn_from_its_handshake_to_its_end(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server), "/ws?x", ("Sec-WebSocket-Protocol", "chat")) as peer:
        await choose(page)
        peer.send(0x1, b"two ", fin=False)
        peer.send(0x0, b"parts\n")
        await peer.receive()
        peer.send(0x9, b"alive?")
        await peer.receive()
        await expect(page.locator(".sequence")).to_contain_text("pong")
        await expect(page.get_by_text(re.compile(rf"silent for [2-9]{SPACE}s"))).to_be_visible()
        await echo(peer, b"\x00\x01", opcode=0x2)
        await close(peer, 4001, b"enough")
    await expect(page.locator(".sequence .row.end")).to_be_visible()
    told = await rows(page)
    silence = told[told.index("client to server: binary, 00 01") - 1]
    assert re.fullmatch(rf"[1-9]\.\d{SPACE}s of silence", silence)
    # How long it took to begin, and to close TCP, is up to the machine.
    told = [row for row in told if not re.search("of silence$|until TCP was closed$", row)]
    assert told == [
        "client to server: GET, /ws?x HTTP/1.1",
        "server to client: 101, chat",
        "client to server: text, no FIN, two ",
        r"client to server: continuation, parts\n",
        r"server to client: text, two parts\n",
        "client to server: ping, alive?",
        "server to client: pong, alive?",
        "client to server: binary, 00 01",
        "server to client: binary, 00 01",
        "client to server: close, 4001 private use: enough",
        "server to client: close, 4001 private use",
        told[-1],
    ]
    assert told[-1].startswith("ended: client closed, 4001 private use")


async def test_a_violation_is_drawn_with_what_was_wrong(page: Page, server: Serving) -> None:
    async with dial(port_of(server)) as peer:
        peer.send(0x1, b"bad \xff")
        await peer.rest()
    await choose(page)
    wrong = page.locator(f"{ARROWS}.wrong")
    await expect(wrong).to_have_count(1)
    await expect(wrong.locator(".preview")).to_have_text(r"bad \xff")
    await expect(wrong.locator(".noted")).to_contain_text("text is not UTF-8 at byte 4")


async def test_a_refusal_is_drawn_with_its_answer(page: Page, server: Serving) -> None:
    async with dial(port_of(server), "/ws", ("Origin", "https://evil.example")) as peer:
        assert peer.status == 403
    await choose(page)
    asked, answered, end = await rows(page)
    assert asked == "client to server: GET, /ws HTTP/1.1"
    assert answered.startswith("server to client: 403, No entry of origins.allowed")
    assert end == "refused"


async def test_of_many_frames_the_first_and_the_newest_are_drawn(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, *numbered("m", range(100)))
        await choose(page)
        await expect(page.locator(".sequence .omitted").first).to_be_visible()
        told = await rows(page)
        assert told[2:4] == [
            "client to server: text, m0",
            "server to client: text, m0",
        ]
        # An opening and 100 messages, of which 7 and 60 frames are drawn.
        assert told[9] == "… 133 frames not drawn …"
        assert len(told) == 2 + 7 + 1 + 60
        assert told[-1] == "server to client: text, m99"

        await choose_again(page)
        await expect(page.locator(".sequence .omitted").first).to_be_visible()
        assert await rows(page) == told


async def choose_again(page: Page) -> None:
    await page.keyboard.press("Escape")
    await expect(page.locator("#inspector")).to_be_hidden()
    await choose(page)


async def test_a_flood_is_drawn_as_a_sample_that_says_so(page: Page, server: Serving) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, b"the first")
        await choose(page)
        await expect(arrow(page, "server to client: text, the first")).to_be_visible()
        for _ in range(30):
            await echo(peer, *[b"flood"] * 200)
        await echo(peer, b"the last")
        await expect(arrow(page, "server to client: text, the last")).to_be_visible()
        omitted = page.locator(".sequence .row.omitted")
        # 6,002 messages both ways, of which some frames are drawn.
        await expect(omitted).to_have_text(re.compile("… (at least )?11,9[0-9][0-9] frames not"))
        assert await page.locator(ARROWS).count() <= 2 + 7 + 60
        assert (await rows(page))[2] == "client to server: text, the first"


async def test_frames_that_the_stream_leaves_out_are_drawn_all_the_same(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)) as busy, dial(port_of(server)) as peer:
        await choose(page)
        sent = numbered("m", range(12))
        for message in sent:
            await echo(busy, *[b"flood"] * 500)
            await echo(peer, message)
        await expect(arrow(page, "server to client: text, m11,")).to_be_visible()
        frames = [row for row in await rows(page) if ": text, " in row]
        assert frames == [
            f"{way}: text, {message.decode()}"
            for message in sent
            for way in ("client to server", "server to client")
        ]


# So many texts, in a message and a ping each, are all drawn.
AT_ONCE = 12


async def test_hostile_texts_stay_text_in_the_diagram(open_page: Open, server: Serving) -> None:
    page = await open_page(server.page, bypass_csp=True)
    for number, start in enumerate(range(0, len(HOSTILE), AT_ONCE), 1):
        texts = HOSTILE[start : start + AT_ONCE]
        target, protocol = texts[0].target, ("Sec-WebSocket-Protocol", texts[0].token)
        shown = []
        async with dial(port_of(server), f"/ws?{target}", protocol) as peer:
            for text in texts:
                if text.is_utf8:
                    await echo(peer, text.raw)
                    shown.append(f"text, {text.shown_of(240)}")
                peer.send(0x9, text.raw[:125])
                await peer.receive()
            peer.send(0x8, (4000).to_bytes(2) + (texts[0].reason or b""))
            await peer.receive()
        await choose(page, number)
        await expect(page.locator(".sequence .row.end")).to_be_visible()
        told = await rows(page)
        assert told[:2] == [
            f"client to server: GET, /ws?{target} HTTP/1.1",
            f"server to client: 101, {texts[0].token}",
        ]
        assert [row.split(": ", 1)[1] for row in told if "client: text, " in row] == shown
        drawn = page.locator(".sequence .message.in.data .preview")
        for text, label in zip(shown, await drawn.all_text_contents(), strict=True):
            assert f"text, {label}" == text or text.startswith(f"text, {label[:-1]}")
        made = await page.locator(".sequence *").evaluate_all("all => all.map(e => e.tagName)")
        assert set(made) <= {"g", "line", "path", "rect", "svg", "text", "title", "tspan"}
        assert await page.locator(".sequence .words").evaluate_all(
            "all => all.every(words => getComputedStyle(words).overflow === 'hidden')"
        )


@pytest.mark.parametrize("width", [280, 420, 640, 900])
async def test_it_is_as_wide_as_there_is_room(open_page: Open, server: Serving, width: int) -> None:
    page = await open_page(server.page, viewport={"width": 1600, "height": 900})
    async with dial(port_of(server), "/ws?" + "q" * 200) as peer:
        await echo(peer, b"unbroken" * 40, "漢字".encode() * 40)
        await choose(page)
        await page.evaluate(
            """width => document.documentElement.style.setProperty(
                "--inspector-width", `${width}px`)""",
            width,
        )
        await expect(page.locator(".sequence")).to_have_attribute("width", str(width))
        await expect(arrow(page, "漢字").last).to_be_visible()
        await fits(page, "[data-slot=diagram-box]")
        lines = await page.locator(".sequence .words").evaluate_all(
            """all => all.map(words => {
                const long = words.querySelector("text").getComputedTextLength();
                return [words.textContent, long / words.width.baseVal.value];
            })"""
        )
        assert all(share <= 1 for _, share in lines)
        # Of what does not fit, as much as does is shown; how wide others are is up to the fonts.
        assert min(share for words, share in lines if words.startswith("text unbroken")) > 0.8


async def test_where_heartbeats_were_that_are_not_kept_there_is_no_silence(page: Page) -> None:
    told = await page.evaluate(
        """async () => {
            const { rowsOf } = await import("/static/js/connection/diagram-rows.js");
            const ping = ([number, seconds]) => ({
                kind: "frame", cursor: `x-${number}`, time: seconds * 1e6, direction: "out",
                opcode: 9, fin: true, masking_key: null, payload: btoa(number), payload_size: 1,
                message: null, note: null, heartbeat: true });
            const story = { first: [[1, 20]].map(ping), newest: [[2, 40], [6, 120]].map(ping),
                missing: 0, exact: true, state: "known" };
            const { rows } = rowsOf({ story, row: undefined, began: undefined, now: 0 }, "");
            return rows.map(({ text, silence }) => text ?? silence);
        }"""
    )
    lost = f"1{SPACE}min 20{SPACE}s with 3 heartbeats that are not kept"
    assert told == ["1", 20_000_000, "2", lost, "6"]


async def test_the_diagram_is_copied_and_opened_as_mermaid(page: Page, server: Serving) -> None:
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    async with dial(port_of(server)) as peer:
        await echo(peer, b"Bonjour serveur")
        await close(peer, 4001, b"enough")
    await expect(page.locator("#ended-connections .connection")).to_have_count(1)
    await choose(page)
    button = page.locator("[data-slot=diagram-copy]")
    await button.click()
    await expect(button).to_have_text("Copied")
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert "\nsequenceDiagram\n" in copied
    assert "Bonjour serveur" in copied
    address = await page.get_by_role("link", name="As text").get_attribute("href")
    answer = await page.request.get(address or "")
    assert answer.headers["content-type"] == "text/vnd.mermaid; charset=utf-8"
    assert await answer.text() == copied


async def test_a_diagram_that_cannot_be_had_is_not_copied(open_page: Open, server: Serving) -> None:
    page = await open_page(server.page, forgiven="ERR_|WebSocket")
    async with dial(port_of(server)):
        await choose(page)
        server.process.kill()
        button = page.locator("[data-slot=diagram-copy]")
        await button.click()
        await expect(button).to_have_text("Not copied")
        await expect(button).to_have_text("Copy as Mermaid")
