"""A table in the inspector: what was decided, its first rows, and kinds of columns chosen there."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from graph.document import Document
from gui.inspector.node import NodePage
from gui.inspector.table import TableCard
from gui.window import Window
from runtime.data import probe
from runtime.messages import Died
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
    for text in ("Delimiter", ";", "Decimal", ",", "Bonn, Köln, Bonn, Bonn, Köln, Bonn"):
        assert text in texts, texts
    assert any(text.startswith("Since they are dates") for text in texts)
    kinds = {name: box.currentText() for name, box in shown.boxes.items()}
    assert kinds == {"Stadt": "category", "Preis": "number", "Tag": "left out", "Art": "target"}


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
