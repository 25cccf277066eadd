"""Linked nodes whose inputs make them differ: they can't share weights as they are wired."""

from collections.abc import Iterator, Mapping

from graph.core.errors import BadParameter, Mismatch
from graph.core.tensor import TensorType
from graph.declare import REGISTRY
from graph.edit.document import Document
from graph.infer.inference import Inference
from graph.infer.node_inference import Result
from graph.model.order import topological
from graph.model.sheet import Node, Sheet
from graph.problems.fixes import set_on
from graph.problems.problem import Fix, Problem

Built = list[tuple[str, str]]
"""Names of nodes with the source of their constructors."""


def check(inference: Inference) -> Iterator[Problem]:
    """Linked nodes that differ, on the board and inside every placed network."""
    document = inference.document
    yield from _on_sheet(document, document.board, inference.inside(()))


def _on_sheet(document: Document, sheet: Sheet, results: Mapping[str, Result]) -> Iterator[Problem]:
    looked_at = {node.id: node for node in (*sheet.linked(), *sheet.with_role("instance"))}
    for node in sorted(looked_at.values(), key=lambda one: one.number):
        if node.twin in sheet.nodes:
            leader = sheet.nodes[node.twin]
            mine, theirs = _built(document, node, results), _built(document, leader, results)
            apart = next((pair for pair in zip(mine, theirs, strict=False) if _differ(*pair)), None)
            if apart is not None:
                fixes = (*_resized(document, sheet, node, leader, results), _unlinked(node))
                yield _problem(sheet, node, leader, *apart, fixes)
        found = results.get(node.id)
        if found is not None and found.inner and not node.muted:
            yield from _on_sheet(document, document.placed(node), found.inner)


def _differ(mine: tuple[str, str], theirs: tuple[str, str]) -> bool:
    return bool(mine[1]) and bool(theirs[1]) and mine[1] != theirs[1]


def _built(document: Document, node: Node, results: Mapping[str, Result]) -> Built:
    """What is built for a node; nothing as its source where that is not known."""
    found, declaration = results.get(node.id), REGISTRY.find(node.type)
    if found is None or declaration is None or node.muted:
        return []
    if found.inner:
        sheet = document.placed(node)
        inner = [sheet.nodes[one] for one in topological(sheet)]
        built = [pair for one in inner for pair in _built(document, one, found.inner)]
        return [(f"{node.name}.{name}", source) for name, source in built]
    if not declaration.has("module"):
        return []
    if found.inputs is None:
        return [(node.name, "")]
    return [(node.name, str(declaration.bind(node.params).module(*found.inputs)))]


def _resized(
    document: Document, sheet: Sheet, node: Node, leader: Node, results: Mapping[str, Result]
) -> Iterator[Fix]:
    """Have what is drawn for a linked node, such as noise, be as large as its leader takes."""
    wanted = results[leader.id].inputs or ()
    for port, kind in zip(document.ports(node).inputs, wanted, strict=False):
        for link in sheet.into(node.id, port.name):
            source = sheet.nodes[link.source.node]
            given = results[source.id].outputs.get(link.source.port)
            if not isinstance(kind, TensorType) or (given and given.alone == kind.alone):
                continue
            found = _giving(source, kind.alone)
            if found is not None:
                yield set_on(source, *found)


def _giving(node: Node, kind: TensorType) -> tuple[str, object] | None:
    """The parameter, and its value, with which a node that draws numbers gives a type."""
    declaration = REGISTRY.find(node.type)
    if declaration is None or declaration.role != "noise" or declaration.ports.inputs:
        return None
    for param in declaration.params:
        for value in (kind.dims[1:], *kind.dims[1:], kind.classes):
            try:
                params = {**node.params, param.name: param.check(value)}
                given = declaration.bind(params).shape()
            except (BadParameter, Mismatch):
                continue
            if given == kind:
                return param.name, value
    return None


def _problem(
    sheet: Sheet,
    node: Node,
    leader: Node,
    mine: tuple[str, str],
    theirs: tuple[str, str],
    fixes: tuple[Fix, ...],
) -> Problem:
    place = "this" if mine[0] == node.name else mine[0]
    other = "that" if theirs[0] == leader.name else theirs[0]
    return Problem(
        node.id,
        sheet.name,
        f"shares weights with {leader.name}, but its input differs: "
        f"{place} needs {mine[1]}, {other} is {theirs[1]}.",
        name=node.name,
        expected=theirs[1],
        received=mine[1],
        advice="wire inputs of the same size, or make it a node of its own",
        fixes=fixes,
    )


def _unlinked(node: Node) -> Fix:
    def apply(document: Document) -> None:
        document.set_twin(node.id, None)

    return Fix("Give it weights of its own", apply)
