"""What stays known of what is over: refused attempts displace each other, and nothing else."""

import gc
import sys
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from tests.journal.events import opened
from webapp.journal.events import Closed, Ended, Exchange, Refused, Rejection
from webapp.journal.past import ROUND_TRIPS_BYTES, Past
from webapp.wire.roundtrips import KEPT_ROUND_TRIPS, NO_ROUND_TRIPS, RoundTrips

REJECTION = Rejection("host", 421, "came", "expected", "reason", "")
ENDED = Ended("client", "reset", 1006, "")


def end(past: Past, name: str, trips: RoundTrips = NO_ROUND_TRIPS) -> None:
    closed = Closed(2, name, ENDED, 1, 0, 0, 0, 0)
    past.remember(opened(connection=name), closed, trips)


def refuse(past: Past, name: str, size: int = 0) -> None:
    request = Exchange("GET / HTTP/1.1", f"X\n{'x' * size}")
    past.remember(Refused(1, name, "peer", request, REJECTION), None, NO_ROUND_TRIPS)


def told(past: Past, most: int = 100) -> list[str]:
    return [summary.id for summary in past.newest(most)]


def test_refused_attempts_displace_no_connection() -> None:
    past = Past(4, 1 << 20)
    for name in "abcd":
        end(past, name)
    for number in range(100):
        refuse(past, f"r{number}")
    assert told(past) == ["r99", "d", "c", "b", "a"]
    assert len(past) == 5


def test_refused_attempts_are_a_quarter_as_many_at_the_most() -> None:
    for connections, refused in ((1000, 250), (8, 2), (7, 1), (2, 1), (1, 1), (0, 0)):
        past = Past(connections, 1 << 30)
        for number in range(1200):
            refuse(past, f"r{number}")
        assert len(past) == refused


def test_refused_attempts_are_bounded_in_bytes_of_their_own() -> None:
    past = Past(100, 100_000)
    for name in "ab":
        end(past, name)
    for number in range(20):
        refuse(past, f"r{number}", 10_000)
    assert told(past) == ["r19", "r18", "b", "a"]


def test_both_are_told_together_the_newest_first() -> None:
    past = Past(100, 1 << 20)
    for name in ("a", "r1", "b", "c", "r2"):
        refuse(past, name) if name.startswith("r") else end(past, name)
    assert told(past) == ["r2", "c", "b", "r1", "a"]
    assert [summary.state for summary in past.newest(2)] == ["refused", "closed"]
    assert told(past, 1) == ["r2"]
    assert told(past, 0) == []


def test_in_a_list_that_does_not_hold_all_refused_attempts_are_a_part() -> None:
    past = Past(100, 1 << 20)
    for number in range(10):
        end(past, f"c{number}")
    for number in range(10):
        refuse(past, f"r{number}")
    assert told(past, 8) == ["r9", "r8", "c9", "c8", "c7", "c6", "c5", "c4"]
    assert told(past, 16) == [f"r{n}" for n in range(9, 3, -1)] + [
        f"c{n}" for n in range(9, -1, -1)
    ]


@given(st.lists(st.booleans(), max_size=30), st.integers(0, 12))
def test_a_list_is_as_long_as_it_may_be(refused: list[bool], most: int) -> None:
    past = Past(100, 1 << 20)
    for number, each in enumerate(refused):
        refuse(past, str(number)) if each else end(past, str(number))
    names = told(past, most)
    assert len(names) == min(most, len(refused))
    assert sorted(names, key=int, reverse=True) == names
    ended = [str(number) for number, each in enumerate(refused) if not each]
    if most < len(refused) and len(ended) >= most:
        assert sum(name not in ended for name in names) <= max(1, most // 4)


def test_each_is_found_by_its_id() -> None:
    past = Past(10, 1 << 20)
    end(past, "a", NO_ROUND_TRIPS.followed_by(1, 7))
    refuse(past, "b")
    for name, state, round_trip in (("a", "closed", 7), ("b", "refused", None)):
        found = past.find(name)
        assert found is not None
        assert (found.id, found.state, found.round_trip) == (name, state, round_trip)
    assert past.find("c") is None


def many_round_trips() -> RoundTrips:
    trips = NO_ROUND_TRIPS
    for number in range(KEPT_ROUND_TRIPS):
        trips = trips.followed_by(number, number)
    return trips


def test_round_trips_stay_known_and_count_into_the_bytes() -> None:
    past = Past(1000, 100_000)
    for number in range(60):
        end(past, str(number), many_round_trips())
    assert 30 < len(past) < 48
    found = past.find("59")
    assert found is not None
    assert list(found.round_trips) == [(number, number) for number in range(KEPT_ROUND_TRIPS)]
    assert (found.round_trip_at, found.round_trip) == (KEPT_ROUND_TRIPS - 1, KEPT_ROUND_TRIPS - 1)
    for number in range(60):
        end(past, f"without {number}")
    assert len(past) > 60


def test_what_round_trips_cost_is_measured() -> None:
    """In the memory of ended connections, beyond what is packed."""
    gc.collect()
    tracemalloc.start()
    try:
        kept = [NO_ROUND_TRIPS.followed_by(1, 2) for _ in range(1000)]
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    each = (held - sys.getsizeof(kept)) / len(kept) - 16
    assert ROUND_TRIPS_BYTES * 0.8 <= each <= ROUND_TRIPS_BYTES


def test_how_long_nothing_had_passed_stays_known() -> None:
    past = Past(10, 1 << 20)
    ended = Ended("client", "end of stream", 1006, "", 60 * 10**9)
    began = opened(connection="a")
    past.remember(began, Closed(100 * 10**9, "a", ended, 1, 0, 0, 0, 0), NO_ROUND_TRIPS)
    refuse(past, "b")
    found, refused = past.find("a"), past.find("b")
    assert found is not None
    assert refused is not None
    assert found.quiet_since == 40 * 10**9
    assert refused.quiet_since == refused.began.time
