"""The page's lines are what the journal holds: one for one, in order, and what is in them."""

import asyncio
import json
import random
import urllib.request
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.screen import Open, feed_state, port_of
from tests.command import Serving
from tests.peer import Peer, dial, frame
from webapp.dashboard.formatting import absence, flags, mark, opcode_name, preview, short_id
from webapp.dashboard.quantities import elapsed, size

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

OFFER = ("Sec-WebSocket-Extensions", "permessage-deflate; client_no_context_takeover")
FRAMES = 200
RSV1 = 0x40
DIRECTIONS = {"in": "→ in", "out": "← out"}
KINDS = {"opened": "connected", "closed": "closed"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the stream, cell by cell as it is read."""

    time: str
    connection: str
    way: str
    opcode: str
    size: str
    flags: str
    preview: str
    mark: str
    note: str


def mixed(chance: random.Random) -> Iterator[bytes]:
    """Frames of a client without end: whole and fragmented, compressed and not, pings, pongs."""
    while True:
        kind = chance.choice(["text", "binary", "parts", "deflated", "ping", "pong", "long"])
        data = chance.randbytes(chance.randrange(1, 30))
        text = data.hex(" ").encode() * chance.randrange(1, 4)
        match kind:
            case "text":
                yield frame(0x1, f"{text.decode()} \u202e\x00 ✓".encode())
            case "binary":
                yield frame(0x2, data)
            case "long":
                yield frame(0x1, b"long " * chance.choice([25, 300, 14000]))
            case "parts":
                yield frame(0x2, data, fin=False)
                yield frame(0x9, b"between")
                yield frame(0x0, b"", fin=False)
                yield frame(0x0, data)
            case "deflated":
                compressor = zlib.compressobj(wbits=-15)
                pressed = compressor.compress(text) + compressor.flush(zlib.Z_SYNC_FLUSH)
                middle = len(pressed) // 2
                yield frame(RSV1 | 0x1, pressed[:middle], fin=False)
                yield frame(0x0, pressed[middle:-4])
            case "ping":
                yield frame(0x9, data)
            case "pong":
                yield frame(0xA, data)


async def play(peer: Peer) -> None:
    """Send so many frames, the last one a close, and take whatever comes until the end."""
    frames = mixed(random.Random(6455))
    sent = [next(frames) for _ in range(FRAMES - 1)]
    while not sent[-1][0] & 0x80:  # a message is not left unfinished
        sent.append(next(frames))
    for each in [*sent, frame(0x8, (4321).to_bytes(2) + "Ende gut ✓".encode())]:
        peer.writer.write(each)
    async with asyncio.timeout(10):
        await peer.reader.read()


def journal(server: Serving) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{server.page}api/events?limit=1000", timeout=10) as answer:
        told = json.load(answer)
    assert (told["skipped"], told["forgotten"]) == (0, 0)
    events: list[dict[str, Any]] = told["events"]
    return events


def line_of(event: dict[str, Any], since: int) -> Line:
    """Return what is to be read of an event."""
    frame = event["kind"] == "frame"
    return Line(
        time=elapsed(event["time"], since),
        connection=short_id(event["connection"]),
        way=DIRECTIONS[event["direction"]] if frame else "",
        opcode=opcode_name(event["opcode"]) if frame else KINDS[event["kind"]],
        size=size(event["wire_size"]) if frame else "",
        flags=" ".join(flags(event)),
        preview=preview(event) or absence(event),
        mark=mark(event),
        note=(frame and event["note"]) or "",
    )


async def read_through(page: Page) -> list[Line]:
    """Scroll from the first line to the last, and read each once."""
    found: list[list[Any]] = await page.evaluate(
        """async () => {
            const grid = document.querySelector("#stream-grid");
            const cells = ["time", "id", "direction", "opcode", "size", "flags", "preview", "mark",
                           "note"];
            const rows = new Map();
            const drawn = () => new Promise(done => requestAnimationFrame(() => done()));
            for (let top = 0; ; top += grid.clientHeight / 2) {
                grid.scrollTop = top;
                await drawn();
                await drawn();
                for (const row of grid.querySelectorAll("#canvas .line")) {
                    const texts = cells.map(name => row.querySelector(`.${name}`).textContent);
                    rows.set(Number(row.getAttribute("aria-rowindex")), texts);
                }
                if (grid.scrollTop + grid.clientHeight >= grid.scrollHeight) break;
            }
            return [...rows].sort(([one], [other]) => one - other);
        }"""
    )
    assert [number for number, _ in found] == [*range(2, len(found) + 2)]
    return [Line(*texts) for _, texts in found]


async def test_the_lines_are_the_journal_one_for_one(page: Page, server: Serving) -> None:
    async with dial(port_of(server), "/ws", OFFER) as peer:
        await play(peer)
    events = await asyncio.to_thread(journal, server)
    assert len([each for each in events if each.get("direction") == "in"]) >= FRAMES
    kinds = {each.get("opcode") for each in events}
    assert kinds >= {0x0, 0x1, 0x2, 0x8, 0x9, 0xA}
    assert any(each.get("compressed") for each in events)
    expected = [line_of(each, events[0]["time"]) for each in events]
    await expect(page.locator("#stream-count")).to_have_text(f"{len(events)} lines")
    assert await read_through(page) == expected


async def test_a_page_that_comes_later_and_one_that_was_cut_tell_the_same(
    open_page: Open, server: Serving
) -> None:
    """Narrowed to the connection, also its older frames are there, which no new page is told of."""
    early = await open_page(server.page)
    async with dial(port_of(server), "/ws", OFFER) as peer:
        await play(peer)
    late = await open_page(server.page)
    await expect(feed_state(early)).to_have_attribute("data-state", "live")
    events = await asyncio.to_thread(journal, server)
    expected = [line_of(each, events[0]["time"]) for each in events]
    for page in (early, late):
        await page.locator("#ended-connections .connection").click()
        await expect(page.locator("#stream-count")).to_have_text(f"{len(events)} lines")
        assert await read_through(page) == expected
