"""Events and connections in the shape that the feed, the API and the templates share.

Times are integer microseconds since the epoch, because nanoseconds do not fit a JavaScript
number. Payloads are base64: what was on the wire need not be text.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import asdict
from typing import Any, TypeAlias

from webapp.hub import Stats
from webapp.journal.events import Closed, Event, Exchange, Frame, Noted, Opened, Refused
from webapp.journal.summaries import ConnectionSummary

__all__ = ["Shape", "event_shape", "row_shape", "stats_shape"]

Shape: TypeAlias = dict[str, Any]  # ready for json.dumps

_LONG = 300  # characters of a text in a row

_KINDS: dict[type[Event], str] = {
    Opened: "opened",
    Refused: "refused",
    Frame: "frame",
    Noted: "noted",
    Closed: "closed",
}


def event_shape(cursor: str, event: Event) -> Shape:
    """Return an event as it is told; ``cursor`` is the place after it."""
    return {
        "kind": _KINDS[type(event)],
        "cursor": cursor,
        "time": event.time // 1000,
        "connection": event.connection,
        **_particulars(event),
    }


def row_shape(summary: ConnectionSummary) -> Shape:
    """Return a connection's line."""
    return {
        "id": summary.id,
        "state": summary.state,
        "peer": summary.began.peer,
        "user_agent": _short(summary.user_agent),
        "origin": _short(summary.origin),
        "subprotocol": _short(summary.subprotocol),
        "compressed": summary.compressed,
        "extension": _short(summary.extension),
        "target": _short(summary.target),
        "opened": summary.began.time // 1000,
        "closed": None if summary.closed is None else summary.closed // 1000,
        "messages_in": summary.messages_in,
        "messages_out": summary.messages_out,
        "bytes_in": summary.bytes_in,
        "bytes_out": summary.bytes_out,
        "heartbeats": summary.heartbeats,
        "round_trip": None if summary.round_trip is None else summary.round_trip // 1000,
        "ending": summary.ended and asdict(summary.ended),
        "refusal": summary.rejection and asdict(summary.rejection),
    }


def _short(text: str | None) -> str | None:
    # A header field may be 8 KiB long, and a page is told of hundreds of rows at once.
    return text if text is None or len(text) <= _LONG else f"{text[:_LONG]}…"


def stats_shape(stats: Stats) -> Shape:
    """Return the totals."""
    return {**asdict(stats), "time": stats.time // 1000}


def _particulars(event: Event) -> Shape:
    match event:
        case Frame():
            rsv1, rsv2, rsv3 = event.rsv
            return {
                "direction": "out" if event.outgoing else "in",
                "fin": event.fin,
                "rsv1": rsv1,
                "rsv2": rsv2,
                "rsv3": rsv3,
                "opcode": event.opcode,
                "masking_key": None if event.masking_key is None else event.masking_key.hex(),
                "length_bits": event.length_bits,
                "wire_size": event.wire_size,
                "payload_size": event.payload_size,
                "payload": b64encode(event.payload).decode(),
                "note": event.note,
                "compressed": event.compressed,
                "message": _message(event),
                "heartbeat": event.heartbeat,
            }
        case Opened():
            return {
                "peer": event.peer,
                "request": _exchange(event.request),
                "response": _exchange(event.response),
                "subprotocol": event.subprotocol,
                "extensions": event.extensions,
            }
        case Refused():
            return {
                "peer": event.peer,
                "request": _exchange(event.request),
                "refusal": asdict(event.rejection),
            }
        case Closed():
            return {
                **asdict(event.ended),
                "duration": event.duration // 1000,
                "messages_in": event.messages_in,
                "messages_out": event.messages_out,
                "bytes_in": event.bytes_in,
                "bytes_out": event.bytes_out,
                "heartbeats": event.heartbeats,
            }
        case Noted():
            return {"text": event.text}
    raise AssertionError(f"unknown event {event!r}")  # pragma: no cover - all kinds are above


def _message(frame: Frame) -> Shape | None:
    """The inflated message that a frame completes, if it was compressed."""
    if frame.message is None or not frame.fin:
        return None
    return {"payload": b64encode(frame.message).decode(), "size": frame.message_size}


def _exchange(exchange: Exchange) -> Shape:
    return {"line": exchange.line, "headers": exchange.headers}
