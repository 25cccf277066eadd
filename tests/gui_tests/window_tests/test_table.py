"""A table in the inspector: what was decided, its first rows, and kinds of columns chosen there."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from graph.edit.document import Document
from graph.model.sheet import End
from gui.inspector.editors import ChoiceBox, SuggestBox
from gui.inspector.node import NodePage
from gui.inspector.table import OF_TEXT, TableCard
from gui.shell.window import Window
from runtime.data import probe
from runtime.exported.data import DataError
from runtime.protocol.messages import Died, ProbeFailed
from tests.gui_tests.window_tests.boards import node
from tests.gui_tests.window_tests.conftest import MakeWindow
from tests.gui_tests.window_tests.test_generate import LONG

ROWS = "Stadt;Preis;Tag;Art\nBonn;1,5;31.12.2024;a\nKöln;2,5;01.01.2025;b\nBonn;3,5;02.01.2025;a\n"


@pytest.fixture
def window(make_window: MakeWindow, tmp_path: Path) -> Window:
    file = tmp_path / "prices.csv"
    file.write_text(ROWS + ROWS.split("\n", 1)[1] * 3, encoding="utf-8")
    document = Document()
    data = document.add_node("data.csv", params={"path": str(file)})
    window = make_window(document)
    window.session.inference.set_facts(data.id, facts(window))
    window.session.select([data.id])
    QApplication.processEvents()
    return window


def facts(window: Window) -> dict[str, Any]:
    document = window.session.document
    return probe("data.csv", document.params(node(window, "csv_table")))


def card(window: Window) -> TableCard:
    page = window.findChild(NodePage)
    assert page is not None
    assert page.table is not None
    page.refresh()
    return page.table


def test_decisions_and_first_rows_are_shown(window: Window) -> None:
    shown = card(window)
    assert shown.isVisibleTo(window)
    texts = [label.text() for label in shown.findChildren(QLabel)]
    for text in ("Delimiter", "Skipped lines", "Bonn, Köln, Bonn, Bonn, Köln, Bonn"):
        assert text in texts, texts
    found = {name: told(shown, name) for name in sorted(OF_TEXT)}
    assert found == {
        "decimal": ", (found)",
        "delimiter": "; (found)",
        "encoding": "utf-8 (found)",
        "header": "yes (found)",
        "index": "none",
        "missing": "none",
        "skip": "none",
    }
    assert any(text.startswith("Since they are dates") for text in texts)
    kinds = {name: box.currentText() for name, box in shown.boxes.items()}
    assert kinds == {"Stadt": "category", "Preis": "number", "Tag": "left out", "Art": "target"}


def told(shown: TableCard, name: str) -> str:
    """What a field says that was left to be found."""
    field = shown.form.editors[name]
    assert field.isVisibleTo(shown)
    if isinstance(field, ChoiceBox):
        return field.currentText()
    assert isinstance(field, QLineEdit)
    assert not field.text()
    return field.placeholderText()


def read_again(window: Window) -> TableCard:
    """The card once the file was read as the node says now."""
    data = node(window, "csv_table")
    try:
        window.session.inference.set_facts(data.id, facts(window))
    except DataError:
        window.session.inference.set_facts(data.id, None)
    return card(window)


TYPED = [("delimiter", ","), ("encoding", "cp1252"), ("missing", "Bonn"), ("index", "Stadt"),
         ("skip", "2")]  # fmt: skip


@pytest.mark.parametrize(("name", "text"), TYPED)
def test_a_decision_is_typed_where_it_is_shown_and_undone(
    window: Window, name: str, text: str
) -> None:
    field = card(window).form.editors[name]
    assert isinstance(field, QLineEdit)
    before = facts(window)
    field.setFocus()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)
    value: Any = {"skip": 2, "missing": ("Bonn",)}.get(name, text)
    assert node(window, "csv_table").params[name] == value
    assert read_again(window).form.editors[name] is field
    assert field.isVisibleTo(window)
    assert field.text() == text
    window.session.document.undo()
    assert name not in node(window, "csv_table").params
    assert facts(window) == before
    assert told(read_again(window), name) == told(card(window), name)


def test_a_decision_is_picked_by_keys_from_what_it_often_is(window: Window) -> None:
    field = card(window).form.editors["delimiter"]
    assert isinstance(field, SuggestBox)
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Down)
    assert [one.text() for one in field.menu.actions()] == [",", ";", r"\t", "|", "blanks"]
    QTest.keyClick(field.menu, Qt.Key.Key_Down)
    QTest.keyClick(field.menu, Qt.Key.Key_Return)
    assert node(window, "csv_table").params["delimiter"] == ","
    field = card(window).form.editors["index"]
    assert isinstance(field, SuggestBox)
    QTest.keyClick(field, Qt.Key.Key_Down)
    assert [one.text() for one in field.menu.actions()] == ["none", "Stadt", "Preis", "Tag", "Art"]
    field.menu.hide()


def test_a_file_that_can_not_be_read_so_keeps_its_decisions(window: Window) -> None:
    window.session.document.set_params(node(window, "csv_table").id, encoding="ascii")
    shown = read_again(window)
    assert shown.isVisibleTo(window)
    assert not shown.boxes
    field = shown.form.editors["encoding"]
    assert isinstance(field, QLineEdit)
    assert (field.text(), told(shown, "decimal")) == ("ascii", "auto")
    field.setFocus()
    field.clear()
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert told(read_again(window), "encoding") == "utf-8 (found)"


def test_without_a_header_the_columns_are_named_in_the_card(window: Window) -> None:
    box = card(window).form.editors["header"]
    assert not card(window).form.editors["names"].isVisibleTo(window)
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_End)
    data = node(window, "csv_table")
    assert data.params["header"] == "no"
    window.session.document.set_params(data.id, kinds=(("column_2", "category"),))
    shown = read_again(window)
    assert [*shown.boxes] == [f"column_{i}" for i in range(1, 5)]
    texts = [label.text() for label in shown.findChildren(QLabel)]
    assert "Stadt, Bonn, Köln, Bonn, Bonn, Köln" in texts


def test_several_targets_are_chosen_in_their_lines(window: Window) -> None:
    for name, role in (("Preis", "target"), ("Art", "another target")):
        box = card(window).boxes[name]
        box.setCurrentIndex(box.findData(role))
        box.activated.emit(box.currentIndex())
    params = node(window, "csv_table").params
    assert (params["target"], params["also"]) == ("Preis", ("Art",))
    assert card(window).boxes["Art"].currentText() == "another target"


def test_a_kind_is_chosen_by_the_keyboard_and_undone_at_once(window: Window) -> None:
    box = card(window).boxes["Tag"]
    box.setFocus()
    for letter in "date":
        QTest.keyClick(box, letter)  # type: ignore[call-overload]
    assert node(window, "csv_table").params["kinds"] == (("Tag", "date parts"),)
    data = node(window, "csv_table").id
    window.session.inference.set_facts(data, facts(window))
    assert card(window).boxes["Tag"].currentText() == "date parts"
    assert card(window).boxes["Tag"].itemText(0) == "auto"
    window.session.document.undo()
    assert not node(window, "csv_table").params.get("kinds")


def test_another_target_is_chosen_in_its_line(window: Window) -> None:
    box = card(window).boxes["Preis"]
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_End)
    QTest.keyClick(box, Qt.Key.Key_Up)
    assert node(window, "csv_table").params["target"] == "Preis"
    window.session.inference.set_facts(node(window, "csv_table").id, facts(window))
    kinds = {name: box.currentText() for name, box in card(window).boxes.items()}
    assert (kinds["Preis"], kinds["Art"]) == ("target", "category")


def test_a_table_is_asked_for_again_where_the_worker_ended_before_it_answered(
    make_window: MakeWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = make_window(Document(), live=True)
    trainer, document = window.trainer, window.session.document
    qtbot.waitUntil(lambda: trainer.warm is not None, timeout=LONG)
    file = tmp_path / "prices.csv"
    file.write_text(ROWS + ROWS.split("\n", 1)[1] * 3, encoding="utf-8")
    data = document.add_node("data.csv", params={"path": str(file)})
    window.session.select([data.id])
    window.facts.ask()
    trainer.client.kill()
    qtbot.waitUntil(lambda: bool(window.session.inference.facts.get(data.id)), timeout=LONG)
    assert card(window).isVisibleTo(window)


def test_a_table_that_ends_each_worker_is_not_asked_for_without_end(
    make_window: MakeWindow, tmp_path: Path
) -> None:
    window = make_window(Document())
    (tmp_path / "prices.csv").write_text(ROWS, encoding="utf-8")
    path = str(tmp_path / "prices.csv")
    data = window.session.document.add_node("data.csv", params={"path": path})
    window.facts.start()
    for _ in range(2):
        assert not window.session.inference.problems_of(data.id)
        window.trainer.received.emit(Died(-9, "SIGKILL", "", None))
        window.facts.ask()
    [problem] = window.session.inference.problems_of(data.id)
    assert "the worker process ended" in str(problem)


def rows_of(window: Window) -> list[str]:
    QApplication.processEvents()
    page = window.findChild(NodePage)
    assert page is not None
    return [one.text() for one in page.findChildren(QLabel) if one.isVisibleTo(window)]


def test_a_file_that_is_being_read_is_told_so_and_one_that_failed(
    make_window: MakeWindow, tmp_path: Path
) -> None:
    document = Document()
    path = str(tmp_path / "prices.csv")
    data = document.add_node("data.csv", params={"path": path})
    layer = document.add_node("layer.linear", position=(400.0, 0.0))
    document.link(End(data.id, "features"), End(layer.id, "x"))
    window = make_window(document)
    asked: list[object] = []
    window.trainer.client.probe = lambda *told, **_: asked.append(told)  # type: ignore[method-assign]
    window.session.select([data.id])
    assert "not known yet" in rows_of(window)
    window.facts.start()
    assert asked
    assert "being read" in rows_of(window)
    assert f"{path} is being read." in rows_of(window)
    window.session.select([layer.id])
    assert "being read" in rows_of(window)  # what comes in
    assert "not known yet: csv_table is being read" in rows_of(window)  # what goes out
    window.session.select([data.id])
    window.trainer.received.emit(ProbeFailed(data.id, "there is no such file", "Choose another."))
    assert "could not be read" in rows_of(window)
    assert any("no such file" in one for one in rows_of(window))
    window.facts.stop()
