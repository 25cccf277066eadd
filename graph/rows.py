"""What must hold for the rows that data nodes give, before they can be trained on."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graph.declare import REGISTRY
from graph.problems import Problem
from graph.sheet import BOARD, End, Node, Sheet

if TYPE_CHECKING:
    from graph.infer import Inference

JUDGES = {"loss", "metric"}


def check(inference: "Inference") -> Iterator[Problem]:
    """Problems of data nodes that show only where one looks at what hangs on them."""
    board = inference.document.board
    for node in (one for one in board.with_role("data") if not one.muted):
        yield from _one_class(inference, node)


def _one_class(inference: "Inference", node: Node) -> Iterator[Problem]:
    """Labels that are all alike, and are compared with something."""
    board = inference.document.board
    for port in inference.document.ports(node).outputs:
        kind = inference.type_of(node.id, port.name)
        alike = kind is not None and kind.kind == "labels" and kind.classes == 1
        if alike and _is_judged(board, End(node.id, port.name)):
            facts = inference.facts.get(node.id) or {}
            yield Problem(
                node.id,
                BOARD,
                "one class only, there is nothing to tell apart",
                name=node.name,
                expected="two classes or more",
                received=", ".join(facts.get("classes") or ()),
                advice="add rows of another class, or leave its labels out of losses and metrics",
            )


def _is_judged(board: Sheet, start: End) -> bool:
    """Does a value get to a loss or a metric past nodes that learn nothing?"""
    ahead = [link.target.node for link in board.out_of(start.node, start.port)]
    seen = set(ahead)
    while ahead:
        node = board.nodes[ahead.pop()]
        if _role(node) in JUDGES and not node.muted:
            return True
        declaration = REGISTRY.find(node.type)
        if declaration is None or declaration.role != "layer" or declaration.learns:
            continue
        for one in board.neighbours(node.id):
            if one not in seen:
                seen.add(one)
                ahead.append(one)
    return False


def _role(node: Node) -> str:
    declaration = REGISTRY.find(node.type)
    return declaration.role if declaration else ""
