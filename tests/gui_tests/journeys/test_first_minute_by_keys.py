"""The first minute of someone who uses no mouse, in the window as it first opens on a laptop."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton, QTabBar, QWidget

from gui.canvas.viewer import Viewer
from gui.shell.gallery import Gallery
from gui.widgets.common import Card, holds_keys
from tests.gui_tests.journeys.conftest import Start
from tests.gui_tests.journeys.user import CTRL, NONE, SHIFT, User
from tests.processes import run

Key = Qt.Key
WIDTH, HEIGHT = 1366, 728
"""What a screen of 1366x768 leaves beside a bar of the desktop."""


def test_the_first_minute_by_keys_alone(start: Start, tmp_path: Path) -> None:
    """A template trained, a convolution drawn, a problem mended, an export that runs."""
    user = start()
    window = user.window
    window.resize(WIDTH, HEIGHT)
    user.qtbot.waitUntil(lambda: window.height() == HEIGHT)

    open_template(user, "spiral")
    assert "spiral" in user.title
    user.key(Key.Key_Return, CTRL)
    falls(user)
    stop(user)
    assert focused(Viewer)

    user.key(Key.Key_N, CTRL)
    assert user.names() == set()
    draw_a_convolution(user)
    assert {one.type for one in window.session.document.board.nodes.values()} == {
        *("data.digits", "layer.conv2d", "shape.flatten", "layer.linear"),
        *("loss.cross_entropy", "optimizer.adam"),
    }
    assert len(user.hands.drawn()) == 6

    mend_by_its_button(user)
    assert user.window.problems.shown == []
    assert focused(Viewer)
    user.key(Key.Key_Return, CTRL)
    falls(user)
    stop(user)

    at = tmp_path / "out"
    in_dialog(lambda: user.key(Key.Key_E, CTRL), lambda dialog: name_folder(dialog, at))
    user.reads("Exported to", "python train.py")
    (folder,) = at.iterdir()
    assert "nn.Conv2d(1, " in (folder / "model.py").read_text()
    done = run(folder / "train.py", "--epochs", "1", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "val/cross_entropy" in done.stdout
    assert (window.width(), window.height()) == (WIDTH, HEIGHT)


def focused(kind: type[QWidget]) -> bool:
    return isinstance(QApplication.focusWidget(), kind)


def in_dialog(ask: Callable[[], None], answer: Callable[[QWidget], None]) -> None:
    """Press what opens a dialog, and then the keys that answer it."""
    failed: list[BaseException] = []

    def act() -> None:
        dialog = QApplication.activeModalWidget()
        if dialog is None or not holds_keys(dialog):
            QTimer.singleShot(10, act)
            return
        try:
            answer(dialog)
        except BaseException as error:
            failed.append(error)
            dialog.close()

    QTimer.singleShot(0, act)
    ask()
    if failed:
        raise failed[0]


def press(key: Qt.Key, keys: Qt.KeyboardModifier = NONE) -> None:
    target = QApplication.focusWidget()
    assert target is not None, "nothing has the keys"
    QTest.keyClick(target, key, keys)


def open_template(user: User, name: str) -> None:
    def walk(gallery: QWidget) -> None:
        assert isinstance(gallery, Gallery)
        for _ in range(list(gallery.buttons).index(name)):
            press(Key.Key_Right)
        assert QApplication.focusWidget() is gallery.buttons[name]
        press(Key.Key_Return)

    in_dialog(lambda: user.key(Key.Key_N, CTRL | SHIFT), walk)


def falls(user: User) -> None:
    """Wait until the loss is well below where it began, in a curve that can be seen."""
    losses = user.window.losses
    user.until(lambda: "loss/cross_entropy" in losses.chart)
    series = losses.chart.series("loss/cross_entropy")
    user.until(lambda: series.count > 150)
    assert losses.isVisible()
    values = list(series.y[: series.count])
    assert sum(values[-20:]) < 0.8 * sum(values[:20])


def stop(user: User) -> None:
    user.key(Key.Key_Period, CTRL)
    user.until(lambda: user.status.startswith(("Stopped after", "Trained")))


def draw_a_convolution(user: User) -> None:
    """Data, then a node behind another, each searched for where the wire of the last one ends."""
    add(user, "digits")
    for words in ("conv2d", "flatten", "linear", "cross entropy", "adam"):
        user.key(Key.Key_W)
        user.key(Key.Key_Return)
        assert user.window.board.search.isVisible(), words
        user.type(f"{words}\r")
    for _ in range(6):
        user.key(Key.Key_Left)
    assert [one.face.name for one in user.window.board.selected_items()] == ["digits"]
    for key in (Key.Key_W, Key.Key_Down, Key.Key_Return, Key.Key_Return):
        user.key(key)  # its labels, to the loss's target
    user.key(Key.Key_Escape)


def add(user: User, words: str) -> None:
    user.key(Key.Key_Tab)
    user.type(f"{words}\r")


def mend_by_its_button(user: User) -> None:
    """F6 to the tabs, an arrow to the problems, F6 to their first card, Tab to its button."""
    tabs = user.window.docks["problems"]
    for _ in range(10):
        if "Losses" in tab_names():
            break
        user.key(Key.Key_F6)
    for _ in range(5):
        if not tabs.content.isVisible():
            user.key(Key.Key_Right)
    user.key(Key.Key_F6)
    assert holds_keys(user.window.problems)

    def offered() -> bool:
        cards = user.window.problems.findChildren(Card)
        return any(one.isVisible() for card in cards for one in card.findChildren(QPushButton))

    user.until(offered)
    for _ in range(6):
        if focused(QPushButton):
            break
        user.key(Key.Key_Tab)
    user.key(Key.Key_Return)
    user.until(lambda: not user.window.problems.shown)


def tab_names() -> list[str]:
    """The tabs of the bar that has the keys."""
    bar = QApplication.focusWidget()
    return [bar.tabText(i) for i in range(bar.count())] if isinstance(bar, QTabBar) else []


def name_folder(dialog: QWidget, folder: Path) -> None:
    assert isinstance(dialog, QFileDialog)
    QTest.keyClicks(QApplication.focusWidget() or dialog, str(folder))
    press(Key.Key_Return)
