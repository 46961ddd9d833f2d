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
    (folder / "css" / "page.css").write_text("body { color: black }")
    (tmp_path / "secret.txt").write_text("not for anybody")
    app = web.Application()
    app.add_subapp("/static/", assets(folder))
    served: Client = await aiohttp_client(app)
    return served


async def test_a_file_is_served_as_what_it_is(client: Client) -> None:
    async with client.get("/static/css/page.css") as response:
        assert (response.status, response.content_type) == (200, "text/css")
        assert await response.text() == "body { color: black }"


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
        ("css/page.css/" + "x/" * 2000, 404),
    ],
)
async def test_what_is_not_there_is_not_found_whatever_its_name(
    client: Client, path: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with client.get(URL(f"/static/{path}", encoded=True)) as response:
        assert response.status == status
    assert [record for record in caplog.records if record.exc_info] == []
