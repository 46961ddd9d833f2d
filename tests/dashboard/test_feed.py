"""The live feed, as pages that watch get it: complete, resumable, and never in the echo's way."""

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, web
from aiohttp.test_utils import TestClient
from aiohttp.typedefs import Handler, Middleware

from tests.peer import PATIENCE, Peer, dial, eventually, handshake
from webapp.app import create_app
from webapp.config import Config
from webapp.hub import HUB
from webapp.journal.memory import JOURNAL

Message = dict[str, Any]
Client = TestClient[web.Request, web.Application]
Serve = Callable[..., Awaitable[Client]]


@pytest.fixture
async def serve(aiohttp_client: Any) -> Serve:
    async def serve(*middlewares: Any, **sections: dict[str, Any]) -> Client:
        app = create_app(Config.model_validate(sections))
        app.middlewares[:0] = middlewares
        client: Client = await aiohttp_client(app)
        return client

    return serve


@pytest.fixture
async def client(serve: Serve) -> Client:
    return await serve()


class Watcher:
    """What a page that watches has been told."""

    def __init__(self, ws: ClientWebSocketResponse) -> None:
        self.ws = ws
        self.told: list[Message] = []

    async def take(self) -> Message:
        self.told.append(json.loads(await self.ws.receive_str(timeout=PATIENCE)))
        return self.told[-1]

    async def until(self, enough: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not enough():
                await self.take()

    async def next(self, kind: str) -> Message:
        async with asyncio.timeout(PATIENCE):
            while (await self.take())["type"] != kind:
                pass
        return self.told[-1]

    def all(self, kind: str) -> list[Message]:
        return [message for message in self.told if message["type"] == kind]

    @property
    def events(self) -> list[Message]:
        return [event for batch in self.all("events") for event in batch["events"]]

    @property
    def kinds(self) -> list[str]:
        return [event["kind"] for event in self.events]

    @property
    def accounted(self) -> int:
        """How many events were shown, or said to be missing."""
        missing = sum(batch["skipped"] + batch["forgotten"] for batch in self.all("events"))
        return len(self.events) + missing


async def watch(client: Client, **params: str) -> Watcher:
    return Watcher(await client.ws_connect("/live", params=params))


def port_of(client: Client) -> int:
    assert client.port is not None
    return client.port


async def a_short_session(client: Client) -> None:
    async with dial(port_of(client), "/ws?short") as peer:
        await peer.echoed(b"hello")
        peer.send(0x8, b"\x03\xe8")
        await peer.rest()


# What is told


async def test_a_watcher_is_greeted_with_the_whole_picture(client: Client) -> None:
    await a_short_session(client)
    async with dial(port_of(client), "/ws?open"), dial(port_of(client), "/nowhere"):
        watcher = await watch(client)
        hello = await watcher.take()
    assert hello["type"] == "hello"
    assert hello["run"] == client.app[JOURNAL].run
    states = {row["target"]: row["state"] for row in hello["connections"]}
    assert states == {"/ws?open": "open", "/nowhere": "refused", "/ws?short": "closed"}
    assert hello["omitted"] == 0
    stats = hello["stats"]
    assert (stats["open"], stats["opened"], stats["refused"]) == (1, 2, 1)
    assert hello.keys() == {"type", "run", "connections", "omitted", "stats"}


async def test_the_events_of_a_session_follow_in_order_and_complete(client: Client) -> None:
    watcher = await watch(client)
    first = await watcher.next("events")
    assert first["cursor"] == client.app[JOURNAL].cursor
    assert watcher.told.pop()["events"] == []
    await a_short_session(client)
    await watcher.until(lambda: "closed" in watcher.kinds)
    assert watcher.kinds == ["opened", *["frame"] * 4, "closed"]
    frames = [event for event in watcher.events if event["kind"] == "frame"]
    assert [(frame["direction"], frame["opcode"]) for frame in frames] == [
        ("in", 0x2),
        ("out", 0x2),
        ("in", 0x8),
        ("out", 0x8),
    ]
    response = await client.get("/api/events")
    told = await response.json()
    assert watcher.events == told["events"]
    assert watcher.all("events")[-1]["cursor"] == told["cursor"]
    for batch in watcher.all("events"):
        assert (batch["forgotten"], batch["skipped"], batch["restarted"]) == (0, 0, False)
        assert [batch["cursor"]] == [event["cursor"] for event in batch["events"]][-1:]


async def test_what_happened_before_is_told_first(client: Client) -> None:
    await a_short_session(client)
    watcher = await watch(client)
    await watcher.until(lambda: "closed" in watcher.kinds)
    assert watcher.kinds == ["opened", *["frame"] * 4, "closed"]


async def test_a_feed_goes_on_after_any_cursor_that_it_gave(client: Client) -> None:
    watcher = await watch(client)
    await a_short_session(client)
    await watcher.until(lambda: "closed" in watcher.kinds)
    for place, event in enumerate(watcher.events[:-1]):
        again = await watch(client, after=event["cursor"])
        await again.until(lambda again=again: again.events)  # type: ignore[misc]
        assert again.events == watcher.events[place + 1 :]
        assert not again.all("events")[0]["restarted"]
        await again.ws.close()
    last = await watch(client, after=watcher.events[-1]["cursor"])
    await a_short_session(client)
    await last.until(lambda: "closed" in last.kinds)
    assert last.kinds == ["opened", *["frame"] * 4, "closed"]


async def test_a_cursor_of_an_earlier_run_is_answered_with_restarted(client: Client) -> None:
    await a_short_session(client)
    watcher = await watch(client, after="0badc0-1000")
    await watcher.until(lambda: watcher.events)
    (batch,) = watcher.all("events")
    assert batch["restarted"]
    assert watcher.kinds == ["opened", *["frame"] * 4, "closed"]


@pytest.mark.parametrize("cursor", ["", "here", "run-", "run-x", "<script>-"])
async def test_nonsense_for_a_cursor_is_refused_in_words(client: Client, cursor: str) -> None:
    async with dial(port_of(client), "/live?after=" + _quoted(cursor)) as peer:
        assert peer.status == 400
        assert b"is no cursor of this journal" in await peer.reader.readuntil(b"\n")


def _quoted(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode("utf-8", "surrogateescape"))


async def test_a_plain_request_is_told_that_this_is_a_websocket(client: Client) -> None:
    response = await client.get("/live")
    assert response.status == 426
    assert "WebSocket" in await response.text()


# Who may watch


async def test_only_own_pages_and_programs_may_watch(client: Client) -> None:
    port = port_of(client)
    for own in ((), (("Origin", f"http://127.0.0.1:{port}"),)):
        async with dial(port, "/live", *own) as peer:
            assert peer.status == 101
    for foreign in ("https://evil.example", "null", f"http://localhost:{port}"):
        async with dial(port, "/live", ("Origin", foreign)) as peer:
            assert peer.status == 403


async def test_an_origin_that_may_use_the_echo_may_not_watch(serve: Serve) -> None:
    client = await serve(origins={"allowed": ("*",)})
    async with dial(port_of(client), "/ws", ("Origin", "https://evil.example")) as peer:
        assert peer.status == 101
    async with dial(port_of(client), "/live", ("Origin", "https://evil.example")) as peer:
        assert peer.status == 403


# States


async def test_states_carry_the_rows_that_changed_and_no_others(client: Client) -> None:
    async with dial(port_of(client), "/ws?quiet"), dial(port_of(client), "/ws?busy") as busy:
        watcher = await watch(client)
        assert len((await watcher.take())["connections"]) == 2
        state = await watcher.next("state")
        assert state["connections"] == []
        await busy.echoed(b"hello")
        state = await watcher.next("state")
        (row,) = state["connections"]
        assert (row["target"], row["messages_in"], row["messages_out"]) == ("/ws?busy", 1, 1)
        assert (state["stats"]["messages_in"], state["stats"]["open"]) == (1, 2)
        assert (await watcher.next("state"))["connections"] == []
        busy.drop()
        state = await watcher.next("state")
        while not state["connections"]:
            state = await watcher.next("state")
        (row,) = state["connections"]
        assert (row["target"], row["state"]) == ("/ws?busy", "closed")


async def test_changes_while_nobody_watched_are_in_the_greeting_alone(client: Client) -> None:
    async with dial(port_of(client), "/ws?busy") as busy:
        first = await watch(client)
        await first.next("state")
        await first.ws.close()
        await busy.echoed(b"hello")
        second = await watch(client)
        (row,) = (await second.take())["connections"]
        assert row["messages_in"] == 1
        assert (await second.next("state"))["connections"] == []


async def test_more_connections_than_a_page_shows_are_counted(client: Client) -> None:
    """A page is told of 100 that ended or were refused; of the others it learns how many."""
    for _ in range(103):
        await client.get("/ws")
    watcher = await watch(client)
    hello = await watcher.take()
    assert len(hello["connections"]) == 100
    assert hello["omitted"] == 3
    assert (await watcher.next("state"))["omitted"] == 3


# Several watchers


async def test_two_watchers_are_told_the_same(client: Client) -> None:
    first, second = await watch(client), await watch(client)
    for _ in range(3):
        await a_short_session(client)
    for watcher in (first, second):
        await watcher.until(lambda watcher=watcher: watcher.kinds.count("closed") == 3)  # type: ignore[misc]
    assert first.events == second.events
    assert len(first.events) == 18


# Too much at once


async def flood(peer: Peer, messages: int, payload: bytes) -> None:
    """Send messages as fast as they go, and see all of them come back."""
    size = messages * (len(payload) + (2 if len(payload) < 126 else 4))

    async def take() -> None:
        left = size
        while left:
            data = await peer.reader.read(min(left, 1 << 20))
            assert data, "the server ended the connection"
            left -= len(data)

    taking = asyncio.create_task(take())
    for _ in range(messages):
        peer.send(0x2, payload)
    async with asyncio.timeout(PATIENCE):
        await taking


async def test_a_flood_is_sampled_and_what_is_left_out_is_counted(serve: Serve) -> None:
    client = await serve(journal={"events": 6000})
    journal = client.app[JOURNAL]
    watcher = await watch(client)
    await watcher.take()
    async with dial(port_of(client)) as peer:
        await flood(peer, 8000, b"x" * 20)
        await peer.echoed(b"the last one")
        await watcher.until(lambda: watcher.all("events")[-1:] and watcher.accounted == 16003)
    batches = watcher.all("events")
    assert journal.recorded >= 16003
    assert max(len(batch["events"]) for batch in batches if batch["skipped"]) == 100
    assert sum(batch["skipped"] for batch in batches) > 0
    assert sum(batch["forgotten"] for batch in batches) > 0
    cursors = [event["cursor"] for event in watcher.events]
    assert len(set(cursors)) == len(cursors)


async def test_a_burst_is_told_whole_and_in_order(client: Client) -> None:
    watcher = await watch(client)
    await watcher.take()
    async with dial(port_of(client)) as peer:
        await flood(peer, 1500, b"x" * 20)
        await watcher.until(lambda: len(watcher.events) == 3001)
    assert max(len(batch["events"]) for batch in watcher.all("events")) == 200
    assert watcher.accounted == 3001
    cursors = [event["cursor"] for event in watcher.events]
    assert cursors == [f"{client.app[JOURNAL].run}-{number}" for number in range(1, 3002)]


async def test_what_lags_behind_is_given_up_for_the_newest(client: Client) -> None:
    """Of large payloads a batch holds one: nobody waits for all of them."""
    journal = client.app[JOURNAL]
    watcher = await watch(client)
    await watcher.until(lambda: watcher.all("events"))
    payload = bytes(300_000)
    for _ in range(60):
        journal.record_frames([("c-1", 1, "in", 0x82, b"mask", 64, 300_000, payload, None)])
    await watcher.until(lambda: watcher.accounted == 60)
    assert len(watcher.events) < 5
    assert watcher.all("events")[-1]["cursor"] == journal.cursor


async def test_a_watcher_of_one_connection_is_told_of_no_other(client: Client) -> None:
    async with dial(port_of(client)) as one, dial(port_of(client)) as other:
        await one.echoed(b"before")
        await other.echoed(b"of another")
        name = client.app[HUB].summaries(2, 0)[1].id
        watcher = await watch(client, connection=name)
        assert await watcher.take() == {"type": "hello", "run": client.app[JOURNAL].run}
        await watcher.until(lambda: len(watcher.events) == 3)
        assert watcher.kinds == ["opened", "frame", "frame"]
        for _ in range(3):
            await other.echoed(b"of another")
            await one.echoed(b"after")
        await watcher.until(lambda: len(watcher.events) == 9)
        await watcher.next("still")
    assert {event["connection"] for event in watcher.events} == {name}
    assert watcher.accounted == 9
    assert {message["type"] for message in watcher.told} == {"hello", "events", "still"}

    again = await watch(client, connection=name, after=watcher.events[4]["cursor"])
    await again.until(lambda: "closed" in again.kinds)
    assert again.events[:4] == watcher.events[5:]


async def test_a_watcher_of_one_connection_is_told_more_of_its_past(client: Client) -> None:
    async with dial(port_of(client)) as one:
        await flood(one, 600, b"x")
        watcher = await watch(client, connection=client.app[HUB].summaries(1, 0)[0].id)
        batch = await watcher.next("events")
    assert len(batch["events"]) == 1000
    assert batch["skipped"] == 201


async def test_what_one_connection_has_too_much_of_is_left_out_for_its_watcher(
    client: Client,
) -> None:
    async with dial(port_of(client)) as one:
        watcher = await watch(client, connection=client.app[HUB].summaries(1, 0)[0].id)
        await watcher.next("events")
        await flood(one, 8000, b"x")
        await watcher.until(lambda: watcher.accounted == 16_001)
    assert sum(batch["skipped"] for batch in watcher.all("events")) > 1000


async def test_of_many_heartbeats_some_are_told_and_the_others_counted(client: Client) -> None:
    journal = client.app[JOURNAL]
    watcher = await watch(client)
    await watcher.until(lambda: watcher.all("events"))
    journal.record_frames([("c-1", 1, "in", 0x81, b"mask", 7, 1, b"x", None)])
    for number in range(300):
        heartbeat = (None, None, None, 0, True)
        journal.record_frames([(f"c-{number}", 2, "out", 0x89, None, 7, 1, b"1", heartbeat)])
    await watcher.until(lambda: watcher.accounted == 301)
    assert [event["heartbeat"] for event in watcher.events] == [False, *[True] * 50]
    assert watcher.all("events")[-1]["skipped"] == 250
    assert watcher.all("events")[-1]["cursor"] == journal.cursor


@pytest.mark.parametrize(
    "sections",
    [{}, {"journal": {"payload": 1024**2}}],
    ids=["usual payloads", "payloads larger than a batch"],
)
async def test_a_batch_is_bounded_in_bytes_and_never_empty(
    serve: Serve, sections: dict[str, Any]
) -> None:
    client = await serve(**sections)
    async with dial(port_of(client)) as peer:
        for _ in range(50):
            await peer.echoed(bytes(300_000 if sections else 4096))
        watcher = await watch(client)
        await watcher.until(lambda: watcher.accounted == 101)
    (batch,) = watcher.all("events")
    assert batch["events"]
    assert batch["skipped"] == 101 - len(batch["events"])
    assert len(json.dumps(batch["events"][1:])) < 300_000


async def test_a_batch_of_large_handshakes_is_bounded_too(client: Client) -> None:
    fields = [(f"X-{number}", "x" * 8000) for number in range(50)]
    for _ in range(30):
        async with dial(port_of(client), "/nowhere", *fields) as peer:
            assert peer.status == 404
    watcher = await watch(client)
    await watcher.until(lambda: watcher.accounted == 30)
    assert 10 < len(watcher.events) < 20  # of 16 KiB each


class Remembered:
    """The server's end of each watcher's connection, with little room in the kernel."""

    def __init__(self) -> None:
        self.transports: list[asyncio.Transport] = []

    @property
    def middleware(self) -> Middleware:
        @web.middleware
        async def remember(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.path == "/live":
                assert request.transport is not None
                raw = request.transport.get_extra_info("socket")
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
                self.transports.append(request.transport)
            return await handler(request)

        return remember


async def stuck_watcher(client: Client) -> Peer:
    """Open the feed and read no further than the answer to the handshake."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.connect(("127.0.0.1", port_of(client)))
    peer = Peer(*await asyncio.open_connection(sock=raw, limit=1024))
    await peer.shake_hands(handshake("/live", port_of(client)))
    return peer


async def test_a_watcher_that_reads_nothing_is_cut_in_the_end(serve: Serve) -> None:
    watching = Remembered()
    client = await serve(watching.middleware, limits={"slow_peer_timeout": 0.2})
    mute = await stuck_watcher(client)
    async with dial(port_of(client)) as peer:
        async with asyncio.timeout(5):
            while not watching.transports[0].is_closing():
                await flood(peer, 100, bytes(3000))
        await peer.echoed(b"still here")
    assert await mute.rest()
    mute.drop()


async def test_what_a_watcher_says_is_ignored(client: Client) -> None:
    watcher = await watch(client)
    await watcher.ws.send_str("hello")
    await a_short_session(client)
    await watcher.until(lambda: "closed" in watcher.kinds)


async def test_a_watcher_that_does_not_read_slows_nobody_down(serve: Serve) -> None:
    """The echo goes on, little is queued, and what was missed is counted when it reads again."""
    watching = Remembered()
    client = await serve(watching.middleware)
    journal = client.app[JOURNAL]
    mute = await stuck_watcher(client)
    (transport,) = watching.transports
    other = await watch(client)
    async with dial(port_of(client)) as peer:
        while len(other.all("events")) < 10:
            await flood(peer, 100, bytes(3000))
            await other.next("events")
            assert transport.get_write_buffer_size() < 1_000_000
        assert transport.get_write_buffer_size() > 0  # it was stuck indeed
    await eventually(lambda: journal.recorded == 10 * 200 + 2)
    accounted = greetings = 0
    while accounted < journal.recorded:
        _, payload = await mute.receive()
        message = json.loads(payload)
        if message["type"] == "events":
            accounted += len(message["events"]) + message["skipped"] + message["forgotten"]
        greetings += message["type"] == "hello"
    assert accounted == journal.recorded
    assert greetings == 2  # rows that changed meanwhile were told to others only
    mute.drop()


# The end


async def test_nothing_runs_while_nobody_watches(client: Client) -> None:
    before = asyncio.all_tasks()
    watchers = [await watch(client) for _ in range(3)]
    for watcher in watchers:
        await watcher.next("state")
    await watchers[0].ws.close()
    watchers[1].ws._response.close()  # type: ignore[union-attr]
    await watchers[2].next("state")
    await watchers[2].ws.close()
    await eventually(lambda: asyncio.all_tasks() <= before)


async def test_watchers_are_told_that_the_server_goes_away(client: Client) -> None:
    watchers = [await watch(client) for _ in range(3)]
    for watcher in watchers:
        await watcher.take()
    leaving = asyncio.create_task(client.server.close())
    for watcher in watchers:
        async with asyncio.timeout(PATIENCE):
            while (await watcher.ws.receive()).type is WSMsgType.TEXT:
                pass
        assert watcher.ws.close_code == 1001
    async with asyncio.timeout(PATIENCE):
        await leaving


async def heard_to_the_end(watcher: Watcher) -> None:
    """Take what a watcher is told until its own close."""
    async with asyncio.timeout(PATIENCE):
        while (message := await watcher.ws.receive()).type is WSMsgType.TEXT:
            watcher.told.append(json.loads(message.data))
    assert watcher.ws.close_code == 1001


@pytest.mark.parametrize("number", [1, 100])
async def test_watchers_see_all_connections_end_before_they_are_closed(
    client: Client, number: int
) -> None:
    """More than a batch usually holds, and no wait for the next beat."""
    async with AsyncExitStack() as stack:
        peers = [await stack.enter_async_context(dial(port_of(client))) for _ in range(number)]
        name = client.app[HUB].summaries(1, 0)[0].id
        every, one = await watch(client), await watch(client, connection=name)
        for watcher in (every, one):
            await watcher.next("events")
        leaving = asyncio.create_task(client.server.close())

        async def answer(peer: Peer) -> None:
            _, payload = await peer.receive()
            peer.send(0x8, payload[:2])
            await peer.rest()
            peer.writer.close()

        await asyncio.gather(*map(answer, peers), heard_to_the_end(every), heard_to_the_end(one))
        await leaving
    assert every.kinds.count("closed") == number
    assert one.kinds[-3:] == ["frame", "frame", "closed"]
    for watcher in (every, one):
        assert {event["code"] for event in watcher.events if event["kind"] == "closed"} == {1001}
    assert every.accounted == number * 4
    rows = {row["id"]: row for told in every.told for row in told.get("connections", ())}
    assert {row["state"] for row in rows.values()} == {"closed"}
    assert every.all("state")[-1]["stats"]["open"] == 0


async def test_watchers_see_the_end_of_a_client_that_does_not_answer(serve: Serve) -> None:
    client = await serve(server={"shutdown_timeout": 0.4}, websocket={"close_timeout": 60.0})
    async with dial(port_of(client)):
        watcher = await watch(client)
        await watcher.next("events")
        async with asyncio.timeout(2):
            await asyncio.gather(client.server.close(), heard_to_the_end(watcher))
    assert watcher.kinds == ["opened", "frame", "noted", "closed"]
    assert watcher.events[-1]["how"] == "time-out"


async def test_watchers_that_do_not_answer_cannot_keep_the_server(client: Client) -> None:
    async with dial(port_of(client), "/live"), asyncio.timeout(2):
        await client.server.close()


async def test_watchers_that_do_not_read_cannot_keep_the_server(serve: Serve) -> None:
    watching = Remembered()
    client = await serve(watching.middleware)
    mute = await stuck_watcher(client)
    async with dial(port_of(client)) as peer:
        while watching.transports[0].get_write_buffer_size() < 100_000:
            await flood(peer, 100, bytes(3000))
    async with asyncio.timeout(2):
        await client.server.close()
    mute.drop()
