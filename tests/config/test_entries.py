"""Lists, entry by entry: what each of them may hold, and what a mistake says."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.config.mistakes import mistakes
from webapp.config.settings import Config

TEXT = "expected text: "
NUMBER = f"{TEXT}a number, true and false are text only in quotes"
NOTHING = f"{TEXT}null without quotes, as an empty line, is nothing"
MAPPING = (
    f"{TEXT}a colon with a space behind it makes a mapping, so write it without the space, or in "
    "quotes"
)
PROXY = "expected an address or a network such as 10.0.0.1, 10.0.0.0/24, ::1 or fd00::/64"
EVERYBODY = (
    f"this is every address there is: anybody could then say where requests come from; {PROXY}"
)
LISTS = [
    "hosts.allowed",
    "origins.allowed",
    "server.trusted_proxies",
    "journal.redact",
    "websocket.subprotocols",
]


def in_file(key: str, *entries: str) -> str:
    section, name = key.split(".")
    return f"{section}:\n  {name}:\n" + "".join(f"    - {entry}\n" for entry in entries)


@pytest.mark.parametrize("key", LISTS)
def test_every_bad_entry_of_a_list_is_told_with_its_own_line(key: str) -> None:
    good = "10.0.0.1" if key == "server.trusted_proxies" else "https://a.example"
    good = "a" if key in {"journal.redact", "websocket.subprotocols", "hosts.allowed"} else good
    Path("config.yaml").write_text(in_file(key, "a b/c", good, "5", "d e/f"))
    said = mistakes()
    assert [line.partition("; ")[0] for line in said] == [
        f'config.yaml, line 3: {key}[0] is "a b/c"',
        f"config.yaml, line 5: {key}[2] is 5",
        f'config.yaml, line 6: {key}[3] is "d e/f"',
    ]


def test_the_entries_of_a_list_on_several_lines_have_theirs_too() -> None:
    Path("config.yaml").write_text('hosts: {allowed: ["a/",\n b,\n # here\n c d]}')
    assert [line.partition("; ")[0] for line in mistakes()] == [
        'config.yaml, line 1: hosts.allowed[0] is "a/"',
        'config.yaml, line 4: hosts.allowed[2] is "c d"',
    ]


def test_the_entries_of_a_variable_are_told_one_by_one() -> None:
    said = mistakes(None, {"ECHOSCOPE_HOSTS__ALLOWED": '["a/", "b", null]'})
    assert [line.partition("; ")[0] for line in said] == [
        'ECHOSCOPE_HOSTS__ALLOWED: hosts.allowed[0] is "a/"',
        "ECHOSCOPE_HOSTS__ALLOWED: hosts.allowed[2] is null",
    ]


@pytest.mark.parametrize("key", LISTS)
@pytest.mark.parametrize(
    ("entry", "shown", "expected"),
    [
        ("8080", "8080", NUMBER),
        ("1.5", "1.5", NUMBER),
        ("true", "true", NUMBER),
        ("", "null", NOTHING),
        ("~", "null", NOTHING),
        ("null", "null", NOTHING),
        ("http://localhost: 8080", '{"http://localhost": "…"}', MAPPING),
        ("[a]", '["a"]', f"{TEXT}this is a list within the list"),
    ],
)
def test_an_entry_that_is_no_text_is_told_how_it_would_be_one(
    key: str, entry: str, shown: str, expected: str
) -> None:
    Path("config.yaml").write_text(in_file(key, entry))
    (said,) = mistakes()
    if key == "origins.allowed" and shown == "null":
        expected += ', and the origin is "null" in quotes'
    assert said == f"config.yaml, line 3: {key}[0] is {shown}; {expected}"


@pytest.mark.parametrize("key", ["hosts.allowed", "origins.allowed", "journal.redact"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("localhost", 'write ["localhost"]'),
        ('"a, b  c"', 'write ["a", "b", "c"]'),
        ('"*"', 'write ["*"]'),
        ('""', 'a list of texts such as ["a", "b"]'),
        ("'[\"a\", b]'", 'a list of texts such as ["a", "b"]'),
        (f'"{"long" * 50}"', 'a list of texts such as ["a", "b"]'),
        ("5", 'a list of texts such as ["a", "b"]'),
        ("{a: 1}", 'a list of texts such as ["a", "b"]'),
        ("", 'a list of texts such as ["a", "b"]'),
    ],
)
def test_what_stands_where_a_list_belongs_is_told_how_to_write_one(
    key: str, text: str, expected: str
) -> None:
    section, name = key.split(".")
    Path("config.yaml").write_text(f"{section}:\n  {name}: {text}\n")
    (said,) = mistakes()
    assert said.startswith(f"config.yaml, line 2: {key} is ")
    assert (
        said.partition("; ")[2].removeprefix("expected a list: ").removeprefix("expected ")
        == expected
    )


@pytest.mark.parametrize(
    ("key", "entry"),
    [
        ("origins.allowed", "*.example.com"),
        ("origins.allowed", "*"),
        ("hosts.allowed", "*"),
        ("hosts.allowed", "*localhost"),
    ],
)
def test_a_star_without_quotes_is_told_to_need_them(key: str, entry: str) -> None:
    Path("config.yaml").write_text(in_file(key, "a", entry))
    assert mistakes() == [
        "config.yaml, line 4: broken YAML: what begins with * is an alias, and aliases are not "
        'supported; write it in quotes if it is text, such as "*.example.com"'
    ]


def test_aliases_that_would_grow_without_bound_are_refused_at_the_first() -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 9}]" for n in range(1, 60))]
    Path("config.yaml").write_text("\n".join(lines))
    (said,) = mistakes()
    assert said.startswith("config.yaml, line 2: broken YAML: what begins with * is an alias")


@pytest.mark.parametrize(
    ("entry", "meant"),
    [
        ("self", "same-origin"),
        ("'self'", "same-origin"),
        ("same_origin", "same-origin"),
        ("sameorigin", "same-origin"),
        ("same-orgin", "same-origin"),
        ("Same-Origin", "same-origin"),
        ("any", "*"),
        ("ALL", "*"),
        ("NULL ", "null"),
    ],
)
def test_a_word_that_is_nearly_one_is_told_which(entry: str, meant: str) -> None:
    said = mistakes(None, {"ECHOSCOPE_ORIGINS__ALLOWED": f'["{entry}"]'})
    assert said[0].partition("; ")[2].startswith(f'did you mean "{meant}"? this is not an origin')


def test_what_is_near_no_word_is_not_taken_for_one() -> None:
    for entry in ("app.example.com", "localhost:3000", "https://self", "example"):
        with pytest.raises(ValidationError) as caught:
            Config.model_validate({"origins": {"allowed": [entry + "/"]}})
        assert "did you mean" not in str(caught.value)


def test_star_beside_other_hosts_is_told_of_the_whole_list() -> None:
    Path("config.yaml").write_text(in_file("hosts.allowed", "localhost", '"*"'))
    (said,) = mistakes()
    assert said.startswith(
        'config.yaml, line 2: hosts.allowed is ["localhost", "*"]; "*" in hosts.allowed admits'
    )


@pytest.mark.parametrize(
    ("entry", "kept"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("10.0.0.1/32", "10.0.0.1/32"),
        ("::1", "::1"),
        ("0:0::1", "::1"),
        ("FD00::/8", "fd00::/8"),
        ("fd00::1/128", "fd00::1/128"),
    ],
)
def test_a_proxy_is_an_address_or_a_network_and_kept_in_one_spelling(entry: str, kept: str) -> None:
    config = Config.model_validate(
        {"server": {"trusted_proxies": [entry]}, "access": {"public": True}}
    )
    assert config.server.trusted_proxies == (kept,)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        *((entry, PROXY) for entry in ("", "*", "localhost", "proxy.example", "10.0.0.1:80")),
        *((entry, PROXY) for entry in ("[::1]", "fe80::1%eth0", "10.0.0.0/33", "10.0.0.0/")),
        *((entry, PROXY) for entry in ("10/8", "10.0.0.0/255.0.0.0", "010.0.0.1", "1.2.3")),
        *((entry, PROXY) for entry in (" 10.0.0.1", "10.0.0.1\n", "10.0.0.1, 10.0.0.2", "/8")),
        *((entry, EVERYBODY) for entry in ("0.0.0.0/0", "::/0", "10.0.0.1/0", "::1/0")),
        *((entry, f"nothing comes from this address; {PROXY}") for entry in ("0.0.0.0", "::")),
        (
            "10.0.0.1/8",
            "an address within a network: expected 10.0.0.0/8 for the network, or 10.0.0.1 alone",
        ),
        (
            "fd00::1:2/64",
            "an address within a network: expected fd00::/64 for the network, or fd00::1:2 alone",
        ),
        *(
            (entry, "this is IPv4 written as IPv6: expected it as IPv4, such as 10.0.0.1")
            for entry in ("::ffff:10.0.0.1", "::ffff:0:0/96")
        ),
    ],
)
def test_a_proxy_that_would_be_nobody_or_everybody_is_refused(entry: str, expected: str) -> None:
    environ = {"ECHOSCOPE_SERVER__TRUSTED_PROXIES": json.dumps([entry])}
    (said,) = mistakes(None, environ)
    assert said.partition("; ")[2] == expected


@pytest.mark.parametrize("name", ["X-Api-Key", "x_key", "a.b~c", "!", "-"])
def test_what_is_redacted_is_kept_as_it_was_written(name: str) -> None:
    assert Config.model_validate({"journal": {"redact": [name]}}).journal.redact == (name,)


@pytest.mark.parametrize("name", ["", "X Key", "key:", "ключ", "a=b", "a\x00", "(x)"])
def test_what_is_no_name_of_a_field_cannot_be_redacted(name: str) -> None:
    with pytest.raises(ValidationError, match="expected a name such as X-Api-Key: only letters"):
        Config.model_validate({"journal": {"redact": [name]}})


@pytest.mark.parametrize("name", ["*", "X-*", "*-key"])
def test_what_is_redacted_has_a_name_and_no_pattern(name: str) -> None:
    Path("config.yaml").write_text(in_file("journal.redact", "a", json.dumps(name)))
    assert mistakes() == [
        f"config.yaml, line 4: journal.redact[1] is {json.dumps(name)}; expected a whole name such "
        "as X-Api-Key: * stands for nothing here"
    ]


@pytest.mark.parametrize(
    "host",
    [
        *("127.1", "0x7f.0.0.1", "0177.0.0.1", "2130706433", "1.2.3.255", "1.2.3.4.5", "a.b.c.1"),
        *("a-b.example", "a--b", "_dmarc.a_b.example", "xn--bcher-kva.example", "XN--P1AI"),
        *("xn--ls8h.example", "bücher.example", "[::1]", "::1", "fd00::", "xn.example", "*"),
    ],
)
def test_a_host_that_a_client_can_ask_for_is_allowed(host: str) -> None:
    hosts = Config.model_validate({"hosts": {"allowed": [host]}, "access": {"public": True}}).hosts
    assert hosts.allowed == (host,)


@pytest.mark.parametrize(
    ("host", "clause"),
    [
        *((host, "a label of it begins or ends with a hyphen") for host in ("-", "a-.b", "b.-a")),
        *(
            (host, "a label of it begins with xn--, and is none of an internationalised name")
            for host in ("xn--", "XN--", "xn--a", "a.xn--0", "xn--99999999.b", "xn--test")
        ),
        *(
            (host, "it is of four numbers, and no IPv4 address such as 127.0.0.1")
            for host in ("1.2.3.256", "256.0.0.1", "0x100.0.0.1", "1.2.3.08", "1.2.3.0xfff")
        ),
    ],
)
def test_a_host_that_nobody_can_ask_for_is_refused(host: str, clause: str) -> None:
    Path("config.yaml").write_text(in_file("hosts.allowed", "localhost", json.dumps(host)))
    assert mistakes() == [
        f'config.yaml, line 4: hosts.allowed[1] is "{host}"; this is not a host: {clause}. '
        'Expected a name or an address, such as localhost, 127.0.0.1 or [::1], or "*" alone.'
    ]
