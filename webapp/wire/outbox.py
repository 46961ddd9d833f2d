"""What a connection is about to send and to tell: frames for the peer, records for the observer."""

from __future__ import annotations

import time

from webapp.wire.closing import build_close
from webapp.wire.deflate import Deflater
from webapp.wire.frames import FIN, RSV1, Opcode
from webapp.wire.headers import build_header, length_bits
from webapp.wire.records import Observer, Record, Remark, Traffic, faulty, inflated
from webapp.wire.transport import LARGE, Mount

__all__ = ["Outbox"]

# How many times as much of a turn a message takes that may have to be inflated and deflated.
_DEFLATING = 4


class Outbox:
    """Gathers frames and records until they are flushed: one write and one call for a turn."""

    __slots__ = (
        "_deflater",
        "_observe",
        "_traffic",
        "answering",
        "frames",
        "kept",
        "mount",
        "name",
        "records",
        "tell_echo",
        "tell_echoes",
    )

    def __init__(
        self,
        name: str,
        kept_payload: int,
        traffic: Traffic,
        mount: Mount,
        observer: Observer,
        deflater: Deflater | None = None,
    ) -> None:
        """``name`` stands in all records; ``kept_payload``: bytes of each payload kept in them."""
        self.name = name
        self._deflater = deflater
        self.kept = kept_payload
        self._traffic = traffic
        self.mount = mount
        self._observe = observer.record_frames
        self.tell_echo = observer.record_echo
        self.tell_echoes = observer.record_echoes
        self.answering = True  # else a close frame has gone out, or the connection is given up
        self.frames: list[bytes] = []  # to be sent
        self.records: list[Record] = []  # to be told

    def message(self, opcode: int, payload: bytes, now: int) -> int:
        """Add a message, compressed if that was agreed upon and helps; return what it takes, as the
        size in bytes of a message that would take as long to send as it is.
        """
        self._traffic.went += 1
        if self._deflater is None:
            return self.put(FIN | opcode, payload, now)
        data = self._deflater.deflate(payload)
        if data is None:
            self.put(FIN | opcode, payload, now)
        else:
            remark = inflated(payload[: self.kept], len(payload))
            self.put(FIN | RSV1 | opcode, data, now, remark)
        return len(payload) * _DEFLATING

    def put(self, head: int, payload: bytes, now: int, remark: Remark | None = None) -> int:
        """Add a frame with this first byte, at a time in nanoseconds; return its payload's size."""
        size = len(payload)
        header = build_header(head, size)
        if size < LARGE:
            self.frames.append(header + payload)
        else:
            self.frames += (header, payload)
        bits = 7 if size < 126 else length_bits(size)
        self.records.append(
            (self.name, now, "out", head, None, bits, size, payload[: self.kept], remark)
        )
        return size

    def close(self, code: int, reason: str) -> str:
        """Add a close frame, behind which nothing is answered; return the reason as it fits in.

        Raises:
            ValueError: if the code must not be sent (RFC 6455 §7.4).
        """
        payload = build_close(code, reason)
        self.put(FIN | Opcode.CLOSE, payload, time.time_ns())
        self.answering = False
        return payload[2:].decode()

    def received(
        self,
        head: int,
        key: bytes | None,
        bits: int,
        size: int,
        payload: bytes,
        now: int,
        remark: Remark | None = None,
    ) -> None:
        """Record a frame that came; the arguments before ``now`` are those of ``frames.Piece``."""
        self.records.append(
            (self.name, now, "in", head, key, bits, size, payload[: self.kept], remark)
        )

    def note(self, text: str) -> None:
        """Record something that is no frame."""
        self.records.append((self.name, time.time_ns(), None, 0, None, 0, 0, b"", faulty(text)))

    def rest(self) -> None:
        """Let go of what is not needed before the next message."""
        if self._deflater is not None:
            self._deflater.rest()

    def flush(self) -> None:
        """Send all frames in one write, then hand on all records."""
        if frames := self.frames:
            self.frames = []
            self._traffic.went_bytes += self.mount.write(frames)
        if records := self.records:
            self.records = []
            self._observe(records)
