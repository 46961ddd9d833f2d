"""The measurements run and check what they measure; no timing decides anything."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import Any

import pytest
from aiohttp import web

from bench.load import EchoError, Load, run
from tests.command import PATIENCE, REPOSITORY
from webapp import create_app


def bench(*arguments: str) -> str:
    command = [sys.executable, "-m", "bench", *arguments]
    result = subprocess.run(
        command, cwd=REPOSITORY, capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    return result.stdout


@pytest.mark.slow
def test_a_short_run_measures_all_servers_in_all_cases() -> None:
    table = bench("--rounds", "1", "--seconds", "0.2")
    assert table.count("echoscope   ") == 2
    assert table.count("aiohttp WebSocketResponse") == 2
    assert table.count("of it") == 2


async def test_every_echo_is_counted(aiohttp_server: Any) -> None:
    server = await aiohttp_server(create_app())
    load = Load(connections=5, in_flight=4, size=64, batches=10)
    result = await asyncio.to_thread(run, server.port, load)
    assert result.echoes == 200


async def test_a_wrong_echo_does_not_go_unnoticed(aiohttp_server: Any) -> None:
    async def shout(request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        async for message in ws:
            await ws.send_str(message.data.upper().replace("1", "2"))
        return ws

    app = web.Application()
    app.add_routes([web.get("/ws", shout)])
    server = await aiohttp_server(app)
    with pytest.raises(EchoError, match="wrong echo"):
        await asyncio.to_thread(run, server.port, Load(1, 2, 64, batches=3))
