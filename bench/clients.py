"""The clients of the load generator: what they send was built before, what comes is compared."""

from __future__ import annotations

import socket
from abc import ABC, abstractmethod
from collections.abc import Iterator
from time import perf_counter
from typing import TypeAlias

from bench.upgrade import EchoError

__all__ = ["Batches", "Client", "PlainClient", "difference"]

# What is sent at once, and what is to come back for it.
Batches: TypeAlias = Iterator[tuple[bytes, bytes]]


class Client(ABC):
    """One connection that has a batch of messages in flight, and then the next one.

    ``times`` are the seconds of each batch, from before it goes out until it is compared;
    ``received`` are the bytes that came.
    """

    def __init__(self, sock: socket.socket, batches: Batches) -> None:
        """Take over a socket that is upgraded and does not block."""
        self.socket = sock
        self.times: list[float] = []
        self.received = 0
        # What is called for every batch is looked up once.
        self._next = batches.__next__
        self._send = sock.send
        self._rest = memoryview(b"")
        self._expected = b""
        self._begin = 0.0

    def send(self) -> bool:
        """Begin the next batch; return whether all of it went out. If not, `flush`."""
        request, self._expected = self._next()
        self._begin = perf_counter()
        try:
            sent = self._send(request)
        except BlockingIOError:
            sent = 0
        if sent == len(request):
            return True
        self._rest = memoryview(request)[sent:]
        return False

    def flush(self) -> bool:
        """Go on with it once the socket takes more; return whether all of it went out."""
        self._rest = self._rest[self._send(self._rest) :]
        return not self._rest

    @abstractmethod
    def receive(self) -> bool:
        """Take what has come; return whether the batch is complete. Raises EchoError."""

    @abstractmethod
    def missing(self) -> str:
        """Say what came instead of the whole of a batch."""


class PlainClient(Client):
    """Expects the very bytes that were built with the request."""

    def __init__(self, sock: socket.socket, batches: Batches, size: int) -> None:
        """Take over a socket; ``size`` is that of every batch that is to come back."""
        super().__init__(sock, batches)
        self._receive_into = sock.recv_into
        self._buffer = bytearray(size)
        self._view = memoryview(self._buffer)
        self._size = size
        self._place = 0

    def receive(self) -> bool:
        place = self._place
        count = self._receive_into(self._view[place:] if place else self._buffer)
        if not count:
            raise EchoError(f"the server ended the connection: {self.missing()}")
        self._place = place = place + count
        if place != self._size:
            return False
        # A bytearray compares like memory; a memoryview, on either side, byte by byte.
        if self._buffer != self._expected:
            raise EchoError(self.missing())
        self._place = 0
        self.received += place
        self.times.append(perf_counter() - self._begin)
        return True

    def missing(self) -> str:
        return difference(bytes(self._buffer[: self._place]), self._expected)


def difference(came: bytes, expected: bytes) -> str:
    """Say where what came begins to differ from what was expected, or how much is missing."""
    for place, (one, other) in enumerate(zip(came, expected, strict=False)):
        if one != other:
            return (
                f"wrong echo at byte {place}: {came[place : place + 40]!r} "
                f"instead of {expected[place : place + 40]!r}"
            )
    return f"{len(came)} bytes came and {len(expected)} were expected"
