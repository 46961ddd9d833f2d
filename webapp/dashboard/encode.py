"""Events and connections, put into the shapes in which they are told."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import asdict
from typing import assert_never, cast

from webapp.dashboard import eventshapes, replies, shapes
from webapp.dashboard.endings import told
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

__all__ = ["detail_shape", "event_shape", "row_shape", "stats_shape"]

_LONG = 300  # characters of a text in a row


def event_shape(cursor: str, event: Event) -> eventshapes.Event:
    """Return an event as it is told; ``cursor`` is the place after it."""
    match event:
        case Frame():
            return _frame(cursor, event)
        case Opened():
            return {**_opened(event), "cursor": cursor}
        case Refused():
            return {**_refused(event), "cursor": cursor}
        case Closed():
            return _closed(cursor, event)
        case Noted():
            return {"kind": "noted", "cursor": cursor, **_occasion(event), "text": event.text}
        case _:  # pragma: no cover - all kinds are above
            assert_never(event)


def row_shape(summary: ConnectionSummary) -> shapes.Row:
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
        "target": _shortened(summary.target),
        "opened": summary.began.time // 1000,
        "closed": _micro(summary.closed),
        "messages_in": summary.messages_in,
        "messages_out": summary.messages_out,
        "bytes_in": summary.bytes_in,
        "bytes_out": summary.bytes_out,
        "heartbeats": summary.heartbeats,
        "round_trip": _micro(summary.round_trip),
        "round_trip_at": _micro(summary.round_trip_at),
        "quiet_since": summary.quiet_since // 1000,
        "ending": None if summary.ended is None else _ending(summary.ended),
        "refusal": None if summary.rejection is None else _refusal(summary.rejection),
    }


def detail_shape(summary: ConnectionSummary) -> replies.Detail:
    """Return all that is known of a connection, but for its events."""
    return {
        "connection": row_shape(summary),
        "began": _opened(summary.began)
        if isinstance(summary.began, Opened)
        else _refused(summary.began),
        "round_trips": [
            {"time": time // 1000, "round_trip": took // 1000} for time, took in summary.round_trips
        ],
        "ending": _told(summary),
    }


def stats_shape(stats: Stats) -> shapes.Stats:
    """Return the totals."""
    return cast("shapes.Stats", {**asdict(stats), "time": stats.time // 1000})


def _told(summary: ConnectionSummary) -> shapes.Told | None:
    if summary.ended is None or summary.closed is None:
        return None
    duration = (summary.closed - summary.began.time) // 1000
    ended = {**asdict(summary.ended), **_ending(summary.ended), "duration": duration}
    return cast("shapes.Told", told(ended))


def _micro(nanoseconds: int | None) -> int | None:
    return None if nanoseconds is None else nanoseconds // 1000


def _occasion(event: Event) -> shapes.Occasion:
    return {"time": event.time // 1000, "connection": event.connection}


def _frame(cursor: str, event: Frame) -> eventshapes.FrameEvent:
    rsv1, rsv2, rsv3 = event.rsv
    return {
        "kind": "frame",
        "cursor": cursor,
        **_occasion(event),
        "direction": "out" if event.outgoing else "in",
        "fin": event.fin,
        "rsv1": rsv1,
        "rsv2": rsv2,
        "rsv3": rsv3,
        "opcode": event.opcode,
        "masking_key": None if event.masking_key is None else event.masking_key.hex(),
        "length_bits": event.length_bits,
        "extended_length": _extended_length(event),
        "wire_size": event.wire_size,
        "payload_size": event.payload_size,
        "payload": b64encode(event.payload).decode(),
        "note": event.note,
        "compressed": event.compressed,
        "message": _inflated(event),
        "heartbeat": event.heartbeat,
    }


def _extended_length(frame: Frame) -> str | None:
    """The length behind the first two bytes, as it was sent, in hex; "" where it had not come.

    JavaScript's numbers hold 53 of its 64 bits.
    """
    size = frame.length_bits // 8  # none where 7 bits do
    if not size:
        return None
    return frame.payload_size.to_bytes(size).hex() if frame.wire_size >= 2 + size else ""


def _inflated(frame: Frame) -> eventshapes.Inflated | None:
    """The inflated message that a frame completes, if it was compressed."""
    if frame.message is None or not frame.fin:
        return None
    return {"payload": b64encode(frame.message).decode(), "size": frame.message_size}


def _opened(event: Opened) -> shapes.BeganOpened:
    return {
        "kind": "opened",
        **_occasion(event),
        "peer": event.peer,
        "request": _head(event.request),
        "response": _head(event.response),
        "subprotocol": event.subprotocol,
        "extensions": event.extensions,
    }


def _refused(event: Refused) -> shapes.BeganRefused:
    return {
        "kind": "refused",
        **_occasion(event),
        "peer": event.peer,
        "request": _head(event.request),
        "refusal": _refusal(event.rejection),
    }


def _closed(cursor: str, event: Closed) -> eventshapes.ClosedEvent:
    return {
        "kind": "closed",
        "cursor": cursor,
        **_occasion(event),
        **_ending(event.ended),
        "duration": event.duration // 1000,
        "messages_in": event.messages_in,
        "messages_out": event.messages_out,
        "bytes_in": event.bytes_in,
        "bytes_out": event.bytes_out,
        "heartbeats": event.heartbeats,
    }


def _ending(ended: Ended) -> shapes.Ending:
    shape = {**asdict(ended), "quiet": ended.quiet // 1000}
    for name in ("within_frame", "on_demand"):
        del shape[name]  # it stands in the sentence
    return cast("shapes.Ending", shape)


def _refusal(rejection: Rejection) -> shapes.Refusal:
    return cast("shapes.Refusal", asdict(rejection))


def _head(exchange: Exchange) -> shapes.Head:
    return {"line": exchange.line, "headers": exchange.headers}


def _short(text: str | None) -> str | None:
    return None if text is None else _shortened(text)


def _shortened(text: str) -> str:
    # A header field may be 8 KiB long, and a page is told of hundreds of rows at once.
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"
