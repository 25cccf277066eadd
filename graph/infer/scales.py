"""In whose deviations numbers are: what is still known of a standardised target behind a node."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from graph.core.tensor import TensorType, product
from graph.declare import Declaration, Value
from graph.model.sheet import Node
from graph.nodes.shared.column_grid import ColumnGrid


def scaled(
    declaration: Declaration,
    node: Node,
    outputs: Sequence[str],
    inputs: tuple[Any, ...],
    types: Sequence[TensorType],
) -> Iterator[TensorType]:
    """Types with what is known of their scale: what only moves numbers keeps it, all else loses it.

    So numbers are turned back into their own unit only where they are surely still standardised.
    Of several columns each has a scale of its own; nodes say where each goes by `lays`.

    Args:
        declaration: What the node is.
        node: The node.
        outputs: Names of its outputs.
        inputs: What its hooks get.
        types: What its shape rule gives.
    """
    plain = [replace(one, scale="", columns=()) if one.scale else one for one in types]
    if declaration.role == "data":
        yield from _made(declaration, node, outputs, inputs, plain)
        return
    given = [kind for one in inputs for kind in (one if isinstance(one, tuple) else (one,))]
    first = given[0] if given else None
    if not first or not first.scale or any(not x or x.scale != first.scale for x in given):
        yield from plain
    elif _identity(declaration, node, first):
        yield replace(plain[0], scale=first.scale, columns=first.columns)
    elif all(x.columns == first.columns and len(x.columns) < 2 for x in given):
        keeps = declaration.group == "Shape" or declaration.has("lays")
        for one in plain:
            yield replace(one, scale=first.scale, columns=first.columns) if keeps else one
    else:
        columns = _laid(declaration, node, inputs, plain)
        for one, found in zip(plain, columns, strict=True):
            yield replace(one, scale=first.scale, columns=found) if found else one


def _made(
    declaration: Declaration,
    node: Node,
    outputs: Sequence[str],
    inputs: tuple[Any, ...],
    types: Sequence[TensorType],
) -> Iterator[TensorType]:
    """What a data node gives: columns are counted through all outputs that it standardises."""
    names = declaration.bind(node.params).standardised(*inputs)
    counts = [_count(x) if out in names else 0 for out, x in zip(outputs, types, strict=True)]
    for place, (count, kind) in enumerate(zip(counts, types, strict=True)):
        start = sum(counts[:place])
        columns = tuple(range(start, start + count)) if sum(counts) > 1 else ()
        yield replace(kind, scale=node.id, columns=columns) if count else kind


def _count(kind: TensorType) -> int:
    """How many columns a target has: those of a size that is known later are one."""
    size = product(kind.dims[1:])
    return size if isinstance(size, int) else 1


def _laid(
    declaration: Declaration, node: Node, inputs: tuple[Any, ...], types: Sequence[TensorType]
) -> list[tuple[int, ...]]:
    """The columns of each output; none where a node does not say where they go."""
    nothing: list[tuple[int, ...]] = [()] * len(types)
    given = [tuple(map(_layout, x)) if isinstance(x, tuple) else _layout(x) for x in inputs]
    flat = [one for x in given for one in (x if isinstance(x, tuple) else (x,))]
    if None in flat or not declaration.has("lays"):
        return nothing
    found = declaration.bind(node.params).lays(*given)
    layouts = found if isinstance(found, tuple) else (found,)
    columns = [one.columns if one else () for one in layouts]
    return [
        () if product(kind.dims[1:]) != len(one) else one if len({*one}) > 1 else one[:1]
        for one, kind in zip(columns, types, strict=True)
    ]


def _layout(kind: TensorType) -> ColumnGrid | None:
    sizes = tuple(one for one in kind.dims[1:] if isinstance(one, int))
    if len(sizes) != kind.rank - 1:
        return None
    columns = kind.columns * int(product(sizes)) if len(kind.columns) == 1 else kind.columns
    return ColumnGrid((1, *sizes), columns) if columns else None


def _identity(declaration: Declaration, node: Node, kind: TensorType) -> bool:
    inputs = declaration.ports.inputs
    if not declaration.has("expression") or len(inputs) != 1 or inputs[0].variadic:
        return False
    return bool(declaration.bind(node.params).expression(Value("x", kind)) == "x")
