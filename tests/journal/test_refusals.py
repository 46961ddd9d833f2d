"""The share of the ring that refusals may fill: so many at once, and slowly more."""

import pytest

from webapp.journal.refusals import RefusalsShare

KIB = 1024
MIB = 1024 * KIB


def fill(share: RefusalsShare, now: float, size: int = KIB, most: int = 100_000) -> int:
    """Tell of one after the other until there is no room; return how many there were."""
    for told in range(most):
        if not share.has_room(now):
            return told
        share.take(size)
    raise AssertionError(f"there is room for more than {most}")


def test_of_the_default_ring_an_eighth_can_be_filled_at_once() -> None:
    share = RefusalsShare(20_000, 64 * MIB)
    assert fill(share, 5.0) == 2500
    assert share.untold == 1


def test_of_large_ones_fewer_can_be_told_at_once() -> None:
    assert fill(RefusalsShare(20_000, 64 * MIB), 5.0, size=8 * KIB) == 1024


def test_the_less_room_there_is_the_less_may_one_take() -> None:
    """However large they are, of the default ring a thousand in a row are told one by one."""
    share = RefusalsShare(20_000, 64 * MIB)
    assert share.most_of_one >= 16 * KIB
    for _ in range(1000):
        assert share.has_room(5.0)
        share.take(share.most_of_one + KIB)
    assert share.most_of_one == 2 * KIB
    assert RefusalsShare(1, 1).most_of_one == 2 * KIB


def test_room_grows_back_slowly_and_never_beyond_the_share() -> None:
    share = RefusalsShare(20_000, 64 * MIB)
    fill(share, 5.0)
    assert fill(share, 5.05) == 1  # room for half a one is room for one
    assert 9 <= fill(share, 6.0) <= 10
    assert 100 <= fill(share, 16.0) <= 101
    assert fill(share, 10_000.0) == 2500


def test_room_in_bytes_grows_back_as_slowly() -> None:
    share = RefusalsShare(20_000, 64 * MIB)
    fill(share, 5.0, size=8 * KIB)
    assert 40 <= fill(share, 15.0, size=8 * KIB) <= 42  # 335,544 bytes in ten seconds


@pytest.mark.parametrize(("events", "size"), [(1, MIB), (7, 1), (20_000, 1), (1, 1)])
def test_in_the_smallest_of_rings_there_is_room_for_one(events: int, size: int) -> None:
    share = RefusalsShare(events, size)
    assert fill(share, 5.0) == 1


def test_of_a_small_ring_one_a_second_can_be_told() -> None:
    share = RefusalsShare(80, 64 * MIB)
    assert fill(share, 5.0) == 10
    assert 3 <= fill(share, 8.0) <= 4


def test_those_not_told_are_told_of_after_a_while() -> None:
    share = RefusalsShare(8, MIB)
    assert fill(share, 5.0) == 1
    share.untold = 0
    share.take(1)
    assert not share.is_due(100.0)  # nothing to tell
    for now in (5.25, 5.5, 5.75):
        assert not share.has_room(now)
    assert share.untold == 3
    assert not share.is_due(10.0)
    assert share.is_due(10.25)
    share.untold = 0
    assert not share.is_due(100.0)
