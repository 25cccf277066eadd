"""How nodes learn, seen in the window while the real worker trains: on the board and inside."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QRect, Qt

from graph.edit.document import Document
from graph.format.file import save
from graph.format.templates import open_template
from graph.model.sheet import Node
from gui.canvas.paint_cache import palette
from gui.inspector.learning import LearningCard
from tests.gui_tests.journeys.user import User
from tests.gui_tests.networks_tests.conftest import Start, way
from tests.gui_tests.window_tests.boards import wire

NAMES = ["Std deviation", "Gradient norm", "Update ratio"]


def figures(user: User) -> list[str]:
    """What the inspector's section Learning reads; nothing where it is not seen."""
    cards = user.window.inspector.findChildren(LearningCard)
    return [one.text() for card in cards if card.isVisible() for one in card.values]


def bar(user: User, name: str) -> int:
    """How many pixels long the bar at a node's lower edge is."""
    item = user.item(name)
    rect = item.face.rect
    start = user.hands.at(item.mapToScene(rect.bottomLeft()))
    end = user.hands.at(item.mapToScene(rect.bottomRight()))
    strip = QRect(start.x(), start.y() - 4, end.x() - start.x(), 4)
    picture = user.window.board.viewer.viewport().grab(strip).toImage()
    wanted = palette().bar.color().rgb()
    columns, rows = range(picture.width()), range(picture.height())
    return max(sum(bool(picture.pixel(x, y) == wanted) for x in columns) for y in rows)


def enter(user: User, name: str) -> None:
    item = user.item(name)
    user.hands.double_click(user.hands.node(item.id, body=True))
    assert way(user)[-1:] == [name]


def near(user: User, name: str) -> None:
    """Come so near that details are drawn."""
    user.window.board.centre_on(user.item(name).id)
    assert user.window.board.viewer.zoom() > 0.5


def test_a_gan_shows_how_it_learns_on_the_board_and_inside(start: Start) -> None:
    user = start("digits_gan")
    user.select("generator")
    assert figures(user) == []
    assert bar(user, "generator") == 0
    user.click(user.window.topbar.train)
    user.until(lambda: "\N{EN DASH}" not in figures(user) and figures(user))
    labels = user.labels(user.window.inspector)
    assert [one for one in labels if one in NAMES] == NAMES
    first = figures(user)
    assert all(float(text) > 0 for text in first)
    assert 1e-5 < float(first[2]) < 0.1
    user.until(lambda: figures(user) != first)
    for name in ("generator", "discriminator", "discriminator_2"):
        assert bar(user, name) > 0
    for name in ("noise", "generator_loss"):
        assert bar(user, name) == 0

    whole = figures(user)
    enter(user, "generator")
    near(user, "linear_2")
    user.select("linear_2")
    user.until(lambda: figures(user))
    inner = figures(user)
    assert inner[0] != whole[0], "one layer is not the whole network"
    assert bar(user, "linear_2") > 0
    near(user, "relu_2")
    assert bar(user, "relu_2") == 0
    user.select("relu_2")
    assert figures(user) == []
    user.select("linear_2")
    near(user, "linear_2")

    user.click(user.window.topbar.stop)
    user.says("Stopped")
    assert bar(user, "linear_2") == 0
    last = figures(user)
    assert len(last) == 3
    user.key(Qt.Key.Key_Escape)
    user.key(Qt.Key.Key_Escape)
    assert way(user) == []
    user.select("generator")
    assert len(figures(user)) == 3
    user.choose("File", "New")
    assert user.window.learning.gradients(("n1", "n2", "n3")) == {}


def two_blocks(folder: Path) -> Path:
    """Digits through two places of one network, with weights of their own, to ten classes."""
    document = Document("two")
    document.set_settings(epochs=3)
    document.add_network("block")
    chain: list[Node] = [
        document.add_node("network.input", sheet="block", name="features", position=(-300, 0)),
        document.add_node("layer.linear", sheet="block", name="dense", position=(-100, 0)),
        document.add_node("activation.relu", sheet="block", position=(100, 0)),
        document.add_node("layer.linear", sheet="block", name="again", position=(280, 0)),
        document.add_node("network.output", sheet="block", name="out", position=(460, 0)),
    ]
    for one, two in pairwise(chain):
        wire(document, one, two)
    digits = document.add_node("data.digits", position=(-500, 0))
    flatten = document.add_node("shape.flatten", position=(-320, 0))
    placed = {"network": "block"}
    first = document.add_node("network.instance", name="first", params=placed, position=(-140, 0))
    second = document.add_node("network.instance", name="second", params=placed, position=(60, 0))
    logits = document.add_node(
        "layer.linear", name="logits", params={"units": 10}, position=(260, 0)
    )
    loss = document.add_node("loss.cross_entropy", position=(460, 0))
    adam = document.add_node("optimizer.adam", position=(660, 0))
    for one, two in pairwise((digits, flatten, first, second, logits, loss, adam)):
        wire(document, one, two)
    wire(document, digits, loss, output=1, into=1)
    save(document, folder / "two.neurowire")
    return folder / "two.neurowire"


def test_each_place_of_a_network_shows_its_own_figures(start: Start, tmp_path: Path) -> None:
    user = start(two_blocks(tmp_path))
    user.click(user.window.topbar.train)
    user.says("Trained 3 epochs")
    seen = []
    for name in ("first", "second"):
        enter(user, name)
        user.select("dense")
        seen.append(figures(user))
        user.key(Qt.Key.Key_Escape)
        user.key(Qt.Key.Key_Escape)
        assert way(user) == []
        assert user.window.board.selected() == [user.item(name).id]
    assert all(len(one) == 3 for one in seen)
    assert seen[0][:2] != seen[1][:2]
    user.window.board.networks.open("block")
    user.select("dense")
    assert figures(user) == seen[0], "the oldest place where none was entered"


def test_wires_of_neurons_inside_a_network_show_their_weights(start: Start, tmp_path: Path) -> None:
    document = open_template("spiral_neurons")
    neurons = [one.id for one in document.board.nodes.values() if one.type == "neuron.neuron"]
    document.group_into_network(neurons, "net")
    document.set_settings(epochs=100_000, threads=1)
    save(document, tmp_path / "inside.neurowire")
    user = start(tmp_path / "inside.neurowire")
    user.click(user.window.topbar.train)
    user.says("Training on")
    enter(user, "net")
    wires = user.window.board.wire_items
    user.until(lambda: sum(one.weight is not None for one in wires().values()) > 50)
    user.key(Qt.Key.Key_Escape)
    user.click(user.window.topbar.stop)
    user.says("Stopped after")
