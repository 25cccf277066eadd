"""Which optimizer trains which node, as colours."""

from typing import TYPE_CHECKING

from PySide6.QtGui import QColor

from graph.checks import learners
from graph.declare import REGISTRY
from graph.sheet import Sheet
from gui import look

if TYPE_CHECKING:
    from graph.infer import Inference

HUES = (266, 320, 192, 40, 110, 0)


def stripes(inference: "Inference", sheet: Sheet) -> dict[str, QColor]:
    """The colour of the optimizer that trains each node of a sheet; none for the others."""
    found: dict[str, QColor] = {}
    optimizers = [
        node
        for node in sheet.nodes.values()
        if (declaration := REGISTRY.find(node.type)) and declaration.role == "optimizer"
    ]
    for place, node in enumerate(sorted(optimizers, key=lambda one: one.number)):
        colour = look.family_colour("optimizer") if place == 0 else QColor()
        if place:
            colour.setHsv(HUES[place % len(HUES)], 150, 240)
        chosen = node.params.get("trains") or learners(inference, node.id)
        found[node.id] = colour
        for one in chosen:
            found.setdefault(one, colour)
    return found
