"""What of the stream is let through, and what is said about the rest."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.screen import echo, lines, numbered, port_of, row, shows
from tests.command import Serving
from tests.peer import dial

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


# Each takes longer than anybody waits, over the text below; the last three repeat nothing.
CATASTROPHIC = (
    "/(a+)+$/",
    "/(a|a)*$/",
    "/a*a*a*a*a*a*a*a*b/",
    f"/{'a?' * 200}{'a' * 200}b/",
    f"/{'(a|a)' * 60}b/",
    f"/{'(a|aa)' * 60}b/",
)


async def press(page: Page, kind: str) -> None:
    await page.locator("#kinds").get_by_role("button", name=kind, exact=True).click()


async def test_the_filter_takes_text_and_regular_expressions_and_hides_kinds(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, b"apple", b"pear", b"a[b")
        peer.send(0x9, b"apple?")
        await peer.receive()
        await shows(page, 9)

        for query, shown in (
            ("APPLE", 4),
            ("a[b", 2),
            ("/^text p?ear$/", 2),
            ("/p{2}/", 4),
            ("/APPLE/gi", 4),
        ):
            await page.locator("#filter").fill(query)
            await shows(page, shown)
        await press(page, "control")
        await shows(page, 2)
        await page.locator("#filter").fill("/a[/")
        await expect(page.locator("#filter")).to_have_attribute("aria-invalid", "true")
        await page.locator("#filter").fill("kiwi")
        await page.get_by_role("button", name="Show all lines").click()
        await shows(page, 9)


async def test_what_is_new_counts_only_what_the_filter_lets_through(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, *numbered("m", range(100)))
        await page.locator("#filter").fill("m")
        await expect(page.locator(row(201))).to_be_in_viewport()
        await page.locator("#stream-grid").hover()
        await page.mouse.wheel(0, -2000)
        await expect(page.locator(row(110))).to_be_in_viewport()
        await echo(peer, b"other", b"m again", b"other")
        await expect(page.locator("#count-total")).to_have_text("206")
        await expect(page.locator("#news")).to_have_text(re.compile(r"^2 new"))

        await page.get_by_role("button", name="Pause").click()
        await echo(peer, b"other")
        await expect(page.locator("#feed-words")).to_have_text("paused, 2 new in all")


async def test_a_filter_that_would_hang_the_page_is_given_up_and_said_so(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, b"a" * 200 + b"!", b"other")
        await shows(page, 5)
        problem = page.get_by_role("alert").filter(has_text="expression")
        for query in CATASTROPHIC:
            await page.locator("#filter").fill(query, timeout=5000)
            await expect(problem).to_contain_text("takes too long")
            await shows(page, 5)
            await page.locator("#filter").fill("")
            await expect(problem).to_have_count(0)
        await page.locator("#filter").fill("/a[/")
        await expect(problem).to_contain_text("not a regular expression")
        await press(page, "control")
        await expect(problem).to_contain_text("not a regular expression")
        await page.locator("#filter").fill("/^text (a+)!$/")
        await expect(problem).to_have_count(0)
        await shows(page, 2)


async def test_each_kind_of_line_can_be_hidden_and_all_be_shown_again(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, b"text")
        await echo(peer, b"binary", opcode=0x2)
        peer.send(0x1, b"be", fin=False)
        peer.send(0x0, b"gun")
        await peer.receive()
        peer.send(0x9)
        await peer.receive()
        await shows(page, 10)  # one of them: connected

        for kind, rest in (
            ("→ in", 5), ("← out", 6), ("text", 6), ("binary", 8), ("continuation", 9),
            ("ping", 9), ("pong", 9), ("close", 10), ("heartbeat", 10), ("control", 8),
            ("connections", 9),
        ):  # fmt: skip
            await press(page, kind)
            await shows(page, rest)
            await press(page, kind)
            await shows(page, 10)

        for kind in ("→ in", "← out", "connections"):
            await press(page, kind)
        await shows(page, 0)
        await expect(page.locator("#blank-words")).to_have_text(
            "No line kept in this page matches."
        )
        await page.get_by_role("button", name="Show all lines").click()
        await shows(page, 10)


async def test_the_kinds_are_one_stop_of_the_tabulator_with_arrows_in_between(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, b"once")
        await shows(page, 3)
        await page.locator("#filter").focus()
        await page.keyboard.press("Tab")
        while await page.evaluate("document.activeElement.closest('#kinds') === null"):
            await page.keyboard.press("Tab")
        await page.keyboard.press("ArrowRight")
        await expect(page.get_by_role("button", name="← out")).to_be_focused()
        await page.keyboard.press("Space")
        await shows(page, 2)
        await page.keyboard.press("End")
        await expect(page.get_by_role("button", name="connections", exact=True)).to_be_focused()
        await page.keyboard.press("Shift+Tab")
        await expect(page.locator("#kinds :focus")).to_have_count(0)


async def test_a_search_by_an_expression_keeps_what_comes_meanwhile_in_order(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, *numbered("before ", range(30)))
        await page.locator("#filter").fill("/[0-9]$/")
        await echo(peer, *numbered("after ", range(30)))
        await page.locator("#filter").fill("/ter [0-9]$/")
        await echo(peer, b"later 7", b"nothing")
        await shows(page, 22)
        found = [line.text for line in await lines(page) if line.way == "in"]
        assert found == [*(f"after {n}" for n in range(10)), "later 7"]


async def test_all_that_was_recorded_of_a_payload_is_searched(page: Page, server: Serving) -> None:
    """A line has room for the first 240 characters of it."""
    async with dial(port_of(server)) as peer:
        await echo(peer, b"x" * 3000 + b" needle", b"other")
        await echo(peer, b"\x00" * 900 + b"\xde\xad", opcode=0x2)
        await shows(page, 7)
        for query, shown in (
            ("NEEDLE", 2), ("/x needle$/", 2), ("de ad", 2), ("/00 de ad$/", 2),
            ("/^text x{3000} n/", 2), ("no such", 0), ("", 7),
        ):  # fmt: skip
            await page.locator("#filter").fill(query)
            await shows(page, shown)


async def test_an_expression_is_taken_as_one_types_it_or_refused_by_name(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, b'{"type": 1}\nEnd', b"other")
        await shows(page, 5)
        problem = page.locator("#filter-problem")
        for query, shown in (
            ('/{"type"/', 2), ("/type/g", 2), ("/TYPE/", 0), ("/TYPE/giy", 2), ("/^End$/", 0),
            ("/^End$/m", 2), ("/1}.End/", 0), ("/1}.End/s", 2), ("/\\u{45}nd/", 2), ("//", 0),
        ):  # fmt: skip
            await page.locator("#filter").fill(query)
            await shows(page, shown)
            await expect(problem).to_be_hidden()
        for query, why in (
            ("/(other/", "/(other/: Unterminated group"),
            ('/{"type"/u', "Lone quantifier brackets"),
            ("/other/x", "“x” is no flag"),
            ("/ws/Echo", "leave out its first slash"),
        ):
            await page.locator("#filter").fill("other")
            await shows(page, 2)
            await page.locator("#filter").fill(query)
            await expect(problem).to_contain_text(why)
            await shows(page, 2)
