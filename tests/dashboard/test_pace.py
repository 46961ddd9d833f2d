"""How many events there are to be told at a time."""

from __future__ import annotations

from webapp.dashboard.pace import Pace


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_after_a_while_there_may_be_many_at_once() -> None:
    clock = Clock()
    pace = Pace(10, 50, clock)
    assert pace.allowance == 50
    pace.take(50)
    assert pace.allowance == 0
    clock.now += 60
    assert pace.allowance == 50


def test_what_was_taken_comes_back_with_time() -> None:
    clock = Clock()
    pace = Pace(8, 50, clock)
    pace.take(20)
    assert pace.allowance == 30
    clock.now += 0.5
    assert pace.allowance == 34
    clock.now += 0.0625
    assert pace.allowance == 34  # half an event more is none
    clock.now += 0.0625
    assert pace.allowance == 35


def test_what_was_taken_beyond_it_is_not_owed() -> None:
    clock = Clock()
    pace = Pace(10, 50, clock)
    pace.take(5000)
    assert pace.allowance == 0
    clock.now += 1
    assert pace.allowance == 10
