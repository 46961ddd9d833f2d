"""A canary in each place for a secret: the whole server is asked, and nobody tells of it."""

from __future__ import annotations

import base64
import json
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from websockets.sync.client import connect

from tests.command import PATIENCE, serving

CONFIGURATION = """
logging: {level: debug}
journal: {redact: [X-Customer, tenant]}
origins: {allowed: [same-origin, "https://friend.example"]}
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a canary is put: into a request, of which all else is a proper handshake."""

    name: str
    target: str = "/ws?{neighbour}"
    fields: tuple[str, ...] = ()
    line: str = "GET {target} HTTP/1.1"
    canary: Callable[[int], str] = "cAnAry{:03}x".format
    status: int = 101
    recorded: bool = True
    quoted: bool = True  # its target is recorded


def encoded(text: str, times: int) -> str:
    """Percent-encode every character but the braces, so many times."""
    for _ in range(times):
        text = "".join(c if c in "{}" or c.isalnum() else quote(c, safe="") for c in text)
    return text.replace("cAnAry", "c%41nAry") if times else text


def jwt(number: int) -> str:
    parts = ('{"alg":"HS256"}', f'{{"sub":"{number:03}"}}', f"signature of {number:03}")
    return ".".join(base64.urlsafe_b64encode(p.encode()).decode().rstrip("=") for p in parts)


def hexadecimal(number: int) -> str:
    return f"9f86d081884c7d659a2feaa0c55a{number:04x}"


def in_field(name: str, value: str = "{canary}", **others: Any) -> Place:
    return Place(f"{name}: {value}", fields=(f"{name}: {value}",), **others)


def in_target(target: str, **others: Any) -> Place:
    return Place(target, target=target, **others)


REFUSED = ("?{neighbour}&token={canary}", "Authorization: Bearer {canary}", "Cookie: id={canary}")


def refused(name: str, status: int, *fields: str, path: str = "/ws", **others: Any) -> Place:
    """A request that is refused, with the canary in its fields and wherever else there is room."""
    query, *more = REFUSED
    return Place(name, path + query, (*fields, *more), status=status, **others)


ACCEPTED = [
    *map(in_field, ["Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "X-Api-Key"]),
    *map(in_field, ["authorization", "X-AUTH-TOKEN", "X-CSRF-Token", "X-Session-Id", "X-Secret"]),
    in_field("Authorization", "Basic {canary}"),
    in_field("Cookie", "theme=dark; id={canary}"),
    in_field("x-customer"),
    in_field("Referer", "https://friend.example/?x=1&access_token={canary}"),
    in_field("Referer", "https://somebody:{canary}@friend.example/"),
    in_field("X-Original-URI", "/ws?token={canary}"),
    in_field("X-Anything", canary=jwt),
    in_target("/ws?{neighbour}&token={canary}"),
    in_target("/ws?access_token={canary}&{neighbour}"),
    in_target("/ws?{neighbour};password={canary};y=1"),
    in_target("/ws?{neighbour}&apiKey={canary}"),
    in_target("/ws?{neighbour}&SID={canary}"),
    in_target("/ws?{neighbour}&%74o%6ben={canary}"),
    in_target("/ws?{neighbour}&Tenant={canary}"),
    in_target("/ws?{neighbour}&x%2Dcustomer={canary}"),
    in_target("/ws?{neighbour}&next=https://friend.example/?token={canary}"),
    in_target("/ws?{neighbour}&next=" + encoded("https://h.example/?token={canary}", 1)),
    in_target("/ws?{neighbour}&next=" + encoded("https://h.example/?token={canary}", 2)),
    in_target("/ws?{neighbour}&anything={canary}", canary=jwt),
    in_target("http://somebody:{canary}@127.0.0.1:{port}/ws?{neighbour}"),
    in_field("Sec-WebSocket-Protocol", "chat, bearer, {canary}"),
    in_field("Sec-WebSocket-Protocol", "ACCESS_TOKEN, {canary}, more"),
    in_field("Sec-WebSocket-Protocol", "authorization.{canary}, chat"),
    in_field("Sec-WebSocket-Protocol", "chat, base64url.bearer.authorization.k8s.io.{canary}"),
    in_field("Sec-WebSocket-Protocol", "chat, auth-{canary}"),
    # These are agreed on.
    in_field("Sec-WebSocket-Protocol", "bearer.{canary}"),
    in_field("Sec-WebSocket-Protocol", canary=jwt),
    in_field("Sec-WebSocket-Protocol", canary=hexadecimal),
    Place(
        "a list in two fields",
        fields=("Sec-WebSocket-Protocol: token", "Sec-WebSocket-Protocol: {canary}"),
    ),
]

REFUSALS = [
    refused("a foreign origin", 403, "Origin: https://foreign.example"),
    refused("an origin with a password", 403, "Origin: https://somebody:{canary}@h.example"),
    refused("an origin that is none", 403, "Origin: {canary}@h.example"),
    refused("another host", 421, "Host: foreign.example"),
    refused("a host with a password", 421, "Host: somebody:{canary}@127.0.0.1"),
    refused("a bad key", 400, "Sec-WebSocket-Key: short"),
    refused("another version", 426, "Sec-WebSocket-Version: 12"),
    refused("no upgrade", 400, "Upgrade: h2c", "Connection: close"),
    refused("a list of subprotocols that is none", 400, "Sec-WebSocket-Protocol: bearer {canary}"),
    refused("a pair that is no subprotocol", 400, 'Sec-WebSocket-Protocol: token="{canary}"'),
    refused("extensions that are none", 400, "Sec-WebSocket-Extensions: ;", "X-Customer: {canary}"),
    refused("another path", 404, path="/nowhere"),
    refused("another path with a session", 404, path="/nowhere;jsessionid={canary}"),
    refused("another method", 405, line="POST {target} HTTP/1.1"),
    refused("an old HTTP", 400, line="GET {target} HTTP/1.0"),
    refused("a foreign origin at the feed", 403, "Origin: https://foreign.example", path="/live"),
    refused("a foreign origin at the API", 403, "Origin: https://foreign.example",
            "Upgrade: h2c", "Connection: close", path="/api/events"),
    refused("no header line", 400, "{canary}", line="GET {target} HTTP/1.1", quoted=False),
    refused("a character that no header has", 400, "X-Api-Key: {canary}\x00", quoted=False),
    refused("two hosts", 400, "Host: localhost", "host: {canary}", quoted=False),
    refused("a header without end", 400, "Cookie: {canary}" + "x" * 9000, quoted=False),
    refused("a target without a path", 400, path="token={canary}", quoted=False),
    refused("no HTTP", 400, line="GET {target} {canary}", quoted=False),
    refused("no method", 400, line="{canary} {canary}", quoted=False),
    refused("a body that is none", 400, "Transfer-Encoding: chunked\r\n\r\n{canary}",
            line="POST {target} HTTP/1.1", quoted=False),
    # Nobody is told of these at all, and the log is the only place left.
    refused("the page", 200, "Upgrade: h2c", path="/", recorded=False),
    refused("the API", 200, "Upgrade: h2c", path="/api/events", recorded=False),
    refused("no page", 404, "Upgrade: h2c", path="/nowhere", recorded=False),
]  # fmt: skip

PLACES = [*ACCEPTED, *REFUSALS]


def neighbour(number: int) -> str:
    return f"neighbour={number:03}"


def request_of(place: Place, number: int, port: int) -> bytes:
    """The bytes of a handshake, with the given fields in place of those of the same names."""
    values = {"canary": place.canary(number), "neighbour": neighbour(number), "port": port}
    fields = [
        f"Host: 127.0.0.1:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
    ]
    given = [field.format(**values) for field in place.fields]
    names = {field.partition(":")[0] for field in given}
    fields = [field for field in fields if field.partition(":")[0] not in names]
    line = place.line.format(target=place.target.format(**values), **values)
    end = [f"X-Neighbour: beside-{number:03}", *given, "", ""]
    return "\r\n".join([line, *fields, *end]).encode()


def send(port: int, request: bytes) -> int:
    """Send a request, and leave once the status of the answer is there."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        client.sendall(request)
        answer = b""
        while b"\r\n" not in answer and (data := client.recv(4096)):
            answer += data
    return int(answer.split(b" ", 2)[1])


@dataclass(frozen=True, slots=True)
class Told:
    """All that the server tells, by where it tells it."""

    statuses: list[int]
    texts: dict[str, str]

    @property
    def events(self) -> str:
        return self.texts["/api/events"]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What the real command tells, after all requests have been sent."""
    folder: Path = tmp_path_factory.mktemp("secrets")
    (folder / "config.yaml").write_text(CONFIGURATION)
    with serving("--port", "0", cwd=folder) as server:
        port = urlsplit(server.page).port
        assert port is not None
        statuses = [
            send(port, request_of(*each, port)) for each in zip(PLACES, NUMBERS, strict=True)
        ]
        wait_until_all_have_left(port)
        texts = {
            path: get(port, path) for path in ("/", "/api/connections", "/api/events?limit=1000")
        }
        texts["/api/events"] = texts.pop("/api/events?limit=1000")
        for row in json.loads(texts["/api/connections"])["connections"]:
            texts[f"/api/connections/{row['id']}"] = get(port, f"/api/connections/{row['id']}")
        texts["/live"] = watch(port)
        status, texts["the log"] = server.end(2)
        assert status == 0
    return Told(statuses, texts)


NUMBERS = range(1, len(PLACES) + 1)


def get(port: int, path: str) -> str:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == 200
        return answer.read().decode()
    finally:
        connection.close()


def wait_until_all_have_left(port: int) -> None:
    end = time.monotonic() + PATIENCE
    while json.loads(get(port, "/api/connections"))["stats"]["open"]:
        assert time.monotonic() < end


def watch(port: int) -> str:
    """Read the feed until all events have come, and nothing was left out."""
    messages: list[str] = []
    with connect(f"ws://127.0.0.1:{port}/live") as feed:
        while not messages or json.loads(messages[-1])["type"] != "events":
            messages.append(str(feed.recv(timeout=PATIENCE)))
    batch = json.loads(messages[-1])
    assert (batch["skipped"], batch["forgotten"]) == (0, 0)
    return "\n".join(messages)


@pytest.mark.parametrize(("place", "number"), list(zip(PLACES, NUMBERS, strict=True)),
                         ids=[place.name[:60] for place in PLACES])  # fmt: skip
def test_nobody_tells_of_a_canary(told: Told, place: Place, number: int) -> None:
    assert told.statuses[number - 1] == place.status
    canary = place.canary(number)
    secrets = {canary, canary.replace("cAnAry", "c%41nAry"), *canary.split(".")[1:]}
    assert all(len(secret) > 8 for secret in secrets)
    for where, text in told.texts.items():
        for secret in secrets:
            assert secret.lower() not in text.lower(), where


@pytest.mark.parametrize(("place", "number"), list(zip(PLACES, NUMBERS, strict=True)),
                         ids=[place.name[:60] for place in PLACES])  # fmt: skip
def test_what_stands_beside_a_canary_is_told(told: Told, place: Place, number: int) -> None:
    quoted = place.recorded and place.quoted
    assert (f"beside-{number:03}" in told.events) == quoted
    assert (neighbour(number) in told.events) == quoted
    assert (f"beside-{number:03}" in told.texts["/live"]) == quoted


def test_all_that_is_recorded_is_told_everywhere(told: Told) -> None:
    recorded = sum(place.recorded for place in PLACES)
    assert sum(name.startswith("/api/connections/") for name in told.texts) == recorded
    events = json.loads(told.events)["events"]
    kinds = [event["kind"] for event in events]
    assert kinds.count("opened") == kinds.count("closed") == len(ACCEPTED)
    assert kinds.count("refused") == recorded - len(ACCEPTED)
    log = told.texts["the log"].splitlines()
    assert sum(" refused with " in line for line in log) == kinds.count("refused")
    assert "foreign.example" in told.texts["the log"]
    assert all("(redacted, " in told.texts[where] for where in ("/", "/live", "the log"))


def test_what_was_redacted_is_told_by_its_length(told: Told) -> None:
    events = {
        event["request"]["line"]: event
        for event in json.loads(told.events)["events"]
        if event["kind"] == "opened"
    }
    number = 1 + next(n for n, place in enumerate(PLACES) if place.name.startswith("/ws?access_t"))
    line = f"GET /ws?access_token=(redacted, 10 characters)&{neighbour(number)} HTTP/1.1"
    assert line in events
    agreed = [event["subprotocol"] for event in events.values() if event["subprotocol"]]
    assert f"bearer.(redacted, {len(PLACES[0].canary(1))} characters)" in agreed
    assert f"(redacted, {len(hexadecimal(1))} characters)" in agreed
