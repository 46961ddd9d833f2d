"""How a connection ended, from what was said and what came."""

from __future__ import annotations

from webapp.wire.ending import By, Ending, How, Parting

RESET = ConnectionResetError()


def test_a_close_that_was_answered_is_a_closing_handshake_of_whoever_began() -> None:
    client, server = Parting(), Parting()
    client.close_received(1000, "bye")
    client.close_sent(1000, "")
    server.close_sent(1001, "leaving")
    server.close_received(1001, "")
    assert client.ending(None) == Ending(By.CLIENT, How.CLOSING_HANDSHAKE, 1000, "bye")
    assert server.ending(RESET) == Ending(By.SERVER, How.CLOSING_HANDSHAKE, 1001, "leaving")


def test_an_end_without_a_word_is_1006_of_the_client() -> None:
    assert Parting().ending(None) == Ending(By.CLIENT, How.END_OF_STREAM, 1006, "")
    assert Parting().ending(RESET) == Ending(By.CLIENT, How.RESET, 1006, "")


def test_a_close_that_was_not_answered_keeps_its_code() -> None:
    parting = Parting()
    parting.close_sent(1002, "RSV1 set")
    assert parting.ending(None) == Ending(By.SERVER, How.END_OF_STREAM, 1002, "RSV1 set")


def test_who_was_given_up_timed_out() -> None:
    silent, mute = Parting(), Parting()
    silent.given_up("no pong")
    mute.close_sent(1001, "leaving")
    mute.given_up("no close")
    assert silent.ending(None) == Ending(By.SERVER, How.TIME_OUT, 1006, "no pong")
    assert mute.ending(None) == Ending(By.SERVER, How.TIME_OUT, 1001, "leaving")
    assert mute.is_given_up


def test_an_ending_tells_how_long_it_had_been_quiet() -> None:
    assert Parting().ending(None, 60 * 10**9).quiet == 60 * 10**9
