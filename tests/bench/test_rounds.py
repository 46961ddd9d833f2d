"""The order of measuring, and what is told of it meanwhile."""

import io

import pytest

from bench.progress import Progress
from bench.rounds import steps


def test_servers_take_turns_and_each_round_begins_with_another() -> None:
    assert list(steps(["64x1", "1k"], ["echoscope", "aiohttp", "gorilla"], 2)) == [
        (1, "64x1", "echoscope"),
        (1, "64x1", "aiohttp"),
        (1, "64x1", "gorilla"),
        (1, "1k", "echoscope"),
        (1, "1k", "aiohttp"),
        (1, "1k", "gorilla"),
        (2, "64x1", "aiohttp"),
        (2, "64x1", "gorilla"),
        (2, "64x1", "echoscope"),
        (2, "1k", "aiohttp"),
        (2, "1k", "gorilla"),
        (2, "1k", "echoscope"),
    ]


def test_the_page_is_measured_of_echoscope_alone() -> None:
    assert list(steps(["page"], ["gorilla", "echoscope"], 2)) == [
        (1, "page", "echoscope"),
        (2, "page", "echoscope"),
    ]
    assert list(steps(["page"], ["gorilla"], 2)) == []


@pytest.mark.parametrize(("case", "rounds"), [("idle", 2), ("fair-pings", 3), ("64x1", 5)])
def test_some_cases_need_few_rounds_only(case: str, rounds: int) -> None:
    numbers = [number for number, _, _ in steps([case], ["gorilla"], 5)]
    assert numbers == [*range(1, rounds + 1)]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_without_a_terminal_there_is_a_line_for_each_step() -> None:
    stream = io.StringIO()
    progress = Progress(0.0, stream)
    progress.say("Without this.")
    for text in ("one", "two"):
        progress.begin(text)
        progress.done(f"{text}: 1", 1.0)
    progress.end()
    assert stream.getvalue() == "Without this.\none: 1 (0:00 to go)\ntwo: 1 (0:00 to go)\n"


def test_on_a_terminal_one_line_changes() -> None:
    stream = Terminal()
    progress = Progress(90.0, stream)
    progress.say("Without this.")
    progress.begin("one")
    progress.done("one: 1", 90.0)
    progress.begin("two")
    progress.end()
    clear = "\r\x1b[K"
    lines = ["Without this.\n", "one … 1:30 to go", "two … 0:00 to go", ""]
    assert stream.getvalue() == "".join(clear + line for line in lines)
