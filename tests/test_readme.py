"""The README's own words: each of its commands does what it says, each of its examples runs."""

from __future__ import annotations

import re
import shlex
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.command import PATIENCE, REPOSITORY, run, serving
from webapp.config import Config
from webapp.config.sources import load_config
from webapp.gate import OriginPolicy

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


COMMANDS = [line for block in blocks("sh") for line in block.splitlines()]

# Every command of the README is tried by one of the tests below, or by being how they are run.
TRIED = {
    "make run",
    "make test",
    ". .venv/bin/activate",
    'make run PORT=9000 ARGS="--open"',
    "python -m websockets ws://localhost:8080/ws",
    'curl -i -H "Origin: https://app.example.com" http://localhost:8080/ws',
    "python -m webapp --port 9000 --config config.yaml",
    'ECHOSCOPE_ORIGINS__ALLOWED=\'["same-origin", "https://*.example.com"]\' python -m webapp',
    "ECHOSCOPE_WEBSOCKET__HEARTBEAT=0 python -m webapp",
    "ECHOSCOPE_ACCESS__TOKEN=some-32-random-characters python -m webapp --host 192.168.1.20",
    "python -m webapp --check",
    "python -m webapp --help",
}


def test_every_command_of_the_readme_is_tried_here() -> None:
    assert set(COMMANDS) == TRIED


@pytest.mark.parametrize("command", [line for line in COMMANDS if line.startswith("make ")])
def test_make_runs_what_the_readme_says(command: str) -> None:
    """Without doing it: to install and test is what runs this test."""
    words = shlex.split(command)
    result = subprocess.run(
        [*words, "--dry-run"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    if "run" in words:
        assert "-m webapp" in result.stdout
        assert ("--port 9000 --open" in result.stdout) == (len(words) > 2)
    else:
        assert "-m pytest" in result.stdout


@pytest.mark.slow
def test_make_run_serves() -> None:
    """In an environment that is installed already, which is whatever runs this."""
    installed = ("make", "run", f"VENV={sys.prefix}", f"--old-file={sys.prefix}/.runtime", "PORT=0")
    with serving(cwd=REPOSITORY, command=installed) as server:
        with urllib.request.urlopen(server.page, timeout=PATIENCE) as page:
            assert b"Echoscope" in page.read()
        server.end(signal.SIGTERM)


@pytest.mark.slow
def test_the_client_of_websockets_is_echoed(tmp_path: Path) -> None:
    command = _python("python -m websockets ws://localhost:8080/ws")
    with serving("--port", "0", cwd=tmp_path) as server:
        words = [*command[:-1], server.socket]
        with subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as client:
            assert client.stdin is not None
            assert client.stdout is not None
            client.stdin.write("Bonjour serveur\n")
            client.stdin.flush()
            assert any("< Bonjour serveur" in line for line in client.stdout)
            client.stdin.close()
            assert client.wait(PATIENCE) == 0


def test_the_answer_to_a_foreign_origin_is_the_one_shown(tmp_path: Path) -> None:
    """The same request as curl's; the whole answer stands in the README."""
    words = shlex.split(next(line for line in COMMANDS if line.startswith("curl")))
    name, value = words[words.index("-H") + 1].split(": ")
    with serving("--port", "0", cwd=tmp_path) as server:
        address = server.socket.replace("ws://", "http://")
        request = urllib.request.Request(address, headers={name: value})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=PATIENCE)
    with refused.value as answer:
        text = answer.read().decode().replace(server.page.rstrip("/"), "http://localhost:8080")
    shown = blocks("text")[0].split("...\n")
    assert shown[0] == f"HTTP/1.1 {refused.value.code} {refused.value.reason}\n"
    assert shown[1] == text


def test_the_line_that_the_refusal_names_admits_the_origin(tmp_path: Path) -> None:
    line = re.search("restart the server: (.*)", blocks("text")[0])
    assert line
    file = tmp_path / "config.yaml"
    file.write_text(line[1], encoding="utf-8")
    config = load_config(file, {}, {}).config
    policy = OriginPolicy(config.origins.allowed)
    assert policy.check(["https://app.example.com"], own="http://localhost:8080") is None


@pytest.mark.parametrize("line", ["python -m webapp --check", "python -m webapp --help"])
def test_what_prints_and_ends_does_so(line: str) -> None:
    result = run(*_python(line)[3:], cwd=REPOSITORY)
    assert result.returncode == 0
    assert "origins" in result.stdout or "--port" in result.stdout


@pytest.mark.slow
def test_flags_and_a_file_are_taken_as_shown() -> None:
    words = _python("python -m webapp --port 9000 --config config.yaml")
    words[words.index("9000")] = "0"
    with serving(*words[3:], cwd=REPOSITORY) as server:
        assert server.configuration == "config.yaml"
        assert server.end(signal.SIGTERM)[0] == 0


@pytest.mark.slow
def test_the_environment_is_taken_as_shown(tmp_path: Path) -> None:
    command = next(line for line in COMMANDS if line.startswith("ECHOSCOPE_ORIGINS"))
    variable, value = shlex.split(command)[0].split("=", 1)
    result = run("--check", cwd=tmp_path, env={variable: value})
    assert "https://*.example.com" in result.stdout


@pytest.mark.slow
def test_the_heartbeat_is_switched_off_as_shown(tmp_path: Path) -> None:
    command = next(line for line in COMMANDS if line.startswith("ECHOSCOPE_WEBSOCKET"))
    variable, value = shlex.split(command)[0].split("=", 1)
    assert "heartbeat: 0s" in run("--check", cwd=tmp_path, env={variable: value}).stdout


@pytest.mark.slow
def test_beyond_this_machine_it_needs_a_token_as_shown(tmp_path: Path) -> None:
    """Without listening there: the configuration is what decides."""
    command = next(line for line in COMMANDS if line.startswith("ECHOSCOPE_ACCESS"))
    assignment, *words = shlex.split(command)
    variable, value = assignment.split("=", 1)
    flags = [*words[words.index("--host") :], "--check"]
    result = run(*flags, cwd=tmp_path, env={variable: value})
    assert result.returncode == 0
    assert "access.token is one that stands in examples" in result.stderr
    without = run(*flags, cwd=tmp_path)
    assert without.returncode == 2
    assert "access.token" in without.stderr


@pytest.mark.parametrize("example", blocks("python"))
async def test_the_examples_run(example: str) -> None:
    """They are tests themselves."""
    names: dict[str, object] = {}
    exec(compile(example, "README.md", "exec"), names)
    tests = [value for name, value in names.items() if name.startswith("test_")]
    assert tests
    for test in tests:
        assert callable(test)
        await test()


def test_the_origins_of_the_table_are_patterns() -> None:
    rows = re.findall(r"^\| (`.*`) \|", README, re.MULTILINE)
    patterns = [pattern for row in rows for pattern in re.findall(r"`([^`]*)`", row)]
    assert len(patterns) == 6
    Config.model_validate({"origins": {"allowed": patterns}})


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/page.md"]
)
def test_what_the_pages_link_to_is_there(page: str) -> None:
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https:)([^)#]+)\)|(?:src|srcset)=\"([^\"]+)\"", text)
    links = [either or other for either, other in links]
    for link in links:
        assert (REPOSITORY / page).parent.joinpath(link).exists(), link
    assert links or page == "docs/architecture.md"


def test_the_files_that_the_map_names_are_there() -> None:
    """And the other way round: no module of the package is missing from the map."""
    text = (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8")
    for path in (REPOSITORY / "webapp").rglob("*.py"):
        if not path.stem.startswith("__"):
            assert re.search(rf"`{path.stem}(\.py)?`", text) or f"/{path.name}`" in text, path


def _python(line: str) -> list[str]:
    """The words of a command, for this interpreter."""
    first, *others = shlex.split(line)
    assert first == "python"
    return [sys.executable, *others]
