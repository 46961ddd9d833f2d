"""The client in the page: what it sends, what comes back, and what the server saw of it."""

import asyncio
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.screen import ROWS, Open, echo, fits, port_of, shows, texts
from tests.command import Serving, serving
from tests.peer import dial

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PLAIN = {"ECHOSCOPE_WEBSOCKET__COMPRESSION__ENABLED": "false"}
TRIP = re.compile(r"^\d+(\.\d+)?\sm?s$")
# A server that refuses is complained of in the console, and no script can prevent that.
REFUSED = r"WebSocket connection to .* failed"
PHOTO = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": bytes(range(200))}


def said(page: Page, way: str) -> Locator:
    """Select the lines of the log that tell of messages that went one way."""
    return page.locator(f"#try-log .said[data-way={way}]")


def happened(page: Page) -> Locator:
    return page.locator("#try-log .happened .what")


async def connect(page: Page) -> None:
    await page.locator("#try-button").click()
    await expect(page.locator("#try-state")).to_have_text("connected")


async def send(page: Page, text: str, kind: str = "text") -> None:
    await page.locator("#try-kind").select_option(kind)
    await page.locator("#try-message").fill(text)
    await page.locator("#try-message").press("Enter")


async def drop(page: Page, name: str, content: str, target: str = "#try-log") -> None:
    """Drop a file on an element, as a mouse would."""
    await page.evaluate(
        """([name, content, target]) => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([content], name));
            const element = document.querySelector(target);
            for (const kind of ["dragover", "drop"])
                element.dispatchEvent(new DragEvent(
                    kind, {dataTransfer, bubbles: true, cancelable: true}));
        }""",
        [name, content, target],
    )


# What was said, and what the server saw of it


@pytest.mark.parametrize("server", [PLAIN], indirect=True)
async def test_each_message_stands_beside_its_echo_and_the_frames_of_both(
    page: Page, server: Serving
) -> None:
    await connect(page)
    await send(page, "Grüße")
    await send(page, "00 ff 7e", "binary")
    await send(page, "")
    for way, direction in (("sent", "→ in"), ("received", "← out")):
        lines = said(page, way)
        masked = 4 if way == "sent" else 0
        await expect(lines.locator(".text")).to_have_text(["Grüße", "00 ff 7e", "(empty)"])
        await expect(lines.locator("> .kind")).to_have_text(["text", "binary", "text"])
        sizes = [re.compile(rf"^{size}\sB$") for size in (7, 3, 0)]
        await expect(lines.locator("> .size")).to_have_text(sizes)
        saw = lines.locator(".saw button")
        await expect(saw.locator("[data-slot=direction]")).to_have_text([direction] * 3)
        await expect(saw.locator(".kind")).to_have_text(["text", "binary", "text"])
        wire = [re.compile(rf"^{2 + masked + size}\sB$") for size in (7, 3, 0)]
        await expect(saw.locator(".wire-size")).to_have_text(wire)
        await expect(saw.locator(".marks")).to_have_text(["" if masked else "at once"] * 3)
    await expect(said(page, "received").locator(".trip")).to_have_text([TRIP] * 3)
    figures = page.locator("#try-figures")
    await expect(figures).to_have_text(re.compile(r"^3 sent, 3 received, round trip .+, median .+"))


async def test_what_was_compressed_is_marked(page: Page) -> None:
    await connect(page)
    await send(page, "word " * 100)
    await expect(said(page, "sent").locator(".marks")).to_have_text("deflate")
    await expect(said(page, "received").locator(".marks")).to_have_text("at once, deflate")


@pytest.mark.parametrize("server", [PLAIN], indirect=True)
async def test_a_message_in_many_frames_is_one(page: Page, server: Serving) -> None:
    """A browser sends a large one in pieces."""
    await connect(page)
    large = {"name": "large.bin", "mimeType": "", "buffer": bytes(900_000)}
    await page.locator("#try-picked").set_input_files(large)
    for _ in range(2):
        await page.locator("#try-submit").click()
    await page.locator("#try-file-drop").click()
    await send(page, "behind it")
    marks = said(page, "sent").locator(".marks")
    frames = re.compile(r"^\d+ frames$")
    await expect(marks).to_have_text([frames, frames, ""])
    shown = [await marks.nth(n).text_content() or "" for n in (0, 1)]
    in_all = sum(int(mark.split(" ")[0]) for mark in shown)
    opened = 1
    await shows(page, opened + in_all + 1 + 3)
    await expect(said(page, "received").locator(".wire-size").last).to_have_text("11\u202fB")


async def test_a_frame_that_the_server_saw_is_opened_by_pressing_it(page: Page) -> None:
    await connect(page)
    await send(page, "one")
    await send(page, "two")
    await said(page, "received").nth(0).locator(".saw button").click()
    inspected = page.locator("#inspected")
    await expect(page.locator("#inspector-title")).to_have_text("← out text frame")
    await expect(inspected.locator("[data-slot=text]")).to_have_text("one")
    chosen = page.locator(f"{ROWS}[aria-selected=true]")
    await expect(chosen).to_have_attribute("data-direction", "out")
    await expect(chosen.locator(".preview")).to_have_text("one")

    # It need not be among the lines that the page keeps.
    await page.locator("#clear").click()
    await said(page, "sent").nth(1).locator(".saw button").click()
    await expect(page.locator("#inspector-title")).to_have_text("→ in text frame")
    await expect(inspected.locator("[data-slot=text]")).to_have_text("two")


async def test_beginning_and_end_lead_to_the_connection(page: Page) -> None:
    await connect(page)
    await page.locator("#try-button").click()
    await expect(happened(page)).to_have_text(["connected", "closed cleanly, 1000 normal closure"])
    told = page.locator("#try-log .happened .saw button")
    await expect(told).to_have_text(["connection 1", "client closed, 1000 normal closure"])
    for n in (0, 1, 1):
        await told.nth(n).click()
        await expect(page.locator("#inspector-title")).to_have_text("Connection 1")


async def test_what_the_server_sends_unasked_is_told_from_an_echo(
    page: Page, server: Serving
) -> None:
    await connect(page)
    await send(page, "asked")
    await expect(said(page, "received").locator(".saw button")).to_be_visible()
    row = page.locator("#open-connections .connection")
    own = await row.get_attribute("data-connection")
    address = f"{server.page}api/connections/{own}/messages"
    for body in ({"text": "unasked"}, {"binary": "AP8="}):
        answer = await page.request.post(address, data=body)
        assert answer.status == 202
    await send(page, "asked again")

    unasked = said(page, "unasked")
    await expect(unasked.locator(".way")).to_have_text(["← unasked"] * 2)
    await expect(unasked.locator(".text")).to_have_text(["unasked", "00 ff"])
    await expect(unasked.locator(".trip")).to_have_text(["", ""])
    await expect(unasked.locator(".marks")).to_have_text(["", ""])
    await expect(said(page, "received").locator(".text")).to_have_text(["asked", "asked again"])
    await expect(page.locator("#try-figures")).to_contain_text("2 sent, 4 received")
    await unasked.nth(1).locator(".saw button").click()
    await expect(page.locator("#inspector-title")).to_have_text("← out binary frame")
    await said(page, "received").nth(1).locator(".saw button").click()
    await expect(page.locator("#inspected [data-slot=text]")).to_have_text("asked again")


async def test_what_comes_unasked_among_echoes_takes_the_place_of_none(
    page: Page, server: Serving
) -> None:
    await page.locator("#try-picked").set_input_files({**PHOTO, "buffer": bytes(500_000)})
    await page.locator("#try-times").fill("1000")
    await page.locator("#try-submit").click()
    await expect(said(page, "received").first).to_be_visible()
    await page.request.post(f"{server.page}api/broadcast", data={"text": "unasked"})
    await expect(said(page, "unasked").locator(".text")).to_have_text("unasked")
    await page.locator("#try-submit", has_text="Stop").click()
    await expect(said(page, "waiting")).to_have_count(0)
    figures = page.locator("#try-figures")
    found = re.match(r"(\d+) sent, (\d+) received", await figures.inner_text())
    assert found is not None
    assert int(found[2]) == int(found[1]) + 1
    await expect(page.locator("#try-log .said .saw > :visible")).to_have_count(
        int(found[1]) + int(found[2])
    )
    await expect(page.locator("#try-log .unknown:visible")).to_have_count(0)


async def test_the_frames_are_gone_through_with_the_arrows(page: Page) -> None:
    await connect(page)
    await send(page, "one")
    buttons = page.locator("#try-log button:visible")
    await expect(buttons).to_have_count(3)
    await expect(page.locator("#try-log button[tabindex='0']")).to_have_count(1)
    await page.locator("#try-log").focus()
    await page.keyboard.press("Tab")
    focused = page.locator("#try-log button:focus")
    for key, text in (
        ("Home", "connection 1"),
        ("ArrowDown", "→ in"),
        ("ArrowDown", "← out"),
        ("ArrowDown", "← out"),
        ("ArrowUp", "→ in"),
        ("End", "← out"),
    ):
        await page.keyboard.press(key)
        await expect(focused).to_contain_text(text)
    await page.keyboard.press("Enter")
    await expect(page.locator("#inspector-title")).to_have_text("← out text frame")


# Where the feed or the record has left something out


async def test_what_the_feed_left_out_is_read_from_the_record(page: Page, server: Serving) -> None:
    """The feed tells of 4000 events at once, and these are more."""
    asked: list[str] = []
    page.on("request", lambda request: note(urlsplit(request.url).path))

    def note(path: str) -> None:
        if path.startswith("/api/"):
            asked.append(path)

    await connect(page)
    await send(page, "known by the feed")
    await expect(said(page, "received").locator(".saw button:visible")).to_have_count(1)
    assert asked == []
    async with dial(port_of(server)) as peer:
        flood = asyncio.ensure_future(echo(peer, *[b"flood"] * 5000))
        await page.locator("#try-times").fill("1000")
        await send(page, "many")
        await expect(page.locator("#try-figures")).to_contain_text("1,001 sent, 1,001 received")
        await flood
    await expect(page.locator("#try-log .exchange")).to_have_count(200)
    earlier = page.locator("#try-earlier")
    await expect(earlier).to_have_text("801 earlier messages are not shown here")
    for way in ("sent", "received"):
        await expect(said(page, way).locator(".saw button:visible")).to_have_count(200)
    await expect(page.locator("#try-log .unknown:visible")).to_have_count(0)
    assert set(asked) == {"/api/events"}
    last = said(page, "received").last.locator(".saw button")
    await last.click()
    await expect(page.locator("#inspected [data-slot=text]")).to_have_text("many")


async def test_what_the_record_has_left_out_is_not_known_and_not_guessed(
    open_page: Open, tmp_path: Path
) -> None:
    with serving("--port", "0", cwd=tmp_path, env={"ECHOSCOPE_JOURNAL__EVENTS": "20"}) as server:
        page = await open_page(server.page)
        await connect(page)
        await send(page, "before")
        await expect(said(page, "received").locator(".saw button:visible")).to_have_count(1)
        await page.locator("#try-times").fill("200")
        await send(page, "all the same")
        unknown = said(page, "received").locator(".unknown:visible")
        await expect(page.locator("#try-figures")).to_contain_text("201 sent, 201 received")
        await expect(unknown.first).to_have_text("–")
        await expect(unknown.first).to_have_attribute("title", re.compile("^Not known: "))
        # Each of them is known or is not: nothing is left open.
        known = page.locator("#try-log .said .saw > :visible")
        await expect(known).to_have_count(399 + 1)  # of 200 exchanges, and the head has none

        # As soon as nothing is under way, the next one is the next one again.
        await page.locator("#try-times").fill("1")
        for n in range(50):
            await send(page, f"after {n}")
            line = said(page, "received").last
            await expect(line.locator(".text")).to_have_text(f"after {n}")
            await expect(line.locator(".saw > :visible")).to_have_count(1)
            if await line.locator(".saw button").is_visible():
                break
        await line.locator(".saw button").click()
        await expect(page.locator("#inspected [data-slot=text]")).to_have_text(f"after {n}")
        await page.close()


# What is sent


async def test_hex_is_read_however_it_is_spaced(page: Page) -> None:
    spellings = {
        "0x00, 0xFF,0x7e": "00 ff 7e",
        "00:ff:7E": "00 ff 7e",
        "00ff7e": "00 ff 7e",
        '"\\x00\\xff"': "00 ff",
        "{0x1, 0x2,0xa}": "01 02 0a",
        '"\\x1\\xA"': "01 0a",
        "  00\n ff ": "00 ff",
        "": "(empty)",
    }
    await connect(page)
    for number, (typed, sent) in enumerate(spellings.items()):
        await send(page, typed, "binary")
        echo = said(page, "received").nth(number)
        await expect(echo.locator(".text")).to_have_text(sent)
        await expect(echo.locator("> .kind")).to_have_text("binary")


async def test_what_is_no_hex_is_named_and_stays_in_the_field(page: Page) -> None:
    await connect(page)
    for typed, piece in {
        "00 fg": "fg",
        "00 123": "123",
        "00 ff 7": "7",
        "<b>\x00": "<b>\\0",
    }.items():
        await send(page, typed, "binary")
        await expect(page.locator("#try-problem")).to_contain_text(f"“{piece}” is no hex")
        await expect(page.locator("#try-message")).to_have_value(typed)
        await page.locator("#try-message").press_sequentially(" ")
        await expect(page.locator("#try-problem")).to_be_hidden()
    await expect(said(page, "sent")).to_have_count(0)


async def test_a_file_is_sent_as_binary_or_as_text(page: Page) -> None:
    async with page.expect_file_chooser() as chooser:
        await page.locator("#try-pick").click()
    await (await chooser.value).set_files(PHOTO)
    await expect(page.locator("#try-file-name")).to_have_text("photo.jpg")
    await expect(page.locator("#try-file-size")).to_have_text("200\u202fB")
    await expect(page.locator("#try-message")).to_be_hidden()
    await page.keyboard.press("Enter")
    name = said(page, "sent").locator(".file-name")
    await expect(name).to_have_text("photo.jpg: ")
    await expect(said(page, "received").locator("> .kind")).to_have_text("binary")
    await expect(said(page, "received").locator(".text")).to_have_text(re.compile("^00 01 02 .*…$"))

    await page.locator("#try-file-kind").select_option("text")
    await page.locator("#try-submit").click()
    problem = page.locator("#try-problem")
    await expect(problem).to_contain_text("photo.jpg is not UTF-8")
    await drop(page, "greeting.txt", "\ufeffGrüße")
    await expect(page.locator("#try-file-name")).to_have_text("greeting.txt")
    await expect(problem).to_be_hidden()
    await page.locator("#try-submit").click()
    last = said(page, "received").last
    await expect(last.locator(".text")).to_have_text("\\ufeffGrüße")
    await expect(last.locator("> .size")).to_have_text("10\u202fB")

    await page.keyboard.press("Escape")
    await expect(page.locator("#try-message")).to_be_focused()
    await expect(page.locator("#try-file")).to_be_hidden()


async def test_a_file_that_falls_beside_the_pane_does_not_lead_away(page: Page) -> None:
    await page.locator("#try-fold").click()
    await drop(page, "beside.txt", "beside", "#stream")
    await expect(page.locator("#try-file")).to_be_hidden()
    await drop(page, "on it.txt", "on it", "#try-title")
    await expect(page.locator("#try-file-name")).to_have_text("on it.txt")
    await expect(page.locator("#try-file")).to_be_visible()


async def test_the_name_of_a_file_is_text(page: Page) -> None:
    name = "<img src=x onerror=hit()>\u202egpj.exe"
    await drop(page, name, "harmless")
    await page.locator("#try-submit").click()
    shown = name.replace("\u202e", "\\u202e")
    await expect(page.locator("#try-file-name")).to_have_text(shown)
    await expect(said(page, "sent").locator(".file-name")).to_have_text(f"{shown}: ")
    assert await page.locator("#try img").count() == 0


@pytest.mark.parametrize(
    "server", [PLAIN | {"ECHOSCOPE_LIMITS__MAX_MESSAGE_SIZE": "1000"}], indirect=True
)
async def test_what_is_larger_than_the_server_takes_is_said_before_it_is_sent(
    page: Page, server: Serving
) -> None:
    problem = page.locator("#try-problem")
    message = page.locator("#try-message")
    await message.fill("ü" * 500)
    await expect(problem).to_be_hidden()
    await message.fill("ü" * 501)
    await expect(problem).to_have_text(
        "1002\u202fB is more than the 1000\u202fB that this server takes: it would end the"
        " connection with 1009."
    )
    await page.locator("#try-picked").set_input_files({**PHOTO, "buffer": bytes(1001)})
    await expect(problem).to_contain_text("1001\u202fB is more than")
    await page.locator("#try-file-drop").click()
    await expect(problem).to_contain_text("1002\u202fB is more than")
    # It can be sent nevertheless: to see what happens.
    await message.press("Enter")
    await expect(happened(page).last).to_contain_text("closed cleanly, 1009 message too big")
    await expect(said(page, "sent").locator(".marks")).to_have_text("violation")
    await expect(page.locator("#try-log .said .way").last).to_have_text("← nothing came")


async def test_a_burst_can_be_stopped_and_its_times_are_bounded(page: Page) -> None:
    await connect(page)
    problem = page.locator("#try-problem")
    for times in ("0", "1001", "x", ""):
        await page.locator("#try-times").fill(times)
        await send(page, "kept")
        await expect(problem).to_contain_text("from 1 to 1,000 times")
    await expect(page.locator("#try-message")).to_have_value("kept")
    await page.locator("#try-picked").set_input_files({**PHOTO, "buffer": bytes(1_000_000)})
    await page.locator("#try-times").fill("1000")
    await page.locator("#try-submit").click()
    await expect(page.locator("#try-submit")).to_have_text("Stop")
    await expect(page.locator("#try-figures")).to_contain_text("received")
    await page.locator("#try-submit").click()
    await expect(page.locator("#try-submit")).to_have_text("Send")
    await expect(page.locator("#try-buffered")).to_be_hidden()
    await expect(said(page, "waiting")).to_have_count(0)
    figures = re.match(
        r"(\d+) sent, (\d+) received", await page.locator("#try-figures").inner_text()
    )
    assert figures is not None
    assert 0 < int(figures[1]) == int(figures[2]) < 1000


async def test_what_was_typed_and_sent_before_outlives_a_reload(page: Page) -> None:
    await page.locator("#try-subprotocol").fill("chat")
    await connect(page)
    await send(page, "first")
    await send(page, "00 ff", "binary")
    await page.locator("#try-kind").select_option("text")
    message = page.locator("#try-message")
    await message.fill("a draft\nof two lines")
    await page.reload()
    await expect(page.locator("#try-subprotocol")).to_have_value("chat")
    await expect(page.locator("#try-path")).to_have_value("/ws")
    await expect(message).to_have_value("a draft\nof two lines")

    await message.focus()
    await page.keyboard.press("Control+Home")
    for key, kind, text in (
        ("ArrowUp", "binary", "00 ff"),
        ("ArrowUp", "text", "first"),
        ("ArrowUp", "text", "first"),
        ("ArrowDown", "binary", "00 ff"),
        ("ArrowDown", "text", "a draft\nof two lines"),
    ):
        await page.keyboard.press(key)
        await expect(message).to_have_value(text)
        await expect(page.locator("#try-kind")).to_have_value(kind)


async def test_who_sends_hex_from_the_history_goes_on_with_hex(page: Page) -> None:
    await connect(page)
    await send(page, "00 ff", "binary")
    await page.locator("#try-kind").select_option("text")
    await page.locator("#try-message").focus()
    await page.keyboard.press("ArrowUp")
    await expect(page.locator("#try-message")).to_have_value("00 ff")
    await page.keyboard.press("Enter")
    await expect(page.locator("#try-message")).to_have_value("")
    await expect(page.locator("#try-kind")).to_have_value("binary")
    await page.keyboard.type("7e")
    await page.keyboard.press("Enter")
    await expect(said(page, "received").nth(2).locator("> .kind")).to_have_text("binary")


async def test_neither_a_draft_nor_what_is_changed_in_the_history_is_lost(page: Page) -> None:
    await connect(page)
    await send(page, "sent")
    message = page.locator("#try-message")
    await message.fill("a draft")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.type(" again")
    await page.keyboard.press("ArrowDown")
    await expect(message).to_have_value("a draft")
    await page.keyboard.press("ArrowUp")
    await expect(message).to_have_value("sent again")
    await page.keyboard.press("Enter")
    await expect(message).to_have_value("a draft")
    await page.keyboard.press("ArrowUp")
    await expect(message).to_have_value("sent again")
    await page.keyboard.press("ArrowUp")
    await expect(message).to_have_value("sent")


async def test_shift_and_enter_start_a_new_line(page: Page) -> None:
    await connect(page)
    message = page.locator("#try-message")
    await message.fill("one")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("two")
    await page.keyboard.press("Enter")
    await expect(said(page, "received").locator(".text")).to_have_text("one\\ntwo")


# The connection


async def test_to_send_is_enough_to_connect(page: Page) -> None:
    await send(page, "first")
    await expect(said(page, "received").locator(".text")).to_have_text("first")
    await page.locator("#try-button").click()
    await expect(page.locator("#try-state")).to_have_text("not connected")
    await page.locator("#try-button", has_text="Reconnect").click()
    await expect(page.locator("#try-state")).to_have_text("connected")
    await send(page, "second")
    await expect(said(page, "received").locator(".text")).to_have_text(["first", "second"])
    await expect(said(page, "received").locator(".saw button")).to_have_count(2)
    await shows(page, 9)
    assert await texts(page, "out") == ["first", "second"]


async def test_a_connection_is_closed_with_a_code_and_a_reason_of_ones_own(page: Page) -> None:
    await connect(page)
    await page.locator("#try-more").click()
    code, reason = page.locator("#try-code"), page.locator("#try-reason")
    await expect(code).to_be_focused()
    for wrong in ("1001", "2999", "5000", "4e", ""):
        await code.fill(wrong)
        await code.press("Enter")
        await expect(page.locator("#try-problem")).to_contain_text("from 3000 to 4999")
        await expect(page.locator("#try-state")).to_have_text("connected")
    await code.fill("4001")
    await reason.fill("ü" * 62)
    await reason.press("Enter")
    await expect(page.locator("#try-problem")).to_have_text("A reason takes 123 bytes at the most.")
    await reason.fill("ü" * 61 + "!")
    await reason.press("Enter")
    await expect(happened(page).last).to_have_text("closed cleanly, 4001 private use")
    told = page.locator("#try-log .happened .saw button").last
    await expect(told).to_have_text(f"client closed, 4001 private use: {'ü' * 61}!")
    await expect(page.locator("#try-close")).to_be_hidden()
    await expect(page.locator("#try-more")).to_be_hidden()


async def test_a_refusal_is_told_with_its_reason(open_page: Open, server: Serving) -> None:
    page = await open_page(server.page, forgiven=REFUSED)
    await page.locator("#try-path").fill("/nowhere")
    await send(page, "kept")
    await expect(happened(page)).to_contain_text("refused, 404: There is no WebSocket here")
    await expect(page.locator("#try-message")).to_have_value("kept")
    await page.locator("#try-log .happened .saw button", has_text="request 1").click()
    await expect(page.locator("#inspector-title")).to_have_text("Refused request 1")


async def test_the_end_of_the_server_is_told_and_what_did_not_come_back(
    open_page: Open, tmp_path: Path
) -> None:
    with serving("--port", "0", cwd=tmp_path) as server:
        page = await open_page(server.page, forgiven=REFUSED)
        await connect(page)
        await send(page, "before")
        await expect(said(page, "received")).to_have_count(1)
        # All that the page loads of its own accord is there before the server goes.
        await page.evaluate("import('/static/js/inspector/inspector.js').then(() => null)")
        server.process.kill()
        server.process.wait()
    await expect(happened(page).last).to_have_text(
        "ended without a closing handshake, for which browsers say 1006"
    )
    await expect(page.locator("#feed-state")).to_have_attribute("data-state", "lost")
    await page.locator("#try-button", has_text="Reconnect").click()
    await expect(happened(page).last).to_have_text(
        "no connection was made: the server does not answer"
    )


async def test_a_bad_path_or_subprotocol_is_not_even_tried(page: Page) -> None:
    problem = page.locator("#try-problem")
    for path in ("ws", "//other.test/ws", "/\\other.test/ws", ""):
        await page.locator("#try-path").fill(path)
        await page.locator("#try-button").click()
        await expect(problem).to_have_text("The path must begin with a slash.")
    await page.locator("#try-path").fill("/ws")
    for names in ("a b", "a, a", "ä"):
        await page.locator("#try-subprotocol").fill(names)
        await page.locator("#try-button").click()
        await expect(problem).to_contain_text("A subprotocol is a name without spaces")
    await expect(page.locator("#try-state")).to_have_text("not connected")


async def test_each_page_marks_its_own_connection(open_page: Open, server: Serving) -> None:
    pages = [await open_page(server.page) for _ in range(2)]
    for page in pages:
        await connect(page)
        await send(page, "hello")
    async with dial(port_of(server)):
        for page, own in zip(pages, ("1", "2"), strict=True):
            rows = page.locator("#open-connections .connection")
            await expect(rows).to_have_count(3)
            marked = rows.filter(has=page.locator(".own:not([hidden])"))
            await expect(marked.locator(".id")).to_have_text([own])
            await expect(said(page, "received")).to_have_count(1)


# Where it stands


async def test_its_height_can_be_dragged_and_is_remembered(page: Page) -> None:
    body, border = page.locator("#try-body"), page.locator("#border-try-height")
    # As long as nothing was tried, its height is what it needs.
    await expect(body).to_be_visible()
    await expect(border).to_be_hidden()
    await connect(page)

    async def height() -> float:
        box = await body.bounding_box()
        assert box is not None
        return box["height"]

    usual = await height()
    place = await border.bounding_box()
    assert place is not None
    x, y = place["x"] + 200, place["y"]
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x, y - 100)
    await page.mouse.up()
    assert await height() == usual + 100
    await border.press("ArrowDown")
    assert await height() == usual + 84
    await page.reload()
    await connect(page)
    assert await height() == usual + 84
    await page.locator("#try-fold").click()
    await expect(border).to_be_hidden()
    await page.reload()
    await expect(body).to_be_hidden()
    await page.locator("#try-fold").click()
    await connect(page)
    await border.dblclick()
    assert await height() == usual


@pytest.mark.parametrize("width", [360, 390, 760, 1120])
async def test_nothing_of_it_is_wider_than_the_page(
    open_page: Open, server: Serving, width: int
) -> None:
    page = await open_page(server.page, viewport={"width": width, "height": 640})
    if width < 760:
        await page.get_by_role("button", name="Try it").last.click()
    await connect(page)
    await send(page, "unbroken" * 100)
    await drop(page, "n" * 200, "content")
    await page.locator("#try-submit").click()
    await page.locator("#try-more").click()
    await expect(said(page, "received").locator(".saw button")).to_have_count(2)
    for name in ("→ in text", "← out binary"):
        frame = page.locator("#try-log").get_by_role("button", name=re.compile(name))
        await expect(frame).to_be_visible()
    for part in ("html", "#try", "#try-body", "#try-log", "#try-file"):
        await fits(page, part)
