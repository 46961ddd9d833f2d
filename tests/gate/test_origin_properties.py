"""Whatever comes and whatever is listed: the policy holds to a second reading of origins."""

import string
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from tests.gate.origin_cases import ANY_PORT, APP, EVERYTHING, OWN, WILD
from tests.gate.origin_reading import admits, read
from webapp.gate.origins import Origin, OriginPolicy

WORDS = ["same-origin", "null", "*"]


def let_in(
    allowed: Sequence[str], *values: str, own: str | None = OWN, allow_missing: bool = True
) -> bool:
    return OriginPolicy(allowed, allow_missing).check(values, own=own) is None


# Origins: some of few hosts and ports, so that they meet, and some of all.

labels = st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=8)
long_names = st.lists(labels, min_size=1, max_size=4).map(lambda parts: ".".join([*parts, "test"]))
few_names = st.sampled_from(["a.test", "b.a.test", "c.b.a.test", "ba.test", "b.test", "localhost"])
names = few_names | long_names
addresses = st.sampled_from(["[::1]", "[0:0::1]", "127.0.0.1"]) | st.ip_addresses(v=6).map(
    lambda address: f"[{address.exploded}]"
)
schemes = st.sampled_from(["http", "https", "HTTP", "chrome-extension", "app"])
ports = st.sampled_from(["", "", ":80", ":443", ":8080", ":0"]) | st.integers(0, 65535).map(
    lambda number: f":{number}"
)
origins = st.builds("{}://{}{}".format, schemes, names | addresses, ports)
wildcards = st.builds("{}://*.{}{}".format, schemes, names, ports | st.just(":*"))
any_ports = st.builds("{}://{}:*".format, schemes, names | addresses)
entries = origins | wildcards | any_ports | st.sampled_from(WORDS)
lists = st.lists(entries, max_size=4) | st.lists(st.sampled_from(WORDS), max_size=2)

# What comes: header values the way that aiohttp hands them over, and any text at all.

pieces = st.sampled_from(
    [*"ahpst:/.[]@1:0-_*%\\ \t\x00\xe9\udcff\uff11", "http://", "https://", "localhost", "::1"]
)
near_misses = st.lists(pieces, max_size=12).map("".join)
as_received = st.binary(max_size=40).map(lambda raw: raw.decode("utf-8", "surrogateescape"))
in_latin_1 = st.binary(max_size=40).map(lambda raw: raw.decode("latin-1"))


def edited(text: str, at: int, removed: int, new: str) -> str:
    at %= len(text) + 1
    return text[:at] + new + text[at + removed :]


edits = st.builds(
    edited,
    origins | st.sampled_from([APP, OWN, "http://[::1]:8080", "https://a.example.com", "null"]),
    st.integers(0, 100),
    st.integers(0, 2),
    st.text(max_size=2) | pieces | as_received,
)
anything = st.text(max_size=40) | as_received | in_latin_1 | near_misses | edits
values = origins | anything | st.sampled_from(WORDS)


@st.composite
def requests(draw: st.DrawFn) -> tuple[list[str], list[str], str | None, bool]:
    """Draw a list, values of Origin that often have to do with it, an own origin and a switch."""
    allowed = draw(lists)
    own = draw(st.just(OWN) | st.none() | origins | anything)
    meant = {"same-origin": own or OWN, "*": APP}
    listed = st.sampled_from(allowed or [APP]).map(lambda entry: meant.get(entry, entry))
    label = st.sampled_from(["a.", "b.a.", "", "-"])
    port = st.sampled_from([":0", ":80", ":080", ":65536", ":", "."])
    fitting = st.builds(
        lambda entry, label, port: entry.replace("*.", label).removesuffix(":*") + port,
        listed,
        label,
        st.just("") | port,
    )
    near = st.builds(edited, fitting, st.integers(0, 100), st.integers(0, 1), pieces | st.just(""))
    one = st.lists(fitting | near | values | st.sampled_from(WORDS), min_size=1, max_size=1)
    twice = fitting.map(lambda value: [value, value])
    came = draw(one | one | twice | st.lists(fitting | values, max_size=2))
    return allowed, came, own, draw(st.booleans())


@given(requests())
@example((["*"], ["null"], OWN, True))
def test_the_policy_admits_what_the_second_reading_admits(
    request: tuple[list[str], list[str], str | None, bool],
) -> None:
    allowed, came, own, allow_missing = request
    expected = admits(allowed, came, own, allow_missing=allow_missing)
    assert let_in(allowed, *came, own=own, allow_missing=allow_missing) == expected


@given(values)
@example("https://app.example.com:443")
@example("https://example.com")
def test_beside_much_that_is_listed_nothing_else_is_admitted(came: str) -> None:
    for allowed in (EVERYTHING, [WILD, "http://[::1]:8080", "same-origin"], [ANY_PORT, APP]):
        assert let_in(allowed, came) == admits(allowed, [came], OWN)


@given(origins | edits)
def test_what_is_an_origin_is_written_as_the_same_one(came: str) -> None:
    expected = read(came)
    if expected is None:
        return
    written = str(Origin.parse(came))
    assert read(written) == expected
    assert written == str(Origin.parse(written))


def lookalikes() -> Iterator[str]:
    """List the characters that some way to read or to compare texts takes for ASCII."""
    for character in map(chr, range(0x80, 0x20000)):
        folded = character.lower(), character.upper(), character.casefold()
        folded += (unicodedata.normalize("NFKC", character),)
        if character.isdigit() or any(map(str.isascii, folded)):
            yield character


def test_no_character_is_taken_for_one_of_ascii() -> None:
    found = list(lookalikes())
    assert {"\u212a", "\u017f", "\u0131", "\xdf", "\uff0f"} <= set(found)
    policy = OriginPolicy(EVERYTHING)
    texts = ["https://{}.example.com", "htt{}://a.test", "{}ull", "http://localhost:{}"]
    for character in found:
        for came in (*texts, "http://localhost:8{}", "http://[::1{}]:8080"):
            assert policy.check([came.format(character)], own=OWN) is not None, character


# One edit: every byte at every place of an origin.


def neighbours(origin: bytes) -> Iterator[bytes]:
    """Leave one byte out, put one in, put another one in its place, in all possible ways."""
    for place in range(len(origin) + 1):
        before, behind = origin[:place], origin[place:]
        yield before + behind[1:]
        for byte in range(256):
            yield before + bytes([byte]) + behind
            yield before + bytes([byte]) + behind[1:]


@pytest.mark.parametrize(
    ("allowed", "origin"),
    [
        ([APP], APP),
        (["same-origin"], OWN),
        ([WILD], "https://a.b.example.com"),
        ([ANY_PORT], "http://localhost:10"),
        (["http://[::1]:80", "http://b.test"], "http://[::1]"),
        (["chrome-extension://abc"], "chrome-extension://abc"),
        (["null", "*"], "null"),
    ],
)
def test_one_edit_leads_to_no_other_origin(allowed: list[str], origin: str) -> None:
    policy = OriginPolicy(allowed)
    for edited_bytes in neighbours(origin.encode()):
        came = edited_bytes.decode("utf-8", "surrogateescape")
        expected = admits(allowed, [came], OWN)
        assert (policy.check([came], own=OWN) is None) == expected, came


def test_an_origin_without_a_port_is_one_edit_from_nothing_but_its_capitals() -> None:
    policy = OriginPolicy([APP])
    texts = {each.decode("utf-8", "surrogateescape") for each in neighbours(APP.encode())}
    found = {text for text in texts if policy.check([text], own=OWN) is None}
    places = range(len(APP))
    assert found == {APP[:at] + APP[at].swapcase() + APP[at + 1 :] for at in places}


# Lists


@given(st.lists(entries, min_size=1, max_size=4), values, st.data())
def test_neither_the_order_of_entries_nor_how_often_they_stand_there_matters(
    allowed: list[str], came: str, data: st.DataObject
) -> None:
    again = data.draw(st.permutations(allowed + data.draw(st.lists(st.sampled_from(allowed)))))
    assert let_in(allowed, came) == let_in(again, came)


@given(lists, lists, values)
def test_what_two_lists_admit_together_one_of_them_admits(
    one: list[str], other: list[str], came: str
) -> None:
    assert let_in(one + other, came) == (let_in(one, came) or let_in(other, came))


@given(st.lists(origins, min_size=2, max_size=3), st.data())
def test_parts_of_several_entries_make_no_origin(allowed: list[str], data: st.DataObject) -> None:
    readings = [reading for reading in map(read, allowed) if reading is not None]
    scheme, host, port = (data.draw(st.sampled_from(readings))[part] for part in range(3))
    if isinstance(host, int):
        host = "[" + ":".join(f"{host >> shift & 0xFFFF:x}" for shift in range(112, -1, -16)) + "]"
    mixed = f"{scheme}://{host}" + ("" if port is None else f":{port}")
    assert let_in(allowed, mixed) == (read(mixed) in readings)


@given(origins, st.data())
def test_the_case_of_an_allowed_origin_does_not_matter(origin: str, data: st.DataObject) -> None:
    swaps = data.draw(st.lists(st.booleans(), min_size=len(origin), max_size=len(origin)))
    other = "".join(c.swapcase() if swap else c for c, swap in zip(origin, swaps, strict=True))
    assert let_in([origin], other)


@given(origins, origins)
def test_two_origins_admit_each_other_only_if_they_are_the_same(one: str, other: str) -> None:
    assert let_in([one], other) == let_in([other], one) == (read(one) == read(other))


# Refusals


@given(requests())
def test_a_refusal_can_be_sent_and_its_remedy_admits(
    request: tuple[list[str], list[str], str | None, bool],
) -> None:
    allowed, came, own, allow_missing = request
    refusal = OriginPolicy(allowed, allow_missing).check(came, own=own)
    if refusal is None:
        return
    for text in (refusal.came, refusal.expected, refusal.reason, refusal.remedy):
        text.encode("utf-8")
        assert text.isprintable()
    assert refusal.came.isascii()
    well_formed = len(came) == 1 and (came == ["null"] or read(came[0]) is not None)
    assert bool(refusal.remedy) == (well_formed or not came)
    if refusal.remedy:
        section: dict[str, Any] = yaml.safe_load(refusal.remedy)["origins"]
        assert section.keys() <= {"allowed", "allow_missing"}
        assert section["allowed"][: len(allowed)] == allowed
        missing = section.get("allow_missing", True)
        assert missing == (allow_missing or not came)
        assert let_in(section["allowed"], *came, own=own, allow_missing=missing)
