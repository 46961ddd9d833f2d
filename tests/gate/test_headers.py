"""What browsers are told about every response of this server."""

from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from webapp.gate.headers import security_headers


@pytest.fixture
async def client(aiohttp_client: Any, tmp_path: Path) -> TestClient[Any, Any]:
    async def page(request: web.Request) -> web.Response:
        return web.Response(text="page")

    async def kept(request: web.Request) -> web.Response:
        return web.Response(text="kept", headers={"Cache-Control": "max-age=60"})

    async def broken(request: web.Request) -> web.Response:
        raise web.HTTPServiceUnavailable

    async def socket(request: web.Request) -> web.WebSocketResponse:
        websocket = web.WebSocketResponse()
        await websocket.prepare(request)
        await websocket.close()
        return websocket

    (tmp_path / "page.css").write_text("a {}")
    app = web.Application()
    app.add_routes(
        [
            web.get("/", page),
            web.get("/kept", kept),
            web.get("/broken", broken),
            web.get("/ws", socket),
            web.static("/static", tmp_path),
        ]
    )
    app.on_response_prepare.append(security_headers)
    test_client: TestClient[Any, Any] = await aiohttp_client(app)
    return test_client


@pytest.mark.parametrize(
    ("path", "status"),
    [("/", 200), ("/kept", 200), ("/static/page.css", 200), ("/nowhere", 404), ("/broken", 503)],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_every_answer_says_what_its_page_may_do(
    client: TestClient[Any, Any], method: str, path: str, status: int
) -> None:
    async with client.request(method, path) as response:
        assert response.status == status
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        directives = response.headers["Content-Security-Policy"].split("; ")
        assert directives[0] == "default-src 'none'"
        assert {"base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"} < set(directives)
        if path.startswith("/static/"):
            return  # a file is no page, and need not be allowed anything
        assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert {"script-src 'self'", "style-src 'self'", "connect-src 'self'"} < set(directives)
        assert {"img-src 'self'", "font-src 'self'"} < set(directives)
        assert "unsafe" not in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/", "/static/page.css", "/nowhere", "/broken", "/ws"])
async def test_no_answer_says_what_the_server_is_made_of(
    client: TestClient[Any, Any], path: str
) -> None:
    async with client.get(path) as response:
        assert "Server" not in response.headers


async def test_a_handshake_carries_nothing_that_is_for_pages(client: TestClient[Any, Any]) -> None:
    async with client.get(
        "/ws",
        headers={
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        },
    ) as response:
        assert response.status == 101
        assert "Server" not in response.headers
        assert "Content-Security-Policy" not in response.headers
        assert "Cache-Control" not in response.headers


async def test_a_file_is_asked_about_each_time_and_sent_once(client: TestClient[Any, Any]) -> None:
    async with client.get("/static/page.css") as response:
        assert response.headers["Cache-Control"] == "no-cache"
        etag = response.headers["ETag"]
    async with client.get("/static/page.css", headers={"If-None-Match": etag}) as response:
        assert response.status == 304
        assert "unsafe" not in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/", "/nowhere", "/broken"])
async def test_nothing_is_stored_by_default(client: TestClient[Any, Any], path: str) -> None:
    async with client.get(path) as response:
        assert response.headers["Cache-Control"] == "no-store"


async def test_what_an_answer_says_about_storing_it_stays(client: TestClient[Any, Any]) -> None:
    async with client.get("/kept") as response:
        assert response.headers.getall("Cache-Control") == ["max-age=60"]
