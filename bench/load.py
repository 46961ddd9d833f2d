"""A load generator: plain sockets, frames built once, every echo compared byte for byte."""

from __future__ import annotations

import json
import os
import select
import socket
import threading
import time
from base64 import b64encode
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Self

from websockets.speedups import apply_mask
from websockets.sync.client import connect

__all__ = ["EchoError", "Load", "Result", "Watcher", "run"]


_PATIENCE = 10  # seconds
_MOST = 1 << 18  # bytes to receive at once


class EchoError(Exception):
    """A server sent something else than it was to send."""


@dataclass(frozen=True, slots=True)
class Load:
    """Texts of ``size`` bytes, ``in_flight`` at a time on each of so many connections.

    The load lasts for ``seconds``, or for so many ``batches`` of those in flight. With batches all
    messages differ, so that none can be taken for another.
    """

    connections: int
    in_flight: int
    size: int
    seconds: float = 0.0
    batches: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it: echoes, all of them right and in order, and the seconds they took."""

    echoes: int
    seconds: float


def run(port: int, load: Load) -> Result:
    """Load the server on this port of 127.0.0.1; raises EchoError for a wrong echo."""
    with ExitStack() as stack:
        clients = [_Client(port, number, load) for number in range(load.connections)]
        for client in clients:
            stack.callback(client.socket.close)
        # Not `selectors`: this has to be faster than what it measures.
        epoll = stack.enter_context(select.epoll())
        by_descriptor = {client.socket.fileno(): client for client in clients}
        for descriptor in by_descriptor:
            epoll.register(descriptor, select.EPOLLIN)
        waiting = len(clients)
        begin = time.perf_counter()
        end = begin + load.seconds
        for client in clients:
            client.send()
        while waiting:
            ready = epoll.poll(_PATIENCE)
            if not ready:
                raise EchoError(f"no echo for {_PATIENCE} s")
            over = not load.batches and time.perf_counter() >= end
            for descriptor, _ in ready:
                client = by_descriptor[descriptor]
                if client.receive():
                    if over or client.batches == load.batches:
                        waiting -= 1
                    else:
                        client.send()
        taken = time.perf_counter() - begin
    return Result(sum(client.batches for client in clients) * load.in_flight, taken)


class Watcher:
    """Watches the live feed as the page does, in a thread, and counts what it is told of."""

    def __init__(self, port: int) -> None:
        self.shown = 0
        self.left_out = 0
        self._feed = connect(f"ws://127.0.0.1:{port}/live", max_size=None)
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._feed.close()
        self._thread.join()

    def _watch(self) -> None:
        for text in self._feed:
            told = json.loads(text)
            if told["type"] == "events":
                self.shown += len(told["events"])
                self.left_out += told["skipped"] + told["forgotten"]


class _Client:
    def __init__(self, port: int, number: int, load: Load) -> None:
        self.batches = 0
        self.socket = _connect(port)
        self._receive = self.socket.recv
        self._send = self.socket.send
        self._number = number
        self._load = load
        self._place = 0  # in what is expected
        self._prepare()

    def send(self) -> None:
        sent = self._send(self._request)
        if sent < len(self._request):
            self.socket.sendall(self._request[sent:])

    def receive(self) -> bool:
        """Compare what has come; return whether the batch is complete."""
        expected = self._expected
        data = self._receive(min(len(expected), _MOST))
        if data != expected:
            after = self._place + len(data)
            if not data or data != expected[self._place : after]:
                raise EchoError(f"wrong echo at byte {self._place}: {data[:40]!r}")
            self._place = after % len(expected)
            if self._place:
                return False
        self.batches += 1
        if self._load.batches:
            self._prepare()
        return True

    def _prepare(self) -> None:
        """Make the next batch."""
        request, expected = [], []
        for index in range(self._load.in_flight):
            name = f"{self._number}:{self.batches * self._load.in_flight + index}:".encode()
            payload = name.ljust(self._load.size, b".")[: self._load.size]
            request.append(_frame(payload, masked=True))
            expected.append(_frame(payload, masked=False))
        self._request = b"".join(request)
        self._expected = b"".join(expected)


def _connect(port: int) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", port), timeout=10)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    key = b64encode(os.urandom(16)).decode()
    sock.sendall(
        f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
    )
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += sock.recv(1)
    if b" 101 " not in head[:20]:
        raise EchoError(f"no WebSocket: {head!r}")
    return sock


def _frame(payload: bytes, *, masked: bool) -> bytes:
    size = len(payload)
    mask_bit = 0x80 if masked else 0
    if size < 126:
        header = bytes((0x81, mask_bit | size))
    elif size < 65536:
        header = bytes((0x81, mask_bit | 126)) + size.to_bytes(2)
    else:
        header = bytes((0x81, mask_bit | 127)) + size.to_bytes(8)
    if not masked:
        return header + payload
    key = os.urandom(4)
    return header + key + apply_mask(payload, key)
