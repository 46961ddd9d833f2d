"""A session of several clients, with a bit of everything that frames can be."""

from __future__ import annotations

import asyncio
import os
import zlib

from tests.wire.frames import RawClient, client_frame, until
from webapp.hub import Hub

__all__ = ["take_leave", "talk"]

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
REPEATED = b"the same again, and again the same"
LARGE = 70_000  # more than 16 bits can tell, and than a segment can hold


async def talk(port: int, hub: Hub) -> None:
    """Have clients say what they may, and some what they must not; in the end all have left."""
    # One after the other, because the hub is asked which connection is whose.
    await _be_pinged(port, hub)
    await _trickle(port, hub)
    async with asyncio.TaskGroup() as clients:
        clients.create_task(_converse(port))
        clients.create_task(_compress(port))
        clients.create_task(_leave_without_a_code(port))
        for violation, before in VIOLATIONS:
            clients.create_task(_violate(port, violation, before))


async def take_leave(port: int) -> asyncio.Task[None]:
    """Have a client connect that answers the goodbye of the server; return its end."""
    client = await RawClient.connect(port)
    client.send(client_frame(TEXT, b"still here", key=os.urandom(4)))
    await client.frame()

    async def answer() -> None:
        _, payload = await client.frame()
        client.send(client_frame(CLOSE, payload[:2], key=os.urandom(4)))
        await client.rest()
        await client.close()

    return asyncio.create_task(answer())


async def _converse(port: int) -> None:
    """Texts and binaries of all sizes, in one frame and in many, several of them in one segment."""
    client = await RawClient.connect(port)
    for size in (0, 1, 125, 126, 65535, 65536, LARGE):
        for opcode in (TEXT, BINARY):
            payload = b"x" * size if opcode == TEXT else os.urandom(size)
            client.send(client_frame(opcode, payload, key=os.urandom(4)))
            await client.frame()
    together = [
        client_frame(TEXT, "grüß Gott".encode()),
        client_frame(TEXT, b"gr", fin=False, key=os.urandom(4)),
        client_frame(PING, b"between"),
        client_frame(CONTINUATION, "üß".encode()[:1], fin=False),
        client_frame(PONG, b"unasked"),
        client_frame(CONTINUATION, "üß".encode()[1:] + b" Gott", key=bytes(4)),
        client_frame(PING),
        client_frame(BINARY, b"", fin=False),
        client_frame(CONTINUATION, os.urandom(300), fin=False),
        client_frame(CONTINUATION),
    ]
    client.send(b"".join(together))
    for _ in range(5):
        await client.frame()
    client.send(client_frame(CLOSE, b"\x03\xe8" + "tschüß".encode()))
    await client.rest()
    await client.close()


async def _compress(port: int) -> None:
    """Messages that refer to those before them, in one frame and in many; plain ones between."""
    offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=15\r\n"
    client = await RawClient.connect(port, headers=offer)
    engine = zlib.compressobj(9, zlib.DEFLATED, -12)

    def compressed(message: bytes) -> bytes:
        return (engine.compress(message) + engine.flush(zlib.Z_SYNC_FLUSH))[:-4]

    messages = [
        client_frame(TEXT, compressed(REPEATED), rsv=4, key=os.urandom(4)),
        client_frame(TEXT, REPEATED),
        client_frame(BINARY, compressed(os.urandom(1000)), rsv=4),
        client_frame(BINARY, compressed(b""), rsv=4),
        client_frame(TEXT, compressed(b"x" * LARGE + REPEATED), rsv=4),
    ]
    # The last one: some versions of tshark do not inflate fragments, nor what refers to them.
    fragmented = compressed((REPEATED + os.urandom(50).hex().encode()) * 3)
    messages.append(
        client_frame(TEXT, fragmented[:20], rsv=4, fin=False, key=os.urandom(4))
        + client_frame(PONG, b"between")
        + client_frame(CONTINUATION, fragmented[20:], key=os.urandom(4))
    )
    for message in messages:
        client.send(message)
        await client.frame()
    client.send(client_frame(CLOSE, b"\x03\xe8"))
    await client.rest()
    await client.close()


async def _leave_without_a_code(port: int) -> None:
    # Not sent with the handshake: tshark takes no frame for one before it has seen the 101.
    client = await RawClient.connect(port)
    client.send(client_frame(CLOSE))
    await client.rest()
    await client.close()


VIOLATIONS = [
    (client_frame(0x3, b"reserved", rsv=1), b""),
    (client_frame(BINARY, b"reserved", rsv=2), client_frame(TEXT, b"before")),
    (client_frame(TEXT, b"unmasked", key=None), client_frame(BINARY, b"before")),
    (client_frame(BINARY, b"too many bits", bits=16), b""),
    (client_frame(CONTINUATION, b"of what?"), client_frame(PING, b"before")),
    (client_frame(TEXT, b"\xff no text"), b""),
    (client_frame(CLOSE, b"\x03\xee"), client_frame(TEXT, b"before")),
]


async def _violate(port: int, violation: bytes, before: bytes) -> None:
    client = await RawClient.connect(port)
    client.send(before + violation)
    await client.rest()
    await client.close()


async def _trickle(port: int, hub: Hub) -> None:
    """A frame in several segments, each of which the server has read before the next."""
    client = await RawClient.connect(port)
    frame = client_frame(TEXT, b"y" * 200, key=os.urandom(4))
    for start, stop in ((0, 1), (1, 3), (3, 7), (7, 21), (21, len(frame))):
        client.send(frame[start:stop])
        await until(lambda stop=stop: hub.summaries(1, 0)[0].bytes_in == stop)
    await client.frame()
    client.send(client_frame(CLOSE, b"\x0b\xb8"))
    await client.rest()
    await client.close()


async def _be_pinged(port: int, hub: Hub) -> None:
    """Pings both ways; the server's heartbeat is not waited for."""
    client = await RawClient.connect(port)
    (connection,) = hub._connections.values()
    connection.stream.ping()
    _, payload = await client.frame()
    client.send(client_frame(PONG, payload) + client_frame(PING, b"and you?", key=os.urandom(4)))
    await client.frame()
    client.send(client_frame(CLOSE, b"\x03\xe8"))
    await client.rest()
    await client.close()
    await until(lambda: not hub._connections)
