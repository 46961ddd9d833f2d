"""The gate as clients meet it: the middlewares in the order of the application, on real sockets."""

import asyncio
import re
import shutil
import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from webapp.gate import (
    HostPolicy,
    OriginPolicy,
    Refusal,
    TrustedProxies,
    gate_middleware,
    host_check,
    open_to_all,
    origin_check,
    origin_middleware,
    own_origin,
    reader_check,
    upgrade_path_check,
)

UPGRADE = (("Connection", "Upgrade"), ("Upgrade", "websocket"))
APP = "https://app.example.com"
PERMALINK = "/connections/3fa2c1-17"


def application(
    refusals: list[Refusal], files: Path | None = None, **policies: Any
) -> web.Application:
    """Return an application that answers what was let in with the path that it asked for."""

    async def handler(request: web.Request) -> web.Response:
        return web.Response(text=f"in: {request.path} of {own_origin(request)}")

    def on_refusal(request: web.Request, refusal: Refusal) -> None:
        refusals.append(refusal)

    hosts = policies.get("hosts", ["localhost", "127.0.0.1", "[::1]"])
    origins = policies.get("origins", ["same-origin", APP])
    app = web.Application(
        middlewares=[
            gate_middleware(
                host_check(HostPolicy(hosts)),
                upgrade_path_check(["/ws", "/live"]),
                origin_check(OriginPolicy(origins), paths={"/ws"}),
                reader_check(
                    open_to_all(paths=["/ws"], files=["/healthz", "/static/"]),
                    pages=re.compile("/|/connections/[^/]*"),
                ),
                on_refusal=on_refusal,
            )
        ]
    )
    routes = ["/", "/ws", "/live", "/lively", "/api/", "/api/events", "/apis", "/healthz"]
    routes += ["/connections/{id:[^/]*}", "/connections/{id}/diagram.mmd"]
    app.add_routes([web.route("*", path, handler) for path in routes])
    if files is not None:
        app.add_routes([web.static("/static", files)])
    return app


class Wire:
    """Sends bytes to the application and takes all that comes back until the connection ends."""

    def __init__(self, port: int, refusals: list[Refusal], host: str = "127.0.0.1") -> None:
        self.port = port
        self.refusals = refusals
        self.host = host

    async def send(self, raw: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(self.host, self.port)
        try:
            writer.write(raw)
            async with asyncio.timeout(10):
                return await reader.read()
        finally:
            writer.close()
            await writer.wait_closed()

    async def get(
        self,
        target: str = "/",
        *headers: tuple[str, str | bytes],
        host: str | None = "localhost:8080",
        method: str = "GET",
        version: str = "1.1",
    ) -> bytes:
        fields = headers if host is None else (("Host", host), *headers)
        lines = [f"{method} {target} HTTP/{version}".encode()]
        for name, value in fields:
            raw = value if isinstance(value, bytes) else value.encode()
            lines.append(name.encode() + b": " + raw)
        # Whoever is let in gets an answer that ends, too.
        lines.append(b"Connection: close")
        return await self.send(b"\r\n".join(lines) + b"\r\n\r\n")


@pytest.fixture
async def wire(aiohttp_server: Any, tmp_path: Path) -> Wire:
    (tmp_path / "page.css").write_text("a {}")
    refusals: list[Refusal] = []
    server: TestServer = await aiohttp_server(application(refusals, tmp_path))
    assert server.port is not None
    return Wire(server.port, refusals)


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def header(answer: bytes, name: str) -> str | None:
    head = answer.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    values = [value for key, _, value in (line.partition(": ") for line in head) if key == name]
    return values[0] if values else None


# The host


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:8080", "[0:0::1]:8080"])
async def test_a_host_that_is_allowed_comes_in(wire: Wire, host: str) -> None:
    assert status(await wire.get(host=host)) == 200
    assert wire.refusals == []


@pytest.mark.parametrize(
    "target", ["/", "/ws", "/live", "/api/events", "/nowhere", "/static/page.css"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "OPTIONS"])
async def test_another_host_is_refused_wherever_it_asks(
    wire: Wire, target: str, method: str
) -> None:
    answer = await wire.get(target, host="rebound.test:8080", method=method)
    assert status(answer) == 421
    assert header(answer, "Connection") == "close"
    assert header(answer, "Content-Length") != "0"
    assert [refusal.check for refusal in wire.refusals] == ["host"]
    assert wire.refusals[0].came == "rebound.test:8080"
    if method != "HEAD":
        assert b"rebound.test:8080" in answer
        assert wire.refusals[0].remedy.encode() in answer


async def test_the_health_check_has_no_host_to_know(wire: Wire) -> None:
    assert status(await wire.get("/healthz", host="10.1.2.3:8080")) == 200
    assert status(await wire.get("/healthz/", host="10.1.2.3:8080")) == 421
    assert status(await wire.get("/healthz?a", host="rebound.test")) == 200


async def test_http_1_0_without_a_host_is_refused(wire: Wire) -> None:
    """With HTTP/1.1, aiohttp's parser answers 400 already."""
    assert status(await wire.get(host=None, version="1.0")) == 421
    assert status(await wire.get(host=None, version="1.1")) == 400


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("second", ["localhost", "rebound.test"])
async def test_two_hosts_are_refused(wire: Wire, second: str, version: str) -> None:
    """aiohttp's parser answers 400 already; the policy would, too."""
    answer = await wire.get("/", ("Host", second), host="localhost", version=version)
    assert status(answer) == 400


@pytest.mark.parametrize("host", ["", "localhost.", "localhost:", "localhost@evil.test", "a b"])
async def test_a_malformed_host_is_refused(wire: Wire, host: str) -> None:
    assert status(await wire.get(host=host)) == 421


async def test_the_host_of_an_absolute_target_does_not_count(wire: Wire) -> None:
    """The Host header decides: both who may come in and what the own origin is."""
    assert status(await wire.get("http://localhost:8080/", host="rebound.test")) == 421
    answer = await wire.get("http://evil.test/live", ("Origin", "http://evil.test"))
    assert status(answer) == 403
    answer = await wire.get("http://evil.test/live", ("Origin", "http://localhost:8080"))
    assert answer.endswith(b"in: /live of http://localhost:8080")


# The path of the socket


@pytest.mark.parametrize(
    "target", ["/", "/nowhere", "/static/page.css", "/ws/", "/WS", "/api/events"]
)
@pytest.mark.parametrize(
    "upgrade", ["websocket", "WebSocket", "h2c, websocket", "websocket/13", "h2c,\tWEBSOCKET"]
)
async def test_a_handshake_elsewhere_is_told_where_the_socket_is(
    wire: Wire, target: str, upgrade: str
) -> None:
    answer = await wire.get(target, ("Connection", "Upgrade"), ("Upgrade", upgrade))
    assert status(answer) == 404
    assert b"ws://localhost:8080/ws" in answer
    assert header(answer, "Connection") == "close"
    assert [refusal.check for refusal in wire.refusals] == ["path"]
    assert wire.refusals[0].came == f"GET {target}"


@pytest.mark.parametrize("target", ["/ws", "/ws?try=1", "/live", "/live?after=1"])
async def test_a_handshake_at_a_socket_is_let_through(wire: Wire, target: str) -> None:
    assert status(await wire.get(target, *UPGRADE)) == 200


@pytest.mark.parametrize("upgrade", ["h2c", "xwebsocket", "websockets", "web socket", ""])
async def test_an_upgrade_to_something_else_is_not_for_this_check(wire: Wire, upgrade: str) -> None:
    assert status(await wire.get("/", ("Connection", "Upgrade"), ("Upgrade", upgrade))) == 200


async def test_a_path_that_only_is_not_there_is_a_plain_404(wire: Wire) -> None:
    assert status(await wire.get("/nowhere")) == 404
    assert wire.refusals == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("makes a certificate with the openssl command")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    command += ["-keyout", str(path), "-out", str(path.with_suffix(".crt"))]
    subprocess.run(command, check=True, capture_output=True)
    path.write_text(path.read_text() + path.with_suffix(".crt").read_text())
    return path


async def test_the_address_of_the_socket_is_wss_with_tls(
    aiohttp_server: Any, certificate: Path
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = await aiohttp_server(application([]), ssl=context)
    trusting = ssl.create_default_context(cafile=certificate.with_suffix(".crt"))
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", server.port, ssl=trusting, server_hostname="localhost"
    )
    writer.write(b"GET / HTTP/1.1\r\nHost: localhost:443\r\nUpgrade: websocket\r\n\r\n")
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert b"it is at wss://localhost/ws." in answer


async def test_without_a_host_that_says_more_the_path_of_the_socket_is_named(
    aiohttp_server: Any,
) -> None:
    app = web.Application(middlewares=[gate_middleware(upgrade_path_check(["/ws"]))])
    server = await aiohttp_server(app)
    answer = await Wire(server.port, []).get("/", *UPGRADE, host="local host")
    assert status(answer) == 404
    assert b"it is at /ws." in answer


# The origin


@pytest.mark.parametrize("origin", [APP, "HTTPS://APP.example.com:443", "http://localhost:8080"])
async def test_an_origin_that_is_allowed_comes_in(wire: Wire, origin: str) -> None:
    assert status(await wire.get("/ws", *UPGRADE, ("Origin", origin))) == 200


async def test_a_program_without_an_origin_comes_in(wire: Wire) -> None:
    assert status(await wire.get("/ws", *UPGRADE)) == 200


async def test_the_refusal_of_an_origin_says_which_line_admits_it(
    wire: Wire, aiohttp_server: Any
) -> None:
    origin = "http://localhost:3000"
    answer = await wire.get("/ws", *UPGRADE, ("Origin", origin))
    assert status(answer) == 403
    body = answer.partition(b"\r\n\r\n")[2].decode()
    assert f"Came: {origin}\n" in body
    assert f"Expected: same-origin, {APP}\n" in body
    assert "same-origin (http://localhost:8080), has another port" in body
    line = body.partition("set this in the configuration and restart the server: ")[2]
    allowed = yaml.safe_load(line)["origins"]["allowed"]
    server = await aiohttp_server(application([], origins=allowed))
    assert status(await Wire(server.port, []).get("/ws", *UPGRADE, ("Origin", origin))) == 200


@pytest.mark.parametrize("second", [APP, "https://evil.test", "", "null"])
async def test_two_origins_are_refused(wire: Wire, second: str) -> None:
    for headers in (("Origin", APP), ("Origin", second)), (("Origin", second), ("origin", APP)):
        assert status(await wire.get("/ws", *UPGRADE, *headers)) == 403
    assert {refusal.check for refusal in wire.refusals} == {"origin"}


@pytest.mark.parametrize("target", ["/healthz", "/static/page.css"])
async def test_an_origin_is_no_matter_where_there_is_nothing_to_guard(
    wire: Wire, target: str
) -> None:
    assert status(await wire.get(target, ("Origin", "https://evil.test"))) == 200
    assert status(await wire.get(target, ("Sec-Fetch-Site", "cross-site"))) == 200
    assert wire.refusals == []


@pytest.mark.parametrize("target", ["/", "/ws", "/nowhere"])
async def test_without_paths_an_origin_matters_everywhere(aiohttp_server: Any, target: str) -> None:
    app = web.Application(middlewares=[origin_middleware(OriginPolicy(["same-origin"]))])
    server = await aiohttp_server(app)
    answer = await Wire(server.port, []).get(target, ("Origin", "https://evil.test"))
    assert status(answer) == 403


@pytest.mark.parametrize("target", ["/%77s", "/ws?", "/ws?a=/", "http://localhost:8080/ws"])
async def test_no_spelling_of_the_path_goes_round_the_check(wire: Wire, target: str) -> None:
    answer = await wire.get(target, *UPGRADE, ("Origin", "https://evil.test"))
    assert status(answer) == 403
    assert b"in: " not in answer


@pytest.mark.parametrize("byte", [*range(0x80, 0x100), 0x09])
async def test_no_byte_in_a_header_is_a_reason_to_fail(wire: Wire, byte: int) -> None:
    """Tabs and bytes beyond ASCII come through; aiohttp refuses other control characters."""
    raw = b"https://app.example.com" + bytes([byte])
    for headers in (
        (("Origin", raw + b"x"),),
        (("Origin", raw + b"x"), ("Accept", b"application/json")),
        (("Origin", b"https://x.test"), ("Accept", raw)),
        (("Origin", b"https://x.test"), ("Upgrade", raw)),
    ):
        assert status(await wire.get("/ws", *headers)) == 403
    assert status(await wire.get("/ws", ("Host", raw + b"x"), host=None)) == 421
    assert status(await wire.get("/live", ("Sec-Fetch-Site", raw + b"x"))) == 403


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_whatever_bytes_come_nobody_gets_in_and_nothing_breaks(
    wire: Wire, data: st.DataObject
) -> None:
    values = st.binary(max_size=60).map(lambda raw: raw.translate(None, b"\r\n\x00"))
    target = data.draw(st.sampled_from(["/ws", "/live"]))
    name = data.draw(st.sampled_from(["Origin", "Host", "Sec-Fetch-Site"]))
    value = data.draw(values)
    headers = [("Origin", b"https://x.test"), ("Accept", data.draw(values)), (name, value)]
    answer = await wire.get(target, *headers, host="localhost" if name != "Host" else None)
    assert status(answer) in (400, 403, 421)


# The reader


@pytest.mark.parametrize(
    "target",
    ["/", "/live", "/api/events", "/nowhere", "/lively", PERMALINK, f"{PERMALINK}/diagram.mmd"],
)
@pytest.mark.parametrize("origins", [["same-origin"], ["*"], [APP, "null"]])
async def test_the_pages_of_others_read_nothing_whatever_origins_are_allowed(
    aiohttp_server: Any, target: str, origins: list[str]
) -> None:
    refusals: list[Refusal] = []
    server = await aiohttp_server(application(refusals, origins=origins))
    wire = Wire(server.port, refusals)
    for origin in (APP, "null", "", "http://localhost:3000", "https://localhost:8080"):
        answer = await wire.get(target, ("Origin", origin))
        assert status(answer) == 403
        assert b"config.yaml" not in answer
    for values in (["http://localhost:8080"] * 2, ["http://localhost:8080", APP]):
        assert status(await wire.get(target, *(("Origin", value) for value in values))) == 403
    for site in ("cross-site", "same-site", "Same-Origin", "unheard-of", ""):
        assert status(await wire.get(target, ("Sec-Fetch-Site", site))) == 403
    two = (("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "cross-site"))
    assert status(await wire.get(target, *two)) == 403
    assert {refusal.check for refusal in refusals} == {"reader"}


@pytest.mark.parametrize(
    "target", ["/", "/live", "/api/", "/api/events", PERMALINK, f"{PERMALINK}/diagram.mmd"]
)
@pytest.mark.parametrize(
    "headers",
    [
        (),
        (("Origin", "http://localhost:8080"),),
        (("Sec-Fetch-Site", "same-origin"),),
        (("Sec-Fetch-Site", "none"),),
        (("Sec-Fetch-Site", "same-origin"), ("Origin", "http://LOCALHOST:8080")),
    ],
    ids=["a program", "its Origin", "its Sec-Fetch-Site", "typed by hand", "both"],
)
async def test_the_servers_own_pages_and_programs_read(
    wire: Wire, target: str, headers: tuple[tuple[str, str], ...]
) -> None:
    assert status(await wire.get(target, *headers)) == 200


VISIT = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("target", ["/", "/?a=b", PERMALINK, f"{PERMALINK}?a=/b", "/connections/"])
async def test_a_page_may_be_gone_to_from_anywhere(
    wire: Wire, site: str, method: str, target: str
) -> None:
    visit = {"Sec-Fetch-Site": site, **VISIT}
    assert status(await wire.get(target, *visit.items(), method=method)) == 200
    assert wire.refusals == []


@pytest.mark.parametrize(
    "change",
    [
        {"Sec-Fetch-Dest": "iframe"},
        {"Sec-Fetch-Dest": "object"},
        {"Sec-Fetch-Dest": ""},
        {"Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Mode": "cors"},
        {"Origin": "https://evil.test"},
    ],
)
@pytest.mark.parametrize("target", ["/", PERMALINK])
async def test_it_may_not_be_put_into_another_page(
    wire: Wire, target: str, change: dict[str, str]
) -> None:
    visit = {"Sec-Fetch-Site": "cross-site", **VISIT, **change}
    assert status(await wire.get(target, *visit.items())) == 403


@pytest.mark.parametrize(
    "target",
    [
        "/api/events", "/live", "/nowhere", "/connections", f"{PERMALINK}/diagram.mmd",
        f"{PERMALINK}/", f"{PERMALINK}%2Fdiagram.mmd", f"/{PERMALINK}", "/x/connections/1",
        "/connections/../api/events", "/connections/..%2Fapi/events", "/connections//",
        "/Connections/3fa2c1-17", f"{PERMALINK}/?x=/",
    ],
)  # fmt: skip
async def test_nothing_else_is_a_page_that_may_be_gone_to(wire: Wire, target: str) -> None:
    visit = {"Sec-Fetch-Site": "cross-site", **VISIT}
    answer = await wire.get(target, *visit.items())
    assert status(answer) == 403
    assert b"in: " not in answer


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
@pytest.mark.parametrize(
    "target", ["/", "/api/events", "/healthz", "/static/page.css", "/x", PERMALINK]
)
async def test_no_page_of_others_does_anything(wire: Wire, method: str, target: str) -> None:
    for headers in (
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", **VISIT},  # a form
    ):
        assert status(await wire.get(target, *headers.items(), method=method)) == 403
    assert {refusal.check for refusal in wire.refusals} == {"reader"}
    own = {"Origin": "http://localhost:8080", "Sec-Fetch-Site": "same-origin"}
    assert status(await wire.get(target, *own.items(), method=method)) in (200, 404, 405)


@pytest.mark.parametrize("target", ["/%6Cive", "/%61pi/events", "/api%2Fevents", "/api/%65vents"])
async def test_no_spelling_of_a_path_reads_more(wire: Wire, target: str) -> None:
    answer = await wire.get(target, ("Origin", "https://evil.test"))
    assert status(answer) == 403


@pytest.mark.parametrize("target", ["//live", "/./live", "/x/../live", "/x/..%2Flive", "/live/"])
async def test_a_path_that_resembles_one_leads_nowhere(wire: Wire, target: str) -> None:
    answer = await wire.get(target, ("Origin", "https://evil.test"))
    assert status(answer) in (403, 404)


# What all have in common


async def test_the_host_is_looked_at_first_then_the_path_then_the_origin(wire: Wire) -> None:
    evil = ("Origin", "https://evil.test")
    assert status(await wire.get("/nowhere", *UPGRADE, evil, host="evil.test")) == 421
    assert status(await wire.get("/nowhere", *UPGRADE, evil)) == 404
    assert status(await wire.get("/ws", *UPGRADE, evil)) == 403
    assert [refusal.check for refusal in wire.refusals] == ["host", "path", "origin"]


@pytest.mark.parametrize("target", ["/nowhere", "/ws", "/live"])
async def test_frames_right_behind_a_refused_handshake_are_not_a_request(
    wire: Wire, target: str
) -> None:
    """Masked with zeros, the payload of a frame can spell a request: it gets no answer."""
    request = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    frame = bytes([0x81, 0x80 | len(request), 0, 0, 0, 0]) + request
    head = (
        f"GET {target} HTTP/1.1\r\nHost: localhost:8080\r\nConnection: Upgrade\r\n"
        "Upgrade: websocket\r\nOrigin: https://evil.test\r\n\r\n"
    ).encode()
    for behind in (frame, request, request * 3):
        answer = await wire.send(head + behind)
        assert status(answer) in (403, 404)
        assert answer.count(b"HTTP/1.1") == 1


async def test_a_refusal_needs_nobody_who_hears_of_it(aiohttp_client: Any) -> None:
    app = web.Application(middlewares=[gate_middleware(host_check(HostPolicy(["example.com"])))])
    client: TestClient[Any, Any] = await aiohttp_client(app)
    async with client.get("/") as response:
        assert response.status == 421


async def test_a_refusal_is_told_in_json_to_those_who_prefer_it(aiohttp_client: Any) -> None:
    refusals: list[Refusal] = []
    client: TestClient[Any, Any] = await aiohttp_client(application(refusals, hosts=["a.test"]))
    async with client.get("/", headers={"Accept": "application/json"}) as response:
        body = await response.json()
    assert body["check"] == "host"
    assert body["came"] == refusals[0].came


async def test_on_a_socket_without_addresses_the_same_is_refused(tmp_path: Path) -> None:
    """aiohttp names nobody there: not even an address that is none is looked at."""
    policy = OriginPolicy(["same-origin"])
    app = web.Application(middlewares=[origin_middleware(policy, proxies=TrustedProxies([]))])
    runner = web.AppRunner(app)
    await runner.setup()
    path = str(tmp_path / "socket")
    await web.UnixSite(runner, path).start()
    try:
        for origin, expected in (("http://localhost", 404), ("https://localhost", 403)):
            reader, writer = await asyncio.open_unix_connection(path)
            head = f"GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: {origin}\r\n"
            writer.write(f"{head}Connection: close\r\n\r\n".encode())
            assert status(await reader.read()) == expected
            writer.close()
    finally:
        await runner.cleanup()
