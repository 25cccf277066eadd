"""The inspector edits through the document: undoable, coalesced, refused with words."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from graph.declare import REGISTRY, Param
from graph.edit.document import Document
from gui.inspector.board import BoardPage
from gui.inspector.editors import (
    EDITORS,
    NodesBox,
    parse_numbers,
    parse_values,
    write_numbers,
    write_values,
)
from gui.inspector.node import MOST, NodePage
from gui.inspector.number import NumberBox, read, step_size, write
from gui.shell.window import Window
from gui.widgets.common import Card
from tests.gui_tests.window_tests.boards import node
from tests.gui_tests.window_tests.conftest import MakeWindow


def page(window: Window) -> NodePage:
    assert isinstance(window.inspector.page, NodePage)
    return window.inspector.page


def field(window: Window, name: str) -> QLineEdit:
    form = page(window).form
    assert form is not None
    made = form.editors[name]
    assert isinstance(made, QLineEdit)
    return made


def retype(qtbot: QtBot, line: QLineEdit, text: str) -> None:
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)


def test_typing_a_parameter_changes_the_document_and_undoes(window: Window, qtbot: QtBot) -> None:
    logits = node(window, "logits")
    window.session.select([logits.id])
    retype(qtbot, field(window, "units"), "10")
    assert node(window, "logits").params["units"] == 10
    window.acts["undo"].trigger()
    assert node(window, "logits").params["units"] == 3
    assert field(window, "units").text() == "3"


def test_nodes_that_learn_slower_are_ticked_one_by_one(window: Window, qtbot: QtBot) -> None:
    adam = next(n for n in window.session.document.board.nodes.values() if "adam" in n.type)
    window.session.select([adam.id])
    form = page(window).form
    assert form is not None
    trains, slower = form.editors["trains"], form.editors["slower"]
    assert isinstance(trains, NodesBox)
    assert isinstance(slower, NodesBox)
    assert all(box.isChecked() for box in trains.boxes.values())
    assert not any(box.isChecked() for box in slower.boxes.values())
    logits = node(window, "logits").id
    for expected in ((logits,), None):
        slower.boxes[logits].click()
        assert window.session.document.node(adam.id).params.get("slower") == expected


def test_undo_in_a_field_takes_back_typing_first_and_then_the_board(
    window: Window, qtbot: QtBot
) -> None:
    logits = node(window, "logits")
    window.activateWindow()
    window.session.select([logits.id])
    before = logits.params.get("units")
    units = field(window, "units")
    retype(qtbot, units, "31")
    QTest.keyClicks(units, "7")
    QTest.keyClick(units, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert units.text() == "31"
    QTest.keyClick(units, Qt.Key.Key_Return)
    QTest.keyClick(units, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert node(window, "logits").params.get("units") == before
    assert units.text() == str(before)
    redo = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(units, Qt.Key.Key_Z, redo)
    assert node(window, "logits").params["units"] == 31


def test_a_value_out_of_range_is_said_under_its_field(window: Window, qtbot: QtBot) -> None:
    window.session.select([node(window, "logits").id])
    form = page(window).form
    assert form is not None
    retype(qtbot, field(window, "units"), "0")
    assert "at least 1" in form.wrong("units")
    assert node(window, "logits").params["units"] == 3
    retype(qtbot, field(window, "units"), "many")
    assert "whole number" in form.wrong("units")
    retype(qtbot, field(window, "units"), "7")
    assert form.wrong("units") == ""
    assert node(window, "logits").params["units"] == 7


def test_stepping_with_the_arrow_keys_is_one_step_of_the_history(
    window: Window, qtbot: QtBot
) -> None:
    window.session.select([node(window, "logits").id])
    line = field(window, "units")
    line.setFocus()
    for _ in range(4):
        QTest.keyClick(line, Qt.Key.Key_Up)
    assert node(window, "logits").params["units"] == 7
    assert len(window.session.document.history) == 1
    window.session.document.undo()
    assert line.text() == "3"


def test_the_page_shows_shapes_and_weights_as_they_change(window: Window, qtbot: QtBot) -> None:
    def texts() -> set[str]:
        return {one.text() for one in page(window).findChildren(QLabel) if one.isVisible()}

    window.session.select([node(window, "logits").id])
    qtbot.waitUntil(lambda: {"[N, 64]", "[N, 3]", "195"} <= texts())
    window.session.document.set_params(node(window, "logits").id, units=10)
    qtbot.waitUntil(lambda: {"[N, 10]", "650"} <= texts())
    assert "195" not in texts()


def test_renaming_keeps_to_the_rules_and_says_them(window: Window, qtbot: QtBot) -> None:
    window.session.select([node(window, "logits").id])
    retype(qtbot, page(window).name, "scores")
    assert node(window, "scores")
    retype(qtbot, page(window).name, "class")
    assert "class" in page(window)._wrong_name.text()
    assert node(window, "scores")


def test_several_nodes_of_one_type_are_edited_together(
    make_window: MakeWindow, qtbot: QtBot
) -> None:
    document = Document()
    ids = [document.add_node("layer.linear").id for _ in range(3)]
    window = make_window(document)
    window.session.select(ids)
    retype(qtbot, field(window, "units"), "12")
    assert [document.node(one).params["units"] for one in ids] == [12, 12, 12]
    document.undo()
    assert all("units" not in document.node(one).params for one in ids)


def test_with_nothing_selected_the_run_settings_are_shown(window: Window, qtbot: QtBot) -> None:
    window.session.select([])
    page = window.inspector.page
    assert isinstance(page, BoardPage)
    epochs = page.form.editors["epochs"]
    assert isinstance(epochs, QLineEdit)
    retype(qtbot, epochs, "3")
    assert window.session.document.settings.epochs == 3
    assert window.topbar.epochs.text() == "3"
    device = page.form.editors["device"]
    assert isinstance(device, QComboBox)
    assert device.currentData() == "auto"


def test_every_declared_parameter_has_an_editor_that_shows_its_default(qtbot: QtBot) -> None:
    for declaration in REGISTRY:
        for param in declaration.params:
            made = EDITORS[param.kind](param, list)
            qtbot.addWidget(made)
            made.show_value(param.default)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("value", "down", "step"),
    [(0.001, False, 0.001), (0.001, True, 0.0001), (0.5, False, 0.1), (0.0, False, 0.1)],
)
def test_numbers_step_by_one_in_their_leading_digit(value: float, down: bool, step: float) -> None:
    assert step_size(value, down=down) == pytest.approx(step)


def test_numbers_are_read_as_people_write_them() -> None:
    assert read(" 1e-3 ", whole=False) == 0.001
    assert read("1,000", whole=True) == 1000
    assert read("", whole=False) is None
    assert write(0.001) == "0.001"
    with pytest.raises(ValueError, match=r"1\.5"):
        read("1.5", whole=True)
    assert parse_numbers("3 \N{MULTIPLICATION SIGN} 5", whole=True) == (3, 5)
    assert write_numbers((3, 3)) == "3"


def test_values_by_name_are_read_as_they_are_written() -> None:
    values = (("mode", "same"), ("rate", 0.1), ("units", (3, 5)))
    assert parse_values(write_values(values)) == values
    assert parse_values("mode=same; units = 3") == (("mode", "same"), ("units", 3))
    assert parse_values("nonsense") == "nonsense"
    assert parse_values("") == ()


def test_a_number_box_keeps_within_its_range_when_stepped(qtbot: QtBot) -> None:
    box = NumberBox(Param("rate", "float", 0.5, "A share.", low=0.0, high=1.0))
    qtbot.addWidget(box)
    box.show_value(0.95)
    box.step(3)
    assert box.text() == "1"


def test_of_many_nodes_some_problems_are_told(window: Window, qtbot: QtBot) -> None:
    document = window.session.document
    made = [document.add_node("layer.linear").id for _ in range(MOST + 5)]
    window.session.select(made)
    told = page(window).findChildren(Card)
    assert len(told) == MOST
    assert any(one.text() == "and more, in Problems" for one in page(window).findChildren(QLabel))
    window.session.select(made[:2])
    assert len(page(window).findChildren(Card)) == 2
