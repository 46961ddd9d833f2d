"""What the Autobahn suite says is read, judged and shown as it is; some of its cases are played."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import ClientConnection, connect

from conformance.report import Result, keep, kept, markdown
from conformance.run import RunError, play
from conformance.servers import SERVERS, AbsentError
from conformance.suite import Suite, SuiteError, find
from conformance.verdicts import (
    CASES,
    UNDECIDED,
    Verdict,
    count,
    place,
    read,
    shortfalls,
    size,
    spans,
)
from tests.command import REPOSITORY, run

COMMAND = (sys.executable, "-m", "conformance")


def full() -> list[Verdict]:
    """A run as it should be: as many cases in each section as the suite has."""
    names = [f"{section}.1.{number + 1}" for section in CASES for number in range(CASES[section])]
    names[names.index("7.1.36")], names[names.index("7.1.37")] = "7.13.1", "7.13.2"
    return [
        Verdict(name, *["INFORMATIONAL" if name in UNDECIDED else "OK"] * 2, "Undefined.")
        if name in UNDECIDED
        else Verdict(name, "OK", "OK")
        for name in names
    ]


def changed(case: str, **changes: str) -> list[Verdict]:
    """The same, but for one case."""
    return [replace(verdict, **changes) if verdict.case == case else verdict for verdict in full()]


def result(verdicts: Iterable[Verdict], title: str = "Echoscope") -> Result:
    verdicts = list(verdicts)
    return Result(
        title=title,
        version="1.2.3",
        configured="by default",
        remark="It is what it is." if title != "Echoscope" else "",
        suite="AutobahnTestSuite 25.10.1",
        date="2030-01-02",
        minutes=9.6,
        cases=len(verdicts),
        apart=tuple(verdict for verdict in verdicts if not verdict.ok),
        size=None,
    )


def row(page: str, title: str) -> list[str]:
    """The cells of a server in the first table."""
    line = next(line for line in page.splitlines() if line.startswith(f"| {title} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def script(path: Path, *lines: str) -> Path:
    """A program that stands in for one of another Python."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)
    return path


# Verdicts.


def test_a_run_as_it_should_be_has_no_shortfalls() -> None:
    assert shortfalls(full()) == []
    assert len(full()) == 517
    assert count(verdict.behavior for verdict in full()) == "514 OK, 3 INFORMATIONAL"


@pytest.mark.parametrize("behavior", ["NON-STRICT", "FAILED", "UNIMPLEMENTED", "INFORMATIONAL"])
def test_every_exchange_that_is_not_ok_is_a_shortfall(behavior: str) -> None:
    [sentence] = shortfalls(changed("6.1.4", behavior=behavior, reason="It should."))
    assert sentence == f"6.1.4 is {behavior}, its closing OK: It should."


@pytest.mark.parametrize("closing", ["UNCLEAN", "WRONG CODE", "FAILED BY CLIENT", "INFORMATIONAL"])
def test_every_closing_that_is_not_ok_is_a_shortfall(closing: str) -> None:
    [sentence] = shortfalls(changed("6.1.4", closing=closing))
    assert f"its closing {closing}" in sentence


@pytest.mark.parametrize("case", sorted(UNDECIDED))
def test_what_is_left_to_the_server_must_be_informational(case: str) -> None:
    assert shortfalls(changed(case, closing="OK")) == []
    assert len(shortfalls(changed(case, behavior="OK"))) == 1
    assert len(shortfalls(changed(case, behavior="FAILED"))) == 1
    assert len(shortfalls(changed(case, closing="UNCLEAN"))) == 1


def test_a_section_with_fewer_or_more_cases_than_the_suite_has_is_a_shortfall() -> None:
    assert shortfalls(full()[1:]) == ["section 1 has 16 cases: 15 ran"]
    assert shortfalls([*full(), Verdict("11.1.1", "OK", "OK")]) == ["section 11 has 0 cases: 1 ran"]
    assert len(shortfalls([])) == len(CASES)


def test_the_reports_of_the_suite_are_read_in_its_order(tmp_path: Path) -> None:
    cases = {
        "10.1.1": ("OK", "OK", None),
        "9.1.1": ("FAILED", "WRONG CODE", None),
        "7.1.6": ("INFORMATIONAL", "OK", None),
        "12.1.1": ("OK", "OK", {"incomingOctetsAppLevel": 1000, "incomingOctetsWireLevel": 250}),
    }
    index = {}
    for case, (behavior, closing, traffic) in cases.items():
        name = f"us_case_{case}.json"
        index[case] = {"behavior": behavior, "behaviorClose": closing, "reportfile": name}
        report = {"result": "Too late", "resultClose": "Too bad", "trafficStats": traffic}
        (tmp_path / name).write_text(json.dumps(report))
    (tmp_path / "index.json").write_text(json.dumps({"us": index}))

    verdicts = read(tmp_path, "us")
    assert verdicts == [
        Verdict("7.1.6", "INFORMATIONAL", "OK", "Too late"),
        Verdict("9.1.1", "FAILED", "WRONG CODE", "Too late; Too bad"),
        Verdict("10.1.1", "OK", "OK"),
        Verdict("12.1.1", "OK", "OK", answered=1000, received=250),
    ]
    assert size(verdicts) == 0.25
    assert read(tmp_path, "somebody else") == []


def test_where_nothing_was_compressed_answers_have_no_size() -> None:
    assert size(full()) is None


def test_cases_are_ordered_by_number_and_not_by_letter() -> None:
    assert sorted(["10.1.1", "9.10.1", "9.2.1", "2.1"], key=place) == [
        "2.1",
        "9.2.1",
        "9.10.1",
        "10.1.1",
    ]


@pytest.mark.parametrize(
    ("cases", "named"),
    [
        ([], ""),
        (["5.15"], "5.15"),
        (["3.2", "3.3"], "3.2, 3.3"),
        (["6.4.4", "6.4.1", "6.4.2", "6.4.3"], "6.4.1–6.4.4"),
        (["6.4.9", "6.4.10", "6.4.11", "6.5.12"], "6.4.9–6.4.11, 6.5.12"),
        (["1.1.1", "1.1.3", "2.1.4", "2.4"], "1.1.1, 1.1.3, 2.1.4, 2.4"),
    ],
)
def test_neighbouring_cases_are_named_as_a_span(cases: list[str], named: str) -> None:
    assert spans(cases) == named


def test_verdicts_are_counted_ok_first() -> None:
    assert count(["FAILED", "OK", "UNCLEAN", "OK"]) == "2 OK, 1 FAILED, 1 UNCLEAN"


# The results and the page.


def test_only_a_full_run_as_it_should_be_is_as_wanted() -> None:
    assert result(full()).as_wanted
    assert not result(full()[1:]).as_wanted
    assert not result(changed("1.1.1", behavior="NON-STRICT")).as_wanted
    assert not result(changed("1.1.1", closing="UNCLEAN")).as_wanted


def test_results_are_kept_from_run_to_run(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    assert kept(path) == {}
    results = {"us": result(full()), "them": result(changed("6.1.4", reason="Größe"), "Them")}
    keep(path, results)
    assert kept(path) == results
    assert list(kept(path)) == ["us", "them"]


def test_the_page_counts_every_case_of_every_server() -> None:
    them = changed("6.1.4", behavior="NON-STRICT")
    them = [*them[1:], replace(them[0], behavior="UNIMPLEMENTED", closing="UNCLEAN")]
    page = markdown(result(full()), [replace(result(them, "Them"), size=0.254)])
    head = "| server | OK | NON-STRICT | INFORMATIONAL | FAILED | UNIMPLEMENTED |"
    assert head in page
    assert row(page, "Echoscope")[1:6] == ["514", "0", "3", "0", "0"]
    assert row(page, "Echoscope")[6:] == ["514 OK, 3 INFORMATIONAL", "not compressed"]
    assert row(page, "Them")[1:6] == ["512", "1", "3", "0", "1"]
    assert row(page, "Them")[6:] == ["513 OK, 3 INFORMATIONAL, 1 UNCLEAN", "25%"]


def test_the_page_names_the_cases_that_could_be_better() -> None:
    them = changed("6.1.4", behavior="FAILED", closing="WRONG CODE")
    page = markdown(result(full()), [result(them, "Them")])
    assert "Echoscope: nothing.\n" in page
    assert "Them:\n\n- FAILED, closing handshake WRONG CODE: 6.1.4\n\nIt is what it is.\n" in page


def test_the_page_says_whether_the_goal_is_reached() -> None:
    goal = "514 OK and 3 INFORMATIONAL"
    assert f"Echoscope reaches what can be reached, {goal}." in markdown(result(full()), [])
    short = markdown(result(changed("1.1.1", closing="UNCLEAN")), [])
    assert f"**Echoscope falls short of what can be reached, {goal}.**" in short
    assert "not been played to Echoscope yet" in markdown(None, [result(full(), "Them")])


def test_the_page_says_when_a_run_was_not_complete() -> None:
    page = markdown(result(full()[1:]), [])
    assert "- the run was not complete: 516 cases of 517\n" in page


def test_the_page_in_the_repository_is_what_its_results_say() -> None:
    folder = REPOSITORY / "docs"
    results = kept(folder / "conformance.json")
    others = [row for name, row in results.items() if name != "echoscope"]
    page = markdown(results.get("echoscope"), others)
    assert (folder / "conformance.md").read_text(encoding="utf-8") == page


# Where the suite is.

VERSION = "echo Autobahn 1.2.3; echo AutobahnTestSuite 4.5.6"


def test_the_suite_that_is_named_goes_before_the_one_on_the_path(tmp_path: Path) -> None:
    on_path = script(tmp_path / "bin" / "wstest", VERSION)
    named = script(tmp_path / "another", VERSION)
    environment = {"PATH": str(on_path.parent)}
    version = "Autobahn 1.2.3, AutobahnTestSuite 4.5.6"
    assert find(environment, tmp_path, pytest.fail) == Suite(on_path, version)
    environment["WSTEST"] = str(named)
    assert find(environment, tmp_path, pytest.fail) == Suite(named, version)


def test_where_there_is_no_suite_it_is_said_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(SuiteError) as refusal:
        find({"PATH": str(tmp_path), "HOME": str(tmp_path)}, tmp_path / "suite", pytest.fail)
    for need in ("WSTEST=/path/to/wstest", "CPython 2.7", "PYTHON27=/path/to/python2.7"):
        assert need in str(refusal.value)
    assert not (tmp_path / "suite").exists()


@pytest.mark.parametrize("says", ["echo PyPy 2.7.18", "echo CPython 3.11.7", "exit 127"])
def test_a_python_that_is_no_cpython_2_is_not_used(tmp_path: Path, says: str) -> None:
    script(tmp_path / "python2.7", says)
    with pytest.raises(SuiteError, match="CPython 2\\.7"):
        find({"PATH": str(tmp_path), "HOME": str(tmp_path)}, tmp_path / "suite", pytest.fail)


@pytest.mark.slow
def test_a_setup_that_fails_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # pip is told of no place to install from.
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    python = script(tmp_path / "python2.7", "echo CPython 2.7.18")
    said: list[str] = []
    with pytest.raises(SuiteError, match="set up: ERROR: No matching distribution found"):
        find({"PYTHON27": str(python)}, tmp_path / "suite", said.append)
    assert said == [f"Setting up the Autobahn test suite with {python}"]


def test_without_a_suite_the_command_says_so_and_fails(tmp_path: Path) -> None:
    nowhere = str(tmp_path / "wstest")
    result = run(cwd=REPOSITORY, env={"WSTEST": nowhere}, command=COMMAND)
    assert result.returncode == 2
    assert result.stderr == (
        "The Autobahn test suite cannot be run: WSTEST names"
        f" {nowhere}, and No such file or directory.\n"
    )


# The servers.


@contextmanager
def connected(name: str) -> Iterator[ClientConnection]:
    """A client of this server; the test is skipped where the server cannot be had."""
    with ExitStack() as stack:
        try:
            port = stack.enter_context(SERVERS[name].running())
        except AbsentError as error:
            pytest.skip(str(error))
        yield stack.enter_context(connect(f"ws://127.0.0.1:{port}/ws"))


def test_gorilla_compresses_and_checks_texts() -> None:
    with connected("gorilla") as ws:
        assert [extension.name for extension in ws.protocol.extensions] == ["permessage-deflate"]
        for message in ("Größe", b"\xff"):
            ws.send(message)
            assert ws.recv() == message
        ws.send(b"\xff", text=True)
        with pytest.raises(ConnectionClosedError) as closed:
            ws.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1007


def test_gorilla_as_it_is_measured_leaves_texts_unchecked() -> None:
    with connected("unchecked") as ws:
        assert [extension.name for extension in ws.protocol.extensions] == ["permessage-deflate"]
        ws.send(b"\xff", text=True)
        assert ws.recv(decode=False) == b"\xff"


# A run of the suite.


def test_a_suite_that_fails_is_quoted(tmp_path: Path) -> None:
    wstest = script(tmp_path / "wstest", "echo Loading", "echo All is lost >&2", "exit 3")
    with pytest.raises(RunError, match="ended with status 3: All is lost"):
        play(wstest, "us", "ws://127.0.0.1:1/ws", tmp_path / "reports")


def test_a_suite_that_leaves_no_report_is_not_taken_for_one_that_did(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "index.json").write_text("{}")  # of an earlier run
    wstest = script(tmp_path / "wstest", "echo That was it")
    with pytest.raises(RunError, match="no report on us; the last that it said: That was it"):
        play(wstest, "us", "ws://127.0.0.1:1/ws", folder)


def test_a_run_tells_how_far_it_is(tmp_path: Path) -> None:
    wstest = script(
        tmp_path / "wstest",
        "echo 'Ok, will run 2 test cases against 1 servers'",
        "echo 'Running test case ID 1.1.1 for agent us from peer tcp4'",
        "echo 'Running test case ID 1.1.2 for agent us from peer tcp4'",
        f"echo {{}} > {tmp_path}/reports/index.json",
    )
    told: list[tuple[str, int, int]] = []
    play(
        wstest,
        "us",
        "ws://127.0.0.1:1/ws",
        tmp_path / "reports",
        progress=lambda *news: told.append(news),
    )
    assert told == [("1.1.1", 1, 2), ("1.1.2", 2, 2)]


def installed() -> bool:
    """Whether the suite is there without being set up."""
    elsewhere = {"HOME": "/nonexistent", "PYENV_ROOT": "/nonexistent", "PYTHON27": "/nonexistent"}
    try:
        find({**os.environ, **elsewhere}, REPOSITORY / "build/conformance/suite", print)
    except SuiteError:
        return False
    return True


@pytest.mark.slow
@pytest.mark.skipif(not installed(), reason="the Autobahn test suite is not installed")
def test_the_suite_is_played_to_this_server_and_to_others() -> None:
    ours = run("--cases", "1.1.*", "7.1.6", "12.1.1", cwd=REPOSITORY, command=COMMAND)
    assert ours.stderr.splitlines()[-2] == (
        "echoscope: 9 OK, 1 INFORMATIONAL; closing handshakes: 9 OK, 1 INFORMATIONAL"
    )
    assert ours.returncode == 0

    # aiohttp notices an error in a text when it has all of it, which the suite finds late.
    theirs = run("aiohttp", "--cases", "6.4.1", cwd=REPOSITORY, command=COMMAND)
    assert "aiohttp: 1 NON-STRICT; closing handshakes: 1 OK" in theirs.stderr
    assert theirs.returncode == 1
