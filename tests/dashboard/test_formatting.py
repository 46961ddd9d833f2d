"""What the page says in words."""

import json
import re
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from webapp.dashboard.formatting import (
    FILTERS,
    absence,
    client_name,
    close_name,
    ending_words,
    flags,
    mark,
    opcode_name,
    preview,
    short_id,
)
from webapp.dashboard.quantities import count, duration, size

TEMPLATES = Path(__file__).parents[2] / "templates"
# What the script of the page says in the same words; the browser's tests read it too.
WORDS = json.loads((Path(__file__).parents[1] / "words.json").read_text("utf-8"))
NOON = 1_700_000_000_123_456  # 2023-11-14 22:13:20.123456 UTC


def frame(opcode: int = 1, content: bytes = b"", **fields: Any) -> dict[str, Any]:
    """A frame as the feed tells of it: from a client, whole, masked, with nothing unusual."""
    return {
        "kind": "frame",
        "cursor": "3fa2c1-1",
        "time": NOON,
        "connection": "3fa2c1-1",
        "direction": "in",
        "fin": True,
        "rsv1": False,
        "rsv2": False,
        "rsv3": False,
        "opcode": opcode,
        "masking_key": "37fa213d",
        "length_bits": 7,
        "wire_size": 6 + len(content),
        "payload_size": len(content),
        "payload": b64encode(content).decode(),
        "note": None,
        "compressed": False,
        "message": None,
        "heartbeat": False,
        **fields,
    }


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (frame(1, b"Bonjour serveur"), "Bonjour serveur"),
        (frame(1, b"<b>\x00</b>"), r"<b>\0</b>"),
        (frame(1, b"bad \xff\xfe end"), "bad \\xff\\xfe end"),
        (frame(1, b""), ""),
        (frame(1, b"x" * 240), "x" * 240),
        (frame(1, b"x" * 4096), "x" * 240 + "…"),
        (frame(1, "🙂".encode() * 1024), "🙂" * 240 + "…"),
        (frame(2, b"\x00\x01\xff"), "00 01 ff"),
        (frame(2, b"text"), "74 65 78 74"),
        (frame(0, "né".encode()), "né"),
        (frame(0, b"\x00\x80"), "00 80"),
        (frame(0, "rest of é".encode()[:-1]), "rest of \\xc3"),
        (frame(0, b"\x1b[31mred\n"), r"\x1b[31mred\n"),
        (frame(0, b"abc\x00"), r"abc\0"),
        (frame(0, b"ab\x00"), "61 62 00"),
        (frame(9, b"alive?"), "alive?"),
        (frame(10, b"\x01\x02"), "01 02"),
        (frame(8, b""), "no code, no reason"),
        (frame(8, b"\x03\xe8"), "1000 normal closure"),
        (frame(8, b"\x03\xe8done\n"), "1000 normal closure: done\\n"),
        (frame(8, b"\x03"), "03"),
        *((frame(**fields), line) for fields, line in WORDS["previews"]),
    ],
)
def test_a_frame_is_previewed_on_one_line(event: dict[str, Any], line: str) -> None:
    assert preview(event) == line


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (
            {
                "kind": "opened",
                "peer": "127.0.0.1:53412",
                "request": {"line": "GET /ws HTTP/1.1"},
                "subprotocol": "chat",
            },
            "127.0.0.1:53412 · GET /ws HTTP/1.1 · subprotocol chat",
        ),
        (
            {
                "kind": "opened",
                "peer": "[::1]:1",
                "request": {"line": "GET /ws\u202e HTTP/1.1"},
                "subprotocol": None,
            },
            "[::1]:1 · GET /ws\\u202e HTTP/1.1",
        ),
        ({"kind": "refused", "refusal": {"reason": "Not \x1b here."}}, r"Not \x1b here."),
        ({"kind": "noted", "text": "missed pong"}, "missed pong"),
        (
            {
                "kind": "closed",
                "by": "client",
                "how": "closing handshake",
                "code": 1000,
                "reason": "done",
                "duration": 1_250_000,
            },
            "1.2\u202fs · client closed, 1000 normal closure: done",
        ),
        ({"kind": "later"}, "later"),
    ],
)
def test_what_is_no_frame_is_previewed_in_words(event: dict[str, Any], line: str) -> None:
    assert preview(event) == line


@pytest.mark.parametrize(("fields", "unusual"), WORDS["flags"])
def test_flags_are_named_only_where_they_are_unusual(
    fields: dict[str, Any], unusual: list[str]
) -> None:
    assert flags(frame(**fields)) == unusual


@pytest.mark.parametrize(("fields", "words"), WORDS["marks"])
def test_what_is_special_about_a_frame_is_marked(fields: dict[str, Any], words: str) -> None:
    assert mark(frame(**fields)) == words


@pytest.mark.parametrize(("fields", "words"), WORDS["absences"])
def test_it_is_said_why_there_is_nothing_to_show(fields: dict[str, Any], words: str) -> None:
    assert absence(frame(**fields)) == words


def test_only_frames_have_flags_and_marks() -> None:
    noted = {"kind": "noted", "text": "missed pong"}
    assert (flags(noted), mark(noted)) == ([], "")


@pytest.mark.parametrize(("ending", "words"), WORDS["endings"])
def test_an_ending_is_told_in_words(ending: list[Any], words: str) -> None:
    assert ending_words(dict(zip(("by", "how", "code", "reason"), ending, strict=True))) == words


@pytest.mark.parametrize(("code", "name"), WORDS["close_names"])
def test_a_close_code_stands_beside_its_meaning(code: int | None, name: str) -> None:
    assert close_name(code) == name


@pytest.mark.parametrize(("opcode", "name"), WORDS["opcodes"])
def test_an_opcode_has_the_name_that_the_rfc_gives_it(opcode: int, name: str) -> None:
    assert opcode_name(opcode) == name


@pytest.mark.parametrize(("user_agent", "name"), [*WORDS["clients"], ("x\u202ey", "x\\u202ey")])
def test_a_client_is_named_in_a_few_words(user_agent: str | None, name: str) -> None:
    assert client_name(user_agent) == name


@pytest.mark.parametrize(
    ("function", "cases"),
    [(size, "sizes"), (duration, "durations"), (count, "counts")],
)
def test_quantities_are_written_as_the_script_of_the_page_writes_them(
    function: Callable[[int], str], cases: str
) -> None:
    assert [function(number) for number, _ in WORDS[cases]] == [text for _, text in WORDS[cases]]


def test_a_preview_may_hold_more_where_there_is_room() -> None:
    assert preview(frame(1, b"x" * 4096), 1000) == "x" * 1000 + "…"


def test_an_id_is_short() -> None:
    assert short_id("3fa2c1-17") == "17"
    assert short_id("17") == "17"


def test_every_filter_that_a_template_uses_is_there() -> None:
    """A template that names an unknown filter fails only when that line is rendered."""
    built_in = {"format", "join", "length", "list", "lower", "rejectattr", "replace", "selectattr"}
    source = "\n".join(path.read_text("utf-8") for path in TEMPLATES.rglob("*.html"))
    tags = re.findall(r"\{\{.*?\}\}|\{%.*?%\}", source, re.DOTALL)
    used = {name for tag in tags for name in re.findall(r"\|\s*([a-z_]+)", tag)}
    assert used - built_in <= FILTERS.keys()
    assert used & FILTERS.keys()
