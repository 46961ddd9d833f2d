"""The script of the page and the templates of the server say the same things in the same words."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WORDS: dict[str, list[list[Any]]] = json.loads(
    (Path(__file__).parents[1] / "words.json").read_text("utf-8")
)
FUNCTIONS = {
    "visible": "visible.visible",
    "endings": "([by, how, code, reason]) => words.endingWords({by, how, code, reason})",
    "close_names": "words.closeName",
    "opcodes": "words.opcodeName",
    "clients": "words.clientName",
    "sizes": "format.size",
    "durations": "format.duration",
    "counts": "format.count",
}


async def test_the_script_says_what_the_server_says(page: Page) -> None:
    assert FUNCTIONS.keys() == WORDS.keys()
    for name, cases in WORDS.items():
        said = await page.evaluate(
            f"""async cases => {{
                const format = await import("/static/js/format.js");
                const visible = await import("/static/js/visible.js");
                const words = await import("/static/js/words.js");
                const say = {FUNCTIONS[name]};
                return cases.map(([given]) => say(given));
            }}""",
            cases,
        )
        assert said == [words for _, words in cases], name
