"""The Autobahn test suite: where its `wstest` is, or how it is set up."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Suite", "SuiteError", "find"]

_PINS = Path(__file__).parent / "suite.txt"
# The last virtualenv that makes environments for Python 2.7, and what it needs.
_VIRTUALENV = ("virtualenv==20.21.1", "distlib==0.4.4", "filelock==3.32.7", "platformdirs==3.11.0")
_INSTALL = ("-m", "pip", "--disable-pip-version-check", "--quiet", "install")
_IDENTITY = "import platform as p; print(p.python_implementation() + ' ' + p.python_version())"


class SuiteError(Exception):
    """The suite is not to be had here; the text says in sentences why, and what it needs."""


@dataclass(frozen=True, slots=True)
class Suite:
    """A suite that can be run."""

    wstest: Path
    version: str


def find(environment: Mapping[str, str], folder: Path, say: Callable[[str], None]) -> Suite:
    """Return the suite that WSTEST names, or that is on the PATH, or the one in the folder.

    The last is set up first if need be, which takes a CPython 2.7; ``say`` is told of it. Raises
    SuiteError.
    """
    if named := environment.get("WSTEST"):
        return Suite(Path(named), _version(Path(named), "WSTEST names"))
    if on_path := shutil.which("wstest", path=environment.get("PATH", "")):
        return Suite(Path(on_path), _version(Path(on_path), "on the PATH is"))
    own = folder / "bin" / "wstest"
    made = folder / "made-from"  # written when all is done: half an environment is none
    digest = hashlib.sha256(_PINS.read_bytes()).hexdigest()
    if not made.exists() or made.read_text(encoding="utf-8") != digest:
        python = next(_pythons(environment), None)
        if python is None:
            raise SuiteError(
                "There is no Autobahn test suite here. Its command is wstest: name one with"
                " WSTEST=/path/to/wstest, or put it on the PATH; or have a CPython 2.7, on which"
                " alone it runs, as python2.7 on the PATH, among pyenv's versions or named with"
                " PYTHON27=/path/to/python2.7, and it is set up by itself."
            )
        say(f"Setting up the Autobahn test suite with {python}")
        _set_up(python, folder)
        made.write_text(digest, encoding="utf-8")
    return Suite(own, _version(own, "there is"))


def _version(wstest: Path, whence: str) -> str:
    """Ask a suite for its version, which shows whether it runs."""
    try:
        said = _output(wstest, "--autobahnversion")
    except (OSError, subprocess.CalledProcessError) as error:
        raise SuiteError(
            f"The Autobahn test suite cannot be run: {whence} {wstest}, and {_reason(error)}."
        ) from error
    return ", ".join(said.split("\n"))


def _pythons(environment: Mapping[str, str]) -> Iterator[str]:
    """Find interpreters that are a CPython 2.7 indeed: pyenv's python2.7 may be but a pointer."""
    named = environment.get("PYTHON27")
    candidates = [named] if named else []
    if not named:
        if on_path := shutil.which("python2.7", path=environment.get("PATH", "")):
            candidates.append(on_path)
        home = environment.get("HOME", "/nonexistent")
        versions = Path(environment.get("PYENV_ROOT") or Path(home, ".pyenv"), "versions")
        candidates += map(str, sorted(versions.glob("2.7*/bin/python2.7")))
    for candidate in candidates:
        try:
            identity = _output(candidate, "-c", _IDENTITY)
        except (OSError, subprocess.CalledProcessError):
            continue
        if identity.startswith("CPython 2.7."):
            yield candidate


def _set_up(python: str, folder: Path) -> None:
    """Make an environment of Python 2.7 with the suite in it."""
    try:
        with tempfile.TemporaryDirectory() as passing:
            # Python's own venv makes environments for itself alone.
            tool = Path(passing, "bin", "python")
            _output(sys.executable, "-m", "venv", passing)
            _output(tool, *_INSTALL, *_VIRTUALENV)
            _output(tool, "-m", "virtualenv", "--quiet", "--clear", "--python", python, folder)
        _output(folder / "bin" / "python", *_INSTALL, "--no-deps", "--requirement", _PINS)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SuiteError(f"The Autobahn test suite cannot be set up: {_reason(error)}.") from error


def _output(*command: str | Path) -> str:
    """Run a command to its end, and return what it said."""
    result = subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, errors="replace", check=True
    )
    return result.stdout.strip()


def _reason(error: OSError | subprocess.CalledProcessError) -> str:
    """Say in a few words why a command failed."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    said = (error.stderr or error.stdout or "").strip().splitlines()
    # pip puts warnings behind what went wrong.
    wrong = [line for line in said if line.startswith("ERROR")] or said
    return wrong[-1].rstrip(".") if wrong else f"it ended with status {error.returncode}"
