"""Which Host headers are for this server: tables, and properties against a second reading."""

import string
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from webapp.gate.authorities import parse_authority
from webapp.gate.hosts import HostPolicy

DEFAULT = ["localhost", "127.0.0.1", "[::1]"]

ADMITTED = [
    # reason, allowed, what came
    ("a name", DEFAULT, "localhost"),
    ("any port", DEFAULT, "localhost:8080"),
    ("port 0", DEFAULT, "localhost:0"),
    ("the last port", DEFAULT, "localhost:65535"),
    ("names know no case", DEFAULT, "LocalHost:8080"),
    ("entries know no case", ["Example.COM"], "example.com"),
    ("an IPv4 address", DEFAULT, "127.0.0.1:8080"),
    ("an IPv6 address", DEFAULT, "[::1]:8080"),
    ("an IPv6 address, spelt out", DEFAULT, "[0:0:0:0:0:0:0:1]"),
    ("an IPv6 entry without brackets", ["::1"], "[::1]"),
    ("an IPv6 entry, spelt out", ["0:0:0:0:0:0:0:1"], "[::1]:1"),
    ("an IPv6 entry in capitals", ["FE80::AB"], "[fe80::ab]"),
    ("underscores", ["my_host"], "my_host:80"),
    ("an internationalised name, encoded", ["xn--bcher-kva.test"], "xn--bcher-kva.test"),
    ("everything", ["*"], "anything.test:1"),
]

REFUSED = [
    ("another name", DEFAULT, "evil.test"),
    ("a rebound name", DEFAULT, "localhost.evil.test:8080"),
    ("an allowed name at the end", DEFAULT, "evil-localhost"),
    ("a subdomain", ["example.com"], "a.example.com"),
    ("a parent", ["a.example.com"], "example.com"),
    ("another address", DEFAULT, "127.0.0.2"),
    ("a short address", DEFAULT, "127.1"),
    ("an address as one number", DEFAULT, "2130706433"),
    ("another IPv6 address", DEFAULT, "[::2]"),
    ("the IPv4 address within IPv6", DEFAULT, "[::ffff:127.0.0.1]"),
    ("the word for all", DEFAULT, "0.0.0.0"),
    ("nothing is allowed", [], "localhost"),
]

MALFORMED = [
    # reason, what came, a word of the explanation: refused even where everything is allowed
    ("empty", "", "host is missing"),
    ("only a port", ":8080", "host is missing"),
    ("a dot at the end", "localhost.", "ends in a dot"),
    ("a dot before the port", "localhost.:8080", "ends in a dot"),
    ("a dot in front", ".localhost", "empty label"),
    ("two dots", "a..b", "empty label"),
    ("a colon without a port", "localhost:", "port"),
    ("a port of letters", "localhost:http", "port"),
    ("a port beyond the last", "localhost:65536", "port"),
    ("a port with a leading zero", "localhost:080", "port"),
    ("a port with a tail", "localhost:8080.evil.test", "port"),
    ("a negative port", "localhost:-1", "port"),
    ("two ports", "localhost:80:80", "brackets"),
    ("user information", "localhost@evil.test", "user information"),
    ("user information and a port", "localhost:80@evil.test", "user information"),
    ("a path", "localhost/evil", "path"),
    ("a URL", "http://localhost", "path"),
    ("a backslash", "localhost\\evil", "slash"),
    ("a query", "localhost?", "query"),
    ("a fragment", "localhost#", "fragment"),
    ("a space", "localhost evil.test", "visible ASCII"),
    ("a tab", "localhost\t", "visible ASCII"),
    ("a line feed", "localhost\n", "visible ASCII"),
    ("a NUL", "localhost\x00", "visible ASCII"),
    ("two hosts", "localhost,evil.test", "character other than"),
    ("a wildcard", "*", "character other than"),
    ("percent-encoding", "local%68ost", "character other than"),
    ("fullwidth letters", "\uff4cocalhost", "ASCII"),
    ("a Kelvin sign", "\u212aiosk", "ASCII"),
    ("a byte that is not UTF-8", "localhost\udcff", "ASCII"),
    ("IPv6 without brackets", "::1", "host is missing"),
    ("a long IPv6 address without brackets", "fe80:0:0:0:0:0:0:1", "brackets"),
    ("an open bracket", "[::1", "brackets"),
    ("something behind the bracket", "[::1]evil", "brackets"),
    ("a zone", "[fe80::1%25eth0]", "brackets"),
    ("a name in brackets", "[localhost]", "brackets"),
    ("too many groups", "[1:2:3:4:5:6:7:8:9]", "IPv6"),
    ("a long label", "a" * 64, "63"),
    ("a long name", ".".join(["a" * 63] * 4), "253"),
]

BAD_ENTRIES = [
    # entry, a word of the explanation
    ("localhost:8080", "has a port, but any port matches: write localhost"),
    ("[::1]:8080", r"has a port, but any port matches: write \[::1\]"),
    ("http://localhost", "path"),
    ("localhost/", "slash"),
    ("*.example.com", "character other than"),
    ("*", "stands beside others"),
    ("localhost.", "ends in a dot"),
    ("", "host is missing"),
    (" localhost", "visible ASCII"),
    ("b\xfccher\u200b.test", r"b\\u00fccher\\u200b.test"),
    ("\xfc..test", "internationalised"),
    ("fe80::1%eth0", "brackets"),
    ("1:2:3", "IPv6"),
    ("[localhost]", "brackets"),
    (None, "None in hosts.allowed is not text"),
    (127, "127 in hosts.allowed is not text"),
    ({"a": "b"}, "not text"),
]


@pytest.mark.parametrize(("reason", "allowed", "value"), ADMITTED, ids=[row[0] for row in ADMITTED])
def test_a_host_that_is_listed_is_admitted(reason: str, allowed: list[str], value: str) -> None:
    assert HostPolicy(allowed).check([value]) is None, reason


@pytest.mark.parametrize(("reason", "allowed", "value"), REFUSED, ids=[row[0] for row in REFUSED])
def test_a_host_that_is_not_listed_is_refused_with_the_line_that_admits_it(
    reason: str, allowed: list[str], value: str
) -> None:
    refusal = HostPolicy(allowed).check([value])
    assert refusal is not None, reason
    assert (refusal.check, refusal.status) == ("host", 421)
    assert refusal.came == value
    assert refusal.expected == (", ".join(allowed) or "no host")
    entries = yaml.safe_load(refusal.remedy)["hosts"]["allowed"]
    assert entries[:-1] == allowed
    assert HostPolicy(entries).check([value]) is None


@pytest.mark.parametrize(("reason", "value", "word"), MALFORMED, ids=[row[0] for row in MALFORMED])
def test_what_is_no_host_is_refused_even_where_everything_is_allowed(
    reason: str, value: str, word: str
) -> None:
    refusal = HostPolicy(["*"]).check([value])
    assert refusal is not None, reason
    assert refusal.status == 421
    assert word in refusal.reason
    assert refusal.remedy == ""
    assert refusal.came.isascii()
    assert refusal.came.isprintable()


@pytest.mark.parametrize("values", [[], ["localhost", "localhost"], ["localhost", "evil.test"]])
@pytest.mark.parametrize("allowed", [DEFAULT, ["*"]])
def test_a_request_has_one_host(values: list[str], allowed: list[str]) -> None:
    refusal = HostPolicy(allowed).check(values)
    assert refusal is not None
    assert f"this one has {len(values)}" in refusal.reason
    assert refusal.came == (", ".join(values) or "no Host header")
    assert refusal.remedy == ""


@pytest.mark.parametrize(("entry", "word"), BAD_ENTRIES)
def test_an_entry_that_is_none_is_refused_with_a_sentence(entry: Any, word: str) -> None:
    with pytest.raises(ValueError, match=word) as caught:
        HostPolicy(["localhost", entry])
    message = str(caught.value)
    assert "in hosts.allowed" in message
    assert "Expected a name or an address" in message


def test_an_empty_header_is_named_as_such() -> None:
    refusal = HostPolicy(DEFAULT).check([""])
    assert refusal is not None
    assert refusal.came == "an empty Host header"


def test_an_internationalised_name_is_known_by_its_a_labels() -> None:
    policy = HostPolicy(["B\xfccher.test"])
    assert policy.check(["xn--bcher-kva.test:8080"]) is None
    assert policy.check(["b\xfccher.test"]) is not None


@pytest.mark.parametrize("bound", ["192.0.2.1", "echo.test", "fd00::1", "[fd00::1]", "ECHO.test"])
def test_what_the_server_listens_on_is_one_of_its_hosts(bound: str) -> None:
    policy = HostPolicy(["localhost"], bound=bound)
    host = f"[{bound.strip('[]')}]" if ":" in bound else bound
    assert policy.check([f"{host}:8080"]) is None
    assert policy.check(["localhost"]) is None
    assert policy.check(["other.test"]) is not None


@pytest.mark.parametrize("bound", ["", "0.0.0.0", "::", "0:0::0", "fe80::1%eth0"])
def test_every_address_is_none_of_its_hosts(bound: str) -> None:
    policy = HostPolicy(["localhost"], bound=bound)
    for host in ("0.0.0.0", "[::]", "[fe80::1]", "192.0.2.1", bound):
        assert policy.check([host]) is not None


def test_one_text_is_not_a_list_of_entries() -> None:
    with pytest.raises(ValueError, match="expected a list of hosts"):
        HostPolicy("*")


LETTERS_AND_MORE = set(string.ascii_letters + string.digits + "-_")
alphabet = st.sampled_from([*"alo.:[]@108-_*%/\\ \t\x00\xe9\udcff\uff11", "localhost", "::1"])
bytes_as_received = st.binary(max_size=40).map(lambda raw: raw.decode("utf-8", "surrogateescape"))
anything = (
    st.text(max_size=40)
    | bytes_as_received
    | st.binary(max_size=40).map(lambda raw: raw.decode("latin-1"))
    | st.lists(alphabet, max_size=8).map("".join)
)


def is_reference(text: str) -> bool:
    """Tell whether a text without brackets is a host and a port, by splitting it."""
    host, colon, port = text.partition(":")
    if colon and not (port.isascii() and port.isdigit() and port == str(int(port))):
        return False
    labels = host.split(".")
    return (
        int(port or 0) <= 65535
        and len(host) <= 253
        and all(0 < len(label) < 64 and set(label) <= LETTERS_AND_MORE for label in labels)
    )


@given(anything.filter(lambda text: "[" not in text))
@example("localhost:8080")
@example("localhost:65536")
def test_the_grammar_agrees_with_a_second_reading_of_it(text: str) -> None:
    assert (HostPolicy(["*"]).check([text]) is None) == is_reference(text)


@given(st.lists(anything, max_size=3))
def test_whatever_comes_there_is_an_answer_that_can_be_sent(values: list[str]) -> None:
    refusal = HostPolicy(DEFAULT).check(values)
    if refusal is None:
        host, _ = parse_authority(values[0])
        assert (len(values), host in DEFAULT) == (1, True)
    else:
        for text in (refusal.came, refusal.expected, refusal.reason, refusal.remedy):
            text.encode("utf-8")
            assert text.isprintable()


@given(st.ip_addresses(v=6))
def test_the_spellings_of_an_ipv6_address_are_one(address: Any) -> None:
    for entry in (address.compressed, address.exploded, f"[{address.exploded.upper()}]"):
        assert HostPolicy([entry]).check([f"[{address.exploded}]:1"]) is None
        assert HostPolicy([entry]).check([f"[{address.compressed}]"]) is None
