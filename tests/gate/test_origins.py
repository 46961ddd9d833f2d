"""Which origins are read and admitted: tables, and properties against a second reading."""

import ipaddress
import string
from collections.abc import Sequence
from typing import Any

import pytest
import yaml
from hypothesis import assume, example, given
from hypothesis import strategies as st

from webapp.gate.origins import Origin, OriginPolicy

OWN = "http://localhost:8080"
APP = "https://app.example.com"
WILD = "https://*.example.com"
ANY_PORT = "http://localhost:*"

ADMITTED = [
    # reason, allowed, what came
    ("as it is written", [APP], APP),
    ("schemes know no case", [APP], "HTTPS://app.example.com"),
    ("hosts know no case", [APP], "https://APP.Example.COM"),
    ("entries know no case either", ["HTTPS://App.Example.com"], APP),
    ("443 is what https means without a port", [APP], "https://app.example.com:443"),
    ("and the other way round", ["https://app.example.com:443"], APP),
    ("80 is what http means without a port", ["http://a.test"], "http://a.test:80"),
    ("another port is written out", ["https://a.test:8443"], "https://a.test:8443"),
    ("port 0 is a number", ["http://a.test:0"], "http://a.test:0"),
    ("the last port", ["http://a.test:65535"], "http://a.test:65535"),
    ("a single label", ["http://localhost"], "http://localhost"),
    ("names in networks have underscores", ["http://my_host"], "http://my_host"),
    ("labels of digits", ["https://1.example.com"], "https://1.example.com"),
    (
        "an internationalised name, encoded",
        ["https://xn--bcher-kva.test"],
        "https://xn--bcher-kva.test",
    ),
    ("the longest label", ["http://" + "a" * 63], "http://" + "a" * 63),
    ("an IPv4 address", ["http://127.0.0.1:8080"], "http://127.0.0.1:8080"),
    ("an IPv6 address", ["http://[::1]:8080"], "http://[::1]:8080"),
    ("an IPv6 address, spelt out", ["http://[::1]"], "http://[0:0:0:0:0:0:0:1]"),
    ("an IPv6 address with zeros", ["http://[::1]"], "http://[0000::0001]"),
    ("an IPv6 address in capitals", ["http://[fe80::ab]"], "http://[FE80::AB]"),
    ("an IPv6 address with an IPv4 tail", ["http://[::ffff:7f00:1]"], "http://[::ffff:127.0.0.1]"),
    ("an extension", ["chrome-extension://abcdefgh"], "chrome-extension://abcdefgh"),
    ("an editor's view", ["vscode-webview://0abc-def"], "vscode-webview://0abc-def"),
    (
        "an internationalised name of the configuration",
        ["https://*.b\xfccher.test:8443"],
        "https://a.xn--bcher-kva.test:8443",
    ),
    ("sharp s is no double s", ["https://fa\xdf.test"], "https://xn--fa-hia.test"),
    ("a scheme with plus and dot", ["a+b.c-1://host"], "a+b.c-1://host"),
    ("one label for the wildcard", [WILD], "https://app.example.com"),
    ("two labels for the wildcard", [WILD], "https://a.b.example.com"),
    ("a wildcard knows no case", [WILD], "https://APP.EXAMPLE.com"),
    ("a wildcard with a port", ["https://*.example.com:8443"], "https://a.example.com:8443"),
    ("a wildcard for labels and one for the port", ["https://*.a.test:*"], "https://x.a.test:1"),
    ("any port: some port", [ANY_PORT], "http://localhost:3000"),
    ("any port: the default port", [ANY_PORT], "http://localhost"),
    ("any port of an IPv6 address", ["http://[::1]:*"], "http://[::1]:9"),
    ("the server's own", ["same-origin"], OWN),
    ("the server's own, in capitals", ["same-origin"], "HTTP://LOCALHOST:8080"),
    ("null, where it is listed", ["null"], "null"),
    ("everything", ["*"], "https://anything.test:1"),
    ("everything, whatever its scheme", ["*"], "moz-extension://0-1-2"),
    ("the second entry", ["same-origin", APP], APP),
]

REFUSED = [
    ("null, where everything else is admitted", ["*"], "null"),
    # reason, allowed, what came
    ("another host", [APP], "https://other.example.com"),
    ("another scheme", [APP], "http://app.example.com"),
    ("another scheme with the other's port", [APP], "http://app.example.com:443"),
    ("another port", [APP], "https://app.example.com:8443"),
    ("the default port of the other scheme", [APP], "https://app.example.com:80"),
    ("an allowed host is only a prefix", ["https://example.com"], "https://example.com.evil.test"),
    ("an allowed host is only a suffix", ["https://example.com"], "https://evilexample.com"),
    ("an allowed host is only inside", ["https://example.com"], "https://a.example.com.b"),
    ("a subdomain of an exact host", ["https://example.com"], "https://evil.example.com"),
    ("a parent of an exact host", [APP], "https://example.com"),
    ("a cut host", [APP], "https://app.example.co"),
    ("a dot is no wildcard", [APP], "https://appXexample.com"),
    ("an underscore is no hyphen", ["https://a-b.test"], "https://a_b.test"),
    ("a wildcard leaves the apex out", [WILD], "https://example.com"),
    ("a wildcard stands for whole labels", [WILD], "https://evilexample.com"),
    ("a wildcard ends with the name", [WILD], "https://a.example.com.evil.test"),
    ("a wildcard has its scheme", [WILD], "http://a.example.com"),
    ("a wildcard has its port", [WILD], "https://a.example.com:8443"),
    ("a wildcard is nothing that comes", [WILD], "https://*.example.com"),
    ("any port has its host", [ANY_PORT], "http://localhost.evil.test:8080"),
    ("any port has its scheme", [ANY_PORT], "https://localhost:8080"),
    ("a port with a tail", [ANY_PORT], "http://localhost:8080.evil.test"),
    ("any port is nothing that comes", [ANY_PORT], "http://localhost:*"),
    ("parts of two entries", ["http://a.test:1", "https://b.test:2"], "https://a.test:2"),
    ("the server's other port", ["same-origin"], "http://localhost:3000"),
    ("the server with TLS", ["same-origin"], "https://localhost:8080"),
    ("the server by another name", ["same-origin"], "http://127.0.0.1:8080"),
    ("the word is nothing that comes", ["same-origin"], "same-origin"),
    ("null is nobody's own", ["same-origin"], "null"),
    ("null is not listed", [APP], "null"),
    ("null is a host here", ["null"], "http://null"),
    ("nothing is allowed", [], OWN),
    ("localhost is no address", ["http://localhost"], "http://127.0.0.1"),
    ("IPv4 in short", ["http://127.0.0.1"], "http://127.1"),
    ("IPv4 in octal", ["http://127.0.0.1"], "http://0177.0.0.1"),
    ("IPv4 in hexadecimal", ["http://127.0.0.1"], "http://0x7f000001"),
    ("IPv4 as one number", ["http://127.0.0.1"], "http://2130706433"),
    ("IPv4 with a leading zero", ["http://127.0.0.1"], "http://127.0.0.01"),
    ("IPv4 within IPv6", ["http://127.0.0.1"], "http://[::ffff:127.0.0.1]"),
    ("another IPv6 address", ["http://[::1]"], "http://[::2]"),
]

MALFORMED = [
    # reason, what came, a word of the explanation: refused even where everything is allowed
    ("empty is not missing", "", "empty"),
    ("a bare name", "app.example.com", "scheme"),
    ("no scheme", "//app.example.com", "scheme"),
    ("an empty scheme", "://app.example.com", "scheme"),
    ("a scheme that begins with a digit", "1http://a.test", "scheme"),
    ("a scheme with an underscore", "my_app://a.test", "scheme"),
    ("one slash", "https:/a.test", "scheme"),
    ("no slash", "https:a.test", "scheme"),
    ("backslashes for slashes", "https:\\\\a.test", "scheme"),
    ("three slashes", "https:///a.test", "slash"),
    ("null in capitals", "NULL", "scheme"),
    ("null and more", "null null", "scheme"),
    ("the wildcard itself", "*", "scheme"),
    ("no host", "https://", "host is missing"),
    ("no host before a port", "https://:443", "host is missing"),
    ("a slash", "https://a.test/", "slash"),
    ("a path", "https://a.test/x", "path"),
    ("a query", "https://a.test?x", "query"),
    ("a fragment", "https://a.test#x", "fragment"),
    ("a backslash", "https://a.test\\.evil.test", "slash"),
    ("a backslash and an at", "https://evil.test\\@a.test", "slash"),
    ("user information", "https://example.com@evil.test", "user information"),
    ("a user and a password", "https://a:b@evil.test", "user information"),
    ("an empty user", "https://@a.test", "user information"),
    ("a user that looks like host and port", "http://localhost:80@evil.test", "user information"),
    ("a dot at the end", "https://a.test.", "ends in a dot"),
    ("a dot before the port", "https://a.test.:443", "ends in a dot"),
    ("a dot alone", "https://.", "ends in a dot"),
    ("a dot in front", "https://.a.test", "empty label"),
    ("two dots", "https://a..test", "empty label"),
    ("a colon without a port", "https://a.test:", "port"),
    ("a port of letters", "https://a.test:https", "port"),
    ("a negative port", "https://a.test:-1", "port"),
    ("a signed port", "https://a.test:+1", "port"),
    ("a port beyond the last", "https://a.test:65536", "port"),
    ("a port that wraps to 80", "http://a.test:65616", "port"),
    ("a port of six digits", "https://a.test:000443", "port"),
    ("a port with a leading zero", "https://a.test:0443", "port"),
    ("a port with a letter behind", "http://localhost:8080a", "port"),
    ("two ports", "https://a.test:1:2", "port"),
    ("Arabic digits", "http://a.test:\u0664\u0664\u0663", "ASCII"),
    ("fullwidth digits", "http://a.test:\uff18\uff10", "ASCII"),
    ("superscript digits", "http://a.test:8\xb2", "ASCII"),
    ("a port with an underscore", "http://a.test:80_80", "port"),
    ("a space in front", " https://a.test", "scheme"),
    ("a space behind", "https://a.test ", "visible ASCII"),
    ("a tab inside", "https://a\t.test", "visible ASCII"),
    ("a tab behind", "https://a.test\t", "visible ASCII"),
    ("a tab in the scheme", "ht\ttps://a.test", "scheme"),
    ("a line feed behind", "https://a.test\n", "visible ASCII"),
    ("a carriage return", "https://a.test\r", "visible ASCII"),
    ("a NUL", "https://a.test\x00.evil.test", "visible ASCII"),
    ("a NUL behind", "https://a.test\x00", "visible ASCII"),
    ("a delete", "https://a\x7f.test", "visible ASCII"),
    ("a no-break space", "https://a.test\xa0", "ASCII"),
    ("a zero-width space", "https://a\u200b.test", "ASCII"),
    ("a soft hyphen", "https://a\xad.test", "ASCII"),
    ("an internationalised name", "https://b\xfccher.test", "ASCII"),
    ("a Cyrillic a", "https://\u0430pp.example.com", "ASCII"),
    ("fullwidth letters", "https://\uff41.test", "ASCII"),
    ("a fullwidth dot", "https://a\uff0etest", "ASCII"),
    ("an ideographic dot", "https://a\u3002test", "ASCII"),
    ("a fullwidth slash", "https:/\uff0fa.test", "scheme"),
    ("a Kelvin sign, which lower() makes a k", "https://\u212aa.test", "ASCII"),
    ("a long s, which upper() makes an S", "http\u017f://a.test", "scheme"),
    ("a dotted I, which lower() makes two characters", "https://\u0130.test", "ASCII"),
    ("a byte that is not UTF-8", "https://a\udcff.test", "ASCII"),
    ("a byte that is not UTF-8 for a scheme", "\udc80://a.test", "scheme"),
    ("percent-encoding", "https://a%2etest", "character other than"),
    ("a wildcard", "https://*.example.com", "character other than"),
    ("quotes", 'https://"a".test', "character other than"),
    ("a comma and a second origin", "https://a.test,https://b.test", "slash"),
    ("a space and a second origin", "https://a.test https://b.test", "visible ASCII"),
    ("a semicolon", "https://a.test;b", "character other than"),
    ("a label of 64 characters", "https://" + "a" * 64, "63"),
    ("a name of 255 characters", "https://" + ".".join(["a" * 63] * 4), "253"),
    ("8,000 characters", "https://" + "a" * 8000, "63"),
    ("8,000 colons", "https://" + ":" * 8000, "host is missing"),
    ("IPv6 without brackets", "http://::1", "host is missing"),
    ("IPv6 without brackets, not shortened", "http://fe80:0:0:0:0:0:0:1", "brackets"),
    ("an open bracket", "http://[::1", "brackets"),
    ("a closing bracket", "http://::1]", "host is missing"),
    ("empty brackets", "http://[]", "brackets"),
    ("something behind the bracket", "http://[::1]evil", "brackets"),
    ("a name behind the bracket", "http://[::1].evil.test", "brackets"),
    ("something before the bracket", "http://evil[::1]", "brackets"),
    ("two pairs of brackets", "http://[[::1]]", "brackets"),
    ("a name in brackets", "http://[localhost]", "brackets"),
    ("an IPv4 address in brackets", "http://[127.0.0.1]", "IPv6"),
    ("a zone", "http://[fe80::1%eth0]", "brackets"),
    ("an encoded zone", "http://[fe80::1%25eth0]", "brackets"),
    ("a future address", "http://[v1.x]", "brackets"),
    ("too many groups", "http://[1:2:3:4:5:6:7:8:9]", "IPv6"),
    ("a group of five digits", "http://[00000::1]", "IPv6"),
    ("two gaps", "http://[1::2::3]", "IPv6"),
    ("an IPv6 port that is none", "http://[::1]:x", "brackets"),
]

BAD_ENTRIES = [
    # entry, a word of the explanation
    ("app.example.com", "scheme"),
    ("localhost:8080", "scheme"),
    ("https://app.example.com/", "slash"),
    ("https://app.example.com/path", "path"),
    ("https://app.example.com?x", "query"),
    ("https://*", "wildcard stands for whole labels"),
    ("https://*:*", "wildcard stands for whole labels"),
    ("https://*.", "host is missing"),
    ("https://*.*.example.com", "wildcard stands for whole labels"),
    ("https://*example.com", "wildcard stands for whole labels"),
    ("https://app*.example.com", "wildcard stands for whole labels"),
    ("https://app.*.com", "wildcard stands for whole labels"),
    ("https://app.example.*", "wildcard stands for whole labels"),
    ("*://app.example.com", "wildcard stands for whole labels"),
    ("http*://app.example.com", "wildcard stands for whole labels"),
    ("*.example.com", "wildcard stands for whole labels"),
    ("**", "wildcard stands for whole labels"),
    ("https://app.example.com:80*", "wildcard stands for whole labels"),
    ("https://app.example.com:80:*", "port"),
    ("http://*.0.0.1", "part of an address"),
    ("http://*.[::1]", "part of an address"),
    ("https://app.example.com:", "port"),
    ("https://app.example.com:99999", "port"),
    ("https://user@app.example.com", "user information"),
    ("https://b\xfccher\u200b.test", r"b\\u00fccher\\u200b.test"),
    ("https://\xfc..test", "internationalised"),
    ("https://app.example.com.", "ends in a dot"),
    ("Same-Origin", "scheme"),
    ("same-origin ", "scheme"),
    ("Null", "scheme"),
    ("", "empty"),
    (" ", "scheme"),
    ("https://\udcff", r"\\xff"),
    (None, "None in origins.allowed is not text"),
    (8080, "8080 in origins.allowed is not text"),
    (["https://a.test"], "not text"),
    ({"https": "a"}, "not text"),
]

REASONS = [
    # allowed, what came, the end of the reason
    (["same-origin"], "http://localhost:3000", f"same-origin ({OWN}), has another port."),
    (["same-origin"], "https://localhost:8080", f"same-origin ({OWN}), has another scheme."),
    (["same-origin"], "https://evil.test", "has another scheme, host and port."),
    ([APP], "http://app.example.com", f"the nearest, {APP}, has another scheme."),
    ([APP], "http://app.example.com:81", f"the nearest, {APP}, has another scheme and port."),
    ([WILD], "https://example.com", f"the nearest, {WILD}, has another host."),
    (["https://b.test:1", ANY_PORT], "https://localhost:1", f"{ANY_PORT}, has another scheme."),
    ([APP, "ftp://b.test:2"], "https://b.test:1", "ftp://b.test:2, has another scheme and port."),
    (["http://b.test:9", "https://c.test"], APP, "nearest, https://c.test, has another host."),
    (["null"], APP, f"No entry of origins.allowed admits {APP}."),
    ([], "HTTPS://App.example.com:443", f"No entry of origins.allowed admits {APP}."),
]


def admits(allowed: Sequence[str], value: str, own: str | None = OWN) -> bool:
    return OriginPolicy(allowed).check([value], own=own) is None


def policy_of(remedy: str) -> OriginPolicy:
    section = yaml.safe_load(remedy)["origins"]
    return OriginPolicy(section["allowed"], section.get("allow_missing", True))


@pytest.mark.parametrize(("reason", "allowed", "value"), ADMITTED, ids=[row[0] for row in ADMITTED])
def test_what_an_entry_names_is_admitted(reason: str, allowed: list[str], value: str) -> None:
    assert admits(allowed, value), reason


@pytest.mark.parametrize(("reason", "allowed", "value"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_no_entry_names_is_refused(reason: str, allowed: list[str], value: str) -> None:
    refusal = OriginPolicy(allowed).check([value], own=OWN)
    assert refusal is not None, reason
    assert (refusal.check, refusal.status) == ("origin", 403)
    assert refusal.expected == (", ".join(allowed) or "no origin")


@pytest.mark.parametrize(("reason", "value", "word"), MALFORMED, ids=[row[0] for row in MALFORMED])
def test_what_is_no_origin_is_refused_even_where_everything_is_allowed(
    reason: str, value: str, word: str
) -> None:
    refusal = OriginPolicy(["*", "null", "same-origin"]).check([value], own=OWN)
    assert refusal is not None, reason
    assert refusal.reason.startswith("The Origin header is not an origin")
    assert word in refusal.reason
    assert refusal.remedy == ""
    assert refusal.came.isascii()
    assert refusal.came.isprintable()


@pytest.mark.parametrize(("entry", "word"), BAD_ENTRIES)
def test_an_entry_that_is_none_is_refused_with_a_sentence(entry: Any, word: str) -> None:
    with pytest.raises(ValueError, match=word) as caught:
        OriginPolicy(["same-origin", entry])
    message = str(caught.value)
    assert "in origins.allowed" in message
    assert "Expected an origin such as https://app.example.com" in message
    message.encode()


def test_an_empty_header_is_named_as_such() -> None:
    refusal = OriginPolicy(["*"]).check([""], own=OWN)
    assert refusal is not None
    assert refusal.came == "an empty Origin header"


def test_one_text_is_not_a_list_of_entries() -> None:
    with pytest.raises(ValueError, match="expected a list of origins"):
        OriginPolicy("*")


@pytest.mark.parametrize(("allowed", "value", "end"), REASONS)
def test_the_reason_names_the_nearest_entry_and_what_differs(
    allowed: list[str], value: str, end: str
) -> None:
    refusal = OriginPolicy(allowed).check([value], own=OWN)
    assert refusal is not None
    assert refusal.reason.startswith("No entry of origins.allowed admits ")
    assert refusal.reason.endswith(end)


def test_no_origin_is_for_allow_missing_to_decide() -> None:
    assert OriginPolicy([]).check([], own=OWN) is None
    refusal = OriginPolicy(["*"], allow_missing=False).check([], own=OWN)
    assert refusal is not None
    assert refusal.came == "no Origin header"
    assert "allow_missing is off" in refusal.reason
    assert policy_of(refusal.remedy).check([], own=OWN) is None
    assert policy_of(refusal.remedy).allowed == ("*",)


@pytest.mark.parametrize("values", [[OWN, OWN], [OWN, "https://evil.test"], ["null", ""]])
def test_more_than_one_origin_header_is_refused_even_where_all_agree(values: list[str]) -> None:
    refusal = OriginPolicy(["*", "null", "same-origin"]).check(values, own=OWN)
    assert refusal is not None
    assert refusal.came == ", ".join(values)
    assert "2" in refusal.reason
    assert refusal.remedy == ""


@pytest.mark.parametrize(
    "own", [None, "", "null", "http://", "http://localhost:8080/", "http://a b"]
)
def test_same_origin_admits_nothing_where_the_own_origin_is_unknown(own: str | None) -> None:
    for value in (OWN, "null", "http://localhost:8080/", "http://a b"):
        assert not admits(["same-origin"], value, own)


@pytest.mark.parametrize(
    ("own", "value"),
    [
        ("http://LOCALHOST", "http://localhost"),
        ("http://localhost:80", "http://localhost"),
        ("https://[0::1]:443", "https://[::1]"),
    ],
)
def test_same_origin_compares_origins_and_not_texts(own: str, value: str) -> None:
    assert admits(["same-origin"], value, own)


@pytest.mark.parametrize("value", [APP, "null", "HTTP://[0::1]:81", "a+b://c_d", "https://yes"])
@pytest.mark.parametrize("allowed", [[], ["same-origin"], [WILD + ":1", ANY_PORT, "http://[::1]"]])
@pytest.mark.parametrize("allow_missing", [True, False])
def test_the_remedy_is_a_line_of_yaml_that_admits_the_origin_and_changes_nothing_else(
    value: str, allowed: list[str], allow_missing: bool
) -> None:
    refusal = OriginPolicy(allowed, allow_missing).check([value], own=OWN)
    assert refusal is not None
    assert "\n" not in refusal.remedy
    policy = policy_of(refusal.remedy)
    assert policy.check([value], own=OWN) is None
    assert policy.allowed[:-1] == tuple(allowed)
    assert policy.allow_missing is allow_missing


def test_the_remedy_writes_the_origin_the_way_browsers_do() -> None:
    refusal = OriginPolicy([]).check(["HTTPS://APP.example.com:443"], own=OWN)
    assert refusal is not None
    assert refusal.remedy == f'origins: {{allowed: ["{APP}"]}}'


def test_an_origin_is_written_the_way_browsers_write_it() -> None:
    assert str(Origin.parse("HTTPS://App.Example.com:443")) == APP
    assert str(Origin.parse("https://a.test:80")) == "https://a.test:80"
    assert str(Origin.parse("http://[0:0::1]:8080")) == "http://[::1]:8080"
    assert str(Origin.parse("ws://a.test:80")) == "ws://a.test:80"


# A second, slower reading of the grammar, by splitting and by sets of characters.

LETTERS = set(string.ascii_letters)
DIGITS = set(string.digits)


def reference(text: str) -> tuple[str, str, int] | None:
    """Return scheme, host and effective port of an origin, or None where the text is not one."""
    scheme, separator, rest = text.partition("://")
    if not separator or not scheme or scheme[0] not in LETTERS:
        return None
    if not set(scheme) <= LETTERS | DIGITS | set("+-."):
        return None
    if rest.startswith("["):
        inside, bracket, port = rest[1:].partition("]")
        if not bracket or "%" in inside:
            return None
        try:
            host = f"[{int(ipaddress.IPv6Address(inside))}]"
        except ValueError:
            return None
    else:
        host, colon, digits = rest.partition(":")
        port = colon + digits
        labels = host.split(".")
        if len(host) > 253 or any(not 1 <= len(label) <= 63 for label in labels):
            return None
        if not set(host) <= LETTERS | DIGITS | set("-_."):
            return None
    scheme = scheme.lower()
    number = {"http": 80, "https": 443}.get(scheme, -1)
    if port:
        digits = port[1:]
        if port[0] != ":" or not digits or not set(digits) <= DIGITS:
            return None
        number = int(digits) if len(digits) < 6 else 65536
        if number > 65535 or str(number) != digits:
            return None
    return scheme, host.lower(), number


alphabet = st.sampled_from([*"ahpst:/.[]@1:0-_*%\\ \t\x00\xe9\udcff\uff11", "http://", "https://"])
near_misses = st.lists(alphabet, max_size=12).map("".join)
mutations = st.builds(
    lambda text, at, new: text[: at % len(text)] + new + text[at % len(text) + len(new) :],
    st.sampled_from([APP, OWN, "http://[::1]:8080", "https://a.example.com"]),
    st.integers(0, 100),
    st.text(max_size=2) | alphabet,
)
bytes_as_received = st.binary(max_size=40).map(lambda raw: raw.decode("utf-8", "surrogateescape"))
latin_1 = st.binary(max_size=40).map(lambda raw: raw.decode("latin-1"))
anything = st.text(max_size=40) | bytes_as_received | latin_1 | near_misses | mutations

labels = st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=8)
names = st.lists(labels, min_size=1, max_size=4).map(".".join)
addresses = st.ip_addresses(v=6).map(lambda address: f"[{address.exploded}]")
origins = st.builds(
    lambda scheme, host, port: f"{scheme}://{host}" + ("" if port is None else f":{port}"),
    st.sampled_from(["http", "https", "HTTP", "chrome-extension", "app"]),
    names | addresses,
    st.none() | st.integers(0, 65535),
)


@given(anything | origins)
def test_the_grammar_agrees_with_a_second_reading_of_it(text: str) -> None:
    expected = reference(text)
    assert admits(["*"], text) == (expected is not None)
    if expected is None:
        return
    assert reference(str(Origin.parse(text))) == expected


@given(anything | origins)
@example("https://app.example.com:443")
@example("https://example.com")
def test_nothing_is_admitted_that_a_second_reading_does_not_find_in_the_list(text: str) -> None:
    parts = reference(text)
    exact = parts is not None and parts in (reference(OWN), reference("http://[::1]:8080"))
    wild = False
    if parts is not None and (parts[0], parts[2]) == ("https", 443):
        *below, domain, top = ["", *parts[1].split(".")]
        wild = len(below) > 1 and (domain, top) == ("example", "com")
    assert admits(["same-origin", WILD, "http://[::1]:8080"], text) == (exact or wild)


@given(origins, st.data())
def test_the_case_of_an_allowed_origin_does_not_matter(origin: str, data: st.DataObject) -> None:
    swaps = data.draw(st.lists(st.booleans(), min_size=len(origin), max_size=len(origin)))
    other = "".join(c.swapcase() if swap else c for c, swap in zip(origin, swaps, strict=True))
    assert admits([origin], other)


@given(origins, origins)
def test_two_origins_admit_each_other_only_if_they_are_the_same(one: str, other: str) -> None:
    assert admits([one], other) == admits([other], one) == (reference(one) == reference(other))


@given(st.lists(origins, max_size=3), st.lists(anything | origins, max_size=2), st.booleans())
def test_a_refusal_can_be_sent_and_its_remedy_admits(
    allowed: list[str], values: list[str], allow_missing: bool
) -> None:
    refusal = OriginPolicy(allowed, allow_missing).check(values, own=OWN)
    assume(refusal is not None)
    assert refusal is not None
    for text in (refusal.came, refusal.expected, refusal.reason, refusal.remedy):
        text.encode("utf-8")
        assert text.isprintable()
    assert refusal.came.isascii()
    well_formed = len(values) == 1 and (values == ["null"] or reference(values[0]) is not None)
    assert bool(refusal.remedy) == (well_formed or not values)
    if refusal.remedy:
        assert policy_of(refusal.remedy).check(values, own=OWN) is None
