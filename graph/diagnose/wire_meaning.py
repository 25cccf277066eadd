"""What the numbers on a wire mean, in words: logits, probabilities, class numbers and the like."""

from graph.core.tensor import TensorType
from graph.declare import REGISTRY
from graph.declare.ranges import LARGE, Given, Want
from graph.diagnose.wanted_numbers import wanted
from graph.infer import routes, tracing
from graph.infer.inference import Inference
from graph.model.address import Address as Place
from graph.model.order import upstream
from graph.model.sheet import End

UNKNOWN = "not known yet"
KINDS = {
    "mask": "mask, which places count",
    "loss": "loss, the one number that training makes small",
    "schedule": "schedule, how the learning rate goes over the steps",
}


def why_unknown(inference: Inference, node: str) -> str:
    """Why it is not known what a node gives, in a few words: as data before it are being read."""
    document, reading = inference.document, inference.reading
    if node in reading:
        return reading[node].removeprefix("is ")
    if not reading or node not in document.board.nodes:
        return UNKNOWN
    before = upstream(document.board, [node]).intersection(reading)
    found = [f"{document.node(one).name} {reading[one]}" for one in sorted(before)]
    return f"{UNKNOWN}: {found[0]}" if found else UNKNOWN


def meaning(inference: Inference, path: tuple[str, ...], source: End) -> str:
    """What flows out of a port, in a few words.

    Args:
        inference: What is known about the document.
        path: Ids of the instances that lead to the port's sheet.
        source: The output.
    """
    start = Place(tuple(path), source)
    result = inference.inside(start.path).get(source.node) or inference.result(source.node)
    kind = result.outputs.get(source.port) if result else None
    if kind is None:
        return why_unknown(inference, source.node)
    if kind.kind in KINDS:
        return KINDS[kind.kind]
    if kind.dtype != "float":
        return _counted(kind)
    place = routes.computed(inference.document, start) or start
    given = tracing.at(inference, place).range
    if given is None:
        return _standardised(inference, kind) or _read(inference, place)
    wants = [want for want, said in _wants(inference, place, given) if not said and want.picky]
    if wants:
        return wants[0].expected
    return _standardised(inference, kind) or numbers(given)


def unwanted(inference: Inference, path: tuple[str, ...], source: End, target: End) -> str:
    """What an input wants instead of what comes; "" where that is as good, or nothing is known."""
    document = inference.document
    node = document.node(target.node)
    want = wanted(inference, node).get(target.port)
    place = routes.computed(document, Place(tuple(path), source))
    if want is None or place is None:
        return ""
    return want.expected if want.complaint(tracing.at(inference, place).range) else ""


def numbers(given: Given) -> str:
    """How far numbers go, in words."""
    if given is None:
        return "numbers"
    name = given.meaning or "numbers"
    if given.free:
        return f"{name} of either sign and any size"
    if given.low <= -LARGE and given.high >= LARGE:
        return name
    if given.high >= LARGE:
        return f"{name}, none below {_end(given.low)}"
    if given.low <= -LARGE:
        return f"{name}, none above {_end(given.high)}"
    return f"{name} from {_end(given.low)} to {_end(given.high)}"


def _counted(kind: TensorType) -> str:
    if kind.dtype == "bool":
        return "yes or no"
    names = {"labels": "class numbers", "tokens": "token numbers"}
    name = names.get(kind.kind, "whole numbers")
    return f"{name}, 0 to {kind.classes - 1}" if kind.classes else name


def _standardised(inference: Inference, kind: TensorType) -> str:
    if not kind.scale or not inference.document.has(kind.scale):
        return ""
    return f"standardised numbers of {inference.document.node(kind.scale).name}"


def _read(inference: Inference, place: Place) -> str:
    """Numbers of which no more is known than that a node reads them."""
    node = inference.document.node(place.end.node)
    declaration = REGISTRY.find(node.type)
    reads = declaration is not None and declaration.role == "data"
    return f"numbers as {node.name} has them" if reads else "numbers"


def _wants(inference: Inference, place: Place, given: Given) -> list[tuple[Want, str]]:
    """What those that take an output want, and what each has to say against it."""
    found = []
    for path, end in routes.fed(inference.document, place):
        want = None if path else wanted(inference, inference.document.node(end.node)).get(end.port)
        if want is not None:
            found.append((want, want.complaint(given)))
    return found


def _end(value: float) -> str:
    return "0" if abs(value) < 1e-6 else f"{value:.2g}"
