"""Numbers to predict are learned in deviations from their mean: what asks for their size is told.

A difference of prediction and target is the same in any unit, but for its size. A threshold of 5, a
logarithm or a share of the target is not: it means the number as the file has it.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graph.core.tensor import TensorType
from graph.declare import REGISTRY
from graph.infer import routes
from graph.model.sheet import Node, Sheet
from graph.problems.fixes import problem, set_on
from graph.problems.problem import Problem

if TYPE_CHECKING:
    from graph.infer.inference import Inference


def check(inference: "Inference") -> Iterator[Problem]:
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


def _deviations(inference: "Inference", sheet: Sheet, node: Node, maker: str) -> Problem:
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
