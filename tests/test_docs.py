"""What the pages in docs/ say: examples that run, tables that hold, settings that exist."""

from __future__ import annotations

import re

import pytest
import yaml

from tests.command import REPOSITORY
from webapp.config import Config
from webapp.config.cautions import cautions
from webapp.config.settings import section_paths, settings
from webapp.gate import OriginPolicy

ORIGINS = (REPOSITORY / "docs" / "origins.md").read_text(encoding="utf-8")
SECURITY = (REPOSITORY / "docs" / "security.md").read_text(encoding="utf-8")

PAGES = ["SECURITY.md", "docs/origins.md", "docs/security.md"]


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


@pytest.mark.parametrize("page", PAGES)
def test_what_the_pages_link_to_is_there(page: str) -> None:
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert links or page == "docs/origins.md"
    for link in links:
        assert (REPOSITORY / page).parent.joinpath(link).exists(), link
