"""Who can reach the server, and what it therefore does not start without."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tests.config.mistakes import mistakes
from webapp.config.settings import Config
from webapp.config.sources import load_config

READ = (
    "so others than this machine may reach the server, and everybody who can reach it could read "
    "all messages; set access.token to a secret, or access.public: true if everybody may"
)


@pytest.mark.parametrize(
    "sections",
    [
        {},
        *(
            {"server": {"host": host}}
            for host in ("localhost", "LOCALHOST", "127.0.0.1", "127.8.9.1", "::1", "0:0:0::1")
        ),
        {"server": {"host": "::ffff:127.0.0.1"}},
        *(
            {"hosts": {"allowed": [host]}}
            for host in ("LocalHost", "app.localhost", "127.0.0.2", "::1", "[::1]", "[0::0:1]")
        ),
        {"origins": {"allowed": ["*"]}},
    ],
)
def test_a_server_for_this_machine_alone_needs_no_token(sections: dict[str, Any]) -> None:
    assert Config.model_validate(sections).access.token == ""


EXPOSED = [
    *(
        ({"server": {"host": host}}, f'server.host is "{host}"')
        for host in ("0.0.0.0", "::", "192.168.1.2", "fd00::1", "echo.example", "localhost.example")
    ),
    *(  # a resolver may send any name elsewhere, unless listening does without one
        ({"server": {"host": host}}, f'server.host is "{host}"')
        for host in ("x.localhost", "localhost.", "127.1", "::ffff:10.0.0.1", "::ffff:0.0.0.0")
    ),
    *(
        ({"hosts": {"allowed": ["localhost", host]}}, f'hosts.allowed has "{host}"')
        for host in ("echo.example", "0.0.0.0", "::", "[fd00::1]", "10.0.0.1", "notlocalhost")
    ),
    ({"hosts": {"allowed": ["*"]}}, 'hosts.allowed has "*"'),
    (
        {"server": {"public_url": "http://localhost:8080"}},
        'server.public_url is "http://localhost:8080"',
    ),
    (
        {"server": {"trusted_proxies": ["127.0.0.1", "::1"]}},
        'server.trusted_proxies is ["127.0.0.1", "::1"]',
    ),
    (
        {
            "server": {"host": "::", "public_url": "https://a.example"},
            "hosts": {"allowed": ["a.example", "localhost", "b.example", "c.example", "d.example"]},
        },
        'server.host is "::", server.public_url is "https://a.example", '
        'hosts.allowed has "a.example", "b.example", "c.example"',
    ),
]


@pytest.mark.parametrize(("sections", "why"), EXPOSED)
def test_one_that_others_can_reach_needs_a_token_unless_all_may_read(
    sections: dict[str, Any], why: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        Config.model_validate(sections)
    (error,) = caught.value.errors()
    assert error["msg"] == f"Value error, {why}, {READ}"
    for access in ({"token": "secret"}, {"public": True}):
        Config.model_validate({**sections, "access": access})


@pytest.mark.parametrize("sections", [{}, {"server": {"host": "0.0.0.0"}}])
def test_a_token_where_all_may_read_is_refused(sections: dict[str, Any]) -> None:
    said = "access.public is true, and access.token is set; expected one or the other: "
    with pytest.raises(ValidationError, match=said):
        Config.model_validate({**sections, "access": {"token": "secret", "public": True}})


@pytest.mark.parametrize(
    ("file", "environ", "flags", "place"),
    [
        ("server:\n  port: 1\n  host: 0.0.0.0", {}, {}, "config.yaml, line 3"),
        ("server: {port: 1}", {"ECHOSCOPE_SERVER__HOST": "::"}, {}, "ECHOSCOPE_SERVER__HOST"),
        ("server: {host: 0.0.0.0}", {}, {"server.host": "::"}, "--host"),
        (
            "server:\n  public_url: http://a.example",
            {},
            {"server.port": "1"},
            "config.yaml, line 2",
        ),
        ("hosts:\n  allowed:\n  - localhost\n  - a.example", {}, {}, "config.yaml, line 4"),
        (
            "hosts: {allowed: [a.example]}",
            {"ECHOSCOPE_HOSTS__ALLOWED": '["localhost", "b.example"]'},
            {},
            "ECHOSCOPE_HOSTS__ALLOWED",
        ),
        (
            "server: {trusted_proxies: [10.0.0.1]}\naccess:\n  token: ''\n  public: false",
            {},
            {},
            "config.yaml, line 1",
        ),
    ],
)
def test_it_is_told_once_with_the_place_of_what_exposes_it(
    file: str, environ: dict[str, str], flags: dict[str, str], place: str
) -> None:
    Path("config.yaml").write_text(file)
    (said,) = mistakes(None, environ, flags)
    assert said.startswith(f"{place}: ")
    assert said.endswith(READ)


def test_one_source_may_open_what_another_one_guards() -> None:
    Path("config.yaml").write_text("server: {host: 0.0.0.0}")
    config = load_config(None, {"ECHOSCOPE_ACCESS__TOKEN": "secret"}).config
    assert (config.server.host, config.access.token) == ("0.0.0.0", "secret")
    assert load_config(None, {}, {"server.host": "localhost"}).config.access.token == ""


def test_a_token_and_its_opposite_in_two_sources_are_told_where_the_opposite_stands() -> None:
    Path("config.yaml").write_text("access:\n  public: true")
    (said,) = mistakes(None, {"ECHOSCOPE_ACCESS__TOKEN": "s3cr3t"})
    assert said == (
        "config.yaml, line 2: access.public is true, and access.token is set; expected one or the "
        "other: a token for those who may read, or none for everybody"
    )


def test_it_is_told_together_with_mistakes_that_have_nothing_to_do_with_it() -> None:
    Path("config.yaml").write_text(
        "server:\n  host: 0.0.0.0\n  port: x\norigins: {allowed: [a/b]}\nlogging: {level: loud}"
    )
    assert [line.partition(": ")[0] for line in mistakes()] == [
        *("config.yaml, line 3", "config.yaml, line 4", "config.yaml, line 5"),
        "config.yaml, line 2",
    ]


@pytest.mark.parametrize(
    "mistake",
    [
        *("access: {token: a b}", "acces: {token: a}", "access: {tokn: a}", "access: a"),
        *("token: a", "server.host: localhost", "access: {public: x}", "logging: {token: a}"),
    ],
)
def test_it_is_not_told_where_a_mistake_hides_whether_it_is_one(mistake: str) -> None:
    Path("config.yaml").write_text(f"server: {{host: 0.0.0.0}}\n{mistake}\n")
    (said,) = mistakes()
    assert said.startswith("config.yaml, line 2: ")


@pytest.mark.parametrize(
    ("file", "mistake", "why"),
    [
        ("server: {host: 0.0.0.0}", "hosts: {allowed: [a/b]}", 'server.host is "0.0.0.0"'),
        ("server: {host: 0.0.0.0}", "hosts: 5", 'server.host is "0.0.0.0"'),
        ("hosts: {allowed: [a.example]}", "server: {host: a b}", 'hosts.allowed has "a.example"'),
        ("hosts: {allowed: [a.example]}", "server: 5", 'hosts.allowed has "a.example"'),
        (
            "server: {public_url: http://a.example, host: '::'}",
            "hosts: {allowed: []}",
            'server.host is "::", server.public_url is "http://a.example"',
        ),
    ],
)
def test_what_is_certain_is_told_beside_a_mistake_elsewhere(
    file: str, mistake: str, why: str
) -> None:
    Path("config.yaml").write_text(f"{file}\n{mistake}\n")
    first, second = mistakes()
    assert first.startswith("config.yaml, line 2: ")
    assert second == f"config.yaml, line 1: {why}, {READ}"


def test_what_a_mistake_may_have_overridden_is_not_certain() -> None:
    Path("config.yaml").write_text("server: {host: 0.0.0.0}")
    (said,) = mistakes(None, {"ECHOSCOPE_SERVER__HOST": "a b"})
    assert said.startswith("ECHOSCOPE_SERVER__HOST: ")


def test_a_token_and_its_opposite_are_told_beside_a_mistake_elsewhere() -> None:
    Path("config.yaml").write_text("access: {token: a, public: true}\nhosts: {allowed: [a/b]}")
    assert [line.partition("; ")[0] for line in mistakes()] == [
        'config.yaml, line 2: hosts.allowed[0] is "a/b"',
        "config.yaml, line 1: access.public is true, and access.token is set",
    ]


def test_origins_that_admit_nobody_are_refused() -> None:
    words = (
        "origins.allowed is [], and origins.allow_missing is false, so the echo cannot work: "
        "nobody may open a WebSocket; expected an origin such as same-origin in the one, or true "
        "for the other"
    )
    with pytest.raises(ValidationError, match=re.escape(words)):
        Config.model_validate({"origins": {"allowed": [], "allow_missing": False}})
    Path("config.yaml").write_text("server: {port: 1}\norigins: {allowed: []}")
    assert mistakes(None, {"ECHOSCOPE_ORIGINS__ALLOW_MISSING": "false"}) == [
        f"config.yaml, line 2: {words}"
    ]
    assert load_config(None, {"ECHOSCOPE_ORIGINS__ALLOW_MISSING": "true"}).config.origins


@pytest.mark.parametrize("origins", [{"allowed": []}, {"allow_missing": False}])
def test_origins_that_admit_somebody_are_not(origins: dict[str, Any]) -> None:
    assert Config.model_validate({"origins": origins})


def test_whether_origins_admit_nobody_is_not_told_where_a_mistake_hides_it() -> None:
    Path("config.yaml").write_text("origins: {allowed: [], allow_missing: false}")
    (said,) = mistakes(None, {"ECHOSCOPE_ORIGINS__ALLOWED": '["a/b"]'})
    assert said.startswith("ECHOSCOPE_ORIGINS__ALLOWED: ")
