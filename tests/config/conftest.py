"""What the tests of the configuration share."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Be in a folder without a configuration of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
