"""What learns inside placed networks, and what of it an optimizer can name."""

from collections.abc import Iterable, Iterator, Mapping

from graph.declare import REGISTRY
from graph.edit import trained_names
from graph.edit.document import Document
from graph.infer.inference import Inference
from graph.infer.node_inference import Result
from graph.model import address
from graph.model.address import Path
from graph.model.sheet import Node


def learning(
    document: Document, node: Node, results: Mapping[str, Result], above: Path = ()
) -> Iterator[Path]:
    """Paths of the nodes inside an instance that hold learned numbers, one for linked ones."""
    sheet = document.placed(node)
    for inner in sorted(sheet.nodes.values(), key=lambda one: one.number):
        declaration, found = REGISTRY.find(inner.type), results.get(inner.id)
        if declaration is None or found is None or inner.muted or found.silent:
            continue
        path = (*above, inner.twin or inner.id)
        if declaration.role == "instance":
            yield from learning(document, inner, found.inner, path)
        elif declaration.learns:
            yield path


def choices(inference: Inference, node: Node, named: Iterable[str]) -> list[str]:
    """What of a node can be named: itself, or its parts where some of these are named already."""
    document, found = inference.document, inference.result(node.id)
    paths = [
        address.split(name) for name in named if trained_names.leads(document, address.split(name))
    ]
    mine = dict.fromkeys(one for one in paths if len(one) > 1 and one[0] == node.id)
    if not mine or found is None:
        return [node.id]
    rest = learning(document, node, found.inner, (node.id,))
    return [
        address.join(one)
        for one in (*mine, *(one for one in rest if not trained_names.covers(mine, one)))
    ]
