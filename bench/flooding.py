"""Clients that send without pause: a process of its own, ``python -m bench.flooding PORT NAME``."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.answers import MOST, Answers, Counted, Repeated
from bench.deflated import OFFER, Agreement, NotNegotiatedError, compressed
from bench.documents import documents
from bench.frames import PING, PONG, TEXT, frame, masked_frame
from bench.upgrade import PATIENCE, EchoError, upgraded

__all__ = ["FLOODS", "Flood", "Flooding", "flooding"]

_CONNECTIONS = 2
_LONGEST = 120  # seconds after which a flood ends by itself, whatever became of who began it
_AT_ONCE = 1 << 18  # bytes to send at once

# What the process says on standard output before it says how many answers a second there were.
_BEGINS = "flooding\n"
_NOT_NEGOTIATED = "not negotiated\n"


@dataclass(frozen=True, slots=True)
class Flood:
    """What is sent again and again: a message or a ping of ``size`` bytes, JSON if compressed."""

    opcode: int
    size: int
    deflate: bool = False

    def begin(self, head: str) -> tuple[bytes, Answers]:
        """Return what to send where this was the head of the answer, and who takes what comes.

        Raises NotNegotiatedError.
        """
        if self.deflate:
            # It refers to nothing before it, and so may follow itself.
            request, _ = next(compressed(documents(0, 1, self.size), Agreement.of(head)))
            return request, Counted()
        payload = b"." * self.size
        answer = frame(PONG if self.opcode == PING else self.opcode, payload)
        return masked_frame(self.opcode, payload), Repeated(answer)


FLOODS: Mapping[str, Flood] = {
    "messages": Flood(TEXT, 1),
    "pings": Flood(PING, 1),
    "deflate": Flood(TEXT, 1 << 16, deflate=True),
}


@dataclass(slots=True)
class Flooding:
    """A flood: its process, and once it is over, how many answers a second it was given."""

    process: subprocess.Popen[str]
    rate: float = 0.0


@contextmanager
def flooding(port: int, name: str) -> Iterator[Flooding]:
    """Have the server at this port of 127.0.0.1 flooded for as long as the context lasts.

    It begins once each of the clients has had an answer. Raises NotNegotiatedError where the server
    does not agree to compress, and EchoError where the flood does not begin, or ends by itself.
    """
    with subprocess.Popen(
        [sys.executable, "-m", "bench.flooding", str(port), name],
        cwd=Path(__file__).parent.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        # An interrupt is for whoever measures; the flood ends with its standard input.
        start_new_session=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        flood = Flooding(process)
        try:
            said = process.stdout.readline()
            if said == _NOT_NEGOTIATED:
                raise NotNegotiatedError
            if said != _BEGINS:
                raise EchoError(f"the flood does not begin: {said.strip() or 'no answers'}")
            yield flood
        finally:
            process.stdin.close()
            with suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE)
            process.kill()
        said = process.stdout.read().strip()
    if process.returncode:
        raise EchoError(f"the flood ended before its time: {said or process.returncode}")
    flood.rate = float(said)


class _Client:
    """One connection, kept full; what comes back is taken at once."""

    def __init__(self, sock: socket.socket, request: bytes, answers: Answers) -> None:
        self._socket = sock
        self._answers = answers
        self._requests = memoryview(request * max(1, _AT_ONCE // len(request)))
        self._place = 0

    @property
    def count(self) -> int:
        return self._answers.count

    def send(self) -> None:
        with suppress(BlockingIOError):
            self._place += self._socket.send(self._requests[self._place :])
        if self._place == len(self._requests):
            self._place = 0

    def receive(self) -> None:
        data = self._socket.recv(MOST)
        if not data:
            raise EchoError("the server ended a connection")
        self._answers.take(data)


def _flood(port: int, flood: Flood) -> float:
    """Flood until standard input ends; return how many answers a second came."""
    with ExitStack() as stack, select.epoll() as epoll:
        clients = {}
        for _ in range(_CONNECTIONS):
            sock, head = upgraded(port, *[OFFER] * flood.deflate)
            stack.callback(sock.close)
            sock.setblocking(False)
            clients[sock.fileno()] = _Client(sock, *flood.begin(head))
            epoll.register(sock, select.EPOLLIN | select.EPOLLOUT)
        epoll.register(sys.stdin, select.EPOLLIN)
        begin = time.perf_counter()
        signal.alarm(round(PATIENCE))
        while _go_on(epoll, clients) and not all(client.count for client in clients.values()):
            pass
        signal.alarm(_LONGEST)
        print(_BEGINS, end="", flush=True)
        while _go_on(epoll, clients):
            pass
        answers = sum(client.count for client in clients.values())
        return answers / (time.perf_counter() - begin)


def _go_on(epoll: select.epoll, clients: Mapping[int, _Client]) -> bool:
    """Send and receive what can be; return whether the flood is to go on."""
    for descriptor, events in epoll.poll():
        client = clients.get(descriptor)
        if client is None:
            return False
        if events & select.EPOLLOUT:
            client.send()
        if events != select.EPOLLOUT:
            client.receive()
    return True


def _main(port: str, name: str) -> int:
    # Where both share a core, the polite client's turn comes first: it is the server's time that
    # is measured. A flood has enough of what is left.
    os.nice(19)
    try:
        print(_flood(int(port), FLOODS[name]))
    except NotNegotiatedError:
        print(_NOT_NEGOTIATED, end="")
        return 1
    except EchoError as error:
        print(error)
        return 1
    except ConnectionError as error:
        print(f"the server dropped a connection: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
