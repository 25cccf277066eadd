"""A picture on a node is made larger by the mouse, at the node's lower right corner."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph.edit.document import Document
from graph.format import clipboard
from graph.format.file import load, save
from graph.model.sheet import End
from gui import look
from tests.gui_tests.canvas_tests.conftest import Hands, show

VIEW, DATA = "n2", "n1"


@pytest.fixture
def hands(qapp: QApplication) -> Iterator[Hands]:
    look.apply(qapp, "dark")
    document = Document()
    document.add_node("data.spiral", position=(-300, 0))
    document.add_node("view.boundary", position=(100, 0))
    document.link(End("n1", "label"), End("n2", "label"))
    document.forget_history()
    board = show(document)
    yield Hands(board)
    board.close_board()
    board.close()
    board.deleteLater()


def _corner(hands: Hands, node: str) -> QPoint:
    item = hands.board.node_items()[node]
    return hands.at(item.pos() + item.face.rect.bottomRight() - QPointF(4, 4))


def _picture(hands: Hands, node: str) -> tuple[float, float]:
    room = hands.board.node_items()[node].face.picture
    assert room is not None
    return room.width(), room.height()


@pytest.mark.parametrize("node", [VIEW, DATA])
def test_a_picture_is_wide_enough_and_made_larger_by_its_corner(hands: Hands, node: str) -> None:
    wide, high = _picture(hands, node)
    assert wide >= 160
    item = hands.board.node_items()[node]
    before, corner = hands.document.node(node), item.pos() + item.face.rect.topLeft()
    start = _corner(hands, node)
    pixels = QPoint(90, 60)
    hands.drag(start, start + pixels)
    scale = hands.board.viewer.zoom()
    assert _picture(hands, node) == pytest.approx(
        (wide + pixels.x() / scale, high + pixels.y() / scale), abs=3
    )
    assert item.pos() + item.face.rect.topLeft() == corner  # it grows away from the corner
    assert hands.document.node(node).size == _picture(hands, node)
    hands.agree()
    assert hands.document.undo_name == "Resize"
    hands.document.undo()
    assert hands.document.node(node) == before
    assert _picture(hands, node) == (wide, high)
    hands.agree()
    hands.document.redo()
    assert hands.document.node(node).size == _picture(hands, node) != (wide, high)


def test_it_is_never_too_small_and_a_double_click_gives_the_usual_size(hands: Hands) -> None:
    usual = _picture(hands, VIEW)
    start = _corner(hands, VIEW)
    hands.drag(start, start - QPoint(600, 600))
    assert _picture(hands, VIEW)[0] == 160
    hands.double_click(_corner(hands, VIEW))
    assert hands.document.node(VIEW).size is None
    assert _picture(hands, VIEW) == usual


def test_escape_and_a_click_leave_it_as_it_was(hands: Hands) -> None:
    before, usual = hands.document.node(VIEW), _picture(hands, VIEW)
    start = _corner(hands, VIEW)
    hands.drag(start, start + QPoint(80, 80), drop=False)
    assert _picture(hands, VIEW) != usual
    hands.key(Qt.Key.Key_Escape)
    assert _picture(hands, VIEW) == usual
    hands.release(start + QPoint(80, 80))
    hands.click(_corner(hands, VIEW))
    assert hands.document.node(VIEW) == before
    assert not hands.document.can_undo
    hands.agree()


def test_the_pointer_says_where_it_is_made_larger(hands: Hands) -> None:
    QTest.mouseMove(hands.viewport, hands.node(VIEW))
    QApplication.processEvents()
    QTest.mouseMove(hands.viewport, _corner(hands, VIEW))
    QApplication.processEvents()
    assert hands.viewport.cursor().shape() == Qt.CursorShape.SizeFDiagCursor
    QTest.mouseMove(hands.viewport, hands.node(VIEW))
    QApplication.processEvents()
    assert hands.viewport.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_its_size_is_saved_copied_and_read_again(hands: Hands, tmp_path: Path) -> None:
    start = _corner(hands, VIEW)
    hands.drag(start, start + QPoint(120, 90))
    size = hands.document.node(VIEW).size
    assert size is not None
    save(hands.document, tmp_path / "a.neurowire")
    assert load(tmp_path / "a.neurowire").document.node(VIEW).size == size
    made = clipboard.paste(hands.document, clipboard.copy(hands.document, [VIEW]))
    assert [one.size for one in made] == [size]


@pytest.mark.parametrize("size", ["[1, 2, 3]", '"wide"', "[NaN, 4]", "7"])
def test_a_size_that_is_none_is_told_and_the_usual_taken(size: str, tmp_path: Path) -> None:
    document = Document()
    node = document.add_node("view.boundary")
    document.resize(node.id, (333.0, 222.0))
    path = tmp_path / "a.neurowire"
    save(document, path)
    text = path.read_text()
    broken = text.replace('"size": [\n     333.0,\n     222.0\n    ]', f'"size": {size}')
    assert broken != text
    path.write_text(broken)
    loaded = load(path)
    assert loaded.document.node(node.id).size is None
    assert any("size of its picture" in str(one) for one in loaded.problems)
