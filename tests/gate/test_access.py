"""Who has the token: bytes against bytes, cookies that prove it, and those who guess."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.gate.access import Access
from webapp.gate.guesses import Guesses

TOKEN = "correct horse".replace(" ", "-")
HERE = "192.0.2.1"


@pytest.fixture
def access() -> Access:
    return Access(TOKEN, Guesses(lambda: 0.0))


def status(access: Access, *tokens: bytes, cookie: str | None = None, remote: str = HERE) -> int:
    given = [token.decode("utf-8", "surrogateescape") for token in tokens]
    refusal = access.check(remote, given, [] if cookie is None else [cookie])
    return 200 if refusal is None else refusal.status


def test_the_token_lets_in(access: Access) -> None:
    assert status(access, TOKEN.encode()) == 200


@pytest.mark.parametrize(
    "token",
    [b"", b"x", TOKEN[:-1].encode(), TOKEN.encode() + b"x", TOKEN.upper().encode(), b"\xff\x00"],
)
def test_anything_else_does_not(access: Access, token: bytes) -> None:
    assert status(access, token) == 401


def test_nothing_is_told_apart_from_something_wrong(access: Access) -> None:
    nothing = access.check(HERE)
    wrong = access.check(HERE, ["wrong"])
    assert nothing is not None
    assert wrong is not None
    assert (nothing.came, wrong.came) == ("no token", "another token")
    assert ("WWW-Authenticate", 'Bearer realm="Echoscope"') in nothing.headers


def test_of_several_all_have_to_be_right(access: Access) -> None:
    assert status(access, TOKEN.encode(), b"wrong") == 401
    assert status(access, b"wrong", TOKEN.encode()) == 401
    assert status(access, TOKEN.encode(), TOKEN.encode()) == 200


def test_what_was_given_is_never_told(access: Access) -> None:
    refusal = access.check(HERE, ["my other password"])
    assert "my other password" not in repr(refusal)
    assert TOKEN not in repr(refusal)


def test_a_cookie_proves_the_token_and_does_not_tell_it(access: Access) -> None:
    cookie = access.new_cookie()
    assert status(access, cookie=cookie) == 200
    assert TOKEN not in cookie
    assert hashlib.sha256(TOKEN.encode()).hexdigest() not in cookie
    assert access.new_cookie() != cookie


def test_a_cookie_is_good_after_a_restart_and_not_with_another_token(access: Access) -> None:
    cookie = access.new_cookie()
    assert status(Access(TOKEN), cookie=cookie) == 200
    assert status(Access("another"), cookie=cookie) == 401


@pytest.mark.parametrize("cookie", ["", ".", "x", "x.y", "\udcff.\udcff", "x." + "0" * 64, "é.ü"])
def test_no_other_cookie_lets_in(access: Access, cookie: str) -> None:
    assert status(access, cookie=cookie) == 401


@given(st.binary(), st.binary())
def test_whatever_is_given_it_is_refused_and_nothing_breaks(cookie: bytes, token: bytes) -> None:
    came = cookie.decode("utf-8", "surrogateescape")  # as aiohttp has it
    assert status(Access(TOKEN), token, cookie=came) == 401
    assert status(Access(TOKEN), cookie=came) == 401


def test_one_right_cookie_is_enough_wherever_it_stands(access: Access) -> None:
    cookie = access.new_cookie()
    for fresh in (access, Access(TOKEN)):  # one that knows it, and one that has to look
        assert fresh.check(HERE, (), ["x.y", cookie]) is None
        assert fresh.check(HERE, (), [cookie, "x.y"]) is None


def test_of_many_cookies_only_a_few_that_may_be_ours_are_looked_at() -> None:
    cookie = Access(TOKEN).new_cookie()
    others = [Access(f"other {number}").new_cookie() for number in range(3)]
    assert Access(TOKEN).check(HERE, (), [*["x.y"] * 100, *others[:2], cookie]) is None
    assert Access(TOKEN).check(HERE, (), [*others, cookie]) is not None


def test_guesses_by_one_way_do_not_bar_another(access: Access) -> None:
    for number in range(20):
        access.check(HERE, [str(number)], way="link ")
    refusal = access.check(HERE, [TOKEN], way="link ")
    assert refusal is not None
    assert refusal.status == 429
    assert status(access, TOKEN.encode()) == 200


def test_a_wrong_token_is_wrong_beside_a_right_cookie(access: Access) -> None:
    assert status(access, b"wrong", cookie=access.new_cookie()) == 401


def test_who_guesses_waits_and_is_told_how_long(access: Access) -> None:
    statuses = [status(access, bytes([65 + number])) for number in range(8)]
    assert statuses == [401] * 5 + [429] * 3
    refusal = access.check(HERE, [TOKEN])
    assert refusal is not None
    assert refusal.status == 429
    assert dict(refusal.headers)["Retry-After"] == "1"
    assert "in 1 s" in refusal.reason


def test_cookies_are_guesses_too_and_bar_only_cookies(access: Access) -> None:
    """Another server on the same host can have a browser send them here."""
    assert [status(access, cookie=f"x.{number}") for number in range(7)][-1] == 429
    assert status(access, TOKEN.encode()) == 200


def test_who_guesses_does_not_lock_out_a_page_that_is_open(access: Access) -> None:
    cookie = access.new_cookie()
    for number in range(20):
        status(access, bytes([number]))
    assert status(access, TOKEN.encode()) == 429
    assert status(access, cookie=cookie) == 200


def test_a_page_with_an_outdated_cookie_does_not_lock_out_its_neighbour(access: Access) -> None:
    outdated = Access("before").new_cookie()
    assert {status(access, cookie=outdated) for _ in range(50)} == {401}
    assert status(access, TOKEN.encode()) == 200


def test_nothing_at_all_is_no_guess(access: Access) -> None:
    assert {status(access) for _ in range(50)} == {401}
    assert status(access, TOKEN.encode()) == 200


def test_neighbours_in_an_ipv6_network_are_one(access: Access) -> None:
    """Whoever has one of its addresses has all of them."""
    statuses = [
        status(access, bytes([number]), remote=f"2001:db8::{number:x}") for number in range(8)
    ]
    assert statuses[-1] == 429
    assert status(access, TOKEN.encode(), remote="2001:db8:0:1::1") == 200


def test_the_cookies_that_are_known_are_bounded(access: Access) -> None:
    first = access.new_cookie()
    for _ in range(1001):
        access.new_cookie()
    assert status(access, cookie=first) == 200  # by what it proves
