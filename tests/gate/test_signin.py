"""How the token comes in, and how a browser keeps it: through HTTP, on real sockets."""

import asyncio
import re
from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import Any

import pytest
from aiohttp import DummyCookieJar, web
from aiohttp.test_utils import TestClient

from webapp.gate import (
    REFUSAL_PAGE,
    Access,
    Refusal,
    access_check,
    answer_unreadable,
    gate_middleware,
    next_path,
    open_to_all,
    sign_in,
    signin,
)
from webapp.gate.guesses import Guesses

TOKEN = "a-token-for-tests"
PERMALINK = "/connections/3fa2c1-17"

Client = TestClient[Any, Any]


@pytest.fixture
def refusals() -> list[Refusal]:
    return []


@pytest.fixture
async def client(aiohttp_client: Any, refusals: list[Refusal]) -> Client:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(text="secrets of others")

    def on_refusal(_: web.Request, refusal: Refusal) -> None:
        refusals.append(refusal)

    access = Access(TOKEN, Guesses(lambda: 0.0))
    is_open = open_to_all(paths=["/ws", "/token"], files=["/healthz", "/static/"])
    app = web.Application(
        middlewares=[
            gate_middleware(
                access_check(access, is_open, pages=re.compile("/|/connections/[^/]*")),
                on_refusal=on_refusal,
            )
        ]
    )
    paths = ["/", "/api/events", "/live", "/ws", "/healthz", "/static/page.css", PERMALINK]
    paths.append(f"{PERMALINK}/diagram.mmd")
    app.add_routes([web.route("*", path, handler) for path in paths])
    app.add_routes([web.post("/token", sign_in(access, on_refusal=on_refusal))])
    answer_unreadable(app, on_refusal)
    client: Client = await aiohttp_client(app, cookie_jar=DummyCookieJar())
    return client


async def get(
    client: Client, target: str, headers: Mapping[str, str] = {}, method: str = "GET", **more: Any
) -> tuple[int, str, Mapping[str, str]]:
    """Return status, text and headers; nothing is followed or kept."""
    async with client.request(
        method, target, headers=headers, allow_redirects=False, **more
    ) as response:
        assert len(response.headers.getall("Set-Cookie", [])) <= 1
        return response.status, await response.text(), response.headers


def cookie_of(headers: Mapping[str, str]) -> SimpleCookie:
    return SimpleCookie(headers["Set-Cookie"])


@pytest.mark.parametrize(
    "target",
    ["/", "/api/events", "/live", "/nowhere", PERMALINK, f"{PERMALINK}/diagram.mmd"],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_without_the_token_nothing_is_to_be_had(
    client: Client, refusals: list[Refusal], target: str, method: str
) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}):
        status, text, answered = await get(client, target, headers, method)
        assert status == 401
        assert "secrets" not in text
        assert answered["WWW-Authenticate"] == 'Bearer realm="Echoscope"'
        assert "Set-Cookie" not in answered
    assert {refusal.check for refusal in refusals} == {"token"}


@pytest.mark.parametrize("target", ["/ws", "/healthz", "/static/page.css"])
async def test_what_is_open_stays_so(client: Client, target: str) -> None:
    assert (await get(client, target))[0] == 200


async def test_only_what_decides_by_itself_is_open_to_other_methods(client: Client) -> None:
    assert (await get(client, "/ws", method="POST"))[0] == 200
    assert (await get(client, "/healthz", method="POST"))[0] == 401
    assert (await get(client, "/static/page.css", method="PUT"))[0] == 401


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_programs_give_it_as_a_bearers(client: Client, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {TOKEN}"}
    assert (await get(client, "/api/events", headers))[1] == "secrets of others"


async def test_two_of_them_have_to_be_right_both(client: Client) -> None:
    for second in ("wrong", ""):
        pairs = [("Authorization", f"Bearer {TOKEN}"), ("Authorization", f"Bearer {second}x")]
        async with client.get("/api/events", headers=pairs) as response:
            assert response.status == 401


async def test_the_form_gives_a_cookie_that_opens_all(client: Client) -> None:
    status, _, headers = await get(
        client, "/token", method="POST", data={"token": TOKEN, "next": "/api/events?limit=3"}
    )
    assert (status, headers["Location"]) == (303, "/api/events?limit=3")
    cookie = cookie_of(headers)
    [(name, morsel)] = cookie.items()
    assert name == f"echoscope-{client.port}"
    assert TOKEN not in morsel.value
    assert morsel["httponly"]
    assert morsel["samesite"] == "Strict"
    assert morsel["path"] == "/"
    assert not morsel["secure"]  # it came without TLS
    for target in ("/", "/live", "/api/events"):
        status, _, _ = await get(client, target, {"Cookie": f"{name}={morsel.value}"})
        assert status == 200
        status, _, _ = await get(client, target, {"Cookie": f"echoscope-1={morsel.value}"})
        assert status == 401


async def test_a_wrong_token_in_the_form_is_told_and_counted(
    client: Client, refusals: list[Refusal]
) -> None:
    for form in ({"token": "wrong"}, {"token": ""}, {}, {"token": "\udcff"}, {"other": TOKEN}):
        data = "&".join(f"{key}={value}" for key, value in form.items())
        status, _, headers = await get(
            client,
            "/token",
            {"Content-Type": "application/x-www-form-urlencoded"},
            "POST",
            data=data.encode("utf-8", "surrogateescape"),
        )
        assert status == 401
        assert "Set-Cookie" not in headers
    assert len(refusals) == 5


async def test_a_second_try_leads_where_the_first_would_have(aiohttp_client: Any) -> None:
    """The page with the form is made for what was asked for, and again for what the form says."""
    access = Access(TOKEN)
    app = web.Application(
        middlewares=[gate_middleware(access_check(access, open_to_all(["/token"])))]
    )
    app[REFUSAL_PAGE] = lambda request, refusal: f"next: {next_path(request)}"
    app.add_routes([web.post("/token", sign_in(access))])
    client: Client = await aiohttp_client(app)
    html = {"Accept": "text/html"}
    assert (await get(client, "/?a=1&token=wrong", html))[1] == "next: /?a=1"
    data = {"token": "wrong", "next": "/?a=1"}
    assert (await get(client, "/token", html, "POST", data=data))[1] == "next: /?a=1"
    data = {"token": "wrong", "next": "//evil.test"}
    assert (await get(client, "/token", html, "POST", data=data))[1] == "next: /"


async def test_what_is_no_small_form_is_refused(client: Client, refusals: list[Refusal]) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await get(client, "/token", method="POST", json={"token": TOKEN}))[0] == 415
    big = b"token=" + b"x" * 9000
    assert (await get(client, "/token", form, "POST", data=big))[0] == 413

    async def chunks() -> Any:
        yield b"token="
        yield TOKEN.encode()

    assert (await get(client, "/token", form, "POST", data=chunks()))[0] == 411
    assert [refusal.status for refusal in refusals] == [415, 413, 411]


@pytest.mark.parametrize(
    "path",
    ["//evil.test", "/\\evil.test", "https://evil.test", "evil", "", "/a\r\nSet-Cookie: x=y", "/ü"],
)
async def test_the_form_leads_nowhere_else(client: Client, path: str) -> None:
    data = {"token": TOKEN, "next": path}
    status, _, headers = await get(client, "/token", method="POST", data=data)
    assert (status, headers["Location"]) == (303, "/")


PAGES = pytest.mark.parametrize("page", ["/", PERMALINK])


@PAGES
async def test_a_link_takes_it_once_and_leads_to_where_it_is_not(client: Client, page: str) -> None:
    status, text, headers = await get(client, f"{page}?a=1&token={TOKEN}&b=%2F")
    assert (status, headers["Location"]) == (303, f"{page}?a=1&b=/")
    assert "secrets" not in text
    assert cookie_of(headers)


@PAGES
async def test_a_link_from_another_site_leads_there_by_itself(client: Client, page: str) -> None:
    """A browser keeps the cookie back from a redirect that another site has begun."""
    for site in ("cross-site", "same-site"):
        headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}
        status, text, answered = await get(client, f"{page}?token={TOKEN}", headers)
        assert (status, answered["Refresh"]) == (200, f"0; url={page}")
        assert "secrets" not in text
        assert cookie_of(answered)


@PAGES
async def test_whoever_follows_a_link_without_it_is_asked_once_it_is_ours(
    client: Client, page: str
) -> None:
    """A browser that has the cookie does not send it with what another site has begun."""
    status, text, headers = await get(client, f"{page}?x=1", {"Sec-Fetch-Site": "cross-site"})
    assert (status, headers["Refresh"]) == (200, f"0; url={page}?x=1")
    assert "secrets" not in text
    assert "Set-Cookie" not in headers
    assert (await get(client, page, {"Sec-Fetch-Site": "same-origin"}))[0] == 401
    assert (await get(client, "/api/events", {"Sec-Fetch-Site": "cross-site"}))[0] == 401


@PAGES
@pytest.mark.parametrize("query", ["?token=wrong", "?token=", f"?token={TOKEN}&token=wrong"])
async def test_a_link_with_another_token_does_not(client: Client, page: str, query: str) -> None:
    status, _, headers = await get(client, page + query)
    assert status == 401
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize(
    "target",
    ["/api/events", "/live", "/nowhere", "/connections", f"{PERMALINK}/diagram.mmd"],
)
async def test_only_pages_take_it_from_their_address(client: Client, target: str) -> None:
    assert (await get(client, f"{target}?token={TOKEN}"))[0] == 401


async def test_a_form_that_does_not_come_is_not_waited_for(
    client: Client, refusals: list[Refusal], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signin, "_PATIENCE", 0.01)
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    writer.write(
        b"POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\ntoken="
    )
    async with asyncio.timeout(10):
        assert (await reader.readline()).startswith(b"HTTP/1.1 408 ")
    writer.close()
    assert [refusal.status for refusal in refusals] == [408]


async def test_a_client_that_waits_to_be_asked_for_the_form_is_asked(client: Client) -> None:
    """But not before it is known who asks: curl does so with what is long."""
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    body = f"token={TOKEN}".encode()
    writer.write(
        b"POST /token HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nConnection: close\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body)
    )
    async with asyncio.timeout(10):
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(body)
        assert (await reader.read()).startswith(b"HTTP/1.1 303 See Other\r\n")
    writer.close()


async def test_who_guesses_is_slowed_down_whichever_way_he_takes(client: Client) -> None:
    statuses = []
    for number in range(4):
        statuses.append((await get(client, "/", {"Authorization": f"Bearer {number}"}))[0])
        data = {"token": f"form {number}"}
        statuses.append((await get(client, "/token", method="POST", data=data))[0])
    assert statuses == [401] * 5 + [429] * 3
    data = {"token": TOKEN}
    status, text, headers = await get(client, "/token", method="POST", data=data)
    assert status == 429
    assert int(headers["Retry-After"]) >= 1
    assert "try again in" in text


async def test_a_page_that_has_a_browser_follow_links_bars_only_links(client: Client) -> None:
    """Nothing tells them from a visitor's, where a browser does not say who sends it there."""
    statuses = [(await get(client, f"/?token=link{number}"))[0] for number in range(8)]
    assert statuses == [401] * 5 + [429] * 3
    assert (await get(client, f"/?token={TOKEN}"))[0] == 429
    assert (await get(client, "/", {"Authorization": f"Bearer {TOKEN}"}))[0] == 200


async def test_a_cookie_of_a_neighbour_does_not_hide_ours(client: Client) -> None:
    _, _, headers = await get(client, f"/?token={TOKEN}")
    [(name, morsel)] = cookie_of(headers).items()
    ours = f"{name}={morsel.value}"
    for cookies in (f"{ours}; {name}=bad", f"{name}=bad; {ours}", f"a=b;{ours};c=d", f"{ours};"):
        assert (await get(client, "/api/events", {"Cookie": cookies}))[0] == 200
    assert (await get(client, "/api/events", {"Cookie": f"x{ours}"}))[0] == 401


@PAGES
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_only_a_visit_takes_it_from_the_address(
    client: Client, page: str, method: str
) -> None:
    status, _, headers = await get(client, f"{page}?token={TOKEN}", method=method)
    assert (status, "Set-Cookie" in headers) == (401, False)


@pytest.mark.parametrize(
    "value", ["Bearer", "Bearer ", "Bearer \xff\xfe", "Bearer a b", "x" * 4000]
)
async def test_no_value_is_a_reason_to_fail(client: Client, value: str) -> None:
    assert (await get(client, "/api/events", {"Authorization": value}))[0] == 401
    assert (await get(client, "/", {"Cookie": value}))[0] == 401
