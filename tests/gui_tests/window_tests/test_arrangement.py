"""The window on screens of every size: inside the screen, and most of it for the board."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from gui.shell.arrangement import SIZE, first_geometry, inside
from gui.shell.window import Window
from gui.widgets import dialogs
from tests.gui_tests.window_tests.boards import small_board
from tests.gui_tests.window_tests.conftest import MakeWindow
from tests.gui_tests.window_tests.test_trainer import LONG, points, ready_board, until
from tests.screens import off_screen

FIRST = """
import json, sys
from PySide6.QtWidgets import QWidget
from gui.shell.app import application, find, settle
from gui.shell.window import Window
app = application("dark")
window = Window(find(None)[0], live=False)
window.show()
settle(60)
free, frame = app.primaryScreen().availableGeometry(), window.frameGeometry()
board = window.board.viewer.viewport()
outside = [
    one.accessibleName() or type(one).__name__
    for one in (*window.docks.values(), window.topbar, window.status, window.board)
    if one.isVisible() and not window.rect().contains(one.geometry())
    and one.parentWidget() is window and one.x() > -50
]
picture = window.grab()
print(json.dumps({
    "free": [free.width(), free.height()], "fits": free.contains(frame), "outside": outside,
    "share": board.width() * board.height() / (window.width() * window.height()),
    "picture": [picture.width(), picture.height()], "ratio": picture.devicePixelRatio(),
}))
window.close()
"""


@pytest.mark.parametrize(
    ("screen", "scale", "free"),
    [
        ((1366, 768), "1", [1366, 768]),
        ((1920, 1080), "1.5", [1280, 720]),
        ((1920, 1080), "2", [960, 540]),
    ],
)
def test_the_first_window_lies_on_the_screen_and_is_mostly_board(
    screen: tuple[int, int], scale: str, free: list[int], tmp_path: Path
) -> None:
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": off_screen(tmp_path, *screen),
        "QT_SCALE_FACTOR": scale,
    }
    done = subprocess.run(
        [sys.executable, "-c", FIRST],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["free"] == free
    assert found["fits"]
    assert not found["outside"]
    assert found["share"] >= 0.45
    assert found["ratio"] == float(scale)
    assert found["picture"][0] <= screen[0]


@pytest.mark.parametrize("width", [800, 960, 1280, 1366, 1440, 1920, 3840])
def test_the_first_place_is_inside_what_is_free(width: int) -> None:
    free = QRect(17, 31, width, width * 9 // 16)
    place = first_geometry(free)
    assert free.contains(place)
    assert place.size() == SIZE or place.height() >= free.height() - 40


def test_a_place_kept_from_a_larger_screen_is_brought_inside() -> None:
    free = QRect(0, 0, 1366, 728)
    assert inside(QRect(900, 500, 1680, 1020), free) == free
    assert inside(QRect(-50, 10, 800, 600), free) == QRect(0, 10, 800, 600)
    assert inside(QRect(20, 30, 800, 600), free) == QRect(20, 30, 800, 600)


def _seen(window: Window) -> list[QWidget]:
    """The panels and bars that can be seen now."""
    parts = [*window.docks.values(), window.topbar, window.status, window.board]
    return [one for one in parts if not one.visibleRegion().isEmpty()]


@pytest.mark.parametrize("size", [QSize(800, 540), QSize(960, 540), QSize(1280, 720)])
def test_panels_give_way_in_a_small_window(size: QSize, make_window: MakeWindow) -> None:
    window = make_window()
    window.resize(size)
    QApplication.processEvents()
    assert window.size() == size
    view = window.board.viewer.viewport()
    assert view.width() * view.height() >= 0.45 * size.width() * size.height()
    for part in _seen(window):
        place = QRect(part.mapTo(window, QPoint(0, 0)), part.size())
        assert window.rect().contains(place), part
    assert window.inspector.isVisible()
    assert window.losses.isVisible()


def test_panels_come_back_where_they_were_as_the_window_grows(make_window: MakeWindow) -> None:
    window = make_window()
    window.resizeDocks([window.docks["palette"]], [333], Qt.Orientation.Horizontal)
    QApplication.processEvents()
    before = {name: one.geometry() for name, one in window.docks.items() if one in _seen(window)}
    window.resize(1000, 600)
    QApplication.processEvents()
    assert window.arrangement.compact
    window.resize(1400, 900)
    QApplication.processEvents()
    shown = {name: one.geometry() for name, one in window.docks.items() if one in _seen(window)}
    assert shown == before


def test_from_the_second_start_on_no_tabs_lie_over_the_menus(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialogs, "ask_to_save", lambda *_: "discard")
    window.resize(780, 700)  # it fits the screen, so that the next one stands as it does
    window.close()
    for _ in range(2):
        following = Window(small_board(), live=False)
        following.show()
        qtbot.waitExposed(following)
        bars = [bar for bar in following.findChildren(QTabBar) if bar.isVisible() and bar.count()]
        top = following.topbar.mapTo(following, following.topbar.rect().bottomLeft()).y()
        assert bars
        assert all(bar.y() > top for bar in bars), [bar.geometry() for bar in bars]
        following.close()
        following.deleteLater()


def test_a_chosen_node_brings_its_settings_to_the_front(make_window: MakeWindow) -> None:
    window = make_window()
    window.resize(1000, 600)
    window.docks["palette"].raise_()
    QApplication.processEvents()
    assert window.palette_panel.isVisible()
    window.session.select(["n2"])
    QApplication.processEvents()
    assert not window.inspector.visibleRegion().isEmpty()


def test_nothing_is_cut_in_a_narrow_column(make_window: MakeWindow) -> None:
    window = make_window(small_board())
    window.resize(960, 540)
    window.show_tab("problems")
    QApplication.processEvents()
    area = window.problems
    content = area.widget()
    assert content is not None
    assert content.minimumSizeHint().width() <= area.viewport().width()
    window.show_tab("runs")
    QApplication.processEvents()
    for button in window.history.findChildren(QPushButton):
        if button.isVisible():
            assert button.width() >= button.sizeHint().width()
            assert button.toolTip() or button.text()
    window.resize(1600, 900)
    window.show_tab("runs")
    QApplication.processEvents()
    assert {"Resume", "Generate"} <= {b.text() for b in window.history.findChildren(QPushButton)}


@pytest.mark.parametrize("width", [1400, 1440, 1500])
def test_panels_put_back_never_widen_the_window(make_window: MakeWindow, width: int) -> None:
    window = make_window(small_board())
    window.hide()
    window.resize(width, 860)
    window.reset_layout()
    assert window.size() == QSize(width, 860)
    window.show()
    QApplication.processEvents()
    window.reset_layout()
    QApplication.processEvents()
    assert window.size() == QSize(width, 860)
    assert window.losses.isVisible()
    assert all(one.isVisibleTo(window) for one in window.docks.values())


def test_a_window_with_a_paused_run_fits_small_screens(
    make_window: MakeWindow, qtbot: QtBot
) -> None:
    window = make_window(ready_board(epochs=10_000), live=True)
    qtbot.waitUntil(lambda: window.trainer.warm is not None, timeout=LONG)
    window.acts["train"].trigger()
    qtbot.waitUntil(lambda: points(window) > 50, timeout=LONG)
    window.acts["pause"].trigger()
    until(qtbot, "paused", window)
    for size in (QSize(1440, 900), QSize(1366, 768)):
        window.resize(size)
        window.reset_layout()
        for name in ("losses", "previews", "problems", "code", "runs"):
            window.show_tab(name)
            QApplication.processEvents()
            assert window.size() == size, name
            for part in _seen(window):
                place = QRect(part.mapTo(window, QPoint(0, 0)), part.size())
                assert window.rect().contains(place), (name, part)
    window.acts["stop"].trigger()
    until(qtbot, "idle", window)


@pytest.mark.parametrize("size", [QSize(960, 540), QSize(1366, 768), QSize(1440, 900)])
def test_what_previews_are_for_can_be_read_before_there_are_any(
    make_window: MakeWindow, size: QSize
) -> None:
    window = make_window(small_board())
    window.resize(size)
    window.show_tab("previews")
    QApplication.processEvents()
    said = next(one for one in window.previews.findChildren(QLabel) if "draw here" in one.text())
    assert said.wordWrap()
    assert said.height() >= said.heightForWidth(said.width())
    seen = window.previews.viewport().rect()
    assert seen.contains(QRect(said.mapTo(window.previews.viewport(), QPoint()), said.size()))
