"""What "Replace with…" does: the search, limited to what fits where the selected nodes are."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QPointF

from graph.declare import REGISTRY, Declaration
from graph.model.sheet import Node
from graph.suggest import next_nodes
from graph.suggest.offers import parse
from gui.canvas.adding import Adding
from gui.canvas.sheet_view import SheetView

ASIDE = 0.5
"""How far other families stand back behind the one of what is replaced."""
BELOW = QPointF(40, 32)
"""Where the search opens, from a node's lower left corner: what is replaced stays in sight."""


def open_search(board: SheetView, adding: Adding) -> None:
    """Ask what the selected nodes become; they must be of one type."""
    nodes = [board.document.node(one) for one in board.selected()]
    if not nodes:
        return
    types = dict.fromkeys(_title(one) for one in nodes)
    if len(types) > 1:
        board.complain(f"select nodes of one kind to replace them, these are {', '.join(types)}")
        return
    own = REGISTRY.find(nodes[0].type)
    group = own.group if own is not None else ""
    place = board.place

    def judge(offer: Declaration) -> next_nodes.Fit | None:
        fits = [next_nodes.instead(offer, place, one.id) for one in nodes]
        known = [one for one in fits if one is not None]
        worst = max(known, key=lambda one: one.level, default=None)
        return (
            worst
            if worst is None or offer.group == group
            else dataclasses.replace(worst, back=ASIDE)
        )

    item = board.node_items()[nodes[0].id]
    what = nodes[0].name if len(nodes) == 1 else f"{len(nodes)} nodes"
    adding.offer(
        item.pos() + item.face.rect.bottomLeft() + BELOW,
        judge,
        lambda chosen, values: replace(board, nodes, chosen, values),
        bound=True,
        hint=f"Replace {what} with",
    )


def replace(board: SheetView, nodes: list[Node], chosen: str, values: Mapping[str, Any]) -> None:
    """Make of nodes what was chosen, as one step; say which wires could not be kept."""
    kind, params = parse(chosen)
    lost: list[str] = []

    def change() -> None:
        ids = [one.id for one in nodes]
        board.document.replace_nodes(ids, kind, params={**params, **values}, complain=lost.append)

    if board.gestures.attempt(change) and lost:
        wires = "wire is" if len(lost) == 1 else f"{len(lost)} wires are"
        board.complain(f"{wires} not kept, as there is no port for it: {', '.join(lost)}")


def _shared(own: Declaration | None, offer: Declaration) -> float:
    """The share of parameters that two types have in common, 0 to 1: what could be kept."""
    mine = {one.name for one in own.params} if own is not None else set()
    theirs = {one.name for one in offer.params}
    return len(mine & theirs) / len(mine | theirs) if mine | theirs else 1.0


def _title(node: Node) -> str:
    declaration = REGISTRY.find(node.type)
    return declaration.title if declaration else node.type
