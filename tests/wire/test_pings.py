"""Pings and their pongs: which of them is answered, and how long it took."""

from __future__ import annotations

import time

from webapp.wire.pings import Pings
from webapp.wire.records import HEARTBEAT
from webapp.wire.roundtrips import KEPT_ROUND_TRIPS, NO_ROUND_TRIPS, RoundTrips


def test_each_ping_can_be_told_by_its_payload() -> None:
    pings = Pings()
    assert len({pings.sent(None) for _ in range(20)}) == 20


def test_pongs_answer_pings_in_whatever_number_they_are_under_way() -> None:
    pings = Pings()
    first, second = pings.sent(HEARTBEAT), pings.sent(None)
    assert pings.answered(first) == HEARTBEAT
    assert pings.answered(second) is None
    assert len(list(pings.round_trips)) == 2


def test_a_pong_for_the_newest_ping_settles_those_before() -> None:
    """RFC 6455 §5.5.3: a peer may answer only the ping that came last."""
    pings = Pings()
    before, last = pings.sent(HEARTBEAT), pings.sent(HEARTBEAT)
    assert pings.answered(last) == HEARTBEAT
    assert pings.answered(before) is None
    assert len(list(pings.round_trips)) == 1


def test_a_pong_that_answers_nothing_tells_nothing() -> None:
    pings = Pings()
    assert pings.answered(b"") is None
    ping = pings.sent(HEARTBEAT)
    assert pings.answered(b"unasked") is None
    assert pings.answered(b"0" + ping) is None
    assert pings.round_trips is NO_ROUND_TRIPS
    assert pings.answered(ping) == HEARTBEAT
    assert pings.answered(ping) is None
    assert len(list(pings.round_trips)) == 1


def test_so_many_pings_are_waited_for_and_no_more() -> None:
    pings = Pings()
    payloads = [pings.sent(None) for _ in range(10)]
    for payload in payloads:
        pings.answered(payload)
    assert len(list(pings.round_trips)) == 8
    assert pings.answered(payloads[-1]) is None


def test_a_round_trip_is_told_with_the_time_of_its_pong() -> None:
    pings = Pings()
    before = time.time_ns()
    began = time.perf_counter_ns()
    pings.answered(pings.sent(None))
    passed = time.perf_counter_ns() - began
    [(at, took)] = pings.round_trips
    assert before <= at <= time.time_ns()
    assert 0 < took <= passed
    assert pings.round_trips.last == (at, took)


def test_the_newest_round_trips_are_kept_and_cost_little() -> None:
    trips = NO_ROUND_TRIPS
    for number in range(KEPT_ROUND_TRIPS + 5):
        kept, trips = trips, trips.followed_by(number, 1000 + number)
    assert list(trips) == [(number, 1000 + number) for number in range(5, KEPT_ROUND_TRIPS + 5)]
    assert trips.last == (KEPT_ROUND_TRIPS + 4, 1000 + KEPT_ROUND_TRIPS + 4)
    assert len(trips.packed) == 16 * KEPT_ROUND_TRIPS
    assert kept.last == (KEPT_ROUND_TRIPS + 3, 1000 + KEPT_ROUND_TRIPS + 3)  # as it was


def test_without_a_pong_there_is_no_round_trip() -> None:
    assert RoundTrips() == NO_ROUND_TRIPS
    assert NO_ROUND_TRIPS.last is None
    assert list(NO_ROUND_TRIPS) == []
