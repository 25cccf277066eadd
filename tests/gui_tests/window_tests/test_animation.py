"""What a view shows and showed, saved by hand and opened by other readers."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QImage, QImageReader
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gui.core.preferences import settings
from gui.previews import animation
from gui.previews.card import Preview
from gui.shell.window import Window
from gui.widgets import dialogs
from runtime.protocol.messages import ViewDrawn
from runtime.protocol.payloads import Pictures
from tests.gui_tests.window_tests.boards import node

LEFT = Qt.MouseButton.LeftButton


def a_look(view: str, step: int, grey: int) -> ViewDrawn:
    pictures = Pictures(8, 8, 1, bytes([grey]) * 64 * 12)
    return ViewDrawn(view, "digits", "grid", pictures, step)


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
    for button, name in ((shown.save_animation, "it.gif"), (shown.save_picture, "it.png")):
        gone = tmp_path / "gone" / name
        monkeypatch.setattr(dialogs, "ask_save", lambda *_, gone=gone: gone)
        window.notice.hide()
        click(button)
        assert f"{name} could not be saved" in window.notice.text
        assert str(gone.parent) in window.notice.text
        assert QApplication.overrideCursor() is None
    assert QImage(shown.sheet.grab().toImage()) == before


def test_why_it_could_not_be_saved_is_said_once(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    shown = preview(window, 3)
    for name, words in (
        ("gone/it.png", "it.png could not be saved: No such file or directory"),
        ("it.xyz", "it.xyz could not be saved: expected a name that ends in .png, received .xyz."),
    ):
        monkeypatch.setattr(dialogs, "ask_save", lambda *_, name=name: tmp_path / name)
        click(shown.save_picture)
        told = window.notice.text
        assert told.startswith(words)
        assert told.count("could not be") == 1
        assert ("it.png, for instance" in told) == (name == "it.xyz")
    monkeypatch.setattr(dialogs, "ask_save", lambda *_: tmp_path / "it.png")
    click(shown.save_animation)
    assert "ends in .gif, received .png" in window.notice.text
    assert not [*tmp_path.glob("it*")]


def test_a_picture_that_fails_half_way_leaves_the_old_one(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    shown = preview(window, 3)
    kept = tmp_path / "it.png"
    monkeypatch.setattr(dialogs, "ask_save", lambda *_: kept)
    click(shown.save_picture)
    before = kept.read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)  # as a full disk answers
        shown.slider.setFocus()
        QTest.keyClick(shown.slider, Qt.Key.Key_Left)
        click(shown.save_picture)
    assert "it.png could not be saved: No space left on device" in window.notice.text
    assert kept.read_bytes() == before
    assert [one.name for one in tmp_path.glob("it*")] == ["it.png"]
    click(shown.save_picture)
    assert kept.read_bytes() != before


def test_what_is_drawn_after_training_stands_behind_its_last_look(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    shown = preview(window, 3)
    for samples in range(2):
        made = replace(a_look(shown.node, 100, 200), generated=True, samples=samples)
        window.previews.receive(made)
        label = "generated, samples 2" if samples else "generated"
        assert label in [one.text() for one in shown.findChildren(QLabel)]
    assert shown.sheet.accessibleName() == "digits, generated, samples 2"
    shown.slider.setFocus()
    for step in (100, 50):
        QTest.keyClick(shown.slider, Qt.Key.Key_Left)
        assert (shown.shown.step, shown.shown.generated) == (step, False)
    QTest.keyClick(shown.slider, Qt.Key.Key_End)
    assert shown.shown.generated
    asked: list[str] = []
    monkeypatch.setattr(dialogs, "ask_save", lambda _, __, start, ___: asked.append(start.name))
    click(shown.save_picture)
    assert asked == ["digits generated samples 2.png"]
    feet = [foot(replace(made, generated=one, samples=0)) for one in (True, False)]
    assert len({feet[0], feet[1], foot(made)}) == 3, "the line below says which samples they are"


def foot(message: ViewDrawn) -> bytes:
    """The right half of the line below a picture, as it is drawn."""
    image = animation.frame(message)
    high = animation.FOOT
    part = image.copy(image.width() // 2, image.height() - high, image.width() // 2, high)
    return bytes(part.constBits())
