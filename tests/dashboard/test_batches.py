"""What watchers are told at each beat: all that happens, or a sample of it, and then a rest."""

import json
from typing import Any

import pytest

from tests.journal.events import journal, noted, record
from webapp.dashboard.batches import Batches

BEAT = 0.05  # seconds
# More than is told in a second, between two beats; and more than is told at once after a while.
TOO_MANY = 500
FLOOD = 5000
LEAST, SAMPLE, USUAL = 20, 100, 200


class Watcher:
    """One who reads at every beat, of a journal in which as much happens as is said."""

    def __init__(self) -> None:
        self.now = 100.0
        self.recorded = 0
        self.accounted = 0
        self.journal = journal()
        self.batches = Batches(self.journal, lambda: self.now)
        self.cursor = self.journal.cursor

    def record(self, number: int) -> None:
        for _ in range(number):
            self.recorded += 1
            self.journal.record(noted(1000 * self.recorded))  # in nanoseconds

    def read(self) -> dict[str, Any] | None:
        """Return the batch that there is now, if any, as the page gets it."""
        batch = self.batches.after(self.cursor, None)
        self.cursor = batch.cursor
        if not batch.text:
            return None
        told: dict[str, Any] = json.loads(batch.text)
        assert (len(told["events"]), told["skipped"]) == (batch.events, batch.skipped)
        self.accounted += batch.events + batch.skipped
        return told

    def beat(self) -> None:
        self.now += BEAT
        self.batches.beat()

    def beats(self, number: int, happening: int) -> list[dict[str, Any] | None]:
        """Return what is told at each of so many beats, before each of which so much happens."""
        told = []
        for _ in range(number):
            self.record(happening)
            told.append(self.read())
            self.beat()
        return told


def numbers(batch: dict[str, Any]) -> list[int]:
    return [event["time"] for event in batch["events"]]


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


def test_after_a_sample_come_three_beats_of_rest(watcher: Watcher) -> None:
    told = watcher.beats(9, FLOOD)
    assert [batch is not None for batch in told] == 2 * [True, False, False, False] + [True]
    for batch, behind in zip(told[::4], (1, 5, 9), strict=True):
        assert batch is not None
        # The newest of those there are, and the others counted.
        assert numbers(batch)[-1] == behind * FLOOD
        assert batch["skipped"] > 0
    assert watcher.accounted == watcher.recorded


def test_those_in_step_have_the_same_sample_before_the_rest(watcher: Watcher) -> None:
    watcher.record(FLOOD)
    first = watcher.batches.after(watcher.cursor, None)
    assert watcher.batches.after(watcher.cursor, None) is first
    watcher.beat()
    assert watcher.batches.after(watcher.cursor, None).text == ""


def test_while_more_happens_than_can_be_told_all_batches_are_samples(watcher: Watcher) -> None:
    begun = watcher.beats(8, TOO_MANY)
    # So many there may be at once.
    assert [batch and batch["skipped"] for batch in begun] == [0] * 8
    later = [batch for batch in watcher.beats(200, TOO_MANY) if batch]
    assert len(later) >= 200 // 4
    begin = next(place for place, batch in enumerate(later) if batch["skipped"])
    assert begin < 20
    for batch in later[begin:]:
        assert batch["skipped"] > 0
        assert 0 < len(batch["events"]) <= SAMPLE
    watcher.beats(4, 0)
    assert watcher.accounted == watcher.recorded


def test_when_it_calms_down_events_are_told_whole_again(watcher: Watcher) -> None:
    watcher.beats(40, TOO_MANY)
    watcher.beats(8, 0)  # with what had waited, and the rest after it
    seen = watcher.recorded
    told = [batch for batch in watcher.beats(10, LEAST) if batch]
    assert [batch["skipped"] for batch in told] == [0] * 10
    assert [n for batch in told for n in numbers(batch)] == [*range(seen + 1, watcher.recorded + 1)]
    # And after a while as many at once as ever.
    watcher.beats(60, 0)
    watcher.record(FLOOD - 1000)
    told = [batch for batch in watcher.beats(20, 0) if batch]
    assert [(len(batch["events"]), batch["skipped"]) for batch in told] == [(USUAL, 0)] * 20
    assert watcher.accounted == watcher.recorded


def test_what_one_connection_did_is_no_sample_of_what_others_did(watcher: Watcher) -> None:
    """Who looks at one is told of all its events, as far as they can be told."""
    cursor = watcher.cursor
    watcher.record(FLOOD)
    watcher.journal.record_frames([record(1000 * n, connection="c-2") for n in range(USUAL)])
    told = json.loads(watcher.batches.after(cursor, "c-2").text)
    assert numbers(told) == [*range(USUAL)]
    assert told["skipped"] == 0
