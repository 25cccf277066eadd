"""The whole window as a designer looks at it: every template, three sizes, both themes."""

from __future__ import annotations

from array import array

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QTreeWidgetItemIterator, QWidget
from pytestqt.qtbot import QtBot

from graph.declare import REGISTRY
from graph.edit.document import Document
from graph.format.templates import open_template
from graph.model.sheet import BOARD
from graph.problems.problem import Fix, Problem
from gui.previews.painters import on_node
from gui.shell.window import Window
from runtime.protocol.messages import EpochEnded, Points, Steps
from runtime.protocol.payloads import Matrix
from tests.gui_tests.window_tests.conftest import MakeWindow
from tests.gui_tests.window_tests.measures import faults

SIZES = (1366, 768), (1440, 900), (1680, 1020), (1920, 1080)
BOARDS = "digits_mlp", "conditional_gan", "vae", "tabular"
PANELS = "losses", "previews", "problems", "code", "runs"


def fill(window: Window) -> None:
    """What a run has told after some epochs: a figure of each loss and metric."""
    nodes = window.session.document.board.nodes.values()
    role = {one.name: kind.role for one in nodes if (kind := REGISTRY.find(one.type))}
    steps = Points(array("q", [1, 2, 3]), array("d", [0.9, 0.5, 0.1234]))
    losses = [name for name, is_a in role.items() if is_a == "loss"]
    window.losses.receive(Steps({f"loss/{name}": steps for name in losses}))
    figures = {f"val/{name}": 0.2 for name in losses}
    figures |= {f"val/{name}": 0.981 for name, is_a in role.items() if is_a == "metric"}
    window.losses.receive(EpochEnded(1, 3, figures))
    window.losses.draw()


@pytest.mark.parametrize("name", BOARDS)
def test_nothing_is_cut_outside_or_over_something_else(
    name: str, make_window: MakeWindow, qtbot: QtBot
) -> None:
    window = make_window(open_template(name))
    fill(window)
    found: list[str] = []
    for size in SIZES:
        window.resize(*size)
        window.reset_layout()
        for panel in PANELS:
            window.show_tab(panel)
            QApplication.processEvents()
            found += [f"{size} {panel} {one}" for one in faults(window)]
    assert not found, "\n".join(dict.fromkeys(found))


NO_BOARD = {"instance", "input", "output"}
CODED = "wire the `label` of `digits` here, as in `loss(logits, label)`"


def texts(widget: QWidget) -> list[str]:
    """All that a widget and what is in it say, to the eye and to a screen reader."""
    said = []
    for one in [widget, *widget.findChildren(QWidget)]:
        for of in ("text", "toolTip", "accessibleName", "accessibleDescription", "statusTip"):
            if callable(found := getattr(one, of, None)):
                said.append(str(found()))
    return said


def test_code_in_messages_is_not_marked_by_backticks(window: Window, qtbot: QtBot) -> None:
    node = next(iter(window.session.document.board.nodes.values()))
    fix = Fix(f"Do this: {CODED}", lambda _: None)
    problem = Problem(node.id, BOARD, CODED, name=node.name, advice=CODED, fixes=[fix])
    window.problems.add(problem)
    window.notice.show_message(CODED, CODED)
    window.say(CODED)
    window.board.complain(CODED)
    window.show_tab("problems")
    for one in window.session.document.board.nodes.values():
        window.session.select([one.id])
        QApplication.processEvents()
        assert not [text for text in texts(window) if "`" in text]
    assert any("wire the label of digits here" in text.lower() for text in texts(window))


def test_help_of_every_node_is_without_backticks(make_window: MakeWindow) -> None:
    document = Document()
    ids = [document.add_node(one.type).id for one in REGISTRY if one.role not in NO_BOARD]
    window = make_window(document)
    for one in ids:
        assert "`" not in window.board.tooltip(one, None)
    rows = QTreeWidgetItemIterator(window.palette_panel.tree)
    while (row := rows.value()) is not None:
        assert "`" not in row.toolTip(0)
        rows += 1


def _ink(image: QImage) -> tuple[int, int]:
    """The first and the last column of a picture that is drawn on."""
    columns = [
        x
        for x in range(image.width())
        if any(image.pixelColor(x, y).alpha() > 40 for y in range(0, image.height(), 3))
    ]
    return columns[0], columns[-1]


@pytest.mark.parametrize("room", [QSize(240, 160), QSize(160, 240), QSize(400, 200)])
def test_a_confusion_matrix_stands_in_the_middle_of_its_room(qapp: object, room: QSize) -> None:
    matrix = Matrix(tuple("0123456789"), tuple((5,) * 10 for _ in range(10)))
    first, last = _ink(on_node(matrix, room, 1))
    assert abs(first - (room.width() - 1 - last)) <= 16
