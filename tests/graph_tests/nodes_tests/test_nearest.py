"""The nearest numbers that divide."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.nodes.shared.nearest import divisor, divisors, multiple, sizes

COUNTS = st.integers(1, 300)


@given(COUNTS, COUNTS)
def test_no_multiple_is_nearer(wish: int, of: int) -> None:
    found = multiple(wish, of)
    assert found % of == 0
    assert all(abs(found - wish) <= abs(one - wish) for one in range(of, wish + 2 * of, of))


@given(COUNTS, COUNTS, COUNTS)
def test_no_divisor_is_nearer(wish: int, one: int, other: int) -> None:
    found = divisor(wish, one, other)
    common = [n for n in range(1, 301) if one % n == 0 and other % n == 0]
    assert found in common
    assert abs(found - wish) == min(abs(n - wish) for n in common)
    assert divisors(one) == [n for n in range(1, one + 1) if one % n == 0]


@given(st.integers(1, 5000), st.lists(st.sampled_from([-1, *range(1, 40)]), min_size=1, max_size=6))
def test_sizes_multiply_to_what_there_is(size: int, wish: list[int]) -> None:
    found = sizes(size, wish)
    if found is None:
        return
    assert len(found) == len(wish)
    assert [one == -1 for one in found] == [one == -1 for one in wish]
    rest = math.prod(one for one in found if one != -1)
    assert size % rest == 0 if -1 in found else size == rest


@pytest.mark.parametrize(
    ("size", "wish", "found"),
    [
        (64, (3, 8, 8), (1, 8, 8)),
        (100, (1, 8, 8), (1, 10, 10)),
        (384, (1, 8, 8), (6, 8, 8)),
        (60, (7, -1), (6, -1)),
        (7, (2, 3), (1, 7)),
        (12, (-1, -1), None),
        (12, (0, 4), None),
    ],
)
def test_sizes_nearest_to_a_wish(
    size: int, wish: tuple[int, ...], found: tuple[int, ...] | None
) -> None:
    given = sizes(size, wish)
    assert given == found or (
        given is not None and found is not None and sorted(given) == sorted(found)
    )
