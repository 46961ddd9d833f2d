"""Clients that send at a steady pace: ``python -m bench.paced PORT PER_SECOND SECONDS``."""

from __future__ import annotations

import select
import sys
import time

from bench.load import Load, loading

__all__ = ["LOAD", "paced"]

LOAD = Load(connections=50, in_flight=5, size=64, unique=True)


def paced(port: int, per_second: int, seconds: float) -> tuple[int, float]:
    """Send so many texts a second over fifty connections, five at a time; return how many came
    back, all of them right, and the longest that one batch took, in seconds.

    Raises EchoError for a wrong echo.
    """
    with loading(port, LOAD) as generator, select.epoll() as epoll:
        clients = {client.socket.fileno(): client for client in generator.clients}
        for descriptor in clients:
            epoll.register(descriptor, select.EPOLLIN)
        idle = list(clients.values())
        pause = LOAD.in_flight / per_second
        begin = due = time.perf_counter()
        while (now := time.perf_counter()) < begin + seconds or len(idle) < len(clients):
            while due <= now < begin + seconds and idle:
                idle.pop(0).send()
                due += pause
            for descriptor, _ in epoll.poll(max(0.0, min(due - now, 0.01))):
                client = clients[descriptor]
                if client.receive():
                    idle.append(client)
        times = [each for client in clients.values() for each in client.times]
    return len(times) * LOAD.in_flight, max(times)


if __name__ == "__main__":
    print(*paced(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
