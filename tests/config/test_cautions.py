"""What is warned of at the start, and what is not."""

import re
import subprocess
import sys
from typing import Any

import pytest

from tests.command import REPOSITORY
from webapp.config.cautions import cautions
from webapp.config.settings import Config

TOKEN = "0123456789abcdef"
PROXIES = ["10.0.0.1"]


def said(**sections: dict[str, Any]) -> list[str]:
    return cautions(Config.model_validate(sections))


@pytest.mark.parametrize(
    "sections",
    [
        {},
        {"access": {"token": TOKEN}},
        *(
            {"server": {"host": host}, "hosts": {"allowed": ["::1", "echo.test"]}, "access": access}
            for host in ("0.0.0.0", "::", "192.0.2.1", "echo.test")
            for access in ({"token": TOKEN}, {"public": True})
        ),
        {"origins": {"allowed": ["same-origin", "null", "https://a.example", "http://b.test:*"]}},
        {"origins": {"allowed": ["https://*.example.com", "https://*.a.github.io"]}},
        {
            "server": {"public_url": "https://a.example", "trusted_proxies": ["10.0.0.1"]},
            "hosts": {"allowed": ["localhost", "A.example"]},
            "access": {"token": TOKEN},
        },
        {
            "server": {"public_url": "https://a.example", "trusted_proxies": PROXIES},
            "hosts": {"allowed": ["*"]},
            "access": {"public": True},
            "logging": {"level": "error"},
        },
        {
            "server": {"trusted_proxies": ["10.0.0.0/24", "10.1.0.1/32", "fd00::/64", "::1"]},
            "access": {"token": "choose-this-at-random-xq71"},
        },
        {
            "server": {"public_url": "http://localhost:9000"},
            "access": {"token": TOKEN},
        },
        {
            "server": {"public_url": "http://[fd00::1]", "host": "fd00::1"},
            "access": {"public": True},
        },
    ],
)
def test_what_is_usual_is_not_warned_of(sections: dict[str, Any]) -> None:
    assert [line for line in said(**sections) if "hosts.allowed is" not in line] == []


def test_all_origins_are_warned_of() -> None:
    assert said(origins={"allowed": ["same-origin", "*"]}) == [
        'origins.allowed has "*": pages of all origins may open a WebSocket'
    ]


def test_all_hosts_are_warned_of() -> None:
    assert said(hosts={"allowed": ["*"]}, access={"token": TOKEN}) == [
        'hosts.allowed is "*": the server answers to every name, also to one that somebody has let '
        "point at it (DNS rebinding)"
    ]


@pytest.mark.parametrize(
    "entry",
    [
        *("https://*.com", "https://*.co.uk", "https://*.github.io", "HTTPS://*.GitHub.IO"),
        *("https://*.com:*", "https://*.github.io:8443", "https://*.kawasaki.jp"),
        *("https://*.рф", "https://*.xn--p1ai:*"),
    ],
)
def test_a_wildcard_for_names_that_anybody_can_have_is_warned_of(entry: str) -> None:
    assert said(origins={"allowed": [entry, "https://*.example.com"]}) == [
        f'origins.allowed has "{entry}": anybody can have a name there, and so a page'
    ]


@pytest.mark.parametrize(
    "name",
    [
        *(
            "localhost",
            "test",
            "a.test",
            "internal",
            "local",
            "home.arpa",
            "lan",
            "corp",
            "example",
        ),
        *("Localhost:*", "example.co.uk", "a.b.kawasaki.jp", "xn--bcher-kva.de"),
    ],
)
def test_a_wildcard_for_names_of_somebodys_own_is_not(name: str) -> None:
    assert said(origins={"allowed": [f"https://*.{name}"]}) == []


def test_a_short_token_is_warned_of_and_not_shown() -> None:
    assert said(access={"token": TOKEN[1:]}) == [
        "access.token is shorter than 16 characters, and might be guessed"
    ]


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_a_server_for_others_that_answers_to_none_of_them_is_warned_of(host: str) -> None:
    assert said(server={"host": host}, access={"public": True}) == [
        f"server.host is {host}, and hosts.allowed has this machine alone: requests from others "
        "are refused until it has the name or address that they ask for"
    ]


@pytest.mark.parametrize("allowed", [["localhost"], ["www.a.example", "b.example"]])
def test_a_public_url_that_hosts_do_not_cover_is_warned_of(allowed: list[str]) -> None:
    server = {"public_url": "https://a.example:8443", "trusted_proxies": PROXIES}
    assert said(server=server, hosts={"allowed": allowed}, access={"public": True}) == [
        "server.public_url is https://a.example:8443, and hosts.allowed does not have a.example: "
        "requests for it are refused"
    ]


def test_a_token_that_goes_over_the_net_in_the_clear_is_warned_of() -> None:
    server, hosts = {"public_url": "http://a.example"}, {"allowed": ["a.example"]}
    assert said(server=server, hosts=hosts, access={"token": TOKEN}) == [
        "server.public_url is http://a.example: access.token goes there unencrypted, "
        "for all to read"
    ]
    assert said(server=server, hosts=hosts, access={"public": True}) == []


def test_an_origin_of_tls_without_a_proxy_that_is_believed_is_warned_of() -> None:
    server, hosts = {"public_url": "https://a.example"}, {"allowed": ["a.example"]}
    assert said(server=server, hosts=hosts, access={"token": TOKEN}) == [
        "server.public_url is https://a.example, and server.trusted_proxies is empty: this server "
        "speaks no TLS, and without the address there of the proxy that does, it takes its own "
        "pages for another origin's and answers their form and their feed with 403"
    ]


@pytest.mark.parametrize("entry", ["10.0.0.0/23", "128.0.0.0/1", "64.0.0.0/2", "fd00::/63"])
def test_a_wide_network_of_proxies_is_warned_of(entry: str) -> None:
    server = {"trusted_proxies": ["10.0.0.1", entry]}
    assert said(server=server, access={"token": TOKEN}) == [
        f"server.trusted_proxies has {entry}: whoever connects from there is believed about where "
        "requests come from, and not the proxies alone"
    ]


@pytest.mark.parametrize(
    "token",
    [
        *("choose-this-at-random", "some-32-random-characters", "token", "secret", "changeme"),
        *("password", "PASSWORD", "Change_Me", "change-me-please-2024", "my-secret-token-123"),
    ],
)
def test_a_token_out_of_an_example_is_warned_of_and_not_shown(token: str) -> None:
    assert said(access={"token": token}) == [
        "access.token is one that stands in examples, and the first that somebody would try"
    ]


@pytest.mark.parametrize("page", ["README.md", "docs/security.md"])
def test_the_tokens_of_the_documentation_are_among_them(page: str) -> None:
    text = (REPOSITORY / page).read_text()
    (token,) = re.findall(r"^(?:ECHOSCOPE_ACCESS__TOKEN=|  token: )(\S+)", text, re.MULTILINE)
    (line,) = said(access={"token": token})
    assert line.startswith("access.token is one that stands in examples")


def test_publicity_that_nothing_needs_is_warned_of() -> None:
    assert said(access={"public": True}) == [
        "access.public is true, and nothing needs it: the server is for this machine alone, and "
        "asks for no token"
    ]


def test_the_list_of_suffixes_is_loaded_only_for_a_wildcard() -> None:
    code = (
        "import sys; from webapp.config.cautions import cautions; from webapp import Config\n"
        "loaded = lambda: 'publicsuffixlist' in sys.modules\n"
        "def look(entry): cautions(Config.model_validate({'origins': {'allowed': [entry]}}))\n"
        "look('https://a.example'), look('*')\n"
        "print(loaded())\n"
        "look('https://*.a.example')\n"
        "print(loaded())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "True"]
