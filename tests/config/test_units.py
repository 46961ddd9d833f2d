"""Durations and sizes as people write them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.config.units import (
    DURATION_UNITS,
    SIZE_UNITS,
    format_duration,
    format_size,
    parse_duration,
    parse_size,
)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("250ms", 0.25),
        ("5s", 5.0),
        ("5 s", 5.0),
        ("2m", 120.0),
        ("1h", 3600.0),
        ("1.5h", 5400.0),
        ("0s", 0.0),
        ("7", 7.0),
        (7, 7.0),
        (0.1, 0.1),
        ("2M", 120.0),
    ],
)
def test_a_duration_is_read_as_seconds(written: object, seconds: float) -> None:
    assert parse_duration(written) == seconds


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ("64KiB", 65536),
        ("1MiB", 1048576),
        ("1 GiB", 1073741824),
        ("10MB", 10_000_000),
        ("2kB", 2000),
        ("2kb", 2000),
        ("1.5KiB", 1536),
        ("3B", 3),
        ("4096", 4096),
        (4096, 4096),
        (4096.0, 4096),
        (0, 0),
    ],
)
def test_a_size_is_read_as_bytes(written: object, size: int) -> None:
    assert parse_size(written) == size


NO_QUANTITY = [
    True,
    False,
    None,
    -1,
    -0.5,
    float("nan"),
    float("inf"),
    float("-inf"),
    10**400,
    1e300,
    "",
    " ",
    "s",
    "-5s",
    "+5s",
    "1e3",
    "5 fortnights",
    "5s 3ms",
    "5  s",
    " 5s",
    "5s\n",
    "1_000",
    "٣s",
    "9" * 5000,
    "nan",
    "inf",
    [5],
    {"s": 5},
    b"5s",
]


@pytest.mark.parametrize("written", [*NO_QUANTITY, "5MiB", "5B"], ids=repr)
def test_what_is_no_duration_is_refused_with_a_sentence(written: object) -> None:
    with pytest.raises(ValueError, match=r"^expected a duration such as 250ms"):
        parse_duration(written)


@pytest.mark.parametrize("written", [*NO_QUANTITY, "5m", "5s", "0.5B", 0.5, "1k", "1M"], ids=repr)
def test_what_is_no_size_is_refused_with_a_sentence(written: object) -> None:
    with pytest.raises(ValueError, match=r"^expected a size in whole bytes such as"):
        parse_size(written)


@given(
    st.floats(min_value=0, max_value=1e9, allow_subnormal=False).filter(lambda s: not 0 < s < 1e-9)
)
def test_a_duration_that_was_written_reads_back_as_exactly_itself(seconds: float) -> None:
    assert parse_duration(format_duration(seconds)) == seconds


@given(st.integers(min_value=0, max_value=2**58))
def test_a_size_that_was_written_reads_back_as_exactly_itself(size: int) -> None:
    assert parse_size(format_size(size)) == size


@given(
    st.decimals(min_value=0, max_value=10**6, places=3),
    st.sampled_from(sorted(DURATION_UNITS)),
)
def test_a_duration_is_its_number_times_its_unit(number: object, unit: str) -> None:
    exact = Fraction(str(number)) * DURATION_UNITS[unit]
    assert parse_duration(f"{number}{unit}") == float(exact)


@given(st.integers(min_value=0, max_value=10**9), st.sampled_from(sorted(SIZE_UNITS)))
def test_a_size_is_its_number_times_its_unit(number: int, unit: str) -> None:
    assert parse_size(f"{number}{unit}") == number * SIZE_UNITS[unit]


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0.0, "0s"), (0.25, "250ms"), (5.0, "5s"), (90.0, "90s"), (120.0, "2m"), (3600.0, "1h")],
)
def test_a_duration_is_written_in_the_largest_unit_that_fits(seconds: float, written: str) -> None:
    assert format_duration(seconds) == written


@pytest.mark.parametrize(
    ("size", "written"),
    [
        (0, "0B"),
        (1, "1B"),
        (4096, "4KiB"),
        (1048576, "1MiB"),
        (10_000_000, "10MB"),
        (1025, "1025B"),
    ],
)
def test_a_size_is_written_in_the_largest_unit_that_fits(size: int, written: str) -> None:
    assert format_size(size) == written
