"""The engine without a socket: what comes of bytes that are fed to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from tests.wire.told import Told
from webapp.wire.echoes import same
from webapp.wire.extensions import PerMessageDeflate
from webapp.wire.outbox import Outbox
from webapp.wire.reading import Reader
from webapp.wire.records import Answer, Remark, Traffic
from webapp.wire.transport import Mount
from webapp.wire.turns import Turns
from webapp.wire.violations import ProtocolError

__all__ = ["Engine", "Sink"]


class Sink:
    """Stands where a mount does, and keeps what is written."""

    reading = True
    writable = True

    def __init__(self) -> None:
        self.written = b""

    def send(self, frame: bytes) -> None:
        self.write([frame])

    def write(self, frames: list[bytes]) -> int:
        data = b"".join(frames)
        self.written += data
        return len(data)

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True


@dataclass
class Engine:
    """An echo, with all that it tells; it stops at the first failure, and answers no control."""

    limit: int = 1 << 20
    kept: int = 50
    deflate: PerMessageDeflate | None = None
    answer: Answer = same
    sink: Sink = field(default_factory=Sink)
    traffic: Traffic = field(default_factory=Traffic)
    records: Told = field(default_factory=Told)
    controls: list[tuple[str, bytes]] = field(default_factory=list)
    failures: list[ProtocolError] = field(default_factory=list)

    def __post_init__(self) -> None:
        mount = cast("Mount", self.sink)
        deflater = None if self.deflate is None else self.deflate.deflater()
        self.outbox = Outbox("t-1", self.kept, self.traffic, mount, self.records, deflater)
        self.reader = Reader(
            outbox=self.outbox,
            traffic=self.traffic,
            max_message_size=self.limit,
            deflate=self.deflate,
            answer=self.answer,
            listener=self,
        )
        self.turns = Turns(
            mount=mount,
            reader=self.reader,
            outbox=self.outbox,
            traffic=self.traffic,
            listener=self,
        )

    def close_received(self, code: int, reason: str) -> None:
        self.controls.append((f"close {code}", reason.encode()))

    def ping_received(self, payload: bytes, now: int) -> None:
        self.controls.append(("ping", payload))

    def pong_received(self, payload: bytes) -> Remark | None:
        self.controls.append(("pong", payload))
        return None

    def failed(self, error: Exception) -> None:
        assert isinstance(error, ProtocolError), error
        self.failures.append(error)
        self.turns.stop()
        self.outbox.flush()
