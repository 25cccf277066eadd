"""What flows along a wire: a tensor's dimensions, element type and meaning."""

import re
from collections.abc import Iterable, Sequence
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
        scale: Id of the data node that standardised the numbers; "" where they are as they came.
        columns: Where it standardised several: which of them each number of an example is, the last
            axis running fastest.
        names: Of each class, where the data say. They travel with the class numbers.
    """

    dims: tuple[Dim, ...]
    dtype: Dtype = "float"
    kind: Kind = "features"
    classes: int | None = None
    scale: str = ""
    columns: tuple[int, ...] = ()
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"[{', '.join(map(str, self.dims))}]" if self.dims else "scalar"

    @property
    def rank(self) -> int:
        """Number of dimensions, the batch included."""
        return len(self.dims)

    @property
    def alone(self) -> "TensorType":
        """Without what travels with its values: units and names of data are no layer's concern."""
        return replace(self, scale="", columns=(), names=())

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


_LINEAR = re.compile(r"(?P<atom>.+?)(?:\*(?P<scale>\d+))?(?P<offset>[+-]\d+)?")


def linear(size: str) -> tuple[str, int, int]:
    """A size that varies, as atom, scale and offset: `T*2+1` gives T, 2 and 1."""
    found = _LINEAR.fullmatch(size)
    if found is None:
        return size, 1, 0
    return found["atom"], int(found["scale"] or 1), int(found["offset"] or 0)


def product(dims: Iterable[Dim]) -> Dim:
    """Product of sizes; a name stays as the text of a product, `T*8`."""
    number = 1
    names: list[str] = []
    for dim in dims:
        if isinstance(dim, int):
            number *= dim
            continue
        atom, scale, offset = linear(dim)
        if offset:
            atom, scale = f"({dim})", 1
        elif names and "//" in atom:
            atom = f"({atom})"
        names.append(atom)
        number *= scale
    if not names or not number:
        return number
    return "*".join([*names, str(number)] if number != 1 else names)


def affine(size: Dim, scale: int, offset: int, divisor: int = 1) -> Dim:
    """(size * scale + offset) // divisor, kept as text where the size is a name.

    The text is always in its shortest form, so that equal sizes are equal texts: padding T by 2
    and taking 2 away again gives T.
    """
    if isinstance(size, int):
        return (size * scale + offset) // divisor
    atom, times, plus = linear(size)
    times, plus = times * scale, plus * scale + offset
    if times % divisor == 0:
        times, plus, divisor = times // divisor, plus // divisor, 1
    text = atom if times == 1 else f"{atom}*{times}"
    if plus:
        text = f"{text}{plus:+d}"
    if divisor == 1:
        return text
    return f"{text}//{divisor}" if text == atom else f"({text})//{divisor}"


def total(sizes: Sequence[Dim]) -> Dim:
    """Sum of sizes; two names give the text of a sum, `(S+T)`."""
    number, names = 0, []
    for size in sizes:
        if isinstance(size, int):
            number += size
        else:
            names.append(size)
    if not names:
        return number
    return affine(names[0] if len(names) == 1 else f"({'+'.join(names)})", 1, number)
