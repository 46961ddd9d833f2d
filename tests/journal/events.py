"""Journals, and events to put into them that are told from each other by their times."""

from tests.wire.frames import client_frame
from webapp.journal.events import Exchange, Noted, Opened
from webapp.journal.memory import Journal, Page
from webapp.wire.records import Echoes, Record, Remark

__all__ = ["ALL", "HEARTBEAT", "beat", "echoes", "journal", "noted", "numbers", "opened", "record"]

ALL = 1_000_000
HEARTBEAT: Remark = (None, None, None, 0, True)


def journal(events: int = ALL, size: int = 1 << 40, connections: int = 10) -> Journal:
    return Journal(max_events=events, max_bytes=size, max_connections=connections)


def record(
    number: int, size: int = 0, connection: str = "c-1", remark: Remark | None = None
) -> Record:
    """A frame."""
    return (connection, number, "in", 0x82, b"mask", 7, size, bytes(size), remark)


def echoes(number: int, *sizes: int, connection: str = "c-1") -> Echoes:
    """Messages that came back as they were, all in one turn."""
    messages = [client_frame(0x82, bytes(size)) for size in sizes]
    return connection, number, b"".join(messages), len(messages)


def beat(number: int, connection: str = "c-1", size: int = 1) -> Record:
    """A ping that this server sent because nothing had come for a while."""
    return (connection, number, "out", 0x89, None, 7, size, bytes(size), HEARTBEAT)


def noted(number: int, connection: str = "c-1") -> Noted:
    return Noted(number, connection, "")


def opened(*headers: tuple[str, str], connection: str = "c-1") -> Opened:
    request = Exchange.of("GET /ws HTTP/1.1", headers)
    response = Exchange.of("HTTP/1.1 101 Switching Protocols", ())
    return Opened(1, connection, "127.0.0.1:5", request, response, None, ())


def numbers(page: Page) -> list[int]:
    return [event.time for _, event in page.events]
