"""Two places of one network: what is seen inside belongs to the place that was entered."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit

from gui.widgets.common import Card
from tests.gui_tests.journeys.user import CTRL, SHIFT, User
from tests.gui_tests.networks_tests.conftest import Start, expose, group, stacked, way

BODY = {"hidden": "[N, 32]", "relu": "[N, 32]"}


@pytest.fixture
def user(start: Start, tmp_path: Path) -> User:
    """Digits through `body` and `body_2`, places of one network, in a row."""
    user = start(stacked(tmp_path), live=False)
    group(user, "body", "hidden", "relu")
    again(user, "body")
    return user


def again(user: User, name: str) -> None:
    """Duplicate the selected instance (Shift+D), below itself and wired behind it."""
    user.window.board.setFocus()
    user.key(Qt.Key.Key_D, SHIFT)
    x, y = user.item(name).face.node.position
    user.window.session.document.move({user.item(f"{name}_2").id: (x + 100, y + 160)})
    user.wire(name, f"{name}_2")


def enter(user: User, name: str) -> None:
    """Double-click on an instance, from wherever the board is."""
    item = user.item(name)
    user.hands.double_click(user.hands.node(item.id, body=True))
    assert way(user)[-1:] == [name]


def leave(user: User) -> None:
    user.window.board.setFocus()
    user.key(Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)


def shapes(user: User) -> dict[str, str]:
    return {one.face.name: one.face.shape for one in user.window.board.node_items().values()}


def weights(user: User) -> list[str]:
    """What the inspector says behind Weights."""
    labels = user.labels(user.window.inspector)
    return labels[labels.index("Weights") + 1 :][:1] if "Weights" in labels else []


def value(user: User, param: str) -> str:
    """What a field of the inspector shows."""
    field = user.field(param)
    assert isinstance(field, QLineEdit)
    return field.text()


def tip(user: User, name: str, port: str) -> str:
    """What stands at the pointer over a port."""
    item = user.item(name)
    sockets = {one.name: one for one in item.sockets.values()}
    return user.window.board.tooltip(item.id, sockets[port])


def test_shapes_are_those_of_the_place_that_was_entered(user: User) -> None:
    for name, inside, count in (("body", "[N, 64]", "2,080"), ("body_2", "[N, 32]", "1,056")):
        enter(user, name)
        assert shapes(user) == {**shapes(user), "flatten": inside, **BODY}
        assert inside in tip(user, "hidden", "x")
        user.select("hidden")
        assert weights(user) == [count]
        assert user.labels(user.window.inspector).count(inside) >= 1
        leave(user)
    user.window.board.networks.open("body")
    assert shapes(user)["flatten"] == "[N, 64]", "the oldest where no place was entered"


def test_a_value_of_the_place_is_shown_and_set_inside(user: User) -> None:
    enter(user, "body")
    expose(user, "hidden", "units")
    leave(user)
    user.select("body_2")
    user.set("units", "7")
    enter(user, "body_2")
    assert shapes(user)["hidden"] == "[N, 7]"
    assert user.item("hidden").face.summary == "7 outputs"
    user.select("hidden")
    assert value(user, "units") == "7"
    assert any("set at body_2" in one for one in user.labels(user.window.inspector))
    for units in (32, 9):  # past the network's own value
        user.set("units", str(units))
        assert shapes(user)["hidden"] == f"[N, {units}]"
    assert value(user, "units") == "9"
    leave(user)
    assert {name: shapes(user)[name] for name in ("body", "body_2")} == {
        "body": "[N, 32]",
        "body_2": "[N, 9]",
    }
    enter(user, "body")
    assert user.item("hidden").face.summary == "32 outputs"
    user.select("hidden")
    assert not any("set at" in one for one in user.labels(user.window.inspector))
    user.set("units", "24")
    leave(user)
    assert shapes(user)["body"] == "[N, 24]"
    assert shapes(user)["body_2"] == "[N, 9]"


def test_undo_and_a_place_that_goes_while_one_looks_inside(user: User) -> None:
    enter(user, "body")
    expose(user, "hidden", "units")
    leave(user)
    user.select("body_2")
    user.set("units", "7")
    enter(user, "body_2")
    user.select("hidden")
    user.window.board.setFocus()
    user.key(Qt.Key.Key_Z, CTRL)
    assert shapes(user)["hidden"] == "[N, 32]"
    assert value(user, "units") == "32"
    user.key(Qt.Key.Key_Z, CTRL | SHIFT)
    assert shapes(user)["hidden"] == "[N, 7]"
    document = user.window.session.document
    document.remove([user.window.board.place.path[-1]])
    assert shapes(user)["hidden"] == "[N, 32]", "what is left is the other place"
    user.set("units", "16")
    assert shapes(user)["hidden"] == "[N, 16]"


def test_a_network_in_a_network_is_seen_through_its_whole_way(user: User) -> None:
    group(user, "outer", "body", "body_2")
    again(user, "outer")
    seen = {}
    for outer in ("outer", "outer_2"):
        for inner in ("body", "body_2"):
            enter(user, outer)
            enter(user, inner)
            assert way(user) == ["board", outer, inner]
            seen[outer, inner] = shapes(user)["flatten"]
            leave(user)
            leave(user)
            assert way(user) == []
    assert list(seen.values()) == ["[N, 64]", "[N, 32]", "[N, 32]", "[N, 32]"]


def visible_cards(user: User) -> list[Card]:
    """The problems that the inspector shows."""
    return [one for one in user.window.inspector.findChildren(Card) if one.isVisible()]


def test_a_problem_of_one_place_is_seen_there_alone_and_leads_there(user: User) -> None:
    document = user.window.session.document
    network = document.networks["body"]
    [entry] = [one for one in network.nodes.values() if one.type == "network.input"]
    unflatten = document.insert("shape.unflatten", network.out_of(entry.id)[0], sizes=(1, 8, 8))
    document.insert("shape.flatten", network.out_of(unflatten.id)[0])  # body_2 gets 32, not 64
    x, y = document.node(unflatten.id).position
    document.move({unflatten.id: (x, y + 160)})  # from under its neighbour
    for place, severity in (("body", ""), ("body_2", "error")):
        enter(user, place)
        face = user.window.board.node_items()[unflatten.id].face
        assert face.severity == severity
        user.select(unflatten.name)
        assert len(visible_cards(user)) == bool(severity)
        leave(user)
    user.tab("Problems")
    [card] = [
        one
        for one in user.window.problems.findChildren(Card)
        if one.isVisible() and one.problem.node == unflatten.id
    ]
    assert "in body_2" in [one.text() for one in card.findChildren(QLabel)]
    user.click(card)
    [second] = [one.id for one in document.board.nodes.values() if one.name == "body_2"]
    assert user.window.board.place.path == (second,)
    leave(user)
    enter(user, "body")
    user.click(card)
    assert user.window.board.place.path == (second,), "from another place of the network too"
