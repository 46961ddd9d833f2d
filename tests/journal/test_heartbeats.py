"""Heartbeats in the journal: the recent ones of each connection, and no event goes for them."""

import gc
import os
import time
import tracemalloc
from dataclasses import dataclass, field
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.journal.events import ALL, HEARTBEAT, beat, journal, noted, numbers, record
from webapp.journal.entries import EVENT_BYTES, bytes_of
from webapp.journal.events import Frame
from webapp.journal.heartbeats import HEARTBEAT_BYTES, KEPT, cost_of
from webapp.journal.memory import Journal
from webapp.journal.ring import HEARTBEATS_SHARE
from webapp.wire.records import Record

# A step is a heartbeat of a connection, or the payload sizes of a batch of frames.
Step: TypeAlias = str | list[int]

CONNECTIONS = st.sampled_from(["c-1", "c-2", "c-3"])
STEPS = st.lists(CONNECTIONS | st.lists(st.integers(0, 3 * EVENT_BYTES), max_size=5), max_size=80)


@dataclass
class Model:
    """The journal done naively: one list, from which is taken what has to go."""

    most: int
    most_bytes: int
    # Number, cost, and of a heartbeat the connection.
    kept: list[tuple[int, int, str | None]] = field(default_factory=list)
    wanted: int = 0  # bytes that are to be left for a heartbeat
    forgotten: int = 0

    @property
    def beats(self) -> list[tuple[int, int, str | None]]:
        return [entry for entry in self.kept if entry[2] is not None]

    def over(self, share: int = 1) -> bool:
        entries = self.kept if share == 1 else self.beats
        wanted = self.wanted if share == 1 else 0
        return (
            len(entries) + bool(wanted) > self.most // share
            or sum(size for _, size, _ in entries) + wanted > self.most_bytes // share
        )

    def take_events(self, sizes: dict[int, int]) -> None:
        self.kept += [(number, size, None) for number, size in sizes.items()]
        while self.over():
            _, _, heartbeat = self.kept.pop(0)
            if heartbeat:
                self.wanted = 0
            else:
                self.forgotten += 1

    def take_heartbeat(self, number: int, size: int, connection: str) -> None:
        self.wanted, wanted = 0, 0
        self.kept.append((number, size, connection))
        own = [entry for entry in self.kept if entry[2] == connection]
        if len(own) > KEPT:
            self.kept.remove(own[0])
        while self.over(HEARTBEATS_SHARE):
            self.kept.remove(self.beats[0])
        while self.over():
            self.kept.remove(self.beats[0])
            wanted = size
        self.wanted = wanted


def play(kept: Journal, number: int, step: Step) -> int:
    """Record a step from the next number on; return how many numbers it took."""
    if isinstance(step, str):
        kept.record_frames([beat(number, step)])
        return 1
    kept.record_frames([record(number + place, size) for place, size in enumerate(step)])
    return len(step)


@given(st.integers(1, 200), st.integers(1, 200 * EVENT_BYTES), STEPS)
def test_what_is_kept_is_what_a_naive_journal_keeps(
    most: int, most_bytes: int, steps: list[Step]
) -> None:
    kept, model = journal(most, most_bytes), Model(most, most_bytes)
    number = 1
    for step in steps:
        taken = play(kept, number, step)
        if isinstance(step, str):
            model.take_heartbeat(number, cost_of(beat(number, step)), step)
        else:
            costs = [bytes_of(record(0, size)) for size in step]
            model.take_events(dict(enumerate(costs, number)))
        number += taken
        assert numbers(kept.read(limit=ALL)) == [number for number, _, _ in model.kept]
        assert kept.forgotten == model.forgotten
        assert sum(size for _, size, _ in model.kept) <= most_bytes


@given(st.integers(1, 60), st.integers(1, 60 * EVENT_BYTES), STEPS)
def test_no_event_goes_for_a_heartbeat(most: int, most_bytes: int, steps: list[Step]) -> None:
    kept = journal(most, most_bytes)
    number = 1
    for step in steps:
        before = (kept.forgotten, events(kept))
        number += play(kept, number, step)
        if isinstance(step, str):
            assert (kept.forgotten, events(kept)) == before


def events(kept: Journal) -> list[int]:
    """The numbers of what is no heartbeat."""
    page = kept.read(limit=ALL, heartbeats=0)
    return numbers(page)


def beats(kept: Journal, connection: str | None = None) -> list[int]:
    """The numbers of what is one."""
    page = kept.read(limit=ALL, connection=connection)
    return [event.time for _, event in page.events if isinstance(event, Frame) and event.heartbeat]


def test_of_each_connection_the_last_ones_stay_whatever_stands_between_them() -> None:
    kept = journal()
    for number in range(0, 30, 3):
        kept.record_frames([beat(number, "c-1")])
        kept.record_frames([beat(number + 1, "c-2")])
        kept.record(noted(number + 2))
    assert beats(kept, "c-1") == [18, 21, 24, 27]
    assert beats(kept, "c-2") == [19, 22, 25, 28]
    assert numbers(kept.read(limit=ALL)) == sorted([*range(2, 30, 3), *beats(kept)])
    assert (kept.recorded, kept.forgotten) == (10, 0)


def test_a_heartbeat_among_other_frames_is_one_of_them() -> None:
    kept = journal()
    for number in range(0, 20, 2):
        kept.record_frames([beat(number), record(number + 1)])
    assert numbers(kept.read(limit=ALL)) == [*range(20)]
    assert kept.recorded == 20


def test_in_a_full_journal_older_heartbeats_give_way_and_events_stay() -> None:
    kept = journal(events=24)
    kept.record_frames([beat(1, "c-1")])
    kept.record_frames([record(number) for number in range(2, 25)])
    for number in range(25, 50):
        kept.record_frames([beat(number, f"c-{number}")])
        assert numbers(kept.read(limit=ALL)) == [*range(2, 25), number]


def test_many_idle_connections_leave_most_of_the_journal_to_events() -> None:
    kept = journal(events=800, size=800 * EVENT_BYTES)
    for number in range(2000):
        kept.record_frames([beat(number, f"c-{number % 1000}")])
    by_bytes = 100 * EVENT_BYTES // (HEARTBEAT_BYTES + 1)
    assert beats(kept) == [*range(2000 - by_bytes, 2000)]
    for number in range(2000, 3000):
        kept.record_frames([record(number)])
        kept.record_frames([beat(5000 + number, f"c-{number % 1000}")])
    assert len(events(kept)) >= 700
    assert len(beats(kept)) == by_bytes


def test_after_a_burst_that_filled_the_journal_events_make_room_for_heartbeats_again() -> None:
    """One for each batch, which displaces others anyway, and no more than is wanted."""
    kept = journal(events=80)
    kept.record_frames([record(number) for number in range(200)])
    kept.record_frames([beat(200)])
    assert numbers(kept.read(limit=ALL)) == [*range(120, 200)]
    kept.record(noted(201))
    assert numbers(kept.read(limit=ALL)) == [*range(122, 200), 201]
    kept.record_frames([beat(202)])
    assert numbers(kept.read(limit=ALL)) == [*range(122, 200), 201, 202]
    for number in range(203, 223, 2):
        kept.record(noted(number))
        kept.record_frames([beat(number + 1)])
    assert len(beats(kept)) == KEPT
    assert len(events(kept)) == 80 - KEPT


# Cursors


@given(st.integers(1, 60), STEPS, st.integers(1, 7), st.data())
def test_a_reader_misses_nothing_but_heartbeats_that_gave_way(
    most: int, steps: list[Step], limit: int, data: st.DataObject
) -> None:
    """From any cursor that was ever given, newest first or page by page, and none comes twice."""
    kept = journal(events=most)
    number = 1
    # Each cursor, with the number of the last event or heartbeat before it, and events so far.
    cursors = {kept.cursor: (0, 0)}
    for step in steps:
        number += play(kept, number, step)
        cursors[kept.cursor] = (number - 1, kept.recorded)
        page = kept.read(limit=ALL)
        recorded = kept.forgotten
        for cursor, event in page.events:
            recorded += not (isinstance(event, Frame) and event.heartbeat)
            assert cursors.setdefault(cursor, (event.time, recorded)) == (event.time, recorded)
    everything = numbers(kept.read(limit=ALL))
    held = set(events(kept))
    cursor = data.draw(st.sampled_from(sorted(cursors)))
    last, recorded = cursors[cursor]

    page = kept.read(cursor, limit=limit)
    after = [number for number in everything if number > last]
    assert numbers(page) == after[-limit:]
    assert page.cursor == kept.cursor
    assert page.skipped == len(after) - len(page.events)
    assert page.forgotten == max(0, kept.forgotten - recorded)
    missing = [number for number in after if number in held]
    assert len(missing) + page.forgotten == kept.recorded - recorded

    found: list[int] = []
    while (page := kept.follow(cursor, limit=limit)).events:
        assert len(page.events) <= limit
        found += numbers(page)
        assert len(found) <= len(after)  # none comes twice, for ever
        cursor = page.cursor
    assert found == after
    assert page.cursor == kept.cursor


def test_a_reader_can_want_fewer_heartbeats_than_events() -> None:
    kept = journal()
    for number in range(0, 20, 2):
        kept.record(noted(number))
        kept.record_frames([beat(number + 1, f"c-{number}")])
    page = kept.read(limit=8, heartbeats=3)
    assert numbers(page) == [10, 12, 14, 15, 16, 17, 18, 19]
    assert page.skipped == 12
    page = kept.read(limit=8, heartbeats=0, connection="c-18")
    assert (page.events, page.skipped) == ((), 1)


def test_a_heartbeat_that_is_not_kept_still_moves_the_end() -> None:
    kept = journal(events=1)
    kept.record(noted(1))
    cursors = [kept.cursor]
    for number in (2, 3):
        kept.record_frames([beat(number)])
        cursors.append(kept.cursor)
    assert len(set(cursors)) == 3
    for cursor in cursors:
        page = kept.read(cursor, limit=ALL)
        assert (page.events, page.forgotten, page.skipped) == ((), 0, 0)
        assert page.cursor == kept.cursor


# What it costs in truth


def answered(name: str, number: int) -> list[list[Record]]:
    """A ping and its pong, as the wire records them."""
    ping, pong = (str(number).encode() for _ in range(2))
    now = time.time_ns()
    return [
        [(name, now, "out", 0x89, None, 7, len(ping), ping, HEARTBEAT)],
        [(name, now, "in", 0x8A, os.urandom(4), 7, len(pong), pong, HEARTBEAT)],
    ]


@pytest.mark.parametrize("connections", [10, 100, 1400])
def test_the_estimate_for_a_heartbeat_is_what_it_costs(connections: int) -> None:
    names = [f"0a1b2c-{number}" for number in range(connections)]
    kept = journal()
    gc.collect()
    tracemalloc.start()
    try:
        worst = 0.0
        for number in range(1000, 1003):
            for name in names:
                for batch in answered(name, number):
                    kept.record_frames(batch)
            grown, _ = tracemalloc.get_traced_memory()
            worst = max(worst, grown / (len(names) * min(KEPT, 2 * (number - 999))))
    finally:
        tracemalloc.stop()
    assert len(beats(kept)) == KEPT * connections
    assert worst <= HEARTBEAT_BYTES + 4 <= 1.5 * worst


@pytest.mark.parametrize("clients", ["that stay", "that come and go"])
def test_heartbeats_without_end_cost_no_more_than_the_recent_ones(clients: str) -> None:
    kept = journal(events=8 * 400, size=8 * 400 * (HEARTBEAT_BYTES + 4))
    come_and_go = clients == "that come and go"

    def go_on(rounds: range) -> None:
        for number in rounds:
            for client in range(100):
                name = f"0a1b2c-{client + number * 100 * come_and_go}"
                for batch in answered(name, number):
                    kept.record_frames(batch)

    gc.collect()
    tracemalloc.start()
    try:
        go_on(range(1000, 1010))
        before, _ = tracemalloc.get_traced_memory()
        go_on(range(1010, 1040))
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(beats(kept)) == 400
    assert after <= 1.2 * before
