"""Tensors that meet number by number, sizes of 1 stretched."""

from collections.abc import Sequence

from graph.core.errors import Mismatch, insert_before
from graph.core.tensor import BATCH, Dim, TensorType
from graph.nodes.shared.axes_of_shapes import times
from graph.nodes.shared.fits import fitting


def broadcast(types: Sequence[TensorType], ports: Sequence[str] = ()) -> tuple[Dim, ...]:
    """Dimensions of what comes of tensors that meet number by number.

    Sizes are compared from the last axis on; they must be equal, or one of them 1 or missing.
    Source: https://docs.pytorch.org/docs/stable/notes/broadcasting.html

    Raises:
        Mismatch: If two sizes differ, or if the batch would meet itself: [N, 1] with [N] gives
            [N, N] in torch, which is hardly ever meant.
    """
    rank = max((one.rank for one in types), default=0)
    dims: list[Dim] = []
    for back in range(rank, 0, -1):
        sizes = {one.dims[-back] for one in types if one.rank >= back} - {1}
        if len(sizes) > 1:
            _refuse(types, ports, EQUAL)
        dims.append(sizes.pop() if sizes else 1)
    if dims.count(BATCH) > 1 and all(one.dims.count(BATCH) <= 1 for one in types):
        _refuse(types, ports, SELF)
    return tuple(dims)


EQUAL = "tensors whose sizes are equal or 1, from the last axis on"
SELF = "tensors that have the batch on the same axis, counted from the last"


def _refuse(types: Sequence[TensorType], ports: Sequence[str], expected: str) -> None:
    rank = max(one.rank for one in types)
    wires = [(port, 0) for port in ports] or [("xs", number) for number in range(len(types))]
    repairs = fitting(types, wires) if expected == EQUAL else []
    for port, one in zip(ports, types, strict=False):
        missing = rank - one.rank
        if missing and one.rank and all(isinstance(size, int) for size in one.dims[1:]):
            sizes = (*one.dims[1:], *(1,) * missing)
            label = f"Insert Reshape to {times([int(size) for size in sizes])} on {port}"
            repairs.append(insert_before(port, "shape.reshape", label, sizes=sizes))
    raise Mismatch(
        expected,
        " and ".join(str(one) for one in types),
        "reshape one of them, or change the layer before it",
        repairs=repairs,
    )
