"""The bar on top in windows of any width: what gives way, what stays, and that nothing is cut."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton, QWidget

from gui.shell.app import settle
from gui.shell.window import Window

ALONE = Qt.ToolButtonStyle.ToolButtonIconOnly


def icons(window: Window) -> set[str]:
    """The buttons of the bar that show no word."""
    buttons = window.topbar.row.findChildren(QToolButton)
    return {button.accessibleName() for button in buttons if button.toolButtonStyle() == ALONE}


def resize(window: Window, width: int) -> int:
    """Make the window so wide, if it lets itself; how wide it is."""
    window.resize(width, 700)
    settle(50)
    return window.width()


def test_words_give_way_to_a_narrow_window_and_come_back(window: Window) -> None:
    bar = window.topbar
    assert resize(window, 1400) == 1400
    assert not icons(window)
    assert resize(window, 1100) == 1100
    assert icons(window) == {"Pause", "Step", "Stop"}
    assert resize(window, 600) < 1000
    for panel in ("palette", "inspector"):
        window.docks[panel].hide()
    settle(50)
    assert resize(window, 600) < 900
    assert icons(window) == {"Pause", "Step", "Stop", "Templates", "Export"}
    assert all(one.toolTip() for one in bar.row.findChildren(QToolButton))
    assert resize(window, 1400) == 1400
    assert not icons(window)


def test_a_longer_word_does_not_widen_the_window(window: Window) -> None:
    width = resize(window, 600)
    window.acts["train"].setText("Resume")
    settle(50)
    assert window.width() <= width + 40, "the word itself"
    assert icons(window) >= {"Pause", "Step", "Stop"}


def test_nothing_in_the_bar_is_cut_or_overlaps(window: Window) -> None:
    row = window.topbar.row
    for train in ("Train", "Resume training"):
        window.acts["train"].setText(train)
        for width in range(1400, 900, -20):
            resize(window, width)
            shown = [one for one in row.findChildren(QWidget) if one.parent() is row]
            places: list[QRect] = []
            for one in shown:
                if not one.isVisible():
                    continue
                assert one.width() >= one.minimumSizeHint().width(), (width, one)
                assert row.rect().contains(one.geometry()), (width, one)
                assert not any(one.geometry().intersects(other) for other in places), (width, one)
                places.append(one.geometry())


def test_a_button_without_its_word_does_what_it_did(window: Window) -> None:
    resize(window, 600)
    asked: list[str] = []
    window.acts["step"].triggered.connect(lambda: asked.append("step"))
    QTest.mouseClick(window.topbar.step, Qt.MouseButton.LeftButton)
    assert asked == ["step"]


def test_the_first_button_has_room_for_resume_before_it_says_so(window: Window) -> None:
    """What shows between a new word and the next layout, which a slow board puts off."""
    for width in range(1400, 900, -100):
        window.acts["train"].setText("&Train")
        resize(window, width)
        before = [one.geometry() for one in window.topbar.row.findChildren(QWidget)]
        window.acts["train"].setText("&Resume")
        button = window.topbar.train
        words = button.fontMetrics().horizontalAdvance(button.text().replace("&", ""))
        assert button.width() >= button.minimumSizeHint().width() > words, width
        settle(50)
        assert [one.geometry() for one in window.topbar.row.findChildren(QWidget)] == before
