"""A sheet as it stands in one place: two places of a network may differ in shapes and values."""

from collections.abc import Sequence
from dataclasses import replace

from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.infer.node_inference import Result
from graph.infer.queries import Answers
from graph.model import roles
from graph.model.instances import OVERRIDES, with_value
from graph.model.sheet import Exposed, Node, Sheet
from graph.problems.fixes import standing
from graph.problems.problem import Problem


class Place(Answers):
    """The board, or a network as it stands in one of its instances.

    Args:
        inference: What is known about the document.
        path: Ids of the instances that lead there, the one on the board first. A node that they
            don't lead to is as the network has it, with the types of its oldest instance.
    """

    def __init__(self, inference: Diagnosis, path: Sequence[str] = ()) -> None:
        self.inference, self.document = inference, inference.document
        self.path = tuple(path)

    def result(self, node: str) -> Result | None:
        """All that is known about a node here."""
        return self.inference.inside(self.path).get(node) or self.inference.result(node)

    def node(self, node: str) -> Node:
        """A node with the values it has here."""
        return _standing(self.document, self.document.node(node), self.path)

    def problems_of(self, node: str) -> list[Problem]:
        """What is wrong with a node here, but not what is wrong with it in other places alone."""
        found = self.inference.problems_of(node)
        here = self.inference.inside(self.path).get(node) if self.path else None
        if here is None:
            return found
        mine = {one.text for one in here.problems}
        theirs = {one.text for _, known in self.inference.places(node) for one in known.problems}
        found = [one for one in found if one.text in mine or one.text not in theirs]
        fixes = {one.text: self._mended(one).fixes for one in here.problems}
        return [replace(one, fixes=fixes.get(one.text, one.fixes)) for one in found]

    def _mended(self, found: Problem) -> Problem:
        """A problem as it is mended here, by values that instances on the way have of their own."""
        for depth in range(len(self.path) - 1, -1, -1):
            instance = _standing(
                self.document, self.document.node(self.path[depth]), self.path[:depth]
            )
            network = self.document.networks[str(roles.network_of(instance))]
            found = standing(found, instance, network)
        return found

    def owner(self, node: str, param: str) -> tuple[str, str]:
        """Whose value a parameter of a node has here, and what it is called there.

        That is an instance on the way here that was given a value of its own, or else the node.
        """
        found = _set_by(self.document, self.document.node(node), param, self.path)
        return found or (node, param)


def _standing(document: Document, node: Node, path: Sequence[str]) -> Node:
    instance = _last(document, node, path)
    if instance is None:
        return node
    sheet = document.sheet_of(node.id)
    own = dict(_standing(document, instance, path[:-1]).params.get(OVERRIDES, ()))
    for name, exposed in sheet.exposed.items():
        if name in own and _means(sheet, exposed, node):
            node = with_value(node, exposed.param, own[name])
    return node


def _set_by(
    document: Document, node: Node, param: str, path: Sequence[str]
) -> tuple[str, str] | None:
    instance = _last(document, node, path)
    if instance is None:
        return None
    sheet = document.sheet_of(node.id)
    for name, exposed in sheet.exposed.items():
        if exposed.param == param and _means(sheet, exposed, node):
            above = _set_by(document, instance, name, path[:-1])
            own = dict(instance.params.get(OVERRIDES, ()))
            return above or ((instance.id, name) if name in own else None)
    return None


def _last(document: Document, node: Node, path: Sequence[str]) -> Node | None:
    """The instance at the end of a path, if it places the network that a node is part of."""
    if not path or not document.has(path[-1]):
        return None
    instance = document.node(path[-1])
    return instance if roles.network_of(instance) == document.sheet_of(node.id).name else None


def _means(sheet: Sheet, exposed: Exposed, node: Node) -> bool:
    """Is it this node whose parameter is shown, or one that is linked to it?"""
    shown = sheet.nodes.get(exposed.node)
    return shown is not None and (shown.twin or shown.id) == (node.twin or node.id)
