"""Instances that are the moving average of another: what they follow, and what is wrong with it.

A BYOL target, the key encoder of MoCo, a mean teacher: it begins as a copy of the trained placement
of the same network, takes no gradient, evaluates only, and is moved after each of its steps.
"""

from collections.abc import Iterator

from graph.infer.inference import Inference
from graph.model.instances import OVERRIDES
from graph.model.roles import role
from graph.model.sheet import BOARD, Node, Sheet
from graph.problems.fixes import set_on
from graph.problems.problem import Problem


def share(node: Node) -> float:
    """The share of itself that an average keeps at each step; 0 for what is none."""
    return float(node.params.get("momentum", 0.0)) if role(node.type) == "instance" else 0.0


def followed(board: Sheet, node: Node) -> list[Node]:
    """The placements with weights of their own that an average could follow."""
    network = node.params.get("network")
    return [
        one
        for one in sorted(board.with_role("instance"), key=lambda each: each.number)
        if one.params.get("network") == network
        and not one.muted
        and one.twin is None
        and not share(one)
    ]


def check(inference: Inference) -> Iterator[Problem]:
    """Averages that follow nothing, several, or what is made otherwise."""
    document = inference.document
    for sheet in document.networks.values():
        for node in sheet.nodes.values():
            if share(node) and not node.muted:
                text = "is a moving average, which only a network on the board can be"
                yield _of(node, text, f"say it where {sheet.name} is placed", sheet.name)
    for node in document.board.with_role("instance"):
        if not share(node) or node.muted or node.twin is not None:
            continue
        found, network = followed(document.board, node), node.params.get("network")
        if len(found) != 1:
            names = ", ".join(one.name for one in found) or "none"
            yield _of(
                node,
                f"is a moving average: expected one other placement of {network} that it follows, "
                f"received {names}",
                f"place {network} once more and train that"
                if not found
                else "link those that share their weights, or have others be averages, too",
            )
        elif unlike := _unlike(inference, node, found[0]):
            text = f"can't be the moving average of {found[0].name}: {unlike}"
            yield _of(node, text, "give both the same inputs and parameters")


def _unlike(inference: Inference, node: Node, other: Node) -> str:
    """How two placements of a network differ in their weights, if they do."""
    for name in ("repeat", OVERRIDES):
        if node.params.get(name) != other.params.get(name):
            return f"{name.replace('overrides', 'a parameter of the network')} differs"
    mine, theirs = inference.result(node.id), inference.result(other.id)
    if mine is None or theirs is None or not mine.inner or not theirs.inner:
        return ""
    for one, found in mine.inner.items():
        wanted = theirs.inner.get(one)
        if wanted is not None and found.weights != wanted.weights:
            name = inference.document.node(one).name
            return f"{name} has {found.weights or 0:,} weights here, {wanted.weights or 0:,} there"
    return ""


def _of(node: Node, text: str, advice: str, sheet: str = BOARD) -> Problem:
    fix = set_on(node, "momentum", 0.0)
    return Problem(node.id, sheet, text, name=node.name, advice=advice, fixes=(fix,))
