"""Shape rules that several families share."""

from collections.abc import Sequence

from graph.errors import Mismatch, insert_before
from graph.tensor import Dim, TensorType, affine


def at(sizes: Sequence[int], axis: int) -> int:
    """The size for an axis, where one number may stand for all."""
    return sizes[axis] if len(sizes) > 1 else sizes[0]


def window(
    size: Dim,
    kernel: int,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    *,
    ceil: bool = False,
) -> Dim:
    """Places a window takes along one axis.

    Source of the formula: https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html

    Raises:
        Mismatch: If the window is larger than what it slides over.
    """
    reach = dilation * (kernel - 1) + 1
    if isinstance(size, int) and size + 2 * padding < reach:
        raise Mismatch(
            f"a side of at least {reach - 2 * padding}",
            f"{size}",
            "use a smaller kernel, more padding, or fewer layers that shrink the picture before",
        )
    rest = 2 * padding - reach + stride
    if not ceil:
        return affine(size, 1, rest, stride)
    places = affine(size, 1, rest + stride - 1, stride)
    if (
        isinstance(size, int)
        and isinstance(places, int)
        and (places - 1) * stride >= size + padding
    ):
        return places - 1  # torch lets no window start in the padding behind the end
    return places


def spatial(x: TensorType, axes: int, what: str) -> tuple[Dim, ...]:
    """The sides of a batch of signals, pictures or volumes `[N, C, ...]`.

    Raises:
        Mismatch: If the tensor has another number of dimensions.
    """
    names = {1: "[N, C, T]", 2: "[N, C, H, W]", 3: "[N, C, D, H, W]"}
    if x.rank != axes + 2:
        raise Mismatch(f"{what} {names[axes]}", x, f"wire a tensor with {axes + 2} dimensions")
    return x.dims[2:]


def flat(x: TensorType, name: str = "x") -> TensorType:
    """A batch of rows `[N, features]`.

    Raises:
        Mismatch: If there are more dimensions; the repair inserts Flatten.
    """
    if x.rank == 2:
        return x
    repairs = [insert_before(name, "shape.flatten", "Insert Flatten")] if x.rank > 2 else []
    raise Mismatch("rows [N, features]", x, "flatten it first", repairs=repairs)
