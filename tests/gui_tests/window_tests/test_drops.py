"""Files, folders, paths and texts that are dropped or pasted onto the board of a real window."""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from graph.format.file import save_text
from graph.format.templates import open_template
from gui.inspector.editors import PathBox
from gui.inspector.node import NodePage
from gui.shell import app
from gui.shell.first_network_offer import TITLE
from gui.shell.window import Window
from gui.widgets.common import Card
from tests.gui_tests.journeys.conftest import Start, start
from tests.gui_tests.journeys.user import User

__all__ = ["start"]
ACTIONS = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def dropped(user: User, data: QMimeData) -> tuple[bool, Qt.DropAction]:
    """Drop something as a file manager does: it proposes to move."""
    viewport, place = user.window.board.viewer.viewport(), QPoint(300, 220)
    entered = QDragEnterEvent(place, ACTIONS, data, LEFT, NONE)
    entered.setDropAction(Qt.DropAction.MoveAction)
    QApplication.sendEvent(viewport, entered)
    drop = QDropEvent(QPointF(place), ACTIONS, data, LEFT, NONE)
    drop.setDropAction(Qt.DropAction.MoveAction)
    QApplication.sendEvent(viewport, drop)
    return entered.isAccepted() and drop.isAccepted(), drop.dropAction()


def said(user: User) -> str:
    """What the status bar says."""
    return user.window.status.run.text()


def files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def paste(user: User, text: str) -> None:
    QGuiApplication.clipboard().setText(text)
    user.window.board.viewer.setFocus()
    QTest.keyClick(user.window.board.viewer, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Two classes that two numbers tell apart."""
    dice = random.Random(1)
    rows = [f"{kind + dice.gauss(0, 0.12)},{dice.random()},{['no', 'yes'][kind]}"
            for kind in (0, 1) * 60]  # fmt: skip
    path = tmp_path / "my points.csv"
    path.write_text("\n".join(["x,noise,answer", *rows]) + "\n")
    return path


def test_a_table_dropped_is_trained_by_two_clicks(start: Start, table: Path) -> None:
    user = start()
    user.window.documents.new()
    assert dropped(user, files(table)) == (True, Qt.DropAction.CopyAction)
    assert user.names() == {"csv_table"}
    (node,) = user.window.session.document.board.nodes.values()
    assert node.params["path"] == str(table)
    assert table.exists()
    user.until(lambda: "96 examples to train on, 2 classes" in user.window.notice.text)
    user.click(user.button(TITLE, user.window.notice))
    assert {"hidden", "logits", "cross_entropy", "accuracy", "adamw", "table"} <= user.names()
    user.until(lambda: "no problems" in user.window.status.board.text())
    user.click(user.window.topbar.train)
    user.says("Trained")
    user.until(lambda: user.window.losses.readout.headline.text().endswith("%"))
    assert float(user.window.losses.readout.headline.text().removesuffix(" %")) > 90


def test_what_comes_finds_its_node_or_says_what_is_known(
    start: Start, table: Path, tmp_path: Path
) -> None:
    user = start(live=False)
    user.window.documents.new()
    paste(user, f'"{table}"')
    assert user.names() == {"csv_table"}
    assert dropped(user, files(table.parent))[0]
    assert user.names() == {"csv_table", "image_folder"}
    (tmp_path / "letter.docx").write_text("x")
    dropped(user, files(tmp_path / "letter.docx"))
    assert "no data node reads this; known are files ending in .csv" in said(user)
    paste(user, str(tmp_path / "gone.csv"))
    assert "there is no such file" in said(user)
    paste(user, '```\n{"nodes": [{"id": "a", "type": "layer.lineer"}]}\n```')
    assert "layer.linear" in said(user)
    paste(user, "how are you")
    assert "expected nodes or a board copied from Neurowire, or the path" in said(user)
    assert len(user.window.session.document.board.nodes) == 3

    board = open_template("xor_neurons")
    paste(user, f"Try this:\n```json\n{save_text(board)}```")
    assert len(user.window.session.document.board.nodes) == 3 + len(board.board.nodes)


def test_a_board_dropped_is_opened(start: Start, tmp_path: Path) -> None:
    user = start(live=False)
    file = tmp_path / "mine.neurowire"
    file.write_text(save_text(open_template("xor_neurons")))
    dropped(user, files(file))
    assert "mine" in user.title


def test_a_file_is_picked_where_a_file_is_wanted_and_a_folder_where_a_folder(start: Start) -> None:
    user = start(live=False)
    user.window.documents.new()
    for kind, folder in (("data.csv", False), ("data.image_folder", True)):
        node = user.window.session.document.add_node(kind)
        user.window.board.select([node.id])
        (box,) = user.window.inspector.findChildren(PathBox)
        assert box._folder is folder


def test_a_table_of_pictures_is_read_anew_as_soon_as_a_decision_changes(
    start: Start, tmp_path: Path
) -> None:
    names = [f"{i:02}.png" for i in range(20)]
    for i, name in enumerate(names):
        (tmp_path / "images").mkdir(exist_ok=True)
        Image.new("L", (8, 8), 12 * i).save(tmp_path / "images" / name)
    rows = "".join(f"{name};{i % 3},5;{'ab'[i % 2]}\n" for i, name in enumerate(names))
    (tmp_path / "labels.csv").write_text(f"file;size;kind\n{rows}")
    user = start()
    user.window.documents.new()
    dropped(user, files(tmp_path / "labels.csv"))
    assert user.names() == {"picture_table"}
    user.until(lambda: "16 examples to train on, 2 classes" in user.window.notice.text)
    user.click(user.button(TITLE, user.window.notice))
    (data,) = (one for one in user.window.session.document.board.nodes.values()
               if one.type == "data.picture_table")  # fmt: skip
    user.window.session.select([data.id])
    page = user.window.findChild(NodePage)
    assert page is not None
    assert page.table is not None
    shown = page.table
    user.until(lambda: [*shown.boxes] == ["file", "size", "kind"])
    assert {name: box.currentText() for name, box in shown.boxes.items()} == {
        "file": "file names",
        "size": "left out",
        "kind": "target",
    }
    field = shown.form.editors["skip"]
    field.setFocus()
    QTest.keyClicks(field, "1")
    QTest.keyClick(field, Qt.Key.Key_Return)
    user.until(lambda: [*shown.boxes] == ["column_1", "column_2", "column_3"])
    user.window.session.document.undo()
    user.until(lambda: [*shown.boxes] == ["file", "size", "kind"])
    role = shown.boxes["size"]
    role.setFocus()
    QTest.keyClick(role, Qt.Key.Key_Down)
    user.until(lambda: shown.boxes["size"].currentText() == "target")
    facts = user.window.session.inference.facts
    user.until(lambda: (facts.get(data.id) or {}).get("classes") is None)
    assert facts[data.id]["outputs"]["target"]["dims"] == ["N", 1]


def test_data_that_are_opened_come_onto_a_board_of_their_own(
    start: Start, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = start(live=False)
    assert user.window.documents.open_path(table)
    assert user.names() == {"csv_table"}
    assert user.window.file.path is None, "saving never writes over the data"
    assert not user.window.notice.isVisible()
    monkeypatch.setattr(app, "Window", partial(Window, live=False))
    window = app.start(table)  # `python main.py TABLE`
    (node,) = window.session.document.board.nodes.values()
    assert node.params["path"] == str(table)
    window.file.modified = False
    window.close()
    window.deleteLater()


def test_a_folder_with_broken_pictures_is_mended_by_its_button_and_trains(
    start: Start, tmp_path: Path
) -> None:
    for sort, colour in (("cat", (200, 30, 30)), ("dog", (20, 30, 210))):
        folder = tmp_path / "animals" / sort
        folder.mkdir(parents=True)
        for number in range(10):
            Image.new("RGB", (12, 12), colour).save(folder / f"{number}.png")
    broken = tmp_path / "animals" / "dog" / "7.png"
    broken.write_bytes(broken.read_bytes()[:40])
    user = start()
    user.window.documents.new()
    assert dropped(user, files(tmp_path / "animals"))[0]
    assert user.names() == {"image_folder"}
    user.until(lambda: any("7.png" in one for one in user.problems()))
    user.tab("Problems")
    cards = user.window.problems.findChildren(Card)
    (card,) = (one for one in cards if "7.png" in str(one.problem))
    assert str(card.problem).endswith("Or set `unreadable` to leave out."), "advice is given once"
    (button,) = card.findChildren(QPushButton)
    assert button.text() == "Leave out what can't be read"
    user.until(button.isVisible)
    user.click(button)
    user.until(lambda: not any("7.png" in one for one in user.problems()))
    user.until(lambda: "2 classes" in user.window.notice.text)
    assert broken.exists(), "the file is left alone"
    user.click(user.button(TITLE, user.window.notice))
    user.until(lambda: "no problems" in user.window.status.board.text())
    user.window.session.document.set_settings(epochs=3)
    user.click(user.window.topbar.train)
    user.says("Trained 3 epochs")
