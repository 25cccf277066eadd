"""What shape comments say where sizes differ from place to place: what holds for all of them."""

from collections.abc import Iterator, Mapping, Sequence

from graph.core.tensor import Dim, TensorType, affine

LETTERS = {2: "ND", 3: "NTD", 4: "NCHW", 5: "NCDHW"}
"""How sizes are called that differ from place to place, by rank."""
SIDES = {"H", "W"}
"""Letters of sizes that are no argument of the constructor, though the numbers may agree."""

Sizes = tuple[Dim, ...]
"""A size in every place."""


class Symbols:
    """Names for the sizes of one forward, the same for the same sizes.

    A size that is half of another in every place is called `H//2`, and so on; one that is no
    simple part of any gets a name of its own.

    Args:
        called: What sizes are called that are arguments of the constructor.
    """

    def __init__(self, called: Mapping[tuple[str, ...], str]) -> None:
        self._called = called
        self._known: dict[str, Sizes] = {}

    def type(self, kinds: Sequence[TensorType], *, enters: bool) -> TensorType:
        """The type that holds in every place.

        Args:
            kinds: A value's type in each place.
            enters: It comes from outside, so that its sizes may get names.
        """
        first = kinds[0]
        if all(kind.dims == first.dims for kind in kinds):
            return first
        if len({kind.rank for kind in kinds}) > 1:
            return first.with_dims("N", "...")
        dims: list[Dim] = []
        for place, sizes in enumerate(zip(*(kind.dims for kind in kinds), strict=True)):
            letters = LETTERS.get(first.rank, "")
            letter = letters[place] if place < len(letters) else f"D{place}_"
            argument = self._called.get(tuple(map(str, sizes)))
            if len(set(sizes)) == 1:
                dims.append(sizes[0])
            elif argument is not None and letter not in SIDES and place in {1, first.rank - 1}:
                dims.append(argument)
            elif enters and letter not in self._known:
                self._known[letter] = sizes
                dims.append(letter)
            else:
                dims.append(self._size(letter, sizes, dims))
        return first.with_dims(*dims)

    def _size(self, letter: str, sizes: Sizes, used: Sequence[Dim]) -> Dim:
        """A size said by those that have names, by one of its own letter where that can be."""
        known = sorted(self._known.items(), key=lambda pair: pair[0][0] != letter[0])
        found: list[Dim] = [symbol for symbol, other in known if other == sizes]
        found = found or [part for one in known if (part := _part(*one, sizes)) is not None]
        if found:
            return next((one for one in found if one not in used), found[0])
        symbol = letter.rstrip("_") if letter not in self._known else f"{letter}{len(known) + 1}"
        self._known[symbol] = sizes
        return symbol


def _part(symbol: str, sizes: Sizes, wanted: Sizes) -> Dim | None:
    """Sizes said by others: half, twice, or some more or less, the same in every place."""
    if not all(isinstance(size, int) for size in (*sizes, *wanted)):
        return None
    for scale, offset, divisor in _rules(int(wanted[0]), int(sizes[0])):
        if all(affine(a, scale, offset, divisor) == b for a, b in zip(sizes, wanted, strict=True)):
            return affine(symbol, scale, offset, divisor)
    return None


def _rules(wanted: int, size: int) -> Iterator[tuple[int, int, int]]:
    for factor in range(2, 33):
        yield 1, 0, factor
        yield 1, factor - 1, factor  # windows that begin at every factor-th place
        yield factor, 0, 1
    yield 1, wanted - size, 1
