"""Norms need more than one number: a batch of one example is too few for some."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from graph import networks
from graph.declare import REGISTRY
from graph.mending import problem
from graph.problems import Fix, Problem
from graph.settings import Settings
from graph.sheet import Node, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graph.document import Document
    from graph.infer import Inference
    from graph.infer_node import Result


def check(inference: "Inference") -> "Iterator[Problem]":
    """Norms of a single number, as each batch has one example."""
    document = inference.document
    if document.settings.batch_size > 1:
        return
    yield from _on_sheet(document, document.board, inference.inside(()))


def _on_sheet(
    document: "Document", sheet: Sheet, known: "Mapping[str, Result]"
) -> "Iterator[Problem]":
    looked_at = [*sheet.with_hook("together"), *sheet.with_role("instance")]
    for node in sorted(looked_at, key=lambda one: one.number):
        found, declaration = known.get(node.id), REGISTRY.find(node.type)
        if found is None or declaration is None or node.muted:
            continue
        if found.inner:
            yield from _on_sheet(document, networks.placed(document, node), found.inner)
        elif declaration.has("together") and found.inputs is not None:
            count = declaration.bind(node.params).together(*found.inputs)
            if count == 1:
                yield _alone(sheet, node)


def _alone(sheet: Sheet, node: Node) -> Problem:
    size = Settings().batch_size

    def apply(document: "Document") -> None:
        document.set_settings(batch_size=size)

    return problem(
        sheet,
        node,
        "it normalises one number by itself, as the batch size is 1",
        expected="two examples or more in a batch",
        received="a batch size of 1",
        advice="one number has no spread to divide by: choose a larger batch size",
        fixes=(Fix(f"Set the batch size to {size}", apply),),
    )
