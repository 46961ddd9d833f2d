"""How many may be here at once: counting, whom to count as one, and what to tell those beyond."""

from collections.abc import Callable
from contextlib import suppress

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from webapp.config import Config
from webapp.gate.limits import Place, Places, address_of, watchers_full

HERE, THERE = "192.0.2.1", "192.0.2.2"


def test_there_is_room_until_all_places_are_taken_and_again_once_one_is_free() -> None:
    places = Places(2)
    with places.take(HERE):
        assert places.check(HERE) is None
        with places.take(HERE):
            refusal = places.check(THERE)
            assert refusal is not None
            assert (refusal.check, refusal.status) == ("limit", 503)
            assert "limits.max_connections " in refusal.reason
            assert ("Retry-After", "1") in refusal.headers
        assert places.check(THERE) is None
    assert places.taken == 0


def test_an_address_has_no_more_places_than_its_own() -> None:
    places = Places(10, 1)
    with places.take(HERE):
        refusal = places.check(HERE)
        assert refusal is not None
        assert (refusal.check, refusal.status) == ("limit", 503)
        assert HERE in refusal.came
        assert "limits.max_connections_per_ip" in refusal.reason
        assert places.check(THERE) is None
    assert places.check(HERE) is None


def test_by_default_an_address_may_have_all_of_them() -> None:
    places = Places(3)
    with places.take(HERE), places.take(HERE):
        assert places.check(HERE) is None
        assert not places.by_address


def test_who_has_no_address_is_only_counted_in_all() -> None:
    places = Places(3, 1)
    with places.take(None), places.take(""):
        assert places.check(None) is None
        assert (places.taken, len(places.by_address)) == (2, 0)


def test_a_place_is_given_back_however_it_is_left() -> None:
    places = Places(3, 3)
    with suppress(ZeroDivisionError), places.take(HERE):
        assert places.taken == 1
        raise ZeroDivisionError
    place = places.take(HERE)
    assert places.taken == 1
    place.leave()
    assert (places.taken, places.by_address) == (0, {})


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([HERE, THERE, "2001:db8::1", "::1"]))))
def test_the_count_is_that_of_those_who_are_in(moves: list[tuple[bool, str]]) -> None:
    """As many come and leave as may, in any order; when all have left, nothing is kept."""
    places = Places(4, 2)
    inside: list[tuple[str, Place]] = []
    for comes, remote in moves:
        if comes:
            here = [name for name, _ in inside]
            room = len(here) < 4 and here.count(remote) < 2
            assert (places.check(remote) is None) == room
            if room:
                inside.append((remote, places.take(remote)))
        elif inside:
            inside.pop(0)[1].leave()
        assert places.taken == len(inside)
    for _, place in inside:
        place.leave()
    assert (places.taken, places.by_address) == (0, {})


@pytest.mark.parametrize(
    ("remote", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::ffff:c000:201", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::1", "::1"),
        ("fe80::1%eth0", "fe80::1%eth0"),
        ("fe80::2%eth0", "fe80::2%eth0"),
        ("somewhere", "somewhere"),
    ],
)
def test_what_one_client_can_choose_between_counts_as_one(remote: str, counted: str) -> None:
    assert address_of(remote) == counted


@pytest.mark.parametrize(
    ("places", "setting"),
    [
        (lambda most: Places(most), "max_connections"),
        (lambda most: Places(1_000_000, most), "max_connections_per_ip"),
    ],
)
@pytest.mark.parametrize("most", [1, 7, 600_000])
def test_the_remedy_is_a_line_of_the_configuration_that_makes_room(
    places: Callable[[int], Places], setting: str, most: int
) -> None:
    full = places(most)
    full.taken = most
    full.by_address[HERE] = most
    refusal = full.check(HERE)
    assert refusal is not None
    limits = Config.model_validate(yaml.safe_load(refusal.remedy)).limits
    assert getattr(limits, setting) > most


def test_there_is_no_remedy_beyond_what_can_be_configured() -> None:
    places = Places(1_000_000)
    places.taken = 1_000_000
    refusal = places.check(HERE)
    assert refusal is not None
    assert refusal.remedy == ""


def test_pages_that_watch_are_told_so_and_that_nothing_can_be_configured() -> None:
    places = Places(0, full=watchers_full(0))
    refusal = places.check(HERE)
    assert refusal is not None
    assert (refusal.check, refusal.status, refusal.remedy) == ("limit", 503, "")
    assert "watching" in refusal.reason
