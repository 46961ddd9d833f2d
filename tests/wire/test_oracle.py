"""Whatever a peer sends, this engine makes of it what other implementations make of it.

The oracles are wsproto and the sans-I/O layer of websockets. Neither is right in everything; where
they are known to differ stands in tables, with the reason, and each row is tried.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from websockets.frames import Opcode
from websockets.protocol import SERVER, Protocol
from wsproto.frame_protocol import FrameDecoder, FrameProtocol, ParseFailed

from tests.wire.conversing import CLOSE, CONTROL, FIN, Frame, heard, walk
from tests.wire.floods import CODES, HALVES, LIMIT, floods, keys
from tests.wire.frames import client_frame
from webapp.wire.frames import MASK, FrameParser, apply_mask, build_header

CONTINUATION, TEXT, BINARY, PING, PONG = 0x0, 0x1, 0x2, 0x9, 0xA

Heard = tuple[list[tuple[int, bytes]], int | None]


# The oracles


def wsproto_hears(data: bytes) -> Heard:
    """Return the messages and control frames that wsproto finds, and the code it fails with."""
    protocol = FrameProtocol(client=False, extensions=[])
    events: list[tuple[int, bytes]] = []
    message = b""
    protocol.receive_bytes(data)
    try:
        for frame in protocol.received_frames():
            opcode = int(frame.opcode)
            if opcode == CLOSE:
                code, reason = frame.payload
                events.append((CLOSE, b"" if code == 1005 else code.to_bytes(2) + reason.encode()))
                break
            if opcode & CONTROL:
                events.append((opcode, bytes(frame.payload)))
                continue
            piece = frame.payload
            message += piece.encode() if isinstance(piece, str) else piece
            if frame.message_finished:
                events.append((opcode, message))
                message = b""
    except ParseFailed as error:
        return events, int(error.code)
    return events, None


def websockets_hears(data: bytes, limit: int) -> Heard:
    """Return the messages and control frames that websockets finds, and the code it fails with."""
    protocol = Protocol(SERVER, max_size=limit)
    protocol.receive_data(data)
    events: list[tuple[int, bytes]] = []
    opcode, message = 0, b""
    for frame in protocol.events_received():
        if frame.opcode & CONTROL:
            events.append((int(frame.opcode), bytes(frame.data)))
            continue
        opcode = opcode if frame.opcode is Opcode.CONT else int(frame.opcode)
        message += frame.data
        if frame.fin:
            events.append((opcode, message))
            message = b""
    error = protocol.parser_exc
    return events, None if error is None else int(protocol.close_sent.code)


# Where the oracles are known to differ


class Fault(NamedTuple):
    """The frame at which two implementations part, and what had come before it."""

    frame: Frame
    ours: int | None  # with which code this engine failed
    theirs: int | None
    within: bool = False  # a message
    room: int = 0  # for the rest of that message, in bytes


class Difference(NamedTuple):
    """How an oracle differs, something that shows it, and whether it is the reason for a fault."""

    reason: str
    shown_by: bytes
    excuses: Callable[[Fault], bool]


WSPROTO_DIFFERS = [
    Difference(
        "it does not know 1014 yet, which came to the registry after RFC 6455",
        client_frame(CLOSE, b"\x03\xf6"),
        lambda fault: fault.frame.opcode == CLOSE and fault.frame.payload[:2] == b"\x03\xf6",
    ),
]

WEBSOCKETS_DIFFERS = [
    Difference(
        "it takes lengths coded in more bits than they need (RFC 6455 §5.2)",
        client_frame(TEXT, b"x", bits=16),
        lambda fault: not fault.frame.sized and fault.ours == 1002,
    ),
    Difference(
        "its sans-I/O layer leaves text to the layer above",
        client_frame(TEXT, b"\xff"),
        lambda fault: not fault.frame.head & CONTROL and fault.ours == 1007,
    ),
    Difference(
        "it takes no close within a message, where any control frame may stand (§5.4)",
        client_frame(TEXT, b"x", fin=False) + client_frame(CLOSE, b"\x03\xe8"),
        lambda fault: fault.frame.opcode == CLOSE and fault.within and fault.theirs == 1002,
    ),
    Difference(
        "it looks at the size before anything but opcode and mask",
        client_frame(CONTINUATION, bytes(LIMIT + 1)),
        lambda fault: fault.frame.size > fault.room and (fault.ours, fault.theirs) == (1002, 1009),
    ),
    Difference(
        "it counts control frames into the message that they stand in",
        client_frame(BINARY, bytes(LIMIT), fin=False) + client_frame(PING, b"x"),
        lambda fault: (
            bool(fault.frame.head & CONTROL)
            and fault.frame.size > fault.room
            and (fault.ours, fault.theirs) == (None, 1009)
        ),
    ),
    Difference(
        "of a close it reads the reason before it judges the code",
        client_frame(CLOSE, b"\x03\xe7\xff"),
        lambda fault: fault.frame.opcode == CLOSE and (fault.ours, fault.theirs) == (1002, 1007),
    ),
]


# wsproto: the same messages, control frames and codes, and no sooner


# A frame that completes whatever wsproto may still be waiting for before it makes up its mind.
COMPLETION = client_frame(CONTINUATION, bytes(8), fin=False)


def parting_from_wsproto(data: bytes) -> Fault | None:
    """Return where wsproto parts with this engine, if it does.

    It looks at a header once all of it came, at the order of fragments with the first byte of a
    payload, and at half a surrogate with the byte behind it; this engine at the first bad byte. So
    it is asked at that byte, and helped over whatever it is waiting for.
    """
    events, ours = heard(data)
    if ours is None:
        read, theirs = len(data), wsproto_hears(data)
        if theirs == (events, None):
            return None
    else:
        read = first_bad(data)
        theirs = wsproto_hears(data[:read] + COMPLETION)
        if theirs == (events, ours) and wsproto_hears(data[: read - 1]) == (events, None):
            return None
    begun = [frame for frame in walk(data[:read] + COMPLETION) if frame.start < read]
    last = next((frame for frame in begun if ours is None and frame.opcode == CLOSE), begun[-1])
    return Fault(last, ours, theirs[1])


def first_bad(data: bytes) -> int:
    """Behind how many bytes of ``data``, fed one by one, the connection fails."""
    good, bad = 0, len(data)
    while bad - good > 1:
        middle = (good + bad) // 2
        if heard(*bytewise(data[:middle]))[1] is None:
            good = middle
        else:
            bad = middle
    return bad


def bytewise(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]


@given(floods())
@example(client_frame(TEXT, b"\xed\xa0", fin=False) + client_frame(PING))
@example(client_frame(TEXT, "€".encode()[:2], fin=False) + client_frame(CONTINUATION, b"\xac"))
@example(client_frame(BINARY, bytes(200), bits=64))
@example(client_frame(TEXT, b"in", fin=False) + client_frame(CLOSE, b"\x03\xe8"))
def test_wsproto_hears_the_same(data: bytes) -> None:
    fault = parting_from_wsproto(data)
    assert fault is None or excused(fault, WSPROTO_DIFFERS)


# websockets: the same messages, control frames and codes, 1009 included, frame by frame


def parting_from_websockets(data: bytes) -> Fault | None:
    """Return where websockets parts with this engine, if it does.

    It makes up its mind at the end of a frame: a frame that did not come whole is filled up.
    """
    size, within = 0, False
    for frame in walk(data):
        upto = data[: frame.end]
        upto += bytes(min(frame.end - len(upto), LIMIT + 1))  # what is larger fails by its header
        (events, ours), theirs = heard(upto, limit=LIMIT), websockets_hears(upto, LIMIT)
        if (events, ours) != theirs:
            return Fault(frame, ours, theirs[1], within, LIMIT - size)
        if ours is not None or CLOSE in dict(events):
            return None
        if not frame.head & CONTROL:
            within = not frame.head & FIN
            size = size + frame.size if within else 0
    return None


@given(floods())
@example(client_frame(BINARY, bytes(LIMIT)))
@example(client_frame(BINARY, bytes(LIMIT), fin=False) + client_frame(CONTINUATION))
@example(client_frame(BINARY, bytes(LIMIT), fin=False) + client_frame(CONTINUATION, b"x"))
def test_websockets_hears_the_same(data: bytes) -> None:
    fault = parting_from_websockets(data)
    assert fault is None or excused(fault, WEBSOCKETS_DIFFERS)


# And both


EDGES = [
    *(client_frame(CLOSE, code.to_bytes(2)) for code in CODES if code != 1014),
    *(client_frame(opcode) for opcode in range(16)),
    *(client_frame(opcode, fin=False) for opcode in range(16)),
    *(client_frame(TEXT, b"x", rsv=rsv) for rsv in range(8)),
    *(client_frame(PING, bytes(size)) for size in (125, 126)),
    *(client_frame(CLOSE, b"\x03\xe8" + b"x" * size) for size in (123, 124)),
    *(client_frame(TEXT, half) + client_frame(PING) for half in HALVES),
    *(client_frame(TEXT, half, fin=False) + client_frame(PING) for half in HALVES),
    b"\x82\xff\x7f" + bytes(11),
    b"\x82\xff\x80" + bytes(11),
    # A length is wrong before the masking key has come.
    b"\x82\xfe\x00\x7d",
    b"\x82\xff\x80" + bytes(7),
    b"\x82\xff" + bytes(8),
]


@pytest.mark.parametrize("data", EDGES, ids=lambda data: data[:12].hex())
def test_both_hear_the_same_at_every_edge(data: bytes) -> None:
    fault = parting_from_wsproto(data)
    assert fault is None or excused(fault, WSPROTO_DIFFERS)
    fault = parting_from_websockets(data)
    assert fault is None or excused(fault, WEBSOCKETS_DIFFERS)


def excused(fault: Fault, differences: list[Difference]) -> list[Difference]:
    return [row for row in differences if row.excuses(fault)]


@pytest.mark.parametrize("row", WSPROTO_DIFFERS, ids=lambda row: row.reason)
def test_wsproto_differs_as_listed(row: Difference) -> None:
    fault = parting_from_wsproto(row.shown_by)
    assert fault is not None
    assert excused(fault, WSPROTO_DIFFERS) == [row]


@pytest.mark.parametrize("row", WEBSOCKETS_DIFFERS, ids=lambda row: row.reason)
def test_websockets_differs_as_listed(row: Difference) -> None:
    fault = parting_from_websockets(row.shown_by)
    assert fault is not None
    assert excused(fault, WEBSOCKETS_DIFFERS) == [row]


@given(floods(), st.data())
def test_how_the_bytes_are_cut_changes_nothing(data: bytes, source: st.DataObject) -> None:
    cuts = source.draw(st.lists(st.integers(0, len(data)), max_size=6).map(sorted))
    chunks = [data[start:stop] for start, stop in pairwise([0, *cuts, len(data)])]
    limit = source.draw(st.sampled_from([0, LIMIT]))
    once = heard(data, limit=limit)
    assert heard(*chunks, limit=limit) == heard(*bytewise(data), limit=limit) == once


# Builder and parser, each against the others'


@st.composite
def server_frames(draw: st.DrawFn) -> tuple[int, bytes]:
    """First byte and payload of a frame, with lengths around every change of their coding."""
    opcode = draw(st.sampled_from([CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG]))
    fin = FIN if opcode & CONTROL else draw(st.sampled_from([0, FIN]))
    size = draw(st.one_of(st.integers(0, 130), st.integers(65530, 65540), st.integers(0, 200_000)))
    beginning = draw(st.binary(max_size=20))
    return fin | opcode, beginning.ljust(size, b"\xa5")[
        : min(size, 125 if opcode & CONTROL else size)
    ]


@given(st.lists(server_frames(), max_size=4), st.data())
def test_what_is_built_is_what_wsproto_decodes(
    frames: list[tuple[int, bytes]], source: st.DataObject
) -> None:
    data = b"".join(build_header(head, len(payload)) + payload for head, payload in frames)
    decoder = FrameDecoder(client=True)
    decoder.receive_bytes(data)
    for head, payload in frames:
        found = decoder.process_buffer()
        assert found is not None
        opcode, decoded, finished, fin = found
        assert (FIN * fin | opcode, bytes(decoded), finished) == (head, payload, True)
    assert decoder.process_buffer() is None


@given(st.lists(server_frames(), max_size=4), st.data())
def test_what_is_built_and_then_masked_is_what_is_parsed(
    frames: list[tuple[int, bytes]], source: st.DataObject
) -> None:
    """A client's frame is a server's with a mask."""
    data = b""
    for head, payload in frames:
        key = source.draw(keys)
        first, second, *length = build_header(head, len(payload))
        data += bytes([first, second | MASK, *length]) + key + apply_mask(payload, key)
    parser = FrameParser()
    parser.feed(data)
    pieces = parser.parse(10)
    assert [(head, payload, last) for head, _, _, _, payload, last, _ in pieces] == [
        (head, payload, True) for head, payload in frames
    ]
    assert parser.violation is None
    assert parser.idle


@given(st.lists(st.one_of(st.text(), st.binary(max_size=300)), max_size=5), st.data())
def test_what_wsproto_sends_is_what_is_heard(
    messages: list[str | bytes], source: st.DataObject
) -> None:
    client = FrameProtocol(client=True, extensions=[])
    data, expected = b"", []
    for message in messages:
        cut = source.draw(st.integers(0, len(message)))
        data += client.send_data(message[:cut], fin=False) + client.ping(b"between")
        data += client.send_data(message[cut:], fin=True)
        whole = message.encode() if isinstance(message, str) else message
        expected += [(PING, b"between"), (TEXT if isinstance(message, str) else BINARY, whole)]
    assert heard(data + client.close(1000, "bye")) == ([*expected, (CLOSE, b"\x03\xe8bye")], None)
