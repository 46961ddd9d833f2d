"""The asyncio protocol that stands between aiohttp's transport and a WebSocketStream."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from aiohttp.web_protocol import RequestHandler

__all__ = ["LARGE", "Mount", "Receiver", "buffered", "unsent"]

# From this size on, in bytes, what is sent is not joined: that would copy it.
LARGE = 64 * 1024


if sys.platform == "linux":
    from fcntl import ioctl
    from termios import TIOCOUTQ

    def _queued(sock: socket.socket) -> int:
        """How many bytes the kernel has that the peer has not acknowledged (tcp(7), SIOCOUTQ)."""
        return int.from_bytes(ioctl(sock.fileno(), TIOCOUTQ, bytes(4)), sys.byteorder)

else:  # pragma: no cover - the tests run on Linux

    def _queued(sock: socket.socket) -> int:
        """Unknown here."""
        return 0


def buffered(transport: asyncio.Transport) -> int:
    """How many bytes wait in this process to be sent to a peer."""
    try:
        return transport.get_write_buffer_size()
    except AttributeError:  # asyncio's over TLS that was closed twice: it knows nothing any more
        return 0


def unsent(transport: asyncio.Transport) -> int:
    """How many bytes a peer has not taken yet: in our buffer, and where known the kernel's.

    The kernel's moves on long before ours does: it holds megabytes.
    """
    size = buffered(transport)
    with suppress(AttributeError, OSError, ValueError):  # it may be gone, its descriptor be -1
        sock = transport.get_extra_info("socket")
        if sock is not None:
            size += _queued(sock)
    return size


class Receiver(Protocol):
    """Who gets what a mount receives."""

    def received(self, data: bytes) -> None:
        """Take bytes from the peer."""

    def ended(self) -> bool:
        """The peer will send no more; return whether something is still to be sent to it."""

    def writing_paused(self, paused: bool) -> None:
        """The transport's buffer is full, or has drained."""


class Mount(asyncio.Protocol):
    """Takes over a connection from aiohttp after the 101, and for good.

    aiohttp's own protocol object could deliver the bytes, but it drops them at shutdown before the
    application has said goodbye, it does not tell how a connection ended, and with its two tasks
    and the request it takes more memory than everything here.
    """

    __slots__ = (
        "_early",
        "_on_lost",
        "_receiver",
        "_transport",
        "data_received",
        "reading",
        "send",
        "writable",
    )

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._early: list[bytes] = []
        # Send bytes while others come: then it is not going. No method, for the same reason as
        # ``data_received`` is none.
        self.send: Callable[[bytes], None] = transport.write
        self.reading = True  # not paused
        self.writable = True  # the transport's buffer has room: the peer reads what it is sent

    def start(
        self,
        receiver: Receiver,
        on_lost: Callable[[Exception | None], None],
        http: RequestHandler,
    ) -> None:
        """Take the connection over; what came together with the handshake is received first.

        ``on_lost`` is called when the connection is gone: with an error, or in order (None).
        """
        self._receiver = receiver
        self._on_lost = on_lost
        # Not a method of this class: that would be one more call for every read.
        self.data_received = receiver.received  # type: ignore[method-assign]
        self._transport.set_protocol(self)
        # aiohttp takes the upgrade for declined unless it has a parser. What it kept meanwhile
        # it delivers during this call, after which it may resume reading: so just put it aside.
        http.set_parser(cast("Any", self))
        # For aiohttp the connection ends here: its transport is not its own any more.
        http.transport = None
        http.connection_lost(None)
        for data in self._early:
            receiver.received(data)
        self._early.clear()

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        """Take what aiohttp had read behind the handshake (its parser interface)."""
        self._early.append(data)
        return False, b""

    def feed_eof(self) -> None:
        """Ignored (aiohttp's parser interface): connection_lost says more."""

    # Bytes in

    def eof_received(self) -> bool:
        # Answers to what came before the end of the stream still have to go out, and TLS cannot
        # keep one half open.
        return self._receiver.ended() and self._transport.can_write_eof()

    def pause_reading(self) -> None:
        if self.reading:
            self.reading = False
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        if not self.reading and not self._transport.is_closing():
            self.reading = True
            self._transport.resume_reading()

    # Bytes out

    def write(self, frames: list[bytes]) -> int:
        """Send frames; return how many bytes they are, none once the connection is going."""
        if self._transport.is_closing():
            return 0
        size = sum(map(len, frames))
        if size < LARGE:
            self._transport.write(b"".join(frames))
        else:
            self._transport.writelines(frames)
        return size

    @property
    def unsent(self) -> int:
        """How many bytes the peer has not taken yet."""
        return unsent(self._transport)

    @property
    def is_closing(self) -> bool:
        """Whether nothing more can be sent."""
        return self._transport.is_closing()

    def write_eof(self) -> None:
        """Tell the peer that no more will come, once all before is sent; then only read.

        Closing with input unread makes the kernel send a reset, which can overtake and destroy
        the close frame. TLS has no half-closed state: there the connection is closed.
        """
        if self._transport.is_closing():
            return
        if self._transport.can_write_eof():
            # asyncio shuts down a socket that the peer may have left already.
            with suppress(OSError):
                self._transport.write_eof()
        else:
            self._transport.close()

    def close(self) -> None:
        """Close the connection once everything written is sent."""
        if not self._transport.is_closing():
            self._transport.close()

    def abort(self) -> None:
        """Drop the connection at once, with what is still unsent."""
        self._transport.abort()

    def pause_writing(self) -> None:
        self.writable = False
        self._receiver.writing_paused(True)

    def resume_writing(self) -> None:
        self.writable = True
        self._receiver.writing_paused(False)

    # The end

    def connection_lost(self, exc: Exception | None) -> None:
        on_lost = self._on_lost
        del self._on_lost, self._receiver, self.data_received
        on_lost(exc)
