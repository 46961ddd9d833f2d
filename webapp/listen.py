"""The listening sockets, made before the server is: a port that cannot be had is a sentence."""

import errno
import ipaddress
import os
import socket
from collections.abc import Sequence
from contextlib import ExitStack, suppress

__all__ = ["ListenError", "authority", "explain", "open_sockets"]

BACKLOG = 4096

# The free port that one address got may be taken on the other: then again, but not for ever.
_TRIES = 20

_NO_SUCH_ADDRESS = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}


class ListenError(Exception):
    """The server cannot listen where it was told to; the text says why, and what to do."""


def open_sockets(host: str, port: int) -> list[socket.socket]:
    """Return listening sockets, all on one port; port 0 takes one that is free on every address.

    `localhost`, in any case, is 127.0.0.1 and ::1, whatever the resolver says, or as many of these
    as there are. Raises ListenError.
    """
    addresses = _resolve(host)
    for tries_left in reversed(range(_TRIES)):
        try:
            return _listen_all(addresses, port)
        except OSError as error:
            if port or error.errno != errno.EADDRINUSE or not tries_left:
                raise ListenError(explain(error, host, port)) from None
    raise AssertionError("unreachable: the last try returns or raises")


def authority(host: str, sockets: Sequence[socket.socket]) -> str:
    """Return the `host:port` by which a browser on this machine reaches the sockets."""
    port = sockets[0].getsockname()[1]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return f"{host}:{port}"
    if address.is_unspecified:
        host = "::1" if address.version == 6 else "127.0.0.1"
    return f"[{host}]:{port}" if address.version == 6 else f"{host}:{port}"


def explain(error: OSError, host: str, port: int) -> str:
    """Return why one cannot listen there, and what to do about it, in a sentence."""
    match error.errno:
        case errno.EADDRINUSE:
            return (
                f"port {port} of {host} is taken: end the program that listens there, or choose "
                "another port with --port (--port 0 takes a free one)"
            )
        case errno.EACCES | errno.EPERM:
            return f"port {port} is not allowed to this user: choose one from 1024 with --port"
        case errno.EADDRNOTAVAIL | errno.EAFNOSUPPORT:
            return f"this machine has no address {host}: check server.host (--host)"
        case _:
            return f"cannot listen on port {port} of {host}: {error.strerror or error}"


def _resolve(host: str) -> list[tuple[socket.AddressFamily, str]]:
    if host.lower() == "localhost":
        return [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
    with suppress(ValueError):
        # IPv4 written as IPv6 (RFC 4291 §2.5.5.2): a socket of IPv6 alone cannot have it.
        if mapped := ipaddress.IPv6Address(host).ipv4_mapped:
            return [(socket.AF_INET, str(mapped))]
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise ListenError(
            f"there is no host {host} to listen on: check server.host (--host); "
            "localhost is this machine alone, 0.0.0.0 every interface"
        ) from None
    return list(dict.fromkeys((family, str(address[0])) for family, _, _, _, address in found))


def _listen_all(
    addresses: Sequence[tuple[socket.AddressFamily, str]], port: int
) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    missing = None
    with ExitStack() as on_failure:
        for family, address in addresses:
            try:
                sock = _listen(family, address, port)
            except OSError as error:
                if error.errno not in _NO_SUCH_ADDRESS:
                    raise
                missing = error
            else:
                on_failure.callback(sock.close)
                sockets.append(sock)
                port = sock.getsockname()[1]
        if missing and not sockets:
            raise missing
        on_failure.pop_all()
    return sockets


def _listen(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            # "::" is every interface, IPv4 too; any other address is itself alone.
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, address != "::")
        sock.bind((address, port))
        # Two sockets may be bound to one port under SO_REUSEADDR; only this call tells them apart.
        sock.listen(BACKLOG)
        sock.setblocking(False)
    except OSError:
        sock.close()
        raise
    return sock
