"""Which optimizer trains which node, as colours."""

from collections.abc import Container
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor

from graph.diagnose.board_checks import learns, loss_names, trained
from graph.edit import rules
from graph.edit.document import Document
from graph.model import roles
from graph.model.sheet import BOARD, Node, Sheet
from gui import look

if TYPE_CHECKING:
    from graph.infer.inference import Inference


def optimizers(document: Document) -> list[Node]:
    """The board's optimizers, by age."""
    return document.board.with_role("optimizer")


def stripes(
    inference: "Inference", sheet: Sheet, active: Container[str] | None = None
) -> dict[str, QColor]:
    """The colour of the optimizer that trains each node of a sheet; none for the others.

    Optimizers carry their own colour where there are several.

    Args:
        inference: What is known about the document.
        sheet: The board or a network.
        active: Ids of the optimizers whose nodes are marked; all where left out.
    """
    found: dict[str, QColor] = {}
    every = optimizers(inference.document)
    for place, node in enumerate(every):
        colour = look.optimizer_colour(place)
        shown = active is None or node.id in active
        if node.id in sheet.nodes and (shown or len(every) > 1):
            found[node.id] = colour
        if shown:
            for one in _on_sheet(inference, trained(inference, node), sheet):
                for linked in inference.document.twins(one):
                    found.setdefault(linked.id, colour)
    return found


def _on_sheet(inference: "Inference", nodes: set[str], sheet: Sheet) -> set[str]:
    """Trained nodes of the board, or those inside them that are on another sheet."""
    document = inference.document
    if sheet.name == BOARD:
        return nodes
    networks = {roles.network_of(document.node(node)) or "" for node in nodes}
    if any(rules.contains(document, name, sheet.name) for name in networks):
        return {node.id for node in sheet.nodes.values() if learns(inference, node)}
    return set()


def loss_colours(document: Document) -> dict[str, QColor]:
    """Colours of losses by name, each its optimizer's; empty where one optimizer does it all."""
    every = optimizers(document)
    if len(every) < 2:
        return {}
    names = loss_names(document)
    return {
        names[node.id]: look.optimizer_colour(place)
        for place, node in enumerate(every)
        if node.id in names
    }
