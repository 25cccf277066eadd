"""Files of weights that do not fit stand in Problems before anything trains."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from safetensors.numpy import save_file

from graph.edit.document import Document
from gui.shell.window import Window
from tests.gui_tests.window_tests.boards import node, small_board
from tests.gui_tests.window_tests.conftest import MakeWindow
from tests.gui_tests.window_tests.test_problems import click

LONG = 150_000


def begun(path: Path) -> Document:
    """Digits into a network of one layer that begins with a file."""
    document = small_board()
    logits = next(one for one in document.board.nodes.values() if one.name == "logits")
    document.set_params(logits.id, units=10)
    net = document.group_into_network([logits.id], "net")
    document.set_params(net.id, pretrained=str(path))
    document.forget_history()
    return document


def write(path: Path, *, rows: int = 10, name: str = "logits", broken: bool = False) -> None:
    weight = np.zeros((rows, 64), np.float32)
    weight[0, 0] = np.nan if broken else 0
    save_file({f"{name}.weight": weight, f"{name}.bias": np.zeros(rows, np.float32)}, path)


def told(window: Window) -> list[str]:
    return [str(one) for one in window.problems.shown if one.name == "net"]


def test_a_file_that_does_not_fit_is_told_and_left_out_by_a_click(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "it.safetensors"
    window = make_window(begun(path), live=True)
    window.show_tab("problems")

    def says(text: str) -> Callable[[], bool]:
        return lambda: any(text in one for one in told(window))

    qtbot.waitUntil(says("there is no file"), timeout=LONG)
    wrongs: list[tuple[dict[str, Any] | None, str]] = [
        ({"rows": 7}, "logits.weight is [7, 64] where [10, 64] is expected"),
        ({"name": "head"}, "logits.weight is nothing where [10, 64] is expected"),
        ({"broken": True}, "logits.weight of net has NaN or infinite numbers"),
        (None, "expected a safetensors file, received something else"),
    ]
    for wrong, text in wrongs:
        if wrong is None:
            path.write_text("no weights")
        else:
            write(path, **wrong)
        window.beginnings.look()  # as when the window comes to the front
        qtbot.waitUntil(says(text), timeout=LONG)
    write(path)
    window.beginnings.look()
    qtbot.waitUntil(lambda: not told(window), timeout=LONG)
    path.unlink()
    window.beginnings.look()
    qtbot.waitUntil(lambda: len(told(window)) == 1, timeout=LONG)
    click(window, qtbot, "Begin net without a file")
    assert "pretrained" not in node(window, "net").params
    qtbot.waitUntil(lambda: not window.problems.shown, timeout=LONG)


@pytest.mark.parametrize("rows", [7, 10])
def test_a_layer_that_changes_is_compared_anew(
    rows: int, make_window: MakeWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "it.safetensors"
    write(path, rows=rows)
    document = begun(path)
    (layer,) = (n for n in document.networks["net"].nodes.values() if n.name == "logits")
    window = make_window(document, live=True)
    if rows == 7:
        qtbot.waitUntil(lambda: len(told(window)) == 1, timeout=LONG)
        write(path)
        window.beginnings.look()
        qtbot.waitUntil(lambda: not told(window), timeout=LONG)
        return
    document.set_params(layer.id, bias=False)
    qtbot.waitUntil(
        lambda: any("logits.bias is [10] where nothing" in one for one in told(window)),
        timeout=LONG,
    )
    document.undo()
    qtbot.waitUntil(lambda: not told(window), timeout=LONG)
