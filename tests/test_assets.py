"""The page's own files: what is there is served, and nothing that is not."""

from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from yarl import URL

from webapp.assets import assets

Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def client(aiohttp_client: Any, tmp_path: Path) -> Client:
    folder = tmp_path / "static"
    (folder / "css").mkdir(parents=True)
    (folder / "css" / "wide.css").write_text("body { color: black }")
    (folder / "css" / "page.css").write_text('@import "wide.css";\n@import "narrow.css";\n')
    (folder / "css" / "narrow.css").write_text("p { margin: 0 }")
    (folder / "page.png").write_bytes(b"no text")
    (tmp_path / "secret.txt").write_text("not for anybody")
    app = web.Application()
    app.add_subapp("/static/", assets(folder))
    served: Client = await aiohttp_client(app)
    return served


async def test_a_file_is_served_as_what_it_is(client: Client) -> None:
    async with client.get("/static/css/wide.css") as response:
        assert (response.status, response.content_type) == (200, "text/css")
        assert await response.text() == "body { color: black }"


@pytest.mark.parametrize(
    ("accepted", "compressed"),
    [
        ("gzip, deflate, br, zstd", True),
        ("GZIP", True),
        ("br;q=1.0, gzip; q=0.05", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, br", False),
        ("x-gzip-not", False),
        ("identity", False),
        ("", False),
    ],
)
async def test_text_is_compressed_for_those_who_take_it_so(
    client: Client, accepted: str, compressed: bool
) -> None:
    headers = {"Accept-Encoding": accepted}
    async with client.get("/static/css/wide.css", headers=headers) as response:
        assert response.headers.get("Content-Encoding") == ("gzip" if compressed else None)
        assert response.headers["Vary"] == "Accept-Encoding"
        # What names the bytes of the file must not name others.
        assert response.headers["ETag"].startswith("W/") is compressed
        assert await response.text() == "body { color: black }"


async def test_an_answer_without_a_body_has_none_compressed(client: Client) -> None:
    """It would be the beginning of the next answer on that connection."""
    headers = {"Accept-Encoding": "gzip"}
    async with client.get("/static/css/wide.css", headers=headers) as response:
        same = headers | {"If-None-Match": response.headers["ETag"]}
        since = headers | {"If-Modified-Since": response.headers["Last-Modified"]}
    for method, sent, status in (("GET", same, 304), ("GET", since, 304), ("HEAD", headers, 200)):
        async with client.request(method, "/static/css/wide.css", headers=sent) as response:
            assert (response.status, await response.read()) == (status, b"")
        async with client.get("/static/css/wide.css") as response:
            assert await response.text() == "body { color: black }"


async def test_a_part_of_a_file_and_what_is_no_text_go_as_they_are(client: Client) -> None:
    headers = {"Accept-Encoding": "gzip", "Range": "bytes=0-3"}
    async with client.get("/static/css/wide.css", headers=headers) as response:
        assert (response.status, await response.text()) == (206, "body")
        assert "Content-Encoding" not in response.headers
    async with client.get("/static/page.png", headers={"Accept-Encoding": "gzip"}) as response:
        assert (response.status, await response.read()) == (200, b"no text")
        assert "Content-Encoding" not in response.headers


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("css/other.css", 404),
        ("css/", 403),
        ("../secret.txt", 404),
        ("%2e%2e/secret.txt", 404),
        ("css/..%2f..%2fsecret.txt", 404),
        ("/etc/passwd", 404),
        ("%00", 404),
        ("%ff", 404),
        ("x" * 300, 404),  # longer than a name may be
        ("css/wide.css/" + "x/" * 2000, 404),
    ],
)
async def test_what_is_not_there_is_not_found_whatever_its_name(
    client: Client, path: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with client.get(URL(f"/static/{path}", encoded=True)) as response:
        assert response.status == status
    assert [record for record in caplog.records if record.exc_info] == []


async def test_the_style_sheet_of_the_page_comes_in_one_piece(client: Client) -> None:
    for coding in ("gzip", "identity"):
        headers = {"Accept-Encoding": coding}
        async with client.get("/static/css/page.css", headers=headers) as response:
            assert (response.status, response.content_type) == (200, "text/css")
            assert await response.text() == "body { color: black }\np { margin: 0 }\n"
            assert response.headers["Cache-Control"] == "no-cache"
            assert response.headers["ETag"].startswith("W/") is (coding == "gzip")
            known = headers | {"If-None-Match": response.headers["ETag"]}
        async with client.get("/static/css/page.css", headers=known) as response:
            assert (response.status, await response.read()) == (304, b"")
            assert response.headers["ETag"] in known["If-None-Match"]
        other = headers | {"If-None-Match": '"another"'}
        async with client.get("/static/css/page.css", headers=other) as response:
            assert response.status == 200
        async with client.head("/static/css/page.css", headers=headers) as response:
            assert (response.status, await response.read()) == (200, b"")
