"""The address of a connection: its own page, also without JavaScript, or why there is none."""

import re

import pytest

from tests.dashboard.test_endings_on_the_wire import Clock
from tests.dashboard.test_pages import HOSTILE, Page
from tests.peer import dial, eventually
from tests.served import Client, Serve, port_of
from webapp import hub
from webapp.dashboard.permalinks import why_unknown
from webapp.hub import HUB
from webapp.journal.memory import JOURNAL


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("3fa2c1-17", "forgotten"),
        ("3fa2c1-18", "not yet"),
        ("3fa2c1-999999999999999999", "not yet"),
        ("3fa2c2-17", "another run"),
        ("3fa2c2-999", "another run"),
        ("", "no id"),
        ("3fa2c1", "no id"),
        ("3fa2c1-", "no id"),
        ("3fa2c1-0", "no id"),
        ("3fa2c1-017", "no id"),
        ("3fa2c1-17.", "no id"),
        ("3fa2c1-17\n", "no id"),
        ("3FA2C1-17", "no id"),
        ("3fa2c1-\u0661\u0667", "no id"),
        ("3fa2c1-" + "9" * 5000, "no id"),
        ("17", "no id"),
    ],
)
def test_an_id_that_is_not_known_is_one_of_four_things(name: str, why: str) -> None:
    assert why_unknown(name, "3fa2c1", 17) == why


async def page_of(client: Client, name: str, status: int = 200, **headers: str) -> Page:
    async with client.get(f"/connections/{name}", headers=headers) as response:
        assert response.status == status
        assert response.content_type == "text/html"
        page = Page(await response.text())
    async with client.head(f"/connections/{name}", headers=headers) as response:
        assert response.status == status
        assert response.content_type == "text/html"
    return page


def spaced(page: Page) -> str:
    return " ".join(page.text.split())


def newest(client: Client) -> str:
    return client.app[HUB].summaries(1, 1)[0].id


async def ended(client: Client) -> None:
    await eventually(lambda: not client.app[HUB].stats().open)


async def test_the_page_tells_one_connection_and_links_to_all(serve: Serve) -> None:
    client = await serve()
    offer = "permessage-deflate; client_max_window_bits"
    headers = [
        ("User-Agent", "probe/1.0"),
        ("Sec-WebSocket-Protocol", "chat"),
        ("Sec-WebSocket-Extensions", offer),
        ("X-Course", "3"),
    ]
    async with dial(port_of(client), "/ws?other") as other:
        await other.echoed(b"of another one")
    async with dial(port_of(client), "/ws?mine", *headers) as peer:
        peer.send(0x1, b"hello, page")
        await peer.receive()
        peer.send(0x8, b"\x03\xe8done")
        await peer.rest()
    await ended(client)
    name = newest(client)
    page = await page_of(client, name)
    text = spaced(page)
    number = name.rpartition("-")[2]
    assert page.values("data-connection")[0] == name  # of the body
    assert f"<title>Connection {number} · Echoscope</title>" in page.source
    assert (
        "The client closed the connection with 1000 normal closure, saying “done”; the server "
        "answered with the same. The connection has served its purpose"
    ) in text
    assert "RFC 6455 §7.4.1" in text
    for fact in (f"Id{name}", f"Peer{peer.address}", "Target/ws?mine", "User-Agentprobe/1.0"):
        assert fact in text
    assert "Messages→ 1 in, ← 1 out" in text
    # The handshake, header by header, and what it settled.
    assert "GET /ws?mine HTTP/1.1" in text
    assert "X-Course3" in text
    assert "Sec-WebSocket-Protocolchat" in text  # as it was asked for
    assert "Sec-WebSocket-Protocolnegotiatedchat" in text
    assert "Sec-WebSocket-Extensionsnegotiatedpermessage-deflate" in text
    assert text.count("negotiated") == 2
    # Its own frames and no others.
    assert text.count("hello, page") == 2
    assert "of another one" not in text
    assert "All of its 6 events." in text
    links = [href for href in page.values("href") if href and not href.startswith("/static/")]
    assert {"/", f"/connections/{name}/diagram.mmd", f"/connections/{name}"} <= set(links)
    assert page.values("aria-current") == ["page", "true"]  # its row, and a tab of the script's


async def test_an_open_connection_says_how_long_it_has_been_quiet(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await serve()
    async with dial(port_of(client)):
        assert "Open. Connection" in spaced(await page_of(client, newest(client)))
        monkeypatch.setattr(hub, "time", Clock(ahead=34))
        text = spaced(await page_of(client, newest(client)))
        assert re.search(r"Open; nothing has passed for 3[4-9]\.", text)  # and what the test takes


async def test_a_refused_request_says_why_and_what_would_admit_it(serve: Serve) -> None:
    client = await serve()
    async with dial(port_of(client), "/ws", ("Origin", "https://evil.example")) as peer:
        assert peer.status == 403
    name = newest(client)
    text = spaced(await page_of(client, name))
    assert f"Refused request {name.rpartition('-')[2]}" in text
    assert "No entry of origins.allowed admits https://evil.example" in text
    assert "Checkorigin Answered403 Camehttps://evil.example" in text.replace("</dd>", " ")
    assert "To admit it, set this in the configuration and restart the server:" in text
    assert "Request as sent" in text
    assert "Its one event." in text


async def test_of_a_long_conversation_the_newest_is_shown_and_the_rest_is_counted(
    serve: Serve,
) -> None:
    client = await serve()
    async with dial(port_of(client)) as peer:
        for number in range(101):
            await peer.echoed(b"number %03d" % number)
        page = await page_of(client, newest(client))
    assert "Its latest 200 events. 2 before them are not shown." in spaced(page)
    assert "forgotten." not in spaced(page)
    assert len([value for value in page.values("data-cursor") if value]) == 200


async def test_what_the_journal_has_forgotten_is_told(serve: Serve) -> None:
    client = await serve(journal={"events": 10})
    async with dial(port_of(client)) as peer:
        for _ in range(20):
            await peer.echoed(b"x")
        client.app[JOURNAL].cursor  # noqa: B018 - settles what waits to be counted
        text = spaced(await page_of(client, newest(client)))
    assert "Its latest 10 events. What came first is forgotten." in text


async def test_its_row_among_all_leads_there(serve: Serve) -> None:
    client = await serve()
    async with dial(port_of(client)), client.get("/") as response:
        page = Page(await response.text())
    assert f"/connections/{newest(client)}" in page.values("href")
    assert page.values("data-connection")[0] == newest(client)
    assert "All of its" not in page.text


MISSING = {
    "another run": ("0a1b2c-7", "This connection was of an earlier run"),
    "not yet": ("{run}-9", "There has been no such connection"),
    "no id": ("nonsense", "This is not the id of a connection"),
    "nothing": ("", "This is not the id of a connection"),
}


@pytest.mark.parametrize(("name", "title"), MISSING.values(), ids=MISSING)
async def test_what_is_not_there_is_told_in_words_with_the_next_step(
    serve: Serve, name: str, title: str
) -> None:
    client = await serve()
    name = name.format(run=client.app[JOURNAL].run)
    page = await page_of(client, name, 404)
    text = spaced(page)
    assert title in text
    assert f"Asked for{name}" in text
    assert "404 Not Found" in text
    assert [href for href in page.values("href") if href and "static" not in href] == ["/"]
    assert "set this in the configuration" not in text
    assert [tag for tag, _ in page.elements if tag in ("script", "form")] == []
    if title.startswith("There has been"):
        assert "Last onenone so far" in text


async def test_after_a_restart_a_link_says_so(serve: Serve) -> None:
    earlier = await serve()
    async with dial(port_of(earlier)):
        name = newest(earlier)
        assert "Open." in spaced(await page_of(earlier, name))
    later = await serve()
    assert "The server has been restarted since" in spaced(await page_of(later, name, 404))


@pytest.mark.parametrize(
    ("kept", "told", "remedy"),
    [
        (2, "keeps the newest 2, and of refused ones a quarter as many", 1000),
        (0, "Of those that ended the server keeps none.", 1000),
    ],
)
async def test_a_forgotten_connection_says_which_setting_keeps_more(
    serve: Serve, kept: int, told: str, remedy: int
) -> None:
    client = await serve(journal={"connections": kept})
    for _ in range(3):
        async with dial(port_of(client)):
            pass
        await ended(client)
    run = client.app[JOURNAL].run
    text = spaced(await page_of(client, f"{run}-1", 404))
    assert "This connection is forgotten" in text
    assert told in text
    assert f"journal: {{connections: {remedy}}}" in text
    # The remedy is one.
    again = await serve(journal={"connections": remedy})
    for _ in range(3):
        async with dial(port_of(again)):
            pass
        await ended(again)
    await page_of(again, f"{again.app[JOURNAL].run}-1")


async def test_what_was_asked_for_is_shown_as_text_and_cut(serve: Serve) -> None:
    client = await serve()
    page = await page_of(client, "%3Cscript%3E%E2%80%AE" + "a" * 3000, 404)
    assert "<script>\\u202e" + "a" * 71 + "…" in page.text
    assert "script" not in {tag for tag, _ in page.elements}


@pytest.mark.parametrize("text", HOSTILE)
async def test_what_clients_send_never_becomes_part_of_its_page(serve: Serve, text: str) -> None:
    """In the target, in headers, in a message and as a close reason; or in what is refused."""
    client = await serve()
    async with dial(port_of(client)):
        usual = await page_of(client, newest(client))
    headers = [("User-Agent", text), ("X-Hostile", text)]
    async with dial(port_of(client), "/ws?" + text.replace(" ", ""), *headers) as peer:
        peer.send(0x1, text.encode())
        await peer.receive()
        peer.send(0x8, b"\x03\xe8" + text.encode())
        await peer.rest()
    await ended(client)
    page = await page_of(client, newest(client))
    assert page.text.count(text) >= 7  # a fact, two headers, message, echo, reason, ending
    assert f"saying “{text}”" in page.text
    is_as_usual(page, usual)
    async with dial(port_of(client), "/ws", ("Origin", text), *headers) as peer:
        assert peer.status == 403
    page = await page_of(client, newest(client))
    assert page.text.count(text) >= 3
    is_as_usual(page, usual)


def is_as_usual(page: Page, usual: Page) -> None:
    """Check that nothing is on a page but what can be on any."""
    allowed = {tag for tag, _ in usual.elements} | {"tr", "code"}
    assert {tag for tag, _ in page.elements} <= allowed
    scripts = [attributes for tag, attributes in page.elements if tag == "script"]
    assert scripts == [attributes for tag, attributes in usual.elements if tag == "script"]
    assert not [
        name for _, attributes in page.elements for name in attributes if name.startswith("on")
    ]
