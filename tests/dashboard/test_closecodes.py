"""What is said of close codes: of every one, once."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from tests.served import Serve
from webapp.dashboard.closecodes import CLOSE_CODES, close_code
from webapp.dashboard.formatting import close_name
from webapp.wire.closing import build_close

WORDS = json.loads((Path(__file__).parents[1] / "words.json").read_text("utf-8"))


def test_no_code_is_left_out_or_told_twice() -> None:
    assert CLOSE_CODES[0].first == 0
    assert CLOSE_CODES[-1].last == 0xFFFF
    for entry, following in pairwise(CLOSE_CODES):
        assert entry.first <= entry.last == following.first - 1


def test_each_is_a_sentence_with_the_clause_that_it_is_from() -> None:
    for entry in CLOSE_CODES:
        assert re.fullmatch(r"[A-Z].+\.", entry.sentence), entry
        assert re.fullmatch(r"RFC 6455 §7\.4\.[12]|IANA, .+", entry.clause), entry


def test_it_is_said_of_those_and_only_those_that_must_not_be_sent() -> None:
    """RFC 6455 §7.4: the wire is asked, which keeps to it."""
    for entry in CLOSE_CODES:
        forbidden = bool(re.search(r"must not be sent|none must be|never sent", entry.sentence))
        for code in (entry.first, entry.last):
            if code == 1005:  # to the wire it is a close frame without a code
                assert forbidden
                continue
            try:
                build_close(code)
            except ValueError:
                assert forbidden, code
            else:
                assert not forbidden, code


def test_a_code_is_found_by_its_number() -> None:
    assert close_code(1001).name == "going away"
    assert close_code(1001).codes == "1001"
    assert close_code(3999).codes == "3000-3999"
    assert close_code(0xFFFF).name == "unknown code"
    with pytest.raises(ValueError, match="65536"):
        close_code(65536)


def test_the_script_is_compared_for_every_name() -> None:
    """What it calls them is compared with `close_name` by the cases in words.json."""
    told = {code for code, _ in WORDS["close_names"]}
    for entry in CLOSE_CODES:
        assert told & set(range(entry.first, entry.last + 1)), entry
        assert close_name(entry.first) == f"{entry.first} {entry.name}"


async def test_the_page_holds_them_for_its_script(serve: Serve) -> None:
    client = await serve()
    async with client.get("/") as response:
        page = await response.text()
    listed = page.partition('<dl class="keys" id="close-codes">')[2].partition("</dl>")[0]
    entries = re.findall(
        r'<div data-code="(.+?)"><dt class="wire">(.+?) <span>(.+?)</span></dt>'
        r'<dd>(.+?) <span class="clause small">(.+?)</span></dd></div>',
        listed,
    )
    assert entries == [
        (each.codes, each.codes.replace("-", "–"), each.name, each.sentence, each.clause)
        for each in CLOSE_CODES
    ]
