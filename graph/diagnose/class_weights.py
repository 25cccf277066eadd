"""Losses that weigh classes as the training rows have them: where the labels are counted."""

from collections.abc import Iterator

from graph.declare import REGISTRY
from graph.edit.document import Document
from graph.infer import routes
from graph.infer.inference import Inference
from graph.model import address
from graph.model.roles import role
from graph.model.sheet import BOARD, End, Node
from graph.problems.fixes import set_on
from graph.problems.problem import Problem


def labels(document: Document, node: Node) -> End | None:
    """The output of a data node whose labels a balanced loss counts; None where there is none."""
    port = _balances(node)
    found = routes.feeding(document, address.Address((), End(node.id, port))) if port else []
    if len(found) != 1 or found[0].path:
        return None
    end = found[0].end
    return end if role(document.node(end.node).type) == "data" else None


def _balances(node: Node) -> str:
    """The input with the labels that a node counts; nothing where it counts none."""
    declaration = REGISTRY.find(node.type)
    if declaration is None or not declaration.has("balances"):
        return ""
    found = declaration.bind(node.params).balances()
    return str(found[0]) if found else ""


def check(inference: Inference) -> Iterator[Problem]:
    """Balanced losses whose labels are not a data node's."""
    document = inference.document
    for node in sorted(document.board.with_hook("balances"), key=lambda one: one.number):
        found, port = inference.result(node.id), _balances(node)
        if node.muted or not port or found is None or found.inputs is None:
            continue
        if labels(document, node) is None:
            yield Problem(
                node.id,
                BOARD,
                "balances classes by the labels of the training rows, which it can't tell here",
                name=node.name,
                expected=f"`{port}` straight from a data node",
                received="labels that are computed or drawn on the way",
                advice="wire the data's labels here, or turn `balanced` off and set the weights",
                fixes=(set_on(node, "balanced", False),),
            )
