"""New, open, save, recovery: nothing saved is lost, and every failure is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMessageBox
from pytestqt.qtbot import QtBot

from graph.format.file import load
from gui.core.autosave import folder
from gui.core.preferences import recent_files, settings
from gui.shell.window import Window
from gui.widgets import dialogs
from tests.gui_tests.window_tests.boards import LEFT, node


def test_save_as_then_save_then_open(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.neurowire"
    monkeypatch.setattr(dialogs, "ask_save", lambda *_: path)
    window.acts["save"].trigger()
    assert path.exists()
    assert window.windowTitle().startswith("mine[*]")
    assert not window.isWindowModified()
    assert window.topbar.state.text() == "saved"
    window.session.document.set_params(node(window, "logits").id, units=10)
    assert window.isWindowModified()
    window.acts["save"].trigger()
    assert not window.isWindowModified()
    assert load(path).document == window.session.document
    assert recent_files() == [path]
    monkeypatch.setattr(dialogs, "ask_open", lambda *_: path)
    window.acts["new"].trigger()
    assert not window.session.document.board.nodes
    window.acts["open"].trigger()
    assert node(window, "logits").params["units"] == 10


def test_undoing_back_to_what_was_saved_takes_the_mark_away(window: Window, qtbot: QtBot) -> None:
    window.session.document.set_params(node(window, "logits").id, units=10)
    assert window.isWindowModified()
    window.acts["undo"].trigger()
    qtbot.waitUntil(lambda: not window.isWindowModified())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{ not json", "JSON"),
        ('{"format": 999}', "newer"),
        ('{"something": "else"}', "Neurowire"),
    ],
)
def test_a_file_that_cannot_be_read_leaves_the_board_open(
    window: Window, tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "broken.neurowire"
    path.write_text(text)
    before = window.session.document
    assert window.documents.open_path(path) is False
    assert said in window.notice.text
    assert "broken" in window.notice.text
    assert window.session.document is before
    assert path.read_text() == text


def test_a_link_to_nowhere_is_said_and_the_rest_opened(window: Window, tmp_path: Path) -> None:
    path = tmp_path / "board.neurowire"
    window.file.save(path)
    content = json.loads(path.read_text())
    content["board"]["links"].append({"from": ["n99", "y"], "to": ["n3", "x"], "rank": 0})
    path.write_text(json.dumps(content))
    assert window.documents.open_path(path)
    assert "not all" in window.notice.text
    assert "n99" in window.notice.text
    assert node(window, "logits")


def test_saving_into_a_folder_that_is_gone_is_said_and_nothing_lost(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialogs, "ask_save", lambda *_: tmp_path / "gone" / "board.neurowire")
    window.session.document.set_params(node(window, "logits").id, units=10)
    window.acts["save"].trigger()
    assert "written" in window.notice.text
    assert window.isWindowModified()
    good = tmp_path / "good.neurowire"
    monkeypatch.setattr(dialogs, "ask_save", lambda *_: good)
    window.notice.answer("Save as\N{HORIZONTAL ELLIPSIS}")
    assert load(good).document == window.session.document


def test_closing_asks_and_cancel_keeps_the_window(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.session.document.set_params(node(window, "logits").id, units=10)
    monkeypatch.setattr(dialogs, "ask_to_save", lambda *_: "cancel")
    assert not window.close()
    assert window.isVisible()
    monkeypatch.setattr(dialogs, "ask_to_save", lambda *_: "discard")
    assert window.close()


def test_a_saved_board_leaves_no_copy(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    window.session.document.set_params(node(window, "logits").id, units=42)
    window.file.keep()
    qtbot.waitUntil(lambda: not window.file.keeping)
    assert len(list(folder().glob("*.json"))) == 1
    window.file.save(tmp_path / "board.neurowire")
    assert list(folder().iterdir()) == []


def test_export_writes_a_project(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialogs, "ask_folder", lambda *_: tmp_path)
    window.acts["export"].trigger()
    assert "can't be exported yet: 1 problem." in window.notice.text
    window.session.document.set_params(node(window, "logits").id, units=10)
    window.acts["export"].trigger()
    assert "Exported" in window.notice.text
    names = {path.name for path in (tmp_path / "small").iterdir()}
    assert {"model.py", "train.py", "data.py", "README.md", "small.neurowire"} <= names
    assert "views.py" not in names


def test_a_folder_that_is_not_there_is_made_by_its_name(window: Window, tmp_path: Path) -> None:
    window.session.document.set_params(node(window, "logits").id, units=10)
    settings().setValue("folder", str(tmp_path))
    wanted = tmp_path / "small"

    def type_it() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, QFileDialog):
            QTimer.singleShot(20, type_it)
            return
        field = dialog.findChild(QLineEdit)
        assert isinstance(field, QLineEdit)
        field.selectAll()
        QTest.keyClicks(field, "small")
        QTest.keyClick(field, Qt.Key.Key_Return)
        if dialog.isVisible():  # the list of completions took the key
            QTest.keyClick(field, Qt.Key.Key_Return)

    QTimer.singleShot(0, type_it)
    window.acts["export"].trigger()
    assert "Exported" in window.notice.text
    assert (wanted / "train.py").exists(), window.notice.text


def answer(press: Callable[[QMessageBox], None]) -> list[str]:
    """Answer the question that is about to be asked; what it says comes into the list."""
    said: list[str] = []

    def wait() -> None:
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox):
            QTimer.singleShot(20, wait)
            return
        said.append(f"{box.text()}\n\n{box.informativeText()}")
        press(box)

    QTimer.singleShot(0, wait)
    return said


def click(box: QMessageBox, name: str) -> None:
    [button] = [one for one in box.buttons() if one.text() == name]
    QTest.mouseClick(button, LEFT)


@pytest.mark.parametrize(
    "refuse",
    [
        lambda box: click(box, "Cancel"),
        lambda box: QTest.keyClick(box, Qt.Key.Key_Return),
        lambda box: QTest.keyClick(box, Qt.Key.Key_Escape),
    ],
    ids=["Cancel", "Enter", "Escape"],
)
def test_export_asks_before_it_replaces_edited_files(
    window: Window,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    refuse: Callable[[QMessageBox], None],
) -> None:
    out = tmp_path / "small"
    monkeypatch.setattr(dialogs, "ask_folder", lambda *_: tmp_path)
    for epochs in (10, 77):  # what nobody touched is replaced without a question
        window.session.document.set_params(node(window, "logits").id, units=10)
        window.session.document.set_settings(epochs=epochs)
        window.acts["export"].trigger()
        assert "Exported" in window.notice.text
        window.notice.hide_error()
    written = (out / "train.py").read_text()
    assert "77" in written

    edited = f"{written}# mine\n"
    (out / "train.py").write_text(edited)
    before = {path.name: path.read_text() for path in out.iterdir()}
    window.session.document.set_settings(epochs=5)
    window.notice.hide()
    said = answer(refuse)
    window.acts["export"].trigger()
    assert ":\n\ntrain.py\n\nReplace them?" in said[0]
    assert {path.name: path.read_text() for path in out.iterdir()} == before
    assert not window.notice.isVisible()

    answer(lambda box: click(box, "Replace"))
    window.acts["export"].trigger()
    assert "Exported" in window.notice.text
    assert "# mine" not in (out / "train.py").read_text()


def test_a_long_name_does_not_widen_the_window(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    width = window.minimumSizeHint().width()
    path = tmp_path / f"{'a_very_long_name_' * 8}.neurowire"
    monkeypatch.setattr(dialogs, "ask_save", lambda *_: path)
    window.acts["save"].trigger()
    assert window.topbar.title.text() == path.stem
    assert window.topbar.title.toolTip() == str(path)
    assert window.minimumSizeHint().width() < width + 80
