"""Journeys without a mouse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.gui_tests.journeys.conftest import Start
from tests.gui_tests.journeys.files import digits_board
from tests.gui_tests.journeys.user import CTRL, NONE, SHIFT, User

Key = Qt.Key


def saved(path: Path) -> dict[str, Any]:
    board: dict[str, Any] = json.loads(path.read_text())["board"]
    return board


def add(user: User, words: str) -> None:
    user.key(Key.Key_Tab)
    user.type(words)
    user.key(Key.Key_Return)


def chosen(user: User) -> set[str]:
    return {item.face.name for item in user.window.board.selected_items()}


def test_a_board_is_begun_and_saved(start: Start, tmp_path: Path) -> None:
    user = start(live=False)
    user.key(Key.Key_N, CTRL)
    assert user.names() == set()
    for words in ("digits", "fc", "gelu"):
        add(user, words)
    assert user.names() == {"digits", "linear", "gelu"}
    user.key(Key.Key_Tab)
    user.type("conv")
    user.key(Key.Key_Escape)
    assert user.names() == {"digits", "linear", "gelu"}
    user.key(Key.Key_L)
    path = tmp_path / "keys.neurowire"
    with user.picking(path):
        user.key(Key.Key_S, CTRL)
    assert user.title.startswith("keys \N{EN DASH}")
    assert {node["type"] for node in saved(path)["nodes"].values()} == {
        "data.digits",
        "layer.linear",
        "activation.gelu",
    }


def test_walking_the_wires_renaming_and_taking_back(start: Start, tmp_path: Path) -> None:
    path = digits_board(tmp_path / "board.neurowire")
    before = path.read_text()
    user = start(path, live=False)
    user.key(Key.Key_Right)
    for _ in range(8):
        user.key(Key.Key_Left)
    assert chosen(user) == {"digits"}
    for name in ("flatten", "logits"):
        user.key(Key.Key_Right)
        assert chosen(user) == {name}
    user.key(Key.Key_F2)
    user.key(Key.Key_A, CTRL)
    user.type("scores\r")
    assert "scores" in user.names()
    user.key(Key.Key_D, SHIFT)
    assert len(user.names()) == 6
    user.key(Key.Key_Delete)
    user.key(Key.Key_M)
    assert "*" in user.title
    for _ in range(3):
        user.key(Key.Key_Z, CTRL)
    assert user.names() == {"digits", "flatten", "logits", "cross_entropy", "adam"}
    user.until(lambda: "*" not in user.title)
    user.key(Key.Key_Z, CTRL | SHIFT)
    user.key(Key.Key_Y, CTRL)
    assert "scores" in user.names()
    assert len(user.names()) == 6
    for _ in range(2):
        user.key(Key.Key_Z, CTRL)
    user.key(Key.Key_S, CTRL)
    assert path.read_text() == before


def test_training_stepping_and_stopping(start: Start, tmp_path: Path) -> None:
    user = start(digits_board(tmp_path / "board.neurowire", epochs=100_000))
    user.key(Key.Key_F10)
    user.says("Paused on")
    user.tab("Losses")
    losses = user.window.losses
    user.until(lambda: "loss/cross_entropy" in losses.chart)
    series = losses.chart.series("loss/cross_entropy")
    user.until(lambda: series.count == 1)
    user.key(Key.Key_F10)
    user.until(lambda: series.count == 2)
    user.says("Paused on")
    user.key(Key.Key_Return, CTRL)
    user.says("Training on", "samples/s")
    user.key(Key.Key_Period, CTRL)
    user.says("Stopped after")


def test_every_command_by_its_name(start: Start, tmp_path: Path) -> None:
    path = digits_board(tmp_path / "board.neurowire")
    user = start(path, live=False)
    command(user, "select all")
    assert chosen(user) == user.names()
    command(user, "delete")
    assert user.names() == set()
    command(user, "undo")
    assert len(user.names()) == 5
    with user.picking(tmp_path):
        command(user, "export")
    user.reads("Exported to", "python train.py")
    assert (tmp_path / "board" / "train.py").exists()
    user.key(Key.Key_P, CTRL | SHIFT)
    user.key(Key.Key_Escape)
    assert QApplication.activePopupWidget() is None


def command(user: User, words: str) -> None:
    user.key(Key.Key_P, CTRL | SHIFT)
    user.until(lambda: QApplication.activePopupWidget() is not None)
    user.type(words)
    user.key(Key.Key_Return)


def test_nodes_go_from_one_window_to_another(start: Start, tmp_path: Path) -> None:
    one = start(digits_board(tmp_path / "one.neurowire"), live=False)
    one.key(Key.Key_A, CTRL)
    one.key(Key.Key_C, CTRL)
    text = QApplication.clipboard().text()
    other = start(live=False)
    other.key(Key.Key_N, CTRL)
    other.key(Key.Key_V, CTRL)
    assert other.names() == one.names()
    assert chosen(other) == one.names()
    other.key(Key.Key_V, CTRL)
    assert len(other.names()) == 10
    other.key(Key.Key_Z, CTRL)
    path = tmp_path / "other.neurowire"
    with other.picking(path):
        other.key(Key.Key_S, CTRL)
    assert len(saved(path)["links"]) == len(saved(tmp_path / "one.neurowire")["links"])
    QApplication.clipboard().setText("not a board at all")
    other.key(Key.Key_V, CTRL)
    assert other.names() == one.names()
    assert other.status
    assert "layer.linear" in text
    other.key(Key.Key_Home, NONE)
