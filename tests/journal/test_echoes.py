"""Echoes in the journal: kept in short, read in full, forgotten a turn at a time."""

import gc
import os
import time
import tracemalloc
from functools import partial
from typing import TypeAlias

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.journal.events import ALL, beat, echoes, journal, noted, numbers, record
from tests.journal.test_memory import measured
from webapp.journal.entries import ECHOES_BYTES, Turn, bytes_of, event_of, weight_of
from webapp.journal.events import Frame
from webapp.journal.memory import Journal
from webapp.wire.echoes import spelled_out
from webapp.wire.records import Echoes

# A step is the sizes of the messages of a turn, or how many other frames there are.
Step: TypeAlias = list[int] | int

STEPS = st.lists(st.lists(st.integers(0, 400), min_size=1, max_size=9) | st.integers(1, 4))
# More than are taken at once.
MANY = st.integers(60, 140).flatmap(
    lambda count: st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=2), min_size=count)
)


def tell(kept: Journal, turn: Echoes) -> None:
    """Record it as the wire does."""
    if turn[3] == 1:
        kept.record_echo(turn)
    else:
        kept.record_echoes(turn)


def test_echoes_come_out_in_full() -> None:
    kept = journal()
    kept.record_echoes(echoes(7, 0, 125, 126, connection="c-2"))
    came = partial(Frame, 7, "c-2", outgoing=False, head=0x82, masking_key=b"\x37\xfa\x21\x3d")
    went = partial(Frame, 7, "c-2", outgoing=True, head=0x82, masking_key=None)
    assert [event for _, event in kept.read(limit=ALL).events] == [
        frame(length_bits=bits, payload_size=size, payload=bytes(size))
        for bits, size in ((7, 0), (7, 125), (16, 126))
        for frame in (came, went)
    ]


@settings(max_examples=40)  # each reads all there is many times
@given(st.integers(1, 60), st.integers(1, 30 * ECHOES_BYTES), STEPS | MANY)
@example(5, 10 * ECHOES_BYTES, [[1] * 9])
@example(5, 10 * ECHOES_BYTES, [[1] * 9, 1])
@example(60, 3 * ECHOES_BYTES, [[400] * 9])
def test_no_more_turns_are_forgotten_than_must_be(
    most: int, most_bytes: int, steps: list[Step]
) -> None:
    """The newest events stay, within the bounds; with what is forgotten they would not be."""
    kept = journal(most, most_bytes)
    turns: list[Turn] = []
    for number, step in enumerate(steps):
        if isinstance(step, int):
            records = [record(number, 10) for _ in range(step)]
            kept.record_frames(records)
            turns += [([each], bytes_of(each)) for each in records]
        else:
            tell(kept, echoes(number, *step))
            turns.append(echoes(number, *step))
        if number % 3:  # what is new is taken when somebody looks
            continue
        everything = [
            event_of(entry)
            for turn in turns
            for entry in (spelled_out(turn) if len(turn) == 4 else turn[0])
        ]
        found = [event for _, event in kept.read(limit=ALL).events]
        assert len(found) <= most
        assert found == everything[len(everything) - len(found) :]
        assert (kept.recorded, kept.forgotten) == (len(everything), len(everything) - len(found))
        size, with_one_more = weights(turns, len(found))
        assert size[1] <= most_bytes
        if kept.forgotten:
            assert with_one_more[0] > most or with_one_more[1] > most_bytes


def weights(turns: list[Turn], found: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """The weight of the turns that are wholly among the newest so many events, in events and in
    bytes; and that with the turn before them.
    """
    events = size = 0
    for turn in reversed(turns):
        more, cost = weight_of(turn)
        if events + more > found:
            return (events, size), (events + more, size + cost)
        events, size = events + more, size + cost
    return (events, size), (events, size)


def test_as_many_turns_stay_as_there_is_room_for() -> None:
    kept = journal(size=100 * (ECHOES_BYTES + 6 + 50))
    for number in range(1000):
        kept.record_echo(echoes(number, 50))
        assert len(kept.read(limit=ALL).events) == 2 * min(number + 1, 100)


def test_of_the_newest_turn_as_many_stay_as_can() -> None:
    kept = journal(events=5)
    kept.record_echoes(echoes(1, *range(9)))
    sizes = [
        event.payload_size for _, event in kept.read(limit=ALL).events if isinstance(event, Frame)
    ]
    assert sizes == [6, 7, 7, 8, 8]
    assert kept.forgotten == 13


def test_they_have_their_place_among_events_and_heartbeats() -> None:
    kept = journal()
    kept.record_echo(echoes(1, 5))
    kept.record(noted(2))
    kept.record_echo(echoes(3, 5))
    kept.record_frames([beat(4)])
    kept.record_echo(echoes(5, 5))
    kept.record_frames([record(6)])
    page = kept.read(limit=ALL)
    assert numbers(page) == [1, 1, 2, 3, 3, 4, 5, 5, 6]
    assert kept.recorded == 8
    for number, (cursor, _) in enumerate(page.events, 1):
        assert numbers(kept.read(cursor, limit=ALL)) == [1, 1, 2, 3, 3, 4, 5, 5, 6][number:]
        assert numbers(kept.follow(cursor, limit=2)) == [1, 1, 2, 3, 3, 4, 5, 5, 6][number:][:2]


@pytest.mark.parametrize("look", ["recorded", "forgotten", "cursor"])
def test_whoever_looks_sees_what_has_just_been_recorded(look: str) -> None:
    kept = journal(events=4)
    before = getattr(kept, look)
    for number in range(3):
        kept.record_echo(echoes(number, 1))
    assert getattr(kept, look) != before


def test_a_turn_that_is_large_is_taken_at_once() -> None:
    """What has not been taken yet is not within the bounds: it must not be much."""
    kept = journal(size=100_000)
    gc.collect()
    tracemalloc.start()
    try:
        for number in range(31):
            kept.record_echoes(("c-1", number, os.urandom(65_000), 1))
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held <= 2 * 100_000


def echo_one_at_a_time(kept: Journal, turns: int, size: int) -> None:
    """Record what a client with one message in flight makes the wire record."""
    name = "0a1b2c-17"
    for _ in range(turns):
        kept.record_echo((name, time.time_ns(), os.urandom(6 + size), 1))


def test_the_estimate_for_a_turn_is_what_it_costs() -> None:
    sizes = (0, 1, 2, 16, 64, 125, 4096)
    worst = max(
        2 * measured(2000, partial(echo_one_at_a_time, size=size)) - (6 + size) for size in sizes
    )
    assert worst <= ECHOES_BYTES <= 1.5 * worst
