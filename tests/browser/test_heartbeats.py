"""Heartbeats on the page: quiet, told from other pings, and not in the way of what is read."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import pytest
from playwright.async_api import Page, expect

from tests.browser.screen import ROWS, echo, lines, port_of, shows
from tests.command import Serving
from tests.peer import Peer, dial

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

HEARTBEATS = f"{ROWS}[data-heartbeat]"


# A server that is soon uneasy about silent clients.
uneasy = pytest.mark.parametrize(
    "server", [{"ECHOSCOPE_WEBSOCKET__HEARTBEAT": "1s"}], indirect=True
)


@asynccontextmanager
async def answering(peer: Peer) -> AsyncIterator[None]:
    """Answer every ping with its pong."""

    async def answer() -> None:
        with suppress(asyncio.IncompleteReadError):
            while True:
                head, payload = await peer.receive()
                assert head == 0x89
                peer.send(0xA, payload)

    task = asyncio.create_task(answer())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@uneasy
async def test_a_heartbeat_and_its_answer_are_told_from_other_pings(
    page: Page, server: Serving
) -> None:
    async with dial(port_of(server)) as peer:
        peer.send(0x9, b"alive?")
        await peer.receive()
        async with answering(peer):
            await expect(page.locator(HEARTBEATS).nth(1)).to_be_visible()
            told = [(line.way, line.what, line.text) for line in await lines(page)]
            assert told[1:5] == [
                ("in", "ping", "alive?"), ("out", "pong", "alive?"), ("out", "ping", "1"),
                ("in", "pong", "1"),
            ]  # fmt: skip
            marks = await page.locator(f"{ROWS} .mark").all_text_contents()
            assert marks[:5] == ["", "", "", "heartbeat", "heartbeat"]

            await page.locator(HEARTBEATS).nth(1).click()
            title = page.locator("#inspector-title")
            await expect(title).to_have_text("→ in pong frame, heartbeat")
            opcode = page.locator("#inspected .explained[data-field=opcode]")
            await expect(opcode).to_contain_text("Answers this server's heartbeat.")
            await page.locator(f"{ROWS}[data-opcode=pong][data-direction=out]").click()
            await expect(opcode).to_contain_text("Answers a ping")
            await expect(opcode).not_to_contain_text("heartbeat")


@uneasy
async def test_heartbeats_are_counted_and_can_be_hidden(page: Page, server: Serving) -> None:
    async with dial(port_of(server)) as peer:
        await echo(peer, b"one")
        async with answering(peer):
            await page.locator("#open-connections a").click()
            counted = page.locator("#inspected .facts div", has_text="Heartbeats").locator("dd")
            await expect(counted).to_have_text(re.compile(r"^[2-9]$"))
            control = page.get_by_role("button", name="control", exact=True)
            await control.click()
            await shows(page, 3)
            await control.click()
            await expect(page.locator(HEARTBEATS).nth(3)).to_be_visible()


async def kept(page: Page, heartbeats: Sequence[bool]) -> tuple[list[int], list[int]]:
    """Let a page keep lines that are heartbeats or not; return the numbers of those it still has,
    and of those among them that are let through, which odd heartbeats are not.
    """
    everything, shown = await page.evaluate(
        """async heartbeats => {
            const { Lines } = await import("/static/js/stream/lines.js");
            const lines = new Lines();
            for (const [number, heartbeat] of heartbeats.entries()) {
                const line = lines.make({ kind: "frame", number, heartbeat, payload: "" });
                line.lets = !heartbeat || number % 2 === 0;
                lines.take([line]);
                if (number % 50 === 49) lines.settle();
            }
            return [lines.all, lines.shown].map(some =>
                some.filter(({ event }) => event).map(({ event }) => event.number));
        }""",
        heartbeats,
    )
    return everything, shown


async def test_the_page_keeps_of_many_heartbeats_only_the_recent_ones(page: Page) -> None:
    """Else two thousand of them, which a thousand idle clients make within seconds, were all."""
    everything, shown = await kept(page, [number % 10 != 0 for number in range(5000)])
    heartbeats = [number for number in everything if number % 10]
    assert [number for number in everything if not number % 10] == [*range(0, 5000, 10)]
    assert 200 <= len(heartbeats) <= 400
    assert heartbeats == [number for number in range(heartbeats[0], 5000) if number % 10]
    assert shown == [number for number in everything if not number % 10 or not number % 2]


async def test_heartbeats_that_have_gone_with_what_was_about_them_count_no_more(
    page: Page,
) -> None:
    everything, _ = await kept(page, [True] * 300 + [False] * 3000 + [True] * 350)
    assert everything == [*range(3650 - 2000, 3650)]
