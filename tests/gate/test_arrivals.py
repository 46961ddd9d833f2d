"""What a request came in by, seen through HTTP: directly, by a trusted proxy, by anybody else."""

import json
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from webapp.gate import (
    PUBLIC_ORIGIN,
    HostPolicy,
    OriginPolicy,
    TrustedProxies,
    gate_middleware,
    host_check,
    origin_check,
    own_origin,
    proxy_check,
    public_origin,
    remote_of,
)

Client = TestClient[Any, Any]

OUTSIDE = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "echo.test",
}


async def serve(aiohttp_client: Any, *trusted: str, public: str = "") -> Client:
    async def handler(request: web.Request) -> web.Response:
        return web.json_response(
            [remote_of(request), own_origin(request), public_origin(request)],
        )

    app = web.Application(
        middlewares=[
            gate_middleware(
                proxy_check(TrustedProxies(trusted)),
                host_check(HostPolicy(["localhost", "echo.test"])),
                origin_check(OriginPolicy(["same-origin"])),
            )
        ]
    )
    app.add_routes([web.get("/", handler)])
    app[PUBLIC_ORIGIN] = public
    client: Client = await aiohttp_client(app)
    return client


async def ask(client: Client, headers: dict[str, str]) -> tuple[int, Any]:
    async with client.get("/", headers={"Host": "localhost:8080", **headers}) as response:
        text = await response.text()
        return response.status, json.loads(text) if response.status == 200 else text


async def test_a_trusted_proxy_says_who_asks_for_what(aiohttp_client: Any) -> None:
    client = await serve(aiohttp_client, "127.0.0.0/8")
    expected = ["203.0.113.9", "https://echo.test", "https://echo.test"]
    assert await ask(client, OUTSIDE) == (200, expected)
    assert await ask(client, {**OUTSIDE, "Origin": "https://echo.test"}) == (200, expected)
    spaced = {name: f"slipped-in ,\t{value} " for name, value in OUTSIDE.items()}
    assert await ask(client, spaced) == (200, expected)
    told = "for=203.0.113.9;proto=https;host=echo.test"
    assert await ask(client, {"Forwarded": told}) == (200, expected)


async def test_nobody_else_does(aiohttp_client: Any) -> None:
    client = await serve(aiohttp_client, "10.0.0.0/8")
    expected = ["127.0.0.1", "http://localhost:8080", "http://localhost:8080"]
    told = {**OUTSIDE, "Forwarded": "for=6.6.6.6;proto=https;host=evil.test"}
    assert await ask(client, told) == (200, expected)
    status, text = await ask(client, {**told, "Origin": "https://echo.test"})
    assert status == 403
    assert "same-origin (http://localhost:8080)" in text


@pytest.mark.parametrize("headers", [{"Origin": "http://localhost:8080"}, {"Origin": "null"}])
async def test_behind_a_proxy_the_inner_origin_is_another(
    aiohttp_client: Any, headers: dict[str, str]
) -> None:
    client = await serve(aiohttp_client, "127.0.0.1")
    assert (await ask(client, {**OUTSIDE, **headers}))[0] == 403


@pytest.mark.parametrize(
    "headers",
    [
        {**OUTSIDE, "X-Forwarded-Host": "evil.test"},
        {**OUTSIDE, "X-Forwarded-Host": "echo.test, evil.test"},
        {**OUTSIDE, "X-Forwarded-Host": ""},
        {**OUTSIDE, "X-Forwarded-Host": "echo.test@evil.test"},
        {**OUTSIDE, "X-Forwarded-Host": "b\udcfccher.test"},
        {**OUTSIDE, "Host": "evil.test"},
        {"Forwarded": "host=evil.test"},
    ],
)
async def test_the_host_that_came_and_the_host_that_is_told_have_to_be_allowed(
    aiohttp_client: Any, headers: dict[str, str]
) -> None:
    """A browser on the proxy's machine has its address: what it says of hosts proves nothing."""
    client = await serve(aiohttp_client, "127.0.0.1")
    raw = {name: value.encode("utf-8", "surrogateescape") for name, value in headers.items()}
    text = {name: value.decode("latin-1") for name, value in raw.items()}
    assert (await ask(client, text))[0] == 421


async def test_what_contradicts_itself_is_refused(aiohttp_client: Any) -> None:
    client = await serve(aiohttp_client, "127.0.0.1")
    status, text = await ask(client, {**OUTSIDE, "Forwarded": "for=6.6.6.6"})
    assert status == 400
    assert "(proxy)" in text
    assert "6.6.6.6" in text


async def test_the_name_that_the_outside_knows_is_for_texts_and_decides_nothing(
    aiohttp_client: Any,
) -> None:
    client = await serve(aiohttp_client, public="https://echo.test")
    assert await ask(client, {}) == (
        200,
        ["127.0.0.1", "http://localhost:8080", "https://echo.test"],
    )
    assert (await ask(client, {"Origin": "https://echo.test"}))[0] == 403
