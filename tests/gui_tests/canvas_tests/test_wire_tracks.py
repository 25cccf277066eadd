"""Wires of different outputs do not lie on one another."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath
from PySide6.QtWidgets import QApplication

from graph.format.templates import open_template
from gui.canvas.wire_tracks import Tracks, pieces
from tests.gui_tests.window_tests.conftest import MakeWindow, make_window

__all__ = ["make_window"]


def line(*points: tuple[float, float]) -> QPainterPath:
    path = QPainterPath(QPointF(*points[0]))
    for point in points[1:]:
        path.lineTo(*point)
    return path


def test_pieces_are_what_runs_straight_and_long() -> None:
    path = line((0, 0), (30, 0), (30, 90), (200, 90), (260, 160))
    assert [*pieces(path)] == [(False, 30.0, 0.0, 90.0), (True, 90.0, 30.0, 200.0)]


def test_only_long_pieces_of_another_output_are_in_the_way() -> None:
    tracks = Tracks()
    tracks.take(line((0, 90), (200, 90)), "a")
    assert tracks.free(line((0, 90), (200, 90)), "a"), "one output's wires may lie on one another"
    assert not tracks.free(line((100, 91), (300, 91)), "b")
    assert tracks.free(line((100, 95), (300, 95)), "b")
    assert tracks.free(line((170, 90), (300, 90)), "b"), "a short piece is no trouble"
    assert tracks.free(line((100, 0), (100, 200)), "b"), "wires may cross"


@pytest.mark.parametrize("name", ["digits_mlp", "tabular", "vae"])
def test_each_wire_of_a_board_can_be_followed(make_window: MakeWindow, name: str) -> None:
    board = make_window(open_template(name)).board
    QApplication.processEvents()
    tracks = Tracks()
    for link, wire in board.wire_items().items():
        assert tracks.free(wire.path(), link.source), f"{link} lies on another"
        tracks.take(wire.path(), link.source)
