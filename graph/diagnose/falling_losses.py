"""Losses that are made large: every term that judges counts less than nothing.

A minus before a loss trains the scores to be as wrong as they can be. It is meant where another
optimizer makes the same loss small, as a generator against its discriminator.
"""

import math
from collections.abc import Iterator

from graph.declare import REGISTRY
from graph.edit.document import Document
from graph.infer import routes
from graph.infer.inference import Inference
from graph.model.address import Address as Place
from graph.model.sheet import Node
from graph.problems.fixes import problem
from graph.problems.problem import Fix, Problem

DEEP = 20
"""How many nodes in a row are looked through."""
Term = tuple[str, float, tuple[str, ...]]
"""A loss, how much it counts, and the nodes that turn its sign."""


def check(inference: Inference) -> Iterator[Problem]:
    """Optimizers all of whose losses count less than nothing."""
    board = inference.document.board
    terms = {
        one.id: [
            term
            for link in board.into(one.id, "loss")
            for term in _terms(inference, Place((), link.source), 1.0, (), DEEP)
        ]
        for one in board.with_role("optimizer")
        if not one.muted
    }
    for user, found in terms.items():
        mine = {loss for loss, _, _ in found}
        others = {t[0] for one, some in terms.items() if one != user for t in some if t[1] > 0}
        if found and all(weight <= 0 for _, weight, _ in found) and not mine & others:
            yield _made_large(inference.document, board.nodes[user], found)


def _terms(
    inference: Inference, place: Place, weight: float, turns: tuple[str, ...], deep: int
) -> Iterator[Term]:
    """The losses that a value is made of, as sums and means of them; nothing of anything else."""
    document, end = inference.document, routes.computed(inference.document, place)
    if end is None or deep <= 0:
        return
    node = document.node(end.end.node)
    declaration, found = REGISTRY.find(node.type), inference.result(node.id)
    if declaration is None or found is None or found.inputs is None:
        return
    ports = document.ports(node).inputs
    wired = [link.source for p in ports for link in document.board.into(node.id, p.name)]
    if not declaration.has("weighs"):
        judges = declaration.role == "loss" and (len(ports) > 1 or declaration.has("wants"))
        if judges:
            yield node.id, weight, turns
        elif len(wired) == 1 and declaration.role == "loss":
            yield from _terms(inference, Place((), wired[0]), weight, turns, deep - 1)
        return
    factors = declaration.bind(node.params).weighs(len(wired))
    hidden = _straight(node) is None  # what counts 0 times in a formula may be part of it
    for source, given in zip(wired, factors, strict=False):
        factor = math.nan if given == 0 and hidden else given
        more = (*turns, node.id) if factor <= 0 else turns
        yield from _terms(inference, Place((), source), weight * factor, more, deep - 1)


def _made_large(document: Document, optimizer: Node, found: list[Term]) -> Problem:
    names = " and ".join(dict.fromkeys(document.node(loss).name for loss, _, _ in found))
    none = all(weight == 0 for _, weight, _ in found)
    turning = dict.fromkeys(one for _, _, turns in found for one in turns)
    fixes = [fix for one in turning if (fix := _straight(document.node(one))) is not None]
    return problem(
        document.board,
        optimizer,
        f"learns nothing of {names}, which counts 0 times" if none else f"makes {names} large",
        severity="warning",
        expected="a loss that counts more than 0 times",
        received=", ".join(dict.fromkeys(f"{weight:g} times" for _, weight, _ in found)),
        advice="give it a weight above 0, unless another optimizer works against this one",
        fixes=tuple(fixes),
    )


def _straight(node: Node) -> Fix | None:
    """Weights above 0 in place of those that are not."""
    declaration = REGISTRY.find(node.type)
    param = declaration.param("factors") or declaration.param("factor") if declaration else None
    if param is None:
        return None
    given = node.params.get(param.name, param.default)
    value: object
    if isinstance(given, tuple):
        value = tuple(abs(one) or 1.0 for one in given)
        shown = ", ".join(f"{abs(one) or 1.0:g}" for one in given)
    else:
        value, shown = abs(given) or 1.0, f"{abs(given) or 1.0:g}"
    label = f"Set {param.label} of {node.name} to {shown}"

    def apply(document: Document) -> None:
        document.set_params(node.id, **{param.name: value})

    return Fix(label, apply, (node.id, param.name, value))
