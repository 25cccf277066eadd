"""A board on screen with three nodes, and hands to work it with."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

import graph.nodes
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.model.sheet import End
from gui import look
from gui.canvas import MIME_NODE, Board
from gui.canvas.nodegraphqt import IN, OUT

assert graph.nodes

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


class Hands:
    """What a user does: presses, drags and keys, sent to the viewport as real events."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.document = board.document
        self.viewport = board.viewer.viewport()

    def at(self, place: QPointF) -> QPoint:
        return QPoint(self.board.viewer.mapFromScene(place))

    def node(self, node: str, *, body: bool = False) -> QPoint:
        item = self.board.node_items()[node]
        offset = QPointF(0, 0 if body else item.face.rect.top() + 12)
        return self.at(item.pos() + offset)

    def port(self, node: str, port: str) -> QPoint:
        item = self.board.node_items()[node]
        socket = item.socket(OUT, port) or item.socket(IN, port)
        assert socket is not None
        return self.at(socket.scenePos())

    def drag(
        self,
        start: QPoint,
        *stops: QPoint,
        keys: Qt.KeyboardModifier = NONE,
        drop: bool = True,
    ) -> None:
        QTest.mouseMove(self.viewport, start)
        QTest.mousePress(self.viewport, LEFT, keys, start)
        before = start
        for stop in stops:
            for step in range(1, 6):
                point = before + (stop - before) * step / 5
                _move(self.viewport, point, keys)
            before = stop
        if drop:
            QTest.mouseRelease(self.viewport, LEFT, keys, before)
            QApplication.processEvents()

    def release(self, at: QPoint) -> None:
        QTest.mouseRelease(self.viewport, LEFT, NONE, at)
        QApplication.processEvents()

    def click(self, at: QPoint, keys: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseClick(self.viewport, LEFT, keys, at)
        QApplication.processEvents()

    def double_click(self, at: QPoint) -> None:
        QTest.mouseDClick(self.viewport, LEFT, NONE, at)
        QApplication.processEvents()

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = NONE) -> None:
        target = QApplication.focusWidget() or self.board.viewer
        QTest.keyClick(target, key, keys)
        QApplication.processEvents()

    def type(self, text: str) -> None:
        target = QApplication.focusWidget()
        assert target is not None
        QTest.keyClicks(target, text)

    def drop_node(self, node_type: str, at: QPoint) -> None:
        data = QMimeData()
        data.setData(MIME_NODE, node_type.encode())
        copy = Qt.DropAction.CopyAction
        enter = QDragEnterEvent(at, copy, data, LEFT, NONE)
        QApplication.sendEvent(self.viewport, enter)
        assert enter.isAccepted()
        drop = QDropEvent(QPointF(at), copy, data, LEFT, NONE)
        QApplication.sendEvent(self.viewport, drop)
        QApplication.processEvents()

    def links(self) -> set[str]:
        return {
            f"{key.source.node}.{key.source.port} > {key.target.node}.{key.target.port}"
            for key in self.document.board.links
        }

    def drawn(self) -> set[str]:
        """The wires on the canvas, read off the items' ports."""
        return {
            f"{wire.output_port.end.node}.{wire.output_port.end.port} > "
            f"{wire.input_port.end.node}.{wire.input_port.end.port}"
            for wire in self.board.wire_items().values()
            if wire.isVisible() and wire.scene() is not None
        }

    def agree(self) -> None:
        """The canvas shows exactly what the document holds, and kept no history of its own."""
        board = self.document.board
        items = self.board.node_items()
        assert items.keys() == board.nodes.keys()
        for node, item in items.items():
            assert (item.x(), item.y()) == board.nodes[node].position
            assert item.face.name == board.nodes[node].name
        assert self.drawn() == self.links()
        assert self.board.gestures.undo_stack().count() == 0


def _move(viewport: QWidget, point: QPoint, keys: Qt.KeyboardModifier) -> None:
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(point),
        QPointF(viewport.mapToGlobal(point)),
        LEFT,
        LEFT,
        keys,
    )
    QApplication.sendEvent(viewport, event)
    QApplication.processEvents()


def chain() -> Document:
    """A data node (n1), a linear layer (n2), a ReLU (n3): n1 > n2, n3 is free."""
    document = Document()
    document.add_node("data.digits", position=(-300, 0))
    document.add_node("layer.linear", position=(0, 0))
    document.add_node("activation.relu", position=(260, 0))
    document.link(End("n1", "image"), End("n2", "x"))
    document.forget_history()
    return document


def show(document: Document) -> Board:
    board = Board(document, Diagnosis(document))
    board.resize(1100, 700)
    board.show()
    QTest.qWaitForWindowExposed(board)
    board.activateWindow()
    board.setFocus()
    QApplication.processEvents()
    board.viewer.show_rect(board.bounds().adjusted(-150, -150, 150, 150))
    return board


@pytest.fixture
def hands(qapp: QApplication) -> Iterator[Hands]:
    look.apply(qapp, "dark")
    board = show(chain())
    yield Hands(board)
    board.close_board()
    board.close()
    board.deleteLater()
