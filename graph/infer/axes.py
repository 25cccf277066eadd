"""Where an axis lies after its tensor was laid out anew."""

from typing import Any, Literal

from graph.core.tensor import TensorType, product
from graph.declare import Declaration


def moved(
    declaration: Declaration, node: Any, x: TensorType, y: TensorType, axis: int
) -> int | Literal["any"] | None:
    """Where an axis of a tensor lies in what a node makes of it: "any" where it is not known.

    None where one number was picked of it.

    Args:
        declaration: Of the node.
        node: One that hands numbers on; it may say so itself with `moves(x, axis)`.
        x: What it gets.
        y: What it gives.
        axis: Counted from the front.
    """
    if declaration.has("moves"):
        there: int | None = node.moves(x, axis)
        return there
    before, size = product(x.dims[:axis]), x.dims[axis]
    for place, one in enumerate(y.dims):
        if one == size and product(y.dims[:place]) == before:
            return place
    return "any"
