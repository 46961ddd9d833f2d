"""Since when nothing has passed: by looks from time to time, and at the end."""

from __future__ import annotations

import time

import pytest

from webapp.wire.quiet import Quiet
from webapp.wire.records import Traffic


@pytest.mark.parametrize("way", ["came_bytes", "went_bytes", "lone_bytes"])
def test_what_passes_in_either_direction_breaks_the_silence(way: str) -> None:
    traffic = Traffic()
    quiet = Quiet()
    before = quiet.since
    assert not quiet.look(traffic)
    assert quiet.since == before
    setattr(traffic, way, 1)
    assert quiet.look(traffic)
    assert before < quiet.since <= time.time_ns()


def test_a_look_that_finds_nothing_new_changes_nothing() -> None:
    """What a page is told of an idle connection stays as it is."""
    traffic = Traffic(came_bytes=7)
    quiet = Quiet()
    quiet.look(traffic)
    since = quiet.since
    for _ in range(3):
        assert not quiet.look(traffic)
    assert quiet.since == since


def test_an_end_in_silence_tells_how_long_that_was() -> None:
    traffic = Traffic(came_bytes=7)
    quiet = Quiet()
    quiet.look(traffic)
    quiet.since -= 60 * 10**9
    assert 60 * 10**9 <= quiet.at_end(traffic) < 70 * 10**9


def test_what_has_passed_since_the_last_look_was_just_now() -> None:
    traffic = Traffic()
    quiet = Quiet()
    quiet.since -= 60 * 10**9
    traffic.came_bytes += 1
    assert quiet.at_end(traffic) == 0


def test_a_clock_that_is_set_back_makes_no_negative_silence() -> None:
    quiet = Quiet()
    quiet.since += 60 * 10**9
    assert quiet.at_end(Traffic()) == 0


def test_the_bytes_of_both_directions_are_those_of_either() -> None:
    traffic = Traffic(came_bytes=3, went_bytes=50, lone=7, lone_bytes=700)
    assert traffic.bytes_both == traffic.bytes_in + traffic.bytes_out
