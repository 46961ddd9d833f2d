"""The page as it is rendered: readable without JavaScript, whatever clients have sent."""

from html.parser import HTMLParser

import pytest

from tests.peer import dial
from tests.served import Client, Serve, port_of
from webapp.journal.memory import JOURNAL


class Page(HTMLParser):
    """A page as a browser without JavaScript has it: its elements and its visible text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.source = source
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.pieces: list[str] = []
        self._hidden = 0
        self.feed(source)

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def values(self, name: str) -> list[str | None]:
        return [attributes[name] for _, attributes in self.elements if name in attributes]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._hidden += tag == "template"

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag == "template"

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(data)


async def page_of(client: Client, **headers: str) -> Page:
    response = await client.get("/", headers=headers)
    assert response.status == 200
    assert response.content_type == "text/html"
    return Page(await response.text())


async def test_texts_that_clients_sent_stand_on_the_page(serve: Serve) -> None:
    client = await serve()
    async with dial(port_of(client), "/ws?visit") as peer:
        for text in ("hello, page", "Grüße"):
            peer.send(0x1, text.encode())
            await peer.receive()
        page = await page_of(client)
    assert page.text.count("hello, page") == page.text.count("Grüße") == 2  # and their echoes
    assert peer.address in page.text
    assert "GET /ws?visit HTTP/1.1" in page.text


HOSTILE = [
    "<script>alert(1)</script>",
    "</span><img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)> '",
    "{{ 7 * 7 }} {% raw %}",
    "&lt;b&gt; &amp; &#60;",
    "</template></style></title><!--",
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_what_clients_send_is_shown_and_never_becomes_part_of_the_page(
    serve: Serve, text: str
) -> None:
    """It comes in a message, in the target, in headers, in a refusal and as a close reason."""
    client = await serve()
    quiet = await page_of(client)
    headers = [("User-Agent", text), ("Origin", text), ("Sec-WebSocket-Protocol", text)]
    async with (
        dial(port_of(client), "/ws", headers[0]) as peer,
        dial(port_of(client), "/ws", headers[0], headers[1]),
        dial(port_of(client), "/ws", headers[2]),
        dial(port_of(client), "/ws?" + text.replace(" ", "")),
    ):
        peer.send(0x1, text.encode())
        await peer.receive()
        peer.send(0x8, b"\x03\xe8" + text.encode())
        await peer.rest()
        peer.drop()
        page = await page_of(client)
    assert page.text.count(text) >= 4  # message, echo, close, ending
    allowed = {tag for tag, _ in quiet.elements} | {"a", "li", "div", "span", "button"}
    assert {tag for tag, _ in page.elements} <= allowed
    scripts = [attributes for tag, attributes in page.elements if tag == "script"]
    assert scripts == [attributes for tag, attributes in quiet.elements if tag == "script"]
    assert not [
        name for _, attributes in page.elements for name in attributes if name.startswith("on")
    ]


async def test_texts_that_would_turn_others_around_are_shown_as_escapes(serve: Serve) -> None:
    client = await serve()
    async with dial(port_of(client)) as peer:
        peer.send(0x1, "\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe\x00\x1b[31m\u2028".encode())
        await peer.receive()
        page = await page_of(client)
    assert "gnp.exe" in page.text
    assert not {"\u202e", "\x00", "\x1b", "\u2028"} & set(page.source)


async def test_bytes_that_are_not_text_are_shown_too(serve: Serve) -> None:
    client = await serve()
    async with dial(port_of(client), "/ws", ("User-Agent", b"caf\xe9")) as peer:
        await peer.echoed(b"\xff\xfe\x00")
        page = await page_of(client)
    assert "ff fe 00" in page.text


async def test_compressed_messages_and_heartbeats_are_marked(serve: Serve) -> None:
    client = await serve()
    inflated = (None, None, b"said in short", 1536, False)
    part = (None, None, b"", 0, False)
    heartbeat = (None, None, None, 0, True)
    client.app[JOURNAL].record_frames(
        [
            ("c-1", 1, "in", 0xC1, b"mask", 7, 40, b"\x01\x02", inflated),
            ("c-1", 2, "in", 0x41, b"mask", 7, 2, b"\x03\x04", part),
            ("c-1", 3, "in", 0x00, b"mask", 7, 2, b"ab", part),
            ("c-1", 4, "in", 0x80, b"mask", 7, 2, b"cd", inflated),
        ]
    )
    client.app[JOURNAL].record_frames([("c-1", 5, "out", 0x89, None, 7, 1, b"1", heartbeat)])
    page = await page_of(client)
    text = " ".join(page.text.split())
    for line in (
        "text 46 B said in short deflate 40 B → 1.5 KiB",
        "text 8 B no FIN 03 04 deflate part",
        "continuation 8 B no FIN 61 62 deflate part",
        "continuation 8 B said in short deflate parts → 1.5 KiB",
        "ping 3 B 1 heartbeat",
    ):
        assert line in text
    assert page.values("data-heartbeat") == ["yes"]


async def test_idle_connections_leave_most_lines_to_what_was_said(serve: Serve) -> None:
    client = await serve()
    journal = client.app[JOURNAL]
    for number in range(300):
        journal.record_frames([("c-1", number, "in", 0x81, b"mask", 7, 1, b"x", None)])
    for number in range(300):
        heartbeat = (None, None, None, 0, True)
        journal.record_frames([(f"c-{number}", 300, "out", 0x89, None, 7, 1, b"1", heartbeat)])
    page = await page_of(client)
    assert len([value for value in page.values("data-cursor") if value]) == 200
    assert len(page.values("data-heartbeat")) == 50


async def test_only_the_newest_events_are_rendered(serve: Serve) -> None:
    client = await serve()
    async with dial(port_of(client)) as peer:
        for number in range(101):
            peer.send(0x1, b"number %03d" % number)
            await peer.receive()
        page = await page_of(client)
    lines = [value for value in page.values("data-cursor") if value]
    assert len(lines) == 200
    assert "number 000" not in page.text
    assert "number 001" in page.text
    assert "number 100" in page.text


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("localhost", "ws://localhost/ws"),
        ("localhost:80", "ws://localhost/ws"),
        ("LOCALHOST:9000", "ws://localhost:9000/ws"),
        ("[::1]:9000", "ws://[::1]:9000/ws"),
        ("http.example:1", "ws://http.example:1/ws"),
    ],
)
async def test_the_address_of_the_socket_is_told_as_the_page_was_asked_for(
    serve: Serve, host: str, url: str
) -> None:
    hosts = {"allowed": ("localhost", "[::1]", "http.example")}
    client = await serve(hosts=hosts, access={"public": True})
    page = await page_of(client, Host=host)
    assert page.values("data-websocket-url") == [url]
    assert page.values("data-websocket-path") == ["/ws"]


async def test_the_address_of_the_socket_has_the_path_that_is_configured(serve: Serve) -> None:
    client = await serve(websocket={"path": "/a/b"})
    page = await page_of(client)
    assert page.values("data-websocket-url") == [f"ws://127.0.0.1:{client.port}/a/b"]
    assert page.values("data-websocket-path") == ["/a/b"]


async def test_every_file_that_the_page_names_is_served(serve: Serve) -> None:
    client = await serve()
    page = await page_of(client)
    files = {value for name in ("src", "href") for value in page.values(name) if value}
    assert files
    for file in files:
        assert file.startswith("/static/")
        assert (await client.get(file)).status == 200, file


async def test_health_is_told_in_a_word_whatever_the_host(serve: Serve) -> None:
    client = await serve()
    response = await client.get("/healthz", headers={"Host": "10.0.0.7:8080"})
    assert (response.status, await response.text()) == (200, "ok\n")
    assert response.content_type == "text/plain"


async def test_the_page_is_compressed_as_long_as_nothing_of_any_client_is_on_it(
    serve: Serve,
) -> None:
    client = await serve()
    headers = {"Accept-Encoding": "gzip"}
    async with client.get("/", headers=headers) as response:
        assert response.headers["Content-Encoding"] == "gzip"
        assert "Nobody has connected yet." in await response.text()
    async with client.head("/", headers=headers) as response:
        assert (response.status, await response.read()) == (200, b"")
    async with client.get("/", headers={"Accept-Encoding": "br"}) as response:
        assert "Content-Encoding" not in response.headers
        assert response.headers["Vary"] == "Accept-Encoding"
    async with dial(port_of(client)), client.get("/", headers=headers) as response:
        assert "Content-Encoding" not in response.headers


async def test_the_page_names_the_largest_message_that_is_taken(serve: Serve) -> None:
    client = await serve(limits={"max_message_size": 2000})
    assert "2000" in (await page_of(client)).values("data-max-message-size")
