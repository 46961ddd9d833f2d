"""A refusal on the page: what the client was told, and the line that would admit it."""

import asyncio
import json
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.screen import ROWS, Open, close, fits, port_of, shows
from tests.command import Serving, serving
from tests.peer import dial

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

EVIL = ("Origin", "https://evil.example")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
async def test_the_page_says_what_the_answer_said_and_offers_the_line_to_copy(
    open_page: Open, server: Serving, tmp_path: Path, scheme: str, width: int
) -> None:
    viewport = {"width": width, "height": 844}
    page = await open_page(server.page, color_scheme=scheme, viewport=viewport)
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    async with dial(port_of(server), "/ws", EVIL, ("Accept", "application/json")) as peer:
        assert peer.status == 403
        answer = json.loads(await peer.rest())

    await expect(page.locator(f"{ROWS}[data-kind=refused] .preview")).to_have_text(answer["reason"])
    if width == 390:
        await page.locator("[data-tab=connections]").click()
    row = page.locator("#ended-connections .connection[data-state=refused]")
    await expect(row.locator(".how")).to_have_text(f"refused, 403: {answer['reason']}")
    await row.get_by_role("link").click()

    inspected = page.locator("#inspected")
    await expect(page.locator("#inspector-title")).to_have_text("Refused request 1")
    await expect(inspected.locator("[data-slot=words]")).to_have_text(answer["reason"])
    facts = inspected.locator("[data-slot=refusal-facts] dd")
    await expect(facts).to_have_text(["origin", "403", answer["came"], answer["expected"]])
    await expect(inspected.get_by_role("button", name="Show its frames")).to_have_count(0)
    await expect(inspected.locator("[data-slot=handshake]")).to_contain_text("Request as sent")
    await fits(page, "#inspected")

    line = inspected.locator("[data-slot=remedy-line]")
    await expect(line).to_have_text(answer["remedy"])
    await expect(line).to_be_in_viewport()
    button = inspected.get_by_role("button", name="Copy the configuration that admits it")
    await button.click()
    await expect(button).to_have_text("Copied")
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied == answer["remedy"]

    (tmp_path / "copied.yaml").write_text(copied, "utf-8")
    with serving("--port", "0", "--config", "copied.yaml", cwd=tmp_path) as other:
        async with dial(port_of(other), "/ws", EVIL) as peer:
            assert peer.status == 101


async def test_what_could_not_be_read_as_a_request_is_told_as_such(
    open_page: Open, server: Serving
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(server))
    writer.write(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")  # a ClientHello begins like this
    assert (await reader.readline()).endswith(b" 400 Bad Request\r\n")
    writer.close()
    for script in (False, True):
        page = await open_page(server.page, java_script_enabled=script)
        row = page.locator("#ended-connections .connection[data-state=refused]")
        await expect(row.locator(".client")).to_have_text("unreadable request")
        await expect(row.locator(".how")).to_contain_text("The client speaks TLS")
    await row.get_by_role("link").click()
    inspected = page.locator("#inspected")
    await expect(inspected).to_contain_text("could not be read as a request")
    await expect(inspected).not_to_contain_text("User-Agent")


async def test_a_long_name_leaves_room_for_other_refusals(page: Page, server: Serving) -> None:
    name = ".".join(["x" * 60] * 4)
    async with dial(port_of(server), "/ws", ("Origin", f"https://{name}")) as peer:
        assert peer.status == 403
    row = page.locator("#ended-connections .connection[data-state=refused]")
    await expect(row).to_contain_text("No entry of origins.allowed admits")
    box = await row.bounding_box()
    assert box is not None
    assert box["height"] < 200
    await row.get_by_role("link").click()
    words = page.locator("#inspected [data-slot=words]")
    await expect(words).to_contain_text(f"{name}; the nearest, same-origin")
    await fits(page, "#inspected")


async def test_marks_stacked_upon_a_letter_stay_within_their_line(
    page: Page, server: Serving
) -> None:
    """They reach far below the letter: what stands there looks as without them."""
    marks = "".join(map(chr, range(0x316, 0x334)))
    for reason in ("Z", "Z" + marks + marks):
        async with dial(port_of(server)) as peer:
            await close(peer, 1000, reason.encode())
    await shows(page, 8)
    seen = []
    for place in (0, 1):
        await page.locator("#ended-connections .connection a").nth(place).click()
        await expect(page.locator("#inspected [data-slot=words]")).to_contain_text("saying “Z")
        seen.append(await page.locator("#inspected [data-slot=meaning]").screenshot())
    assert seen[0] == seen[1]
