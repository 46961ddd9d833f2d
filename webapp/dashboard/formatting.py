"""Say events in words: the Jinja filters, as pure functions."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from webapp.dashboard.closecodes import close_code
from webapp.dashboard.quantities import clock, count, duration, elapsed, size, timestamp
from webapp.dashboard.visible import visible

__all__ = [
    "FILTERS",
    "absence",
    "client_name",
    "close_name",
    "ending_words",
    "flags",
    "mark",
    "opcode_name",
    "preview",
    "short_id",
]

#: What an event of the feed looks like; `static/js/types.d.ts` lists its fields.
Event = Mapping[str, Any]

PREVIEW_CHARACTERS: Final = 240

# RFC 6455 §11.8
OPCODES: Final[Mapping[int, str]] = {
    0x0: "continuation",
    0x1: "text",
    0x2: "binary",
    0x8: "close",
    0x9: "ping",
    0xA: "pong",
}

# Controls but for tab and line ends, and bytes that are no UTF-8.
_UNREADABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\udc80-\udcff]")

# The first that matches names the client; browsers claim to be each other, so the order matters.
_CLIENTS: Final = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"\baiohttp/(\d+\.\d+)", "aiohttp"),
        (r"\bwebsockets/(\d+\.\d+)", "websockets"),
        (r"\bEdg(?:A|iOS)?/(\d+)", "Edge"),
        (r"\bOPR/(\d+)", "Opera"),
        (r"\b(?:Firefox|FxiOS)/(\d+)", "Firefox"),
        (r"\bHeadlessChrome/(\d+)", "headless Chrome"),
        (r"\b(?:Chrome|CriOS)/(\d+)", "Chrome"),
        (r"\bVersion/(\d+)[\d.]* .*\bSafari/", "Safari"),
    )
)


def preview(event: Event, most: int = PREVIEW_CHARACTERS) -> str:
    """Say on one visible line what an event holds, with at most so many characters of a payload."""
    match event["kind"]:
        case "frame":
            return _frame_preview(event, most)
        case "opened":
            parts = [event["peer"], event["request"]["line"]]
            if event["subprotocol"]:
                parts.append(f"subprotocol {event['subprotocol']}")
            return visible(" · ".join(parts))
        case "refused":
            return visible(event["refusal"]["reason"])
        case "closed":
            return visible(f"{duration(event['duration'])} · {ending_words(event)}")
        case "noted":
            return visible(event["text"])
        case kind:
            return visible(str(kind))


def flags(event: Event) -> list[str]:
    """List what is unusual in a frame's first two bytes."""
    if event["kind"] != "frame":
        return []
    found = [] if event["fin"] else ["no FIN"]
    # RSV1 says that a message is compressed (RFC 7692 §6), which its mark tells already.
    reserved = ("rsv2", "rsv3") if event["compressed"] else ("rsv1", "rsv2", "rsv3")
    found += [name.upper() for name in reserved if event[name]]
    # RFC 6455 §5.1: a client masks, a server does not.
    masked = event["masking_key"] is not None
    if masked != (event["direction"] == "in"):
        found.append("masked" if masked else "unmasked")
    return found


def mark(event: Event) -> str:
    """Say what is special about a frame, though nothing is wrong with it."""
    if event["kind"] != "frame":
        return ""
    if event["heartbeat"]:
        return "heartbeat"
    if not event["compressed"]:
        return ""
    if event["message"] is None:
        return "deflate part"
    # The last of several frames does not tell what the others took.
    came = "parts" if event["opcode"] == 0x0 else size(event["payload_size"])
    return f"deflate {came} → {size(event['message']['size'])}"


def absence(event: Event) -> str:
    """Say why a frame has nothing to preview."""
    size: int = event["payload_size"]
    return (
        "(empty)" if event["message"] is not None or not size else f"(none of {octets(size)} came)"
    )


def octets(number: int) -> str:
    """Say in full how many bytes something has."""
    return f"{count(number)} {'byte' if number == 1 else 'bytes'}"


def opcode_name(opcode: int) -> str:
    """Name an opcode in the RFC's word; one that is reserved is named by its number."""
    return OPCODES.get(opcode, f"reserved {opcode:#x}")


def close_name(code: int) -> str:
    """Put a close code and its meaning side by side."""
    return f"{code} {close_code(code).name}"


def ending_words(ending: Mapping[str, Any]) -> str:
    """Tell what the one who ended a connection did, and what the other one answered.

    Takes whatever has `by`, `how`, `code` and `reason`.
    """
    by = "client" if ending["by"] == "client" else "server"
    reason = f": {ending['reason']}" if ending["reason"] else ""
    # 1006 stands for the lack of a close frame, 1005 only for that of a code in it.
    named = ending["code"] != 1006
    closed = f"{by} closed, {close_name(ending['code'])}{reason}"
    half = by == "server" and named
    match ending["how"]:
        case "closing handshake":
            return closed
        case "end of stream" if half:
            return f"{closed}; the client then ended the connection"
        case "end of stream":
            return f"{by} left without a closing handshake"
        case "reset" if half:
            return f"{closed}; the client then reset the connection"
        case "reset":
            return f"{by} reset the connection"
        case "time-out" if named:
            return f"{closed}; the client did not close in time"
        case "time-out":
            return f"{by} gave up{reason}"
        case how:
            return f"{by}: {how}"


def client_name(user_agent: str | None) -> str:
    """Say in a few words what a User-Agent header names."""
    if not user_agent:
        return "no User-Agent"
    for pattern, name in _CLIENTS:
        if found := pattern.search(user_agent):
            return f"{name} {found[1]}"
    product, _, number = (
        user_agent.split()[0].partition("/") if user_agent.split() else ("?", "", "")
    )
    return visible(f"{product} {number}".strip()[:28])


def short_id(connection: str) -> str:
    """Keep of a connection's id what tells it from others of the same run."""
    return connection.rpartition("-")[2]


#: Every filter that the templates use, by its name there.
FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    function.__name__: function
    for function in (
        absence, client_name, clock, close_name, count, duration, elapsed, ending_words, flags,
        mark, octets, opcode_name, preview, short_id, size, timestamp, visible,
    )
}  # fmt: skip


def _frame_preview(event: Event, most: int) -> str:
    message = event["message"]
    # Four base64 characters for three bytes, enough for every character to be a four-byte one.
    payload = base64.b64decode((message or event)["payload"][: most * 4 // 3 * 4 + 4])
    opcode: int = event["opcode"]
    if not payload:
        return "no code, no reason" if opcode == 0x8 else ""
    if opcode == 0x8 and len(payload) > 1:
        # RFC 6455 §5.5.1: a two-byte code, then a reason in UTF-8
        reason = _one_line(payload[2:].decode("utf-8", "surrogateescape"), most)
        words = close_name(int.from_bytes(payload[:2], "big"))
        return f"{words}: {reason}" if reason else words
    # What is compressed reads as text only once it is inflated.
    if _reads_as_text(opcode, payload) and (message or not (event["compressed"] or event["rsv1"])):
        return _one_line(payload.decode("utf-8", "surrogateescape"), most)
    return _one_line(payload.hex(" "), most)


def _reads_as_text(opcode: int, payload: bytes) -> bool:
    if opcode == 0x1:
        return True
    if opcode == 0x2:
        return False
    # A continuation does not say what it continues, and a ping may hold anything: go by the bytes.
    text = payload.decode("utf-8", "surrogateescape")
    return len(_UNREADABLE.findall(text)) * 4 <= len(text)


def _one_line(text: str, most: int) -> str:
    shown = visible(text[:most])
    return f"{shown}…" if len(text) > most else shown
