"""What trusted proxies are believed: tables of what they send, and what clients slip in."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.gate.proxies import Forwarded, TrustedProxies
from webapp.gate.refusals import Refusal

PROXIES = TrustedProxies(["10.0.0.0/8", "192.0.2.7", "::1", "fd00::/8"])

TRUSTED = ["10.0.0.1", "10.255.255.255", "192.0.2.7", "::1", "fd12::1", "::ffff:10.0.0.1"]
STRANGERS = ["11.0.0.1", "192.0.2.8", "::2", "fe80::1%eth0", "::ffff:11.0.0.1", "", "name", None]

BELIEVED: list[tuple[str, dict[str, list[str]], Forwarded]] = [
    # reason, X-Forwarded-*, what is made of it
    ("nothing is said", {}, Forwarded()),
    (
        "one proxy",
        {"for": ["203.0.113.9"], "proto": ["https"], "host": ["echo.test"]},
        Forwarded("203.0.113.9", "https", "echo.test"),
    ),
    ("only the scheme", {"proto": ["https"]}, Forwarded(None, "https", None)),
    ("schemes know no case", {"proto": ["HTTPS"]}, Forwarded(None, "https", None)),
    ("some name the protocol", {"proto": ["wss"]}, Forwarded(None, "https", None)),
    ("or that without TLS", {"proto": ["ws"]}, Forwarded(None, "http", None)),
    (
        "what a client slips in stands in front",
        {"for": ["6.6.6.6", "203.0.113.9"], "proto": ["ftp", "https"], "host": ["evil", "echo"]},
        Forwarded("203.0.113.9", "https", "echo"),
    ),
    (
        "two proxies: the farther one saw the client",
        {"for": ["203.0.113.9", "10.0.0.2"], "proto": ["https", "http"], "host": ["echo", "inner"]},
        Forwarded("203.0.113.9", "https", "echo"),
    ),
    (
        "two proxies, and what a client slips in",
        {
            "for": ["10.9.9.9", "203.0.113.9", "10.0.0.2"],
            "proto": ["http", "https", "http"],
            "host": ["evil", "echo", "inner"],
        },
        Forwarded("203.0.113.9", "https", "echo"),
    ),
    (
        "two proxies, of which one names the scheme",
        {"for": ["203.0.113.9", "10.0.0.2"], "proto": ["https"]},
        Forwarded("203.0.113.9", "https", None),
    ),
    (
        "a client that is a proxy itself, as far as one can tell",
        {"for": ["10.0.0.3", "10.0.0.2"], "proto": ["https", "http"]},
        Forwarded("10.0.0.3", "https", None),
    ),
    ("a port", {"for": ["203.0.113.9:4711"]}, Forwarded("203.0.113.9", None, None)),
    ("IPv6", {"for": ["2001:DB8::1"]}, Forwarded("2001:db8::1", None, None)),
    ("IPv6 with a port", {"for": ["[2001:db8::1]:4711"]}, Forwarded("2001:db8::1", None, None)),
    ("IPv4 within IPv6", {"for": ["::ffff:203.0.113.9"]}, Forwarded("203.0.113.9", None, None)),
    ("who is hidden is nobody", {"for": ["unknown"]}, Forwarded()),
    (
        "behind who is hidden nothing counts",
        {"for": ["203.0.113.9", "_hidden"], "proto": ["http", "https"]},
        Forwarded(None, "https", None),
    ),
    ("an empty element", {"for": [""], "host": [""]}, Forwarded(None, None, "")),
]


@pytest.mark.parametrize("address", TRUSTED)
def test_these_are_believed(address: str) -> None:
    assert PROXIES.trust(address)


@pytest.mark.parametrize("address", STRANGERS)
def test_others_are_not(address: str | None) -> None:
    assert not PROXIES.trust(address)


@pytest.mark.parametrize("address", [*TRUSTED, *STRANGERS])
def test_where_nobody_is_trusted_nobody_is_believed(address: str | None) -> None:
    assert not TrustedProxies([]).trust(address)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [case[1:] for case in BELIEVED],
    ids=[case[0] for case in BELIEVED],
)
def test_what_counts_is_what_the_farthest_trusted_one_added(
    fields: dict[str, list[str]], expected: Forwarded
) -> None:
    assert PROXIES.read([], fields) == expected
    # The same in one field (RFC 7239).
    longest = max(map(len, fields.values()), default=0)
    elements: list[dict[str, str]] = [{} for _ in range(longest)]
    for name, values in fields.items():
        for place, value in enumerate(reversed(values), 1):
            elements[-place][name] = value
    said = PROXIES.read(elements, {})
    if all(len(values) == longest for values in fields.values()):
        assert said == expected


def test_both_at_once_are_believed_where_they_agree() -> None:
    elements = [{"for": "203.0.113.9", "proto": "https"}]
    fields = {"for": ["203.0.113.9"], "host": ["echo.test"]}
    assert PROXIES.read(elements, fields) == Forwarded("203.0.113.9", "https", "echo.test")


@pytest.mark.parametrize(
    ("element", "fields"),
    [
        ({"for": "203.0.113.9"}, {"for": ["6.6.6.6"]}),
        ({"proto": "https"}, {"proto": ["http"]}),
        ({"host": "echo.test"}, {"host": ["evil.test"]}),
    ],
    ids=["remote", "scheme", "host"],
)
def test_where_they_contradict_each_other_neither_is(
    element: Mapping[str, str], fields: Mapping[str, Sequence[str]]
) -> None:
    refusal = PROXIES.read([element], fields)
    assert isinstance(refusal, Refusal)
    assert (refusal.check, refusal.status) == ("proxy", 400)
    for value in (*element.values(), *(value for values in fields.values() for value in values)):
        assert value in refusal.came


@pytest.mark.parametrize("scheme", ["", "ftp", "javascript", "https\udcff", "http,https"])
def test_a_scheme_that_is_none_of_the_webs_is_refused(scheme: str) -> None:
    for refusal in (PROXIES.read([], {"proto": [scheme]}), PROXIES.read([{"proto": scheme}], {})):
        assert isinstance(refusal, Refusal)
        assert refusal.status == 400
        assert refusal.came.isascii()
        assert refusal.came


@given(
    st.dictionaries(st.sampled_from(["for", "proto", "host"]), st.lists(st.text(), min_size=1)),
    st.lists(st.dictionaries(st.sampled_from(["for", "proto", "host"]), st.text())),
)
def test_whatever_is_said_it_is_read_or_refused(
    fields: dict[str, list[str]], elements: list[dict[str, str]]
) -> None:
    said = PROXIES.read(elements, fields)
    assert isinstance(said, Forwarded | Refusal)
    if isinstance(said, Forwarded):
        assert said.scheme in (None, "http", "https")


@given(st.lists(st.sampled_from(["6.6.6.6", "10.0.0.9", "unknown", "x"])))
def test_what_stands_left_of_a_strangers_address_changes_nothing(slipped_in: list[str]) -> None:
    """A client may send what it wants: the proxy adds the client's own address behind it."""
    seen = [*slipped_in, "203.0.113.9"]
    assert PROXIES.read([], {"for": seen}) == Forwarded("203.0.113.9")
    schemes = ["ftp"] * len(slipped_in)
    said = PROXIES.read([], {"for": seen, "proto": [*schemes, "https"]})
    assert said == Forwarded("203.0.113.9", "https")


def test_an_entry_that_is_no_address_is_an_error() -> None:
    with pytest.raises(ValueError, match="localhost"):
        TrustedProxies(["localhost"])
