"""Small boards, and finding nodes on them."""

from __future__ import annotations

from PySide6.QtCore import Qt

import graph.nodes
from graph.edit.document import Document
from graph.model.sheet import End, Node
from gui.shell.window import Window

assert graph.nodes

LEFT = Qt.MouseButton.LeftButton
NO_KEYS = Qt.KeyboardModifier.NoModifier


def wire(document: Document, source: Node, target: Node, output: int = 0, into: int = 0) -> None:
    document.link(
        End(source.id, document.ports(source).outputs[output].name),
        End(target.id, document.ports(target).inputs[into].name),
    )


def small_board() -> Document:
    """Digits into a linear layer with too few outputs: one shape problem, one fix."""
    document = Document("small")
    digits = document.add_node("data.digits", position=(0, 0))
    flatten = document.add_node("shape.flatten", position=(200, 0))
    logits = document.add_node(
        "layer.linear", name="logits", params={"units": 3}, position=(400, 0)
    )
    loss = document.add_node("loss.cross_entropy", position=(600, 0))
    adam = document.add_node("optimizer.adam", position=(800, 0))
    wire(document, digits, flatten)
    wire(document, flatten, logits)
    wire(document, logits, loss)
    wire(document, digits, loss, output=1, into=1)
    wire(document, loss, adam)
    document.forget_history()
    return document


def node(window: Window, name: str) -> Node:
    """The board's node of that name."""
    return next(n for n in window.session.document.board.nodes.values() if n.name == name)
