"""A whole stream on a line that only remembers: what a peer would see, without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypeAlias, cast

from aiohttp.web_protocol import RequestHandler

from tests.wire.told import Told
from webapp.wire.echoes import same
from webapp.wire.extensions import PerMessageDeflate
from webapp.wire.records import Answer
from webapp.wire.settings import StreamSettings
from webapp.wire.stream import WebSocketStream

__all__ = [
    "CLOSE",
    "CONTROL",
    "FIN",
    "RSV1",
    "Conversation",
    "Frame",
    "Line",
    "Pace",
    "converse",
    "heard",
    "unmask",
    "walk",
]

FIN = 0x80
RSV1 = 0x40
CONTROL = 0x08
CLOSE = 0x8


class Frame(NamedTuple):
    """A frame as it stands in a stream of bytes, found by none of the code under test."""

    start: int  # where it begins
    head: int
    key: bytes | None
    bits: int
    size: int
    payload: bytes  # unmasked, as far as it came
    end: int  # where it ends once all of it has come

    @property
    def opcode(self) -> int:
        return self.head & 0xF

    @property
    def whole(self) -> bool:
        return len(self.payload) == self.size

    @property
    def sized(self) -> bool:
        """Whether its length is coded in as few bits as possible, the first of 64 being 0."""
        least = 7 if self.size < 126 else 16 if self.size < 1 << 16 else 64
        return self.bits == least and self.size < 1 << 63


def walk(data: bytes) -> Iterator[Frame]:
    """Find the frames in ``data``, sound or not; of the last at least the header has come."""
    at = 0
    while len(data) - at >= 2:
        head, second = data[at], data[at + 1]
        size = second & 0x7F
        bits = {126: 16, 127: 64}.get(size, 7)
        body = at + 2
        if bits > 7:
            size = int.from_bytes(data[body : body + bits // 8])
            body += bits // 8
        key = None
        if second & 0x80:
            key = data[body : body + 4]
            body += 4
        if body > len(data):
            return
        payload = data[body : body + size]
        if key is not None:
            payload = unmask(payload, key)
        yield Frame(at, head, key, bits, size, payload, body + size)
        at = body + size


def unmask(payload: bytes, key: bytes) -> bytes:
    """Mask or unmask a payload (RFC 6455 §5.3)."""
    size = len(payload)
    mask = int.from_bytes((key * (size // 4 + 1))[:size])
    return (int.from_bytes(payload) ^ mask).to_bytes(size)


# How fast a peer takes what it is sent: at once; with its buffer full between every other chunk; or
# not at all, having ended its half with the last chunk, or being gone with it.
Pace: TypeAlias = Literal["even", "slow", "ended", "gone"]


class Line(asyncio.Transport):
    """Stands where a socket's transport does, and where aiohttp's protocol does."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = bytearray()
        self.reading = True
        self.ended = False  # the server's half
        self.gone = False

    # The transport

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self.protocol = cast("asyncio.Protocol", protocol)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.ended, "nothing may follow the end"
        self.sent += data

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        self.write(b"".join(list_of_data))

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.ended = True

    def is_closing(self) -> bool:
        return self.gone

    def close(self) -> None:
        self.gone = True

    def abort(self) -> None:
        self.gone = True

    def get_write_buffer_size(self) -> int:
        return 0

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    # aiohttp's protocol

    def set_parser(self, parser: object) -> None:
        """Nothing came with the handshake."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody waits for it."""


@dataclass
class Conversation:
    """What was fed to a stream, what it answered, and what it told."""

    stream: WebSocketStream
    line: Line = field(default_factory=Line)
    records: Told = field(default_factory=Told)
    # What was answered as seen from inside, where it is compressed on its way out.
    answered: list[tuple[int, bytes]] | None = None

    def answer(self, opcode: int, payload: bytes) -> tuple[int, bytes]:
        assert self.answered is not None
        self.answered.append((opcode, payload))
        return opcode, payload

    @property
    def messages(self) -> list[tuple[int, bytes]]:
        """The messages that were echoed."""
        if self.answered is not None:
            return self.answered
        frames = walk(bytes(self.line.sent))
        return [(frame.opcode, frame.payload) for frame in frames if not frame.head & CONTROL]

    def lose(self) -> None:
        """Have the peer leave without a word."""
        self.line.protocol.connection_lost(None)

    @property
    def events(self) -> list[tuple[int, bytes]]:
        """Opcode and payload of each sound control frame and of each message, in order."""
        messages = iter(self.messages)
        events = []
        for _, _, way, head, _, _, _, payload, remark in self.records:
            if way == "in" and head & CONTROL and not (remark and remark[0]):
                events.append((head & 0xF, payload))
            elif way == "out" and not head & CONTROL:
                events.append(next(messages))
        return events

    @property
    def code(self) -> int | None:
        """With which code the stream failed the connection; None: it did not."""
        closes = [frame for frame in walk(bytes(self.line.sent)) if frame.opcode == CLOSE]
        if not closes or any(opcode == CLOSE for opcode, _ in self.events):
            return None
        return int.from_bytes(closes[0].payload[:2])


async def converse(
    chunks: Iterable[bytes],
    *,
    settings: StreamSettings,
    deflate: PerMessageDeflate | None = None,
    before: Callable[[WebSocketStream], None] = lambda stream: None,
    after_each: Callable[[Conversation], None] = lambda found: None,
    pace: Pace = "even",
) -> Conversation:
    """Feed chunks to a stream that echoes, and let it answer unless the peer is gone."""
    found = Conversation(WebSocketStream("t-1", settings, deflate))
    line, http = found.line, cast("RequestHandler", found.line)
    answer: Answer = same  # an answer of its own would take no fast lane
    if deflate is not None:
        found.answered, answer = [], found.answer
    found.stream.start(http, line, answer, found.records, lambda ending: None)
    before(found.stream)
    for number, chunk in enumerate(chunks):
        if pace == "slow" and not number % 2:
            line.protocol.pause_writing()  # from here on one more chunk can arrive, and two do
        line.protocol.data_received(chunk)
        if pace in ("ended", "gone"):
            continue
        if pace == "slow":
            if not number % 2:
                continue
            line.protocol.resume_writing()
        await _settled(line)
        after_each(found)
    if pace == "slow":
        line.protocol.resume_writing()
        await _settled(line)
    if pace == "ended" and line.protocol.eof_received():
        while not line.gone:  # noqa: ASYNC110
            await asyncio.sleep(0)
    return found


async def _settled(line: Line) -> None:
    while not line.reading:  # noqa: ASYNC110
        await asyncio.sleep(0)


def heard(*chunks: bytes, limit: int = 0) -> tuple[list[tuple[int, bytes]], int | None]:
    """Return what a stream makes of chunks: its events, and the code with which it failed."""
    settings = StreamSettings(max_message_size=limit, kept_payload=1 << 20)
    found = asyncio.run(converse(chunks, settings=settings))
    return found.events, found.code
