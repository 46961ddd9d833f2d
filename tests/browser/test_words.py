"""The script of the page and the templates of the server say the same things in the same words."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# What a frame is like where a case does not say otherwise.
FRAME = {
    "kind": "frame",
    "direction": "in",
    "fin": True,
    "rsv1": False,
    "rsv2": False,
    "rsv3": False,
    "opcode": 1,
    "masking_key": "37fa213d",
    "length_bits": 7,
    "wire_size": 6,
    "payload_size": 0,
    "payload": "",
    "note": None,
    "compressed": False,
    "message": None,
    "heartbeat": False,
}
WORDS: dict[str, list[list[Any]]] = json.loads(
    (Path(__file__).parents[1] / "words.json").read_text("utf-8")
)
FUNCTIONS = {
    "visible": "visible.visible",
    "endings": "([by, how, code, reason]) => words.endingWords({by, how, code, reason})",
    "close_names": "codes.closeName",
    "opcodes": "words.opcodeName",
    "marks": "frame => words.mark({...FRAME, ...frame})",
    "absences": "frame => words.absence({...FRAME, ...frame})",
    "flags": "frame => words.flags({...FRAME, ...frame})",
    "previews": "frame => words.preview({...FRAME, ...frame})",
    "clients": "words.clientName",
    "sizes": "format.size",
    "durations": "format.duration",
    "counts": "format.count",
}


async def test_the_script_says_what_the_server_says(page: Page) -> None:
    assert FUNCTIONS.keys() == WORDS.keys()
    for name, cases in WORDS.items():
        said = await page.evaluate(
            f"""async ([cases, FRAME]) => {{
                const codes = await import("/static/js/words/close-codes.js");
                const format = await import("/static/js/words/format.js");
                const visible = await import("/static/js/words/visible.js");
                const words = await import("/static/js/words/words.js");
                const say = {FUNCTIONS[name]};
                return cases.map(([given]) => say(given));
            }}""",
            [cases, FRAME],
        )
        assert said == [words for _, words in cases], name
