"""A load generator: plain sockets, frames built once, every echo compared byte for byte."""

from __future__ import annotations

import os
import select
import socket
import time
from base64 import b64encode
from dataclasses import dataclass

from websockets.utils import apply_mask

__all__ = ["EchoError", "Load", "Result", "run"]


_PATIENCE = 10  # seconds


class EchoError(Exception):
    """A server sent something else than it was to send."""


@dataclass(frozen=True, slots=True)
class Load:
    """What to send: texts of ``size`` bytes, so many in flight on each of so many connections."""

    connections: int
    in_flight: int
    size: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it: echoes, and the seconds they took."""

    echoes: int
    seconds: float


def run(port: int, load: Load) -> Result:
    """Load the server on this port of 127.0.0.1; raises EchoError for a wrong echo."""
    payload = bytes(0x20 + index % 95 for index in range(load.size))
    request = _frame(payload, masked=True) * load.in_flight
    expected = _frame(payload, masked=False) * load.in_flight
    clients = [_Client(_connect(port), request, expected) for _ in range(load.connections)]
    by_descriptor = {client.socket.fileno(): client for client in clients}
    batches = 0
    waiting = len(clients)
    # Not `selectors`: this has to be faster than what it measures.
    with select.epoll() as epoll:
        for descriptor in by_descriptor:
            epoll.register(descriptor, select.EPOLLIN)
        begin = time.perf_counter()
        end = begin + load.seconds
        for client in clients:
            client.send()
        while waiting:
            ready = epoll.poll(_PATIENCE)
            if not ready:
                raise EchoError(f"no echo for {_PATIENCE} s")
            stopping = time.perf_counter() >= end
            for descriptor, _ in ready:
                client = by_descriptor[descriptor]
                if client.receive():
                    batches += 1
                    if stopping:
                        waiting -= 1
                    else:
                        client.send()
        taken = time.perf_counter() - begin
    for client in clients:
        client.socket.close()
    return Result(batches * load.in_flight, taken)


class _Client:
    def __init__(self, sock: socket.socket, request: bytes, expected: bytes) -> None:
        self.socket = sock
        self._receive = sock.recv
        self._send = sock.send
        self._request = request
        self._expected = expected
        self._place = 0  # in what is expected
        self._most = min(len(expected), 1 << 18)

    def send(self) -> None:
        sent = self._send(self._request)
        if sent < len(self._request):
            self.socket.sendall(self._request[sent:])

    def receive(self) -> bool:
        """Compare what has come; return whether the batch is complete."""
        data = self._receive(self._most)
        if data == self._expected:
            return True
        after = self._place + len(data)
        if not data or data != self._expected[self._place : after]:
            raise EchoError(f"wrong echo at byte {self._place}: {data[:40]!r}")
        self._place = after % len(self._expected)
        return not self._place


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
