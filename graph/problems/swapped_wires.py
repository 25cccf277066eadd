"""Two wires of a node that were drawn to each other's input, as labels and scores often are."""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import Any

from graph.core.tensor import TensorType
from graph.declare import REGISTRY, Declaration
from graph.edit.document import Document
from graph.model.sheet import End, Node, Sheet
from graph.problems import repair_search
from graph.problems.problem import Fix


def fixes(sheet: Sheet, node: Node, inputs: Sequence[Any]) -> Iterator[Fix]:
    """Exchanges of two wires after which a node takes what it gets.

    Args:
        sheet: Where the node is.
        node: Which refuses what it gets.
        inputs: What its shape rule got.
    """
    declaration = REGISTRY.find(node.type)
    if declaration is None or len(inputs) < 2:
        return
    ports = declaration.ports_of(node.params).inputs
    taken = [
        (place, port)
        for place, port in enumerate(ports[: len(inputs)])
        if isinstance(inputs[place], TensorType) and not port.variadic
    ]
    for (one, first), (other, second) in combinations(taken, 2):
        changed = list(inputs)
        changed[one], changed[other] = inputs[other], inputs[one]
        alike = {first.kind, second.kind} == {"tensor"}
        apart = inputs[one].dtype != inputs[other].dtype
        if (
            alike
            and inputs[one] != inputs[other]
            and _better(declaration, node, inputs, changed, apart)
        ):
            both = f"{first.label} and {second.label}"
            label = "Exchange the two wires" if len(taken) == 2 else f"Exchange {both}"
            yield Fix(label, _exchanged(sheet, node, first.name, second.name))


def _better(
    declaration: Declaration, node: Node, now: Sequence[Any], then: Sequence[Any], apart: bool
) -> bool:
    """Does a node take its inputs exchanged; or nearly, where it does not nearly take them now?"""
    if repair_search.takes(declaration, node.params, then, nearly=False):
        return True
    nearly = apart and repair_search.takes(declaration, node.params, then)
    return nearly and not repair_search.takes(declaration, node.params, now)


def _exchanged(sheet: Sheet, node: Node, one: str, other: str) -> Callable[[Document], None]:
    return lambda document: exchange(document, node.id, one, other)


def exchange(document: Document, node: str, one: str, other: str) -> None:
    """Let the wires at two inputs of a node, or of those linked to it, change places."""
    sheet = document.sheet_of(node)
    wired = [*sheet.into(node, one), *sheet.into(node, other)]
    with document.group("Exchange wires"):
        for link in wired:
            document.unlink(link)
        for link in wired:
            there = other if link.target.port == one else one
            document.link(link.source, End(node, there))
