"""Connections that come and go: connect, upgrade, the closing handshake, the end of the stream."""

from __future__ import annotations

import itertools
import select
import socket
import time
from dataclasses import dataclass

from bench.frames import CLOSE, frame, masked_frame
from bench.upgrade import PATIENCE, EchoError, Handshake

__all__ = ["Visits", "visit"]

_KEYS = 64

_NORMAL = (1000).to_bytes(2)  # RFC 6455 §7.4.1
_GOODBYE = masked_frame(CLOSE, _NORMAL)
_ANSWER = frame(CLOSE, _NORMAL)


@dataclass(frozen=True, slots=True)
class Visits:
    """So many connections, each of them upgraded and closed as it should be, and their seconds."""

    count: int
    seconds: float


@dataclass(slots=True)
class _Visit:
    socket: socket.socket
    handshake: Handshake
    came: bytes = b""
    upgraded: bool = False

    def go_on(self) -> bool:
        """Take what has come and answer it; return whether this is the end."""
        data = self.socket.recv(4096)
        self.came += data
        if not self.upgraded:
            if not data:
                raise EchoError(f"no WebSocket, but an end after {self.came[:200]!r}")
            if b"\r\n\r\n" in self.came:
                self.handshake.check(self.came)
                self.upgraded, self.came = True, b""
                self.socket.send(_GOODBYE)
            return False
        if data:
            return False
        # The server closes first (§7.1.1), and has answered with the code that it got (§5.5.1).
        if self.came != _ANSWER:
            raise EchoError(f"a close was answered with {self.came!r} instead of {_ANSWER!r}")
        return True


def visit(port: int, at_once: int = 32, *, seconds: float = 0.0, count: int = 0) -> Visits:
    """Visit the server at this port of 127.0.0.1 for so many seconds, or else so often.

    `at_once` connections are there at a time. Raises EchoError for what is not as it should be.
    """
    handshakes = itertools.cycle([Handshake.of(port) for _ in range(_KEYS)])
    crowd: dict[int, _Visit] = {}
    done = 0
    begin = time.perf_counter()
    with select.epoll() as epoll:
        try:
            while True:
                now = time.perf_counter()
                more = done + len(crowd) < count if count else now < begin + seconds
                while more and len(crowd) < at_once:
                    arrival = _arrive(port, next(handshakes))
                    crowd[arrival.socket.fileno()] = arrival
                    epoll.register(arrival.socket, select.EPOLLIN)
                    more = not count or done + len(crowd) < count
                if not crowd:
                    return Visits(done, now - begin)
                ready = epoll.poll(PATIENCE)
                if not ready:
                    raise EchoError(f"nothing came for {PATIENCE:g} s")
                for descriptor, _ in ready:
                    if crowd[descriptor].go_on():
                        crowd.pop(descriptor).socket.close()
                        done += 1
        except OSError as error:
            raise EchoError(f"a connection failed: {error}") from error
        finally:
            for left in crowd.values():
                left.socket.close()


def _arrive(port: int, handshake: Handshake) -> _Visit:
    sock = socket.socket()  # it blocks: on this machine, a connection is there at once
    try:
        sock.connect(("127.0.0.1", port))
        sock.send(handshake.request)
    except OSError:
        sock.close()
        raise
    return _Visit(sock, handshake)
