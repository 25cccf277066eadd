"""A network that can't begin with the weights in its file, as whoever read the file tells."""

from graph.edit.document import Document
from graph.model.sheet import BOARD, Node
from graph.problems.problem import Fix, Problem


def unfit(node: Node, text: str, advice: str = "") -> Problem:
    """The problem of a placed network.

    Args:
        node: The instance.
        text: What is wrong with its file: what was expected and what came.
        advice: What to do.
    """
    label = f"Begin {node.name} without a file"

    def anew(document: Document) -> None:
        with document.group(label):
            document.set_params(node.id, pretrained="")

    fix = Fix(label, anew, (node.id, "pretrained", ""))
    return Problem(node.id, BOARD, text, name=node.name, advice=advice, fixes=(fix,))
