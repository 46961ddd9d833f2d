"""The shapes that the feed, the API and the page share: microseconds, base64, plain JSON."""

import json
from functools import partial
from typing import Any

import pytest

from webapp.dashboard.encode import event_shape, row_shape, stats_shape
from webapp.hub import Stats
from webapp.journal.events import (
    Closed,
    Ended,
    Event,
    Exchange,
    Frame,
    Noted,
    Opened,
    Refused,
    Rejection,
)
from webapp.journal.summaries import ConnectionSummary
from webapp.wire.roundtrips import NO_ROUND_TRIPS

TIME = 1_700_000_000_123_456_789
MICROSECONDS = 1_700_000_000_123_456

REQUEST = Exchange.of("GET /ws?try=1 HTTP/1.1", (("Host", "h"), ("User-Agent", "curl")))
RESPONSE = Exchange.of("HTTP/1.1 101 Switching Protocols", (("Upgrade", "websocket"),))
REJECTION = Rejection("origin", 403, "a", "b", "It is another.", "origins: {allowed: [a]}")
OPENED = Opened(TIME, "run-1", "[::1]:5", REQUEST, RESPONSE, "chat", ("x; y",))
REFUSED = Refused(TIME, "run-1", "[::1]:5", REQUEST, REJECTION)
ENDED = Ended("client", "closing handshake", 1000, "bye", 1_500_999)
FRAME = Frame(TIME, "run-1", False, 0xA1, b"\x00\xff12", 16, 300, b"\xff\x00hi", "wrong")

REQUEST_SHAPE = {"line": REQUEST.line, "headers": [["Host", "h"], ["User-Agent", "curl"]]}
REJECTION_SHAPE = {
    "check": "origin",
    "status": 403,
    "came": "a",
    "expected": "b",
    "reason": "It is another.",
    "remedy": "origins: {allowed: [a]}",
}
FRAME_SHAPE = {
    "direction": "in",
    "fin": True,
    "rsv1": False,
    "rsv2": True,
    "rsv3": False,
    "opcode": 1,
    "masking_key": "00ff3132",
    "length_bits": 16,
    "extended_length": "012c",
    "wire_size": 308,
    "payload_size": 300,
    "payload": "/wBoaQ==",
    "note": "wrong",
    "compressed": False,
    "message": None,
    "heartbeat": False,
}


def as_read(shape: dict[str, Any]) -> Any:
    """What a reader of the JSON gets."""
    return json.loads(json.dumps(shape))


@pytest.mark.parametrize(
    ("event", "kind", "particulars"),
    [
        (
            OPENED,
            "opened",
            {
                "peer": "[::1]:5",
                "request": REQUEST_SHAPE,
                "response": {"line": RESPONSE.line, "headers": [["Upgrade", "websocket"]]},
                "subprotocol": "chat",
                "extensions": ["x; y"],
            },
        ),
        (
            REFUSED,
            "refused",
            {"peer": "[::1]:5", "request": REQUEST_SHAPE, "refusal": REJECTION_SHAPE},
        ),
        (FRAME, "frame", FRAME_SHAPE),
        (Noted(TIME, "run-1", "slow"), "noted", {"text": "slow"}),
        (
            Closed(TIME, "run-1", ENDED, 2_000_999, 1, 2, 3, 4, 5),
            "closed",
            {
                "by": "client",
                "how": "closing handshake",
                "code": 1000,
                "reason": "bye",
                "quiet": 1500,
                "duration": 2000,
                "messages_in": 1,
                "messages_out": 2,
                "bytes_in": 3,
                "bytes_out": 4,
                "heartbeats": 5,
            },
        ),
    ],
    ids=["opened", "refused", "frame", "noted", "closed"],
)
def test_each_kind_of_event_has_its_shape(
    event: Event, kind: str, particulars: dict[str, Any]
) -> None:
    common = {"kind": kind, "cursor": "run-7", "time": MICROSECONDS, "connection": "run-1"}
    assert as_read(event_shape("run-7", event)) == {**common, **particulars}


def test_a_frame_of_the_server_goes_out_without_a_masking_key() -> None:
    shape = event_shape("run-1", Frame(TIME, "run-1", True, 0x02, None, 7, 0, b"", None))
    assert (shape["direction"], shape["fin"], shape["opcode"]) == ("out", False, 2)
    assert (shape["masking_key"], shape["payload"], shape["note"]) == (None, "", None)


@pytest.mark.parametrize(
    ("bits", "size", "came", "told"),
    [
        (7, 5, None, None),
        (16, 5, None, "0005"),
        (64, 0xFFFF_FFFF_FFFF_FFFF, 14, "ffffffffffffffff"),
        (64, 0x8000_0000_0000_0001, 10, "8000000000000001"),
        (64, 0, 9, ""),
        (16, 0, 2, ""),
    ],
)
def test_a_length_is_told_to_the_last_bit_where_it_came(
    bits: int, size: int, came: int | None, told: str | None
) -> None:
    """JavaScript's numbers have 53 of them."""
    frame = Frame(TIME, "run-1", False, 0x82, b"", bits, size, b"", "at fault", came)
    assert as_read(event_shape("run-1", frame))["extended_length"] == told


def test_a_compressed_message_is_told_inflated_on_its_last_frame() -> None:
    frame = partial(
        Frame, TIME, "run-1", outgoing=True, masking_key=None, length_bits=7, payload_size=3,
        payload=b"abc",
    )  # fmt: skip
    whole = frame(head=0xC1, message=b"hello", message_size=5000)
    parts = [frame(head=0x41), frame(head=0x00, message=b"")]
    told = {"payload": "aGVsbG8=", "size": 5000}
    for event, message in ((whole, told), *((part, None) for part in parts)):
        shape = event_shape("run-1", event)
        assert (shape["compressed"], shape["message"]) == (True, message)
    for plain in (frame(head=0x81), frame(head=0xC1, note="reserved bits")):
        shape = event_shape("run-1", plain)
        assert (shape["compressed"], shape["message"]) == (False, None)
    empty = event_shape("run-1", frame(head=0xC1, message=b""))
    assert empty["message"] == {"payload": "", "size": 0}


def test_a_heartbeat_is_told_as_one() -> None:
    ping = Frame(TIME, "run-1", True, 0x89, None, 7, 1, b"1", heartbeat=True)
    assert event_shape("run-1", ping)["heartbeat"] is True


COMMON_ROW = {
    "id": "run-1",
    "peer": "[::1]:5",
    "user_agent": "curl",
    "origin": None,
    "target": "/ws?try=1",
    "opened": MICROSECONDS,
}


def test_the_row_of_an_open_connection() -> None:
    summary = ConnectionSummary(
        began=OPENED,
        state="open",
        messages_in=1,
        messages_out=2,
        bytes_in=3,
        bytes_out=4,
        heartbeats=5,
        passed=TIME + 1_999,
    )
    assert as_read(row_shape(summary)) == {
        **COMMON_ROW,
        "state": "open",
        "subprotocol": "chat",
        "compressed": True,
        "extension": "x; y",
        "closed": None,
        "messages_in": 1,
        "messages_out": 2,
        "bytes_in": 3,
        "bytes_out": 4,
        "heartbeats": 5,
        "round_trip": None,
        "round_trip_at": None,
        "quiet_since": MICROSECONDS + 2,
        "ending": None,
        "refusal": None,
    }


def test_the_row_of_a_connection_that_has_ended() -> None:
    trips = NO_ROUND_TRIPS.followed_by(TIME + 1000, 9_999).followed_by(TIME + 3000, 7_999)
    closed = Closed(TIME + 5_000_000, "run-1", ENDED, 5_000_000, 0, 0, 0, 0)
    row = as_read(row_shape(ConnectionSummary.of_ended(OPENED, closed, trips)))
    assert row["closed"] == MICROSECONDS + 5000
    assert (row["round_trip"], row["round_trip_at"]) == (7, MICROSECONDS + 3)
    assert row["quiet_since"] == (closed.time - ENDED.quiet) // 1000
    assert row["ending"] == {
        "by": "client",
        "how": "closing handshake",
        "code": 1000,
        "reason": "bye",
        "quiet": 1500,
    }


def test_the_row_of_a_refused_attempt() -> None:
    row = as_read(row_shape(ConnectionSummary(began=REFUSED, state="refused", closed=TIME)))
    assert {**row, **COMMON_ROW} == row
    assert row["refusal"] == REJECTION_SHAPE
    assert (row["subprotocol"], row["compressed"], row["ending"]) == (None, False, None)
    assert row["extension"] is None
    assert row["quiet_since"] == row["opened"]


def test_the_totals_are_told_with_their_time() -> None:
    assert as_read(stats_shape(Stats(TIME, *range(1, 11)))) == {
        "time": MICROSECONDS,
        "open": 1,
        "opened": 2,
        "refused": 3,
        "messages_in": 4,
        "messages_out": 5,
        "bytes_in": 6,
        "bytes_out": 7,
        "heartbeats": 8,
        "recorded": 9,
        "forgotten": 10,
    }
