"""The token: what it may be, and that nothing repeats it."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.config.mistakes import mistakes
from webapp.config.settings import Config, dump_config
from webapp.config.sources import load_config

CANARY = "c4n4"
WRONG = "access.token is wrong (not shown, as it is secret); "


@pytest.mark.parametrize("token", ["", "a", "~!\"#$%&'()*,;=\\", "0" * 512])
def test_a_token_is_visible_ascii_of_at_most_512_characters(token: str) -> None:
    assert Config.model_validate({"access": {"token": token}}).access.token == token


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("a b", "expected visible ASCII without spaces: character 2 of 3 is neither"),
        ("naïve", "expected visible ASCII without spaces: character 3 of 5 is neither"),
        ("ab\n", "expected visible ASCII without spaces: character 3 of 3 is neither"),
        ("\x7f", "expected visible ASCII without spaces: character 1 of 1 is neither"),
        ("a" * 513, "expected at most 512 characters: it has 513"),
        ("a\udc80", "expected visible ASCII without spaces: character 2 of 2 is neither"),
    ],
)
def test_another_token_is_refused(token: str, expected: str) -> None:
    assert mistakes(None, {"ECHOSCOPE_ACCESS__TOKEN": token}) == [
        f"ECHOSCOPE_ACCESS__TOKEN: {WRONG}{expected}"
    ]


def test_a_token_of_digits_needs_quotes_in_a_file() -> None:
    Path("config.yaml").write_text("access:\n  token: 12345")
    assert mistakes() == [f"config.yaml, line 2: {WRONG}expected text (a number in quotes)"]
    Path("config.yaml").write_text("access:\n  token: '12345'")
    assert load_config().config.access.token == "12345"


@pytest.mark.parametrize(
    "file",
    [
        *(f"access: {{token: {text}}}" for text in ("c4n4 ü", "[c4n4]", "{c4n4: 1}")),
        *(f"access: {text}" for text in ("c4n4", "[c4n4]", "token:c4n4", "{c4n4}")),
        *(f"access: {{{text}}}" for text in ("token c4n4", "token:c4n4", "c4n4: token")),
        *(f"access:\n  token: {mark}c4n4" for mark in ("*", "&", "!", "!a!", "|", ">", "@", "%")),
        *(f"access:\n  token: {text}" for text in ('"c4n4', "'c4n4", '"c4n4\\q"', "a: c4n4")),
        *("[access: {token: c4n4}]", "access:token:c4n4", "access: {token: [[c4n4]]}"),
        "server:\n  host:\n    access: {token: c4n4}",
        "server:\n  host:\n    - access: {token: c4n4}",
        "hosts:\n  allowed:\n    access: {token: c4n4}",
        "hosts:\n  allowed:\n    - access: {token: c4n4}",
        "token: c4n4",
        "access: {token: c4n4, public: true}",
        "access: {token: c4n4}\nserver: {port: x}",
        "access: {token: c4n4}\naccess: {token: c4n4}",
    ],
)
def test_no_mistake_makes_it_repeat_the_token(file: str) -> None:
    Path("config.yaml").write_text(file)
    assert CANARY not in "\n".join(mistakes())


def test_a_misspelt_setting_beside_the_token_is_told_all_the_same() -> None:
    Path("config.yaml").write_text("access: {tokn: c4n4, Public: true, c4n4: true}")
    assert mistakes() == [
        "config.yaml, line 1: there is no setting access.tokn; did you mean access.token?",
        "config.yaml, line 1: there is no setting access.Public; did you mean access.public?",
        "config.yaml, line 1: access holds something else than settings; "
        "expected access.token or access.public",
    ]


def test_the_token_is_not_in_what_is_shown_of_a_configuration() -> None:
    config = Config.model_validate({"access": {"token": CANARY}})
    assert config.access.token == CANARY
    assert CANARY not in f"{config!r} {config} {config.access!r} {config.access}"


@pytest.mark.parametrize(
    "sections",
    [
        {"access": {"token": f"{CANARY} "}},
        {"access": {"token": CANARY, "public": True}},
        {"access": {"token": CANARY, "publik": True}},
        {"access": CANARY},
        {"access": {"token": CANARY}, "server": 5},
    ],
)
def test_the_token_is_not_in_the_error_of_an_embedder(sections: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as caught:
        Config.model_validate(sections)
    assert CANARY not in f"{caught.value} {caught.value!r}"


def test_the_token_is_left_out_of_what_is_printed_and_a_comment_says_so() -> None:
    config = Config.model_validate({"access": {"token": CANARY}, "server": {"host": "0.0.0.0"}})
    text = dump_config(config)
    assert CANARY not in text
    assert text.startswith(
        "# access.token is set, and left out here: ECHOSCOPE_ACCESS__TOKEN can give it\nserver:\n"
    )
    Path("printed.yaml").write_text(text)
    assert load_config("printed.yaml", {"ECHOSCOPE_ACCESS__TOKEN": CANARY}).config == config


def test_without_a_token_the_whole_configuration_is_printed() -> None:
    assert "#" not in dump_config(Config())
    assert "  token: ''\n" in dump_config(Config())
