"""What a view shows and showed, saved by hand and opened by other readers."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QImage, QImageReader
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from gui import animation, dialogs
from gui.preview import Preview
from gui.settings import settings
from gui.window import Window
from runtime.messages import ViewDrawn
from runtime.payloads import Pictures
from tests.gui_tests.window_tests.boards import node

LEFT = Qt.MouseButton.LeftButton


def a_look(view: str, step: int, grey: int) -> ViewDrawn:
    pictures = Pictures(8, 8, 1, bytes([grey]) * 64 * 12)
    return ViewDrawn(view, "made_digits", "grid", pictures, step)


def preview(window: Window, looks: int) -> Preview:
    """The window's preview of a view that was looked at so often, ever brighter."""
    digits = node(window, "digits").id
    window.show_tab("previews")
    for number in range(looks):
        window.previews.receive(a_look(digits, 50 * number, 20 * number))
    shown = window.previews.previews[digits]
    QApplication.processEvents()
    return shown


def name_in_dialog(text: str) -> None:
    """Put a name into the file dialog that is about to open, and click on Save."""

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, QFileDialog):
            QTimer.singleShot(20, answer)
            return
        field = dialog.findChild(QLineEdit, "fileNameEdit")
        buttons = dialog.findChild(QDialogButtonBox)
        assert field is not None
        assert buttons is not None
        field.setText(text)  # typing opens a list of files, which takes the mouse
        click(buttons.button(QDialogButtonBox.StandardButton.Save))

    QTimer.singleShot(0, answer)


def click(widget: QWidget) -> None:
    assert widget.isVisible()
    QTest.mouseClick(widget, LEFT, Qt.KeyboardModifier.NoModifier, widget.rect().center())


def test_an_animation_has_a_frame_for_each_look(
    window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    shown = preview(window, 12)
    name_in_dialog(str(tmp_path / "growing"))
    click(shown.save_animation)
    path = tmp_path / "growing.gif"
    assert str(path) in window.status.run.text()
    reader = QImageReader(str(path))
    assert reader.supportsAnimation()
    assert reader.imageCount() == 12
    frames = [reader.read() for _ in range(12)]
    middles = [frame.pixelColor(40, 40).lightness() for frame in frames]
    assert middles == sorted(middles)
    assert middles[-1] - middles[0] > 150
    with Image.open(path) as gif:
        assert gif.info["loop"] == 0
        gif.seek(3)
        assert gif.info["duration"] == animation.FRAME_MS
        gif.seek(11)
        assert gif.info["duration"] == animation.LAST_MS
    assert settings().value("pictures_folder") == str(tmp_path)
    assert [one.name for one in tmp_path.glob("growing*")] == ["growing.gif"]


def test_a_picture_of_the_look_that_the_slider_shows(
    window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    shown = preview(window, 12)
    shown.slider.setFocus()
    for _ in range(3):
        QTest.keyClick(shown.slider, Qt.Key.Key_Left)
    assert shown.shown.step == 400
    name_in_dialog(str(tmp_path / "still.png"))
    shown.save_picture.setFocus()
    QTest.keyClick(shown.save_picture, Qt.Key.Key_Space)
    with Image.open(tmp_path / "still.png") as picture:
        assert picture.convert("L").getpixel((80, 80)) == 160
        assert picture.width == 2 * (animation.WIDTH + 2 * animation.MARGIN)


def test_one_look_is_no_animation(window: Window, qtbot: QtBot) -> None:
    shown = preview(window, 1)
    assert not shown.save_animation.isEnabled()
    assert shown.save_picture.isEnabled()
    for button in (shown.save_picture, shown.save_animation):
        assert "Save" in button.toolTip()
        assert button.accessibleName() == button.toolTip()


def test_a_place_that_cannot_be_written_is_told(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    shown = preview(window, 3)
    before = QImage(shown.sheet.grab().toImage())
    gone = tmp_path / "gone" / "it.gif"
    monkeypatch.setattr(dialogs, "ask_save", lambda *_: gone)
    for button in (shown.save_animation, shown.save_picture):
        window.notice.hide()
        click(button)
        assert "it.gif could not be saved" in window.notice.text
        assert str(gone.parent) in window.notice.text
        assert QApplication.overrideCursor() is None
    assert QImage(shown.sheet.grab().toImage()) == before
