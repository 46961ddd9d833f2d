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

__all__ = ["Mount", "Receiver"]

# From this size on, frames go to the transport one by one: joining them would copy them.
_LARGE = 64 * 1024


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


class Receiver(Protocol):
    """Who gets what a mount receives."""

    def received(self, data: bytes) -> None:
        """Take bytes from the peer."""

    def ended(self) -> bool:
        """The peer will send no more; return whether something is still to be sent to it."""

    def writing_paused(self, paused: bool) -> None:
        """The transport's buffer is full, or has drained."""


class Mount(asyncio.Protocol):
    """Takes over a connection from aiohttp after the 101.

    aiohttp's own protocol object stays in charge of everything but the bytes: it is told of flow
    control and of the end, so that its writer and its handler task behave. It cannot deliver the
    bytes, because at shutdown it drops them before the application has said goodbye, and it does
    not tell how a connection ended.
    """

    def __init__(self, http: RequestHandler, transport: asyncio.Transport) -> None:
        self._http = http
        self._transport = transport
        self._early: list[bytes] = []
        self.reading = True  # not paused
        self.writable = True  # the transport's buffer has room: the peer reads what it is sent

    def start(self, receiver: Receiver, on_lost: Callable[[Exception | None], None]) -> None:
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
        self._http.set_parser(cast("Any", self))
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
        if size < _LARGE or len(frames) == 1:
            self._transport.write(b"".join(frames))
        else:
            self._transport.writelines(frames)
        return size

    @property
    def unsent(self) -> int:
        """How many bytes the peer has not taken yet: in our buffer, and where known the kernel's.

        The kernel's moves on long before ours does: it holds megabytes.
        """
        size = self._transport.get_write_buffer_size()
        with suppress(OSError, ValueError):  # the socket may be gone, its descriptor be -1
            size += _queued(self._transport.get_extra_info("socket"))
        return size

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
        self._transport.close()

    def abort(self) -> None:
        """Drop the connection at once, with what is still unsent."""
        self._transport.abort()

    def pause_writing(self) -> None:
        self.writable = False
        self._http.pause_writing()
        self._receiver.writing_paused(True)

    def resume_writing(self) -> None:
        self.writable = True
        self._http.resume_writing()
        self._receiver.writing_paused(False)

    # The end

    def connection_lost(self, exc: Exception | None) -> None:
        self._on_lost(exc)
        self._http.connection_lost(exc)
