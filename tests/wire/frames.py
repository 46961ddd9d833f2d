"""What the tests of the wire share: frames as a client makes them, and a raw client."""

from __future__ import annotations

import asyncio
import os
from base64 import b64encode
from collections.abc import Callable
from itertools import count
from typing import NamedTuple

__all__ = ["RawClient", "ServerFrame", "client_frame", "until"]

KEY = bytes.fromhex("37fa213d")


def client_frame(
    opcode: int,
    payload: bytes = b"",
    *,
    fin: bool = True,
    rsv: int = 0,
    key: bytes | None = KEY,
    bits: int | None = None,
) -> bytes:
    """Return a frame as a client sends it; written without any of the code under test."""
    size = len(payload)
    if bits is None:
        bits = 7 if size < 126 else 16 if size < 65536 else 64
    coded = {7: size, 16: 126, 64: 127}[bits]
    head = bytes(((fin << 7) | (rsv << 4) | opcode, ((key is not None) << 7) | coded))
    extended = size.to_bytes(bits // 8) if bits > 7 else b""
    if key is None:
        return head + extended + payload
    masked = bytes(byte ^ key[index % 4] for index, byte in enumerate(payload))
    return head + extended + key + masked


class ServerFrame(NamedTuple):
    """A frame that came from the server."""

    head: int
    payload: bytes


class RawClient:
    """A WebSocket client on a bare socket, that can do anything wrong."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def connect(
        cls, port: int, *, path: str = "/ws", headers: str = "", behind: bytes = b""
    ) -> RawClient:
        """Shake hands; ``behind`` goes out in the same write as the handshake."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        key = b64encode(os.urandom(16)).decode()
        writer.write(
            (
                f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
                f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                f"Sec-WebSocket-Key: {key}\r\n{headers}\r\n"
            ).encode()
            + behind
        )
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101 "), head
        return cls(reader, writer)

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def frame(self) -> ServerFrame:
        """Read one frame; servers do not mask."""
        head, size = await self.reader.readexactly(2)
        if size == 126:
            size = int.from_bytes(await self.reader.readexactly(2))
        elif size == 127:
            size = int.from_bytes(await self.reader.readexactly(8))
        return ServerFrame(head, await self.reader.readexactly(size))

    async def rest(self) -> bytes:
        """Read to the end of the stream."""
        return await self.reader.read()

    async def close(self) -> None:
        self.writer.close()
        await self.writer.wait_closed()


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop go round until something holds that nothing announces."""
    async with asyncio.timeout(10):
        for _ in count():
            if condition():
                return
            await asyncio.sleep(0)
