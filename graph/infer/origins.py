"""The one value that a node with several inputs makes its numbers of, and how it picks from it.

A softmax drawn as exp, sum and a division, or a ReLU as Where with a comparison, takes several
wires; all of them come from the scores.
"""

from collections.abc import Iterator
from dataclasses import replace

from graph.declare import REGISTRY, Declaration
from graph.declare.ranges import Given, Range, passes
from graph.infer import routes
from graph.infer.inference import Inference
from graph.model.address import Address as Place
from graph.model.sheet import End

DEEP = 12
"""How many nodes before each input are looked at."""
TURNED = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}


def common(inference: Inference, maker: Place) -> Place | None:
    """The nearest value that all inputs of a node hang on, as large as what it gives.

    None where there is none on the same sheet. Inputs that hang on constants alone do not count.
    """
    made = _type(inference, maker)
    ways = [list(_above(inference, source)) for source in _into(inference, maker)]
    ways = [way for way in ways if any(_varies(inference, one) for one in way)]
    if not ways or made is None:
        return None
    for one in ways[0]:
        alike = one.path == maker.path and _type(inference, one) == made
        if alike and all(one in way for way in ways[1:]):
            return one
    return None


def between(inference: Inference, maker: Place, origin: Place) -> set[str]:
    """The nodes that a node's numbers come through from one value."""
    ways = [_above(inference, one) for one in _into(inference, maker)]
    above = [one for way in ways for one in way if one != origin]
    return {one.end.node for one in above if origin in _above(inference, one)}


def _into(inference: Inference, place: Place) -> Iterator[Place]:
    """All outputs that are wired into a node."""
    for port in inference.document.ports(inference.document.node(place.end.node)).inputs:
        yield from routes.feeding(inference.document, _at(place, port.name))


def _type(inference: Inference, place: Place) -> tuple[object, ...] | None:
    found = inference.inside(place.path).get(place.end.node)
    kind = found.outputs.get(place.end.port) if found else None
    return kind.dims if kind is not None and kind.dtype == "float" else None


def _at(place: Place, port: str) -> Place:
    return Place(place.path, End(place.end.node, port))


def _above(inference: Inference, source: Place) -> Iterator[Place]:
    """An output and those it hangs on, nearest first, up to what learns."""
    document, ahead = inference.document, [source]
    for place in ahead:
        yield place
        node = document.node(place.end.node)
        declaration = REGISTRY.find(node.type)
        if declaration is None or declaration.learns or len(ahead) > DEEP:
            continue
        ahead += [one for one in _into(inference, place) if one not in ahead]


def _varies(inference: Inference, place: Place) -> bool:
    """Is it learned, or is it data?"""
    declaration = REGISTRY.find(inference.document.node(place.end.node).type)
    return declaration is None or declaration.learns or declaration.role in {"data", "noise"}


def narrowed(
    inference: Inference, place: Place, declaration: Declaration, given: list[object]
) -> list[object]:
    """Ranges of what a node picks by a comparison of just that: above 0 where it was asked for.

    Args:
        inference: What is known.
        place: An output of the node.
        declaration: The node's; its hook `chooses` names the input with the mask, those that count
            where the mask says yes, and those that count where it says no.
        given: The ranges of its inputs.
    """
    node = inference.document.node(place.end.node)
    mask, yes, no = declaration.bind(node.params).chooses()
    asked = [_asked(inference, one) for one in routes.feeding(inference.document, _at(place, mask))]
    found = list(given)
    for number, port in enumerate(inference.document.ports(node).inputs[: len(given)]):
        wired = routes.feeding(inference.document, _at(place, port.name))
        several = found[number]
        if isinstance(several, tuple):
            ranges = [Range(0.0, 1.0) if one else x for one, x in zip(asked, several, strict=True)]
        else:
            ranges = [several]
        for at, source in enumerate(wired):
            for of, relation, value in filter(None, asked):
                if of == source and port.name in (*yes, *no):
                    held = relation if port.name in yes else TURNED.get(relation, "")
                    ranges[at] = _cut(ranges[at], held, value)
        found[number] = tuple(ranges) if isinstance(several, tuple) else ranges[0]
    return found


def _cut(given: object, relation: str, value: float) -> Given:
    known = given if isinstance(given, Range) else Range(reached=False)
    if relation in {">", ">="}:
        return replace(known, low=max(known.low, value))
    if relation in {"<", "<="}:
        return replace(known, high=min(known.high, value))
    return given if isinstance(given, Range) else None


def _asked(inference: Inference, place: Place) -> tuple[Place, str, float] | None:
    """What a mask compares with which number, and how; None where it is no such mask."""
    document, turned = inference.document, False
    for _ in range(DEEP):
        node = document.node(place.end.node)
        declaration = REGISTRY.find(node.type)
        wired = list(_into(inference, place))
        if declaration is None or len(wired) != 1:
            return None
        if declaration.has("compares"):
            relation, value = declaration.bind(node.params).compares()
            return wired[0], TURNED.get(relation, "") if turned else relation, value
        if not declaration.has("inverts") and not passes(declaration):
            return None
        turned ^= declaration.has("inverts")
        place = wired[0]
    return None
