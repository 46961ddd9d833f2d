"""How a refusal is told: as text, as JSON, and whatever bytes it is about."""

import json
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from hypothesis import given
from hypothesis import strategies as st

from webapp.gate.refusals import Refusal, visible
from webapp.gate.responses import API_PATH, refusal_response

REFUSAL = Refusal(
    check="handshake",
    status=426,
    came="Sec-WebSocket-Version: 8",
    expected="13",
    reason="This is an early draft of the protocol.",
    remedy="origins: {allowed: []}",
    headers=(("Sec-WebSocket-Version", "13"), ("X-Twice", "1"), ("X-Twice", "2")),
)

JSON, TEXT, HTML = "application/json", "text/plain", "text/html"

ACCEPTS = [
    # reason, the Accept headers, what answers
    ("nothing is said", [], TEXT),
    ("curl", ["*/*"], TEXT),
    ("JSON alone", ["application/json"], JSON),
    ("JSON in capitals", ["Application/JSON"], JSON),
    ("JSON with a parameter", ["application/json; charset=utf-8"], JSON),
    ("JSON at any weight, and nothing else", ["application/json;q=0.1"], JSON),
    ("applications", ["application/*"], JSON),
    ("JSON before all others", ["application/json, */*;q=0.9"], JSON),
    ("JSON before text", ["text/plain;q=0.5, application/json;q=0.6"], JSON),
    ("JSON before text, in two headers", ["text/plain;q=0.5", "application/json"], JSON),
    ("JSON before text, spaced out", ["text/plain ; Q=0.5 ,\tapplication/json ; q=0.600"], JSON),
    ("no text", ["text/*;q=0, */*"], JSON),
    ("a browser", ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"], HTML),
    ("HTML before text", ["text/plain;q=0.5, text/html"], HTML),
    ("no text but HTML", ["text/plain;q=0, text/*"], HTML),
    ("both alike", ["application/json, text/plain, */*"], TEXT),
    ("text before JSON", ["text/plain, application/json;q=0.9"], TEXT),
    ("any text before JSON", ["text/*, application/json;q=0.9"], TEXT),
    ("no JSON", ["application/json;q=0"], TEXT),
    ("no JSON, but everything", ["application/json;q=0.0, */*"], TEXT),
    ("neither", ["image/png"], TEXT),
    ("another JSON", ["application/json-seq, application/problem+json"], TEXT),
    ("not a media type", ["json"], TEXT),
    ("not a list", [",,;q=;,/,"], TEXT),
]

VISIBLE = [
    ("plain text stays", "https://a.test:80/ ~", "https://a.test:80/ ~"),
    ("a tab", "a\tb", r"a\x09b"),
    ("the first and the last control", "\x00\x1f\x7f", r"\x00\x1f\x7f"),
    ("a byte that is not UTF-8", "\udc80\udcff", r"\x80\xff"),
    ("a character beyond ASCII", "\xff\x80\u20ac", r"\u00ff\u0080\u20ac"),
    ("a character beyond the first plane", "\U0001f600", r"\U0001f600"),
    ("another surrogate", "\ud800\udc7f", r"\ud800\udc7f"),
    ("a backslash", "\\x09", r"\\x09"),
    ("a right-to-left override", "\u202e", r"\u202e"),
]


async def client_for(aiohttp_client: Any, refusal: Refusal) -> TestClient[Any, Any]:
    async def handler(request: web.Request) -> web.Response:
        return refusal_response(request, refusal)

    app = web.Application()
    app.router.add_get("/", handler)
    client: TestClient[Any, Any] = await aiohttp_client(app)
    return client


@pytest.mark.parametrize(("reason", "accept", "answer"), ACCEPTS, ids=[row[0] for row in ACCEPTS])
async def test_the_answer_has_the_form_that_the_client_prefers(
    aiohttp_client: Any, reason: str, accept: list[str], answer: str
) -> None:
    client = await client_for(aiohttp_client, REFUSAL)
    headers = [("Accept", value) for value in accept]
    async with client.get("/", headers=headers, skip_auto_headers=["Accept"]) as response:
        assert response.content_type == answer, reason


@pytest.mark.parametrize(
    ("path", "accept", "answer"),
    [
        ("/api/things", [], JSON),
        ("/api/things", ["*/*"], JSON),
        ("/api/things", ["text/html, */*;q=0.8"], HTML),
        ("/api/things", ["text/plain"], TEXT),
        ("/api", ["*/*"], TEXT),
        ("/apis/", ["*/*"], TEXT),
    ],
)
async def test_programs_are_answered_in_json_where_they_ask(
    aiohttp_client: Any, path: str, accept: list[str], answer: str
) -> None:
    async def handler(request: web.Request) -> web.Response:
        return refusal_response(request, REFUSAL)

    app = web.Application()
    app[API_PATH] = "/api/"
    app.router.add_get("/{path:.*}", handler)
    client = await aiohttp_client(app)
    headers = [("Accept", value) for value in accept]
    async with client.get(path, headers=headers, skip_auto_headers=["Accept"]) as response:
        assert response.content_type == answer


async def test_the_text_says_what_came_what_is_expected_why_and_what_to_do(
    aiohttp_client: Any,
) -> None:
    client = await client_for(aiohttp_client, REFUSAL)
    async with client.get("/") as response:
        assert response.status == 426
        assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert await response.text() == (
            "426 Upgrade Required (handshake): This is an early draft of the protocol.\n"
            "Came: Sec-WebSocket-Version: 8\n"
            "Expected: 13\n"
            "To admit it, set this in the configuration and restart the server: "
            "origins: {allowed: []}\n"
        )


async def test_the_text_of_a_refusal_without_a_remedy_names_none(aiohttp_client: Any) -> None:
    client = await client_for(aiohttp_client, Refusal("limit", 503, "one more", "1", "Full."))
    for accept in ("text/plain", "text/html"):
        async with client.get("/", headers={"Accept": accept}) as response:
            text = await response.text()
            assert "Full." in text
            assert "To admit it" not in text


async def test_the_json_has_the_same_fields(aiohttp_client: Any) -> None:
    client = await client_for(aiohttp_client, REFUSAL)
    async with client.get("/", headers={"Accept": JSON}) as response:
        assert response.status == 426
        assert await response.json() == {
            "error": "This is an early draft of the protocol.",
            "check": "handshake",
            "status": 426,
            "came": "Sec-WebSocket-Version: 8",
            "expected": "13",
            "reason": "This is an early draft of the protocol.",
            "remedy": "origins: {allowed: []}",
            "link": "",
        }


async def test_what_a_client_sent_is_text_in_the_html_too(aiohttp_client: Any) -> None:
    hostile = '<script>alert(1)</script>"&'
    refusal = Refusal(
        "origin", 403, hostile, hostile, hostile, hostile, link='http://a.test/"><script>'
    )
    client = await client_for(aiohttp_client, refusal)
    async with client.get("/", headers={"Accept": HTML}) as response:
        text = await response.text()
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&amp;") == 4
    assert '<a href="http://a.test/&quot;&gt;&lt;script&gt;">' in text
    assert "<script" not in text
    assert "<title>403 Forbidden (origin)</title>" in text


@pytest.mark.parametrize("accept", [TEXT, HTML])
async def test_a_link_is_told_where_there_is_one(aiohttp_client: Any, accept: str) -> None:
    linked = Refusal("handshake", 426, "x", "y", "z", link="http://localhost:8080/")
    for refusal, told in ((linked, True), (REFUSAL, False)):
        client = await client_for(aiohttp_client, refusal)
        async with client.get("/", headers={"Accept": accept}) as response:
            assert ("See" in await response.text()) is told


@pytest.mark.parametrize("accept", [TEXT, HTML, JSON])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_the_answer_has_a_length_and_its_own_headers_and_ends_the_connection(
    aiohttp_client: Any, method: str, accept: str
) -> None:
    client = await client_for(aiohttp_client, REFUSAL)
    async with client.request(method, "/", headers={"Accept": accept}) as response:
        body = await response.read()
        assert (body == b"") == (method == "HEAD")
        assert int(response.headers["Content-Length"]) > 100
        assert method == "HEAD" or int(response.headers["Content-Length"]) == len(body)
        assert response.headers["Connection"] == "close"
        assert response.headers["Sec-WebSocket-Version"] == "13"
        assert response.headers.getall("X-Twice") == ["1", "2"]


@pytest.mark.parametrize("accept", [TEXT, JSON])
async def test_a_lone_surrogate_is_no_reason_to_fail(aiohttp_client: Any, accept: str) -> None:
    refusal = Refusal("path", 404, "\udcff", "\ud800", "é", "\udc80")
    client = await client_for(aiohttp_client, refusal)
    async with client.get("/", headers={"Accept": accept}) as response:
        assert response.status == 404
        text = await response.text()
        assert r"\udcff" in text
        assert r"\ud800" in text
        if accept == JSON:
            assert json.loads(text)["reason"] == "é"
        else:
            assert "é" in text


@pytest.mark.parametrize(("reason", "text", "shown"), VISIBLE, ids=[row[0] for row in VISIBLE])
def test_what_cannot_be_seen_is_written_out(reason: str, text: str, shown: str) -> None:
    assert visible(text) == shown, reason


characters = st.characters(exclude_categories=()) | st.sampled_from("\\xuU089adcf\udc80\udcff")


@given(
    st.lists(characters, max_size=12).map("".join), st.lists(characters, max_size=12).map("".join)
)
def test_two_texts_never_look_the_same(one: str, other: str) -> None:
    assert (visible(one) == visible(other)) == (one == other)


@given(st.lists(characters, max_size=12).map("".join))
def test_what_is_shown_is_printable_ascii(text: str) -> None:
    assert visible(text).isascii()
    assert visible(text).isprintable()
