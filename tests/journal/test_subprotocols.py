"""Tokens among subprotocols: redacted however they are put there, and names stay readable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.journal.test_secrecy import NAMES
from webapp.journal.secrecy import redacted
from webapp.journal.subprotocols import redact_subprotocols

CANARY = "cAnary-7"
THIS = redacted(CANARY)
RANDOM = "9f86d081884c7d659a2feaa0c55ad015"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl-_"


def shown(value: str) -> str:
    return redact_subprotocols(value, False, [])[0]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        # Behind a marker,
        (f"bearer, {CANARY}", f"bearer, {THIS}"),
        (f"Bearer,{CANARY}", f"Bearer,{THIS}"),
        (f"graphql-ws, bearer, {CANARY}", f"graphql-ws, bearer, {THIS}"),
        (f"access_token, {CANARY}, x", f"access_token, {THIS}, {redacted('x')}"),
        (f"accessToken, {CANARY}", f"accessToken, {THIS}"),
        (f"authorization, {CANARY}", f"authorization, {THIS}"),
        (f"token, {CANARY}", f"token, {THIS}"),
        (f"jwt, {CANARY}", f"jwt, {THIS}"),
        (f"X-API-Key, {CANARY}", f"X-API-Key, {THIS}"),
        (f"basic, {CANARY}", f"basic, {THIS}"),
        (f"session_id, {CANARY}", f"session_id, {THIS}"),
        (f"quorum.bearer.v1, {CANARY}", f"quorum.bearer.v1, {THIS}"),
        (f"base64.bearer.token, {CANARY}", f"base64.bearer.token, {THIS}"),
        # with one,
        (f"bearer.{CANARY}", f"bearer.{THIS}"),
        (f"Bearer-{CANARY}, chat", f"Bearer-{THIS}, chat"),
        (f"auth-{CANARY}", f"auth-{THIS}"),
        (f"access_token.{CANARY}", f"access_token.{THIS}"),
        (f"acme-bearer.{CANARY}", f"acme-bearer.{THIS}"),
        (f"base64.bearer.authorization.{CANARY}", f"base64.bearer.authorization.{THIS}"),
        (
            f"base64url.bearer.authorization.k8s.io.{CANARY}, base64.binary.k8s.io",
            f"base64url.bearer.authorization.k8s.io.{THIS}, base64.binary.k8s.io",
        ),
        (
            f"realtime, openai-insecure-api-key.{CANARY}, openai-beta.realtime-v1",
            f"realtime, openai-insecure-api-key.{THIS}, openai-beta.realtime-v1",
        ),
        (
            f"http-upgrade#Authorization#Bearer%20{CANARY}",
            f"http-upgrade#Authorization#Bearer%20{THIS}",
        ),
        (f"bearer.token.{CANARY}.more", f"bearer.token.{redacted(CANARY + '.more')}"),
        # or just so.
        (f"chat, {JWT}", f"chat, {redacted(JWT)}"),
        (f"header-{JWT}", redacted(f"header-{JWT}")),
        ("v1.eyJhIjoiYiJ9, chat", f"v1.{redacted('eyJhIjoiYiJ9')}, chat"),
        (f"v1.{RANDOM}, chat", f"{redacted('v1.' + RANDOM)}, chat"),
        (RANDOM, redacted(RANDOM)),
        # Lists that are none.
        (f"bearer {CANARY}", f"bearer {THIS}"),
        (f"Bearer\t{CANARY} ", f"Bearer\t{THIS} "),
        (f"chat bearer; {CANARY}", f"chat bearer; {THIS}"),
        (f"token={CANARY}", f"token={THIS}"),
        (f'token="{CANARY}"', f'token="{redacted(CANARY + chr(34))}'),
        (f", ,bearer,, {CANARY},", f", ,bearer,, {THIS},"),
        # What is known by name is no secret even there.
        (f"bearer, {CANARY}, graphql-transport-ws", f"bearer, {THIS}, graphql-transport-ws"),
        # And what stands for no secret.
        ("bearer, undefined", "bearer, undefined"),
        ("token.null", "token.null"),
        ("auth, [object Object], x", f"auth, [object Object], {redacted('x')}"),
        # Short markers.
        (f"mqtt, pw_{CANARY}", f"mqtt, pw_{THIS}"),
        # Only markers.
        ("bearer", "bearer"),
        ("token.v2", "token.v2"),
        ("", ""),
    ],
)
def test_tokens_are_redacted_and_markers_are_not(value: str, expected: str) -> None:
    assert shown(value) == expected


@pytest.mark.parametrize("name", NAMES.split())
def test_names_stay_readable(name: str) -> None:
    assert shown(f"chat, {name}, {name}") == f"chat, {name}, {name}"


def test_a_list_may_go_on_in_the_next_field() -> None:
    value, marked = redact_subprotocols("chat, bearer", False, [])
    assert (value, marked) == ("chat, bearer", True)
    assert redact_subprotocols(CANARY, marked, []) == (THIS, True)


def test_what_is_found_is_told_as_it_stood_there() -> None:
    found: list[str] = []
    redact_subprotocols(f"bearer.{CANARY}, token, ab, cd", False, found)
    assert found == [CANARY, "ab", "cd"]


def test_a_list_that_is_too_long_to_be_one_is_redacted_as_a_whole() -> None:
    for separator in (",", " ", ", "):
        value = separator.join(["a"] * 200)
        assert redact_subprotocols(value, False, []) == (redacted(value), True)


@given(st.lists(st.sampled_from(NAMES.split()), min_size=1, max_size=5), st.data())
def test_what_holds_no_token_is_not_changed(names: list[str], data: st.DataObject) -> None:
    value = data.draw(st.sampled_from([", ", ",", " ,\t"])).join(names)
    assert redact_subprotocols(value, False, []) == (value, False)
