"""Logarithms, roots and divisions of numbers that have none: NaN, or infinite, from some step on.

A node says with the hook `undefined(zeros, *given)` of which of its parts that holds, from the
ranges of its inputs, and the names of those of which some numbers are exactly 0.
"""

from collections.abc import Iterator

from graph.declare import REGISTRY, ranges
from graph.edit.document import Document
from graph.infer import routes, tracing
from graph.infer.inference import Inference
from graph.infer.tracing import Traced
from graph.model.address import Address as Place
from graph.model.address import Path
from graph.model.sheet import End, Node, Sheet
from graph.nodes.shared.domains import TINY, Undefined
from graph.problems.fixes import problem, set_on
from graph.problems.problem import Fix, Problem

POSITIVE = "activation.softplus"
"""What makes numbers above 0 of any."""
BOUND = "merge.clamp"
FORMULA = "formula"


def check(inference: Inference) -> Iterator[Problem]:
    """Nodes that have no value for some of the numbers they surely get."""
    for path, sheet, node, found in routes.everywhere(inference, "undefined"):
        if found.inputs is not None and not found.problems:
            yield from _undefined(inference, path, sheet, node)


def _undefined(inference: Inference, path: Path, sheet: Sheet, node: Node) -> Iterator[Problem]:
    declaration = REGISTRY.find(node.type)
    assert declaration is not None, "only nodes of known type have hooks"
    ports = inference.document.ports(node).inputs
    traced = {p.name: tracing.trace(inference, Place(path, End(node.id, p.name))) for p in ports}
    if _meets_itself(inference, [*traced.values()]):
        return  # a number beside itself goes not everywhere that two do
    zeros = frozenset(name for name, one in traced.items() if _has_zeros(inference, one))
    # of what data give in deviations from a mean it is told that they are no amounts
    given = [None if _standardised(inference, one) else one.range for one in traced.values()]
    told = set[str]()
    for one in declaration.bind(node.params).undefined(zeros, *given):
        if one.part not in told:
            told.add(one.part)
            yield _told(inference, sheet, node, one, traced)


def _standardised(inference: Inference, traced: Traced) -> bool:
    if traced.maker is None or traced.range is None:
        return False
    node = inference.document.node(traced.maker.end.node)
    declaration = REGISTRY.find(node.type)
    if declaration is None or declaration.role != "data":
        return False
    named = declaration.bind(node.params).standardised(inference.facts.get(node.id))
    return traced.maker.end.port in named


def _meets_itself(inference: Inference, traced: list[Traced]) -> bool:
    """Does some of what it takes come of several inputs, of which some are one value?"""
    for one in traced:
        if one.maker is None:
            continue
        ports = inference.document.ports(inference.document.node(one.maker.end.node)).inputs
        wired = [
            found
            for port in ports
            for found in routes.feeding(
                inference.document, Place(one.maker.path, End(one.maker.end.node, port.name))
            )
        ]
        if len({*wired}) < len(wired):
            return True
    return False


def _has_zeros(inference: Inference, traced: Traced) -> bool:
    """Are some of its numbers exactly 0: pixels, or what lies below the bend of a ReLU?"""
    if traced.maker is None or traced.range is None or traced.range.low != 0:
        return False
    node = inference.document.node(traced.maker.end.node)
    declaration = REGISTRY.find(node.type)
    if declaration is None:
        return False
    if declaration.role == "data":
        return True
    if declaration.has("cuts"):
        return bool(declaration.bind(node.params).cuts() == 0)
    curve = declaration.curve(node.params)
    return curve is not None and curve(-ranges.LARGE) == curve(-ranges.LARGE / 2) == 0


def _told(
    inference: Inference,
    sheet: Sheet,
    node: Node,
    one: Undefined,
    traced: dict[str, Traced],
) -> Problem:
    maker = traced[one.name].maker if one.name else None
    giver = inference.document.node(maker.end.node).name if maker else one.of
    fixes = [_insert(sheet, node, one)] if one.name else []
    if one.mended:
        fixes.append(set_on(node, FORMULA, one.mended))
    elif one.name:
        fixes.append(_insert(sheet, node, one, BOUND))
    return problem(
        sheet,
        node,
        f"{one.part} has no finite value for some of what {giver} gives",
        severity="warning",
        expected=one.wanted,
        received=f"others too, of {giver}",
        advice=f"put Softplus before, or a bound such as max({one.of}, {TINY:g})",
        fixes=tuple(fixes),
    )


def _insert(sheet: Sheet, node: Node, one: Undefined, type: str = POSITIVE) -> Fix:
    made = REGISTRY.find(type)
    assert made is not None, "it is of the catalogue"
    params = {"min": TINY, "max": None} if type == BOUND else {}
    label = f"Insert {made.title} at {one.name}"

    def apply(document: Document) -> None:
        (wire,) = document.sheet_of(node.id).into(node.id, one.name)
        with document.group(label):
            document.insert(type, wire, **params)

    return Fix(label, apply)
