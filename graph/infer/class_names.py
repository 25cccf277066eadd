"""Names of classes: told by data nodes, carried along wires with the class numbers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from graph.core.tensor import TensorType
from graph.declare import Declaration


def told(
    bound: Any, facts: Mapping[str, Any] | None, ports: Iterable[str], types: Sequence[TensorType]
) -> tuple[TensorType, ...]:
    """What a data node gives, its class numbers with their names."""
    pairs = zip(ports, types, strict=True)
    return tuple(
        one if one.classes is None else replace(one, names=tuple(bound.class_names(facts, port)))
        for port, one in pairs
    )


def carried(
    declaration: Declaration, inputs: Sequence[Any], types: Sequence[TensorType]
) -> tuple[TensorType, ...]:
    """What a node gives, with the names of the class numbers that it takes.

    A node that keeps the leading axes keeps the names, where what it gives are class numbers of as
    many classes, or a number for each class, as one-hot rows are. Where numbers of several names
    meet nothing is known; a layer that learns gives numbers of its own.
    """
    given = [one for one in _types(inputs) if one.names]
    types = [_checked(one) for one in types]
    if len({one.names for one in given}) != 1 or declaration.learns:
        return tuple(types)
    return tuple(
        replace(one, names=given[0].names) if _keeps(given[0], one) else one for one in types
    )


def _checked(kind: TensorType) -> TensorType:
    """A type without names where a shape rule says that there are other classes now."""
    stale = kind.names and kind.kind == "labels" and kind.classes != len(kind.names)
    return replace(kind, names=()) if stale else kind


def _types(inputs: Iterable[Any]) -> Iterator[TensorType]:
    for one in inputs:
        if isinstance(one, TensorType):
            yield one
        elif isinstance(one, tuple):
            yield from _types(one)


def _keeps(given: TensorType, made: TensorType) -> bool:
    count, leading = len(given.names), given.dims[:1] == made.dims[:1]
    if made.names or not leading:
        return False
    if made.kind == given.kind:
        return made.classes in {None, count} and made.dtype == given.dtype
    return made.dims == (*given.dims, count)
