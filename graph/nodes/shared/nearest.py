"""Repairs where numbers do not divide or fit: the nearest that do."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import product

from graph.core.errors import Mismatch, Repair, set_param, set_upstream
from graph.core.tensor import Dim, TensorType
from graph.nodes.shared.axes_of_shapes import spread

NEAR = 12
"""How many divisors are tried for each size of a shape."""
AXES = 4
"""Sizes of a shape beyond which only one of them is changed."""
MOST_AXES = 64
"""Of longer lists no nearest sizes are looked for: most of torch takes no tensor of more axes."""


def multiple(wish: int, of: int) -> int:
    """The multiple of a number that is nearest to another; the larger of two."""
    return max(1, (2 * wish + of) // (2 * of)) * of


def divisor(wish: int, *counts: int) -> int:
    """The number nearest to a wish that divides all counts; the smaller of two."""
    return min(divisors(math.gcd(*counts)), key=lambda one: (abs(one - wish), one))


def divisors(count: int) -> list[int]:
    """All numbers that divide a count without rest, smallest first."""
    low = [one for one in range(1, math.isqrt(count) + 1) if count % one == 0]
    return sorted({*low, *(count // one for one in low)})


def outputs(x: TensorType, axis: int, count: int, port: str = "x") -> list[Repair]:
    """A repair that lets the layer before give so many features or channels on an axis."""
    last = axis == x.rank - 1
    if axis < 1 or x.rank < 2 or not (last or axis == 1):
        return []
    name = "units" if last else "filters"
    return [set_upstream(port, name, count, f"Set the outputs of the layer before to {count}")]


def set_nearest(name: str, wish: int, *counts: int) -> list[Repair]:
    """A repair that sets a parameter to the divisor of counts that is nearest to it."""
    found = divisor(wish, *counts)
    return [set_param(name, found)] if found > 1 else []


def set_sizes(size: int, wish: Sequence[int]) -> list[Repair]:
    """A repair that sets sizes to the nearest that multiply to a number."""
    found = sizes(size, wish)
    return [set_param("sizes", found)] if found is not None else []


def sizes(size: int, wish: Sequence[int]) -> tuple[int, ...] | None:
    """The sizes nearest to a wish that multiply to a number; -1 stands for what is left.

    As few are changed as can be, and those by as little; None where there are none.
    """
    if size < 1 or wish.count(-1) > 1 or any(one < 1 and one != -1 for one in wish):
        return None
    if len(wish) > MOST_AXES:
        return None
    own = divisors(size)
    tries = (_some(own, one) if len(wish) <= AXES else [one] for one in wish)
    found = [one for one in product(*tries) if _fill(size, one)]
    if len(wish) > AXES:
        found = [one for place in range(len(wish)) if (one := _without(size, wish, place))]
    return min(found, key=lambda one: _far(one, wish), default=None)


def _some(own: Sequence[int], wish: int) -> list[int]:
    if wish == -1:
        return [-1]
    return sorted(own, key=lambda one: abs(math.log(one / wish)))[:NEAR]


def _without(size: int, wish: Sequence[int], place: int) -> tuple[int, ...] | None:
    """The sizes with one of them changed, where that does."""
    rest = math.prod(one for at, one in enumerate(wish) if at != place and one != -1)
    if wish[place] == -1 or -1 in wish or size % rest:
        return None
    return (*wish[:place], size // rest, *wish[place + 1 :])


def _fill(size: int, sizes: Sequence[int]) -> bool:
    rest = math.prod(one for one in sizes if one != -1)
    return size % rest == 0 if -1 in sizes else size == rest


def _far(found: Sequence[int], wish: Sequence[int]) -> tuple[float, ...]:
    """How many differ, by how much, and where first: channels may change rather than sides."""
    pairs = [(one, other) for one, other in zip(found, wish, strict=True) if one != other]
    first = next((at for at, one in enumerate(found) if one != wish[at]), 0)
    far = sum(abs(math.log(one / other)) for one, other in pairs)
    return len(pairs), round(far, 6), first, *found


def smaller_kernel(
    kernel: Sequence[int], sides: Sequence[Dim], pads: Sequence[int], gaps: Sequence[int]
) -> list[Repair]:
    """A repair that lets a window fit the sides it slides over."""
    fitting = []
    for own, side, pad, gap in zip(spread(kernel, len(sides)), sides, pads, gaps, strict=True):
        most = (side + 2 * pad - 1) // gap + 1 if isinstance(side, int) else own
        fitting.append(max(1, min(own, most)))
    if max(fitting) == 1:
        return []
    return [set_param("kernel_size", (fitting[0],) if len({*fitting}) == 1 else tuple(fitting))]


@contextmanager
def offering(repairs: Callable[[], Iterable[Repair]]) -> Iterator[None]:
    """Offer repairs with a mismatch that has none; they are looked for only then."""
    try:
        yield
    except Mismatch as mismatch:
        mismatch.repairs = mismatch.repairs or tuple(repairs())
        raise
