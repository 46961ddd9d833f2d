"""A client of the load generator, and the server's end of its connection in the test's hands."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from bench.clients import Client

__all__ = ["pair", "received"]


@contextmanager
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A socket for a client, which does not block, and the server's end of it."""
    own, server = socket.socketpair()
    with own, server:
        own.setblocking(False)
        server.settimeout(10)
        yield own, server


def received(client: Client, server: socket.socket, *pieces: bytes) -> bool:
    """Whether the batch is complete with the last of these pieces, and not before."""
    for piece in pieces[:-1]:
        server.sendall(piece)
        assert not client.receive()
    server.sendall(pieces[-1])
    return client.receive()
