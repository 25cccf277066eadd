"""The application as it starts, and networks in the hands of its user."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QCheckBox, QToolButton

from graph.edit.document import Document
from graph.format.file import save
from gui.inspector.editors import NodesBox
from tests.gui_tests.journeys.conftest import Start, start
from tests.gui_tests.journeys.user import CTRL, NONE, SHIFT, User
from tests.gui_tests.window_tests.boards import wire

__all__ = [
    "Start",
    "edge",
    "expose",
    "group",
    "select_all",
    "stacked",
    "start",
    "tick",
    "ungroup",
    "way",
]


def stacked(folder: Path) -> Path:
    """Digits through a hidden and an output layer, to a loss and Adam, as a file."""
    document = Document("digits")
    add = document.add_node
    digits = add("data.digits", position=(-520, 0))
    flatten = add("shape.flatten", position=(-330, 0))
    hidden = add("layer.linear", name="hidden", params={"units": 32}, position=(-150, 0))
    relu = add("activation.relu", position=(30, 0))
    logits = add("layer.linear", name="logits", params={"units": 10}, position=(220, 0))
    loss = add("loss.cross_entropy", position=(420, 60))
    adam = add("optimizer.adam", position=(620, 60))
    for source, target in pairwise((digits, flatten, hidden, relu, logits, loss, adam)):
        wire(document, source, target)
    wire(document, digits, loss, output=1, into=1)
    save(document, folder / "digits.neurowire")
    return folder / "digits.neurowire"


def select_all(user: User, *names: str) -> None:
    """Click on the first node's header, then on the others' with Shift."""
    for place, name in enumerate(names):
        item = user.item(name)
        user.hands.click(user.hands.node(item.id), SHIFT if place else NONE)
    ids = {user.item(name).id for name in names}
    assert set(user.window.board.selected()) == ids


def group(user: User, name: str, *nodes: str) -> None:
    """Select nodes, press Ctrl+G, type a name over the suggestion, press Enter."""
    select_all(user, *nodes)
    user.key(Qt.Key.Key_G, CTRL)
    assert user.window.board.rename_field.isVisible()
    user.type(name)
    user.key(Qt.Key.Key_Return)


def ungroup(user: User, name: str) -> None:
    """Select an instance and press Ctrl+Shift+G."""
    user.select(name)
    user.key(Qt.Key.Key_G, CTRL | SHIFT)


def way(user: User) -> list[str]:
    """What the bar above the canvas says; nothing where it is not seen."""
    bar = user.window.board.networks.bar
    return bar.texts() if bar.isVisible() else []


def expose(user: User, node: str, param: str) -> None:
    """Inside a network: let every place set a parameter, by the pin beside its field."""
    user.select(node)
    pins = user.window.inspector.findChildren(QToolButton)
    wanted = f"Expose {param} on the instance"
    [pin] = [one for one in pins if one.accessibleName() == wanted]
    user.click(pin)
    assert pin.isChecked()


def tick(user: User, name: str) -> None:
    """Click on the box of a node that the selected optimizer may train."""
    field = user.field("trains")
    assert isinstance(field, NodesBox)
    [box] = [one for one in field.findChildren(QCheckBox) if one.text() == name]
    user.click(box, QPoint(9, box.height() // 2))


def edge(user: User, name: str) -> set[str]:
    """The colours at a node's left edge, where an optimizer's stripe is."""
    item = user.item(name)
    rect = item.face.rect
    place = user.hands.at(item.mapToScene(rect.left(), rect.center().y() + 14))
    strip = user.window.board.viewer.viewport().grab(QRect(place, QSize(6, 1))).toImage()
    return {strip.pixelColor(x, 0).name() for x in range(strip.width())}
