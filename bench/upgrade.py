"""Connections of the load generator: a plain socket, after the opening handshake."""

from __future__ import annotations

import os
import socket
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha1

__all__ = ["PATIENCE", "EchoError", "Handshake", "upgraded"]

PATIENCE = 10.0  # seconds without anything, after which a server has failed

# RFC 6455 §1.3
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_LONGEST_HEAD = 8192


class EchoError(Exception):
    """A server sent something else than it was to send."""


@dataclass(frozen=True, slots=True)
class Handshake:
    """A request to upgrade, and what has to be in the answer."""

    request: bytes
    accept: bytes

    @classmethod
    def of(cls, port: int, *headers: str) -> Handshake:
        """Build one with a key of its own, and with these lines of header in addition."""
        key = b64encode(os.urandom(16))
        lines = (
            "GET /ws HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {key.decode()}",
            *headers,
        )
        request = "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n"
        return cls(request, b64encode(sha1(key + _GUID, usedforsecurity=False).digest()))

    def check(self, head: bytes) -> None:
        """Raise EchoError unless this is the head of the right answer, and nothing else.

        A server has nothing to say on a WebSocket until it is spoken to.
        """
        right = head.startswith(b"HTTP/1.1 101 ") and self.accept in head
        if not right or not head.endswith(b"\r\n\r\n"):
            raise EchoError(f"no WebSocket: {head[:200]!r}")


def upgraded(port: int, *headers: str, source: str = "127.0.0.1") -> tuple[socket.socket, str]:
    """Connect from this address and shake hands; return the socket and the head of the answer.

    The socket blocks, for at most `PATIENCE`. Raises EchoError for anything but an upgrade.
    """
    handshake = Handshake.of(port, *headers)
    sock = socket.socket()
    try:
        sock.settimeout(PATIENCE)
        # Else a port is chosen without knowing to where: ten thousand of one address run out.
        sock.setsockopt(socket.IPPROTO_IP, _BIND_ADDRESS_NO_PORT, 1)
        sock.bind((source, 0))
        sock.connect(("127.0.0.1", port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.sendall(handshake.request)
        head = b""
        while b"\r\n\r\n" not in head:
            data = sock.recv(_LONGEST_HEAD)
            if not data:
                raise EchoError(f"no WebSocket, but an end after {head[:200]!r}")
            head += data
        handshake.check(head)
    except OSError as error:
        sock.close()
        raise EchoError(f"no WebSocket: {error}") from error
    except EchoError:
        sock.close()
        raise
    return sock, head.decode("latin-1")


# Linux's <linux/in.h>; Python has a name for it since 3.12 only.
_BIND_ADDRESS_NO_PORT = 24
