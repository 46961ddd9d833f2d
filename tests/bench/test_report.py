"""What a run is told as: tables, the page, the plot."""

import re
from xml.etree import ElementTree

import pytest

from bench.cases import Kind
from bench.plot import svg
from bench.report import markdown, terminal
from bench.samples import Sample
from bench.tables import Table, quantity, tables, waited
from tests.bench.results import results, samples

RUN = results(
    {
        "64x1": {
            "echoscope": [
                Sample(3000.0, busy=0.95, generator=0.7, typical=0.001, slow=0.002),
                Sample(1000.4, busy=0.97, generator=0.8, typical=0.003, slow=0.009),
                Sample(2000.0, busy=0.99, generator=0.9, typical=0.002, slow=0.004),
            ],
            "gorilla": [
                Sample(1500.0, busy=0.5, generator=0.7, typical=0.001, slow=0.002),
                Sample(4000.0, busy=0.6, generator=0.8, typical=0.001, slow=0.002),
                Sample(1000.0, busy=0.7, generator=0.9, typical=0.001, slow=0.002),
            ],
        },
        "deflate": {
            "echoscope": [Sample(None, note="not negotiated")] * 3,
            "gorilla": [Sample(700.0, note="no parameters")] * 3,
        },
        "handshakes": {"echoscope": samples(1, 2, 3), "gorilla": samples(4, 8, 6)},
        "fair-pings": {
            "echoscope": [
                Sample(0.004, typical=0.002, slow=0.004, trips=300, flooded=400_000.0, note="once"),
                Sample(0.008, typical=0.003, slow=0.008, trips=500, flooded=300_000.0),
                Sample(0.006, typical=0.001, slow=0.006, trips=400, flooded=500_000.0),
            ],
            "gorilla": [Sample(2.0, typical=1.25, slow=2.0, trips=2, flooded=90_000.0)] * 3,
        },
        "fair-deflate": {
            "echoscope": [Sample(0.5, typical=0.2, slow=0.5, trips=9, flooded=1_000.0)] * 3,
            "gorilla": [Sample(None, note="not negotiated")] * 3,
        },
        "idle": {
            "echoscope": [Sample(10240.0, used=11264.0, note="900 connections")],
            "gorilla": [Sample(20480.0, used=21504.0, note="900 connections")],
        },
        "page": {"echoscope": samples(0.875, 0.95, 0.9)},
    },
    absent={"websockets": "It is not here."},
    load=1.25,
)


def table(title: str) -> Table:
    return next(table for table in tables(RUN) if title in table.title)


@pytest.mark.parametrize(
    ("title", "columns", "rows"),
    [
        (
            "Echoes per second",
            ("", "echoscope", "gorilla"),
            [
                ("64 B, 64 × 1", "2,000 (1,000–3,000)", "1,500 (1,000–4,000)"),
                ("1 KiB of JSON, deflate, 16 × 1", "not negotiated", "700 (700–700)"),
            ],
        ),
        (
            "Connections per second",
            ("", "echoscope", "gorilla"),
            [("upgrade and close, 32 at once", "2 (1–3)", "6 (4–8)")],
        ),
        (
            "that flood: half of them, and 99 %",
            ("", "echoscope", "gorilla"),
            [
                ("flood of pings", "2.00 / 6.00 (4.00–8.00)", "1,250 / 2,000 (2,000–2,000)"),
                (
                    "flood of 64 KiB of JSON, deflate",
                    "200.00 / 500.00 (500.00–500.00)",
                    "not negotiated",
                ),
            ],
        ),
        (
            "Round trips beside floods",
            ("", "echoscope", "gorilla"),
            [
                ("flood of pings", "400 / 400,000", "2 / 90,000"),
                ("flood of 64 KiB of JSON, deflate", "9 / 1,000", ""),
            ],
        ),
        (
            "KiB of memory",
            ("", "echoscope", "gorilla"),
            [
                ("10,000 open", "10.0", "20.0"),
                ("10,000 open, after two echoes each", "11.0", "21.0"),
            ],
        ),
        ("page open", ("", "echoscope"), [("64 B, 64 × 1, watched", "0.90 (0.88–0.95)")]),
        (
            "divided",
            ("", "gorilla"),
            [
                ("64 B, 64 × 1", "2.00"),
                ("upgrade and close, 32 at once", "0.25"),
                ("flood of pings", "0.0030"),
                ("10,000 open", "0.50"),
            ],
        ),
        (
            "Round trips in ms: half",
            ("", "echoscope", "gorilla"),
            [("64 B, 64 × 1", "2.00 / 4.00", "1.00 / 2.00")],
        ),
        (
            "How busy",
            ("", "echoscope", "gorilla"),
            [("64 B, 64 × 1", "97% / 80%", "60% / 80%")],
        ),
    ],
)
def test_tables_say_what_the_samples_do(
    title: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]
) -> None:
    found = table(title)
    assert found.columns == columns
    assert found.rows == rows


def test_there_is_no_table_without_figures() -> None:
    titles = [table.title for table in tables(results({"handshakes": {"gorilla": samples(1)}}))]
    assert titles == [Kind.HANDSHAKES.value]


def test_a_table_is_aligned_on_the_terminal_and_ruled_on_the_page() -> None:
    made = Table("Title", ("", "one", "other"), [("first", "1", "22"), ("a second", "333", "4")])
    assert made.plain() == (
        "Title\n            one  other\n  first       1     22\n  a second  333      4"
    )
    assert made.markdown() == (
        "## Title\n\n|  | one | other |\n| --- | ---: | ---: |\n"
        "| first | 1 | 22 |\n| a second | 333 | 4 |"
    )


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        (Kind.SPEED, 123456.7, "123,457"),
        (Kind.HANDSHAKES, 99.5, "100"),
        (Kind.FAIR, 0.01234, "12.34"),
        (Kind.FAIR, 1.2344, "1,234"),
        (Kind.MEMORY, 1536.0, "1.5"),
        (Kind.PAGE, 0.987, "0.99"),
    ],
)
def test_a_value_is_written_as_its_kind_is_read(kind: Kind, value: float, words: str) -> None:
    assert quantity(kind, value) == words


def test_who_had_to_wait_is_named() -> None:
    assert waited(RUN) == ["64 B, 64 × 1 (gorilla)"]


REMARKS = (
    "websockets was not measured: It is not here.",
    "64 B, 64 × 1 (gorilla)",
    "load average 1.2",
    "1 KiB of JSON, deflate, 16 × 1, echoscope: not negotiated.",
    "flood of pings, echoscope: once.",
    "10,000 open, echoscope, gorilla: 900 connections.",
)


@pytest.mark.parametrize("remark", REMARKS)
def test_what_qualifies_the_figures_is_said(remark: str) -> None:
    assert remark in terminal(RUN)
    assert remark in markdown(RUN)


def test_what_needs_no_remark_has_none() -> None:
    calm = results({"64x1": {"echoscope": [Sample(1.0, busy=0.95, generator=0.5)]}}, load=0.2)
    for text in (terminal(calm), markdown(calm)):
        assert "load average" not in text
        assert "less than 90 %" not in text
        assert "not measured" not in text


def test_the_page_holds_all_tables_and_where_they_come_from() -> None:
    page = markdown(RUN)
    for made in tables(RUN):
        assert made.markdown() in page
        assert made.plain() in terminal(RUN)
    for said in (
        "on 2026-01-02 by `make bench`: 2 cores of a machine",
        "Python 3.99, Go 9.9.",
        "the rounds, 3 of them (2 for memory, 3 beside floods) with 1.5 s of load",
        "waits 2 ms, and so on; it gives up an echo after 10 s",
        "(images/benchmarks.svg)",
    ):
        assert said in page.replace("\n", " ")
    assert page == markdown(RUN)
    assert "{" not in page
    assert page.endswith("\n")
    assert not re.search(r"\n\n\n|\n\n$", page)


def test_the_plot_has_a_bar_for_each_figure_as_long_as_it_is_large() -> None:
    picture = svg(RUN)
    assert picture == svg(RUN)
    root = ElementTree.fromstring(picture)
    name = "{http://www.w3.org/2000/svg}"
    bars = root.findall(f"{name}rect")
    # 64x1, handshakes, fair-pings and idle compare two servers each; the others show one figure.
    assert len(bars) == 8
    widths = [float(bar.attrib["width"]) for bar in bars]
    assert widths[0] / widths[1] == pytest.approx(2000 / 1500, rel=0.01)
    assert widths[6] / widths[7] == pytest.approx(0.5, rel=0.01)
    assert [bar.attrib["class"] for bar in bars] == ["bar ours", "bar"] * 4
    texts = [text.text for text in root.findall(f"{name}text")]
    assert {"2,000", "1,500", "6.00", "10.0", "20.0", "echoscope", "gorilla"} <= {*texts}
    width, height = (float(root.attrib[side]) for side in ("width", "height"))
    for bar in bars:
        assert float(bar.attrib["x"]) + float(bar.attrib["width"]) <= width
        assert float(bar.attrib["y"]) + float(bar.attrib["height"]) <= height
