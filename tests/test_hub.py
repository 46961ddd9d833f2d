"""The hub: who is connected and what has ended, the sweep, and the goodbye to all."""

import asyncio
import gc
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from functools import partial
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiohttp.typedefs import Handler, Middleware

from tests.journal.events import opened, record
from tests.peer import PATIENCE, RESET_ON_CLOSE, Peer, dial, eventually, handshake
from webapp.app import create_app
from webapp.config import Config
from webapp.gate.refusals import Refusal
from webapp.hub import HUB, Hub
from webapp.journal.events import Closed, Ended, Event, Exchange, Frame, Noted, Opened, Refused
from webapp.journal.memory import JOURNAL, Journal
from webapp.journal.redaction import Redactor
from webapp.journal.secrecy import redacted
from webapp.journal.summaries import ConnectionSummary
from webapp.wire.stream import WebSocketStream


class Served:
    """An application that is served, with its hub and its journal."""

    def __init__(self, app: web.Application, server: TestServer) -> None:
        assert server.port is not None
        self.app = app
        self.server = server
        self.port = server.port

    @property
    def hub(self) -> Hub:
        return self.app[HUB]

    @property
    def journal(self) -> Journal:
        return self.app[JOURNAL]

    def events(self, connection: str | None = None) -> list[Event]:
        page = self.journal.read(limit=100_000, connection=connection)
        return [event for _, event in page.events]

    def ended(self) -> list[ConnectionSummary]:
        return list(self.journal.ended())

    async def gone(self) -> ConnectionSummary:
        """Wait until no connection is left; return the one that ended last."""
        await eventually(lambda: not self.hub.stats().open)
        return self.ended()[0]


Serve = Callable[..., Awaitable[Served]]


@pytest.fixture
async def serve(aiohttp_server: Any) -> Serve:
    async def serve(*middlewares: Middleware, **sections: dict[str, Any]) -> Served:
        app = create_app(Config.model_validate(sections))
        app.middlewares[:0] = middlewares
        return Served(app, await aiohttp_server(app))

    return serve


@pytest.fixture
async def served(serve: Serve) -> Served:
    return await serve()


# Coming and going


async def test_a_connection_is_known_from_its_handshake_on(served: Served) -> None:
    assert served.hub.summaries(10, 10) == []
    async with dial(served.port, "/ws?x=1", ("User-Agent", "curl/8")) as peer:
        (summary,) = served.hub.summaries(10, 10)
        assert (summary.state, summary.closed, summary.ended) == ("open", None, None)
        assert (summary.target, summary.user_agent) == ("/ws?x=1", "curl/8")
        assert summary.began.peer == peer.address
        (opened,) = served.events()
    assert isinstance(opened, Opened)
    assert opened is summary.began
    assert opened.request.header("host") == f"127.0.0.1:{served.port}"
    assert opened.response.line == "HTTP/1.1 101 Switching Protocols"
    assert opened.response.header("sec-websocket-accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    assert opened.response.header("server") is None
    assert (opened.subprotocol, opened.extensions) == (None, ())


async def test_the_subprotocol_that_was_agreed_on_is_told(serve: Serve) -> None:
    served = await serve(websocket={"subprotocols": ("b", "c")})
    async with dial(served.port, "/ws", ("Sec-WebSocket-Protocol", "a, b")):
        (summary,) = served.hub.summaries(10, 10)
    assert summary.subprotocol == "b"
    assert summary.began.request.header("sec-websocket-protocol") == "a, b"


async def close_in_order(peer: Peer) -> None:
    peer.send(0x8, (1000).to_bytes(2) + b"bye")
    assert await peer.receive() == (0x88, (1000).to_bytes(2))
    assert await peer.rest() == b""


async def end_the_stream(peer: Peer) -> None:
    peer.writer.write_eof()
    assert await peer.rest() == b""


async def reset(peer: Peer) -> None:
    peer.drop()


async def break_the_protocol(peer: Peer) -> None:
    peer.send(0x3)
    assert (await peer.receive())[0] == 0x88
    assert await peer.rest() == b""


async def stay_mute_at_the_close(peer: Peer) -> None:
    peer.send(0x2, bytes(17))  # more than is allowed
    assert (await peer.receive())[0] == 0x88
    await peer.rest()


@pytest.mark.parametrize(
    ("leave", "by", "how", "code", "reason"),
    [
        (close_in_order, "client", "closing handshake", 1000, "bye"),
        (end_the_stream, "client", "end of stream", 1006, ""),
        (reset, "client", "reset", 1006, ""),
        (break_the_protocol, "server", "end of stream", 1002, "reserved opcode 0x3"),
        (stay_mute_at_the_close, "server", "time-out", 1009, "message of 17 bytes or more"),
    ],
)
async def test_a_connection_leaves_however_it_ends(
    serve: Serve, leave: Any, by: str, how: str, code: int, reason: str
) -> None:
    served = await serve(
        limits={"max_message_size": 16}, websocket={"close_timeout": 0.05, "heartbeat": 60.0}
    )
    async with dial(served.port) as peer:
        await peer.echoed(b"hello")
        await leave(peer)
        if leave is break_the_protocol:
            peer.writer.close()
        summary = await served.gone()
    assert summary.state == "closed"
    assert summary.ended is not None
    assert (summary.ended.by, summary.ended.how, summary.ended.code) == (by, how, code)
    assert summary.ended.reason.startswith(reason)
    closed = served.events()[-1]
    assert isinstance(closed, Closed)
    assert closed.ended == summary.ended
    assert closed.time == summary.closed
    assert closed.duration == closed.time - summary.began.time > 0
    for told in (closed, summary):
        assert told.bytes_in >= 11
        assert (told.messages_in, told.messages_out) == (1, 1)
    assert served.hub.summaries(10, 10) == [summary]


async def test_a_connection_outlives_its_handler(serve: Serve) -> None:
    """No task and no request of aiohttp's is kept for it."""
    over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @web.middleware
    async def remember(request: web.Request, handler: Handler) -> web.StreamResponse:
        task = asyncio.current_task()
        assert task is not None
        task.add_done_callback(lambda _: over.set_result(None))
        return await handler(request)

    served = await serve(remember)
    async with dial(served.port) as peer:
        await over
        await peer.echoed(b"hello")
        assert served.hub.stats().open == 1
    await served.gone()


async def test_a_client_that_leaves_during_the_handshake_is_told_to_have_left(
    serve: Serve,
) -> None:
    """Its reset is there when the 101 is written, and nobody has read it yet."""
    client = socket.socket()
    client.setsockopt(*RESET_ON_CLOSE)

    @web.middleware
    async def leave(request: web.Request, handler: Handler) -> web.StreamResponse:
        client.close()
        return await handler(request)

    served = await serve(leave)
    client.connect(("127.0.0.1", served.port))
    client.sendall(handshake("/ws", served.port))
    await eventually(served.ended)
    (summary,) = served.hub.summaries(10, 10)
    assert (summary.state, summary.bytes_in) == ("closed", 0)
    assert summary.ended == Ended("client", "reset", 1006, "")
    assert [type(event) for event in served.events()] == [Opened, Closed]


async def test_a_client_that_leaves_before_the_handshake_is_told_of_as_refused(
    serve: Serve,
) -> None:
    answered: asyncio.Future[web.StreamResponse] = asyncio.get_running_loop().create_future()

    @web.middleware
    async def leave(request: web.Request, handler: Handler) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        answered.set_result(await handler(request))
        return answered.result()

    served = await serve(leave)
    _, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(handshake("/ws", served.port))
    async with asyncio.timeout(PATIENCE):
        await answered
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    (event,) = served.events()
    assert isinstance(event, Refused)
    assert event.rejection.came == "the end of the connection"
    assert served.hub.stats().opened == 0


async def test_ids_are_never_given_twice(served: Served) -> None:
    async with AsyncExitStack() as stack:
        for target in ("/ws", "/ws", "/elsewhere", "/ws"):
            await stack.enter_async_context(dial(served.port, target))
        ids = [summary.id for summary in served.hub.summaries(10, 10)]
    assert len(set(ids)) == 4
    assert all(name.startswith(f"{served.journal.run}-") for name in ids)
    assert served.hub.next_id() not in ids


async def test_open_ones_are_told_before_ended_ones_and_the_newest_first(served: Served) -> None:
    async with AsyncExitStack() as stack:
        async with dial(served.port, "/ws?1"):
            pass
        await served.gone()
        await stack.enter_async_context(dial(served.port, "/ws?2"))
        await stack.enter_async_context(dial(served.port, "/ws?3"))
        async with dial(served.port, "/nowhere?4"):
            pass
        targets = [summary.target for summary in served.hub.summaries(10, 10)]
        assert targets == ["/ws?3", "/ws?2", "/nowhere?4", "/ws?1"]
        targets = [summary.target for summary in served.hub.summaries(1, 1)]
        assert targets == ["/ws?3", "/nowhere?4"]


async def test_a_connection_is_closing_from_the_close_on(served: Served) -> None:
    async with dial(served.port) as peer:
        peer.send(0x3)
        assert (await peer.receive())[0] == 0x88
        (summary,) = served.hub.summaries(1, 1)
        assert (summary.state, summary.ended) == ("closing", None)


async def test_totals_add_up_over_open_and_ended_connections(served: Served) -> None:
    async with dial(served.port) as first, dial(served.port) as second:
        await first.echoed(bytes(10))
        await second.echoed(bytes(200))
        await second.echoed(bytes(20))
        before = served.hub.stats()
        first.drop()
        await eventually(lambda: served.hub.stats().open == 1)
        after = served.hub.stats()
        for stats in (before, after):
            assert (stats.opened, stats.refused) == (2, 0)
            assert (stats.messages_in, stats.messages_out) == (3, 3)
            assert stats.bytes_in == 16 + 208 + 26
            assert stats.bytes_out == 12 + 204 + 22
        assert before.open == 2
        assert after.time > before.time
        assert (before.recorded, after.recorded, after.forgotten) == (8, 9, 0)
        rows = served.hub.summaries(10, 10)
    assert sum(row.bytes_in for row in rows) == after.bytes_in


# Turned away


async def test_a_request_that_was_refused_is_told_with_its_reason(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "webapp.hub")
    async with dial(served.port, "/ws", ("Origin", "https://evil.example")) as peer:
        assert peer.status == 403
    (event,) = served.events()
    (summary,) = served.ended()
    assert isinstance(event, Refused)
    assert event.peer == peer.address
    assert event.request.header("origin") == "https://evil.example"
    assert (event.rejection.check, event.rejection.status) == ("origin", 403)
    assert event.rejection.came == "https://evil.example"
    assert "https://evil.example" in event.rejection.remedy
    assert (summary.began, summary.state, summary.closed) == (event, "refused", event.time)
    assert summary.rejection is event.rejection
    stats = served.hub.stats()
    assert (stats.open, stats.opened, stats.refused) == (0, 0, 1)
    assert "refused with 403" in caplog.text


async def test_no_more_are_let_in_than_are_allowed(serve: Serve) -> None:
    served = await serve(limits={"max_connections": 2})
    async with dial(served.port) as first, dial(served.port):
        async with dial(served.port) as third:
            assert third.status == 503
            assert b"\r\nRetry-After: 1\r\n" in third.answer
        first.drop()
        await eventually(lambda: served.hub.stats().open < 2)
        async with dial(served.port) as fourth:
            assert fourth.status == 101
    (refused,) = [event for event in served.events() if isinstance(event, Refused)]
    assert (refused.rejection.check, refused.rejection.status) == ("limit", 503)


# Secrets


async def test_no_secret_of_a_handshake_is_known_of_a_connection(served: Served) -> None:
    offer = ("Sec-WebSocket-Protocol", "bearer.c2VjcmV0, chat")
    cookie = ("Cookie", "sid=c2VjcmV0")
    async with dial(served.port, "/ws?x=1&token=c2VjcmV0", offer, cookie):
        (summary,) = served.hub.summaries(1, 1)
        (opened,) = served.events()
    assert summary.target == f"/ws?x=1&token={redacted('c2VjcmV0')}"
    assert summary.subprotocol == f"bearer.{redacted('c2VjcmV0')}"
    assert isinstance(opened, Opened)
    assert opened.response.header("sec-websocket-protocol") == summary.subprotocol
    assert opened.request.header("cookie") == redacted("sid=c2VjcmV0")
    assert "c2VjcmV0" not in repr((summary, opened))


async def test_no_secret_of_a_refused_request_is_recorded_or_logged(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    offer = ("Sec-WebSocket-Protocol", "bearer c2VjcmV0")
    async with dial(served.port, "/ws?token=c2VjcmV1", offer) as peer:
        assert peer.status == 400
    (event,) = served.events()
    assert isinstance(event, Refused)
    assert event.rejection.came == f"bearer {redacted('c2VjcmV0')}"
    assert f"(came: bearer {redacted('c2VjcmV0')})" in caplog.text
    for told in (repr(event), repr(served.ended()), caplog.text):
        assert "c2VjcmV" not in told


# Floods of refusals


REASON = Refusal("host", 421, "evil.example", "localhost", "Another host.")


class Clock:
    """One that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def flooded(clock: Clock) -> AsyncIterator[tuple[Hub, Journal, Callable[..., None]]]:
    """A hub, its journal with a connection that has ended, and what it is told to refuse."""
    journal = Journal(max_events=20_000, max_bytes=64 << 20, max_connections=1000)
    hub = Hub(journal, sweep_interval=0.001, clock=clock, redactor=Redactor(["X-Customer"]))
    began = opened(connection="c-1")
    closed = Closed(1, "c-1", Ended("client", "reset", 1006, ""), 0, 0, 0, 0, 0)
    journal.record(began)
    journal.record_frames([record(2), record(3)])
    journal.record(closed)
    journal.remember(began, closed)
    requests: list[web.Request] = []

    async def handle(request: web.Request) -> web.Response:
        requests.append(request)
        return web.Response()

    app = web.Application()
    app.add_routes([web.get("/x", handle)])
    async with TestServer(app) as server:
        assert server.port is not None
        async with dial(server.port, "/x?token=c2VjcmV0", ("X-Customer", "c2VjcmV1")):
            yield hub, journal, partial(hub.refused, requests[0], REASON)


def of_journal(journal: Journal) -> list[Event]:
    return [event for _, event in journal.read(limit=100_000).events]


async def test_a_flood_of_refusals_displaces_nothing(
    flooded: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "webapp.hub")
    hub, journal, refuse = flooded
    before = of_journal(journal)
    for _ in range(30_000):
        refuse()
    assert hub.stats().refused == 30_000
    events = of_journal(journal)
    assert events[: len(before)] == before
    refused = [event for event in events if isinstance(event, Refused)]
    assert len(refused) == len(caplog.records) == 2500
    assert len(events) == len(before) + 2500
    rows = hub.summaries(200, 1000)
    assert [row.state for row in rows] == ["refused"] * 250 + ["closed"]
    assert rows[0].id == refused[-1].connection
    assert hub.find(rows[-1].id) == rows[-1]
    assert refused[0].request.line == f"GET /x?token={redacted('c2VjcmV0')} HTTP/1.1"
    assert refused[0].request.header("x-customer") == redacted("c2VjcmV1")


async def test_the_first_thousand_refusals_are_told_one_by_one(flooded: Any) -> None:
    hub, journal, refuse = flooded
    for _ in range(1000):
        refuse()
    refused = [event for event in of_journal(journal) if isinstance(event, Refused)]
    assert len({event.connection for event in refused}) == 1000
    hub.tell_of_others(now=True)
    assert not any(isinstance(event, Noted) for event in of_journal(journal))


async def test_refusals_that_are_not_told_one_by_one_are_counted_and_told_later(
    flooded: Any, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    hub, journal, refuse = flooded
    for _ in range(4000):
        refuse()
    clock.now += 4.9
    hub.tell_of_others()
    assert isinstance(of_journal(journal)[-1], Refused)
    clock.now += 0.1
    hub.tell_of_others()
    refused, note = of_journal(journal)[-2:]
    assert isinstance(note, Noted)
    assert note.text == "1500 more requests were refused, too many to be told one by one"
    assert note.connection == refused.connection
    assert caplog.messages == [note.text]
    # And so on: each is told, or counted once.
    for _ in range(2500):
        refuse()
    clock.now += 5.0
    hub.tell_of_others()
    events = of_journal(journal)
    counts = [int(event.text.split()[0]) for event in events if isinstance(event, Noted)]
    told = sum(isinstance(event, Refused) for event in events)
    assert 2540 <= told <= 2560
    assert told + sum(counts) == hub.stats().refused == 6500


async def test_the_sweep_tells_of_those_refusals(flooded: Any, clock: Clock) -> None:
    hub, journal, refuse = flooded
    for _ in range(2600):
        refuse()
    clock.now += 5.0
    sweep = asyncio.create_task(hub.sweep())
    await eventually(lambda: isinstance(of_journal(journal)[-1], Noted))
    sweep.cancel()
    assert of_journal(journal)[-1].text.startswith("100 more requests")


async def test_a_server_that_leaves_tells_of_those_refusals_at_once(flooded: Any) -> None:
    hub, journal, refuse = flooded
    for _ in range(2600):
        refuse()
    await hub.say_goodbye(PATIENCE)
    assert isinstance(of_journal(journal)[-1], Noted)


async def test_bytes_that_are_no_request_are_told_without_one(flooded: Any) -> None:
    hub, journal, refuse = flooded
    refuse(readable=False)
    event = of_journal(journal)[-1]
    assert isinstance(event, Refused)
    assert event.request == Exchange("")
    assert event.peer.startswith("127.0.0.1:")
    assert event.rejection.came == "evil.example"
    assert hub.find(event.connection).target == ""


# The sweep


async def test_a_silent_client_is_pinged_and_dropped_when_it_does_not_answer(
    serve: Serve,
) -> None:
    served = await serve(websocket={"heartbeat": 0.2})
    async with dial(served.port) as peer:
        assert (await peer.receive())[0] == 0x89
        assert await peer.rest() == b""
        summary = await served.gone()
    assert summary.ended is not None
    assert (summary.ended.by, summary.ended.how, summary.ended.code) == ("server", "time-out", 1006)
    assert 50_000_000 < summary.ended.quiet < PATIENCE * 1e9  # the ping was what passed last
    (note,) = [event.text for event in served.events() if isinstance(event, Noted)]
    assert note == "the peer has not answered a ping for 0.1 s"
    ping = next(event for event in served.events() if isinstance(event, Frame))
    assert (ping.outgoing, ping.opcode) == (True, 0x9)


async def test_a_bug_in_looking_after_one_connection_is_not_that_of_all(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    served = await serve(websocket={"heartbeat": 0.2})
    async with dial(served.port) as unlucky, dial(served.port) as other:
        (broken,) = (c for c in served.hub.summaries(9, 0) if c.began.peer == unlucky.address)
        tick = WebSocketStream.tick

        def fail_for_one(stream: WebSocketStream, now: float) -> None:
            if stream.id == broken.id:
                raise RuntimeError("a bug")
            tick(stream, now)

        monkeypatch.setattr(WebSocketStream, "tick", fail_for_one)
        assert (await other.receive())[0] == 0x89
        await eventually(lambda: served.hub.stats().open < 2)
    faults = [record for record in caplog.records if record.exc_info]
    assert len(faults) == 1
    assert broken.id in faults[0].getMessage()


async def test_the_sweep_holds_on_to_no_connection_that_has_ended(serve: Serve) -> None:
    served = await serve(websocket={"heartbeat": 0.2})
    async with dial(served.port) as peer:
        assert (await peer.receive())[0] == 0x89  # so a sweep has seen it
    await served.gone()
    gc.collect()
    assert not any(isinstance(each, WebSocketStream) for each in gc.get_objects())


async def test_a_client_that_answers_pings_stays(serve: Serve) -> None:
    served = await serve(websocket={"heartbeat": 0.2})
    async with dial(served.port) as peer:
        for _ in range(3):
            head, payload = await peer.receive()
            assert head == 0x89
            peer.send(0xA, payload)
        await peer.echoed(b"still here")
        (summary,) = served.hub.summaries(1, 0)
        assert summary.state == "open"
        assert len(list(summary.round_trips)) == 3
        assert summary.round_trip is not None
        assert 0 < summary.round_trip < PATIENCE * 1e9
    assert (await served.gone()).round_trips == summary.round_trips


# The goodbye


async def test_all_clients_are_told_that_the_server_goes_away(served: Served) -> None:
    async with dial(served.port) as first, dial(served.port) as second:
        goodbye = asyncio.create_task(served.hub.say_goodbye(PATIENCE))
        for peer in (first, second):
            head, payload = await peer.receive()
            assert (head, payload[:2]) == (0x88, (1001).to_bytes(2))
            peer.send(0x8, payload[:2])
            assert await peer.rest() == b""
            peer.writer.close()
        async with asyncio.timeout(PATIENCE):
            await goodbye
    assert [summary.ended and summary.ended.how for summary in served.ended()] == [
        "closing handshake"
    ] * 2
    assert {summary.ended and summary.ended.code for summary in served.ended()} == {1001}


async def test_whoever_does_not_answer_the_goodbye_is_dropped_in_time(served: Served) -> None:
    loop = asyncio.get_running_loop()
    async with dial(served.port) as mute, dial(served.port):
        began = loop.time()
        async with asyncio.timeout(PATIENCE):
            await served.hub.say_goodbye(0.1)
        assert 0.1 <= loop.time() - began < 2
        head, payload = await mute.receive()
        assert (head, payload[:2]) == (0x88, (1001).to_bytes(2))
        assert await mute.rest() == b""
        await served.gone()
    for summary in served.ended():
        assert summary.ended is not None
        assert (summary.ended.by, summary.ended.how) == ("server", "time-out")
    notes = [event.text for event in served.events() if isinstance(event, Noted)]
    assert notes == ["the peer did not close within 0.1 s"] * 2


async def test_nobody_is_let_in_while_the_server_says_goodbye(served: Served) -> None:
    async with dial(served.port) as peer:
        goodbye = asyncio.create_task(served.hub.say_goodbye(PATIENCE))
        await peer.receive()
        assert served.hub.leaving
        async with dial(served.port) as late:
            assert late.status == 503
        peer.drop()
        async with asyncio.timeout(PATIENCE):
            await goodbye


async def test_a_server_without_clients_leaves_at_once(served: Served) -> None:
    async with asyncio.timeout(1):
        await served.hub.say_goodbye(PATIENCE)
    assert served.hub.leaving
