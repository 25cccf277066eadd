"""What we rely on in NodeGraphQt, which has no tests of its own: a new version must keep it."""

import inspect
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QGraphicsItem

from gui.canvas import nodegraphqt
from gui.canvas.gestures import Gestures
from gui.canvas.node_item import NodeItem
from gui.canvas.port_item import Socket
from gui.canvas.viewer import Viewer
from gui.canvas.wire_item import Knife, LiveWire, Wire
from tests.gui_tests.canvas_tests.conftest import Hands

GUI = Path(__file__).resolve().parents[3] / "gui"


def test_the_version_is_the_one_we_know() -> None:
    assert version("NodeGraphQt") == "0.6.44"


def test_only_the_toolkit_imports_it() -> None:
    found = [
        path.relative_to(GUI).as_posix()
        for path in GUI.rglob("*.py")
        if "import NodeGraphQt" in path.read_text() or "from NodeGraphQt" in path.read_text()
    ]
    assert found == ["canvas/nodegraphqt.py"]


def test_importing_it_is_quiet() -> None:
    code = "import warnings; warnings.simplefilter('error'); import gui.canvas.nodegraphqt"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=GUI.parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("slot", [name for name in vars(Gestures) if name.startswith("_on_")])
def test_each_slot_we_override_is_one_of_theirs(slot: str) -> None:
    theirs, ours = getattr(nodegraphqt.NodeGraph, slot), getattr(Gestures, slot)
    assert list(inspect.signature(theirs).parameters) == list(inspect.signature(ours).parameters)


@pytest.mark.parametrize(
    "method",
    [
        "_update_scene",
        "_items_near",
        "_set_viewer_pan",
        "scale",
        "sceneMousePressEvent",
        "sceneMouseMoveEvent",
        "apply_live_connection",
        "start_live_connection",
        "end_live_connection",
        "establish_connection",
        "selected_nodes",
        "selected_pipes",
    ],
)
def test_each_viewer_method_we_build_on_is_there(method: str) -> None:
    theirs, ours = getattr(nodegraphqt.NodeViewer, method), getattr(Viewer, method)
    assert list(inspect.signature(theirs).parameters) == list(inspect.signature(ours).parameters)


def test_the_viewer_state_we_read_is_there(qapp: QApplication) -> None:
    viewer = nodegraphqt.NodeViewer()
    for name in (
        "_LIVE_PIPE",
        "_SLICER_PIPE",
        "_scene_range",
        "_node_positions",
        "_origin_pos",
        "_previous_pos",
        "_rubber_band",
        "_search_widget",
        "_cursor_text",
        "_start_port",
        "_last_size",
        "pipe_collision",
        "COLLIDING_state",
        "LMB_state",
        "MMB_state",
        "ALT_state",
        "SHIFT_state",
        "CTRL_state",
    ):
        assert hasattr(viewer, name), name
    for name in ("moved_nodes", "connection_changed", "connection_sliced", "insert_node"):
        assert hasattr(viewer, name), name
    viewer._search_widget.deleteLater()
    viewer.deleteLater()


def test_a_wire_sets_up_what_a_pipe_does(hands: Hands) -> None:
    (wire,) = hands.board.wire_items().values()
    stock = nodegraphqt.PipeItem()
    drawn_by_us = {"_poly", "_dir_pointer"}
    assert vars(stock).keys() - drawn_by_us <= vars(wire).keys()
    assert wire.input_port.connected_pipes == [wire]
    assert wire.output_port.connected_ports == [wire.input_port]


def test_our_items_are_theirs(hands: Hands) -> None:
    assert issubclass(NodeItem, nodegraphqt.AbstractNodeItem)
    assert issubclass(Socket, nodegraphqt.PortItem)
    assert issubclass(Wire, nodegraphqt.PipeItem)
    assert isinstance(hands.board.viewer._LIVE_PIPE, LiveWire)
    assert isinstance(hands.board.viewer._SLICER_PIPE, Knife)
    for item in hands.board.node_items().values():
        assert item.cacheMode() == QGraphicsItem.CacheMode.DeviceCoordinateCache
        assert item.viewer() is hands.board.viewer
        assert all(socket.node is item for socket in item.sockets.values())


def test_nothing_of_theirs_is_in_the_way(hands: Hands) -> None:
    board = hands.board
    assert board.gestures.model.nodes == {}
    assert board.gestures.undo_stack().count() == 0
    assert board.viewer.actions() == []
