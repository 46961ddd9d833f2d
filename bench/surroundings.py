"""The machine and the versions, in words that tell nobody where it stands."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import zlib
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.figures import Surroundings

__all__ = ["surroundings"]


def surroundings(command: str) -> Surroundings:
    """Look around."""
    return Surroundings(
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        machine=_machine(),
        versions=_versions(),
        command=command,
        load=os.getloadavg()[0],
    )


def _machine() -> str:
    about = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = re.search(r"^(?:model name|Model)\s*: (.+)$", about, re.MULTILINE)
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    cores = len(os.sched_getaffinity(0))
    words = [
        f"{cores} core{'s' * (cores > 1)} of {model[1] if model else platform.machine()}",
        f"{memory / 2**30:.0f} GiB of memory",
        "Linux " + ".".join(platform.release().split(".")[:2]),
        _distribution(),
    ]
    if re.search(r"^flags\s*:.*\bhypervisor\b", about, re.MULTILINE):
        words.insert(1, "a virtual machine")
    return ", ".join(filter(None, words))


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return ""


def _versions() -> list[str]:
    packages = [f"{name} {version(name)}" for name in ("aiohttp", "websockets", "uvloop")]
    return [
        f"Python {platform.python_version()}",
        *packages,
        f"zlib {zlib.ZLIB_RUNTIME_VERSION}",
        *filter(None, (_go(), _gorilla())),
    ]


def _go() -> str:
    said = _said("go", "version")  # go version go1.19.8 linux/amd64
    return f"Go {said.split()[2].removeprefix('go')}" if said else ""


def _gorilla() -> str:
    package = "golang-github-gorilla-websocket-dev"
    said = _said("dpkg-query", "--show", "--showformat=${Version}", package)
    return f"gorilla/websocket {said}" if said else ""


def _said(*command: str) -> str:
    if shutil.which(command[0]) is None:
        return ""
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.stdout.strip() if result.returncode == 0 else ""
