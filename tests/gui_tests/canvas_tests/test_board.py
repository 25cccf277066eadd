"""The board shows the document: whatever happens to the one is seen on the other."""

import random
from contextlib import suppress

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolTip

from graph.core.errors import NeurowireError
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.model.sheet import End
from gui import look
from gui.canvas.graph_view import FAR
from tests.gui_tests.canvas_tests.conftest import Hands

TYPES = ("layer.linear", "activation.relu", "merge.add", "neuron.neuron", "loss.mse")


def _edit(document: Document, chance: random.Random, *, undo: bool = True) -> None:
    """One random edit; some are refused, which must leave no trace."""
    nodes = list(document.board.nodes)
    a, b = chance.choice(nodes), chance.choice(nodes)
    outputs = document.ports(document.node(a)).outputs
    inputs = document.ports(document.node(b)).inputs
    what = chance.randrange(9)
    if what == 0:
        document.add_node(chance.choice(TYPES), position=(chance.randrange(900), 0))
    elif what == 1 and len(nodes) > 4:
        document.remove([a], reconnect=chance.random() < 0.5)
    elif what in {2, 3, 4} and outputs and inputs:
        port = chance.choice(inputs)
        document.link(End(a, outputs[0].name), End(b, port.name), replace=chance.random() < 0.5)
    elif what == 5:
        document.move({a: (chance.randrange(900), chance.randrange(600))})
    elif what == 6:
        document.duplicate([a, b], twins=chance.random() < 0.5)
    elif what == 7:
        document.set_muted([a], chance.random() < 0.5)
    elif undo:
        document.undo() if chance.random() < 0.7 else document.redo()


@pytest.mark.parametrize("seed", range(4))
def test_after_any_edits_canvas_and_document_agree(hands: Hands, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(120):
        with suppress(NeurowireError):
            _edit(hands.document, chance)
        hands.agree()
    while hands.document.can_undo:
        hands.document.undo()
    hands.agree()
    assert set(hands.document.board.nodes) == {"n1", "n2", "n3"}
    while hands.document.can_redo:
        hands.document.redo()
    hands.agree()


def test_ports_follow_parameters_and_keep_their_wires(hands: Hands) -> None:
    document = hands.document
    split = document.add_node("neuron.split", params={"columns": 2}).id
    neuron = document.add_node("neuron.neuron").id
    document.link(End(split, "x2"), End(neuron, "xs"))
    document.set_params(split, columns=4)
    item = hands.board.node_items()[split]
    assert [socket.name for socket in item.outputs] == ["x1", "x2", "x3", "x4"]
    hands.agree()
    document.set_params(split, columns=1)
    hands.agree()
    document.undo()
    hands.agree()


def test_a_problem_shows_as_a_badge_with_its_text(hands: Hands) -> None:
    hands.document.add_node("loss.cross_entropy", position=(0, 200))
    item = hands.board.node_items()["n4"]
    assert item.face.severity in {"error", "warning"}
    point = hands.node("n4")
    event = QHelpEvent(QEvent.Type.ToolTip, point, hands.viewport.mapToGlobal(point))
    QApplication.sendEvent(hands.viewport, event)
    (problem, *_) = hands.board.inference.problems_of("n4")
    assert problem.text.split("`")[0] in QToolTip.text()
    QToolTip.hideText()
    hands.document.undo()


def test_shapes_stand_on_the_nodes(hands: Hands) -> None:
    hands.document.insert("shape.flatten", next(iter(hands.document.board.links.values())))
    face = hands.board.node_items()["n2"].face
    assert face.shape == str(hands.board.inference.type_of("n2", "y"))
    hands.document.set_params("n2", units=7)
    assert "7" in hands.board.node_items()["n2"].face.shape
    assert hands.board.node_items()["n2"].face.summary.startswith("7")


def test_neurons_are_small_and_round_with_their_curve(hands: Hands) -> None:
    node = hands.document.add_node("neuron.neuron", params={"activation": "tanh"}).id
    face = hands.board.node_items()[node].face
    assert face.round
    assert face.rect.width() == face.rect.height() < 60
    assert face.curve is not None
    other = hands.document.add_node("activation.relu").id
    assert hands.board.node_items()[other].face.curve is not None


def test_weights_show_by_sign_and_size(hands: Hands) -> None:
    document = hands.document
    a, b = document.add_node("neuron.neuron").id, document.add_node("neuron.neuron").id
    c = document.add_node("neuron.neuron").id
    strong = document.link(End(a, "y"), End(c, "xs")).key
    weak = document.link(End(b, "y"), End(c, "xs")).key
    hands.board.set_wire_weights({strong: -2.0, weak: 0.1})
    wires = hands.board.wire_items()
    assert wires[strong].pen().widthF() > wires[weak].pen().widthF()
    colours = look.colours()
    assert wires[strong].pen().color().hue() == pytest.approx(colours.negative.hue(), abs=8)
    hands.board.set_wire_weights({})
    assert wires[strong].pen().color() == look.wire_colour("features")


def test_trained_nodes_carry_their_optimizers_colour(hands: Hands) -> None:
    document = hands.document
    flat, loss = document.add_node("shape.flatten").id, document.add_node("loss.cross_entropy").id
    adam = document.add_node("optimizer.adam").id
    ports = document.ports(document.node(loss))
    document.insert("shape.flatten", next(iter(document.board.links.values())))
    document.link(End("n2", "y"), End(loss, ports.inputs[0].name))
    document.link(End("n1", "label"), End(loss, ports.inputs[1].name))
    document.link(End(loss, ports.outputs[0].name), End(adam, "loss"))
    items = hands.board.node_items()
    assert items["n2"].stripe is None
    hands.board.set_training(True)
    assert items["n2"].stripe == look.family_colour("optimizer")
    assert items[flat].stripe is None
    hands.board.set_training(False)
    assert items["n2"].stripe is None


def test_pictures_stay_through_deletion_and_undo(hands: Hands) -> None:
    picture = QImage(8, 8, QImage.Format.Format_RGB32)
    picture.fill(QColor("#00ff00"))
    hands.board.set_picture("n1", picture)
    hands.document.remove(["n1"])
    hands.document.undo()
    item = hands.board.node_items()["n1"]
    assert item.image is not None
    room = item.face.picture
    assert room is not None
    spot = hands.at(item.mapToScene(room.center()))
    shot = hands.viewport.grab().toImage()
    assert shot.pixelColor(spot) == QColor("#00ff00")


def test_highlight_marks_and_unmarks(hands: Hands) -> None:
    hands.board.highlight(["n2"])
    assert [i.id for i in hands.board.marked_items()] == ["n2"]
    hands.board.highlight([])
    assert hands.board.marked_items() == []
    assert not hands.board.node_items()["n2"].marked


def test_from_afar_nodes_are_blocks_of_their_familys_colour(hands: Hands) -> None:
    viewer = hands.board.viewer
    viewer.scale(0.2 / viewer.zoom(), 0.2 / viewer.zoom())
    assert viewer.zoom() < FAR
    assert viewer.far
    shot = hands.viewport.grab().toImage()
    for node, group in (("n1", "data"), ("n2", "layers"), ("n3", "activation")):
        spot = hands.node(node, body=True)
        assert shot.pixelColor(spot) == look.family_colour(group)


def test_nodes_can_be_dragged_from_afar(hands: Hands) -> None:
    viewer = hands.board.viewer
    viewer.scale(0.2 / viewer.zoom(), 0.2 / viewer.zoom())
    start = hands.node("n2", body=True)
    hands.drag(start, start + QPoint(0, 40))
    assert hands.document.node("n2").position[1] == pytest.approx(200, abs=8)
    shot = hands.viewport.grab().toImage()
    assert shot.pixelColor(hands.node("n2", body=True)) == look.family_colour("layers")
    hands.agree()


def test_the_wheel_zooms_about_the_pointer(hands: Hands) -> None:
    viewer = hands.board.viewer
    pointer = QPoint(300, 200)
    before, zoom = viewer.mapToScene(pointer), viewer.zoom()
    event = QWheelEvent(
        QPointF(pointer),
        QPointF(hands.viewport.mapToGlobal(pointer)),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(hands.viewport, event)
    assert viewer.zoom() > zoom
    assert (viewer.mapToScene(pointer) - before).manhattanLength() < 4


def test_resizing_keeps_the_scale(hands: Hands) -> None:
    zoom = hands.board.viewer.zoom()
    hands.board.resize(700, 500)
    QApplication.processEvents()
    assert hands.board.viewer.zoom() == pytest.approx(zoom)


def test_a_fitted_board_is_fitted_again_at_another_size(hands: Hands) -> None:
    board = hands.board
    for fit, nodes in ((board.home, None), (board.fit, ["n2"])):
        board.resize(1100, 700)
        board.select(nodes or [])
        fit()
        for width, height in ((420, 300), (1100, 700), (700, 260)):
            board.resize(width, height)
            QApplication.processEvents()
            assert board.viewer.shows(board.bounds(nodes))
            kept = board.viewer.view[:3]
            fit()
            assert board.viewer.view[:3] == kept
    board.viewer._set_viewer_pan(40, 0)  # moved by hand: not fitted any more
    scale = board.viewer.zoom()
    board.resize(900, 600)
    QApplication.processEvents()
    assert board.viewer.zoom() == scale


def test_home_shows_all_whatever_is_selected(hands: Hands) -> None:
    board = hands.board
    board.home()
    whole = board.viewer.view[:3]
    board.select(["n2"])
    board.fit()
    assert board.viewer.view[:3] != whole
    board.home()
    assert board.viewer.view[:3] == whole
    assert board.selected() == ["n2"]


def test_the_theme_changes_the_canvas(hands: Hands, qapp: QApplication) -> None:
    spot = QPoint(3, 3)
    look.apply(qapp, "light")
    assert hands.viewport.grab().toImage().pixelColor(spot) == look.LIGHT.canvas
    look.apply(qapp, "dark")
    assert hands.viewport.grab().toImage().pixelColor(spot) == look.DARK.canvas


def test_another_document_and_another_sheet(hands: Hands) -> None:
    first, board = hands.document, hands.board
    other = Document()
    other.add_node("layer.linear")
    other.add_network("block")
    other.add_node("activation.relu", sheet="block")
    board.set_document(other, Diagnosis(other))
    assert list(board.node_items()) == ["n1"]
    board.show_sheet("block")
    assert [item.face.name for item in board.node_items().values()] == ["relu"]
    first.add_node("layer.linear")
    other.add_node("layer.linear")
    assert len(board.node_items()) == 1
    board.show_sheet("board")
    assert len(board.node_items()) == 2


def test_the_whole_sheet_as_a_picture(hands: Hands) -> None:
    picture = hands.board.image(QSize(800, 400))
    assert (picture.width(), picture.height()) == (800, 400)
    colours = {picture.pixelColor(x, y).name() for x in range(0, 800, 4) for y in range(0, 400, 4)}
    assert look.family_colour("data").name() in colours
    assert look.family_colour("layers").name() in colours
    assert picture.pixelColor(0, 0) == look.colours().canvas


def test_an_empty_board_says_how_to_begin(hands: Hands) -> None:
    hands.document.remove(list(hands.document.board.nodes))
    shot = hands.viewport.grab().toImage()
    ground = look.colours().canvas
    middle = hands.viewport.rect().center()
    row = [shot.pixelColor(x, middle.y()) for x in range(middle.x() - 140, middle.x() + 140)]
    assert any(look.contrast(colour, ground) > 4 for colour in row)
    assert hands.board.image(QSize(100, 100)).width() == 100
