"""Messages, pings and closes on demand: who gets them, who does not and why, and what is logged."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from tests.peer import Peer, dial, eventually
from tests.served import Client, Serve, port_of
from webapp import push
from webapp.hub import HUB, Hub
from webapp.push import Message, PushError, Reached, Why
from webapp.wire.records import State

TEXT = Message(True, b"for all")


@pytest.fixture
async def client(serve: Serve) -> Client:
    return await serve()


@pytest.fixture
async def hub(client: Client) -> Hub:
    return client.app[HUB]


async def dialled(stack: AsyncExitStack, client: Client, count: int) -> list[Peer]:
    return [await stack.enter_async_context(dial(port_of(client))) for _ in range(count)]


async def test_a_connection_is_found_as_long_as_it_is_open(client: Client, hub: Hub) -> None:
    with pytest.raises(PushError) as unknown:
        push.find(hub, f"{hub.next_id()}")
    assert unknown.value.why is Why.UNKNOWN
    async with dial(port_of(client)) as peer:
        (stream,) = hub.streams()
        assert push.find(hub, stream.id) is stream is hub.stream(stream.id)
        stream.close()
        with pytest.raises(PushError, match="is closing") as closing:
            push.find(hub, stream.id)
        assert closing.value.why is Why.ENDED
        peer.drop()
        await eventually(lambda: not hub.streams())
    assert hub.stream(stream.id) is None
    with pytest.raises(PushError, match="has ended") as ended:
        push.find(hub, stream.id)
    assert ended.value.why is Why.ENDED


async def test_a_message_for_all_reaches_all_that_read(client: Client, hub: Hub) -> None:
    async with AsyncExitStack() as stack:
        peers = await dialled(stack, client, 5)
        deaf, closing = peers[1], hub.streams()[3]
        deaf.read_nothing()
        while hub.streams()[1].writable:
            push.push(hub, hub.streams()[1].id, Message(False, bytes(500_000)), by="me")
            await asyncio.sleep(0)
        closing.close()
        assert await push.broadcast(hub, TEXT, by="me") == Reached(sent=3, not_reading=1)
        for place in (0, 2, 4):
            assert await peers[place].receive() == (0x81, b"for all")
        assert (await peers[3].receive())[0] == 0x88
        deaf.drop()


async def test_a_message_for_nobody_reaches_nobody(hub: Hub) -> None:
    assert await push.broadcast(hub, TEXT, by="me") == Reached(0, 0)


@pytest.mark.parametrize("bound", ["_SLICE", "_SLICE_BYTES"])
async def test_others_have_their_turn_while_a_message_goes_to_all(
    client: Client, hub: Hub, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    for name in ("_SLICE", "_SLICE_BYTES"):
        monkeypatch.setattr(push, name, 0 if name == bound else 1 << 30)
    async with AsyncExitStack() as stack:
        peers = await dialled(stack, client, 20)
        sending = asyncio.create_task(push.broadcast(hub, TEXT, by="me"))
        reached = []
        while not sending.done():
            await asyncio.sleep(0)
            reached.append(sum(stream.traffic.messages_out for stream in hub.streams()))
        assert set(reached) >= set(range(1, 20))
        assert await sending == Reached(20, 0)
        for peer in peers:
            assert await peer.receive() == (0x81, b"for all")


async def test_connections_may_come_and_go_while_a_message_goes_to_all(
    client: Client, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push, "_SLICE_BYTES", 0)
    async with AsyncExitStack() as stack:
        peers = await dialled(stack, client, 20)
        streams = hub.streams()
        sending = asyncio.create_task(push.broadcast(hub, TEXT, by="me"))
        await eventually(lambda: streams[0].traffic.messages_out)
        streams[-1].abort("enough")
        await eventually(lambda: streams[-1].state is State.CLOSED)
        assert not sending.done()
        assert await sending == Reached(19, 0)
        assert len(hub.streams()) == 19
        for peer in peers[:-1]:
            assert await peer.receive() == (0x81, b"for all")
    assert streams[-1].traffic.messages_out == 0


async def test_whoever_asks_is_logged_and_what_for_but_no_payload(
    client: Client, hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "webapp.push")
    async with dial(port_of(client)):
        (stream,) = hub.streams()
        name = stream.id
        push.push(hub, name, Message(True, b"a canary"), by="[::1]:5")
        push.push(hub, name, Message(False, b"\x00a canary"), by="[::1]:5")
        push.ping(hub, name, by="[::1]:5")
        await push.broadcast(hub, Message(True, b"a canary"), by="[::1]:5")
        push.close(hub, name, 4000, "a canary", by="[::1]:5")
    assert caplog.messages == [
        f"{name}: a text message of 8 bytes was pushed by [::1]:5",
        f"{name}: a binary message of 9 bytes was pushed by [::1]:5",
        f"{name}: a ping was pushed by [::1]:5",
        "a text message of 8 bytes was pushed to 1 by [::1]:5; 0 do not read",
        f"{name}: a close with 4000 was pushed by [::1]:5",
    ]


async def test_a_close_code_that_must_not_be_sent_is_not(client: Client, hub: Hub) -> None:
    async with dial(port_of(client)) as peer:
        (stream,) = hub.streams()
        with pytest.raises(ValueError, match="1006"):
            push.close(hub, stream.id, 1006, "", by="me")
        assert stream.state is State.OPEN
        await peer.echoed(b"nothing came before this")
