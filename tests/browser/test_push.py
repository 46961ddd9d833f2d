"""Push: messages, pings and closes that somebody who looks at a connection sends on it."""

import asyncio

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.screen import Open, echo, fits, port_of
from tests.command import Serving
from tests.peer import dial

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# What the browser's console says of an error of the API.
ERROR = "the server responded with a status of 4"


def slot(page: Page, name: str) -> Locator:
    return page.locator(f"#inspected [data-slot=push-{name}]")


async def choose(page: Page, number: int) -> None:
    await page.locator(f".connection[data-connection$='-{number}'] > a").click()
    await expect(slot(page, "message")).to_be_visible()


async def test_enter_sends_what_is_typed_as_text_or_as_bytes(page: Page, server: Serving) -> None:
    async with dial(port_of(server)) as peer:
        await choose(page, 1)
        await slot(page, "message").fill("Bonjour, \u00e9l\u00e8ve")
        await page.keyboard.press("Enter")
        assert await peer.receive() == (0x81, "Bonjour, \u00e9l\u00e8ve".encode())
        await expect(slot(page, "outcome")).to_have_text("Sent 16\u202fB.")
        # It can be sent again, or typed over.
        await page.keyboard.press("Enter")
        assert (await peer.receive())[1] == "Bonjour, \u00e9l\u00e8ve".encode()
        await page.keyboard.type("two")
        await page.keyboard.press("Shift+Enter")
        await page.keyboard.type("lines")
        await page.keyboard.press("Enter")
        assert await peer.receive() == (0x81, b"two\nlines")

        await slot(page, "kind").select_option("hex")
        await slot(page, "message").fill("00 ff 7e")
        await page.get_by_role("button", name="Send", exact=True).last.click()
        assert await peer.receive() == (0x82, b"\x00\xff\x7e")
        await slot(page, "message").fill("")
        await page.keyboard.press("Enter")
        assert await peer.receive() == (0x82, b"")


async def test_all_open_connections_are_sent_to_with_their_number_in_words(
    page: Page, server: Serving
) -> None:
    port = port_of(server)
    async with dial(port) as one:
        await choose(page, 1)
        await expect(slot(page, "all")).to_be_disabled()
        async with dial(port) as two, dial(port) as three:
            await expect(slot(page, "all")).to_have_text("Send to all 3 open")
            await slot(page, "message").fill("to all")
            await slot(page, "all").click()
            for peer in (one, two, three):
                assert await peer.receive() == (0x81, b"to all")
            await expect(slot(page, "outcome")).to_have_text("Sent 6\u202fB to 3.")


async def test_a_ping_goes_out_and_its_answer_is_drawn(page: Page, server: Serving) -> None:
    async with dial(port_of(server)) as peer:
        await choose(page, 1)
        inspected = page.locator("#inspected")
        await inspected.locator("[data-slot=trips-ping]").click()
        head, payload = await peer.receive()
        assert head == 0x89
        # Whatever is folded, what became of it stands beside the button.
        await expect(inspected.locator("[data-slot=trips-outcome]")).to_have_text("Ping sent.")
        peer.send(0xA, payload)
        await expect(inspected.get_by_role("button", name="client to server: pong")).to_be_visible()


@pytest.mark.parametrize(
    ("code", "reason", "payload"),
    [
        ("4001", "lesson over", (4001).to_bytes(2) + b"lesson over"),
        ("1000", "", (1000).to_bytes(2)),
        ("", "", b""),
    ],
)
async def test_a_close_goes_out_with_its_code_and_reason(
    page: Page, server: Serving, code: str, reason: str, payload: bytes
) -> None:
    async with dial(port_of(server)) as peer:
        await choose(page, 1)
        await slot(page, "code").fill(code)
        await slot(page, "reason").fill(reason)
        await page.keyboard.press("Enter")
        assert await peer.receive() == (0x88, payload)
        peer.send(0x8, payload)
    await expect(page.locator("#inspected [data-slot=words]")).to_contain_text("The server closed")


async def test_usual_close_codes_are_offered_by_name(page: Page, server: Serving) -> None:
    async with dial(port_of(server)):
        await choose(page, 1)
        offered = (
            await slot(page, "codes")
            .locator("option")
            .evaluate_all("all => all.map(option => [option.value, option.label])")
        )
    assert ["1001", "1001 going away"] in offered
    # RFC 6455 §7.4.1: those that stand for something else must not be sent.
    assert not {"1004", "1005", "1006", "1015"} & {code for code, _ in offered}


async def test_what_cannot_be_sent_is_said_and_stays(open_page: Open, server: Serving) -> None:
    page = await open_page(server.page, forgiven=ERROR)
    async with dial(port_of(server)) as peer:
        await choose(page, 1)
        outcome = slot(page, "outcome")
        await slot(page, "kind").select_option("hex")
        await slot(page, "message").fill("00 zz")
        await page.keyboard.press("Enter")
        await expect(outcome).to_contain_text("this is none: zz")
        await expect(slot(page, "message")).to_have_value("00 zz")

        await slot(page, "code").fill("1005")
        await slot(page, "reason").fill("half typed")
        await page.keyboard.press("Enter")
        await expect(outcome).to_contain_text("This close code must not be sent")
        await expect(outcome).to_have_attribute("data-wrong", "")
        await slot(page, "code").fill("bye")
        await page.keyboard.press("Enter")
        await expect(outcome).to_have_text(
            "A close code is a number; without one the close frame is empty."
        )
        await expect(slot(page, "reason")).to_have_value("half typed")
        await expect(slot(page, "message")).to_have_value("00 zz")
        # Nothing of all this went out.
        await echo(peer, b"the first frame")


async def test_what_is_half_typed_stays_while_the_connection_lives_and_ends(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)) as peer:
        await choose(page, 1)
        message = slot(page, "message")
        await message.press_sequentially("half a mess")
        await message.evaluate("field => field.setSelectionRange(5, 6)")
        for number in range(1, 4):
            await echo(peer, b"meanwhile")
            messages = page.locator("#inspected .facts div", has_text="Messages").locator("dd")
            await expect(messages).to_contain_text(f"→ {number} in")
        await expect(message).to_be_focused()
        caret = "field => [field.selectionStart, field.selectionEnd]"
        assert await message.evaluate(caret) == [5, 6]

        await page.get_by_role("button", name="client to server: text, meanwhile").first.click()
        await page.locator("#inspector-back").click()
        await expect(message).to_have_value("half a mess")
        await message.focus()
        peer.send(0x8, (1000).to_bytes(2))
        await peer.receive()
    await expect(slot(page, "gone")).to_have_text(
        "Nothing can be sent any more: the connection has ended."
    )
    await expect(message).to_have_value("half a mess")
    await expect(message).to_be_focused()
    for name in ("submit", "end"):
        await expect(slot(page, name)).to_be_disabled()
    await page.keyboard.press("Enter")
    await expect(slot(page, "outcome")).to_be_empty()


async def test_what_had_ended_before_has_nothing_to_push_to(page: Page, server: Serving) -> None:
    async with dial(port_of(server)) as peer:
        peer.send(0x8, (1000).to_bytes(2))
        await peer.receive()
    await page.locator("#ended-connections .connection > a").click()
    await expect(page.locator("#inspected [data-slot=words]")).to_contain_text("closed")
    await expect(slot(page, "part")).to_be_hidden()


async def test_without_the_server_it_is_said_that_nobody_answers(
    open_page: Open, server: Serving
) -> None:
    page = await open_page(server.page, forgiven="ERR_|WebSocket")
    async with dial(port_of(server)):
        await choose(page, 1)
        server.process.kill()
        await asyncio.to_thread(server.process.wait)
        await slot(page, "message").fill("to nobody")
        await page.keyboard.press("Enter")
        await expect(slot(page, "outcome")).to_have_text("The server does not answer.")
        await expect(slot(page, "message")).to_have_value("to nobody")


async def test_messages_go_out_in_the_order_in_which_they_were_sent(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)) as peer:
        await choose(page, 1)
        await slot(page, "message").focus()
        for number in range(10):
            await page.keyboard.type(f"number {number}")
            await page.keyboard.press("Enter")
        for number in range(10):
            assert await peer.receive() == (0x81, f"number {number}".encode())


async def test_push_fits_where_there_is_little_room(open_page: Open, server: Serving) -> None:
    page = await open_page(server.page, viewport={"width": 360, "height": 640})
    port = port_of(server)
    async with dial(port), dial(port):
        await page.locator("[data-tab=connections]").click()
        await choose(page, 1)
        await slot(page, "message").fill("unbroken" * 40)
        await slot(page, "code").fill("4000")
        await fits(page, "#inspected")
        await fits(page, "html")
