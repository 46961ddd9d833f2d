"""How long somebody who guesses has to wait: by a clock that the tests wind."""

from webapp.gate.guesses import Guesses


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def guess(guesses: Guesses, count: int, address: str = "192.0.2.1") -> None:
    for number in range(count):
        guesses.was_wrong(address, f"{number} of {count}".encode())


def test_a_few_wrong_ones_cost_nothing() -> None:
    guesses = Guesses(Clock())
    guess(guesses, 4)
    assert guesses.wait("192.0.2.1") == 0


def test_each_one_more_makes_the_wait_twice_as_long_up_to_a_minute() -> None:
    clock = Clock()
    guesses = Guesses(clock)
    guess(guesses, 4)
    waits = []
    for number in range(9):
        guesses.was_wrong("192.0.2.1", bytes([number]))
        waits.append(guesses.wait("192.0.2.1"))
        clock.now += waits[-1]
        assert guesses.wait("192.0.2.1") == 0
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_however_many_there_were_the_wait_is_a_number() -> None:
    guesses = Guesses(Clock())
    guess(guesses, 5000)
    assert guesses.wait("192.0.2.1") == 60


def test_the_same_wrong_one_again_is_no_guess() -> None:
    guesses = Guesses(Clock())
    for _ in range(100):
        guesses.was_wrong("192.0.2.1", b"outdated")
    assert guesses.wait("192.0.2.1") == 0


def test_who_is_right_begins_anew() -> None:
    guesses = Guesses(Clock())
    guess(guesses, 20)
    guesses.was_right("192.0.2.1")
    assert guesses.wait("192.0.2.1") == 0
    guess(guesses, 4)
    assert guesses.wait("192.0.2.1") == 0


def test_a_quarter_of_an_hour_later_it_is_forgiven() -> None:
    clock = Clock()
    guesses = Guesses(clock)
    guess(guesses, 20)
    clock.now += 901
    guesses.was_wrong("192.0.2.1", b"once more")
    assert guesses.wait("192.0.2.1") == 0


def test_others_do_not_wait() -> None:
    guesses = Guesses(Clock())
    guess(guesses, 20)
    assert guesses.wait("192.0.2.2") == 0


def test_the_addresses_that_are_remembered_are_bounded_and_the_longest_quiet_goes_first() -> None:
    guesses = Guesses(Clock())
    guess(guesses, 20, "192.0.2.1")
    guess(guesses, 20, "192.0.2.2")
    for number in range(9_998):
        guesses.was_wrong(f"2001:db8:{number:x}::/64", b"x")
    assert guesses.wait("192.0.2.1") > 0
    guesses.was_wrong("192.0.2.1", b"awake")
    guesses.was_wrong("2001:db8:ffff::/64", b"x")
    assert guesses.wait("192.0.2.1") > 0
    assert guesses.wait("192.0.2.2") == 0
