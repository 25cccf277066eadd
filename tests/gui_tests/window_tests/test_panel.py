"""The Previews tab follows the board: views removed, renamed and edited while it draws."""

from __future__ import annotations

from array import array
from itertools import pairwise

import pytest
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from graph.format.templates import open_template
from gui import look
from gui.previews.card import Preview
from gui.previews.painters import draw, on_node
from gui.shell.app import application
from gui.shell.window import Window
from gui.widgets.common import Elided
from runtime.protocol.messages import Points, Steps, ViewDrawn
from runtime.protocol.payloads import Matrix, Pictures, Table
from tests.gui_tests.window_tests.boards import NO_KEYS, node
from tests.gui_tests.window_tests.conftest import MakeWindow
from tests.gui_tests.window_tests.test_generate import (
    LONG,
    bar_button,
    board,
    click,
    preview,
    train,
)

CTRL = Qt.KeyboardModifier.ControlModifier


def titles(window: Window) -> list[str]:
    """The names above the pictures that can be seen."""
    shown = [one for one in window.previews.previews.values() if one.isVisible()]
    names = {one.name.replace("_", " ") for one in shown}
    texts = [label.text() for one in shown for label in one.findChildren(QLabel)]
    return sorted(text for text in texts if text in names)


def key(window: Window, one: Qt.Key, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
    window.board.viewer.setFocus()
    QTest.keyClick(window.board.viewer, one, keys)


def test_previews_follow_the_board(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window(board(epochs=1), live=True)
    train(window, qtbot)
    document = window.session.document
    qtbot.waitUntil(lambda: titles(window) == ["moved", "seen", "swept"], timeout=LONG)

    swept = node(window, "swept").id
    window.session.select([swept])
    key(window, Qt.Key.Key_Delete)
    assert titles(window) == ["moved", "seen"]
    key(window, Qt.Key.Key_Z, CTRL)
    assert titles(window) == ["moved", "seen", "swept"]
    window.session.select([swept])
    key(window, Qt.Key.Key_M)
    assert document.node(swept).muted
    assert titles(window) == ["moved", "seen"]

    click(bar_button(window, "Generate"))
    qtbot.waitUntil(lambda: preview(window, "moved").shown.generated, timeout=LONG)
    assert titles(window) == ["moved", "seen"]
    key(window, Qt.Key.Key_Z, CTRL)
    assert titles(window) == ["moved", "seen", "swept"]

    document.rename(node(window, "seen").id, "made_up")
    assert titles(window) == ["made up", "moved", "swept"]
    for one in ("seen", "moved", "made_up", "swept"):
        found = [node.id for node in document.board.nodes.values() if node.name == one]
        document.remove(found)
    assert titles(window) == []
    assert "Wire a view" in " ".join(
        one.text() for one in window.previews.findChildren(QLabel) if one.isVisible()
    )


def test_an_edit_while_generating_is_drawn_by_generate(
    make_window: MakeWindow, qtbot: QtBot
) -> None:
    def count() -> int:
        payload = preview(window, "seen").shown.payload
        assert isinstance(payload, Pictures)
        return payload.count

    window = make_window(board(epochs=1), live=True)
    train(window, qtbot)
    click(bar_button(window, "Generate"))
    qtbot.waitUntil(lambda: preview(window, "seen").shown.generated, timeout=LONG)
    assert not bar_button(window, "Generate").isEnabled()
    said = window.previews._origin
    assert "Drawn from the last checkpoint" in said.text()

    document = window.session.document
    document.move({node(window, "seen").id: (900.0, 900.0)})
    window.source.compile_now()
    assert not bar_button(window, "Generate").isEnabled(), "where a node stands is not drawn"
    document.set_params(node(window, "adam").id, lr=0.5)
    window.source.compile_now()
    assert not bar_button(window, "Generate").isEnabled(), "nor how it is trained"
    wire = document.board.out_of(node(window, "code").id)[0]
    document.unlink(wire)
    qtbot.waitUntil(lambda: "mend it to draw it" in said.text(), timeout=LONG)
    document.undo()
    qtbot.waitUntil(lambda: "Drawn from the last checkpoint" in said.text(), timeout=LONG)
    document.set_params(node(window, "seen").id, count=4)
    qtbot.waitUntil(lambda: bar_button(window, "Generate").isEnabled(), timeout=LONG)
    assert "The board changed" in said.text()
    click(bar_button(window, "New samples"))
    qtbot.waitUntil(lambda: preview(window, "seen").shown.samples == 1, timeout=LONG)
    assert count() == 9

    click(bar_button(window, "Generate"))
    qtbot.waitUntil(lambda: count() == 4, timeout=LONG)
    assert preview(window, "seen").shown.samples == 1
    assert not bar_button(window, "Generate").isEnabled()
    assert "Drawn from the last checkpoint" in said.text()

    document.set_params(node(window, "decoder").id, bias=False)
    qtbot.waitUntil(lambda: bar_button(window, "Generate").isEnabled(), timeout=LONG)
    click(bar_button(window, "Generate"))
    qtbot.waitUntil(lambda: "does not fit this board" in window.notice.text, timeout=LONG)
    qtbot.waitUntil(lambda: window.trainer.generating is not None, timeout=LONG)
    qtbot.waitUntil(lambda: "The board changed" in said.text(), timeout=LONG)
    document.undo()
    qtbot.waitUntil(lambda: "Drawn from the last checkpoint" in said.text(), timeout=LONG)


def test_pictures_on_nodes_turn_with_the_theme(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = make_window(open_template("digits_mlp"))
    matrix = node(window, "confusion_matrix")
    payload = Matrix(("a", "b"), ((3, 1), (0, 2)))
    message = ViewDrawn(matrix.id, matrix.name, "confusion", payload, 1)
    window.previews.receive(message)
    item = window.board.node_items()[matrix.id]
    qtbot.waitUntil(lambda: item.image is not None)
    dark = item.image
    look.apply(application("light"), "light")
    qtbot.waitUntil(lambda: item.image != dark)
    assert item.image is not None
    assert item.image == on_node(payload, QSize(240, 160), max(2.0, window.devicePixelRatioF()))


@pytest.mark.parametrize("width", [200, 240, 320, 600])
def test_what_is_said_of_a_view_is_never_cut(width: int, qtbot: QtBot) -> None:
    matrix = Matrix(("a", "b"), ((5, 1), (0, 7)))
    preview = Preview(ViewDrawn("n1", "confusion_matrix", "confusion", matrix, 228))
    qtbot.addWidget(preview)
    preview.resize(width, 260)
    preview.show()
    qtbot.wait(20)
    words = preview.findChildren(Elided)[0]
    assert "step 228" in words.text()
    assert words.width() >= words.sizeHint().width()


@pytest.mark.parametrize("height", [90, 200, 320, 600])
def test_rows_of_a_table_never_run_into_one_another(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, height: int
) -> None:
    table = Table(("prediction", "target"), tuple((f"row {n}", "1") for n in range(20)))
    written: list[tuple[QRectF, str]] = []

    class Pen(QPainter):
        def drawText(self, where: QRectF, flags: int, text: str) -> None:  # type: ignore[override]
            written.append((where, text))
            super().drawText(where, flags, text)

    monkeypatch.setattr("gui.previews.painters.QPainter", Pen)
    draw(table, QSize(240, height))
    firsts = [(where, text) for where, text in written if where.left() < 100]
    for (above, _), (below, _) in pairwise(firsts):
        assert below.top() >= above.top() + 14
    assert firsts[-1][0].bottom() <= height + 0.5
    rows = sum(text.startswith("row") for _, text in firsts)
    assert rows == 20 or firsts[-1][1] == f"{20 - rows} more where there is room"


def test_metrics_that_a_board_lacks_are_said_to_be_missing(window: Window) -> None:
    window.losses.receive(
        Steps({"loss/cross_entropy": Points(array("q", (1, 2)), array("d", (2.0, 1.0)))})
    )
    window.show_tab("losses")
    hint = next(one for one in window.losses.findChildren(QLabel) if "drawn here" in one.text())
    assert not hint.isVisible()
    window.losses.kind.button(1).click()
    assert hint.isVisible()
    assert "metric" in hint.text()
    assert not window.losses.metrics.isVisible()
