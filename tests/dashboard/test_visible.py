"""Text in which nothing is hidden."""

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.dashboard.visible import visible

# What the script of the page says in the same words; the browser's tests read it too.
WORDS = json.loads((Path(__file__).parents[1] / "words.json").read_text("utf-8"))


@pytest.mark.parametrize(("text", "shown"), [*WORDS["visible"], ("\udcff\ud800", "\\xff\\ud800")])
def test_what_one_would_not_see_is_made_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text(st.characters()))
def test_visible_text_holds_nothing_that_hides_or_breaks_a_line(text: str) -> None:
    shown = visible(text)
    assert not {unicodedata.category(character) for character in shown} & {"Cc", "Cs", "Zl", "Zp"}
    assert not {unicodedata.bidirectional(character) for character in shown} & {
        "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI",
    }  # fmt: skip
    shown.encode()
