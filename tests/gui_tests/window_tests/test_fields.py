"""Fields of the inspector: sums, the way back to a default, many nodes at once, its width."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit

from graph.core.arithmetic import evaluate
from graph.format import templates
from gui.inspector.editors import parse_numbers
from gui.inspector.form import Form
from gui.inspector.node import NodePage
from gui.shell.window import Window
from tests.gui_tests.journeys.user import User
from tests.gui_tests.window_tests.boards import node, small_board
from tests.gui_tests.window_tests.conftest import MakeWindow


@pytest.fixture
def user(make_window: MakeWindow, qtbot: object) -> User:
    window = make_window(small_board())
    window.activateWindow()
    QApplication.processEvents()
    return User(window, qtbot)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "value"),
    [("8*8", 64), ("(3 + 1) * 2**4", 64), ("128/2", 64), ("-3 % 67", 64), ("129 // 2", 64)],
)
def test_a_number_field_takes_a_sum(user: User, text: str, value: int) -> None:
    user.select("logits")
    user.set("units", text)
    assert node(user.window, "logits").params["units"] == value
    field = user.field("units")
    assert isinstance(field, QLineEdit)
    assert field.text() == str(value)


@pytest.mark.parametrize(
    "text", ["8*", "__import__('os')", "9**9**9", "1/0", "x", "(1).real", "2**0.5*", "'8'", "True"]
)
def test_what_is_no_sum_is_refused_and_escape_restores(user: User, text: str) -> None:
    user.select("logits")
    user.set("units", text)
    field = user.field("units")
    assert isinstance(field, QLineEdit)
    assert field.property("look") == "wrong"
    assert node(user.window, "logits").params["units"] == 3
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "3"
    assert not field.property("look")


def test_sums_in_other_fields() -> None:
    assert evaluate("-1e-3*2") == -2e-3
    assert parse_numbers("2*2, 3", whole=True) == (4, 3)
    with pytest.raises(ValueError, match="2"):
        evaluate("2" * 101)


def form(window: Window) -> Form:
    page = window.inspector.page
    assert isinstance(page, NodePage)
    assert page.form is not None
    return page.form


def test_a_changed_value_is_bold_and_has_a_way_back(user: User) -> None:
    window = user.window
    user.select("adam")
    title, back = form(window)._titles["lr"], form(window)._backs["lr"]
    assert not title.font().bold()
    assert not back.isVisible()
    user.set("lr", "0.5")
    assert title.property("look") == "changed"
    assert back.isVisible()
    user.click(back)
    assert window.session.document.params(node(window, "adam"))["lr"] == 0.001
    assert not title.property("look")
    assert not back.isVisible()


def test_one_edit_is_of_all_selected_nodes_of_a_type(user: User) -> None:
    window = user.window
    document = window.session.document
    other = document.add_node("layer.linear", position=(400, 200))
    window.session.select([node(window, "logits").id, other.id])
    steps = len(document.history)
    user.set("units", "6*7")
    assert {document.node(one).params["units"] for one in window.session.selection} == {42}
    assert len(document.history) == steps + 1


def test_the_inspector_is_never_wider_than_its_panel(make_window: MakeWindow) -> None:
    window = make_window()
    window.resize(QSize(960, 540))
    window.arrangement.reset(window.size())
    QApplication.processEvents()
    room = window.inspector.viewport().width()
    known: set[tuple[str, bool]] = set()
    for name in templates.names():
        document = templates.open_template(name)
        window.session.open(document)
        for sheet in document.sheets():
            new = {(one.type, sheet is document.board): one.id for one in sheet.nodes.values()}
            for kind in new.keys() - known:
                window.session.select([new[kind]])
                page = window.inspector.widget()
                assert page is not None
                assert page.minimumSizeHint().width() <= room, kind
                assert not any("`" in label.text() for label in page.findChildren(QLabel))
            known |= new.keys()
    assert len(known) > 40
