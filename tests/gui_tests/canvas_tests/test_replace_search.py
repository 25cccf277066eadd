"""What is asked for with R, in the real window, by keys and by mouse."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from graph.edit import rules
from graph.model import roles
from graph.model.sheet import End
from tests.gui_tests.canvas_tests.conftest import Hands
from tests.gui_tests.journeys.conftest import Start, start
from tests.gui_tests.journeys.user import CTRL, SHIFT, User
from tests.gui_tests.networks_tests.conftest import group, select_all, stacked

__all__ = ["start"]
Key = Qt.Key


@pytest.fixture
def user(start: Start, tmp_path: Path) -> User:
    """Digits > flatten > hidden > relu > logits > loss > adam."""
    return start(stacked(tmp_path), live=False)


def offered(user: User) -> list[str]:
    """What the open search lists."""
    assert user.window.board.search.isVisible()
    return user.window.board.search.found()


def types(user: User) -> dict[str, str]:
    return {item.face.name: item.face.node.type for item in user.window.board.node_items().values()}


def menu(user: User, name: str) -> QMenu:
    """The menu of a right click on a node."""
    viewport = user.window.board.viewer.viewport()
    at: QPoint = user.hands.node(user.item(name).id, body=True)
    QTest.mouseClick(viewport, Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier, at)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, viewport.mapToGlobal(at))
    QApplication.sendEvent(viewport, event)
    QApplication.processEvents()
    found = QApplication.activePopupWidget()
    assert isinstance(found, QMenu)
    return found


def test_by_keys_alone_by_the_menu_and_by_the_list_of_commands(user: User) -> None:
    document = user.window.session.document
    before = set(document.board.links)
    user.select("relu")
    user.key(Key.Key_R)
    found = offered(user)
    assert "activation.relu" not in found
    assert found[0].startswith("activation."), "what is of its family comes first"
    assert "layer.conv2d" not in found, "of rows it makes nothing"
    user.type("gelu")
    user.key(Key.Key_Return)
    assert types(user)["gelu"] == "activation.gelu"
    assert user.window.board.selected() == [user.item("gelu").id]
    assert set(document.board.links) == before
    assert document.history == ["Replace relu"]
    user.key(Key.Key_Z, CTRL)
    assert types(user)["relu"] == "activation.relu"
    assert set(document.board.links) == before

    shown = menu(user, "hidden")
    [action] = [one for one in shown.actions() if one.text() == "Replace &with…"]
    QTest.mouseClick(shown, Qt.MouseButton.LeftButton, pos=shown.actionGeometry(action).center())
    assert "activation.relu" in offered(user)
    user.type("layer norm")
    rows = user.window.board.search.list
    place = rows.visualItemRect(rows.item(0)).center()
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert types(user)["hidden"] == "norm.layer", "a name that was given is kept"

    user.select("relu")
    user.key(Key.Key_P, CTRL | SHIFT)
    user.type("replace")
    user.key(Key.Key_Return)
    user.type("tanh")
    user.key(Key.Key_Return)
    assert types(user)["tanh"] == "activation.tanh"


def test_several_at_once_inside_a_network_and_a_network_itself(user: User) -> None:
    select_all(user, "hidden", "logits")
    user.key(Key.Key_R)
    user.type("identity")
    user.key(Key.Key_Return)
    found = types(user)
    assert found["hidden"] == found["logits"] == "layer.identity"
    assert len(user.window.session.document.history) == 1
    select_all(user, "hidden", "relu")
    user.key(Key.Key_R)
    assert not user.window.board.search.isVisible()
    assert "Identity, ReLU" in user.window.board.viewer.said
    user.key(Key.Key_Z, CTRL)

    group(user, "body", "hidden", "relu")
    user.select("body")
    user.key(Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    user.select("relu")
    user.key(Key.Key_R)
    assert not {roles.role(one) for one in offered(user)} & rules.BOARD_ONLY
    user.type("silu")
    user.key(Key.Key_Return)
    assert types(user)["silu"] == "activation.silu"
    user.key(Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    user.select("body")
    user.key(Key.Key_R)
    user.type("linear")
    user.key(Key.Key_Return)
    assert types(user)["linear"] == "layer.linear"
    assert "body" in user.window.session.document.networks
    user.key(Key.Key_R)
    user.type("body")
    user.key(Key.Key_Return)
    assert types(user)["body"] == "network.instance"


def test_wires_that_go_are_told_in_one_message(hands: Hands) -> None:
    said: list[str] = []
    hands.board.message.connect(said.append)
    document = hands.document
    document.replace_node("n3", "merge.add")
    for output in ("image", "label"):
        document.link(End("n1", output), End("n3", "xs"))
    hands.click(hands.node("n3"))
    hands.key(Key.Key_R)
    hands.type("relu")
    hands.key(Key.Key_Return)
    assert document.node("n3").type == "activation.relu"
    assert said == ["wire is not kept, as there is no port for it: digits.label to add.xs"]
    hands.agree()
    document.undo()
    hands.agree()


def test_what_is_asked_for_beside_the_name_is_set(hands: Hands) -> None:
    hands.click(hands.node("n3"))
    hands.key(Key.Key_R)
    hands.type("linear 77")
    hands.key(Key.Key_Return)
    assert hands.document.node("n3").params == {"units": 77}
    hands.key(Key.Key_Tab)
    hands.type("conv2d 5x7")
    hands.key(Key.Key_Return)
    [made] = [one for one in hands.document.board.nodes.values() if one.type == "layer.conv2d"]
    assert made.params == {"kernel_size": (5, 7)}
    assert hands.document.history[-1] == "Add Conv2d"
