"""The fast lane: plain messages, echoed without parser and assembler."""

from __future__ import annotations

from collections.abc import Callable
from time import time_ns

from webapp.wire.frames import FIN, MASK, Opcode, apply_mask
from webapp.wire.headers import SHORT_HEADERS, build_header
from webapp.wire.outbox import Outbox
from webapp.wire.records import SMALL, Traffic
from webapp.wire.transport import LARGE

__all__ = ["PlainLane"]

_TEXT_HEAD = FIN | int(Opcode.TEXT)
_BINARY_HEAD = FIN | int(Opcode.BINARY)
_PLAIN_HEADS = frozenset((_TEXT_HEAD, _BINARY_HEAD))

_SHORT = 126  # bytes: from here on a payload's length is coded in more than seven bits


class PlainLane:
    """Echoes messages that came whole in one frame and one chunk, and are binary or ASCII.

    Most messages are such, and need nothing of what others do. A test holds both lanes to the same
    results; what is written here twice is what a call for each frame would cost.
    """

    otherwise: Callable[[bytes], None]  # takes what is not one plain message and nothing else

    __slots__ = (
        "_kept",
        "_max_size",
        "_name",
        "_outbox",
        "_send",
        "_short_chunk",
        "_traffic",
        "otherwise",
        "ready",
    )

    def __init__(self, outbox: Outbox, traffic: Traffic, max_size: int) -> None:
        """``max_size``: larger messages are left to the other lane."""
        self.ready = True  # whether a message may begin with what comes next
        self._name = outbox.name
        self._outbox = outbox
        self._send = outbox.mount.send
        self._traffic = traffic
        self._kept = outbox.kept
        self._max_size = max_size
        self._short_chunk = 6 + min(max_size, outbox.kept, _SHORT - 1)  # with its header

    def received(self, data: bytes) -> None:
        """Echo a chunk that is one plain message and nothing else.

        All chunks of a client that waits for each echo are such. For them even the loop of
        ``echo`` shows, and a list of what is to be sent, and a call more to come here.
        """
        end, outbox = len(data), self._outbox
        told, tell = data, outbox.tell_echo
        if 6 <= end <= self._short_chunk and data[1] == MASK + end - 6:
            header, start = SHORT_HEADERS[data[0]][end - 6], 6
        elif header := self._longer_header(data):
            start = len(header) + 4  # behind the masking key
            told = data[: start + self._kept]
            if len(told) > SMALL:
                tell = outbox.tell_echoes
        else:
            self.otherwise(data)
            return
        payload = apply_mask(data[start:], data[start - 4 : start])
        head = data[0]
        plain = payload.isascii() if head == _TEXT_HEAD else head == _BINARY_HEAD
        if plain and self.ready and outbox.answering:
            traffic = self._traffic
            traffic.lone += 1
            traffic.lone_bytes += end
            if end < LARGE:
                self._send(header + payload)
            else:
                outbox.mount.write([header, payload])
            tell((self._name, time_ns(), told, 1))
        else:
            self.otherwise(data)

    def _longer_header(self, data: bytes) -> bytes:
        """Return the header of the echo of a frame, where its length takes more than seven bits;
        nothing unless the chunk is such a frame.
        """
        end = len(data)
        size = end - 8 if end < 0x10000 + 8 else end - 14
        if _SHORT <= size <= self._max_size:
            header = build_header(data[0], size)
            coded = bytes((data[0], MASK | header[1])) + header[2:]
            if data.startswith(coded) and len(coded) + 4 + size == end:
                return header
        return b""

    def echo(self, data: bytes, most: int, room: int) -> tuple[int, int]:
        """Echo the plain messages that a chunk begins with, until there are so many of them, or so
        many bytes of echoes.

        Return where the last of them ends, and how many there were: ``most`` if the turn is over.
        """
        outbox, most_bytes, kept, now = self._outbox, self._max_size, self._kept, time_ns()
        frames = outbox.frames
        at, end, messages = 0, len(data), 0
        told_end = told = 0  # up to where, and of how many messages, the observer knows
        while end - at >= 6 and messages < most and room > 0 and outbox.answering:
            head = data[at]
            size = data[at + 1] - MASK
            if size < _SHORT:
                start = at + 6
            elif size == _SHORT and (size := int.from_bytes(data[at + 2 : at + 4])) >= _SHORT:
                start = at + 8
            else:
                break
            stop = start + size
            if head not in _PLAIN_HEADS or size < 0 or size > most_bytes or stop > end:
                break
            payload = apply_mask(data[start:stop], data[start - 4 : start])
            if head == _TEXT_HEAD and not payload.isascii():
                break
            frames.append(build_header(head, size) + payload)
            if size > kept:  # told alone, because only its beginning is kept
                if messages > told:
                    outbox.tell_echoes((self._name, now, data[told_end:at], messages - told))
                outbox.tell_echoes((self._name, now, data[at : start + kept], 1))
                told_end, told = stop, messages + 1
            at = stop
            messages += 1
            room -= size
        if messages > told:
            outbox.tell_echoes((self._name, now, data[told_end:at], messages - told))
        self._traffic.came += messages
        self._traffic.went += messages
        return at, messages if room > 0 else most
