"""Dialogs as a designer looks at them: inside the screen, nothing cut, in the window's own look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QSize, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QScrollArea,
    QToolButton,
    QTreeView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from graph.declare import Param
from graph.edit.document import Document
from graph.format import templates
from gui import look
from gui.shell import ask_number
from gui.shell.app import application
from gui.shell.board_picture import picture
from gui.shell.command_palette import Commands
from gui.shell.gallery import Gallery
from gui.shell.window import Window
from gui.widgets import dialogs
from gui.widgets.file_dialog import BUTTONS
from tests.gui_tests.window_tests.measures import faults

THEMES: tuple[look.Scheme, ...] = ("light", "dark")


def themes() -> Iterator[look.Colours]:
    """Both themes, one after the other."""
    for scheme in THEMES:
        look.apply(application(scheme), scheme)
        yield look.colours()
    look.apply(application("dark"), "dark")


def shown(call: Callable[[], object], look_at: Callable[[QDialog], object]) -> None:
    """Open a dialog, look at it, and close it."""
    seen: list[object] = []

    def peek() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QDialog)
        try:
            QTest.qWait(50)
            seen.append(look_at(dialog))
        finally:
            if dialog.isVisible():
                dialog.reject()

    QTimer.singleShot(0, peek)
    call()
    assert seen


def colours_of(image: QImage, area: QWidget | None = None) -> set[str]:
    box = area.geometry() if area is not None else image.rect()
    return {
        image.pixelColor(x, y).name()
        for x in range(box.left(), box.right())
        for y in range(box.top(), box.bottom())
    }


def test_files_are_listed_with_whole_columns_and_icons_of_ours(
    window: Window, tmp_path: Path
) -> None:
    (tmp_path / "a folder").mkdir()
    (tmp_path / "a_board_with_a_name.neurowire").write_text("{}")

    def look_at(dialog: QDialog) -> None:
        tree = dialog.findChild(QTreeView, "treeView")
        assert isinstance(tree, QTreeView)
        QTest.qWait(100)
        root = tree.rootIndex()
        assert tree.model().rowCount(root) == 2
        for column in range(tree.model().columnCount()):
            if not tree.isColumnHidden(column):
                assert tree.columnWidth(column) >= tree.sizeHintForColumn(column), column
        drawn = colours_of(tree.viewport().grab().toImage())
        qt_folders = {name for name in drawn if _is_blue(name)}
        assert not qt_folders, "Qt's folders are blue in both themes"
        assert not dialog.isSizeGripEnabled()
        for name, icon in BUTTONS.items():
            button = dialog.findChild(QToolButton, name)
            assert button is not None
            ours = look.icon(icon).pixmap(16).toImage()
            assert button.icon().pixmap(16).toImage() == ours

    for _ in themes():
        shown(lambda: dialogs.ask_open(window, "Open", tmp_path, dialogs.BOARDS), look_at)


def _is_blue(name: str) -> bool:
    red, green, blue = (int(name[i : i + 2], 16) for i in (1, 3, 5))
    return blue > red + 60 and blue > green + 20


def test_a_folder_is_asked_for_without_the_kinds_of_files(window: Window, tmp_path: Path) -> None:
    def look_at(dialog: QDialog) -> None:
        assert isinstance(dialog, QFileDialog)
        kinds = dialog.findChild(QWidget, "fileTypeCombo")
        assert kinds is not None
        assert not kinds.isVisible()

    shown(lambda: dialogs.ask_folder(window, "Export", tmp_path, True), look_at)


RATE = Param("rate", "float", 0.002, "Learning rate of adam", low=0.0)


def test_a_number_is_asked_for_as_people_write_it(window: Window) -> None:
    given: list[object] = []

    def look_at(dialog: QDialog) -> None:
        assert isinstance(dialog, ask_number.AskNumber)
        assert dialog.field.text() == "0.002"
        assert not faults(dialog)
        ok = dialog.findChild(QDialogButtonBox)
        assert ok is not None
        button = ok.button(QDialogButtonBox.StandardButton.Ok)
        QTest.keyClicks(dialog.field, "-1")
        assert not button.isEnabled()
        assert dialog.number is None
        dialog.field.selectAll()
        QTest.keyClicks(dialog.field, "1e-3 * 4")
        assert button.isEnabled()
        QTest.keyClick(dialog.field, Qt.Key.Key_Return)

    shown(
        lambda: given.append(ask_number.ask_number(window, "Learning rate", RATE)),
        look_at,
    )
    assert given == [pytest.approx(0.004)]


def test_no_number_is_no_answer(window: Window) -> None:
    given: list[object] = []
    epochs = Param("epochs", "int", 120, "Train on until epoch", low=61, high=1000)

    def look_at(dialog: QDialog) -> None:
        said = [one.text() for one in dialog.findChildren(QLabel)]
        assert "A whole number from 61 to 1,000" in said

    shown(lambda: given.append(ask_number.ask_number(window, "Resume", epochs)), look_at)
    assert given == [None]


def test_the_chosen_command_is_marked_in_one_piece(window: Window) -> None:
    for theme in themes():
        popup = Commands(list(window.acts.values()), window)
        popup.show()
        QApplication.processEvents()
        image = popup.grab().toImage()
        assert image.pixelColor(0, 0) == theme.node_line, "a popup has an edge"
        tree = popup.list
        row = tree.visualItemRect(tree.currentItem())
        seam = tree.viewport().mapTo(popup, QPoint(tree.columnWidth(0), row.center().y()))
        for height in (0, 8):
            marked = {
                image.pixelColor(seam.x() + x, seam.y() - height).name() for x in range(-4, 5)
            }
            assert len(marked) == 1
        popup.close()
        popup.deleteLater()


def test_the_cards_of_the_gallery_are_alike_and_apart(qtbot: QtBot) -> None:
    application("dark")
    gallery = Gallery()
    qtbot.addWidget(gallery)
    gallery.show()
    QApplication.processEvents()
    cards = [one.parentWidget() for one in gallery.buttons.values()]
    assert len({one.width() for one in cards if one is not None}) == 1
    lefts = sorted({one.x() for one in cards if one is not None})
    assert len(lefts) == 3
    assert lefts[1] - lefts[0] == lefts[2] - lefts[1]
    assert not faults(gallery)
    area = gallery.findChild(QScrollArea)
    assert area is not None
    inner = area.widget()
    assert inner is not None
    assert area.viewport().width() >= inner.minimumSizeHint().width(), "no card is cut"


@pytest.mark.parametrize("name", templates.names())
def test_the_picture_of_a_template_is_whole_and_in_its_theme(name: str, qapp: object) -> None:
    drawn = []
    for theme in themes():
        image = picture(templates.open_template(name))
        right, bottom = image.width() - 1, image.height() - 1
        edge = [image.pixelColor(x, y) for x in range(right + 1) for y in (0, bottom)]
        edge += [image.pixelColor(x, y) for y in range(bottom + 1) for x in (0, right)]
        assert all(one == theme.canvas for one in edge), "nothing runs out of the picture"
        assert look.family_colour("data").name() in colours_of(image)
        drawn.append(image)
    assert drawn[0] != drawn[1]


def test_a_picture_of_nothing_is_its_ground(qapp: object) -> None:
    assert colours_of(picture(Document(), QSize(20, 10))) == {look.colours().canvas.name()}


def test_the_list_of_a_box_looks_like_other_lists(window: Window) -> None:
    """One edge around it, and a chosen row of the theme's own with round corners."""
    boxes = [one for one in window.findChildren(QComboBox) if one.isVisible() and one.count() > 1]
    assert len(boxes) > 2
    for theme in themes():
        for box in boxes:
            box.showPopup()
            QTest.qWait(20)
            view = box.view()
            whole = view.window().grab().toImage()
            assert view.window().size() == view.size(), "there is nothing around the list"
            assert whole.pixelColor(0, whole.height() // 2) == theme.node_line
            row = view.visualRect(view.currentIndex())
            corner = view.viewport().mapTo(view, row.topLeft())
            image = view.grab().toImage()
            assert image.pixelColor(corner) == theme.node, "the corners are round"
            beside = image.pixelColor(corner + QPoint(row.width() // 2, 1))
            assert beside == image.pixelColor(corner + QPoint(3, row.height() // 2))
            assert beside != theme.node
            assert row.width() >= view.sizeHintForColumn(0)
            box.hidePopup()
