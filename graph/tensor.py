"""What flows along a wire: a tensor's dimensions, element type and meaning."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

Dim = int | str
Dtype = Literal["float", "int", "bool"]
Kind = Literal["features", "tokens", "labels", "mask", "loss", "schedule"]

BATCH = "N"
TIME = "T"


@dataclass(frozen=True)
class TensorType:
    """A tensor's type, as far as a board can know it.

    Attributes:
        dims: Sizes; a name such as `N` (batch) or `T` (time) stands for one that varies.
        dtype: Element type: float, int or bool.
        kind: What the numbers mean; decides a wire's colour.
        classes: How many classes labels or tokens can take, where known.
    """

    dims: tuple[Dim, ...]
    dtype: Dtype = "float"
    kind: Kind = "features"
    classes: int | None = None

    def __str__(self) -> str:
        return f"[{', '.join(map(str, self.dims))}]" if self.dims else "scalar"

    @property
    def rank(self) -> int:
        """Number of dimensions, the batch included."""
        return len(self.dims)

    def with_dims(self, *dims: Dim) -> "TensorType":
        """The same kind of tensor with other dimensions."""
        return replace(self, dims=dims)

    def with_last(self, size: Dim) -> "TensorType":
        """The same kind of tensor with another last dimension."""
        return replace(self, dims=(*self.dims[:-1], size))


def features(*dims: Dim) -> TensorType:
    """A float tensor."""
    return TensorType(dims)


def labels(*dims: Dim, classes: int | None) -> TensorType:
    """Class numbers 0 to classes - 1."""
    return TensorType(dims, "int", "labels", classes)


SCALAR_LOSS = TensorType((), "float", "loss")
SCHEDULE = TensorType((), "float", "schedule")


def product(dims: Iterable[Dim]) -> Dim:
    """Product of sizes; a name stays as the text of a product, `T*8`."""
    number, names = 1, []
    for dim in dims:
        if isinstance(dim, int):
            number *= dim
        else:
            names.append(dim)
    if not names:
        return number
    return "*".join([*names, str(number)] if number != 1 else names)


def affine(size: Dim, scale: int, offset: int, divisor: int = 1) -> Dim:
    """(size * scale + offset) // divisor, kept as text where the size is a name."""
    if isinstance(size, int):
        return (size * scale + offset) // divisor
    text = size if scale == 1 else f"{size}*{scale}"
    if offset:
        text = f"{text}{offset:+d}"
    if divisor != 1:
        text = f"({text})//{divisor}" if text != size else f"{text}//{divisor}"
    return text
