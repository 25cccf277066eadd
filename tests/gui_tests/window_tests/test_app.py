"""Starting: without torch, with any file; drawing the window into a picture."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from graph.format.templates import open_template
from gui import look
from gui.core.preferences import settings
from gui.shell.app import application, find, render
from gui.shell.command_palette import Commands
from gui.shell.gallery import Gallery
from gui.shell.window import Window
from tests.gui_tests.window_tests.conftest import MakeWindow

OPEN = """
import sys
from gui.shell.app import application, find
from gui.shell.window import Window
app = application("dark")
document, path, wrong = find(None)
window = Window(document, path, live=False)
window.show()
app.processEvents()
heavy = {"torch", "sklearn", "scipy", "pyqtgraph"} & set(sys.modules)
print("heavy:", sorted(heavy), "nodes:", len(window.board.node_items()))
window.close()
"""


def test_the_window_opens_without_what_is_slow_to_load() -> None:
    done = subprocess.run(
        [sys.executable, "-c", OPEN], capture_output=True, text=True, timeout=60, check=False
    )
    assert "heavy: [] nodes: " in done.stdout, done.stderr
    assert not done.stdout.rstrip().endswith("nodes: 0")


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_render_draws_the_window(scheme: look.Scheme, tmp_path: Path, qtbot: QtBot) -> None:
    png = tmp_path / "window.png"
    assert render("digits_mlp", png, (1200, 800), scheme) == 0
    image = QImage(str(png))
    assert (image.width(), image.height()) == (1200, 800)
    dark = image.pixelColor(5, 400).lightness() < 80
    assert dark == (scheme == "dark")


@pytest.mark.parametrize("scheme", ["dark", "light", "system", "neon"])
def test_a_start_has_the_colours_that_were_chosen(
    scheme: str, make_window: MakeWindow, qapp: QApplication
) -> None:
    before = look.scheme()
    try:
        if scheme == "neon":  # a word of another version
            settings().setValue("scheme", scheme)
        else:
            make_window().acts[f"scheme_{scheme}"].trigger()
        look.apply(qapp, "light" if scheme == "dark" else "dark")
        assert application() is qapp
        assert look.scheme() == ("system" if scheme == "neon" else scheme)
        assert application("light") is qapp
        assert look.scheme() == "light"
    finally:
        look.apply(qapp, before)


def test_render_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert render(tmp_path / "no.neurowire", tmp_path / "x.png") == 1
    assert "no.neurowire" in capsys.readouterr().err
    assert render("digits_mlp", tmp_path / "gone" / "x.png") == 1
    assert "could not be written" in capsys.readouterr().err


def test_a_file_that_cannot_be_read_opens_the_default_board(tmp_path: Path) -> None:
    document, path, wrong = find(tmp_path / "no.neurowire")
    assert document.board.nodes
    assert path is None
    assert "no.neurowire" in wrong


def test_the_arrangement_is_remembered(make_window: MakeWindow) -> None:
    first = make_window()
    first.docks["palette"].hide()
    first.file.close()
    first.close()
    assert settings().value("arrangement") is not None
    second = make_window()
    assert not second.docks["palette"].isVisible()
    second.acts["reset_layout"].trigger()
    assert second.docks["palette"].isVisible()


def test_the_colours_can_be_chosen_and_are_remembered(window: Window) -> None:
    window.acts["scheme_light"].trigger()
    assert not look.colours().dark
    assert settings().value("scheme") == "light"
    window.acts["scheme_dark"].trigger()
    assert look.colours().dark
    assert window.acts["scheme_dark"].isChecked()


def test_the_command_palette_runs_what_is_typed(window: Window, qtbot: QtBot) -> None:
    window.acts["commands"].trigger()
    popup = window.findChild(Commands)
    assert popup is not None
    QTest.keyClicks(popup.search, "show code")
    popup.search.clear()
    QTest.keyClicks(popup.search, "select all")
    popup.list.itemActivated.emit(popup.list.currentItem(), 0)
    assert len(window.session.selection) == len(window.session.document.board.nodes)


def test_a_node_is_found_by_its_name_inside_a_network_too(
    make_window: MakeWindow, qtbot: QtBot
) -> None:
    window = make_window(open_template("digits_gan"))
    document = window.session.document
    adam = next(one for one in document.board.nodes.values() if one.name == "adam_d")
    inner = next(iter(document.networks["generator"].nodes.values()))
    for words, wanted in (("adam_d", adam), (f"{inner.name} in generator", inner)):
        window.acts["find_node"].trigger()
        popup = next(one for one in window.findChildren(Commands) if one.isVisible())
        QTest.keyClicks(popup.search, words)
        QTest.keyClick(popup.search, Qt.Key.Key_Return)
        assert window.session.selection == (wanted.id,)
        assert wanted.id in window.board.sheet.nodes
        item = window.board.node_items()[wanted.id]
        assert window.board.viewer.shows(item.sceneBoundingRect())
    assert not document.can_undo


def test_the_gallery_shows_every_template_with_a_picture(qtbot: QtBot) -> None:
    gallery = Gallery()
    qtbot.addWidget(gallery)
    gallery.show()
    assert "digits_mlp" in gallery.buttons
    qtbot.waitUntil(lambda: all(not b.icon().isNull() for b in gallery.buttons.values()))
    gallery.buttons["spiral"].click()
    assert gallery.chosen == "spiral"


def test_every_action_and_control_has_a_name_to_be_read_out(window: Window) -> None:
    assert all(action.text() for action in window.acts.values())
    for widget in (
        window.topbar.train,
        window.topbar.device,
        window.topbar.epochs,
        window.palette_panel.search,
        window.palette_panel.tree,
        window.inspector,
        window.losses,
        window.previews,
        window.problems,
        window.code,
        window.history,
        window.losses.smoothing,
    ):
        assert widget.accessibleName()


def test_keys_are_those_of_the_design(window: Window) -> None:
    keys = {name: action.shortcut().toString() for name, action in window.acts.items()}
    assert keys["train"] == "Ctrl+Return"
    assert keys["stop"] == "Ctrl+."
    assert keys["step"] == "F10"
    assert keys["commands"] == "Ctrl+Shift+P"
    assert keys["redo"] == "Ctrl+Shift+Z"
