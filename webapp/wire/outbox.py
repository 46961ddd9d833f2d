"""What a connection is about to send and to tell: frames for the peer, records for the observer."""

from __future__ import annotations

import time

from webapp.wire.frames import build_header, length_bits
from webapp.wire.records import Fault, Observe, Record, Traffic
from webapp.wire.transport import Mount

__all__ = ["Outbox"]

# A payload from this size on is not joined to its header: that would copy it.
_LARGE = 64 * 1024


class Outbox:
    """Gathers frames and records until they are flushed: one write and one call for a turn."""

    __slots__ = ("_frames", "_kept", "_mount", "_name", "_observe", "_records", "_traffic")

    def __init__(
        self, name: str, kept_payload: int, traffic: Traffic, mount: Mount, observe: Observe
    ) -> None:
        """``name`` stands in all records; ``kept_payload``: bytes of each payload kept in them."""
        self._name = name
        self._kept = kept_payload
        self._traffic = traffic
        self._mount = mount
        self._observe = observe
        self._frames: list[bytes] = []
        self._records: list[Record] = []

    def put(self, head: int, payload: bytes, now: int) -> int:
        """Add a frame with this first byte, at a time in nanoseconds; return its payload's size."""
        size = len(payload)
        header = build_header(head, size)
        if size < _LARGE:
            self._frames.append(header + payload)
        else:
            self._frames += (header, payload)
        bits = 7 if size < 126 else length_bits(size)
        self._records.append(
            (self._name, now, "out", head, None, bits, size, payload[: self._kept], None)
        )
        return size

    def received(
        self,
        head: int,
        key: bytes | None,
        bits: int,
        size: int,
        payload: bytes,
        now: int,
        fault: Fault | None = None,
    ) -> None:
        """Record a frame that came; the arguments before ``now`` are those of ``frames.Piece``."""
        self._records.append(
            (self._name, now, "in", head, key, bits, size, payload[: self._kept], fault)
        )

    def note(self, text: str) -> None:
        """Record something that is no frame."""
        self._records.append((self._name, time.time_ns(), None, 0, None, 0, 0, b"", (text, 0)))

    def flush(self) -> None:
        """Send all frames in one write, then hand on all records."""
        if frames := self._frames:
            self._frames = []
            self._traffic.bytes_out += self._mount.write(frames)
        if records := self._records:
            self._records = []
            self._observe(records)
