"""Messages, pings and closes on demand: to one connection, or messages to all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from typing import NamedTuple

from webapp.hub import Hub
from webapp.wire.frames import Opcode
from webapp.wire.records import State
from webapp.wire.stream import NotOpenError, NotReadingError, WebSocketStream
from webapp.wire.violations import CloseCode

__all__ = ["Message", "PushError", "Reached", "Why", "broadcast", "close", "find", "ping", "push"]

_log = logging.getLogger(__name__)

# A message for all goes out in slices, between which others have their turn. A slice is so many
# seconds, and so many bytes, because some of these are sent only behind it.
_SLICE = 0.001
_SLICE_BYTES = 256 * 1024


class Message(NamedTuple):
    """A message to send."""

    is_text: bool
    payload: bytes

    def __str__(self) -> str:
        return f"a {'text' if self.is_text else 'binary'} message of {len(self.payload)} bytes"

    def send(self, stream: WebSocketStream) -> None:
        stream.push(Opcode.TEXT if self.is_text else Opcode.BINARY, self.payload)


class Reached(NamedTuple):
    """How many connections a message was sent on, and how many peers do not read."""

    sent: int
    not_reading: int


class Why(Enum):
    """Why nothing was sent."""

    UNKNOWN = auto()
    ENDED = auto()
    NOT_READING = auto()


class PushError(Exception):
    """Nothing was sent: ``why``, and in a sentence for people."""

    def __init__(self, why: Why, sentence: str) -> None:
        super().__init__(sentence)
        self.why = why


def find(hub: Hub, name: str) -> WebSocketStream:
    """Return the stream of an open connection, by its id.

    Raises:
        PushError: if it is unknown, or has ended or is about to.
    """
    stream = hub.stream(name)
    if stream is not None:
        if stream.state is not State.OPEN:
            raise PushError(Why.ENDED, "The connection is closing.")
        return stream
    known = hub.find(name)
    if known is None:
        raise PushError(
            Why.UNKNOWN,
            "There is no such connection: it was of an earlier run, or is forgotten.",
        )
    if known.state == "refused":
        raise PushError(Why.ENDED, "There never was a connection: the request was refused.")
    raise PushError(Why.ENDED, "The connection has ended.")


def push(hub: Hub, name: str, message: Message, *, by: str) -> None:
    """Send a message; ``by`` whom is for the log.

    Raises:
        PushError: if nothing was sent.
    """
    stream = find(hub, name)
    with _explained():
        message.send(stream)
    _log.info("%s: %s was pushed by %s", name, message, by)


def ping(hub: Hub, name: str, *, by: str) -> None:
    """Send a ping; otherwise as ``push``."""
    stream = find(hub, name)
    with _explained():
        stream.require_reader()
    stream.ping()
    _log.info("%s: a ping was pushed by %s", name, by)


def close(hub: Hub, name: str, code: int | None, reason: str, *, by: str) -> None:
    """Begin the closing handshake, without a code for None; otherwise as ``push``.

    Raises:
        ValueError: if the code must not be sent (RFC 6455 §7.4).
    """
    stream = find(hub, name)
    with _explained():
        stream.require_reader()
    sent = CloseCode.NO_STATUS_RECEIVED if code is None else code
    stream.close(sent, reason, on_demand=True)
    _log.info("%s: a close with %s was pushed by %s", name, code or "no code", by)


async def broadcast(hub: Hub, message: Message, *, by: str) -> Reached:
    """Send a message to all that are connected now; those that end meanwhile do not count."""
    clock = asyncio.get_running_loop().time
    sent = not_reading = 0
    until, room = clock() + _SLICE, _SLICE_BYTES
    for stream in hub.streams():
        try:
            message.send(stream)
            sent += 1
        except NotReadingError:
            not_reading += 1
        except NotOpenError:
            continue
        room -= len(message.payload)
        if room < 0 or clock() > until:
            await asyncio.sleep(0)
            until, room = clock() + _SLICE, _SLICE_BYTES
    _log.info("%s was pushed to %d by %s; %d do not read", message, sent, by, not_reading)
    return Reached(sent, not_reading)


@contextmanager
def _explained() -> Iterator[None]:
    """Tell for people why nothing is sent."""
    try:
        yield
    except NotOpenError:
        raise PushError(Why.ENDED, "The connection is closing.") from None
    except NotReadingError:
        sentence = "The peer does not read what it is sent, so nothing more was sent to it."
        raise PushError(Why.NOT_READING, sentence) from None
