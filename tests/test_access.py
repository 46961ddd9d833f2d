"""What was recorded, and who gets none of it: every route of the application, every method."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from aiohttp import WSServerHandshakeError, web

from tests.peer import dial, handshake
from tests.served import Client, Serve, port_of
from webapp.hub import HUB

TOKEN = "a-token-for-these-tests"
CANARY = "a canary for all to see who may"

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")

FOREIGN = [
    {"Origin": "https://evil.test"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://localhost:1"},
    {"Origin": "http://evil.localhost"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
]
FOREIGN_HOSTS = ["evil.test", "localhost.evil.test", "", "localhost@evil.test", "127.0.0.1.evil"]


def targets(app: web.Application) -> Iterator[str]:
    """Every path that there is, with something in place of what is variable, and one of none."""
    for resource in app.router.resources():
        yield resource.canonical.replace("{id}", "abc-1")
    yield "/nowhere"


async def ask(client: Client, target: str, headers: dict[str, str], method: str = "GET") -> bytes:
    """Send a request as it is and return all of the answer."""
    fields = {"Host": f"localhost:{port_of(client)}", "Connection": "close", **headers}
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    return await send(client, "\r\n".join([*lines, "", ""]).encode())


async def send(client: Client, raw: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(client))
    writer.write(raw)
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    return answer


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


async def served(serve: Serve, token: str = TOKEN) -> Client:
    """A server where somebody has left something, with every origin allowed for the echo."""
    client = await serve(
        origins={"allowed": ["*"]}, access={"token": token}, journal={"payload": "1KiB"}
    )
    async with client.ws_connect("/ws") as ws:
        await ws.send_str(CANARY)
        assert await ws.receive_str() == CANARY
    return client


@pytest.mark.parametrize("token", [TOKEN, ""], ids=["with a token", "without"])
async def test_no_page_of_another_origin_gets_anything(serve: Serve, token: str) -> None:
    client = await served(serve, token)
    bearer = {"Authorization": f"Bearer {TOKEN}"} if token else {}
    for target in targets(client.app):
        for method in METHODS:
            for headers in FOREIGN:
                answer = await ask(client, target, {**headers, **bearer}, method)
                is_open = target in ("/ws", "/healthz", "/static")
                if not is_open or (target != "/ws" and method not in ("GET", "HEAD")):
                    assert status(answer) == 403, (method, target, headers)
                assert CANARY.encode() not in answer
                assert b"opened" not in answer


async def test_no_other_host_gets_anything(serve: Serve) -> None:
    client = await served(serve)
    for target in targets(client.app):
        for method in METHODS:
            for host in FOREIGN_HOSTS:
                headers = {"Host": host, "Authorization": f"Bearer {TOKEN}"}
                answer = await ask(client, target, headers, method)
                if target != "/healthz":
                    assert status(answer) in (400, 421), (method, target, host)
                assert CANARY.encode() not in answer


async def test_without_the_token_nobody_gets_anything(serve: Serve) -> None:
    client = await served(serve)
    own = f"http://localhost:{port_of(client)}"
    for target in targets(client.app):
        for method in METHODS:
            for headers in ({}, {"Origin": own, "Sec-Fetch-Site": "same-origin"}):
                answer = await ask(client, target, headers, method)
                is_open = target in ("/ws", "/healthz", "/static", "/token")
                if not is_open:
                    assert status(answer) == 401, (method, target)
                assert CANARY.encode() not in answer


# What a page can send anywhere without asking first (Fetch, "CORS-safelisted request-header"), and
# what it could if somebody allowed it.
BODIES = [
    ("text/plain", b'{"text": "from elsewhere"}'),
    ("application/x-www-form-urlencoded", b'{"text": "from elsewhere", "x": "="}'),
    ("multipart/form-data; boundary=x", b'--x\r\n\r\n{"text": "from elsewhere"}\r\n--x--'),
    ("", b'{"text": "from elsewhere"}'),
    ("application/json", b'{"text": "from elsewhere"}'),
]


async def push(client: Client, target: str, headers: dict[str, str], kind: str, body: bytes) -> int:
    fields = {
        "Host": f"localhost:{port_of(client)}",
        "Connection": "close",
        "Content-Length": str(len(body)),
        **({"Content-Type": kind} if kind else {}),
        **headers,
    }
    lines = [f"POST {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    return status(await send(client, "\r\n".join([*lines, "", ""]).encode() + body))


@pytest.mark.parametrize("token", [TOKEN, ""], ids=["with a token", "without"])
async def test_no_page_of_another_origin_can_send_anything(serve: Serve, token: str) -> None:
    client = await served(serve, token)
    bearer = {"Authorization": f"Bearer {TOKEN}"} if token else {}
    async with dial(port_of(client)) as peer:
        (stream,) = client.app[HUB].streams()
        targets = [f"/api/connections/{stream.id}/{what}" for what in ("messages", "ping", "close")]
        targets.append("/api/broadcast")
        for target in targets:
            for kind, body in [*BODIES, ("text/plain", b""), ("", b"")]:
                for headers in (*FOREIGN, {"Host": "evil.test"}):
                    told = await push(client, target, {**headers, **bearer}, kind, body)
                    assert told == (421 if "Host" in headers else 403), (target, kind, headers)
                if kind != "application/json" and body:  # of a browser that names no origin
                    assert await push(client, target, bearer, kind, body) == 415
        await peer.echoed(b"nothing came before this")
        assert stream.traffic.messages_out == 1


async def test_whoever_may_read_may_send_and_nobody_else(serve: Serve) -> None:
    client = await served(serve)
    kind, body = BODIES[-1]
    own = {"Origin": f"http://localhost:{port_of(client)}", "Sec-Fetch-Site": "same-origin"}
    async with dial(port_of(client)) as peer:
        (stream,) = client.app[HUB].streams()
        target = f"/api/connections/{stream.id}/messages"
        for headers in ({}, own, {"Authorization": "Bearer another"}):
            assert await push(client, target, headers, kind, body) == 401
        for headers in ({}, own):
            bearer = {"Authorization": f"Bearer {TOKEN}"}
            assert await push(client, target, {**headers, **bearer}, kind, body) == 202
            assert await peer.receive() == (0x81, b"from elsewhere")


VISIT = {
    "Sec-Fetch-Site": "cross-site",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
}


async def connection_of(client: Client) -> str:
    """The id of the connection over which somebody has left something."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with client.get("/api/connections", headers=headers) as response:
        shapes = (await response.json())["connections"]
    return str(next(shape["id"] for shape in shapes if shape["state"] != "refused"))


async def test_only_pages_are_open_to_those_who_follow_a_link(serve: Serve) -> None:
    client = await served(serve, "")
    name = await connection_of(client)
    targets_to_try = {*targets(client.app), f"/connections/{name}"}
    targets_to_try.add(f"/connections/{name}/diagram.mmd")
    targets_to_try.add(f"/connections/{name}%2Fdiagram.mmd")
    for target in targets_to_try:
        answer = await ask(client, target, VISIT)
        if target in ("/", f"/connections/{name}"):
            assert status(answer) == 200
            assert CANARY.encode() in answer
        elif target == "/connections/abc-1":
            assert status(answer) == 404
        elif target not in ("/ws", "/healthz", "/static"):
            assert status(answer) == 403, target
            assert CANARY.encode() not in answer


async def test_a_link_to_a_connection_leads_there_also_by_the_form(serve: Serve) -> None:
    client = await served(serve)
    page = f"/connections/{await connection_of(client)}?from=a-chat"
    assert status(await ask(client, page, {})) == 401
    answer = await ask(client, page, VISIT)
    assert f"Refresh: 0; url={page}".encode() in answer
    assert CANARY.encode() not in answer
    form = {"token": TOKEN, "next": page}
    own = f"http://{client.host}:{client.port}"
    async with client.post("/token", data=form, headers={"Origin": own}) as response:
        assert str(response.url.relative()) == page
        assert CANARY in await response.text()
    answer = await ask(client, f"{page}&token={TOKEN}", {})
    assert status(answer) == 303
    assert f"Location: {page}\r\n".encode() in answer


@pytest.mark.parametrize("headers", [{}, *FOREIGN, {"Host": "evil.test"}])
async def test_the_feed_tells_nobody_else(serve: Serve, headers: dict[str, str]) -> None:
    client = await served(serve)
    fields = {"Host": f"localhost:{port_of(client)}", **headers}
    answer = await send(client, handshake("/live", port_of(client), *fields.items()))
    assert status(answer) in (401, 403, 421)
    assert b"hello" not in answer
    assert CANARY.encode() not in answer


async def test_with_the_token_a_program_gets_all_of_it(serve: Serve) -> None:
    client = await served(serve)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    for target in ("/", "/api/connections", "/api/events"):
        assert status(await ask(client, target, headers)) == 200
    assert CANARY.encode() in await ask(client, "/", headers)
    async with client.ws_connect("/live", headers=headers) as feed:
        assert (await feed.receive_json())["type"] == "hello"
    with pytest.raises(WSServerHandshakeError, match="401"):
        await client.ws_connect("/live")


async def test_a_browser_gets_a_form_and_with_it_all_the_rest(serve: Serve) -> None:
    client = await served(serve)
    own = f"http://{client.host}:{client.port}"
    async with client.get("/", headers={"Accept": "text/html"}) as response:
        assert response.status == 401
        page = await response.text()
        assert '<form method="post" action="/token">' in page
        assert '<meta name="referrer" content="same-origin">' in page
        assert CANARY not in page
    form = {"token": TOKEN, "next": "/"}
    async with client.post("/token", data=form, headers={"Origin": own}) as response:
        assert response.url.path == "/"
        assert CANARY in await response.text()
    async with client.ws_connect("/live", headers={"Origin": own}) as feed:
        assert (await feed.receive_json())["type"] == "hello"
    async with client.get("/token") as response:  # reloaded
        assert response.url.path == "/"


async def test_a_form_of_another_page_gives_nothing(serve: Serve) -> None:
    client = await served(serve)
    for headers in FOREIGN[:4]:
        async with client.post("/token", data={"token": TOKEN}, headers=headers) as response:
            assert response.status == 403
            assert not response.cookies


async def test_where_there_is_no_token_there_is_no_form(serve: Serve) -> None:
    client = await served(serve, "")
    assert status(await ask(client, "/token", {})) == 404
    assert status(await ask(client, "/", {})) == 200


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        ("/healthz", {}),
        ("/healthz", {"Host": "evil.test"}),
        ("/healthz", {"Origin": "https://evil.test"}),
    ],
)
async def test_healthz_says_that_the_server_lives_and_nothing_else(
    serve: Serve, target: str, headers: dict[str, str]
) -> None:
    answer = await ask(await served(serve), target, headers)
    assert status(answer) == 200
    assert answer.endswith(b"\r\n\r\nok\n")


async def test_the_gate_tells_of_wrong_tokens_and_not_which_they_were(serve: Serve) -> None:
    client = await served(serve)
    for target, headers in (
        ("/api/events", {"Authorization": "Bearer my-other-password"}),
        ("/?token=my-other-password", {}),
        ("/", {"Cookie": f"echoscope-{port_of(client)}=my-other-password"}),
    ):
        assert status(await ask(client, target, headers)) == 401
    answer = await ask(client, "/api/events", {"Authorization": f"Bearer {TOKEN}"})
    assert answer.count(b'"check": "token"') == 3
    assert b"my-other-password" not in answer
    assert TOKEN.encode() not in answer
