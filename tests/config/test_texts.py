"""Settings that are one text with a grammar: the address that the server has for others."""

import pytest
from pydantic import ValidationError

from tests.config.mistakes import mistakes
from webapp.config.settings import Config


def public_url(text: str) -> str:
    sections = {"server": {"public_url": text}, "access": {"public": True}}
    return Config.model_validate(sections).server.public_url


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("", ""),
        ("https://echo.example.com", "https://echo.example.com"),
        ("https://echo.example.com/", "https://echo.example.com"),
        ("HTTPS://Echo.Example.COM:443/", "https://echo.example.com"),
        ("http://echo.example:80", "http://echo.example"),
        ("http://echo.example:8080", "http://echo.example:8080"),
        ("https://10.0.0.1:8443/", "https://10.0.0.1:8443"),
        ("http://[0:0::1]:80", "http://[::1]"),
        ("https://bücher.example:8443/", "https://xn--bcher-kva.example:8443"),
    ],
)
def test_a_public_url_is_an_origin_and_kept_in_one_spelling(text: str, kept: str) -> None:
    assert public_url(text) == kept


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("echo.example.com", "it does not begin with a scheme, such as https://"),
        ("/", "it does not begin with a scheme, such as https://"),
        ("//echo.example.com", "it does not begin with a scheme, such as https://"),
        ("ws://echo.example.com", "its scheme is another"),
        ("ftp://echo.example.com", "its scheme is another"),
        ("https://", "its host is missing"),
        ("https:///", "its host is missing"),
        ("https://echo.example.com/path", "it has more than a host and a port"),
        ("https://echo.example.com//", "it has more than a host and a port"),
        ("https://echo.example.com?x", "it has more than a host and a port"),
        ("https://echo.example.com#x", "it has more than a host and a port"),
        ("https://me@echo.example.com", "it has user information"),
        ("https://echo.example.com:", "its port is not a number"),
        ("https://echo.example.com.", "its host ends in a dot"),
        ("https://10.0.0.256", "its host ends in a number and is no IPv4 address"),
        ("https://*.example.com", "its host has a character other than letters"),
        ("https://echo.example.com:*", "its port is not a number"),
        ("https://echo .example.com", "it has a character that is not visible ASCII"),
        ("https://echo.example.com\n", "it has a character that is not visible ASCII"),
        ("https://b\u00fc\u200bcher.example", "its host has a character that one does not see"),
    ],
)
def test_a_public_url_that_is_no_origin_of_the_web_is_refused(text: str, clause: str) -> None:
    said = f"expected an origin of http or https such as https://echo.example.com: {clause}"
    with pytest.raises(ValidationError) as caught:
        public_url(text)
    (error,) = caught.value.errors()
    assert error["msg"].startswith(f"Value error, {said}")


PORT = (
    "expected a name or an address alone, such as localhost or ::1: what stands behind a colon "
    "might be a port, and that is server.port"
)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        *((host, PORT) for host in ("localhost:8080", "localhost:", ":8080", "0.0.0.0:80", "a:b")),
        *((host, PORT) for host in ("*:8080", "1:2:3", "::1:99999", "::g")),
        *(
            (host, "expected an address: 0.0.0.0 for every interface, or :: for IPv6 as well")
            for host in ("*", "*.example.com", "192.168.1.*")
        ),
    ],
)
def test_where_to_listen_is_neither_with_a_port_nor_a_pattern(host: str, expected: str) -> None:
    assert mistakes(None, {}, {"server.host": host}) == [
        f'--host: server.host is "{host}"; {expected}'
    ]


@pytest.mark.parametrize("host", ["::1", "::", "fe80::1%eth0", "::ffff:127.0.0.1", "a.example"])
def test_where_to_listen_is_a_name_or_an_address(host: str) -> None:
    sections = {"server": {"host": host}, "access": {"public": True}}
    assert Config.model_validate(sections).server.host == host
