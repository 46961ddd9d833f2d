"""Pings of a stream's own accord, and the time in which nothing passes."""

from __future__ import annotations

import asyncio
import time

from tests.wire.frames import RawClient, client_frame
from tests.wire.wired import Start, Wire, ticked
from webapp.wire.records import State
from webapp.wire.settings import StreamSettings, Waits
from webapp.wire.stream import WebSocketStream

FIN, TEXT, PING, PONG = 0x80, 0x1, 0x9, 0xA


async def connected(wire: Wire) -> tuple[RawClient, WebSocketStream]:
    client = await RawClient.connect(wire.port)
    return client, await wire.streams.get()


async def test_two_pings_under_way_are_two_round_trips(start: Start) -> None:
    wire = await start(Wire())
    client, stream = await connected(wire)
    stream.ping()
    stream.ping()
    first, second = await client.frame(), await client.frame()
    assert (first.head, second.head) == (FIN | PING, FIN | PING)
    assert first.payload != second.payload
    client.send(client_frame(PONG, first.payload) + client_frame(PONG, second.payload))
    await echoed(client)
    (one, two) = stream.round_trips
    assert one[0] <= two[0]
    await client.close()


async def test_a_peer_may_answer_the_newest_ping_alone(start: Start) -> None:
    wire = await start(Wire())
    client, stream = await connected(wire)
    for _ in range(3):
        stream.ping()
    await client.frame()
    await client.frame()
    client.send(client_frame(PONG, (await client.frame()).payload))
    await echoed(client)
    assert len(list(stream.round_trips)) == 1
    await client.close()


async def echoed(client: RawClient) -> None:
    """See the answer to something: by then, all before it has been seen to."""
    client.send(client_frame(TEXT, b"x"))
    assert await client.frame() == (FIN | TEXT, b"x")


async def test_pings_on_demand_put_off_no_verdict(start: Start) -> None:
    wire = await start(Wire(StreamSettings(waits=Waits(heartbeat=20))))
    client, stream = await connected(wire)
    now = asyncio.get_running_loop().time()
    stream.tick(now)
    stream.ping()
    stream.tick(now + 9)
    stream.ping()
    assert stream.state is State.OPEN
    stream.tick(now + 11)
    ending = await wire.endings.get()
    assert ending.reason == "the peer has not answered a ping for 10 s"
    await client.close()


async def test_without_a_heartbeat_nothing_is_sent_and_nobody_is_given_up(start: Start) -> None:
    wire = await start(Wire(StreamSettings(waits=Waits(heartbeat=0))))
    client, stream = await connected(wire)
    now = asyncio.get_running_loop().time()
    for passed in (1, 60, 3600):
        stream.tick(now + passed)
    stream.ping()
    assert (await client.frame()).head == FIN | PING  # the one that was asked for
    stream.tick(now + 7200)
    await echoed(client)
    assert stream.state is State.OPEN
    assert stream.traffic.heartbeats == 0
    await client.close()


async def test_an_end_tells_how_long_nothing_had_passed_since_a_sweep(start: Start) -> None:
    wire = await start(Wire())
    client, stream = await connected(wire)
    await echoed(client)
    ticked(stream)
    await client.close()
    assert (await wire.endings.get()).quiet > 0


async def test_whoever_asks_learns_since_when_nothing_has_passed(start: Start) -> None:
    wire = await start(Wire())
    client, stream = await connected(wire)
    opened = stream.quiet_since
    await echoed(client)
    since = stream.quiet_since
    assert since > opened
    assert ticked(stream).quiet_since == since
    await client.close()
    assert 0 < (await wire.endings.get()).quiet <= time.time_ns() - since
    assert stream.quiet_since == since


async def test_what_has_passed_since_the_last_sweep_was_just_now(start: Start) -> None:
    wire = await start(Wire())
    client, stream = await connected(wire)
    ticked(stream)
    await echoed(client)
    await client.close()
    assert (await wire.endings.get()).quiet == 0
