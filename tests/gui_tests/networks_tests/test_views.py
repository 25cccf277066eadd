"""Each place of a network has a view of its own, which is there again when one comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTransform
from PySide6.QtTest import QTest

from tests.gui_tests.journeys.user import User
from tests.gui_tests.networks_tests.conftest import Start, group, stacked
from tests.gui_tests.networks_tests.test_places import again, enter, leave

Seen = tuple[QTransform, float, float]


@pytest.fixture
def user(start: Start, tmp_path: Path) -> User:
    """Digits through `body` and `body_2`, places of one network, in a row."""
    user = start(stacked(tmp_path), live=False)
    group(user, "body", "hidden", "relu")
    again(user, "body")
    return user


def seen(user: User) -> Seen:
    """Scale and upper left corner, as painted."""
    viewer = user.window.board.viewer
    corner = viewer.mapToScene(QPoint(0, 0))
    return viewer.transform(), corner.x(), corner.y()


def drag_view(user: User, dx: int, dy: int) -> None:
    port = user.window.board.viewer.viewport()
    middle = port.rect().center()
    QTest.mousePress(port, Qt.MouseButton.MiddleButton, Qt.KeyboardModifier.NoModifier, middle)
    QTest.mouseMove(port, middle + QPoint(dx, dy))
    QTest.mouseRelease(port, Qt.MouseButton.MiddleButton, Qt.KeyboardModifier.NoModifier, middle)


def settle(user: User) -> None:
    user.qtbot.wait(20)


def test_places_of_one_network_and_the_board_keep_their_views(user: User) -> None:
    settle(user)
    drag_view(user, 13, 7)
    views = {"board": seen(user)}
    for name, dx in (("body", 40), ("body_2", -60)):
        enter(user, name)
        settle(user)
        drag_view(user, dx, 25)
        views[name] = seen(user)
        leave(user)
        settle(user)
        assert seen(user) == views["board"]
    assert views["body"] != views["body_2"]
    for name in ("body", "body_2", "body"):
        enter(user, name)
        settle(user)
        assert seen(user) == views[name]
        leave(user)
        settle(user)
        assert seen(user) == views["board"]


def test_a_view_that_was_fitted_is_not_fitted_to_what_was_entered(user: User) -> None:
    user.window.board.select([])
    user.window.board.home()
    settle(user)
    before = seen(user)
    enter(user, "body")
    settle(user)
    leave(user)
    assert seen(user) == before
    settle(user)
    assert seen(user) == before
