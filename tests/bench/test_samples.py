"""What is told of many times."""

from collections.abc import Sequence

import pytest

from bench.samples import percentiles


@pytest.mark.parametrize(
    ("times", "typical", "slow"),
    [
        ([0.25], 0.25, 0.25),
        ([1.0, 2.0], 1.5, 1.99),
        ([*range(100, -1, -1)], 50, 99),
        ([1.0] * 98 + [9.0] * 3, 1.0, 9.0),
    ],
)
def test_percentiles_lie_between_the_times(
    times: Sequence[float], typical: float, slow: float
) -> None:
    assert percentiles(times) == (pytest.approx(typical), pytest.approx(slow))
