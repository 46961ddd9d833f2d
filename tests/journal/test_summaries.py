"""Connections in a line: what is known of one is read from how it began."""

from webapp.dashboard.encode import event_shape, row_shape
from webapp.journal.events import Exchange, Opened, Refused, Rejection
from webapp.journal.summaries import ConnectionSummary

REQUEST = Exchange.of(
    "GET /ws?try=1 HTTP/1.1", (("USER-AGENT", "curl/8"), ("Origin", "http://localhost:8080"))
)
RESPONSE = Exchange.of("HTTP/1.1 101 Switching Protocols", ())
REJECTION = Rejection("host", 421, "evil.example", "localhost", "Another host.", "")


def test_an_open_connection_tells_what_its_handshake_agreed_on() -> None:
    opened = Opened(1, "run-1", "[::1]:5", REQUEST, RESPONSE, "chat", ("permessage-deflate", "x"))
    summary = ConnectionSummary(began=opened, state="open")
    assert summary.id == "run-1"
    assert summary.target == "/ws?try=1"
    assert summary.user_agent == "curl/8"
    assert summary.origin == "http://localhost:8080"
    assert summary.subprotocol == "chat"
    assert summary.compressed
    assert summary.extension == "permessage-deflate, x"
    assert summary.rejection is None


def test_a_refused_attempt_tells_why_and_has_agreed_on_nothing() -> None:
    request = Exchange.of("POST /ws HTTP/1.1", ())
    refused = Refused(1, "run-2", "127.0.0.1:5", request, REJECTION)
    summary = ConnectionSummary(began=refused, state="refused", closed=1)
    assert summary.id == "run-2"
    assert summary.user_agent is None
    assert summary.origin is None
    assert summary.subprotocol is None
    assert not summary.compressed
    assert summary.extension is None
    assert summary.rejection is REJECTION


def test_what_was_asked_for_may_have_spaces_in_it() -> None:
    request = Exchange("GET /ws?token=(redacted, 5 characters)&x=1 HTTP/1.1")
    summary = ConnectionSummary(began=Refused(1, "a", "", request, REJECTION), state="refused")
    assert summary.target == "/ws?token=(redacted, 5 characters)&x=1"


def test_of_what_could_not_be_read_nothing_was_asked_for() -> None:
    summary = ConnectionSummary(
        began=Refused(1, "a", "", Exchange(""), REJECTION), state="refused", closed=1
    )
    assert (summary.target, summary.user_agent, summary.origin) == ("", None, None)
    assert row_shape(summary)["target"] == ""
    assert event_shape("c", summary.began)["request"] == {"line": "", "headers": ()}
