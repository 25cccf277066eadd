"""Numbers far above what their parameters usually take: told, with one that is usual.

A parameter says at its declaration with `usual` what it hardly exceeds, and what to take instead.
"""

from collections.abc import Iterator
from operator import attrgetter

from graph.declare import REGISTRY, Declaration, Param
from graph.infer.inference import Inference
from graph.model.sheet import Node, Sheet
from graph.problems.fixes import problem, set_on
from graph.problems.problem import Problem

_AGE = attrgetter("number")


def check(inference: Inference) -> Iterator[Problem]:
    """Parameters of nodes that are hardly meant."""
    for sheet in inference.document.sheets():
        for node in sorted(map(sheet.nodes.__getitem__, sheet.ids_of(_judges)), key=_AGE):
            declaration = REGISTRY.find(node.type)
            if declaration is None or node.muted:
                continue
            for param in declaration.params:
                value = node.params.get(param.name, param.default)
                if param.usual is not None and isinstance(value, int | float):
                    yield from _judged(sheet, node, param, float(value))


def _judges(declaration: Declaration) -> bool:
    return any(param.usual is not None for param in declaration.params)


def _judged(sheet: Sheet, node: Node, param: Param, value: float) -> Iterator[Problem]:
    assert param.usual is not None, "only parameters that say what is usual"
    most, instead = param.usual
    if value > most:
        yield problem(
            sheet,
            node,
            f"its {param.label} is {value:g}, far above what is usual: weights will grow without "
            "bound, or lose what they learn",
            severity="warning",
            expected=f"at most {most:g}",
            received=f"{value:g}",
            advice=f"take {instead:g}, and change it from there",
            fixes=(set_on(node, param.name, instead),),
        )
