"""What a connection may take, how long it is waited for, and how it would compress."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["DeflateSettings", "StreamSettings", "Waits"]

# Seconds between two looks, however short or long the waits are.
_FINEST = 0.005
_COARSEST = 1.0


@dataclass(frozen=True, slots=True)
class Waits:
    """How many seconds to wait for what; 0 waits for ever."""

    heartbeat: float = 20.0
    close: float = 5.0
    slow_peer: float = 10.0
    message: float = 60.0

    @property
    def sweep_interval(self) -> float:
        """How often to look, in seconds.

        A wait begins at one look and ends at another: it takes a fifth longer at the most, unless
        it is one of milliseconds. A silent peer takes three looks: one to see it alive for the last
        time, one to ping it, one to give it up.
        """
        waits = (self.heartbeat / 4, self.close, self.slow_peer, self.message)
        return max(_FINEST, min(_COARSEST, *(wait / 10 for wait in waits if wait)))


@dataclass(frozen=True, slots=True)
class DeflateSettings:
    """How this server would compress; by default a connection needs 45 KiB for it."""

    window_bits: int = 12  # 9 to 15
    memory_level: int = 5  # 1 to 9
    context_takeover: bool = True
    threshold: int = 64  # bytes


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """The bounds of a connection; sizes in bytes."""

    max_message_size: int = 1024 * 1024  # 0: none
    kept_payload: int = 4096  # how much of each payload goes into its record
    waits: Waits = field(default_factory=Waits)
    deflate: DeflateSettings | None = field(default_factory=DeflateSettings)
