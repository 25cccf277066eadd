"""What a repaint does: a pan paints no node anew, and no picture of one is out of date."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QImage, QPixmapCache
from PySide6.QtWidgets import QApplication, QGraphicsSceneHoverEvent

from gui import look
from gui.canvas.graph_view import Sight
from gui.canvas.node_item import NodeItem
from gui.canvas.overview import FarPicture
from tests.gui_tests.canvas_tests.conftest import Hands


@pytest.mark.parametrize("zoom", [1.0, 0.6, 0.4])
def test_a_pan_paints_no_node_and_no_dots_anew(
    hands: Hands, zoom: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: list[str] = []
    paint, drawn = NodeItem._paint_marks, Sight._paint_ground

    def count(self: NodeItem, *args: object) -> None:
        painted.append(self.id)
        paint(self, *args)  # type: ignore[arg-type]

    def count_ground(self: Sight, *args: object) -> object:
        painted.append("ground")
        return drawn(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(NodeItem, "_paint_marks", count)
    monkeypatch.setattr(Sight, "_paint_ground", count_ground)
    viewer = hands.board.viewer
    viewer.scale(0.9 * zoom / viewer.zoom(), 1.0)
    viewer.viewport().repaint()
    assert {*painted} == {"n1", "n2", "n3", "ground"}
    painted.clear()
    for step in range(6):
        viewer._set_viewer_pan(3.0 if step % 2 else -3.3, 2.1)
        viewer.viewport().repaint()
    assert not painted
    hands.document.rename("n2", "other")
    viewer.viewport().repaint()
    assert "n2" in painted


def _and_back(hands: Hands) -> None:
    hands.document.set_params("n2", units=7)
    hands.viewport.repaint()
    hands.document.undo()


CHANGES: dict[str, Callable[[Hands], object]] = {
    "select": lambda hands: hands.board.select(["n2"]),
    "mark": lambda hands: hands.board.highlight(["n3"]),
    "rename": lambda hands: hands.document.rename("n2", "other"),
    "set": lambda hands: hands.document.set_params("n2", units=7),
    "mute": lambda hands: hands.document.set_muted(["n3"], True),
    "wire": lambda hands: hands.drag(hands.port("n2", "y"), hands.port("n3", "x")),
    "cut": lambda hands: hands.document.unlink(next(iter(hands.document.board.links.values()))),
    "undo": _and_back,
    "linked": lambda hands: hands.document.duplicate(["n2"], twins=True),
    "light": lambda hands: hands.drag(
        hands.port("n2", "y"),
        hands.port("n2", "y") + hands.viewport.rect().center() / 8,
        drop=False,
    ),
    "hover": lambda hands: _hover(hands, "n2"),
    "picture": lambda hands: hands.board.set_picture("n1", _picture()),
    "gradients": lambda hands: hands.board.set_gradients({"n2": 1.0, "n3": 0.1}),
    "theme": lambda _: look.apply(_app(), "light"),
}


def _hover(hands: Hands, node: str) -> None:
    socket = hands.board.node_items()[node].inputs[0]
    socket.hoverEnterEvent(QGraphicsSceneHoverEvent(QEvent.Type.GraphicsSceneHoverEnter))


def _picture() -> QImage:
    picture = QImage(40, 20, QImage.Format.Format_RGB32)
    picture.fill(QColor("red"))
    return picture


def _app() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app


@pytest.mark.parametrize("change", CHANGES)
def test_no_picture_of_a_node_is_out_of_date(hands: Hands, change: str) -> None:
    hands.viewport.repaint()
    CHANGES[change](hands)
    QApplication.processEvents()
    hands.viewport.repaint()
    seen = hands.viewport.grab().toImage()
    QPixmapCache.clear()
    assert hands.viewport.grab().toImage() == seen


@pytest.fixture
def afar(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A board so far away that nodes are blocks; a word for each time that they are painted."""
    painted: list[str] = []
    paint = FarPicture._paint_items

    def count(self: FarPicture, *args: object) -> None:
        painted.append("blocks")
        paint(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(FarPicture, "_paint_items", count)
    viewer = hands.board.viewer
    viewer.scale(0.2 / viewer.zoom(), 1.0)
    assert viewer.far
    for _ in range(3):
        hands.viewport.repaint()
    painted.clear()
    return painted


AFAR = CHANGES | {
    "move": lambda hands: hands.document.move({"n2": (300.0, 500.0)}),
    "delete": lambda hands: hands.document.remove(["n2"]),
    "new": lambda hands: hands.document.add_node("layer.conv2d", position=(50, -300)),
    "pan": lambda hands: hands.board.viewer._set_viewer_pan(30.0, 20.0),
    "zoom": lambda hands: hands.board.viewer.scale(0.9, 1.0),
    "size": lambda hands: hands.board.resize(700, 500),
}


@pytest.mark.parametrize("change", AFAR)
def test_no_picture_of_a_board_from_afar_is_out_of_date(
    hands: Hands, afar: list[str], change: str
) -> None:
    AFAR[change](hands)
    QApplication.processEvents()
    for _ in range(3):
        hands.viewport.repaint()
    seen = hands.viewport.grab().toImage()
    hands.board.viewer.far_picture._kept = None, None
    assert hands.viewport.grab().toImage() == seen


def test_an_edit_that_is_not_seen_from_afar_paints_no_block(hands: Hands, afar: list[str]) -> None:
    hands.document.rename("n2", "other")
    hands.document.set_params("n2", units=7)
    hands.board.select(["n2"])
    hands.board.highlight(["n3"])
    hands.viewport.repaint()
    assert not afar
    hands.document.move({"n2": (300.0, 500.0)})
    hands.viewport.repaint()
    assert afar == ["blocks"]
