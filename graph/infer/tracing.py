"""What is known of the numbers at an input, and which node makes them so.

Looked up where it is asked for: what learns gives numbers of any size, so the way is short.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from graph.core.tensor import TensorType
from graph.declare import REGISTRY, Declaration, ranges
from graph.declare.ranges import FREE, Given, Want
from graph.edit.document import Document
from graph.infer import axes, origins, routes
from graph.infer.inference import Inference
from graph.model.address import Address as Place
from graph.model.sheet import End

DEEP = 40
"""How many nodes in a row are looked through."""


@dataclass(frozen=True)
class Traced:
    """Numbers at an input.

    Attributes:
        range: How far they go; None where it is not known.
        maker: The output they are computed at, by a node that does more than hand them on.
        steps: What hands them on from there, last first.
    """

    range: Given = None
    maker: Place | None = None
    steps: tuple[Place, ...] = field(default=())


def trace(inference: Inference, target: Place, deep: int = DEEP) -> Traced:
    """What is known of the numbers wired into an input; unknown where there are several."""
    wired = routes.feeding(inference.document, target)
    return at(inference, wired[0], deep) if len(wired) == 1 else Traced()


def at(inference: Inference, place: Place, deep: int = DEEP) -> Traced:
    """What is known of the numbers at an output."""
    steps: list[Place] = []
    found: Given = None
    while deep > 0:
        deep -= 1
        declaration = known(inference, place)
        if declaration is None:
            break
        if not ranges.passes(declaration):
            found = _range(inference, place, declaration, deep)
            break
        steps.append(place)
        before = routes.feeding(inference.document, first_input(inference, place))
        if not before:
            break
        place = before[0]
    for step in reversed(steps):
        found = _handed_on(inference, step, found)
    return Traced(found, place, tuple(steps))


def known(inference: Inference, place: Place) -> Declaration | None:
    """The declaration of a node that gives numbers and of which all is known."""
    result = inference.inside(place.path).get(place.end.node)
    kind = result.outputs.get(place.end.port) if result else None
    if kind is None or kind.dtype != "float":
        return None
    return REGISTRY.find(inference.document.node(place.end.node).type)


def first_input(inference: Inference, place: Place) -> Place:
    """The first input of a node."""
    node = inference.document.node(place.end.node)
    return Place(place.path, End(node.id, inference.document.ports(node).inputs[0].name))


def single_input(inference: Inference, place: Place) -> Place | None:
    """The one value that a node makes its numbers of; None where there are several or none."""
    ports = inference.document.ports(inference.document.node(place.end.node)).inputs
    if len(ports) != 1:
        return None
    wired = routes.feeding(inference.document, first_input(inference, place))
    return wired[0] if len(wired) == 1 else None


def _range(inference: Inference, place: Place, declaration: Declaration, deep: int) -> Given:
    document = inference.document
    node = document.node(place.end.node)
    ports = document.ports(node)
    given: list[object] = []
    for port in ports.inputs if not declaration.learns or declaration.has("bounds") else ():
        wired = routes.feeding(document, Place(place.path, End(node.id, port.name)))
        found = [at(inference, one, deep // 2).range for one in wired]
        given.append(tuple(found) if port.variadic else found[0] if found else None)
    if declaration.role == "data":
        made = declaration.bind(node.params)
        reach: Given = made.reach(inference.facts.get(node.id), place.end.port)
        return reach
    if declaration.has("chooses"):
        given = origins.narrowed(inference, place, declaration, given)
    number = [port.name for port in ports.outputs].index(place.end.port)
    made = ranges.of(declaration, node.params, given or [FREE], number)
    x = _first_type(inference, place)
    if made is None or x is None or not declaration.has("shares"):
        return made
    axis = declaration.bind(node.params).shares(x)
    return replace(made, meaning=made.meaning or "probabilities", axis=axis)


def _handed_on(inference: Inference, place: Place, given: Given) -> Given:
    node = inference.document.node(place.end.node)
    declaration = REGISTRY.find(node.type)
    assert declaration is not None, "only nodes of known type hand numbers on"
    found = ranges.of(declaration, node.params, [given])
    if found is None or not isinstance(found.axis, int):
        return found
    x, y = _first_type(inference, place), inference.inside(place.path)[node.id].outputs
    made = y[place.end.port]
    if x is None or made is None:
        return replace(found, axis="any")
    return replace(
        found, axis=axes.moved(declaration, declaration.bind(node.params), x, made, found.axis)
    )


def _first_type(inference: Inference, place: Place) -> TensorType | None:
    """The type at the first input of a node; None where it takes several there, or none."""
    inputs = inference.inside(place.path)[place.end.node].inputs
    return inputs[0] if inputs and isinstance(inputs[0], TensorType) else None


@dataclass(frozen=True)
class Chain:
    """Nodes in a row that lead to an input, last first.

    Attributes:
        places: All of them, down to the first that bends.
        bends: Those that bend numbers into what is not wanted. Without them numbers are of either
            sign; what only hands on or scales stays.
        origins: For those with several inputs, the one value that all of these come from.
        between: The nodes that lie between those and what they come from.
    """

    places: tuple[Place, ...]
    bends: tuple[Place, ...]
    origins: Mapping[Place, Place] = field(default_factory=dict)
    between: frozenset[str] = frozenset()


def chain(inference: Inference, traced: Traced, want: Want) -> Chain:
    """The nodes that make what is not wanted of what would be."""
    places, bent = [*traced.steps], [0]
    maker = traced.maker
    bends: list[Place] = []
    joined: dict[Place, Place] = {}
    between = set[str]()
    for _ in range(DEEP):
        declaration = known(inference, maker) if maker else None
        if maker is None or declaration is None:
            break
        places.append(maker)
        before = single_input(inference, maker) if declaration.role != "neuron" else None
        several = before is None and not declaration.learns and declaration.role != "neuron"
        if several and (origin := origins.common(inference, maker)) is not None:
            before = joined[maker] = origin
            between |= origins.between(inference, maker, origin)
        straight = maker not in joined or not want.complaint(at(inference, maker).range)
        if not straight or _bends(inference.document, maker, declaration):
            bends.append(maker)
            bent.append(len(places))
        above = at(inference, before) if before else Traced()
        if declaration.learns or not want.complaint(above.range):
            break
        places += above.steps
        maker = above.maker
    return Chain(tuple(places[: bent[-1]]), tuple(bends), joined, frozenset(between))


def _bends(document: Document, place: Place, declaration: Declaration) -> bool:
    node = document.node(place.end.node)
    inputs = document.ports(node).inputs
    if declaration.role != "neuron" and len(inputs) != 1:
        return False
    alone = (FREE,) if inputs and inputs[0].variadic else FREE
    own = ranges.of(declaration, node.params, [alone])
    if own is not None and (own.low > -ranges.LARGE or own.high < ranges.LARGE):
        return True
    # a logarithm takes no scores, so it goes with what made them positive
    takes_none = declaration.has("undefined") and len(inputs) == 1
    return takes_none and bool(declaration.bind(node.params).undefined(frozenset(), FREE))
