"""The Go server: built from `bench/gorilla` with what Debian packages, where that is installed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

__all__ = ["BuildError", "built"]

_SOURCE = Path(__file__).parent / "gorilla" / "main.go"
_BUILDS = Path(__file__).parent.parent / "build" / "bench"
# Where Debian's golang-*-dev packages put their sources.
_GOPATH = "/usr/share/gocode"
_INSTALL = "on Debian: apt-get install golang-go golang-github-gorilla-websocket-dev"


class BuildError(Exception):
    """The Go server cannot be had here; the text is a sentence that says why."""


def built() -> Path:
    """Return the program, compiled from the source as it is now; raises BuildError."""
    go = shutil.which("go")
    if go is None:
        raise BuildError(f"Go is not installed ({_INSTALL}).")
    gopath = os.environ.get("GOPATH") or _GOPATH
    package = Path(gopath, "src/github.com/gorilla/websocket")
    if not package.is_dir():
        raise BuildError(f"gorilla/websocket is not installed ({_INSTALL}).")
    digest = hashlib.sha256(_SOURCE.read_bytes() + gopath.encode()).hexdigest()[:12]
    program = _BUILDS / f"gorilla-{digest}"
    if program.exists():
        return program
    _BUILDS.mkdir(parents=True, exist_ok=True)
    environment = {
        "GOCACHE": str(_BUILDS / "go-cache"),
        **os.environ,
        "GO111MODULE": "off",
        "GOPATH": gopath,
    }
    # Somebody else may be building it, too: it appears at once and whole.
    with tempfile.TemporaryDirectory(dir=_BUILDS) as folder:
        made = Path(folder, "gorilla")
        command = [go, "build", "-o", str(made), str(_SOURCE)]
        result = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False
        )
        if result.returncode:
            raise BuildError(f"The Go server does not build: {result.stderr.strip()}")
        made.replace(program)
    return program
