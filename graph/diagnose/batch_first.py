"""Nodes that take the batch from its place, and their parameters with which they leave it there.

Examples lie along the first axis everywhere: what moves them, joins them or picks one of them has
mostly been given axis 0 where 1 was meant. That shows further on, at a layer or a loss.
"""

from typing import Any

from graph.core.tensor import BATCH, TensorType
from graph.declare import REGISTRY
from graph.edit.document import Document
from graph.infer.inference import Inference
from graph.model.sheet import Node
from graph.problems.problem import Fix

AXES = ("dim", "start_dim")
"""Parameters that say where along the axes a node works."""


def fix(inference: Inference, node: Node) -> Fix | None:
    """A fix that leaves the batch first, of a node that gives it elsewhere or not at all."""
    found = inference.result(node.id)
    if found is None or not found.inputs or node.muted:
        return None
    first = found.inputs[0][:1] if isinstance(found.inputs[0], tuple) else found.inputs[:1]
    made = next(iter(found.outputs.values()), None)
    if made is None or not first or not isinstance(first[0], TensorType):
        return None
    x: TensorType = first[0]
    if x.dims[:1] != (BATCH,) or made.dims[:1] == (BATCH,):
        return None
    params = _kept_first(node, x)
    if not params or all(node.params.get(name) == value for name, value in params.items()):
        return None
    words = " and ".join(f"{name.replace('_', ' ')} to {value}" for name, value in params.items())
    label = f"Set {words} of {node.name}"
    if len(params) == 1:
        ((name, value),) = params.items()
        label = f"Set {name.replace('_', ' ')} of {node.name} to {value}"

    def apply(document: Document) -> None:
        with document.group(label):
            document.set_params(node.id, **params)

    return Fix(label, apply)


def _kept_first(node: Node, x: TensorType) -> dict[str, Any]:
    """Parameters with which a node leaves the batch of what it takes where it is."""
    declaration = REGISTRY.find(node.type)
    if declaration is None:
        return {}
    if declaration.has("batch_first"):
        found: dict[str, Any] = declaration.bind(node.params).batch_first(x)
        return found
    for name in AXES:
        param = declaration.param(name)
        given = node.params.get(name, param.default if param else None)
        if param is None:
            continue
        if isinstance(given, int) and given in {0, -x.rank}:
            return {name: 1}
        if isinstance(given, tuple) and 0 in {axis % x.rank for axis in given}:
            rest = tuple(axis for axis in given if axis % x.rank)
            return {name: rest or (1,)}
    return {}
