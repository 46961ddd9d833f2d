"""What was found to be secret is hidden wherever else it stands, and the search has an end."""

from collections.abc import Callable
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.gate.refusals import visible
from webapp.journal.findings import Findings
from webapp.journal.secrecy import redacted


def findings(*secrets: str) -> Findings:
    all_of_them = Findings()
    all_of_them.secrets += secrets
    return all_of_them


SPELLINGS: list[Callable[[str], str]] = [
    str,
    str.lower,
    visible,
    lambda secret: visible(secret.lower()),
    lambda secret: visible(unquote(secret)),
]


@given(
    st.text(st.characters(exclude_characters="\n"), min_size=4, max_size=20).map("<s>".__add__),
    st.sampled_from(SPELLINGS),
    st.lists(st.text(max_size=9), max_size=3),
    st.text("abc ,", max_size=9),
)
def test_a_secret_is_hidden_however_it_is_spelt(
    secret: str, spelling: Callable[[str], str], others: list[str], around: str
) -> None:
    quoted = spelling(secret)
    assert quoted not in findings(*others, secret).hide(f"{around}{quoted}{around}", visible)


def test_a_secret_is_hidden_at_every_place_and_the_longest_of_it() -> None:
    found = findings("hunter", "hunter2", "redacted", "abc")
    text = "hunter2, hunter and hunter2; abc"
    two, one = redacted("hunter2"), redacted("hunter")
    assert found.hide(text, visible) == f"{two}, {one} and {two}; abc"
    assert found.hide("nothing", visible) == "nothing"
    assert found.hide("", visible) == ""
    assert findings().hide("hunter2", visible) == "hunter2"


@pytest.mark.parametrize("text", ["x" * 3000, "hunter " * 50])
def test_a_text_too_long_to_be_cut_is_hidden_as_a_whole(text: str) -> None:
    found = findings("hunter2")
    assert found.hide(text, visible) == text
    often = text.replace("hunter", "hunter2") + "hunter2"
    assert found.hide(often, visible) == redacted(often)


def test_whoever_has_too_many_secrets_is_not_quoted_at_all() -> None:
    found = findings(*(f"secret{number}" for number in range(1000)))
    assert found.hide("not one of them", visible) == redacted("not one of them")


def test_a_search_that_was_given_up_may_have_missed_something() -> None:
    found = Findings()
    assert found.admit(200)
    assert found.hide("anything", visible) == "anything"
    assert not found.admit(1)
    assert not found.complete
    assert found.hide("anything", visible) == redacted("anything")
    assert found.hide("", visible) == ""
