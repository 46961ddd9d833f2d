"""Where Go or gorilla is missing, a sentence says so."""

from pathlib import Path

import pytest

from bench.golang import BuildError, built
from bench.serving import why_absent


def test_without_go_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    said = why_absent("gorilla")
    assert said is not None
    assert said.startswith("Go is not installed (on Debian: apt-get install golang-go ")


def put_go(folder: Path, script: str) -> None:
    folder.joinpath("go").write_text(f"#!/bin/sh\n{script}\n", encoding="ascii")
    folder.joinpath("go").chmod(0o755)


def test_without_gorilla_there_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    put_go(tmp_path, "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("GOPATH", str(tmp_path))
    with pytest.raises(BuildError, match="gorilla/websocket is not installed"):
        built()


def test_what_does_not_build_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    put_go(tmp_path, "echo no such thing >&2; exit 1")
    tmp_path.joinpath("src/github.com/gorilla/websocket").mkdir(parents=True)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("GOPATH", str(tmp_path))
    with pytest.raises(BuildError, match="The Go server does not build: no such thing"):
        built()


@pytest.mark.parametrize("name", ["echoscope", "aiohttp", "websockets"])
def test_the_others_are_always_there(name: str) -> None:
    assert why_absent(name) is None
