"""The journal: bounded in events and in bytes, read by cursor, with every gap counted."""

import gc
import os
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.journal.events import ALL, HEARTBEAT, journal, noted, numbers, opened, record
from webapp.journal.entries import EVENT_BYTES, bytes_of
from webapp.journal.events import (
    Closed,
    Ended,
    Event,
    Exchange,
    Frame,
    Noted,
    Opened,
    Refused,
    Rejection,
)
from webapp.journal.memory import Journal
from webapp.wire.records import Record, Remark

# The bounds


History: TypeAlias = tuple[int, int, list[list[tuple[int, int | None]] | None]]


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Bounds, and steps: the sizes of the frames of a batch, with those of the messages that they
    complete, if any, as they were before they were compressed; or None for a single event.
    """
    sizes = st.integers(0, 40) | st.integers(0, 5 * EVENT_BYTES)
    step = st.none() | st.lists(st.tuples(sizes, st.none() | sizes), max_size=12)
    return (
        draw(st.integers(1, 12)),
        draw(st.integers(1, 12 * EVENT_BYTES)),
        draw(st.lists(step, max_size=30)),
    )


@given(histories())
def test_only_what_exceeds_the_bounds_is_forgotten(history: History) -> None:
    """After every step the journal holds the longest tail of all events that is within both."""
    max_events, max_bytes, steps = history
    kept = journal(max_events, max_bytes)
    number = forgotten = 0
    model: list[tuple[int, int]] = []  # number and cost of each event that is to be there
    for sizes in steps:
        if sizes is None:
            number += 1
            kept.record(noted(number))
            model.append((number, cost(noted(number))))
        else:
            batch = [
                record(number + 1 + index, size, remark=inflated(message))
                for index, (size, message) in enumerate(sizes)
            ]
            number += len(batch)
            kept.record_frames(batch)
            model += [(entry[1], bytes_of(entry)) for entry in batch]
        while len(model) > max_events or sum(size for _, size in model) > max_bytes:
            del model[0]
            forgotten += 1
        assert numbers(kept.read(limit=ALL)) == [number for number, _ in model]
        assert (kept.recorded, kept.forgotten) == (number, forgotten)


def cost(event: Event) -> int:
    """Below which bound in bytes an event alone is forgotten at once."""
    low, high = 0, 1 << 30
    while low < high:
        middle = (low + high) // 2
        kept = journal(size=middle)
        kept.record(event)
        low, high = (middle + 1, high) if kept.forgotten else (low, middle)
    return low


def inflated(size: int | None) -> Remark | None:
    return None if size is None else (None, None, bytes(size), size, False)


@pytest.mark.parametrize("size", [0, 1, 4096])
def test_a_compressed_message_counts_as_it_came_and_as_it_was(size: int) -> None:
    assert bytes_of(record(1, size)) == EVENT_BYTES + size
    plain, compressed = (bytes_of(record(1, 20, remark=inflated(each))) for each in (None, size))
    assert compressed - plain >= size
    noted_size = bytes_of(record(1, 20, remark=("x" * size, None, None, 0, False)))
    assert noted_size - plain >= size


REJECTION = Rejection("origin", 403, "came", "expected", "reason", "")
REQUEST = Exchange.of("GET /ws HTTP/1.1", ())


@pytest.mark.parametrize(
    ("small", "large"),
    [
        (opened(("A", "1")), opened(("A", "1" * 8000))),
        (opened(("A", "1")), opened(("A", "\N{SNOWMAN}" * 2000))),
        (opened(), opened(*[("A", "1" * 60)] * 128)),
        (
            Refused(1, "c-1", "", REQUEST, REJECTION),
            Refused(1, "c-1", "", REQUEST, Rejection("origin", 403, "c" * 8000, "", "", "")),
        ),
        (Noted(1, "c-1", ""), Noted(1, "c-1", "n" * 8000)),
        (
            Closed(1, "c-1", Ended("client", "reset", 1000, ""), 0, 0, 0, 0, 0),
            Closed(1, "c-1", Ended("client", "reset", 1000, "r" * 8000), 0, 0, 0, 0, 0),
        ),
    ],
    ids=["a long header", "beyond ASCII", "many headers", "what came", "a note", "a reason"],
)
def test_an_event_counts_with_all_text_that_a_client_put_into_it(
    small: Event, large: Event
) -> None:
    assert cost(large) - cost(small) > 7500


# What it costs in truth


def measured(turns: int, fill: Callable[[Journal, int], None]) -> float:
    """Bytes of memory for each event."""
    kept = journal()
    fill(kept, 10)  # what is made only once
    before = kept.recorded
    gc.collect()
    tracemalloc.start()
    try:
        fill(kept, turns)
        grown, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return grown / (kept.recorded - before)


def echo_one_at_a_time(kept: Journal, turns: int, size: int) -> None:
    """Record what a client with one message in flight makes the wire record."""
    name = "0a1b2c-17"
    for _ in range(turns):
        now = time.time_ns()
        key, payload = os.urandom(4), os.urandom(size)
        records: list[Record] = []
        records.append((name, now, "in", 0x82, key, 7, len(payload), payload, None))
        records.append((name, now, "out", 0x82, None, 7, len(payload), payload, None))
        kept.record_frames(records)


def test_the_estimate_for_an_event_is_what_it_costs() -> None:
    """A payload is in memory once, and is counted for the frame and for its echo."""
    sizes = (0, 1, 2, 16, 64, 125)
    worst = max(measured(2000, partial(echo_one_at_a_time, size=size)) - size for size in sizes)
    assert worst <= EVENT_BYTES <= 1.5 * worst


def echo_compressed(kept: Journal, turns: int, size: int) -> None:
    """The same with messages that are compressed, and shared by nobody."""
    name = "0a1b2c-17"
    for _ in range(turns):
        now, key = time.time_ns(), os.urandom(4)
        came, message, sent, answer = (os.urandom(size) for _ in range(4))
        records: list[Record] = []
        for way, mask, payload, whole in (("in", key, came, message), ("out", None, sent, answer)):
            remark = (None, None, whole, 1000 + len(whole), False)
            records.append((name, now, way, 0xC2, mask, 7, len(payload), payload, remark))
        kept.record_frames(records)


def test_the_estimate_for_a_compressed_message_is_what_it_costs() -> None:
    sizes = (1, 16, 125, 1000)
    worst = max(measured(1000, partial(echo_compressed, size=size)) - 2 * size for size in sizes)
    estimate = bytes_of(record(1, remark=inflated(0)))
    assert worst <= estimate <= 1.5 * worst


@pytest.mark.parametrize(
    "headers", [0, 1, 12, 128], ids=["no header", "one header", "a browser's", "as many as can be"]
)
@pytest.mark.parametrize("length", [1, 40, 8000])
def test_the_estimate_for_a_handshake_is_what_it_costs(headers: int, length: int) -> None:
    def fill(kept: Journal, turns: int) -> None:
        for turn in range(turns):
            fields = [(f"X-{turn}-{place}", f"{place}".ljust(length)) for place in range(headers)]
            kept.record(opened(*fields, connection=f"0a1b2c-{turn}"))

    each = measured(50, fill)
    assert each <= cost(opened(*[("X-12-120", " " * length)] * headers)) <= 2.5 * each


# Cursors


def test_every_event_comes_with_the_cursor_after_it() -> None:
    kept = journal()
    kept.record(noted(1))
    kept.record_frames([record(2), record(3)])
    page = kept.read(limit=ALL)
    cursors = [cursor for cursor, _ in page.events]
    assert [numbers(kept.read(cursor, limit=ALL)) for cursor in cursors] == [[2, 3], [3], []]
    assert page.cursor == cursors[-1] == kept.cursor


@given(st.lists(st.integers(1, 5), max_size=10), st.data())
def test_reading_goes_on_exactly_where_it_stopped(batches: list[int], data: st.DataObject) -> None:
    """Shown, skipped and forgotten events are together all that happened since the cursor."""
    kept = journal(events=data.draw(st.integers(1, 20)))
    cursor = kept.cursor
    seen: list[int] = []
    number = read = 0
    for size in batches:
        kept.record_frames([record(number + 1 + index) for index in range(size)])
        number += size
        if data.draw(st.booleans()):
            continue
        page = kept.read(cursor, limit=data.draw(st.integers(0, 8)))
        happened = number - read
        assert len(page.events) + page.skipped + page.forgotten == happened
        assert numbers(page) == list(range(number - len(page.events) + 1, number + 1))
        assert not page.restarted
        seen += numbers(page)
        cursor, read = page.cursor, number
    assert seen == sorted(set(seen))


def test_a_reader_without_a_cursor_starts_with_the_oldest_and_misses_nothing() -> None:
    kept = journal(events=2)
    kept.record_frames([record(number) for number in range(1, 6)])
    page = kept.read(limit=ALL)
    assert numbers(page) == [4, 5]
    assert (page.forgotten, page.skipped, page.restarted) == (0, 0, False)


def test_events_that_are_forgotten_are_counted_from_the_cursor_on() -> None:
    kept = journal(events=2)
    kept.record(noted(1))
    cursor = kept.cursor
    kept.record_frames([record(number) for number in range(2, 7)])
    page = kept.read(cursor, limit=1)
    assert numbers(page) == [6]
    assert (page.forgotten, page.skipped) == (3, 1)


def test_a_reader_gets_the_newest_up_to_its_limit() -> None:
    kept = journal()
    kept.record_frames([record(number) for number in range(1, 6)])
    page = kept.read(limit=2)
    assert (numbers(page), page.skipped) == ([4, 5], 3)


def test_one_connection_can_be_read_alone() -> None:
    kept = journal()
    kept.record_frames([record(1, connection="c-1")])
    kept.record_frames([record(2, connection="c-2")])
    kept.record(noted(3, "c-1"))
    kept.record_frames([record(4, connection="c-1")])
    kept.record_frames([record(5, connection="c-2")])
    page = kept.read(limit=2, connection="c-1")
    assert numbers(page) == [3, 4]
    assert page.skipped == 1  # of its own
    assert page.cursor == kept.cursor
    assert numbers(kept.read(page.events[0][0], limit=ALL, connection="c-1")) == [4]
    assert kept.read(limit=ALL, connection="c-3").events == ()


def test_a_cursor_of_an_earlier_run_begins_anew_and_says_so() -> None:
    earlier, kept = journal(), journal(events=2)
    earlier.record_frames([record(number) for number in range(1, 4)])
    kept.record_frames([record(number) for number in range(1, 4)])
    page = kept.read(earlier.cursor, limit=ALL)
    assert numbers(page) == [2, 3]
    assert (page.restarted, page.forgotten) == (True, 1)
    assert not kept.read(page.cursor, limit=ALL).restarted


def test_a_cursor_from_beyond_the_end_waits_for_what_comes_next() -> None:
    kept = journal()
    kept.record(noted(1))
    page = kept.read(f"{kept.run}-7", limit=ALL)
    assert (page.events, page.cursor) == ((), kept.cursor)


def test_nonsense_is_no_cursor() -> None:
    kept = journal()
    for use in (kept.check, partial(kept.read, limit=1), partial(kept.follow, limit=1)):
        with pytest.raises(ValueError, match="no cursor"):
            use("nonsense")


def test_cursors_of_any_run_and_none_at_all_pass_the_check() -> None:
    kept = journal()
    for cursor in (None, kept.cursor, journal().cursor):
        kept.check(cursor)


def test_runs_are_told_apart() -> None:
    assert len({journal().run for _ in range(20)}) == 20


# Records


def test_frames_come_out_as_they_went_in() -> None:
    kept = journal()
    records: list[Record] = [
        ("c-1", 5, "in", 0x81, b"mask", 16, 300, b"beg", ("too long", 20, None, 0, False)),
        ("c-1", 6, "out", 0x02, None, 7, 2, b"hi", None),
        ("c-1", 7, None, 0, None, 0, 0, b"", ("the peer is slow", None, None, 0, False)),
        ("c-1", 8, "in", 0xC1, b"mask", 7, 9, b"deflated", (None, None, b"mess", 70, False)),
        ("c-1", 9, "out", 0x89, None, 7, 1, b"1", HEARTBEAT),
    ]
    kept.record_frames(records)
    frame = partial(Frame, connection="c-1", masking_key=None, length_bits=7)
    masked = partial(frame, outgoing=False, masking_key=b"mask")
    assert [event for _, event in kept.read(limit=ALL).events] == [
        masked(5, head=0x81, length_bits=16, payload_size=300, payload=b"beg", note="too long",
               came=20),
        frame(6, outgoing=True, head=0x02, payload_size=2, payload=b"hi"),
        Noted(7, "c-1", "the peer is slow"),
        masked(8, head=0xC1, payload_size=9, payload=b"deflated", message=b"mess",
               message_size=70),
        frame(9, outgoing=True, head=0x89, payload_size=1, payload=b"1", heartbeat=True),
    ]  # fmt: skip


def test_an_event_comes_out_as_it_went_in() -> None:
    kept = journal()
    event = opened(("Host", "localhost"))
    kept.record(event)
    assert kept.read(limit=ALL).events == ((kept.cursor, event),)


# Ended connections


def begun(name: str, *headers: tuple[str, str]) -> Opened:
    return opened(*headers, connection=name)


def test_the_newest_ended_connections_stay_known() -> None:
    kept = journal(connections=3)
    for name in "abcde":
        kept.remember(begun(name))
    assert [ended.id for ended in kept.ended()] == ["e", "d", "c"]


def test_no_ended_connection_need_be_kept() -> None:
    kept = journal(connections=0)
    kept.remember(begun("a"))
    assert list(kept.ended()) == []


def test_ended_connections_with_large_handshakes_are_bounded_in_bytes() -> None:
    kept = journal(size=100_000)
    for name in "abcde":
        kept.remember(begun(name, ("X", "x" * 30_000)))
    assert [ended.id for ended in kept.ended()] == ["e", "d", "c"]
    for name in "fghij":
        kept.remember(begun(name))
    assert [ended.id for ended in kept.ended()] == [*"jihgfedc"]
    kept.remember(begun("k", ("X", "x" * 30_000)))
    assert [ended.id for ended in kept.ended()] == [*"kjihgfed"]


@given(st.lists(st.integers(1, 5), max_size=8), st.integers(1, 4), st.integers(1, 12))
def test_following_gives_what_is_left_once_and_in_order(
    batches: list[int], limit: int, max_events: int
) -> None:
    kept = journal(events=max_events)
    count = 0
    for size in batches:
        kept.record_frames([record(count + index) for index in range(size)])
        count += size
    page = kept.follow(f"{kept.run}-0", limit=limit)
    assert page.forgotten == max(0, count - max_events)
    found = numbers(page)
    while page.events:
        assert len(page.events) <= limit
        page = kept.follow(page.cursor, limit=limit)
        assert page.forgotten == 0
        found += numbers(page)
    assert found == list(range(count))[-max_events:]
    assert page.cursor == kept.cursor
