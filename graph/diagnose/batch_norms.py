"""Norms need more than one number: a batch of one example is too few for some."""

from collections.abc import Iterator

from graph.declare import REGISTRY
from graph.edit.document import Document
from graph.infer import routes
from graph.infer.inference import Inference
from graph.model.settings import Settings
from graph.model.sheet import Node, Sheet
from graph.problems.fixes import problem
from graph.problems.problem import Fix, Problem


def check(inference: Inference) -> Iterator[Problem]:
    """Norms of a single number, as each batch has one example."""
    if (inference.batch_size or inference.document.settings.batch_size) > 1:
        return
    for _, sheet, node, found in routes.everywhere(inference, "together"):
        declaration = REGISTRY.find(node.type)
        if declaration is None or found.inputs is None:
            continue
        if declaration.bind(node.params).together(*found.inputs) == 1:
            yield _alone(sheet, node)


def _alone(sheet: Sheet, node: Node) -> Problem:
    size = Settings().batch_size
    label = f"Set the batch size to {size}"

    def apply(document: Document) -> None:
        with document.group(label):  # an undo of its own, also right after the size was typed
            document.set_settings(batch_size=size)

    return problem(
        sheet,
        node,
        "it normalises one number by itself, as the batch size is 1",
        expected="two examples or more in a batch",
        received="a batch size of 1",
        advice="one number has no spread to divide by: choose a larger batch size",
        fixes=(Fix(label, apply),),
    )
