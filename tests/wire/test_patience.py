"""How long a peer is waited for, second by second."""

from __future__ import annotations

from webapp.wire.patience import Patience
from webapp.wire.settings import Waits

WAITS = Waits(heartbeat=20, close=5, slow_peer=10)


def look(
    patience: Patience,
    now: float,
    *,
    received: int = 0,
    unsent: int = 0,
    reading: bool = True,
    writable: bool = True,
    ending: bool = False,
) -> None:
    patience.look(
        now,
        received=received,
        unsent=unsent,
        reading=reading,
        writable=writable,
        ending=ending,
    )


def test_a_silent_peer_is_pinged_after_a_heartbeat_and_given_up_after_half_of_another() -> None:
    patience = Patience(WAITS, 0)
    look(patience, 19.9)
    assert not patience.is_idle(19.9)
    assert patience.is_idle(20)
    patience.pinged(20)
    assert not patience.is_idle(20.1)
    assert patience.overdue(29.9) is None
    assert patience.overdue(30) == "the peer has not answered a ping for 10 s"


def test_a_ping_on_demand_puts_off_nothing() -> None:
    """Who asks again and again whether the peer is there learns that it is not."""
    patience = Patience(WAITS, 0)
    patience.pinged(20)
    for now in range(21, 30):
        patience.pinged(now)
        look(patience, now)
        assert patience.overdue(now) is None
    assert patience.overdue(30) == "the peer has not answered a ping for 10 s"


def test_a_ping_after_a_sign_of_life_is_given_time_anew() -> None:
    patience = Patience(WAITS, 0)
    patience.pinged(20)
    look(patience, 25, received=1)
    patience.pinged(26)
    assert patience.overdue(35.9) is None
    assert patience.overdue(36) == "the peer has not answered a ping for 10 s"


def test_any_byte_is_life() -> None:
    patience = Patience(WAITS, 0)
    patience.pinged(20)
    look(patience, 25, received=1)
    assert patience.overdue(35) is None
    assert not patience.is_idle(44)
    assert patience.is_idle(45)


def test_the_same_bytes_are_no_new_life() -> None:
    patience = Patience(WAITS, 0)
    look(patience, 1, received=7)
    look(patience, 15, received=7)
    assert patience.is_idle(21)


def test_a_peer_that_is_not_read_from_is_not_silent() -> None:
    patience = Patience(WAITS, 0)
    patience.pinged(20)
    look(patience, 29, reading=False)
    assert patience.overdue(31) is None


def test_a_peer_that_does_not_read_is_given_up() -> None:
    patience = Patience(WAITS, 0)
    look(patience, 3, writable=False)
    look(patience, 12.9, writable=False)
    assert patience.overdue(12.9) is None
    assert patience.overdue(13) == "the peer has not read for 10 s"
    look(patience, 14)
    assert patience.overdue(14) is None


def test_a_peer_that_does_not_close_is_given_up_from_the_first_close_on() -> None:
    patience = Patience(WAITS, 0)
    look(patience, 2, ending=True)
    look(patience, 6, ending=True)
    assert patience.overdue(6.9) is None
    assert patience.overdue(7) == "the peer did not close within 5 s"


def test_a_peer_that_reads_slowly_is_not_given_up() -> None:
    patience = Patience(WAITS, 0)
    for now in range(60):
        look(patience, now, unsent=100 - now, writable=False, ending=now > 30)
        assert patience.overdue(now) is None
    look(patience, 64, unsent=41, writable=False, ending=True)
    assert patience.overdue(64) == "the peer did not close within 5 s"


def test_a_wait_of_nothing_waits_for_ever() -> None:
    patience = Patience(Waits(heartbeat=0, close=0, slow_peer=0), 0)
    patience.pinged(1)
    look(patience, 1, writable=False, ending=True)
    assert patience.overdue(1e9) is None


def test_without_a_heartbeat_a_silent_peer_is_idle_all_the_same() -> None:
    patience = Patience(Waits(heartbeat=0), 0)
    look(patience, 5, received=1)
    assert not patience.is_idle(24.9)
    assert patience.is_idle(25)


def test_the_sweep_is_fine_enough_for_every_wait() -> None:
    """A silent peer is gone 1.6 heartbeats after it fell silent: three looks must fit into 0.1."""
    assert 3 * Waits(20, 0, 0).sweep_interval <= 20 * 0.1
    assert Waits(20, 1, 10).sweep_interval <= 0.1
    assert Waits(20, 10, 0.5).sweep_interval <= 0.05
    assert Waits(0, 0, 0).sweep_interval == 1
    assert Waits(0.001, 1, 1).sweep_interval == 0.005


def test_what_is_begun_is_to_be_finished_in_time_however_busy_the_peer_is() -> None:
    """A flood of pings keeps this server busy, and the message under way where it is."""
    patience = Patience(Waits(message=60), 0)
    for now in range(0, 61, 10):
        patience.look(
            now,
            received=now,
            unsent=0,
            reading=now % 20 == 0,
            writable=True,
            ending=False,
            unfinished=("message", 1),
        )
        assert patience.dragging(now) == (now == 60)
    patience.look(
        70,
        received=70,
        unsent=0,
        reading=True,
        writable=True,
        ending=False,
        unfinished=("message", 2),
    )
    assert not patience.dragging(70)


def test_who_has_ended_its_half_is_not_expected_to_answer_a_ping() -> None:
    patience = Patience(Waits(heartbeat=20, close=60), 0)
    patience.pinged(20)
    look(patience, 25, ending=True)
    look(patience, 40, ending=True)
    assert patience.overdue(40) is None
