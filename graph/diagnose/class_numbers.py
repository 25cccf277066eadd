"""Class numbers are names: a loss of differences takes class 9 for nine times class 1.

It trains, and learns the mean of the classes that an example could be.
"""

from collections.abc import Iterator

from graph.core.tensor import TensorType
from graph.declare.ranges import ANY
from graph.diagnose import wanted_numbers
from graph.edit.document import Document
from graph.infer import tracing
from graph.infer.inference import Inference
from graph.model.address import Address as Place
from graph.model.sheet import End, Node
from graph.problems.fixes import problem
from graph.problems.problem import Fix, Problem

INSTEAD = "loss.cross_entropy"
SIZES = ("units", "filters")


def check(inference: Inference) -> Iterator[Problem]:
    """Losses of differences from the numbers of three classes or more."""
    for node in inference.document.board.with_hook("wants"):
        wants = wanted_numbers.wanted(inference, node)
        port = next((name for name, want in wants.items() if want == ANY), "")
        found = inference.result(node.id)
        if not port or found is None or not found.inputs:
            continue
        for kind in found.inputs:
            if isinstance(kind, TensorType) and kind.kind == "labels" and (kind.classes or 0) > 2:
                yield _compared(inference, node, port, kind.classes or 0)


def _compared(inference: Inference, node: Node, port: str, classes: int) -> Problem:
    traced = tracing.trace(inference, Place((), End(node.id, port)))
    maker = inference.document.node(traced.maker.end.node) if traced.maker else None
    size = next((name for name in SIZES if maker and name in maker.params), "")

    def apply(document: Document) -> None:
        with document.group("Use Cross entropy"):
            if maker is not None and size:
                document.set_params(maker.id, **{size: classes})
            document.replace_node(node.id, INSTEAD)

    label = f"Use Cross entropy of {classes} scores"
    return problem(
        inference.document.board,
        node,
        f"takes class numbers for amounts: of {classes} classes, the last counts as the largest",
        severity="warning",
        expected="a number to predict",
        received=f"the numbers of {classes} classes",
        advice=f"classes have no order: give {classes} scores, and use Cross entropy",
        fixes=(Fix(label, apply),) if size else (),
    )
