"""The fast lane: plain messages, answered without parser and assembler."""

from __future__ import annotations

import time

from webapp.wire.frames import FIN, MASK, OPCODE, Opcode, apply_mask
from webapp.wire.headers import build_header
from webapp.wire.outbox import Outbox
from webapp.wire.records import Answer, Traffic

__all__ = ["PlainLane"]

_TEXT_HEAD = FIN | int(Opcode.TEXT)
_PLAIN_HEADS = frozenset((_TEXT_HEAD, FIN | int(Opcode.BINARY)))

_SHORT = 126  # bytes: from here on a payload's length is coded in more than seven bits


class PlainLane:
    """Answers messages that came whole in one frame, and are binary or ASCII.

    Most messages are such, and need nothing of what others do. A test holds both lanes to the same
    results; what is written here twice is what a call for each frame would cost.
    """

    __slots__ = ("_answer", "_max_size", "_outbox", "_traffic")

    def __init__(self, outbox: Outbox, traffic: Traffic, answer: Answer, max_size: int) -> None:
        """``max_size``: larger messages are left to the other lane."""
        self._outbox = outbox
        self._traffic = traffic
        self._answer = answer
        self._max_size = max_size

    def answer_one(self, data: bytes) -> bool:
        """Answer a chunk that is one plain message and nothing else; return whether it was.

        All chunks of a client that waits for each echo are such. For them even the loop of
        ``answer`` shows, and the outbox: what goes out is sent and told of here.
        """
        end = len(data)
        outbox = self._outbox
        if end < 6 or not outbox.answering:
            return False
        head = data[0]
        size = data[1] - MASK
        if size < _SHORT:
            bits, start = 7, 6
        elif size == _SHORT and end >= 8 + _SHORT:
            bits, start = 16, 8
            size = data[2] << 8 | data[3]
        else:
            return False
        if start + size != end or size > self._max_size or head not in _PLAIN_HEADS:
            return False
        key = data[start - 4 : start]
        payload = apply_mask(data[start:], key)
        if head == _TEXT_HEAD and not payload.isascii():
            return False
        name, now, traffic = outbox.name, time.time_ns(), self._traffic
        beginning = payload if size <= outbox.kept else payload[: outbox.kept]
        outbox.records.append((name, now, "in", head, key, bits, size, beginning, None))
        traffic.messages_in += 1
        if reply := self._answer(head & OPCODE, payload):
            traffic.messages_out += 1
            opcode, answer = reply
            if answer is payload and not outbox.frames:
                head = FIN | opcode
                records, outbox.records = outbox.records, []
                records.append((name, now, "out", head, None, bits, size, beginning, None))
                traffic.bytes_out += outbox.mount.send(build_header(head, size) + payload)
                outbox.observe(records)
                return True
            outbox.put(FIN | opcode, answer, now)
        outbox.flush()
        return True

    def answer(self, data: bytes, most: int, room: int) -> tuple[int, int]:
        """Answer the plain messages that a chunk begins with, until there are so many of them, or
        so many bytes of answers.

        Return where the last of them ends, and how many there were: ``most`` if the turn is over.
        """
        now = time.time_ns()
        outbox, answer, most_bytes = self._outbox, self._answer, self._max_size
        name, kept = outbox.name, outbox.kept
        at, end, messages, replies = 0, len(data), 0, 0
        while end - at >= 6 and messages < most and outbox.answering:
            head = data[at]
            size = data[at + 1] - MASK
            if size < _SHORT:
                bits, start = 7, at + 6
            elif size == _SHORT and (size := int.from_bytes(data[at + 2 : at + 4])) >= _SHORT:
                bits, start = 16, at + 8
            else:
                break
            stop = start + size
            if head not in _PLAIN_HEADS or size < 0 or size > most_bytes or stop > end:
                break
            key = data[start - 4 : start]
            payload = apply_mask(data[start:stop], key)
            if head == _TEXT_HEAD and not payload.isascii():
                break
            at = stop
            messages += 1
            beginning = payload if size <= kept else payload[:kept]
            outbox.records.append((name, now, "in", head, key, bits, size, beginning, None))
            if reply := answer(head & OPCODE, payload):
                replies += 1
                opcode, payload = reply
                size = len(payload)
                room -= size
                if size < _SHORT and size <= kept:
                    head = FIN | opcode
                    outbox.frames.append(build_header(head, size) + payload)
                    outbox.records.append((name, now, "out", head, None, 7, size, payload, None))
                else:
                    outbox.put(FIN | opcode, payload, now)
                if room <= 0:
                    break
        self._traffic.messages_in += messages
        self._traffic.messages_out += replies
        return at, messages if room > 0 else most
