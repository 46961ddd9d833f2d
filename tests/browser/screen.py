"""What stands on the page, and the clients that put it there."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from playwright.async_api import Locator, Page, expect

from tests.command import Serving
from tests.peer import Peer

__all__ = [
    "ROWS",
    "Line",
    "Open",
    "close",
    "echo",
    "feed_state",
    "fits",
    "lines",
    "numbered",
    "port_of",
    "row",
    "shows",
    "texts",
]

Open: TypeAlias = Callable[..., Awaitable[Page]]

ROWS = "#canvas .line"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the stream; ``what`` is its opcode, or its kind, or what kind of gap it is."""

    number: int
    connection: str
    way: str
    what: str
    text: str


async def lines(page: Page) -> list[Line]:
    """Return the lines that are drawn: those in view and a few beyond."""
    found: list[dict[str, Any]] = await page.locator(ROWS).evaluate_all(
        """rows => rows.map(row => ({
            number: Number(row.getAttribute("aria-rowindex")),
            connection: row.querySelector(".id").textContent,
            way: row.dataset.direction ?? "",
            what: row.dataset.gap ?? row.querySelector(".opcode").textContent,
            text: row.querySelector(".preview").textContent,
        }))"""
    )
    return sorted((Line(**line) for line in found), key=lambda line: line.number)


async def texts(page: Page, way: str) -> list[str]:
    """Return what the drawn text frames of one direction say, in order."""
    return [each.text for each in await lines(page) if (each.way, each.what) == (way, "text")]


def feed_state(page: Page) -> Locator:
    return page.locator("#feed-state")


async def fits(page: Page, selector: str) -> None:
    """Check that nothing of an element can be scrolled to sideways."""
    wide, room = await page.locator(selector).first.evaluate(
        "element => [element.scrollWidth, element.clientWidth]"
    )
    assert wide <= room, f"{selector} is {wide} px wide where {room} px are seen"


def port_of(server: Serving) -> int:
    return int(server.page.rstrip("/").rpartition(":")[2])


def row(number: int) -> str:
    """Select a drawn line by its number; the first one is number 2, below the head."""
    return f"{ROWS}[aria-rowindex='{number}']"


async def echo(peer: Peer, *messages: bytes, opcode: int = 0x1) -> None:
    """Send messages and get every one of them back."""
    for message in messages:
        peer.send(opcode, message)
    for message in messages:
        assert await peer.receive() == (0x80 | opcode, message)


async def close(peer: Peer, code: int = 1000, reason: bytes = b"") -> None:
    """End a connection by the closing handshake."""
    peer.send(0x8, code.to_bytes(2) + reason)
    head, _ = await peer.receive()
    assert head == 0x88
    await peer.rest()


async def shows(page: Page, rows: int) -> None:
    await expect(page.locator(ROWS)).to_have_count(rows)


def numbered(prefix: str, numbers: Sequence[int]) -> list[bytes]:
    return [f"{prefix}{number}".encode() for number in numbers]
