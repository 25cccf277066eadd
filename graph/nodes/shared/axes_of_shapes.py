"""Shape rules that several families share."""

import ast
from collections.abc import Sequence
from dataclasses import replace

from graph.core.errors import Mismatch, Repair, insert_before, set_param
from graph.core.tensor import Dim, Dtype, TensorType, affine

NAMES = {1: "[N, C, T]", 2: "[N, C, H, W]", 3: "[N, C, D, H, W]"}
"""How a batch of signals, pictures and volumes is written, by number of sides."""


def at(sizes: Sequence[int], axis: int) -> int:
    """The size for an axis, where one number may stand for all."""
    return sizes[axis] if len(sizes) > 1 else sizes[0]


def times(sizes: Sequence[int]) -> str:
    """Sizes as people write them: `3×3`."""
    return "×".join(map(str, sizes))


def spread(sizes: Sequence[int], axes: int) -> tuple[int, ...]:
    """One number a side, where one number may stand for all."""
    return tuple(at(sizes, axis) for axis in range(axes))


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
    rest = 2 * padding - reach + stride
    places = affine(size, 1, rest + (stride - 1 if ceil else 0), stride)
    if ceil and (padding or stride > reach):
        # torch lets no window start in the padding behind the end
        most = affine(size, 1, padding + stride - 1, stride)
        numeric = isinstance(places, int) and isinstance(most, int)
        places = min(places, most) if numeric else f"min({places}, {most})"
    if not isinstance(size, int) or not isinstance(places, int):
        return places
    if places < 1 or (not ceil and size + 2 * padding < reach):
        raise Mismatch(
            f"a side of at least {reach - 2 * padding}",
            f"{size}",
            "use a smaller kernel, more padding, or fewer layers that shrink the picture before",
        )
    return places


def spatial(x: TensorType, axes: int, what: str, port: str = "x") -> tuple[Dim, ...]:
    """The sides of a batch of signals, pictures or volumes `[N, C, ...]`.

    Raises:
        Mismatch: If the tensor has another number of dimensions.
    """
    if x.rank == axes + 2:
        return x.dims[2:]
    repairs: list[Repair] = []
    if x.rank == axes + 1:
        repairs = [insert_before(port, "shape.unsqueeze", "Insert Unsqueeze", dim=1)]
    elif x.rank == 2 and isinstance(x.dims[1], int):
        side = round(x.dims[1] ** (1 / axes))
        sizes = (1, *(side,) * axes) if side**axes == x.dims[1] else (x.dims[1], *(1,) * axes)
        label = f"Insert Unflatten to {times(sizes)}"
        repairs = [insert_before(port, "shape.unflatten", label, dim=1, sizes=sizes)]
    advice = f"wire a tensor with {axes + 2} dimensions"
    raise Mismatch(f"{what} {NAMES[axes]}", x, advice, repairs=repairs)


def channels(x: TensorType) -> int:
    """The size of axis 1, which must be a number.

    Raises:
        Mismatch: If there is no such axis, or its size varies.
    """
    size = x.dims[1] if x.rank > 1 else None
    if not isinstance(size, int):
        raise Mismatch("a fixed number of channels on axis 1", x, "wire [N, channels, ...]")
    return size


def numbers(x: TensorType, port: str = "x") -> TensorType:
    """A tensor of floats, which is what arithmetic that learns needs.

    Raises:
        Mismatch: If it holds class numbers, tokens or truth values; the repair turns them.
    """
    if x.dtype == "float":
        return x
    if x.dtype == "int" and x.kind == "tokens":
        repair = insert_before(port, "layer.embedding", "Insert Embedding")
        advice = "put an Embedding before"
    elif x.dtype == "int" and x.classes is not None:
        repair = insert_before(port, "shape.one_hot", "Insert One-hot")
        advice = "turn class numbers into features with One-hot or an Embedding"
    else:
        repair = insert_before(port, "shape.to_float", "Insert To float")
        advice = "turn them into numbers with To float"
    raise Mismatch("features (floats)", f"{x.kind} {x} of {x.dtype}", advice, repairs=[repair])


def axis(x: TensorType, dim: int, name: str = "dim", extra: int = 0) -> int:
    """The axis `dim` counted from the front, as torch reads it.

    Args:
        x: Whose axis.
        dim: Which; negative counts from the end.
        name: The parameter it comes from, for the message.
        extra: How many more positions there are than axes, as where an axis is put in.

    Raises:
        Mismatch: If there is no such axis.
    """
    rank = x.rank + extra
    if not -rank <= dim < rank:
        near = rank - 1 if dim > 0 else 1 - rank
        raise Mismatch(
            f"{name} from {-rank} to {rank - 1}" if rank else "a tensor with axes",
            f"{name} {dim} for {x}",
            "pick an axis the tensor has",
            repairs=[set_param(name.replace(" ", "_"), near)] if near and name != "dims" else [],
        )
    return dim % rank


def known(x: TensorType, dim: int, what: str) -> int:
    """The size of axis `dim` as a number.

    Raises:
        Mismatch: If it varies.
    """
    size = x.dims[dim]
    if not isinstance(size, int):
        raise Mismatch(
            f"a fixed size on axis {dim} for {what}",
            x,
            "wire a tensor of fixed size" if dim else "pick an axis behind the batch",
            repairs=[set_param("dim", 1)] if not dim and x.rank > 1 else [],
        )
    return size


def operand(source: str) -> str:
    """Source text that can stand before a dot or beside an operator.

    `a` and `f(a)` stay, `a + b` becomes `(a + b)`.
    """
    tree = ast.parse(source, mode="eval").body
    atoms = (ast.Name, ast.Call, ast.Attribute, ast.Subscript)
    return str(source) if isinstance(tree, atoms) else f"({source})"


def joint(types: Sequence[TensorType], dims: Sequence[Dim]) -> TensorType:
    """The type of what comes of several tensors: the widest dtype; their kind where all agree.

    What a loss is part of is a loss.
    """
    order: tuple[Dtype, ...] = ("bool", "int", "float")
    dtype = max((one.dtype for one in types), key=order.index)
    kinds = {one.kind for one in types}
    kind = kinds.pop() if len(kinds) == 1 else "features"
    if "loss" in kinds:
        kind = "loss"
    if kind in {"labels", "tokens"} or (kind == "mask" and dtype != "bool"):
        kind = "features"
    return TensorType(tuple(dims), dtype, kind)


def reduced(x: TensorType, dims: Sequence[Dim]) -> TensorType:
    """What is left of a tensor after a sum or a mean over some axes."""
    return replace(numbers(x), dims=tuple(dims), classes=None)
