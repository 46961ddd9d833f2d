"""A client with permessage-deflate (RFC 7692): sends compressed, takes answers of either kind."""

from __future__ import annotations

import itertools
import socket
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from time import perf_counter
from typing import Any

from websockets.headers import parse_extension

from bench.clients import Batches, Client, difference
from bench.frames import COMPRESSED, FIN, TEXT, masked_frame
from bench.upgrade import EchoError

__all__ = ["OFFER", "Agreement", "DeflateClient", "NotNegotiatedError", "compressed"]

# What browsers offer.
OFFER = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"

_TAIL = b"\x00\x00\xff\xff"  # RFC 7692 §7.2.1
_MOST = 1 << 18  # bytes to receive at once


class NotNegotiatedError(Exception):
    """The server did not take the offer."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """The parameters of RFC 7692 §7.1, as the server answered them."""

    server_no_context_takeover: bool = False
    client_no_context_takeover: bool = False
    server_max_window_bits: int = 15
    client_max_window_bits: int = 15

    @classmethod
    def of(cls, head: str) -> Agreement:
        """Read it from the head of an answer; raises NotNegotiatedError, or EchoError."""
        lines = [line.partition(":") for line in head.split("\r\n")]
        answer = ", ".join(
            value for name, _, value in lines if name.lower() == "sec-websocket-extensions"
        ).strip()
        if not answer:
            raise NotNegotiatedError
        try:
            ((name, parameters),) = parse_extension(answer)
            if name != "permessage-deflate":
                raise ValueError(name)
            given: dict[str, Any] = {
                key: True if value is None else int(value) for key, value in parameters
            }
            return cls(**given)
        except (TypeError, ValueError) as error:
            raise EchoError(f"{OFFER!r} was answered with {answer!r}") from error

    def __str__(self) -> str:
        """What differs from the defaults, in the words of the RFC."""
        said = []
        for field in fields(self):
            value = getattr(self, field.name)
            if value != field.default:
                said.append(field.name if value is True else f"{field.name}={value}")
        return ", ".join(said) or "no parameters"


class DeflateClient(Client):
    """Has one message in flight; the answer may be compressed or not, and fragmented."""

    def __init__(self, sock: socket.socket, batches: Batches, agreement: Agreement) -> None:
        """Take over a socket; the batches are those of `compressed`."""
        super().__init__(sock, batches)
        self._window_bits = agreement.server_max_window_bits
        self._keep = not agreement.server_no_context_takeover
        self._inflater = zlib.decompressobj(-self._window_bits)
        self._data = b""  # of a frame that is not whole yet
        self._message = b""
        self._final = True  # the last frame was the last of its message
        self._compressed = False

    def receive(self) -> bool:
        data = self.socket.recv(_MOST)
        if not data:
            raise EchoError(f"the server ended the connection: {self.missing()}")
        self.received += len(data)
        self._data += data
        while self._data:
            payload = self._take_frame()
            if payload is None:
                return False
            self._message += payload
            if self._final:
                self._compare()
                self.times.append(perf_counter() - self._begin)
                return True
        return False

    def missing(self) -> str:
        size = len(self._message) + len(self._data)
        return f"{size} bytes came of the answer to {self._expected[:40]!r}"

    def _take_frame(self) -> bytes | None:
        """Take the payload of the frame that comes first, None if it is not whole yet."""
        data = self._data
        begin = 4 if data[1:2] == b"\x7e" else 2
        if len(data) < begin:
            return None
        first, size = data[0], data[1]
        if begin == 4:
            size = int.from_bytes(data[2:4])
        elif size > 125:
            raise EchoError(f"wrong echo: a frame that begins with {data[:10].hex(' ')}")
        end = begin + size
        if len(data) < end:
            return None
        kind = first & ~FIN
        if kind in (TEXT, TEXT | COMPRESSED) and self._final:
            self._compressed = kind != TEXT
        elif kind or self._final:
            raise EchoError(f"wrong echo: a frame that begins with {data[:10].hex(' ')}")
        self._final = bool(first & FIN)
        self._data = data[end:]
        return data[begin:end]

    def _compare(self) -> None:
        text, self._message = self._message, b""
        if self._compressed:
            try:
                text = self._inflater.decompress(text + _TAIL)
            except zlib.error as error:
                raise EchoError(f"wrong echo, which does not inflate: {error}") from error
            if not self._keep:
                self._inflater = zlib.decompressobj(-self._window_bits)
        if text != self._expected:
            raise EchoError(difference(text, self._expected))
        if self._data:
            raise EchoError(f"more than the echo came: {self._data[:40]!r}")


def compressed(texts: Sequence[bytes], agreement: Agreement) -> Batches:
    """Compress each text as a message of its own, once, and give them again and again.

    The first refers to nothing before it, so that it may follow the last one, too.
    """
    batches = []
    deflater = zlib.compressobj(wbits=-agreement.client_max_window_bits)
    for text in texts:
        if agreement.client_no_context_takeover:
            deflater = zlib.compressobj(wbits=-agreement.client_max_window_bits)
        data = deflater.compress(text) + deflater.flush(zlib.Z_SYNC_FLUSH)
        batches.append((masked_frame(TEXT | COMPRESSED, data.removesuffix(_TAIL)), text))
    return itertools.cycle(batches)
