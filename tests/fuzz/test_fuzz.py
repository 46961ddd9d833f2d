"""The fuzzer itself: it runs, it finds what is planted, and it says so."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.command import PATIENCE, REPOSITORY
from tests.fuzz.accounts import InvariantError
from tests.fuzz.seeds import seeds
from tests.fuzz.trial import Trial
from webapp.wire import messages
from webapp.wire.deflate import Deflater, Inflater
from webapp.wire.farewell import Farewell
from webapp.wire.frames import FrameParser
from webapp.wire.messages import MessageAssembler
from webapp.wire.outbox import Outbox
from webapp.wire.reading import Reader
from webapp.wire.stream import WebSocketStream


@pytest.fixture
def trial() -> Iterator[Trial]:
    with asyncio.Runner() as runner:
        yield Trial(runner.get_loop())


def run(*arguments: str | Path, code: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command, behind some code of its own if there is any."""
    command = ["-c", f"{code}\nfrom tests.fuzz.__main__ import main\nraise SystemExit(main())"]
    return subprocess.run(
        [sys.executable, *(command if code else ["-m", "tests.fuzz"]), *map(str, arguments)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("how", ["guided", "blind"])
def test_a_short_run_finds_nothing(how: str, tmp_path: Path) -> None:
    if how == "guided" and find_spec("atheris") is None:
        pytest.skip("There is no atheris: make fuzz installs it.")
    result = run("--seconds", "2", "--folder", tmp_path, *(["--blind"] if how == "blind" else []))
    assert result.returncode == 0, result.stdout + result.stderr
    assert list((tmp_path / "findings").iterdir()) == []
    # libFuzzer tells of its coverage on standard error.
    assert ("cov: " if how == "guided" else "nothing found") in result.stdout + result.stderr


PLANTED = """
from webapp.wire import messages
messages._check_piece = lambda *arguments: None
"""


@pytest.mark.slow
@pytest.mark.parametrize("how", ["guided", "blind"])
def test_what_is_found_is_kept_and_can_be_tried_again(how: str, tmp_path: Path) -> None:
    if how == "guided" and find_spec("atheris") is None:
        pytest.skip("There is no atheris: make fuzz installs it.")
    options = ("--seconds", "20", "--folder", tmp_path, *(["--blind"] if how == "blind" else []))
    result = run(*options, code=PLANTED)
    assert result.returncode != 0
    assert "InvariantError" in result.stdout + result.stderr
    (finding,) = (tmp_path / "findings").iterdir()
    assert run(finding, code=PLANTED).returncode == 1
    assert run(finding).returncode == 0


def doubled(method: Callable[..., Any]) -> Callable[..., Any]:
    def twice(*arguments: Any) -> Any:
        method(*arguments)
        return method(*arguments)

    return twice


def nothing(*arguments: Any) -> None:
    return None


def ignoring(method: Callable[..., Any], place: int, value: Any) -> Callable[..., Any]:
    """A method with one of its arguments replaced."""

    def other(*arguments: Any) -> Any:
        return method(*arguments[:place], value, *arguments[place + 1 :])

    return other


def hoarding(self: MessageAssembler, piece: bytes, whole: bool) -> None:
    keep(self, piece + bytes(3000), whole)


keep = MessageAssembler._keep

DEFECTS: list[tuple[str, object, str, object]] = [
    ("text is not checked in pieces", messages, "_check_piece", nothing),
    ("a message may be too large", MessageAssembler, "_grow", nothing),
    ("more is held than comes", MessageAssembler, "_keep", hoarding),
    ("an answer goes unrecorded", Outbox, "note", nothing),
    ("what came at last goes untold", Reader, "lost", nothing),
    ("a frame is told twice", Outbox, "received", doubled(Outbox.received)),
    ("a bug", WebSocketStream, "ping_received", lambda *arguments: 1 // 0),
    (
        "pongs are empty",
        WebSocketStream,
        "ping_received",
        ignoring(WebSocketStream.ping_received, 1, b"x"),
    ),
    ("nothing is remembered", Inflater, "_remember", nothing),
    ("compressed in vain", Deflater, "deflate", ignoring(Deflater.deflate, 1, b"other " * 20)),
    ("pieces begin anew", FrameParser, "unfinished", None),
    (
        "closes have no code",
        Farewell,
        "_put_close",
        ignoring(Farewell._put_close, 1, 1005),
    ),
]


@pytest.mark.parametrize(
    ("owner", "name", "defect"), [row[1:] for row in DEFECTS], ids=[row[0] for row in DEFECTS]
)
def test_a_defect_is_noticed(
    trial: Trial, monkeypatch: pytest.MonkeyPatch, owner: object, name: str, defect: object
) -> None:
    """By one of the scripts that fuzzing begins with; without it, by none."""
    _try_all(trial)
    monkeypatch.setattr(owner, name, defect)
    with pytest.raises(InvariantError):
        _try_all(trial)


def _try_all(trial: Trial) -> None:
    for script in seeds():
        trial(script)
