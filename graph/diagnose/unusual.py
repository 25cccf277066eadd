"""Values that are allowed and hardly meant: told, with one that is usual.

A parameter says at its declaration with `usual` what it hardly exceeds, and what to take instead;
a node with the hook `unlikely` says all else.
"""

from collections.abc import Iterator
from operator import attrgetter

from graph.declare import REGISTRY, Declaration, Param
from graph.declare.unlikely import Unlikely
from graph.infer.inference import Inference
from graph.model.sheet import Node
from graph.problems.fixes import problem, set_on
from graph.problems.problem import Problem

_AGE = attrgetter("number")


def check(inference: Inference) -> Iterator[Problem]:
    """Parameters of nodes that are hardly meant."""
    for sheet in inference.document.sheets():
        nodes = map(sheet.nodes.__getitem__, sheet.ids_of(_judges))
        set_by_hand = (node for node in nodes if node.params and not node.muted)  # others are usual
        for node in sorted(set_by_hand, key=_AGE):
            declaration = REGISTRY.find(node.type)
            if declaration is None:
                continue
            for one in _found(declaration, node):
                yield problem(
                    sheet,
                    node,
                    one.text,
                    severity="warning",
                    expected=one.expected,
                    received=_shown(node.params.get(one.param)),
                    advice=one.advice,
                    fixes=(set_on(node, one.param, one.instead),),
                )


def _judges(declaration: Declaration) -> bool:
    usual = any(param.usual is not None for param in declaration.params)
    return usual or declaration.has("unlikely")


def _found(declaration: Declaration, node: Node) -> Iterator[Unlikely]:
    for param in declaration.params:
        value = node.params.get(param.name, param.default)
        if param.usual is not None and isinstance(value, int | float):
            yield from _too_large(param, float(value))
    if declaration.has("unlikely"):
        yield from declaration.bind(node.params).unlikely()


def _too_large(param: Param, value: float) -> Iterator[Unlikely]:
    assert param.usual is not None, "only parameters that say what is usual"
    most, instead = param.usual
    if value > most:
        yield Unlikely(
            param.name,
            f"its {param.label} is {value:g}, far above what is usual: weights will grow without "
            "bound, or lose what they learn",
            f"at most {most:g}",
            instead,
            f"take {instead:g}, and change it from there",
        )


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_shown, value))
    return f"{value:g}" if isinstance(value, int | float) else str(value)
