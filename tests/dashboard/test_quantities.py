"""Numbers, sizes and times in words."""

import pytest

from webapp.dashboard.quantities import clock, count, duration, elapsed, size, timestamp

NOON = 1_700_000_000_123_456  # 2023-11-14 22:13:20.123456 UTC


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (1536, "1.5 KiB"),
        (1010 * 1024, "1010.0 KiB"),
        (1024**2, "1.0 MiB"),
        (5 * 1024**3, "5.0 GiB"),
        (2048 * 1024**4, "2048.0 TiB"),
    ],
)
def test_a_size_has_the_unit_that_keeps_it_short(octets: int, words: str) -> None:
    assert size(octets) == words.replace(" ", "\u202f")


@pytest.mark.parametrize(
    ("microseconds", "words"),
    [
        (-5, "0.00_ms"),
        (412, "0.41_ms"),
        (50_000, "50_ms"),
        (1_250_000, "1.2_s"),
        (59_990_000, "59.9_s"),
        (61_000_000, "1_min 01_s"),
        (3_600_000_000 * 25 + 60_000_000, "25_h 01_min"),
    ],
)
def test_a_duration_has_the_precision_of_its_length(microseconds: int, words: str) -> None:
    assert duration(microseconds) == words.replace("_", "\u202f")


def test_times_are_written_relative_and_in_full() -> None:
    assert elapsed(NOON + 1_500_000, NOON) == "+1.500"
    assert elapsed(NOON - 2_000, NOON) == "-0.002"
    assert clock(NOON) == "22:13:20.123"
    assert timestamp(NOON) == "2023-11-14 22:13:20.123456 UTC"


def test_thousands_are_separated() -> None:
    assert count(1_048_576) == "1,048,576"
