"""What becomes of samples."""

import pytest

from bench.figures import Figure, figure, median, ratio
from tests.bench.results import samples


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((7.0,), Figure(7.0, 7.0, 7.0)),
        ((3.0, 1.0, 2.0), Figure(2.0, 1.0, 3.0)),
        ((4.0, 1.0, 3.0, 2.0), Figure(2.5, 1.0, 4.0)),
        ((None, 5.0), Figure(5.0, 5.0, 5.0)),
        ((None, None), None),
        ((), None),
    ],
)
def test_a_figure_is_the_median_with_least_and_most(
    values: tuple[float | None, ...], expected: Figure | None
) -> None:
    assert figure(samples(*values)) == expected


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ((2.0,), (4.0,), 0.5),
        ((8.0, 4.0, 2.0), (2.0, 4.0, 8.0), 1.0),
        ((8.0, 2.0), (2.0, 2.0), 2.5),
        # Not the ratio of the medians, which is 1: a round is what is compared.
        ((1.0, 10.0, 100.0), (10.0, 1.0, 20.0), 5.0),
        ((None, 6.0), (1.0, 3.0), 2.0),
        ((6.0, 6.0), (None, 3.0), 2.0),
        ((None,), (1.0,), None),
        ((1.0,), (None,), None),
    ],
)
def test_a_ratio_is_the_median_of_those_of_the_rounds(
    ours: tuple[float | None, ...], theirs: tuple[float | None, ...], expected: float | None
) -> None:
    assert ratio(samples(*ours), samples(*theirs)) == expected


def test_a_median_is_of_those_that_there_are() -> None:
    assert median([None, 3.0, None, 1.0]) == 2.0
    assert median([None]) is None
