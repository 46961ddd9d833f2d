"""The measurements run and say what they measured; no timing decides anything."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from websockets.sync.client import connect

from bench.__main__ import main
from bench.cases import CASES
from bench.measures import fair, idle
from bench.memory import million
from bench.serving import SERVERS, StartError, serving, why_absent
from tests.command import PATIENCE, REPOSITORY

PRESENT = [name for name in SERVERS if why_absent(name) is None]
SHORT = ("--rounds", "1", "--seconds", "0.05")


def bench(*arguments: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench", *arguments],
        cwd=REPOSITORY,
        env={**os.environ, **({} if path is None else {"PATH": path})},
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE,
        check=False,
    )


@pytest.mark.slow
def test_a_short_run_measures_all_servers_and_writes_it_down(tmp_path: Path) -> None:
    cases = ["64x16", "deflate", "handshakes"]
    result = bench(*SHORT, "--cases", ",".join(cases), "--write", "--into", str(tmp_path))
    assert result.returncode == 0, result.stderr
    steps = [line.split(":")[0] for line in result.stderr.splitlines() if "to go" in line]
    assert steps == [f"round 1 of 1, {case}, {name}" for case in cases for name in PRESENT]
    page = tmp_path.joinpath("benchmarks.md").read_text(encoding="utf-8")
    assert f"|  | {' | '.join(PRESENT)} |" in page
    command = f"--cases {','.join(cases)} --rounds 1 --seconds 0.05"
    assert f'by `make bench ARGS="{command}"`' in page
    for name in SERVERS:
        assert (f"{name} was not measured" in page) == (name not in PRESENT)
        assert (f"Without {name}" in result.stderr) == (name not in PRESENT)
    assert tmp_path.joinpath("images", "benchmarks.svg").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_other_cases_run_too() -> None:
    cases = "64x1,1k,64k,1m,fair-messages,fair-pings,page16"
    result = bench(*SHORT, "--servers", "echoscope", "--cases", cases, "--no-write")
    assert result.returncode == 0, result.stderr
    for case in cases.split(","):
        assert CASES[case].title in result.stdout
    assert "Written" not in result.stdout


@pytest.mark.slow
@pytest.mark.parametrize("name", PRESENT)
def test_every_server_is_flooded(name: str) -> None:
    sample = fair("deflate")(name, 0.05)
    assert sample.value == sample.slow
    assert sample.trips
    assert sample.flooded


@pytest.mark.slow
@pytest.mark.parametrize("deflate", [False, True])
def test_the_memory_of_a_connection_is_a_figure(deflate: bool) -> None:
    sample = idle(50, deflate=deflate)("websockets", 0.05)
    assert sample.value is not None
    assert (sample.used is None) == deflate
    assert not sample.note


@pytest.mark.slow
def test_messages_to_a_server_with_a_page_are_told_of() -> None:
    said = million(clients=5, messages=100)
    assert said.startswith("500 echoes, no two alike")
    assert "page meanwhile: " in said


@pytest.mark.slow
@pytest.mark.parametrize("name", SERVERS)
def test_every_server_echoes(name: str) -> None:
    absent = why_absent(name)
    if absent is not None:
        pytest.skip(absent)
    large = os.urandom(1 << 20)
    with serving(name, deflate=True) as (process, port):
        with connect(f"ws://127.0.0.1:{port}/ws", max_size=None) as ws:
            for message in ("text", large[:100], "", large):
                ws.send(message)
                assert ws.recv() == message
            assert [extension.name for extension in ws.protocol.extensions] == [
                "permessage-deflate"
            ]
        assert len(os.sched_getaffinity(process.pid)) == 1
    assert process.returncode is not None


def test_without_go_a_run_says_so_and_goes_on() -> None:
    result = bench(*SHORT, "--cases", "64x1", "--servers", "gorilla", path="/nowhere")
    assert result.returncode == 0, result.stderr
    assert "Without gorilla: Go is not installed" in result.stderr
    assert "gorilla was not measured: Go is not installed" in result.stdout


def test_a_server_that_does_not_start_is_a_sentence_with_the_command() -> None:
    mistake = {"ECHOSCOPE_SERVER__SHUTDOWN_TIMEOUT": "soon"}
    said = r"to see why: .* -m webapp .* --port \d+$"
    with pytest.raises(StartError, match=said), serving("echoscope", mistake):
        pass


def test_another_server_at_the_port_is_not_taken_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command's own process does not listen; one that it starts does, for a while."""
    script = """
import os, socket, sys
if os.fork():
    os.wait()
else:
    with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listening:
        listening.settimeout(0.3)
        listening.accept()
"""
    monkeypatch.setitem(SERVERS, "aiohttp", lambda deflate: [sys.executable, "-c", script])
    with pytest.raises(StartError), serving("aiohttp"):
        pass


def test_a_run_that_fails_says_where_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setitem(SERVERS, "aiohttp", lambda deflate: [sys.executable, "-c", "exit(1)"])
    arguments = [*SHORT, "--cases", "64x1", "--servers", "aiohttp", "--into", str(tmp_path)]
    assert main([*arguments, "--write"]) == 1
    said = capsys.readouterr().err.splitlines()
    assert said[-1].startswith("bench: round 1 of 1, 64x1, aiohttp: This server does not listen;")
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--cases", "64x1,nonsense"], "there is no 'nonsense'"),
        (["--servers", "apache"], "there is no 'apache'"),
        (["--seconds", "0"], "--seconds 0"),
        (["--seconds", "1000"], "--seconds 1000"),
        (["--rounds", "0"], "--rounds 0"),
    ],
)
def test_a_mistake_is_told_before_anything_is_measured(arguments: list[str], said: str) -> None:
    result = bench(*arguments)
    assert result.returncode == 2
    assert said in result.stderr


def test_help_names_all_cases_and_servers() -> None:
    said = bench("--help").stdout
    for name in (*CASES, *SERVERS):
        assert name in said
