"""Sizes that are names: texts stay in their shortest form, and say what they would compute."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from graph.core.tensor import Dim, affine, linear, product, total

steps = st.lists(
    st.tuples(st.integers(1, 4), st.integers(-6, 6), st.integers(1, 4)), min_size=1, max_size=5
)


def value(size: Dim, t: int) -> int:
    return int(eval(str(size), {"__builtins__": {}}, {"T": t, "S": 7}))


@given(steps, st.integers(1, 100))
def test_text_computes_what_it_stands_for(steps: list[tuple[int, int, int]], t: int) -> None:
    size: Dim = "T"
    number: Dim = t
    for scale, offset, divisor in steps:
        size = affine(size, scale, offset, divisor)
        number = affine(number, scale, offset, divisor)
    assert value(size, t) == number
    assert value(product([size, 8, size]), t) == product([number, 8, number])
    assert value(total([size, 3, "S"]), t) == total([number, 3, 7])


def test_equal_sizes_are_equal_texts() -> None:
    assert affine(affine("T", 1, 4), 1, -4) == "T"
    assert affine(affine("T", 2, 0), 1, 0, 2) == "T"
    assert affine("T", 1, 1, 2) == "(T+1)//2"
    assert affine("T", 1, 0, 2) == "T//2"
    assert affine(affine("T", 1, 1), 3, 0) == "T*3+3"


def test_product_reads_like_one() -> None:
    assert product(["N", 3, 4]) == "N*12"
    assert product(["T*2", 8]) == "T*16"
    assert product(["T+1", 8]) == "(T+1)*8"
    assert product([2, 3]) == 6


def test_linear_takes_a_size_apart() -> None:
    assert linear("T*2+1") == ("T", 2, 1)
    assert linear("(T+1)//2") == ("(T+1)//2", 1, 0)
    assert linear("T") == ("T", 1, 0)


def test_total_of_names() -> None:
    assert total([3, 5]) == 8
    assert total(["T", 5]) == "T+5"
    assert total(["T", "S", 1]) == "(T+S)+1"


@given(steps)
def test_a_size_that_grows_evenly_is_told_in_the_shortest_way(
    steps: list[tuple[int, int, int]],
) -> None:
    size: Dim = "T"
    for scale, offset, divisor in steps:
        size = affine(size, scale, offset, divisor)
    first, second, *rest = (value(size, t) for t in range(1, 1 + 2 * 4**5, 97))
    slope, left = divmod(second - first, 97)
    even = all(one == second + 97 * slope * (i + 1) for i, one in enumerate(rest))
    if even and not left and all(value(size, t) == first + slope * (t - 1) for t in range(1, 99)):
        assert size == affine("T", slope, first - slope)
