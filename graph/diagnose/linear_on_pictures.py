"""A Linear layer right behind a picture works along its rows, which is hardly ever meant."""

from collections.abc import Iterator

from graph.core.errors import Mismatch, insert_before
from graph.declare import REGISTRY
from graph.infer.inference import Inference
from graph.model.sheet import Node, Sheet
from graph.problems.fixes import from_mismatch
from graph.problems.problem import Problem


def check(inference: Inference) -> Iterator[Problem]:
    """Warn of layers along the last axis whose input still has the sides of a picture."""
    board = inference.document.board
    deep = [board.nodes[one] for one in inference.deep]
    for node in sorted(deep, key=lambda one: one.number):
        declaration, found = REGISTRY.find(node.type), inference.result(node.id)
        if declaration is None or node.muted or not declaration.has("along"):
            continue
        if found is None or not found.inputs or found.problems or found.inputs[0].rank < 4:
            continue
        if _is_picture(board, node):
            x, port = found.inputs[0], declaration.ports.inputs[0].name
            mismatch = Mismatch(
                "rows [N, features]",
                f"{x}, a picture whose rows of {x.dims[-1]} it takes one by one",
                "flatten the picture first, if each unit is to see all of it",
                repairs=[insert_before(port, "shape.flatten", "Insert Flatten")],
            )
            yield from_mismatch(board, node, mismatch, severity="warning")


def _is_picture(board: Sheet, node: Node) -> bool:
    """Does what a node reads come from data, or from what slides over sides, as it stands?"""
    while wires := board.into(node.id):
        node = board.nodes[wires[0].source.node]
        declaration = REGISTRY.find(node.type)
        if declaration is None:
            return False
        if declaration.role == "data" or declaration.has("axes"):
            return True
        if not node.muted and declaration.group != "Activation":
            return False
    return False
