"""Cursors: a run and a place in it, written and read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.journal.cursors import read_cursor, write_cursor


@given(st.integers(0, 10**18 - 1), st.integers(0, 10**18 - 1))
def test_a_cursor_is_read_as_it_was_written(events: int, heartbeat: int) -> None:
    assert read_cursor(write_cursor("0a1b2c", (events, heartbeat))) == (
        "0a1b2c",
        (events, heartbeat),
    )


def test_a_place_is_written_as_the_number_of_the_event_and_of_a_heartbeat_after_it() -> None:
    assert write_cursor("0a1b2c", (7, 0)) == "0a1b2c-7"
    assert write_cursor("0a1b2c", (7, 2)) == "0a1b2c-7.2"


@pytest.mark.parametrize(
    "nonsense",
    [
        "", "-", "-1", "run", "run-", "run--1", "run- 1", "run-1_0", "run-0x1", "run-\u0661",
        "run-\u00b2", "run-.", "run-.1", "run-1.", "run-1.2.3", "run-1.-2", "run-1,2",
    ],
)  # fmt: skip
def test_nonsense_is_no_cursor(nonsense: str) -> None:
    with pytest.raises(ValueError, match="no cursor"):
        read_cursor(nonsense)


@pytest.mark.parametrize("place", ["1" * 19, "1" * 100_000, "1." + "1" * 100_000])
def test_a_number_without_end_is_no_cursor(place: str) -> None:
    with pytest.raises(ValueError, match="no cursor"):
        read_cursor(f"run-{place}")
