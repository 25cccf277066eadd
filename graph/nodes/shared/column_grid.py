"""Which column of a table each number of a tensor is, where axes are cut, turned or laid out anew.

The hook `lays(*layouts)` of a node gives the layout of each output. An axis has the number that it
has in the tensor; the batch counts as an axis of size 1.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod


@dataclass(frozen=True)
class ColumnGrid:
    """Columns of one example, laid out along axes.

    Attributes:
        sizes: Sizes of the axes, that of the batch 1.
        columns: The column of each number, the last axis running fastest.
    """

    sizes: tuple[int, ...]
    columns: tuple[int, ...]

    def __post_init__(self) -> None:
        assert prod(self.sizes) == len(self.columns), "a layout has a column for each number"

    def at(self, places: Sequence[int]) -> int:
        """The column at a place."""
        found = 0
        for place, size in zip(places, self.sizes, strict=True):
            found = found * size + place
        return self.columns[found]

    def along(self, axis: int, places: Iterable[int]) -> "ColumnGrid":
        """The layout of some places of an axis, in their order; the batch stays as it is."""
        if not axis % len(self.sizes):
            return self
        ranges: list[Sequence[int]] = [range(size) for size in self.sizes]
        ranges[axis] = [*places]
        sizes = tuple(map(len, ranges))
        return ColumnGrid(sizes, tuple(self.at(places) for places in product(*ranges)))

    def ordered(self, axes: Sequence[int]) -> "ColumnGrid | None":
        """The layout with its axes in another order; None where examples do not stay first."""
        if axes[0]:
            return None
        sizes = tuple(self.sizes[axis] for axis in axes)
        found = []
        for places in product(*map(range, sizes)):
            old = dict(zip(axes, places, strict=True))
            found.append(self.at([old[axis] for axis in range(len(axes))]))
        return ColumnGrid(sizes, tuple(found))


def side_by_side(layouts: Sequence[ColumnGrid], axis: int) -> ColumnGrid | None:
    """Layouts side by side along an axis; None where those are more examples."""
    if not axis:
        return None
    ends = [sum(one.sizes[axis] for one in layouts[:number]) for number in range(len(layouts))]
    first = layouts[0].sizes
    sizes = (*first[:axis], sum(one.sizes[axis] for one in layouts), *first[axis + 1 :])
    found = []
    for places in product(*map(range, sizes)):
        number = max(n for n, end in enumerate(ends) if end <= places[axis])
        inside = places[axis] - ends[number]
        found.append(layouts[number].at((*places[:axis], inside, *places[axis + 1 :])))
    return ColumnGrid(sizes, tuple(found))
