"""How an ending is told: who ended the connection, what that usually means, and the clause."""

import re
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.dashboard.closecodes import CLOSE_CODES
from webapp.dashboard.endings import told
from webapp.dashboard.idling import IDLE_TIME_OUTS, LIFETIMES

SECOND = 1_000_000


def ended(
    by: str, how: str, code: int = 1006, reason: str = "", quiet: float = 0, lasted: float = 5
) -> dict[str, Any]:
    """An ending; times in seconds."""
    return {
        "by": by,
        "how": how,
        "code": code,
        "reason": reason,
        "quiet": round(quiet * SECOND),
        "duration": round(lasted * SECOND),
    }


HANDSHAKE, END, RESET, LATE = "closing handshake", "end of stream", "reset", "time-out"
SHUTDOWN = "the server is shutting down"
TOO_BIG = "message of 70000 bytes or more, at most 65536 are taken"
NO_PONG = "the peer has not answered a ping for 10 s"

LEFT = "The client's side ended the connection without a close frame"
CLOSED = "The server closed the connection"
ROUGHLY = "give or take a second"

# The sentence as a whole, and what the meaning has to speak of.
TOLD = [
    (
        ended("client", HANDSHAKE, 1000, "done"),
        "The client closed the connection with 1000 normal closure, saying “done”; the server "
        "answered with the same.",
        "served its purpose",
        "RFC 6455 §7.4.1",
    ),
    (
        ended("client", HANDSHAKE, 1001),
        "The client closed the connection with 1001 going away; the server answered with the same.",
        "browser",
        "RFC 6455 §7.4.1",
    ),
    (
        ended("client", HANDSHAKE, 1005),
        "The client closed the connection and gave no code (1005); the server answered with the "
        "same.",
        "close() without a code",
        "RFC 6455 §7.4.1",
    ),
    (
        ended("client", HANDSHAKE, 1002, "bad"),
        "The client closed the connection with 1002 protocol error, saying “bad”; the server "
        "answered with the same.",
        "The client has received something that breaks the protocol. So look at what it was sent",
        "RFC 6455 §7.4.1",
    ),
    (
        ended("client", HANDSHAKE, 1012),
        "The client closed the connection with 1012 service restart; the server answered with the "
        "same.",
        "Meant for servers; from a client's side it is usually a proxy",
        "IANA, WebSocket Close Code Number Registry",
    ),
    (
        ended("client", HANDSHAKE, 1010),
        "The client closed the connection with 1010 extension missing; the server answered with "
        "the same.",
        "The client wanted an extension that this server did not agree to.",
        "RFC 6455 §7.4.1",
    ),
    (
        ended("client", HANDSHAKE, 3456),
        "The client closed the connection with 3456 registered use; the server answered with the "
        "same.",
        "register with IANA",
        "RFC 6455 §7.4.2",
    ),
    (
        ended("client", HANDSHAKE, 4001, "bye"),
        "The client closed the connection with 4001 private use, saying “bye”; the server answered "
        "with the same.",
        "between themselves",
        "RFC 6455 §7.4.2",
    ),
    (
        ended("client", END, 1000),  # not to be seen so far
        "The client closed the connection with 1000 normal closure.",
        "served its purpose",
        "RFC 6455 §7.4.1",
    ),
    (
        ended("client", END),
        f"{LEFT}.",
        "exited or was killed",
        "RFC 6455 §7.1.5",
    ),
    (
        ended("client", RESET),
        "The client's side reset the connection.",
        "crashed before it had read everything",
        "RFC 6455 §7.1.5",
    ),
    (
        ended("client", END, quiet=60.2),
        f"{LEFT} after a silence of 60.2\u202fs, {ROUGHLY}.",
        "idle time-out of 60\u202fs, of something in between or the client's own. "
        "It is the default of nginx",
        "RFC 6455 §7.1.5",
    ),
    (
        ended("client", RESET, quiet=349.6, lasted=400),
        f"The client's side reset the connection after a silence of 349.6\u202fs, {ROUGHLY}.",
        "idle time-out of 350\u202fs, of something in between or the client's own. "
        "It is the default of AWS Network",
        "RFC 6455 §7.1.5",
    ),
    (
        ended("client", END, quiet=80, lasted=90),
        f"{LEFT} after a silence of 80.0\u202fs, {ROUGHLY}.",
        "if another connection ends after the same silence, it is a time-out. What helps",
        "RFC 6455 §7.1.5",
    ),
    (
        ended("client", END, quiet=7200, lasted=9000),
        f"{LEFT} after a silence of 2\u202fh 00\u202fmin, {ROUGHLY}.",
        "an idle time-out of about 2\u202fh 00\u202fmin, or the client ended just then",
        "RFC 6455 §7.1.5",
    ),
    (
        ended("client", END, quiet=2, lasted=30.1),
        f"{LEFT}, 30.1\u202fs after it had begun.",
        "Google Cloud's Application Load Balancers",
        "RFC 6455 §7.1.5",
    ),
    (
        ended("server", HANDSHAKE, 1001, SHUTDOWN),
        f"{CLOSED} with 1001 going away, saying “the server is shutting "
        "down”; the client answered.",
        "stopped, or is about to be restarted",
        "RFC 6455 §7.4.1",
    ),
    (
        ended("server", END, 1001, SHUTDOWN),
        f"{CLOSED} with 1001 going away, saying “the server is shutting "
        "down”; the client then ended it without an answer.",
        "stopped",
        "RFC 6455 §7.4.1",
    ),
    (
        ended("server", END, 1009, TOO_BIG),
        f"{CLOSED} with 1009 message too big, saying “{TOO_BIG}”; the client then ended it.",
        "limits.max_message_size",
        "RFC 6455 §10.4",
    ),
    (
        ended("server", RESET, 1007, "text is not UTF-8 at byte 3"),
        f"{CLOSED} with 1007 invalid payload data, saying “text is not UTF-8 "
        "at byte 3”; the client then reset it.",
        "another encoding",
        "RFC 6455 §8.1",
    ),
    (
        ended("server", LATE, 1008, "message or frame not finished within 60 s"),
        f"{CLOSED} with 1008 policy violation, saying “message or frame not "
        "finished within 60 s”; the client did not end it in time (websocket.close_timeout).",
        "limits.message_timeout",
        "RFC 6455 §10.4",
    ),
    (
        ended("server", HANDSHAKE, 4000, "hey"),
        f"{CLOSED} with 4000 private use, saying “hey”; the client answered.",
        "Somebody asked for it on this page or by the API. Client and server agree",
        "RFC 6455 §7.4.2",
    ),
    (
        ended("server", END, 1005),
        f"{CLOSED} and gave no code (1005); the client then ended it without an answer.",
        "Somebody asked for it on this page or by the API. The close frame held no code.",
        "RFC 6455 §7.4.1",
    ),
    (
        ended("server", HANDSHAKE, 1003, "x"),
        f"{CLOSED} with 1003 unsupported data, saying “x”; the client answered.",
        "by the API. The server has received a kind of data",
        "RFC 6455 §7.4.1",
    ),
    (
        ended("server", LATE, reason=NO_PONG, quiet=30, lasted=60),
        f"The server dropped the connection: {NO_PONG}.",
        "a NAT or firewall that has forgotten the connection",
        "RFC 6455 §5.5.2",
    ),
    (
        ended("server", LATE, reason="the peer has not read for 0.5 s"),
        "The server dropped the connection: the peer has not read for 0.5 s.",
        "limits.slow_peer_timeout",
        "RFC 6455 §7.1.5",
    ),
    (
        ended("server", LATE, reason="internal error"),
        "The server dropped the connection: internal error.",
        "a bug in this server",
        "RFC 6455 §7.1.5",
    ),
    (
        ended("server", LATE),
        "The server dropped the connection: it was overdue.",
        "",
        "RFC 6455 §7.1.5",
    ),
    (
        ended("server", "something new"),
        "The server ended the connection: something new.",
        "",
        "RFC 6455 §7.1.5",
    ),
]


@pytest.mark.parametrize(("ending", "sentence", "meaning", "clause"), TOLD)
def test_an_ending_is_told(
    ending: dict[str, Any], sentence: str, meaning: str, clause: str
) -> None:
    telling = told(ending)
    assert telling.keys() == {"sentence", "meaning", "clause"}
    assert telling["sentence"] == sentence
    assert meaning in telling["meaning"]
    assert telling["clause"] == clause


@pytest.mark.parametrize("by", ["client", "server"])
def test_every_code_that_can_end_a_connection_is_told(by: str) -> None:
    for entry in CLOSE_CODES:
        if entry.first == 1006:
            continue
        telling = told(ended(by, HANDSHAKE, entry.last))
        assert str(entry.last) in telling["sentence"]
        assert "Whoever" not in telling["meaning"]
        assert telling["clause"] == entry.clause


@pytest.mark.parametrize("how", [HANDSHAKE, END, RESET, LATE])
@pytest.mark.parametrize("reason", ["internal error", SHUTDOWN, TOO_BIG])
def test_a_close_on_demand_in_words_of_the_servers_own_is_told_as_that(
    how: str, reason: str
) -> None:
    own = ended("server", how, 1011, reason)
    assert not told(own)["meaning"].startswith("Somebody asked for it")
    demanded = told({**own, "on_demand": True})
    assert demanded["meaning"].startswith("Somebody asked for it on this page or by the API.")
    if how == END:
        assert "without an answer" in demanded["sentence"]


@pytest.mark.parametrize("code", [1010, 1012, 1013, 1014])
def test_what_a_client_says_is_not_told_as_of_this_server(code: int) -> None:
    """1010 is for clients alone, and the others are for servers."""
    (known,) = (entry.sentence for entry in CLOSE_CODES if entry.first == code)
    meaning = told(ended("client", HANDSHAKE, code))["meaning"]
    assert known not in meaning
    assert meaning.startswith("Meant for servers") is (code != 1010)
    assert known in told(ended("server", HANDSHAKE, code))["meaning"]


@pytest.mark.parametrize("seconds", sorted(IDLE_TIME_OUTS))
@pytest.mark.parametrize("how", [END, RESET])
def test_silence_is_named_after_what_cuts_connections_then(seconds: int, how: str) -> None:
    """It is measured up to a second too short, and a timer may be as late."""
    for off in (-1.1, -0.5, 0, 0.9, 1.0):
        meaning = told(ended("client", how, quiet=seconds + off, lasted=900))["meaning"]
        assert f"idle time-out of {seconds}\u202fs" in meaning
        assert IDLE_TIME_OUTS[seconds] in meaning
    for off in (-1.2, 1.1):
        meaning = told(ended("client", how, quiet=seconds + off, lasted=900))["meaning"]
        assert f"{seconds}\u202fs" not in meaning
        assert IDLE_TIME_OUTS[seconds] not in meaning


def test_those_that_the_issue_is_about_are_known() -> None:
    assert {30, 60, 100, 350} <= IDLE_TIME_OUTS.keys()
    assert "nginx" in IDLE_TIME_OUTS[60]
    assert "Cloudflare" in IDLE_TIME_OUTS[100]


def test_no_silence_is_taken_for_two_time_outs() -> None:
    ordered = sorted(IDLE_TIME_OUTS)
    assert all(later - earlier > 2.1 for earlier, later in pairwise(ordered))


@pytest.mark.parametrize("how", [END, RESET])
@pytest.mark.parametrize("quiet", [0, 0.5, 9.9, 20.0, 24.9])
def test_no_time_out_is_claimed_where_there_was_no_silence(how: str, quiet: float) -> None:
    """Heartbeats pass every 20 s, and keep everybody's idle timers from going off."""
    telling = told(ended("client", how, quiet=quiet, lasted=3600))
    assert ("after a silence of" in telling["sentence"]) == (quiet >= 5)
    assert "time-out" not in telling["meaning"]


@pytest.mark.parametrize(
    "ending",
    [
        ended("client", HANDSHAKE, 1000, quiet=60, lasted=60),
        ended("client", HANDSHAKE, 1001, quiet=60, lasted=60),
        ended("server", HANDSHAKE, 1001, SHUTDOWN, quiet=60, lasted=60),
        ended("server", LATE, reason=NO_PONG, quiet=60, lasted=60),
    ],
)
def test_silence_is_no_cause_where_another_is_known(ending: dict[str, Any]) -> None:
    telling = told(ending)
    assert "silence" not in telling["sentence"]
    assert "idle" not in telling["meaning"]


@pytest.mark.parametrize("seconds", sorted(LIFETIMES))
def test_a_lifetime_is_told_only_of_those_who_lasted_as_long(seconds: int) -> None:
    for lasted, known in ((0, True), (1.0, True), (-0.2, False), (1.1, False), (3600, False)):
        meaning = told(ended("client", END, quiet=1, lasted=seconds + lasted))["meaning"]
        assert (LIFETIMES[seconds] in meaning) is known


@given(st.text())
def test_what_was_said_is_told_as_it_was(reason: str) -> None:
    said = f", saying “{reason}”" if reason else ""
    for by in ("client", "server"):
        assert f"1000 normal closure{said};" in told(ended(by, HANDSHAKE, 1000, reason))["sentence"]


def test_each_meaning_is_made_of_sentences() -> None:
    for ending, *_ in TOLD:
        meaning = told(ending)["meaning"]
        assert not meaning or re.fullmatch(r"[A-Z][^\n]*[^ ]\.", meaning), meaning
        assert "  " not in meaning
