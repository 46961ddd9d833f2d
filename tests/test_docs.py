"""What the pages in docs/ say: examples that run, tables that hold, settings that exist."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
import shutil

import pytest
import yaml

from tests.command import REPOSITORY
from tests.peer import dial
from tests.served import Client, Serve, port_of
from webapp.config import Config
from webapp.config.cautions import cautions
from webapp.config.settings import section_paths, settings
from webapp.dashboard.operations import OPERATIONS
from webapp.dashboard.replies import Pushed
from webapp.gate import OriginPolicy
from webapp.hub import HUB
from webapp.journal.memory import JOURNAL

ORIGINS = (REPOSITORY / "docs" / "origins.md").read_text(encoding="utf-8")
SECURITY = (REPOSITORY / "docs" / "security.md").read_text(encoding="utf-8")

API = (REPOSITORY / "docs" / "api.md").read_text(encoding="utf-8")

PAGES = ["SECURITY.md", "docs/api.md", "docs/origins.md", "docs/security.md"]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


async def test_another_application_is_protected_as_shown() -> None:
    [example] = blocks(ORIGINS, "python")
    names: dict[str, object] = {}
    exec(compile(example, "docs/origins.md", "exec"), names)
    tests = [value for name, value in names.items() if name.startswith("test_")]
    assert len(tests) == 1
    for test in tests:
        assert callable(test)
        await test()


def rows() -> list[tuple[str, list[str], list[str]]]:
    """The table: an entry, the origins of the row that it admits, and those that it does not."""
    table = re.findall(r"^\| `([^`]+)` \|(.*)\|(.*)\|$", ORIGINS, re.MULTILINE)
    origins = [[re.findall(r"`(\w+://[^`]+)`", cell) for cell in cells] for _, *cells in table]
    return [(entry, *cells) for (entry, *_), cells in zip(table, origins, strict=True)]


@pytest.mark.parametrize(
    ("entry", "admitted", "refused"), [row for row in rows() if row[1] or row[2]]
)
def test_an_entry_admits_what_the_table_says(
    entry: str, admitted: list[str], refused: list[str]
) -> None:
    policy = OriginPolicy([entry])
    for origin in admitted:
        assert policy.check([origin], own=None) is None
    for origin in refused:
        assert policy.check([origin], own=None) is not None


def test_the_words_of_the_table_admit_what_it_says() -> None:
    assert OriginPolicy(["same-origin"]).check(["http://a.test:1"], own="http://a.test:1") is None
    assert OriginPolicy(["same-origin"]).check(["http://a.test:2"], own="http://a.test:1")
    assert OriginPolicy(["null"]).check(["null"], own=None) is None
    assert OriginPolicy(["*"]).check(["https://anything.test"], own=None) is None
    assert OriginPolicy(["*"]).check(["null"], own=None)
    for entry in ("same-origin", "null", "*"):
        assert OriginPolicy([entry]).check([""], own="http://a.test:1")


def test_the_table_has_every_kind_of_entry() -> None:
    assert len(rows()) == 7
    assert sum(len(refused) for _, _, refused in rows()) >= 5


@pytest.mark.parametrize("page", ["docs/origins.md", "docs/security.md"])
def test_the_tests_that_are_named_are_there(page: str) -> None:
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[^`]+)`", text)
    assert named
    for path in named:
        assert (REPOSITORY / path).is_file(), path


def test_each_promise_names_a_test() -> None:
    table = SECURITY.partition("## Who is kept")[2].partition("\n## ")[0]
    promises = [line for line in table.splitlines() if line.startswith("| ")][2:]
    assert len(promises) >= 10
    for line in promises:
        assert re.search(r"`tests/[^`]+\.py`", line.split("|")[-2]), line


@pytest.mark.parametrize("page", PAGES)
def test_the_settings_that_are_named_exist(page: str) -> None:
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    known = {setting.key for setting in settings()}
    sections = {path[0] for path in section_paths()}
    for name in re.findall(r"`([a-z_]+(?:\.[a-z_]+)+)`", text):
        if name.split(".")[0] in sections:
            assert name in known, name


def test_the_configuration_behind_a_proxy_is_one() -> None:
    [example] = blocks(SECURITY, "yaml")
    config = Config.model_validate(yaml.safe_load(example), strict=False)
    assert config.server.public_url == "https://echo.example.com"
    [caution] = cautions(config)  # whoever copies it is told to choose another token
    assert "stands in examples" in caution
    assert config.access.token


EXAMPLES = [line for block in blocks(API, "sh") for line in block.splitlines()]


def test_every_path_of_the_api_has_an_example() -> None:
    shown = " ".join(EXAMPLES).replace("$ID", "{id}")
    for method, path, *_ in OPERATIONS:
        if path == "/api/openapi.json":
            assert path in API
        else:
            options = "(--json '[^']+'|-X POST) " if method == "post" else 'curl "?'
            assert re.search(f"{options}http://localhost:8080{re.escape(path)}[ ?]", f"{shown} ")


@pytest.mark.parametrize("command", EXAMPLES)
async def test_an_example_of_the_api_works(serve: Serve, command: str) -> None:
    client = await serve()
    async with dial(port_of(client)) as peer:
        await peer.echoed(b"before")
        (stream,) = client.app[HUB].streams()
        cursor = f"{client.app[JOURNAL].run}-0"
        words = shlex.split(command.replace("$ID", stream.id).replace("$CURSOR", cursor))
        status, kind, body = await ask_as_curl(client, words)
        if "--json" in words or "POST" in words:
            assert (status, kind) == (202, "application/json")
            assert (await peer.receive())[0] in (0x81, 0x82, 0x88, 0x89)
        else:
            assert status == 200
            assert stream.id in body or kind != "application/json"
            assert body


async def ask_as_curl(client: Client, words: list[str]) -> tuple[int, str, str]:
    """Do what curl would (curl(1): ``--json``, ``-X``), and return status, media type and body."""
    assert words.pop(0) == "curl"
    target = words.pop().removeprefix("http://localhost:8080")
    if words[:1] == ["--json"]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        request = client.post(target, data=words[1].encode(), headers=headers)
    else:
        assert words in ([], ["-X", "POST"])
        request = client.request("POST" if words else "GET", target)
    async with request as response:
        return response.status, response.content_type, await response.text()


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
async def test_curl_does_what_is_taken_for_it(serve: Serve) -> None:
    """For want of which the examples are tried by another client."""
    client = await serve()
    async with dial(port_of(client)) as peer:
        (stream,) = client.app[HUB].streams()
        for command in EXAMPLES:
            if "--json" not in command and "POST" not in command:
                continue
            there = command.replace("$ID", stream.id).replace(":8080", f":{port_of(client)}")
            curl = await asyncio.create_subprocess_exec(
                *shlex.split(there), "--silent", "--fail-with-body", stdout=asyncio.subprocess.PIPE
            )
            answer, _ = await curl.communicate()
            assert curl.returncode == 0, answer
            assert "after" in json.loads(answer)
            assert (await peer.receive())[0] in (0x81, 0x82, 0x88, 0x89)


def test_every_status_of_the_api_is_explained() -> None:
    explained = {int(code) for code in re.findall(r"^\| (\d{3}) \|", API, re.MULTILINE)}
    (sending,) = (each for each in OPERATIONS if each.name == "sendMessage")
    assert explained == sending.errors.keys()


def test_the_shapes_of_answers_are_those_that_there_are() -> None:
    [example] = blocks(API, "json")
    assert json.loads(example).keys() == Pushed.__annotations__.keys()


@pytest.mark.parametrize("page", PAGES)
def test_what_the_pages_link_to_is_there(page: str) -> None:
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert links or page == "docs/origins.md"
    for link in links:
        assert (REPOSITORY / page).parent.joinpath(link).exists(), link
