"""A load generator: batches of messages over many connections, sent again once they are back."""

from __future__ import annotations

import gc
import itertools
import select
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from bench.clients import Batches, Client, PlainClient
from bench.deflated import OFFER, Agreement, DeflateClient, compressed
from bench.documents import documents
from bench.frames import TEXT, frame, masked_frame
from bench.upgrade import PATIENCE, EchoError, upgraded

__all__ = ["Generator", "Load", "Result", "loading"]

_LARGE = 1 << 16  # bytes of a batch
_DOCUMENTS = 32  # for each connection, so that what is known of one helps with the next
_KINDS = 16  # of connections that have the same
_PER_ADDRESS = 2_000  # connections: an address has some 28,000 ports to connect from


@dataclass(frozen=True, slots=True)
class Load:
    """Texts of ``size`` bytes, ``in_flight`` at a time on each of so many connections.

    Each connection has a few batches that it sends in turn. With ``unique`` every message differs
    from all others, at the price of building them while the clock runs. With ``deflate`` they are
    compressed JSON, one in flight.
    """

    connections: int
    in_flight: int
    size: int
    unique: bool = False
    deflate: bool = False

    def __post_init__(self) -> None:
        """Raise ValueError for what is not made."""
        if self.deflate and (self.in_flight > 1 or self.unique):
            raise ValueError("compressed messages are a few, and go one by one")


@dataclass(frozen=True, slots=True)
class Result:
    """Echoes, all of them right and in order, and the seconds that they and each batch took.

    ``received`` are the bytes of the frames that came.
    """

    echoes: int
    seconds: float
    times: Sequence[float]
    received: int


class Generator:
    """Clients that are connected, and the loop that drives them.

    ``agreement`` says what was negotiated, "" where nothing was to be.
    """

    def __init__(self, clients: Sequence[Client], in_flight: int, agreement: str) -> None:
        self.agreement = agreement
        self.clients = clients
        self._in_flight = in_flight

    def run(self, *, seconds: float = 0.0, batches: int = 0, patience: float = PATIENCE) -> Result:
        """Send for so many seconds, or else so many batches on each connection.

        Returns once everything is back. Raises EchoError for whatever is not as it should be, and
        when nothing at all has come for ``patience`` seconds.
        """
        for client in self.clients:
            client.times.clear()
            client.received = 0
        # Nothing here makes cycles, and looking for them would look like a slow server.
        gc.collect()
        gc.disable()
        # Not `selectors`: this has to be faster than what it measures.
        with select.epoll() as epoll:
            try:
                taken = self._drive(epoll, seconds, batches, patience)
            except ConnectionError as error:
                raise EchoError(f"the server dropped a connection: {error}") from error
            finally:
                gc.enable()
        for client in self.clients:
            _expect_silence(client)
        times = [time for client in self.clients for time in client.times]
        received = sum(client.received for client in self.clients)
        return Result(len(times) * self._in_flight, taken, times, received)

    def _drive(self, epoll: select.epoll, seconds: float, batches: int, patience: float) -> float:
        by_descriptor = {client.socket.fileno(): client for client in self.clients}
        for descriptor in by_descriptor:
            epoll.register(descriptor, select.EPOLLIN)
        waiting = len(by_descriptor)
        begin = time.perf_counter()
        end = begin + seconds
        for descriptor, client in by_descriptor.items():
            if not client.send():
                epoll.modify(descriptor, select.EPOLLIN | select.EPOLLOUT)
        while waiting:
            ready = epoll.poll(patience)
            if not ready:
                raise EchoError(f"nothing came for {patience:g} s: {self._missing()}")
            over = not batches and time.perf_counter() >= end
            for descriptor, events in ready:
                client = by_descriptor[descriptor]
                if events & select.EPOLLOUT and client.flush():
                    epoll.modify(descriptor, select.EPOLLIN)
                if events != select.EPOLLOUT and client.receive():
                    if over or len(client.times) == batches:
                        waiting -= 1
                    elif not client.send():
                        epoll.modify(descriptor, select.EPOLLIN | select.EPOLLOUT)
        return time.perf_counter() - begin

    def _missing(self) -> str:
        return next(text for client in self.clients if (text := client.missing()))


@contextmanager
def loading(port: int, load: Load) -> Iterator[Generator]:
    """Connect to the server at this port of 127.0.0.1 for as long as the context lasts.

    Raises EchoError, and NotNegotiatedError where the server does not agree to compress.
    """
    with ExitStack() as stack:
        clients: list[Client] = []
        agreement = ""
        for number in range(load.connections):
            source = f"127.0.0.{1 + number // _PER_ADDRESS}"
            sock, head = upgraded(port, *[OFFER] * load.deflate, source=source)
            stack.callback(sock.close)
            sock.setblocking(False)
            if load.deflate:
                agreed = Agreement.of(head)
                agreement = str(agreed)
                texts = documents(number % _KINDS, _DOCUMENTS, load.size)
                clients.append(DeflateClient(sock, compressed(texts, agreed), agreed))
            else:
                clients.append(PlainClient(sock, *_batches(number, load)))
        yield Generator(clients, load.in_flight, agreement)


def _batches(number: int, load: Load) -> tuple[Batches, int]:
    """Return what one connection sends and expects, and the size of what it expects."""

    def batch(index: int) -> tuple[bytes, bytes]:
        first = index * load.in_flight
        payloads = [
            f"{number}:{first + place}:".encode().ljust(load.size, b".")[: load.size]
            for place in range(load.in_flight)
        ]
        return (
            b"".join(masked_frame(TEXT, payload) for payload in payloads),
            b"".join(frame(TEXT, payload) for payload in payloads),
        )

    one = batch(0)
    size = len(one[1])
    if load.unique:
        return map(batch, itertools.count()), size
    few = 2 if size > _LARGE else 4
    return itertools.cycle([batch(index) for index in range(few)]), size


def _expect_silence(client: Client) -> None:
    """Raise EchoError where more has come than was asked for, or the end."""
    try:
        data = client.socket.recv(40)
    except BlockingIOError:
        return
    raise EchoError(f"more than the echoes came: {data!r}" if data else "the connection ended")
