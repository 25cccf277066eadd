"""Networks in the window: made, entered, left, placed, renamed, taken apart, and undone."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QMenu, QPushButton

from graph.format.file import save_text
from gui.widgets.common import Card
from tests.gui_tests.journeys.user import CTRL, NONE, SHIFT, User
from tests.gui_tests.networks_tests.conftest import (
    Start,
    expose,
    group,
    select_all,
    stacked,
    ungroup,
    way,
)

ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def user(start: Start, tmp_path: Path) -> User:
    """Digits through a hidden and an output layer, to a loss and Adam."""
    return start(stacked(tmp_path), live=False)


def text(user: User) -> str:
    return save_text(user.window.session.document)


def enter(user: User, name: str) -> None:
    item = user.item(name)
    user.hands.double_click(user.hands.node(item.id, body=True))


def choose_network(user: User, name: str) -> None:
    """Click on a sheet in View > Networks."""
    menu = user.window.findChild(QMenu, "networks")
    assert isinstance(menu, QMenu)
    menu.popup(user.window.mapToGlobal(QPoint(200, 60)))
    user.until(menu.isVisible)
    [entry] = [one for one in menu.actions() if one.text() == name]
    user.click(menu, menu.actionGeometry(entry).center())


def network_name(user: User) -> QLineEdit:
    page = user.window.inspector.page
    field = page.findChild(QLineEdit, "network-name") if page is not None else None
    assert isinstance(field, QLineEdit)
    return field


def test_grouping_is_one_step_and_ungrouping_gives_the_nodes_back(user: User) -> None:
    before, names = text(user), user.names()
    group(user, "body", "hidden", "relu")
    assert user.names() == names - {"hidden", "relu"} | {"body"}
    assert user.item("body").face.summary == "2,080 weights"
    assert user.problems() == []
    grouped = text(user)
    user.window.board.setFocus()
    user.key(Qt.Key.Key_Z, CTRL)
    assert text(user) == before
    user.key(Qt.Key.Key_Z, CTRL | SHIFT)
    assert text(user) == grouped
    ungroup(user, "body")
    assert user.names() == names
    assert user.problems() == []
    assert not user.window.session.document.networks


def test_escape_gives_grouping_up_and_a_bad_name_is_refused(user: User) -> None:
    before = text(user)
    select_all(user, "hidden", "relu")
    user.key(Qt.Key.Key_G, CTRL)
    user.key(Qt.Key.Key_Escape)
    assert text(user) == before
    assert set(user.window.board.selected()) == {user.item("hidden").id, user.item("relu").id}
    group(user, "for", "hidden", "relu")
    assert text(user) == before
    assert "expected a name" in user.window.board.viewer.said


def test_a_network_is_entered_by_double_click_and_left_by_bar_or_key(user: User) -> None:
    group(user, "body", "hidden", "relu")
    assert way(user) == []
    enter(user, "body")
    assert way(user) == ["board", "body"]
    assert {"hidden", "relu"} < user.names()
    assert user.item("hidden").face.shape == "[N, 32]"
    bar = user.window.board.networks.bar
    user.click(user.button("board", bar))
    assert way(user) == []
    assert user.window.board.selected() == [user.item("body").id]
    user.window.board.setFocus()
    for key, keys in ((Qt.Key.Key_Escape, NONE), (Qt.Key.Key_Up, ALT)):
        user.key(Qt.Key.Key_Return)
        assert way(user) == ["board", "body"]
        user.key(key, keys)
        assert way(user) == []


def test_a_network_in_a_network_has_a_way_of_three(user: User) -> None:
    group(user, "inner", "hidden", "relu")
    group(user, "outer", "logits", "inner")
    enter(user, "outer")
    enter(user, "inner")
    assert way(user) == ["board", "outer", "inner"]
    assert user.item("hidden").face.shape == "[N, 32]"
    user.key(Qt.Key.Key_Escape)
    assert way(user) == ["board", "outer"]
    choose_network(user, "inner")
    assert way(user) == ["board", "outer", "inner"]


def test_undo_inside_a_network_that_goes_leads_back_to_the_board(user: User) -> None:
    before = text(user)
    group(user, "body", "hidden", "relu")
    enter(user, "body")
    user.key(Qt.Key.Key_Z, CTRL)
    assert way(user) == []
    assert text(user) == before
    user.hands.agree()


def test_ports_follow_inputs_and_outputs(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    assert user.window.palette_panel.item("network.input") is None
    group(user, "body", "hidden", "relu")
    enter(user, "body")
    user.drag_in("input", (300, 300), monkeypatch)
    user.rename("extra")
    user.key(Qt.Key.Key_Escape)
    user.window.board.setFocus()
    user.key(Qt.Key.Key_Up, ALT)
    assert [one.name for one in user.item("body").inputs][-1] == "extra"
    user.wire("flatten", "body.extra")
    for _ in range(3):
        user.key(Qt.Key.Key_Z, CTRL)
    assert len(user.item("body").inputs) == 1
    user.key(Qt.Key.Key_Z, CTRL | SHIFT)
    assert len(user.item("body").inputs) == 2
    user.hands.agree()


def test_networks_are_placed_from_palette_and_search_but_not_in_themselves(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    group(user, "body", "hidden", "relu")
    assert user.drag_in("body", (500, 420), monkeypatch) == "body_2"
    assert user.item("body_2").face.twin is None
    user.key(Qt.Key.Key_Z, CTRL)
    user.window.board.setFocus()
    user.key(Qt.Key.Key_Tab)
    user.type("body")
    user.key(Qt.Key.Key_Return)
    assert "body_2" in user.names()
    enter(user, "body")
    nodes = user.names()
    user.window.board.setFocus()
    user.key(Qt.Key.Key_Tab)
    assert "data.digits" not in user.window.board.search.found()
    user.type("body")
    assert not [one for one in user.window.board.search.found() if "body" in one]
    assert "can't contain itself" in user.window.board.search.help.text()
    user.key(Qt.Key.Key_Escape)
    assert user.names() == nodes


def test_a_network_pasted_into_itself_is_refused_in_words(user: User) -> None:
    group(user, "body", "hidden", "relu")
    said: list[str] = []
    user.window.board.message.connect(said.append)
    user.select("body")
    user.key(Qt.Key.Key_C, CTRL)
    enter(user, "body")
    inside = user.names()
    user.key(Qt.Key.Key_V, CTRL)
    assert user.names() == inside
    assert "can't contain itself" in user.window.board.viewer.said
    assert "can't contain itself" in said[-1]
    user.key(Qt.Key.Key_Escape)
    select_all(user, "body", "logits", "cross_entropy")
    user.key(Qt.Key.Key_C, CTRL)
    enter(user, "body")
    user.key(Qt.Key.Key_V, CTRL)
    assert user.names() == inside | {"logits"}
    assert said[-1].startswith("left out: loss nodes belong on the board")
    assert said[-1].endswith("can't contain itself")


@pytest.mark.parametrize("words", ["repeat", "stack", "times", "n times", "body, rep"])
def test_a_network_is_found_and_placed_repeated(user: User, words: str) -> None:
    group(user, "body", "relu")
    user.window.board.setFocus()
    user.key(Qt.Key.Key_Tab)
    user.type(words)
    search, wanted = user.window.board.search, "network.instance:body:2"
    assert wanted in search.found()[:4]
    for _ in range(search.found().index(wanted)):
        user.key(Qt.Key.Key_Down)
    user.key(Qt.Key.Key_Return)
    user.wire("hidden", "body_2")
    assert user.item("body_2").face.summary == "\N{MULTIPLICATION SIGN}2"
    user.select("body_2")
    assert user.field("repeat").property("text") == "2"
    assert user.problems() == []
    user.window.board.setFocus()
    user.key(Qt.Key.Key_Z, CTRL)
    user.key(Qt.Key.Key_Z, CTRL)
    assert "body_2" not in user.names()


def test_the_palette_offers_a_network_repeated(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    group(user, "body", "hidden")
    assert user.drag_in("body, repeated", (500, 420), monkeypatch) == "body_2"
    user.wire("flatten", "body_2")
    [problem] = [one for one in user.problems() if "body_2" in one]
    assert "to stack it" in problem


def test_a_rename_in_the_inspector_goes_everywhere(user: User) -> None:
    group(user, "body", "hidden", "relu")
    user.key(Qt.Key.Key_D, ALT)
    for _ in range(2):
        field = network_name(user)
        user.click(field)
        user.key(Qt.Key.Key_A, CTRL)
        user.type(f"{field.text()}x")
        user.key(Qt.Key.Key_Return)
        if not way(user):
            enter(user, "body")
    assert way(user) == ["board", "body"], "what was placed keeps its name"
    bar = user.window.board.networks.bar
    assert "network bodyxx" in [one.text() for one in bar.findChildren(QLabel)]
    assert set(user.window.session.document.networks) == {"bodyxx"}
    for node in user.window.session.document.board.nodes.values():
        assert node.params.get("network", "bodyxx") == "bodyxx"


def test_reserved_names_are_refused_as_such(user: User) -> None:
    group(user, "board", "relu")
    assert "'board' is reserved" in user.window.board.viewer.said
    user.key(Qt.Key.Key_Escape)
    group(user, "body", "hidden", "relu")
    for name in ("train", "forward"):
        field = network_name(user)
        user.click(field)
        user.key(Qt.Key.Key_A, CTRL)
        user.type(name)
        user.key(Qt.Key.Key_Return)
        labels = user.labels(user.window.inspector)
        assert any(f"{name!r}, which is reserved: " in one for one in labels), labels
    assert set(user.window.session.document.networks) == {"body"}


def test_a_linked_duplicate_says_so_and_gets_weights_of_its_own(user: User) -> None:
    group(user, "body", "hidden", "relu")
    user.key(Qt.Key.Key_D, ALT)
    user.wire("flatten", "body_2")
    first, second = user.item("body").face, user.item("body_2").face
    assert first.twin == second.twin is not None
    assert second.summary == "2,080 weights"
    user.select("body_2")
    page = user.window.inspector.page
    assert page is not None
    assert "linked to body" in {one.text() for one in page.findChildren(QLabel)}
    user.click(user.button("Give it weights of its own", user.window.inspector))
    assert user.item("body").face.twin is user.item("body_2").face.twin is None


def test_an_inner_parameter_is_set_on_the_instance(user: User) -> None:
    group(user, "body", "hidden", "relu")
    enter(user, "body")
    expose(user, "hidden", "units")
    user.window.board.setFocus()
    user.key(Qt.Key.Key_Up, ALT)
    user.set("units", "48")
    assert user.item("body").face.shape == "[N, 48]"
    user.window.board.setFocus()
    user.key(Qt.Key.Key_Return)
    assert user.item("hidden").face.shape == "[N, 48]"


def test_a_problem_inside_is_clicked_and_its_code_is_marked(user: User) -> None:
    group(user, "body", "hidden", "relu")
    enter(user, "body")
    hidden = user.item("hidden").id
    user.select("hidden")
    user.window.source.compile_now()
    listing = user.window.code.listing("model.py")
    assert listing is not None
    lines = listing.toPlainText().splitlines()
    assert any("nn.Linear(64, 32)" in lines[number] for number in listing.marked)
    start, end = user.port("hidden.x"), QPoint(40, 400)
    user.hands.drag(start, end)
    user.key(Qt.Key.Key_Escape)
    user.key(Qt.Key.Key_Up, ALT)
    assert way(user) == []
    assert any("hidden" in one for one in user.problems())
    cards = user.window.problems.findChildren(Card)
    [card] = [one for one in cards if one.problem.node == hidden and one.isVisible()]
    QTest.mouseClick(card, Qt.MouseButton.LeftButton, NONE, QPoint(6, 6))
    assert way(user) == ["board", "body"]
    assert user.window.board.selected() == [hidden]
    assert user.item("hidden").face.severity


def test_the_menu_lists_networks(user: User) -> None:
    group(user, "body", "hidden", "relu")
    choose_network(user, "body")
    assert way(user) == ["board", "body"]
    choose_network(user, "board")
    assert way(user) == []


def test_the_page_of_a_network_hides_what_is_exposed(user: User) -> None:
    group(user, "body", "hidden", "relu")
    document = user.window.session.document
    inner = next(n for n in document.networks["body"].nodes.values() if n.name == "hidden")
    document.expose(inner.id, "units")
    enter(user, "body")
    shown = user.window.inspector.findChildren(QPushButton)
    [hide] = [one for one in shown if one.text() == "Hide" and one.isVisible()]
    user.click(hide)
    assert not document.networks["body"].exposed
