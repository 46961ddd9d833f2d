"""What stays known of what is over: refused attempts displace each other, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from tests.journal.events import opened
from webapp.journal.events import Closed, Ended, Exchange, Refused, Rejection
from webapp.journal.past import Past

REJECTION = Rejection("host", 421, "came", "expected", "reason", "")
ENDED = Ended("client", "reset", 1006, "")


def end(past: Past, name: str) -> None:
    closed = Closed(2, name, ENDED, 1, 0, 0, 0, 0)
    past.remember(opened(connection=name), closed, 7)


def refuse(past: Past, name: str, size: int = 0) -> None:
    request = Exchange("GET / HTTP/1.1", f"X\n{'x' * size}")
    past.remember(Refused(1, name, "peer", request, REJECTION), None, None)


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
    end(past, "a")
    refuse(past, "b")
    for name, state, round_trip in (("a", "closed", 7), ("b", "refused", None)):
        found = past.find(name)
        assert found is not None
        assert (found.id, found.state, found.round_trip) == (name, state, round_trip)
    assert past.find("c") is None
