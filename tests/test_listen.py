"""Listening sockets: all on one port, or a sentence."""

import contextlib
import errno
import os
import re
import socket
from collections.abc import Iterator

import pytest

from webapp.listen import ListenError, authority, explain, open_sockets


@contextlib.contextmanager
def opened(host: str, port: int) -> Iterator[list[socket.socket]]:
    sockets = open_sockets(host, port)
    try:
        yield sockets
    finally:
        for sock in sockets:
            sock.close()


@pytest.mark.parametrize("host", ["localhost", "LocalHost"])
def test_localhost_is_ipv4_and_ipv6_on_one_port(host: str) -> None:
    with opened(host, 0) as sockets:
        (four, port), (six, same_port, *_) = (sock.getsockname() for sock in sockets)
    assert (four, six) == ("127.0.0.1", "::1")
    assert port == same_port != 0


def test_a_port_that_one_address_has_not_is_taken_and_nothing_stays_open() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ListenError, match=f"port {port} of localhost is taken"):
            open_sockets("localhost", port)
    with opened("localhost", port):
        pass


def test_a_second_server_cannot_share_a_port() -> None:
    with opened("127.0.0.1", 0) as sockets:
        port = sockets[0].getsockname()[1]
        with pytest.raises(ListenError, match="is taken"):
            open_sockets("127.0.0.1", port)


def test_every_interface_of_ipv6_is_also_that_of_ipv4() -> None:
    with opened("::", 0) as sockets:
        port = sockets[0].getsockname()[1]
        socket.create_connection(("::1", port)).close()
        socket.create_connection(("127.0.0.1", port)).close()


def test_an_ipv4_address_that_is_written_as_ipv6_is_the_same_one() -> None:
    with opened("::ffff:127.0.0.1", 0) as sockets:
        ((address, port),) = (sock.getsockname() for sock in sockets)
        socket.create_connection(("127.0.0.1", port)).close()
    assert address == "127.0.0.1"


@pytest.mark.parametrize("host", ["nowhere.invalid", "a" * 64, "..", "1.2.3.4.5"])
def test_an_unknown_host_is_a_sentence(host: str) -> None:
    with pytest.raises(ListenError, match=r"^there is no host .* check server\.host"):
        open_sockets(host, 0)


def test_an_address_of_another_machine_is_a_sentence() -> None:
    with pytest.raises(ListenError, match=r"^this machine has no address 192\.0\.2\.1"):
        open_sockets("192.0.2.1", 0)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EADDRINUSE, "port 80 of localhost is taken: .* --port"),
        (errno.EACCES, "port 80 is not allowed to this user: choose one from 1024 with --port"),
        (errno.EADDRNOTAVAIL, "this machine has no address localhost: check server.host"),
        (errno.EMFILE, "cannot listen on port 80 of localhost: Too many open files"),
    ],
)
def test_what_the_system_refuses_is_explained_with_what_to_do(number: int, words: str) -> None:
    assert re.match(words, explain(OSError(number, os.strerror(number)), "localhost", 80))


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "[::1]"),
        ("0.0.0.0", "127.0.0.1"),
        ("::", "[::1]"),
    ],
)
def test_the_address_is_one_that_a_browser_can_open(host: str, shown: str) -> None:
    with opened(host, 0) as sockets:
        assert authority(host, sockets) == f"{shown}:{sockets[0].getsockname()[1]}"
