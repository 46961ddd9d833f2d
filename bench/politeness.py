"""A client that asks for little: a text, its echo, a pause, and so on."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from bench.clients import PlainClient
from bench.frames import TEXT, frame, masked_frame
from bench.upgrade import PATIENCE, EchoError, upgraded

__all__ = ["PAUSE", "Conversation", "PoliteClient", "polite"]

PAUSE = 0.002  # seconds between an echo and the next text
_TEXTS = 64


@dataclass(frozen=True, slots=True)
class Conversation:
    """The seconds of each round trip; unless ``answered``, the last is one that was given up."""

    times: Sequence[float]
    answered: bool


class PoliteClient:
    """Has one text in flight, and compares its echo byte for byte."""

    def __init__(self, client: PlainClient) -> None:
        """Take over a client whose socket blocks."""
        self._client = client

    def converse(self, seconds: float, *, patience: float = PATIENCE) -> Conversation:
        """Go on for so many seconds, until the last echo is back.

        An echo that has not come after ``patience`` seconds is given up, and is the last. Raises
        EchoError for anything else than the echo.
        """
        client = self._client
        client.times.clear()
        client.socket.settimeout(patience)
        begin = time.perf_counter()
        try:
            while not client.times or time.perf_counter() < begin + seconds:
                sent = time.perf_counter()
                client.send()
                while not client.receive():
                    pass
                time.sleep(PAUSE)
        except TimeoutError:
            return Conversation([*client.times, time.perf_counter() - sent], answered=False)
        except ConnectionError as error:
            raise EchoError(f"the server dropped a connection: {error}") from error
        return Conversation([*client.times], answered=True)


@contextmanager
def polite(port: int) -> Iterator[PoliteClient]:
    """Connect to the server at this port of 127.0.0.1 for as long as the context lasts."""
    payloads = [f"{number:064}".encode() for number in range(_TEXTS)]
    batches = [(masked_frame(TEXT, payload), frame(TEXT, payload)) for payload in payloads]
    sock, _ = upgraded(port)
    with sock:
        yield PoliteClient(PlainClient(sock, itertools.cycle(batches), len(batches[0][1])))
