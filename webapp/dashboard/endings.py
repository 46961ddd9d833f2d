"""Tell how a connection ended: who ended it, what that usually means, and where it is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from webapp.dashboard.closecodes import close_code
from webapp.dashboard.formatting import close_name
from webapp.dashboard.idling import IDLE_TIME_OUTS, LIFETIMES, idle_time_out, lifetime
from webapp.dashboard.quantities import THIN_SPACE, duration
from webapp.dashboard.reasons import closing_reason, giving_up_reason

__all__ = ["told"]

_ABNORMAL: Final = 1006
_NO_STATUS: Final = 1005

# RFC 6455 §7.1.5 calls it 1006 if a connection ends without a close frame.
_ABNORMALLY: Final = "RFC 6455 §7.1.5"

# Silence of less than this, in seconds, is nothing to speak of; and of less than that, no time-out
# that anything is known to have.
_SILENCE: Final = 5.0
_IDLE: Final = 25.0

_LEFT: Final = (
    "Usually a program that exited or was killed, a crash, or a proxy that was restarted. A "
    "browser whose page is left or closed says so with 1001."
)
_RESET: Final = (
    "Usually a program that was killed or crashed before it had read everything, or that drops its "
    "connections on purpose; or a proxy or firewall that cut this one."
)

_PINGS: Final = (
    "What helps is a longer time-out there, or pings more often than that: from the client, or by "
    "websocket.heartbeat."
)

_MEANT_FOR_SERVERS: Final = (
    "Meant for servers; from a client's side it is usually a proxy that passes on what a server "
    "behind it said, or a program's mistake."
)

# What a code says of a client, where that is more than of whoever sends it, or something else.
_OF_CLIENTS: Final[Mapping[int, str]] = {
    1001: "A browser says so when its page is left, reloaded or closed; other programs, when they "
    "end.",
    1005: "A browser sends such a close frame for close() without a code. It says neither that all "
    "is well nor that anything is wrong.",
    1010: "The client wanted an extension that this server did not agree to.",
    **dict.fromkeys((1012, 1013, 1014), _MEANT_FOR_SERVERS),
}
# What a code says of this server, where that is not what it says of whoever sends it.
_OF_SERVER: Final[Mapping[int, str]] = {1005: "The close frame held no code."}
# Codes by which a client complains of what it got.
_COMPLAINTS: Final = (1002, 1003, 1007, 1008, 1009)


def told(ended: Mapping[str, Any]) -> dict[str, str]:
    """Tell an ending: ``sentence``, ``meaning`` in one or two more, and the ``clause``, if any.

    Takes what has `by`, `how`, `code`, `reason`, and in microseconds `quiet` and `duration`;
    also `within_frame` and `on_demand`, if it was.
    What the client said is in it as it was sent.
    """
    if ended["code"] != _ABNORMAL:
        return _closed(ended)
    if ended["how"] == "time-out":
        return _given_up(ended)
    if ended["by"] == "client" and ended["how"] in ("end of stream", "reset"):
        return _cut(ended)
    return _telling(f"The {ended['by']} ended the connection: {ended['how']}.", "", _ABNORMALLY)


def _closed(ended: Mapping[str, Any]) -> dict[str, str]:
    """Tell of one with a close frame; whoever sent it first ended the connection."""
    code = close_code(ended["code"])
    said = f", saying “{ended['reason']}”" if ended["reason"] else ""
    closed = f"The {ended['by']} closed the connection with {close_name(ended['code'])}{said}"
    if ended["code"] == _NO_STATUS:
        closed = f"The {ended['by']} closed the connection and gave no code (1005)"
    if ended["by"] == "client":
        meaning = _OF_CLIENTS.get(ended["code"]) or _of("client", code.sentence)
        if ended["code"] in _COMPLAINTS:
            meaning += " So look at what it was sent, by this server or by a proxy in between."
        # A close is answered with its own code (RFC 6455 §5.5.1).
        answered = ended["how"] == "closing handshake"
        answer = "; the server answered with the same" if answered else ""
        return _telling(f"{closed}{answer}.", meaning, code.clause)
    # On demand any words are sent, those of this server's own among them.
    reason = None if ended.get("on_demand") else closing_reason(ended["reason"])
    # Where it has failed the connection, it does not read what the client answers.
    after = _after(ended["how"], heard=reason is None or not reason.fails)
    sentence = f"{closed}; the client {after}."
    if reason is not None:
        return _telling(sentence, reason.meaning, reason.clause)
    # This server has no others of its own.
    means = _OF_SERVER.get(ended["code"]) or _of("server", code.sentence)
    meaning = f"Somebody asked for it on this page or by the API. {means}"
    return _telling(sentence, meaning, code.clause)


def _after(how: str, *, heard: bool) -> str:
    """Say what the client did once the server had closed."""
    match how:
        case "closing handshake":
            return "answered"
        case "time-out":
            return "did not end it in time (websocket.close_timeout)"
        case "reset":
            return "then reset it"
        case _:
            return "then ended it without an answer" if heard else "then ended it"


def _given_up(ended: Mapping[str, Any]) -> dict[str, str]:
    reason = giving_up_reason(ended["reason"])
    sentence = f"The server dropped the connection: {ended['reason'] or 'it was overdue'}."
    if reason is None:
        return _telling(sentence, "", _ABNORMALLY)
    return _telling(sentence, reason.meaning, reason.clause or _ABNORMALLY)


def _cut(ended: Mapping[str, Any]) -> dict[str, str]:
    """Tell of an end without a close frame: of the client, or of something in between."""
    quiet, lasted = ended["quiet"] / 1e6, ended["duration"] / 1e6
    reset = ended["how"] == "reset"
    done = "reset the connection" if reset else "ended the connection without a close frame"
    if ended.get("within_frame"):
        done += ", in the middle of a frame"
    meaning = _RESET if reset else _LEFT
    known = lifetime(lasted)
    if quiet >= _SILENCE:
        done += f" after a silence of {_length(quiet)}, give or take a second"
    elif known:
        done += f", {_length(lasted)} after it had begun"
    if quiet >= _IDLE:
        meaning = _after_silence(quiet)
    elif known:
        meaning = (
            f"{LIFETIMES[known]} end a WebSocket after {_length(known)}, idle or not. {meaning}"
        )
    return _telling(f"The client's side {done}.", meaning, _ABNORMALLY)


def _after_silence(quiet: float) -> str:
    known = idle_time_out(quiet)
    if known is None:
        return (
            f"Either something in between has an idle time-out of about {_length(quiet)}, or the "
            "client ended just then: if another connection ends after the same silence, it is a "
            f"time-out. {_PINGS}"
        )
    return (
        f"That looks like an idle time-out of {known}{THIN_SPACE}s, of something in between or the "
        f"client's own. It is the default of {IDLE_TIME_OUTS[known]}. {_PINGS}"
    )


def _telling(sentence: str, meaning: str, clause: str) -> dict[str, str]:
    return {"sentence": sentence, "meaning": meaning, "clause": clause}


def _of(who: str, sentence: str) -> str:
    """Say of one side what a sentence says of whoever it holds for."""
    return sentence.replace("Whoever sent it", f"The {who}")


def _length(seconds: float) -> str:
    """Write a length of time; of a second no more than a tenth matters here."""
    if seconds >= 600:
        return duration(round(seconds * 1e6))
    return f"{seconds:.1f}{THIN_SPACE}s"
