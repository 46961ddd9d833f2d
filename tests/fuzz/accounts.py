"""Every byte accounted for: what a stream told and answered, held against what it was fed."""

from __future__ import annotations

import re
import zlib
from codecs import getincrementaldecoder

from tests.fuzz.script import KEPT, Script
from tests.wire.conversing import CLOSE, CONTROL, FIN, RSV1, Conversation, Frame, walk
from tests.wire.inflating import Inflater
from webapp.wire.records import Record

__all__ = ["InvariantError", "check_accounts", "check_answers", "check_controls"]

TEXT, PING, PONG = 0x1, 0x9, 0xA

_Utf8Decoder = getincrementaldecoder("utf-8")
_CAME = re.compile(
    r"the connection ended (?:within a frame, (\d+) bytes into its header"
    r"|with (\d+) bytes received and not answered)"
)


class InvariantError(AssertionError):
    """Something that must never be, and is."""


def check_accounts(found: Conversation, data: bytes) -> None:
    """Check that the records are what was fed and sent, byte for byte, once the peer is lost.

    Raises:
        InvariantError: for a byte too many, a byte too few, or a wrong one.
    """
    fed, sent = list(walk(data)), bytes(found.line.sent)
    came = [record for record in found.records if record[2] == "in"]
    went = [record for record in found.records if record[2] == "out"]
    notes = [record[8] for record in found.records if record[2] is None]
    traffic = found.stream.traffic
    if (traffic.bytes_in, traffic.bytes_out) != (len(data), len(sent)):
        raise InvariantError(f"{traffic} counted, of {len(data)} bytes in and {len(sent)} out")
    told = sum(_check_came(record, fed, place, data) for place, record in enumerate(came))
    for record, frame in zip(went, list(walk(sent)), strict=True):
        if (record[3:7], record[7]) != (
            (frame.head, None, frame.bits, frame.size),
            frame.payload[: len(record[7])],
        ) or len(record[7]) < min(frame.size, KEPT):
            raise InvariantError(f"told of {record}, and sent {frame}")
    if any(record[8] and record[8][0] for record in came[:-1]):
        raise InvariantError("there was something behind a frame at fault")
    ended = found.line.ended  # after a close, a fault: what comes behind is nobody's business
    for remark in notes:
        match = remark and remark[0] and _CAME.fullmatch(remark[0])
        if not match:
            raise InvariantError(f"an unexpected note: {remark}")
        told += int(match[1] or match[2])
    if told > len(data) or (told < len(data) and not ended):
        raise InvariantError(f"told of {told} bytes, and {len(data)} came")


def _check_came(record: Record, fed: list[Frame], place: int, data: bytes) -> int:
    """Check the record of a frame that came; return how many bytes of it that is."""
    _, _, _, head, key, bits, size, payload, remark = record
    came = None if remark is None else remark[1]
    if place >= len(fed):  # its header has not even come whole
        start = fed[-1].end if fed else 0
        if came is None or head != data[start] or payload:
            raise InvariantError(f"told of {record}, and fed {data[start:]!r}")
        return came
    frame = fed[place]
    if remark is None or not remark[0]:
        expected = frame.head, frame.key, frame.bits, frame.size, frame.payload[:KEPT]
        if not frame.whole or came is not None:
            raise InvariantError(f"told of {record} as if all of it had come: {frame}")
    else:
        expected = frame.head, key, frame.bits, size, frame.payload[: len(payload)]
        if (key or b"") != (frame.key or b"")[: len(key or b"")] or size not in (0, frame.size):
            raise InvariantError(f"told of {record}, and fed {frame}")
    if (head, key, bits, size, payload) != expected:
        raise InvariantError(f"told of {record}, and fed {frame}")
    return frame.end - frame.start if came is None else came


def check_answers(found: Conversation, script: Script) -> None:
    """Check that each message was put together and inflated rightly, and came back as it was.

    Also that text, compressed data and size of a message were not found fault with for nothing.

    Raises:
        InvariantError: for a message that was not sent, came back as another one, or not at all.
    """
    deflate, limit = script.deflate, script.settings.max_message_size
    inflate = Inflater(deflate is None or deflate.client_takeover)
    came = [record for record in found.records if record[2] == "in"]
    messages, payload, first = [], b"", 0
    for frame, record in zip(walk(script.data), came, strict=False):
        if frame.head & CONTROL:
            continue
        fault = record[8] and record[8][0]
        if fault and found.code not in (1007, 1009):
            continue
        if frame.opcode:
            first, payload = frame.head, b""
        payload += frame.payload
        if fault:
            _check_fault(found.code, first, payload, frame, inflate, script)
        elif frame.head & FIN:
            messages.append((first & 0xF, inflate(payload, True) if first & RSV1 else payload))
    if script.closing:
        messages = []
    if found.messages != messages:
        raise InvariantError(f"answered {found.messages}, and {messages} came")
    if limit and any(len(message) > limit for _, message in messages):
        raise InvariantError("a message beyond the limit was answered")
    inflate = Inflater(deflate is None or deflate.server_takeover)
    answers = [
        (frame.opcode, inflate(frame.payload, True) if frame.head & RSV1 else frame.payload)
        for frame in walk(bytes(found.line.sent))
        if not frame.head & CONTROL
    ]
    if answers != messages:
        raise InvariantError(f"{answers} came back, and not {messages}")


def check_controls(found: Conversation, script: Script) -> None:
    """Check that each ping was answered, and the close, each with what it said.

    Raises:
        InvariantError: for a control frame that should not have been sent, or should have been.
    """
    heard = [event for event in found.events if event[0] in (CLOSE, PING)]
    expected = [
        (PONG, payload) if opcode == PING else (CLOSE, payload[:2]) for opcode, payload in heard
    ]
    said = [(f.opcode, f.payload) for f in walk(bytes(found.line.sent)) if f.head & CONTROL]
    if script.closing:  # and said so before anything came; a close is not answered by another
        expected = [(CLOSE, b"\x03\xe8"), *(event for event in expected if event[0] == PONG)]
    elif found.code is not None:
        said, failure = said[:-1], said[-1]
        if failure[0] != CLOSE:
            raise InvariantError(f"{failure} sent behind the end")
    if said != expected:
        raise InvariantError(f"sent {said}, and heard {heard}")


def _check_fault(
    code: int | None, first: int, payload: bytes, frame: Frame, inflate: Inflater, script: Script
) -> None:
    """Check that a message has the fault that it failed for: no text, no deflated data, no end."""
    over = frame.whole and bool(frame.head & FIN)
    size = len(payload) - len(frame.payload) + frame.size  # as announced
    if first & RSV1:
        try:
            payload = inflate(payload, over)
        except zlib.error:
            return
        if script.deflate is not None and script.deflate.client_window_bits < 15:
            return  # it may have referred further back than was agreed upon
        size = len(payload)
    if code == 1009:
        wrong = size <= script.settings.max_message_size
    else:
        try:
            _Utf8Decoder().decode(payload, over)
            # CPython takes half a surrogate for the beginning of something.
            wrong = not re.search(b"\xed[\xa0-\xbf]?$", payload)
        except UnicodeDecodeError:
            wrong = first & 0xF != TEXT
    if wrong:
        raise InvariantError(f"{code} for {payload!r} of {size} bytes, {over=}")
