"""Whatever stands in a file: it is a configuration, or its mistakes are told in lines."""

from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from webapp.config.settings import Config, section_paths, settings
from webapp.config.sources import ConfigError, load_config

NAMES = sorted(
    {name for path in (*section_paths(), *(s.path for s in settings())) for name in path}
)
TOKENS = ["- ", ": ", "\n", "  ", "*", "&a ", "*a", "!", "!!int ", "!!float ", "!!seq ", "|", ">"]
TOKENS += ["[", "]", "{", "}", ",", "'", '"', "#", "?", "%TAG", "---", "...", "\t", "\x00", "\x1b"]
TOKENS += [
    "\x85",
    "\u2028",
    "\u202e",
    "\ufeff",
    "\\",
    "\\ud800",
    "~",
    "null",
    "true",
    ".inf",
    "1:30",
]

written = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(TOKENS + NAMES) | st.text(max_size=3), max_size=40).map("".join),
)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["*", "null", "same-origin", "https://*.com", "::1", "0.0.0.0", "any", "5s"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=8,
)
# Each value at a place where there is a setting: what is at none is the same mistake over and over.
trees = st.dictionaries(
    st.sampled_from([setting.path for setting in settings()]), values, min_size=1, max_size=5
)


def told(file: Path) -> tuple[str, ...]:
    """The problems of a file, none if it is a configuration."""
    try:
        loaded = load_config(str(file))
    except ConfigError as error:
        return tuple(map(str, error.problems)) or ("\n",)  # which no line may be
    assert Config.model_validate(loaded.config.model_dump()) == loaded.config
    return ()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("anything") / "any.yaml"


@given(written)
@example("a: !!int ''")
@example("a: !!float '" + ":".join(["9"] * 200) + "'")
@example('server: {host: "\\ud800\\x1b[1m\\u202e"}')
@example("? {a: 1}\n: 1")
@example("? server\n: {? port : 1, ? [x] : 2}")
@example("[" * 2000)
def test_any_text_is_a_configuration_or_lines_about_its_mistakes(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", newline="")
    for line in told(file):
        assert line.isprintable()


@given(trees)
def test_any_value_of_a_setting_is_taken_or_told_of(
    file: Path, tree: dict[tuple[str, ...], object]
) -> None:
    sections: dict[str, object] = {}
    for path, value in tree.items():
        place = sections
        for name in path[:-1]:
            place = place.setdefault(name, {})  # type: ignore[assignment]
        place[path[-1]] = value
    file.write_text(yaml.safe_dump(sections, allow_unicode=True), encoding="utf-8")
    for line in told(file):
        assert line.isprintable()
        assert line.startswith(str(file))
