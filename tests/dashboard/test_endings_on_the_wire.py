"""How endings are told that have happened: real clients, and the server as it is."""

import asyncio
import sys
import time
from dataclasses import dataclass

import pytest

from tests.peer import dial, eventually, frame
from tests.served import Client, Serve, port_of
from webapp.dashboard.encode import detail_shape, row_shape
from webapp.dashboard.endings import told
from webapp.hub import HUB
from webapp.wire import quiet

ABNORMALLY = "RFC 6455 §7.1.5"
CLIENTS_SIDE = "The client's side ended the connection without a close frame"


async def telling(client: Client) -> dict[str, str]:
    """Wait for the only connection to end, and tell how."""
    hub = client.app[HUB]
    await eventually(lambda: hub.stats().opened == 1 and hub.stats().open == 0)
    (summary,) = hub.summaries(1, 1)
    row = row_shape(summary)
    return told({**row["ending"], "duration": row["closed"] - row["opened"]})


async def test_a_client_that_closes(serve: Serve) -> None:
    client = await serve()
    async with dial(port_of(client)) as peer:
        peer.send(0x8, b"\x03\xe8done")
        await peer.rest()
    assert (await telling(client))["sentence"] == (
        "The client closed the connection with 1000 normal closure, saying “done”; the server "
        "answered with the same."
    )


async def test_a_client_that_goes_without_a_word(serve: Serve) -> None:
    client = await serve()
    async with dial(port_of(client)) as peer:
        await peer.echoed(b"x")
    assert await telling(client) == {
        "sentence": f"{CLIENTS_SIDE}.",
        "meaning": "Usually a program that exited or was killed, a crash, or a proxy that was "
        "restarted. A browser whose page is left or closed says so with 1001.",
        "clause": ABNORMALLY,
    }


@pytest.mark.parametrize("came", [9, 1], ids=["payload", "header"])
async def test_a_client_that_goes_in_the_middle_of_a_frame(serve: Serve, came: int) -> None:
    client = await serve()
    async with dial(port_of(client)) as peer:
        await peer.echoed(b"x")
        peer.writer.write(frame(0x2, bytes(9))[:came])
        peer.writer.write_eof()
        await peer.rest()
    hub = client.app[HUB]
    await eventually(lambda: not hub.stats().open)
    (summary,) = hub.summaries(1, 1)
    told = detail_shape(summary)["ending"]
    assert told is not None
    assert told["sentence"] == f"{CLIENTS_SIDE}, in the middle of a frame."
    assert "within_frame" not in (row_shape(summary)["ending"] or {})


@pytest.mark.parametrize("answers", [True, False])
async def test_a_pushed_close_in_words_of_the_servers_own(serve: Serve, answers: bool) -> None:
    client = await serve()
    async with dial(port_of(client)) as peer:
        await peer.echoed(b"x")
        (open_one,) = client.app[HUB].summaries(1, 1)
        pushed = {"code": 1011, "reason": "internal error"}
        path = f"/api/connections/{open_one.began.connection}/close"
        async with client.post(path, json=pushed) as response:
            assert response.status < 300
        assert (await peer.receive())[0] == 0x88
        if answers:
            peer.send(0x8, (1011).to_bytes(2))
        peer.writer.write_eof()
        await peer.rest()
    hub = client.app[HUB]
    await eventually(lambda: not hub.stats().open)
    (summary,) = hub.summaries(1, 1)
    told = detail_shape(summary)["ending"]
    assert told is not None
    did = "answered" if answers else "then ended it without an answer"
    assert told["sentence"].endswith(f"saying “internal error”; the client {did}.")
    assert told["meaning"].startswith("Somebody asked for it on this page or by the API.")
    assert (row_shape(summary)["ending"] or {}).keys() == {"by", "how", "code", "reason", "quiet"}


PROGRAM = """
import signal, sys
from websockets.sync.client import connect
with connect(sys.argv[1]) as ws:
    ws.send("x")
    ws.recv()
    signal.pause()
"""


async def test_a_program_that_is_killed(serve: Serve) -> None:
    client = await serve()
    url = f"ws://127.0.0.1:{port_of(client)}/ws"
    program = await asyncio.create_subprocess_exec(sys.executable, "-c", PROGRAM, url)
    await eventually(lambda: client.app[HUB].stats().messages_out == 1)
    program.kill()
    await program.wait()
    sentence = (await telling(client))["sentence"]
    # What it had not read yet decides which.
    assert sentence in (f"{CLIENTS_SIDE}.", "The client's side reset the connection.")


async def test_a_client_that_resets(serve: Serve) -> None:
    client = await serve()
    async with dial(port_of(client)) as peer:
        await peer.echoed(b"x")
        peer.drop()
    assert (await telling(client))["sentence"] == "The client's side reset the connection."


async def test_a_client_that_does_not_answer_a_ping(serve: Serve) -> None:
    client = await serve(websocket={"heartbeat": 0.2})
    async with dial(port_of(client)) as peer:
        await peer.rest()
    told = await telling(client)
    assert told["sentence"] == (
        "The server dropped the connection: the peer has not answered a ping for 0.1 s."
    )
    assert "a machine that sleeps or has lost its network" in told["meaning"]
    assert told["clause"] == "RFC 6455 §5.5.2"


async def test_a_message_that_is_too_large(serve: Serve) -> None:
    client = await serve(limits={"max_message_size": 1024})
    async with dial(port_of(client)) as peer:
        peer.send(0x2, bytes(2000))
        await peer.rest()
    told = await telling(client)
    assert told["sentence"] == (
        "The server closed the connection with 1009 message too big, saying “message of 2000 bytes "
        "or more, at most 1024 are taken”; the client then ended it."
    )
    assert "limits.max_message_size" in told["meaning"]


async def test_a_message_that_is_not_finished(serve: Serve) -> None:
    client = await serve(limits={"message_timeout": 0.1})
    async with dial(port_of(client)) as peer:
        peer.writer.write(frame(0x2, bytes(9))[:-1])
        await peer.rest()
    assert "limits.message_timeout" in (await telling(client))["meaning"]


async def test_a_client_that_breaks_the_protocol_and_stays(serve: Serve) -> None:
    client = await serve(websocket={"close_timeout": 0.1})
    async with dial(port_of(client)) as peer:
        peer.send(0x3)
        assert (await peer.receive())[0] == 0x88
        told = await telling(client)
    assert told["sentence"] == (
        "The server closed the connection with 1002 protocol error, saying “reserved opcode 0x3”; "
        "the client did not end it in time (websocket.close_timeout)."
    )
    assert told["clause"] == "RFC 6455 §5.2"


async def test_the_end_of_the_server(serve: Serve) -> None:
    client = await serve()
    async with dial(port_of(client)) as peer:
        shutdown = asyncio.create_task(client.app.shutdown())
        _, payload = await peer.receive()
        peer.send(0x8, payload)
        await peer.rest()
        await shutdown
    told = await telling(client)
    assert "with 1001 going away, saying “the server is shutting down”" in told["sentence"]
    assert "stopped, or is about to be restarted" in told["meaning"]


@dataclass
class Clock:
    """The time as it is, or later."""

    ahead: float = 0.0

    def time_ns(self) -> int:
        return time.time_ns() + round(self.ahead * 1e9)


@pytest.mark.parametrize("reset", [False, True])
async def test_a_client_that_ends_after_a_minute_of_silence(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, reset: bool
) -> None:
    clock = Clock()
    monkeypatch.setattr(quiet, "time", clock)
    client = await serve(websocket={"heartbeat": 3600, "close_timeout": 0.05})
    async with dial(port_of(client)) as peer:
        before = time.time_ns()
        await peer.echoed(b"x")
        # The sweep is to have seen it: what it has not seen is not over.
        await eventually(lambda: client.app[HUB].summaries(1, 0)[0].passed > before)
        clock.ahead = 60.2
        if reset:
            peer.drop()
    told = await telling(client)
    done = "reset the connection" if reset else "ended the connection without a close frame"
    assert told["sentence"] == (
        f"The client's side {done} after a silence of 60.2\u202fs, give or take a second."
    )
    assert "idle time-out of 60\u202fs" in told["meaning"]
    assert "nginx (proxy_read_timeout)" in told["meaning"]
    assert told["clause"] == ABNORMALLY


async def test_a_client_that_ends_while_pings_pass_is_not_taken_for_idle(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(quiet, "time", clock)
    client = await serve(websocket={"heartbeat": 0.2, "close_timeout": 0.05})
    async with dial(port_of(client)) as peer:
        for _ in range(3):
            clock.ahead += 20.0
            _, payload = await peer.receive()
            peer.send(0xA, payload)
        await peer.echoed(b"and gone")
    told = await telling(client)
    assert told["sentence"] == f"{CLIENTS_SIDE}."
    assert "idle" not in told["meaning"]
