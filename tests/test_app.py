"""The application: what create_app puts together, with the settings that it was given."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSMsgType, web
from yarl import URL

from tests.peer import PATIENCE, dial, eventually
from tests.served import Client, Serve, port_of
from webapp import create_app
from webapp.hub import HUB
from webapp.journal.events import Opened, Refused
from webapp.journal.memory import JOURNAL


def refusals(client: Client) -> list[Refused]:
    page = client.app[JOURNAL].read(limit=1000)
    return [event for _, event in page.events if isinstance(event, Refused)]


# Making one


def test_an_application_is_made_without_a_loop_and_opens_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither does the environment or the folder that it is made in make a difference."""
    (tmp_path / "config.yaml").write_text("websocket: {path: /file}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ECHOSCOPE_WEBSOCKET__PATH", "/environment")
    threads = threading.enumerate()
    descriptors = sorted(Path("/proc/self/fd").iterdir())
    app = create_app()
    assert isinstance(app, web.Application)
    assert threading.enumerate() == threads
    assert sorted(Path("/proc/self/fd").iterdir()) == descriptors
    paths = {resource.canonical for resource in app.router.resources()}
    expected = {
        "/",
        "/ws",
        "/connections/{id}",
        "/connections/{id}/diagram.mmd",
        "/live",
        "/api/connections",
        "/api/connections/{id}",
        "/api/connections/{id}/messages",
        "/api/connections/{id}/ping",
        "/api/connections/{id}/close",
        "/api/broadcast",
        "/api/events",
        "/api/openapi.json",
        "/healthz",
        "/static",
    }
    assert paths == expected


async def test_everything_that_an_application_starts_ends_with_it(serve: Serve) -> None:
    before = asyncio.all_tasks()
    client = await serve()
    assert len(asyncio.all_tasks() - before) == 2  # those that look after clients that hang
    await client.close()
    assert asyncio.all_tasks() == before


async def test_two_applications_share_nothing(serve: Serve) -> None:
    first, second = await serve(), await serve(websocket={"path": "/other"})
    async with dial(port_of(first), "/ws?first"), dial(port_of(second), "/other?second"):
        for client, target in ((first, "/ws?first"), (second, "/other?second")):
            told = await (await client.get("/api/connections")).json()
            assert [row["target"] for row in told["connections"]] == [target]
            page = await (await client.get("/")).text()
            assert target in page
    assert first.app[JOURNAL].run != second.app[JOURNAL].run


# What comes back


async def test_every_message_comes_back(serve: Serve) -> None:
    client = await serve()
    async with client.ws_connect("/ws") as ws:
        await ws.send_str("Grüße")
        assert await ws.receive_str(timeout=PATIENCE) == "Grüße"
        await ws.send_bytes(bytes(range(256)) * 300)
        assert await ws.receive_bytes(timeout=PATIENCE) == bytes(range(256)) * 300


# Settings


async def test_the_echo_is_at_the_path_that_is_configured_and_nowhere_else(serve: Serve) -> None:
    client = await serve(websocket={"path": "/deep/down"})
    async with dial(port_of(client), "/deep/down?x=1") as peer:
        assert peer.status == 101
        await peer.echoed(b"hello")
    async with dial(port_of(client), "/ws") as peer:
        assert peer.status == 404
    async with dial(port_of(client), "/deep/down", ("Origin", "https://evil.example")) as peer:
        assert peer.status == 403
    refused, _ = refusals(client)
    assert refused.rejection.check == "path"
    assert refused.rejection.expected == f"ws://127.0.0.1:{client.port}/deep/down"


async def test_the_largest_message_is_as_configured(serve: Serve) -> None:
    client = await serve(limits={"max_message_size": 200})
    async with dial(port_of(client)) as peer:
        await peer.echoed(bytes(200))
        peer.send(0x2, bytes(201))
        head, payload = await peer.receive()
        assert (head, payload[:2]) == (0x88, (1009).to_bytes(2))


@pytest.mark.parametrize(
    ("subprotocols", "answer"), [("any", b"a"), (("b", "c"), b"b"), (("x",), None), ((), None)]
)
async def test_subprotocols_are_chosen_as_configured(
    serve: Serve, subprotocols: Any, answer: bytes | None
) -> None:
    client = await serve(websocket={"subprotocols": subprotocols})
    async with dial(port_of(client), "/ws", ("Sec-WebSocket-Protocol", "a, b, c")) as peer:
        assert peer.status == 101
        chosen = [
            line.partition(b": ")[2]
            for line in peer.answer.split(b"\r\n")
            if line.lower().startswith(b"sec-websocket-protocol:")
        ]
    assert chosen == ([] if answer is None else [answer])


async def test_the_server_is_full_at_the_number_that_is_configured(serve: Serve) -> None:
    client = await serve(limits={"max_connections": 1})
    async with dial(port_of(client)) as first:
        async with dial(port_of(client)) as second:
            assert second.status == 503
        await first.echoed(b"still here")
        assert (await client.get("/")).status == 200
    (refused,) = refusals(client)
    assert (refused.rejection.check, refused.rejection.status) == ("limit", 503)
    assert refused.rejection.remedy == "limits: {max_connections: 2}"


async def test_the_waits_are_as_configured(serve: Serve) -> None:
    client = await serve(websocket={"heartbeat": 0.2})
    async with dial(port_of(client)) as peer:
        assert (await peer.receive())[0] == 0x89  # a ping


async def test_a_client_that_does_not_close_is_dropped_in_the_time_that_is_configured(
    serve: Serve,
) -> None:
    client = await serve(websocket={"close_timeout": 0.05})
    async with dial(port_of(client)) as peer:
        peer.send(0x3)
        assert (await peer.receive())[0] == 0x88
        await peer.rest()
        await eventually(lambda: not client.app[HUB].stats().open)


async def test_the_journal_keeps_as_much_as_is_configured(serve: Serve) -> None:
    client = await serve(journal={"events": 3, "payload": 2, "connections": 1})
    for _ in range(2):
        await client.get("/ws")
    async with dial(port_of(client)) as peer:
        await peer.echoed(b"hello")
        told = await (await client.get("/api/events")).json()
        assert [event["kind"] for event in told["events"]] == ["opened", "frame", "frame"]
        assert [event.get("payload") for event in told["events"]] == [None, "aGU=", "aGU="]
        assert len(list(client.app[JOURNAL].ended())) == 1


async def test_the_journal_keeps_as_many_bytes_as_are_configured(serve: Serve) -> None:
    client = await serve(journal={"bytes": 5000})
    async with dial(port_of(client)) as peer:
        for _ in range(10):
            await peer.echoed(bytes(3000))
    # The last message and its echo, which are forgotten together.
    assert len(client.app[JOURNAL].read(limit=100).events) == 2


# Who comes in


async def test_another_host_is_refused_and_told_of(serve: Serve) -> None:
    client = await serve(hosts={"allowed": ("echo.example",)}, access={"public": True})
    for path in ("/", "/api/events", "/nowhere", "/token", "/static/icon.svg"):
        assert (await client.get(path)).status == 421, path
        assert (await client.get(path, headers={"Host": "echo.example"})).status != 421, path
    async with dial(port_of(client), "/ws", ("Host", "evil.example")) as peer:
        assert peer.status == 421
    assert [refused.rejection.check for refused in refusals(client)] == ["host"] * 6
    assert refusals(client)[-1].rejection.came == "evil.example"
    assert (await client.get("/healthz")).status == 200


async def test_a_foreign_origin_is_refused_and_told_of(serve: Serve) -> None:
    client = await serve(origins={"allowed": ("https://app.example",), "allow_missing": False})
    for origin, status in (("https://app.example", 101), ("https://evil.example", 403)):
        async with dial(port_of(client), "/ws", ("Origin", origin)) as peer:
            assert peer.status == status
    async with dial(port_of(client)) as peer:
        assert peer.status == 403
    assert [refused.rejection.check for refused in refusals(client)] == ["origin"] * 2
    assert (await client.get("/")).status == 200


async def test_a_foreign_page_may_not_read_and_is_told_of(serve: Serve) -> None:
    client = await serve(origins={"allowed": ("*",)})
    headers = {"Origin": "https://evil.example"}
    for path in ("/live", "/api/events", "/api/connections"):
        assert (await client.get(path, headers=headers)).status == 403
    assert [refused.rejection.check for refused in refusals(client)] == ["reader"] * 3


async def test_an_upgrade_at_another_path_is_told_where_the_socket_is(serve: Serve) -> None:
    client = await serve()
    async with dial(port_of(client), "/socket") as peer:
        assert peer.status == 404
        body = await peer.rest()
    assert f"ws://127.0.0.1:{client.port}/ws".encode() in body
    (refused,) = refusals(client)
    assert (refused.rejection.check, refused.rejection.status) == ("path", 404)
    assert refused.request.line == "GET /socket HTTP/1.1"


async def test_a_browser_gets_a_page_for_a_refusal_and_for_another_host_one_without_files(
    serve: Serve,
) -> None:
    """Whoever asks for another host would be refused the files as well, and each would be told."""
    client = await serve()
    html = {"Accept": "text/html"}
    async with client.get("/ws", headers=html) as response:
        assert "/static/css/page.css" in await response.text()
    async with client.get("/", headers={**html, "Host": "evil.test"}) as response:
        assert response.status == 421
        page = await response.text()
        assert "This server does not answer for evil.test" in page
        assert "/static/" not in page


async def test_the_path_of_the_echo_answers_plain_requests_in_words(serve: Serve) -> None:
    client = await serve()
    response = await client.get("/ws")
    assert response.status == 426
    assert response.headers["Upgrade"] == "websocket"
    (refused,) = refusals(client)
    assert refused.rejection.check == "upgrade"


async def test_a_bug_is_answered_with_the_headers_of_every_answer(
    aiohttp_client: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def bug(_: web.Request) -> web.Response:
        raise RuntimeError("a bug")

    app = create_app()
    app.add_routes([web.get("/bug", bug)])
    client = await aiohttp_client(app)
    async with client.get("/bug") as response:
        assert response.status == 500
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert response.headers["Cache-Control"] == "no-store"
        assert "Server" not in response.headers
        assert "a bug" not in await response.text()
    assert "a bug" in caplog.text


async def test_what_is_no_request_is_told_without_one(serve: Serve) -> None:
    client = await serve()
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(client))
    writer.write(b"no request\r\n\r\n")
    assert b"does not begin with a method of HTTP" in await reader.read()
    writer.close()
    (refused,) = refusals(client)
    assert (refused.rejection.check, refused.rejection.status) == ("http", 400)
    assert (refused.request.line, refused.request.headers) == ("", ())
    async with client.get("/api/connections") as response:
        (row,) = (await response.json())["connections"]
    assert row["refusal"]["reason"] == refused.rejection.reason


async def test_the_feed_without_its_upgrade_is_a_refusal_that_names_the_proxy(serve: Serve) -> None:
    client = await serve()
    async with client.get("/live") as response:
        assert response.status == 426
        assert "a proxy in between" in await response.text()
    (refused,) = refusals(client)
    assert refused.rejection.check == "upgrade"


@pytest.mark.parametrize("method", ["HEAD", "POST", "OPTIONS"])
async def test_it_says_which_method_it_wants(serve: Serve, method: str) -> None:
    client = await serve()
    response = await client.request(method, "/ws")
    assert response.status == 405
    assert response.headers["Allow"] == "GET"
    (refused,) = refusals(client)
    assert refused.rejection.check == "method"


# Every response


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/", {}, 200),
        ("/healthz", {}, 200),
        ("/api/connections", {}, 200),
        ("/api/events", {}, 200),
        ("/api/events?limit=x", {}, 400),
        ("/static/icon.svg", {}, 200),
        ("/static/", {}, 403),
        ("/static/..%2fwebapp/app.py", {}, 404),
        ("/nowhere", {}, 404),
        ("/ws", {}, 426),
        ("/ws", {"Upgrade": "websocket", "Connection": "Upgrade"}, 400),
        ("/live", {}, 426),
        ("/live", {"Origin": "https://evil.example"}, 403),
        ("/x", {"Upgrade": "websocket", "Connection": "Upgrade"}, 404),
        ("/", {"Host": "evil.example"}, 421),
    ],
)
async def test_every_response_tells_browsers_what_it_may_not_do(
    serve: Serve, path: str, headers: dict[str, str], status: int
) -> None:
    client = await serve()
    response = await client.get(URL(path, encoded=True), headers=headers)
    assert response.status == status
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert path == "/static/icon.svg" or "Cross-Origin-Opener-Policy" in response.headers
    assert response.headers["Cache-Control"]
    assert "Server" not in response.headers


async def test_the_answer_to_a_handshake_names_no_server(serve: Serve) -> None:
    client = await serve()
    for target in ("/ws", "/live"):
        async with dial(port_of(client), target) as peer:
            assert peer.status == 101
            assert b"\r\nserver:" not in peer.answer.lower()


# The end


async def test_a_server_that_stops_tells_clients_and_watchers_at_once(serve: Serve) -> None:
    client = await serve()
    async with dial(port_of(client)) as peer:
        watcher = await client.ws_connect("/live")
        await watcher.receive_str(timeout=PATIENCE)
        stopping = asyncio.create_task(client.server.close())
        head, payload = await peer.receive()
        assert (head, payload[:2]) == (0x88, (1001).to_bytes(2))
        peer.send(0x8, payload[:2])
        assert await peer.rest() == b""
        peer.writer.close()
        async with asyncio.timeout(PATIENCE):
            while (await watcher.receive()).type is WSMsgType.TEXT:
                pass
            await stopping
    assert watcher.close_code == 1001


async def test_mute_clients_keep_a_server_no_longer_than_is_configured(serve: Serve) -> None:
    client = await serve(server={"shutdown_timeout": 0.1}, websocket={"close_timeout": 60.0})
    async with dial(port_of(client)), dial(port_of(client)), dial(port_of(client), "/live"):
        async with asyncio.timeout(3):
            await client.server.close()
    assert client.app[HUB].stats().open == 0
    page = client.app[JOURNAL].read(limit=100)
    assert sum(isinstance(event, Opened) for _, event in page.events) == 2
