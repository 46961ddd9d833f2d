"""The reasons that this server gives: each is known, and none is known that it does not give."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import webapp
from webapp.dashboard.reasons import CLOSING, GIVING_UP, Reason, closing_reason, giving_up_reason

PACKAGE = Path(webapp.__file__).parent
SOURCES = [*(PACKAGE / "wire").glob("*.py"), PACKAGE / "hub.py"]


def texts(node: ast.expr, inside: ast.AST) -> Iterator[str]:
    """What a string can be: what is filled in as a number, a name as all that is bound to it."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr():
            parts = (
                part.value if isinstance(part, ast.Constant) else filling(part)
                for part in node.values
            )
            yield "".join(str(part) for part in parts)
        case ast.Name(id=name):
            for each in ast.walk(inside):
                if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == name:
                    yield from texts(each.value, inside)


def filling(part: ast.expr) -> str:
    assert isinstance(part, ast.FormattedValue)
    known = {"bits": "RSV1 and RSV3", "where": " at byte 7", "reason": "invalid distance"}
    return known.get(ast.unparse(part.value), "7")


def said_by(path: Path, names: set[str], place: int) -> set[str]:
    """The texts that are handed to functions of these names."""
    found = set()
    for function in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and len(call.args) > place:
                name = ast.unparse(call.func).rpartition(".")[2]
                if name in names:
                    found |= set(texts(call.args[place], function))
    return found


def returned_by(path: Path, name: str) -> set[str]:
    """The texts that a function returns."""
    return {
        text
        for function in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(function, ast.FunctionDef) and function.name == name
        for node in ast.walk(function)
        if isinstance(node, ast.Return) and node.value is not None
        for text in texts(node.value, function)
    }


def test_every_reason_of_a_close_frame_is_known() -> None:
    failing = {"ProtocolError", "fail", "_fail"}
    violations = {text for path in SOURCES for text in said_by(path, failing, 1)}
    closings = {text for path in SOURCES for text in said_by(path, {"close"}, 1)}
    assert len(violations) >= 17
    assert closings == {"the server is shutting down"}
    for text in violations | closings:
        known = closing_reason(text)
        assert known is not None, text
        assert known.fails is (text in violations), text
        assert len(matching(CLOSING, text)) == 1
    # And none is known that nobody gives.
    for reason in CLOSING:
        assert any(re.fullmatch(reason.words, text) for text in violations | closings), reason.words


def test_every_reason_to_give_a_client_up_is_known() -> None:
    aborts = {text for path in SOURCES for text in said_by(path, {"abort", "give_up"}, 0)}
    overdue = returned_by(PACKAGE / "wire" / "patience.py", "overdue")
    assert len(overdue) == 3
    # What is given up after a message took too long is told to the journal, not to the peer.
    waits = {text for text in aborts if text.endswith("s passed")}
    for text in overdue | aborts - waits:
        assert giving_up_reason(text) is not None, text
        assert len(matching(GIVING_UP, text)) == 1
    for reason in GIVING_UP:
        assert any(re.fullmatch(reason.words, text) for text in overdue | aborts), reason.words


def matching(known: Iterable[Reason], text: str) -> list[Reason]:
    return [reason for reason in known if re.fullmatch(reason.words, text)]


def test_what_a_person_wrote_is_none_of_them() -> None:
    assert closing_reason("") is None
    assert closing_reason("internal error, they said") is None
    assert giving_up_reason("") is None
    assert giving_up_reason("the peer has not read for 30 s\n") is None
