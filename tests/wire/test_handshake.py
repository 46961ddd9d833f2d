"""The opening handshake: RFC 6455 §4.2, by a table of requests."""

from __future__ import annotations

from typing import Any

import pytest
from multidict import CIMultiDict

from webapp.wire.handshake import HandshakeError, UpgradeRequest, negotiate

KEY = "dGhlIHNhbXBsZSBub25jZQ=="  # RFC 6455 §1.3
PROPER = {
    "Upgrade": "websocket",
    "Connection": "keep-alive, Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": KEY,
}


def request(*added: tuple[str, str], without: str = "", **changes: Any) -> UpgradeRequest:
    headers = CIMultiDict({name: value for name, value in PROPER.items() if name != without})
    for name, value in added:
        headers.add(name, value)
    fields: dict[str, Any] = {"method": "GET", "http_version": (1, 1), "has_body": False}
    return UpgradeRequest(headers=headers, **{**fields, **changes})


def test_a_proper_request_is_answered_as_in_the_rfc() -> None:
    handshake = negotiate(request())
    assert handshake.headers == {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
    }


REFUSED = [
    ("a plain GET", UpgradeRequest("GET", (1, 1), CIMultiDict(), False), 426, "WebSocket client"),
    ("a plain POST", UpgradeRequest("POST", (1, 1), CIMultiDict(), True), 405, "must be a GET"),
    ("HEAD", request(method="HEAD"), 405, "must be a GET"),
    ("POST", request(method="POST"), 405, "must be a GET"),
    ("HTTP/1.0", request(http_version=(1, 0)), 400, "HTTP/1.1"),
    ("a body", request(has_body=True), 400, "no body"),
    ("no Upgrade", request(without="Upgrade"), 400, "header Upgrade .* proxy"),
    ("another Upgrade", request(("Upgrade", "h2c"), without="Upgrade"), 400, "header Upgrade"),
    ("no Connection", request(without="Connection"), 400, "header Connection .* proxy"),
    (
        "a Connection that a proxy has changed",
        request(("Connection", "close"), without="Connection"),
        400,
        "header Connection .* proxy",
    ),
    ("no version", request(without="Sec-WebSocket-Version"), 400, "Version is missing"),
    (
        "an old version",
        request(("Sec-WebSocket-Version", "8"), without="Sec-WebSocket-Version"),
        426,
        "version 13",
    ),
    ("two versions", request(("Sec-WebSocket-Version", "8")), 426, "version 13"),
    ("no key", request(without="Sec-WebSocket-Key"), 400, "exactly one Sec-WebSocket-Key"),
    ("two keys", request(("Sec-WebSocket-Key", KEY)), 400, "exactly one Sec-WebSocket-Key"),
    *(
        (
            f"the key {key!r}",
            request(("Sec-WebSocket-Key", key), without="Sec-WebSocket-Key"),
            400,
            "not 16 bytes",
        )
        for key in ("", "short", "dGhlIHNhbXBsZSBub25jZQ", KEY * 2, "*" * 24, "\udcff" * 24)
    ),
    ("a subprotocol with a space", request(("Sec-WebSocket-Protocol", "a b")), 400, "of tokens"),
    ("half a list of subprotocols", request(("Sec-WebSocket-Protocol", "a, b;")), 400, "of tokens"),
    ("an extension with a space", request(("Sec-WebSocket-Extensions", "a b")), 400, "extensions"),
    # RFC 6455 §4.2.1, §9.1, §11.3.4: of such a list, at least one element has to be there.
    *(
        (f"nothing but {value!r} in {name}", request((name, value)), 400, f"{name} is not a list")
        for name in ("Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions")
        for value in ("", " ", ",", ", ,")
    ),
]


@pytest.mark.parametrize(
    ("bad", "status", "reason"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_what_is_no_opening_handshake_is_refused_in_words(
    bad: UpgradeRequest, status: int, reason: str
) -> None:
    with pytest.raises(HandshakeError, match=reason) as caught:
        negotiate(bad)
    assert caught.value.status == status
    assert caught.value.came
    assert caught.value.expected


@pytest.mark.parametrize(
    ("bad", "about"),
    [
        (request(method="PUT"), "method"),
        (UpgradeRequest("GET", (1, 1), CIMultiDict(), False), "upgrade"),
        (request(without="Upgrade"), "upgrade"),
        (request(without="Connection"), "upgrade"),
        (request(without="Sec-WebSocket-Version"), "version"),
        (request(("Sec-WebSocket-Version", "8"), without="Sec-WebSocket-Version"), "version"),
        (request(without="Sec-WebSocket-Key"), "key"),
        (request(("Sec-WebSocket-Key", "short"), without="Sec-WebSocket-Key"), "key"),
        (request(has_body=True), "handshake"),
        (request(("Sec-WebSocket-Protocol", "a b")), "handshake"),
    ],
)
def test_the_part_that_is_wrong_is_named(bad: UpgradeRequest, about: str) -> None:
    with pytest.raises(HandshakeError) as caught:
        negotiate(bad)
    assert caught.value.about == about


def test_another_method_is_told_the_right_one() -> None:
    with pytest.raises(HandshakeError) as caught:
        negotiate(request(method="POST"))
    assert caught.value.headers == {"Allow": "GET"}


def test_a_wrong_version_is_told_the_right_one() -> None:
    bad = request(("Sec-WebSocket-Version", "12"), without="Sec-WebSocket-Version")
    with pytest.raises(HandshakeError) as caught:
        negotiate(bad)
    assert caught.value.headers == {"Sec-WebSocket-Version": "13"}


def test_a_plain_request_is_told_what_to_upgrade_to() -> None:
    """RFC 7231 §6.5.15: a 426 must name the protocol."""
    with pytest.raises(HandshakeError) as caught:
        negotiate(UpgradeRequest("GET", (1, 1), CIMultiDict(), False))
    assert caught.value.headers["Upgrade"] == "websocket"


@pytest.mark.parametrize("upgrade", ["WebSocket", "WEBSOCKET", " websocket "])
def test_the_names_of_protocols_are_compared_without_case(upgrade: str) -> None:
    assert negotiate(request(("Upgrade", upgrade), without="Upgrade"))


SUBPROTOCOLS = [
    ([], "any", None),
    (["chat"], "any", "chat"),
    (["b, a"], "any", "b"),
    (["b", "a"], "any", "b"),
    (["b, a"], ("a", "b"), "b"),
    (["c", "a , b"], ("b", "a"), "a"),
    (["Chat"], ("chat",), None),
    # Elements of a list may be empty (RFC 7230 §7), and several fields are one list.
    (["a,, b"], ("b",), "b"),
    ([", a ,"], "any", "a"),
    (["", "a"], "any", "a"),
    (["chat"], (), None),
]


@pytest.mark.parametrize(("offered", "known", "chosen"), SUBPROTOCOLS)
def test_the_first_subprotocol_that_both_know_is_chosen(
    offered: list[str], known: Any, chosen: str | None
) -> None:
    fields = [("Sec-WebSocket-Protocol", value) for value in offered]
    handshake = negotiate(request(*fields), known)
    assert handshake.subprotocol == chosen
    assert handshake.headers.get("Sec-WebSocket-Protocol") == chosen
