"""The palette: search, more, drag data, adding."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.canvas import MIME_NODE
from gui.shell.window import Window
from tests.gui_tests.window_tests.boards import LEFT, NO_KEYS


def test_search_finds_by_synonym(window: Window, qtbot: QtBot) -> None:
    palette = window.palette_panel
    for word in ("dense", "fc", "linear"):
        palette.search.clear()
        QTest.keyClicks(palette.search, word)
        assert palette.shown_types()[0] == "layer.linear"


def test_what_generates_is_found_by_what_it_is_called(window: Window, qtbot: QtBot) -> None:
    palette = window.palette_panel
    for words, kind in (
        ("interpolation", "random.path"),
        ("latent path", "random.path"),
        ("slider", "random.sliders"),
        ("latent plane", "random.plane"),
    ):
        palette.search.clear()
        QTest.keyClicks(palette.search, words)
        assert palette.shown_types()[0] == kind


def test_a_search_without_results_says_why(window: Window) -> None:
    palette, document = window.palette_panel, window.session.document
    for sheet, words, said in (
        ("board", "relu", ""),
        ("board", "qqqq", "Nothing goes by that name."),
        ("board", "subgraph", "There is no network yet: select nodes and group them (Ctrl+G)."),
        ("block", "image grid", "Image grid stands on the board only."),
        ("block", "qqqq", "Nothing goes by that name."),
        ("block", "", ""),
    ):
        if sheet not in ("board", *document.networks):
            document.add_network(sheet)
        window.board.networks.open(sheet)
        palette.search.clear()
        QTest.keyClicks(palette.search, words)
        assert palette.none.text() == said
        assert palette.none.isVisible() == bool(said)
        assert bool(palette.shown_types()) != bool(said)


def test_every_family_shows_something_and_more_shows_the_rest(window: Window) -> None:
    palette = window.palette_panel
    few = palette.shown_types()
    assert "activation.relu" in few
    tree = palette.tree
    for row in range(tree.topLevelItemCount()):
        family = tree.topLevelItem(row)
        if family is not None and family.text(0) == "Activation":
            more = family.child(family.childCount() - 1)
            tree.itemClicked.emit(more, 0)
            break
    assert len(palette.shown_types()) > len(few)
    assert "activation.softmin" in palette.shown_types()


def test_double_click_adds_a_node_in_the_middle_and_selects_it(
    window: Window, qtbot: QtBot
) -> None:
    palette = window.palette_panel
    item = palette.item("activation.tanh")
    assert item is not None
    palette.tree.scrollToItem(item)
    place = palette.tree.visualItemRect(item).center()
    viewport = palette.tree.viewport()
    QTest.mouseClick(viewport, LEFT, NO_KEYS, place)
    QTest.mouseDClick(viewport, LEFT, NO_KEYS, place)
    [added] = [n for n in window.session.document.board.nodes.values() if n.name == "tanh"]
    assert window.session.selection == (added.id,)
    assert window.board.selected() == [added.id]


def test_enter_in_the_search_adds_the_best_match(window: Window, qtbot: QtBot) -> None:
    search = window.palette_panel.search
    QTest.mouseClick(search, LEFT)
    QTest.keyClicks(search, "gelu")
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert any(n.type == "activation.gelu" for n in window.session.document.board.nodes.values())


def test_a_node_dragged_out_is_dropped_on_the_board(window: Window) -> None:
    item = window.palette_panel.item("layer.linear")
    assert item is not None
    data = window.palette_panel.tree.mimeData([item])
    assert bytes(data.data(MIME_NODE).data()) == b"layer.linear"
    viewport = window.board.viewer.viewport()
    place = QPoint(300, 420)
    copy, left, none = (
        Qt.DropAction.CopyAction,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    before = set(window.session.document.board.nodes)
    QApplication.sendEvent(viewport, QDragEnterEvent(place, copy, data, left, none))
    QApplication.sendEvent(viewport, QDropEvent(QPointF(place), copy, data, left, none))
    [added] = set(window.session.document.board.nodes) - before
    assert window.session.document.node(added).type == "layer.linear"
