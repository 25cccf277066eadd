"""Numbers as people write them."""

import pytest

from graph.core.wording import amount


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (207600.0, "207,600"),
        (-1234.4, "-1,234"),
        (1e6, "1,000,000"),
        (12.345, "12.35"),
        (999.96, "1000"),
        (0.01234, "0.01234"),
        (0.0, "0"),
        (1e15, "1e+15"),
        (float("nan"), "nan"),
    ],
)
def test_amounts(value: float, text: str) -> None:
    assert amount(value) == text
