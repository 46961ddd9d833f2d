"""A WebSocket client that does what it is told and nothing else: it answers no ping, no close."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

__all__ = ["PATIENCE", "RESET_ON_CLOSE", "Peer", "dial", "eventually", "frame", "handshake"]

PATIENCE = 10.0  # seconds, for what should happen at once

RESET_ON_CLOSE = (socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

MASKING_KEY = bytes.fromhex("37fa213d")


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True) -> bytes:
    """Build a masked frame of a client (RFC 6455 §5.2)."""
    size = len(payload)
    if size < 126:
        length = bytes([0x80 | size])
    elif size < 0x10000:
        length = bytes([0x80 | 126]) + size.to_bytes(2)
    else:
        length = bytes([0x80 | 127]) + size.to_bytes(8)
    masked = bytes(byte ^ MASKING_KEY[place & 3] for place, byte in enumerate(payload))
    return bytes([(0x80 if fin else 0) | opcode]) + length + MASKING_KEY + masked


def handshake(target: str, port: int, *headers: tuple[str, str | bytes]) -> bytes:
    """Build an opening handshake (RFC 6455 §1.2); headers given replace those of the same name."""
    fields: list[tuple[str, str | bytes]] = [
        ("Host", f"127.0.0.1:{port}"),
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("Sec-WebSocket-Version", "13"),
    ]
    given = {name.lower() for name, _ in headers}
    fields = [field for field in fields if field[0].lower() not in given] + list(headers)
    head = f"GET {target} HTTP/1.1\r\n".encode()
    for name, value in fields:
        head += name.encode() + b": " + (value.encode() if isinstance(value, str) else value)
        head += b"\r\n"
    return head + b"\r\n"


class Peer:
    """The client's end of a connection, and what the server answered to its handshake."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.answer = b""

    @property
    def status(self) -> int:
        return int(self.answer.split(b" ", 2)[1])

    @property
    def address(self) -> str:
        host, port = self.writer.get_extra_info("sockname")[:2]
        return f"{host}:{port}"

    async def shake_hands(self, request: bytes) -> None:
        self.writer.write(request)
        async with asyncio.timeout(PATIENCE):
            self.answer = await self.reader.readuntil(b"\r\n\r\n")

    def send(self, opcode: int, payload: bytes = b"", *, fin: bool = True) -> None:
        self.writer.write(frame(opcode, payload, fin=fin))

    async def receive(self) -> tuple[int, bytes]:
        """Return first byte and payload of the next frame."""
        async with asyncio.timeout(PATIENCE):
            head, size = await self.reader.readexactly(2)
            if size == 126:
                size = int.from_bytes(await self.reader.readexactly(2))
            elif size == 127:
                size = int.from_bytes(await self.reader.readexactly(8))
            return head, await self.reader.readexactly(size)

    async def echoed(self, payload: bytes) -> None:
        """Send a binary message and see it come back."""
        self.send(0x2, payload)
        assert await self.receive() == (0x82, payload)

    async def rest(self) -> bytes:
        """Return what comes until the server ends the connection, in whatever way."""
        rest = b""
        with suppress(ConnectionError):
            async with asyncio.timeout(PATIENCE):
                while data := await self.reader.read(65536):
                    rest += data
        return rest

    def read_nothing(self) -> None:
        """Read no more, and have the system take little on its own."""
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.writer.transport.pause_reading()  # type: ignore[attr-defined]

    def drop(self) -> None:
        """Reset the connection."""
        self.writer.get_extra_info("socket").setsockopt(*RESET_ON_CLOSE)
        self.writer.transport.abort()


@asynccontextmanager
async def dial(
    port: int, target: str = "/ws", *headers: tuple[str, str | bytes], host: str = "127.0.0.1"
) -> AsyncIterator[Peer]:
    """Connect and shake hands; whatever the answer, the connection is there until the end."""
    reader, writer = await asyncio.open_connection(host, port)
    peer = Peer(reader, writer)
    try:
        await peer.shake_hands(handshake(target, port, *headers))
        yield peer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def eventually(condition: Callable[[], object]) -> None:
    """Let the loop run until a condition holds that nothing announces to a client."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0)
