"""Divisions by what is 0 everywhere, or at a place: all numbers behind are infinite, or none.

A node says with the hook `divisors(*given)` by what it divides: how each is called in its formula
or at its inputs, from the ranges of its inputs.
"""

import re
from collections.abc import Iterator

from graph.declare import REGISTRY
from graph.declare.ranges import Range
from graph.infer import routes, tracing
from graph.infer.inference import Inference
from graph.model.address import Address as Place
from graph.model.address import Path
from graph.model.sheet import End, Node, Sheet
from graph.problems.fixes import problem, set_on
from graph.problems.problem import Problem

ZERO = Range(0.0, 0.0)


def check(inference: Inference) -> Iterator[Problem]:
    """Nodes that divide by 0."""
    for path, sheet, node, found in routes.everywhere(inference, "divisors"):
        if found.inputs is not None and not found.problems:
            yield from _divides(inference, path, sheet, node)


def _divides(inference: Inference, path: Path, sheet: Sheet, node: Node) -> Iterator[Problem]:
    declaration = REGISTRY.find(node.type)
    assert declaration is not None, "only nodes of known type have hooks"
    ports = inference.document.ports(node).inputs
    traced = [tracing.trace(inference, Place(path, End(node.id, one.name))) for one in ports]
    zeros = [_has_zeros(inference, one) for one in traced]
    given = [ZERO if maker else one.range for maker, one in zip(zeros, traced, strict=True)]
    for name in declaration.bind(node.params).divisors(*given):
        used = {*re.findall(r"\w+", name)}
        found = zip(ports, zeros, strict=True)
        makers = {one.id: one for port, one in found if one is not None and port.name in used}
        names = " and ".join(one.name for one in makers.values())
        yield problem(
            sheet,
            node,
            f"divides by {name}, which is 0" + (f": {names} gives 0" if names else ""),
            expected="a divisor other than 0",
            received="0",
            advice="divide by another number",
            fixes=tuple(set_on(one, "values", _ones(one)) for one in makers.values()),
        )
        return


def _has_zeros(inference: Inference, traced: tracing.Traced) -> Node | None:
    """The node that holds fixed numbers of which one is 0."""
    if traced.maker is None:
        return None
    node = inference.document.node(traced.maker.end.node)
    declaration = REGISTRY.find(node.type)
    fixed = declaration is not None and declaration.has("fixed")
    return node if fixed and 0.0 in node.params.get("values", ()) else None


def _ones(node: Node) -> tuple[float, ...]:
    return tuple(one or 1.0 for one in node.params["values"])
