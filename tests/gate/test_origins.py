"""Which origins are admitted, why others are not, and which entries are none."""

from typing import Any

import pytest
import yaml

from tests.gate.origin_cases import ANY_PORT, APP, CASES, EVERYTHING, OWN, WILD, Case
from webapp.gate.origins import Origin, OriginPolicy

BAD_ENTRIES = [
    # entry, a word of the explanation
    ("app.example.com", "scheme"),
    ("localhost:8080", "scheme"),
    ("wss://app.example.com", "write https://"),
    ("ws://localhost:*", "write http://"),
    ("http://127.1", "no IPv4 address"),
    ("http://1.2.3.256", "no IPv4 address"),
    ("http://127.0.0.01", "no IPv4 address"),
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


def policy_of(remedy: str) -> OriginPolicy:
    section = yaml.safe_load(remedy)["origins"]
    return OriginPolicy(section["allowed"], section.get("allow_missing", True))


@pytest.mark.parametrize("case", CASES, ids=[case.reason for case in CASES])
def test_the_policy_decides_as_the_table_says(case: Case) -> None:
    refusal = OriginPolicy(case.allowed, case.allow_missing).check(case.values, own=case.own)
    assert (refusal is None) == case.admitted, case.reason
    if refusal is None or case.says is None:
        return
    assert case.says in refusal.reason
    assert (refusal.check, refusal.status) == ("origin", 403)
    assert refusal.expected == (", ".join(case.allowed) or "no origin")
    assert refusal.came.isascii()
    assert refusal.came.isprintable()


def test_every_case_of_the_table_has_a_reason_of_its_own() -> None:
    assert len({case.reason for case in CASES}) == len(CASES)


def test_what_is_no_origin_is_refused_as_such_and_nothing_is_said_to_admit_it() -> None:
    for value in ("", "https://a.test/", "NULL", "https://a\udcff.test"):
        refusal = OriginPolicy(EVERYTHING).check([value], own=OWN)
        assert refusal is not None
        assert refusal.reason.startswith("The Origin header is not an origin (RFC 6454 §7)")
        assert refusal.remedy == ""


@pytest.mark.parametrize(("entry", "word"), BAD_ENTRIES)
def test_an_entry_that_is_none_is_refused_with_a_sentence(entry: Any, word: str) -> None:
    with pytest.raises(ValueError, match=word) as caught:
        OriginPolicy(["same-origin", entry])
    message = str(caught.value)
    assert "in origins.allowed" in message
    assert "Expected an origin such as https://app.example.com" in message
    message.encode()


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


@pytest.mark.parametrize(
    ("values", "came"),
    [
        ([], "no Origin header"),
        ([""], "an empty Origin header"),
        ([OWN, "https://evil.test"], f"{OWN}, https://evil.test"),
        (["null", ""], "null, "),
        (["https://a\udcff\n\u200b.test"], r"https://a\xff\x0a\u200b.test"),
    ],
)
def test_a_refusal_shows_what_came(values: list[str], came: str) -> None:
    refusal = OriginPolicy(["*"], allow_missing=False).check(values, own=OWN)
    assert refusal is not None
    assert refusal.came == came


def test_the_remedy_for_no_origin_turns_allow_missing_on_and_changes_nothing_else() -> None:
    refusal = OriginPolicy(["*"], allow_missing=False).check([], own=OWN)
    assert refusal is not None
    assert policy_of(refusal.remedy).check([], own=OWN) is None
    assert policy_of(refusal.remedy).allowed == ("*",)


@pytest.mark.parametrize(
    "own", [None, "", "null", "http://", "http://localhost:8080/", "http://a b"]
)
def test_same_origin_admits_nothing_where_the_own_origin_is_unknown(own: str | None) -> None:
    for value in (OWN, "null", "http://localhost:8080/", "http://a b"):
        assert OriginPolicy(["same-origin"]).check([value], own=own) is not None


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


@pytest.mark.parametrize("origin", ["http://127.1", "wss://app.example.com"])
def test_what_no_page_has_is_not_offered_for_the_list(origin: str) -> None:
    refusal = OriginPolicy(["same-origin"]).check([origin], own=OWN)
    assert refusal is not None
    assert refusal.remedy == ""
