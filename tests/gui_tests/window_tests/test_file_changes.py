"""A file that changed underneath: saving asks, and the window says so when it comes forward."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from graph.edit.document import Document
from graph.format.file import load, save
from gui.shell.window import Window
from gui.widgets import dialogs
from tests.gui_tests.window_tests.boards import node, small_board
from tests.gui_tests.window_tests.conftest import MakeWindow
from tests.gui_tests.window_tests.test_board_file import answer, click


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "mine.neurowire"
    save(small_board(), path)
    return path


@pytest.fixture
def edited(make_window: MakeWindow, path: Path) -> Window:
    """A window on the file, with a change of its own."""
    window = make_window(small_board())
    assert window.documents.open_path(path)
    window.session.document.set_params(node(window, "logits").id, units=42)
    return window


def theirs(path: Path) -> Document:
    """Write another board into the file, as another program does."""
    document = small_board()
    document.set_settings(epochs=77)
    save(document, path)
    return document


def protect(path: Path) -> None:
    path.chmod(0o444)


CHANGES: list[Callable[[Path], object]] = [theirs, Path.unlink, protect]


@pytest.mark.parametrize("change", CHANGES, ids=["changed", "gone", "protected"])
def test_saving_asks_and_cancel_changes_nothing(
    edited: Window, path: Path, change: Callable[[Path], object]
) -> None:
    change(path)
    before = path.read_bytes() if path.exists() else None
    said = answer(lambda box: click(box, "Cancel"))
    edited.acts["save"].trigger()
    assert said[0].startswith("mine.neurowire ")
    assert (path.read_bytes() if path.exists() else None) == before
    assert edited.isWindowModified()
    assert node(edited, "logits").params["units"] == 42


@pytest.mark.parametrize("change", CHANGES, ids=["changed", "gone", "protected"])
def test_overwrite_puts_this_board_there(
    edited: Window, path: Path, change: Callable[[Path], object]
) -> None:
    change(path)
    word = "Save again" if not path.exists() else "Overwrite"
    answer(lambda box: click(box, word))
    edited.acts["save"].trigger()
    assert load(path).document == edited.session.document
    assert not edited.isWindowModified()
    edited.session.document.set_params(node(edited, "logits").id, units=43)
    if change is not protect:
        edited.acts["save"].trigger()  # no question again
        assert load(path).document == edited.session.document


@pytest.mark.parametrize("change", CHANGES, ids=["changed", "gone", "protected"])
def test_save_beside_keeps_both(
    edited: Window, path: Path, change: Callable[[Path], object]
) -> None:
    change(path)
    before = path.read_bytes() if path.exists() else None
    taken = path.with_stem("mine_2")
    taken.write_text("taken")
    answer(lambda box: click(box, "Save beside"))
    edited.acts["save"].trigger()
    assert taken.read_text() == "taken"
    assert load(path.with_stem("mine_3")).document == edited.session.document
    assert edited.windowTitle().startswith("mine_3")
    assert (path.read_bytes() if path.exists() else None) == before


def test_reload_shows_what_the_file_says_now(edited: Window, path: Path) -> None:
    document = theirs(path)
    answer(lambda box: click(box, "Reload"))
    edited.acts["save"].trigger()
    assert edited.session.document == document
    assert not edited.isWindowModified()
    assert load(path).document == document


def test_closing_with_save_and_cancel_keeps_the_window(
    edited: Window, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs(path)
    monkeypatch.setattr(dialogs, "ask_to_save", lambda *_: "save")
    answer(lambda box: click(box, "Cancel"))
    assert not edited.close()
    assert edited.isVisible()
    assert load(path).document.settings.epochs == 77


def test_the_window_says_so_when_it_comes_to_the_front(
    edited: Window, path: Path, qtbot: QtBot
) -> None:
    edited.activateWindow()
    qtbot.waitUntil(edited.isActiveWindow)
    assert not edited.notice.isVisible()
    other = QWidget()
    other.show()
    other.activateWindow()
    qtbot.waitUntil(other.isActiveWindow)
    document = theirs(path)
    edited.activateWindow()
    qtbot.waitUntil(edited.notice.isVisible)
    assert "mine.neurowire was changed" in edited.notice.text
    assert "Your changes are still here" in edited.notice.text
    edited.notice.hide()
    other.activateWindow()
    qtbot.waitUntil(other.isActiveWindow)
    edited.activateWindow()
    qtbot.waitUntil(edited.isActiveWindow)
    assert not edited.notice.isVisible()  # said once
    other.activateWindow()
    qtbot.waitUntil(other.isActiveWindow)
    document.set_settings(epochs=78)
    save(document, path)
    edited.activateWindow()
    qtbot.waitUntil(edited.notice.isVisible)
    edited.notice.answer("Reload")
    assert edited.session.document == document
    other.close()
    other.deleteLater()


OPENS = """
import sys
from pathlib import Path
from graph.format.file import load
from gui.shell.app import application, settle
from gui.shell.window import Window
application("dark")
path = Path(sys.argv[1])
window = Window(load(path).document, path, live=False)
print(window.notice.text or "nothing", flush=True)
sys.stdin.readline()
window.close()
"""


def test_a_second_window_on_an_open_file_says_so(
    make_window: MakeWindow, path: Path, tmp_path: Path
) -> None:
    first = make_window(small_board())
    first.documents.open_path(path)
    assert not first.notice.isVisible()

    def second() -> str:
        done = subprocess.run(
            [sys.executable, "-c", OPENS, str(path)],
            cwd=Path(__file__).resolve().parents[3],
            env={**os.environ, "PYTHONPATH": "."},
            input="\n",
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    assert "mine.neurowire is open in another window" in second()
    first.documents.open_path(path)  # its own file is no other window's
    assert not first.notice.isVisible()
    first.file.save(tmp_path / "other.neurowire")
    assert second() == "nothing\n"


def test_enter_overwrites_nothing(edited: Window, path: Path) -> None:
    theirs(path)

    def press(box: QMessageBox) -> None:
        default = box.defaultButton()
        assert default.text() == "Cancel"
        default.click()

    answer(press)
    edited.acts["save"].trigger()
    assert load(path).document.settings.epochs == 77
