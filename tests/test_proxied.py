"""The application behind a proxy that it trusts: what the outside asked for is what counts."""

from __future__ import annotations

from http.cookies import SimpleCookie

import pytest

from tests.peer import dial
from tests.served import Client, Serve, port_of
from webapp.hub import HUB
from webapp.journal.events import Opened, Refused
from webapp.journal.memory import JOURNAL

TOKEN = "a-token-for-these-tests"
PUBLIC = "https://echo.test"
OUTSIDE = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "echo.test",
}


async def proxied(serve: Serve, **limits: int) -> Client:
    return await serve(
        server={"trusted_proxies": ["127.0.0.1"], "public_url": PUBLIC},
        hosts={"allowed": ["127.0.0.1", "echo.test"]},
        access={"token": TOKEN},
        limits=limits,
    )


async def test_the_form_gives_a_cookie_that_goes_by_tls_alone(serve: Serve) -> None:
    client = await proxied(serve)
    headers = {**OUTSIDE, "Origin": PUBLIC, "Sec-Fetch-Site": "same-origin"}
    form = {"token": TOKEN, "next": "/"}
    async with client.post("/token", data=form, headers=headers, allow_redirects=False) as response:
        assert response.status == 303
        [(name, morsel)] = SimpleCookie(response.headers["Set-Cookie"]).items()
    assert name == "echoscope-443"
    assert morsel["secure"]
    cookie = {"Cookie": f"{name}={morsel.value}"}
    async with client.get("/", headers={**OUTSIDE, **cookie}) as response:
        page = await response.text()
    assert 'data-websocket-url="wss://echo.test/ws"' in page
    async with client.ws_connect("/live", headers={**headers, **cookie}) as feed:
        assert (await feed.receive_json())["type"] == "hello"


async def test_the_own_page_may_open_a_socket_and_others_may_not(serve: Serve) -> None:
    client = await proxied(serve)
    port = port_of(client)
    async with dial(port, "/ws", *OUTSIDE.items(), ("Origin", PUBLIC)) as peer:
        assert peer.status == 101
        (opened,) = [event for event in events(client) if isinstance(event, Opened)]
        assert opened.peer == f"203.0.113.9 via {peer.address}"
    for origin in ("http://echo.test", f"http://127.0.0.1:{port}", "https://echo.test.evil.test"):
        async with dial(port, "/ws", *OUTSIDE.items(), ("Origin", origin)) as peer:
            assert peer.status == 403
    refused = events(client)[-1]
    assert isinstance(refused, Refused)
    assert refused.peer.startswith("203.0.113.9 via 127.0.0.1:")


async def test_clients_are_counted_by_their_own_addresses(serve: Serve) -> None:
    client = await proxied(serve, max_connections_per_ip=1)
    port = port_of(client)
    first, second = ({**OUTSIDE, "X-Forwarded-For": f"203.0.113.{number}"} for number in (1, 2))
    async with dial(port, "/ws", *first.items()) as one, dial(port, "/ws", *second.items()) as two:
        assert (one.status, two.status) == (101, 101)
        async with dial(port, "/ws", *first.items()) as third:
            assert third.status == 503
            assert b"from 203.0.113.1" in await third.rest()


async def test_what_the_outside_is_told_names_the_outside(serve: Serve) -> None:
    client = await proxied(serve)
    async with client.get("/ws") as response:
        assert f"See: {PUBLIC}/" in await response.text()
    async with dial(port_of(client), "/elsewhere") as peer:
        assert b"it is at wss://echo.test/ws" in await peer.rest()


@pytest.mark.parametrize("target", ["/ws", "/live"])
async def test_a_proxy_that_is_not_trusted_is_named_as_what_is_missing(
    serve: Serve, target: str
) -> None:
    """Without it, the own page comes from another origin: the scheme is not the same."""
    client = await serve(
        server={"public_url": PUBLIC}, hosts={"allowed": ["echo.test"]}, access={"token": TOKEN}
    )
    headers = {**OUTSIDE, "Host": "echo.test", "Origin": PUBLIC}
    async with dial(port_of(client), target, *headers.items()) as peer:
        assert peer.status == 403
        told = (await peer.rest()).decode()
    assert "has to be one of server.trusted_proxies" in told


async def test_wrong_tokens_by_the_form_are_told_and_slowed_down_by_client(serve: Serve) -> None:
    client = await proxied(serve)
    own = {"Origin": PUBLIC}
    statuses = []
    for number in range(7):
        form = {"token": f"wrong {number}"}
        async with client.post("/token", data=form, headers={**OUTSIDE, **own}) as response:
            statuses.append(response.status)
    assert statuses == [401] * 5 + [429] * 2
    elsewhere = {**OUTSIDE, **own, "X-Forwarded-For": "203.0.113.10"}
    async with client.post(
        "/token", data={"token": TOKEN}, headers=elsewhere, allow_redirects=False
    ) as response:
        assert response.status == 303
    assert client.app[HUB].stats().refused == 7


def events(client: Client) -> list[object]:
    return [event for _, event in client.app[JOURNAL].read(limit=100).events]
