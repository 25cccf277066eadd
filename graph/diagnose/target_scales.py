"""Numbers to predict are learned in deviations from their mean: what asks for their size is told.

A difference of prediction and target is the same in any unit, but for its size. A threshold of 5, a
logarithm or a share of the target is not: it means the number as the file has it. What shows people
numbers turns them back into their own unit, or says that it can't.
"""

from collections.abc import Iterator

from graph.core.tensor import TensorType
from graph.declare import REGISTRY
from graph.infer import routes
from graph.infer.inference import Inference
from graph.model.address import Address as Place
from graph.model.sheet import End, Node, Sheet
from graph.problems.fixes import problem, set_on
from graph.problems.problem import Problem


def check(inference: Inference) -> Iterator[Problem]:
    """Nodes that ask for the size of a number which comes in deviations from its mean."""
    for _, sheet, node, found in routes.everywhere(inference, "absolute"):
        declaration = REGISTRY.find(node.type)
        if declaration is None or not found.inputs:
            continue
        asked = declaration.bind(node.params).absolute(*found.inputs)
        for place in asked:
            kind = found.inputs[place]
            if isinstance(kind, TensorType) and kind.scale:
                yield _deviations(inference, sheet, node, kind.scale)
                break
    for path, sheet, node, found in routes.everywhere(inference, "own_unit"):
        declaration = REGISTRY.find(node.type)
        if declaration is None or not found.inputs:
            continue
        told = declaration.bind(node.params).own_unit
        ports = [port.name for port in inference.document.ports(node).inputs]
        kinds = [x for port, x in zip(ports, found.inputs, strict=True) if port in told]
        if any(isinstance(kind, TensorType) and kind.scale for kind in kinds):
            continue
        places = (Place(path, End(node.id, port)) for port in told)
        lost = next((one for place in places if (one := _lost(inference, place))), None)
        if lost is not None:
            yield _unit_lost(sheet, node, *lost)


def _lost(inference: Inference, start: Place) -> tuple[Node, Node] | None:
    """The node behind which an input's unit is no longer known, and the data node that has it."""
    ahead, seen = [start], set[Place]()
    for place in ahead:
        for wired in routes.feeding(inference.document, place):
            made_by = inference.document.node(wired.end.node)
            declaration = REGISTRY.find(made_by.type)
            found = inference.inside(wired.path).get(made_by.id)
            if declaration is None or found is None or wired in seen:
                continue
            seen.add(wired)
            for kind in found.inputs or ():
                for x in kind if isinstance(kind, tuple) else (kind,):
                    if isinstance(x, TensorType) and x.scale:
                        return made_by, inference.document.node(x.scale)
            if not declaration.learns and declaration.role == "layer":
                ports = inference.document.ports(made_by).inputs
                ahead += [Place(wired.path, End(made_by.id, port.name)) for port in ports]
    return None


def _unit_lost(sheet: Sheet, node: Node, at: Node, data: Node) -> Problem:
    return problem(
        sheet,
        node,
        f"shows numbers in deviations from the mean: behind {at.name} it is not known in which "
        f"unit those of {data.name} are",
        severity="warning",
        expected=f"numbers as {data.name} has them, or cut, turned or joined only",
        received=f"what {at.name} makes of them",
        advice=f"wire what {data.name} gives here, or let it give its numbers as they stand",
        fixes=(set_on(data, "standardise", False),),
    )


def _deviations(inference: Inference, sheet: Sheet, node: Node, maker: str) -> Problem:
    data = inference.document.node(maker)
    return problem(
        sheet,
        node,
        f"asks how large a number is that {data.name} gives in deviations from its mean",
        severity="warning",
        expected="the number as the file has it",
        received="how many standard deviations it lies above the mean",
        advice=f"let {data.name} give it as it stands, or compare it with what is predicted",
        fixes=(set_on(data, "standardise", False),),
    )
