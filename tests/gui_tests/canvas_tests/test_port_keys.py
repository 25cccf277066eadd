"""The board by keys alone: from node to node, to ports, along wires, and wires drawn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from graph.edit.document import Document
from graph.format.file import save_text
from graph.model.sheet import End
from gui import look
from gui.canvas.nodegraphqt import IN, OUT
from gui.canvas.port_keys import Spot
from tests.gui_tests.canvas_tests.conftest import Hands, show

Key = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def at(hands: Hands) -> Spot | None:
    return hands.board.standing.spot


def keys(hands: Hands, *pressed: Key) -> None:
    for key in pressed:
        hands.key(key)


def guide(hands: Hands) -> str:
    return str(hands.board.viewer.accessibleDescription())


@pytest.fixture
def losses(qapp: QApplication) -> Iterator[Hands]:
    """Data (n1) with two outputs, a linear layer (n2), cross entropy (n3): nothing is wired."""
    look.apply(qapp, "dark")
    document = Document()
    document.add_node("data.digits", position=(-300, 0))
    document.add_node("layer.linear", position=(0, 0))
    document.add_node("loss.cross_entropy", position=(280, 60))
    document.forget_history()
    board = show(document)
    yield Hands(board)
    board.close_board()
    board.close()
    board.deleteLater()


def test_w_goes_to_the_ports_and_escape_back(hands: Hands) -> None:
    hands.board.select(["n2"])
    keys(hands, Key.Key_W)
    assert at(hands) == ("n2", OUT, "y")
    assert "linear, output y" in guide(hands)
    keys(hands, Key.Key_Left)
    assert at(hands) == ("n2", IN, "x")
    assert "1 wire" in guide(hands)
    keys(hands, Key.Key_Escape)
    assert at(hands) is None
    assert hands.board.selected() == ["n2"]
    keys(hands, Key.Key_Escape)
    assert hands.board.selected() == []
    keys(hands, Key.Key_W)
    assert "select a node" in hands.board.viewer.said.lower()


def test_arrows_walk_a_nodes_ports(losses: Hands) -> None:
    losses.board.select(["n1"])
    keys(losses, Key.Key_W)
    met = [at(losses)]
    for key in (Key.Key_Down, Key.Key_Down, Key.Key_Up, Key.Key_Up, Key.Key_Left):
        keys(losses, key)
        met.append(at(losses))
    first, second = ("n1", OUT, "image"), ("n1", OUT, "label")
    assert met == [first, second, second, first, first, first]
    keys(losses, Key.Key_Right)
    assert at(losses) == first, "no wire leads on"
    assert "No wire" in losses.board.viewer.said


def test_a_wire_is_drawn_as_one_step(losses: Hands) -> None:
    before = save_text(losses.document)
    losses.board.select(["n1"])
    keys(losses, Key.Key_W, Key.Key_Return)
    standing = losses.board.standing
    assert standing.hand is not None
    assert losses.board.viewer._LIVE_PIPE.isVisible()
    assert at(losses) == ("n2", IN, "x"), "the nearest that fits"
    keys(losses, Key.Key_Return)
    assert losses.links() == {"n1.image > n2.x"}
    assert at(losses) == ("n2", IN, "x")
    assert losses.board.selected() == ["n2"]
    assert not losses.board.viewer._LIVE_PIPE.isVisible()
    losses.agree()
    hands_undo(losses)
    assert save_text(losses.document) == before


def hands_undo(hands: Hands) -> None:
    hands.document.undo()
    QApplication.processEvents()


def test_only_what_fits_is_walked(losses: Hands) -> None:
    losses.board.select(["n2"])
    keys(losses, Key.Key_W, Key.Key_Return)
    start = losses.board.viewer._start_port
    assert start is not None
    met = set()
    for key in (Key.Key_Right, Key.Key_Down, Key.Key_Left, Key.Key_Up) * 3:
        keys(losses, key)
        spot = losses.board.standing.ringed
        assert spot is not None
        assert losses.board.refusal(start, spot) is None
        met.add(at(losses))
    assert met == {Spot("n3", IN, port.name) for port in losses.board.node_items()["n3"].inputs}


def test_a_wire_begun_at_an_input_ends_at_an_output(losses: Hands) -> None:
    losses.board.select(["n2"])
    keys(losses, Key.Key_W, Key.Key_Left, Key.Key_Return)
    assert at(losses) == ("n1", OUT, "image")
    keys(losses, Key.Key_Return)
    assert losses.links() == {"n1.image > n2.x"}


def test_escape_puts_a_wire_down(losses: Hands) -> None:
    before = save_text(losses.document)
    losses.board.select(["n1"])
    keys(losses, Key.Key_W, Key.Key_Return, Key.Key_Escape)
    assert losses.board.standing.hand is None
    assert not losses.board.viewer._LIVE_PIPE.isVisible()
    assert at(losses) == ("n1", OUT, "image")
    assert save_text(losses.document) == before
    assert not losses.document.can_undo


def test_the_mouse_takes_over_from_a_wire_in_hand(losses: Hands) -> None:
    losses.board.select(["n1"])
    keys(losses, Key.Key_W, Key.Key_Return)
    losses.click(losses.node("n3"))
    assert losses.board.standing.hand is None
    assert at(losses) is None
    assert losses.links() == set()
    assert losses.board.selected() == ["n3"]


def test_arrows_go_along_a_wire(hands: Hands) -> None:
    hands.board.select(["n1"])
    keys(hands, Key.Key_W, Key.Key_Right)
    (wire,) = hands.board.selected_wires()
    assert str(wire.link.key.target.node) == "n2"
    assert hands.board.selected() == []
    assert "Wire from digits image to linear x" in guide(hands)
    keys(hands, Key.Key_Right)
    assert at(hands) == ("n2", IN, "x")
    assert hands.board.selected() == ["n2"]
    assert hands.board.selected_wires() == []
    keys(hands, Key.Key_Left, Key.Key_Escape)
    assert at(hands) == ("n2", IN, "x")


def test_delete_at_a_port_takes_its_wire(hands: Hands) -> None:
    before = save_text(hands.document)
    hands.board.select(["n2"])
    keys(hands, Key.Key_W, Key.Key_Left, Key.Key_Delete)
    assert hands.links() == set()
    assert set(hands.document.board.nodes) == {"n1", "n2", "n3"}
    assert at(hands) == ("n2", IN, "x")
    keys(hands, Key.Key_Delete)
    assert set(hands.document.board.nodes) == {"n1", "n2", "n3"}, "no wire, nothing to delete"
    hands_undo(hands)
    assert save_text(hands.document) == before


def test_delete_on_a_wire_takes_that_one(hands: Hands) -> None:
    hands.document.link(End("n1", "image"), End("n3", "x"))
    hands.document.forget_history()
    hands.board.select(["n1"])
    keys(hands, Key.Key_W, Key.Key_Right, Key.Key_Down, Key.Key_Delete)
    assert len(hands.links()) == 1
    assert at(hands) == ("n1", OUT, "image")
    hands_undo(hands)
    keys(hands, Key.Key_Delete)
    assert hands.links() == set(), "at the port, all of its wires"
    hands_undo(hands)
    assert len(hands.links()) == 2


def test_enter_on_a_wire_leads_it_elsewhere(hands: Hands) -> None:
    hands.board.select(["n1"])
    keys(hands, Key.Key_W, Key.Key_Right, Key.Key_Return)
    assert at(hands) == ("n3", IN, "x")
    keys(hands, Key.Key_Return)
    assert hands.links() == {"n1.image > n3.x"}
    hands.agree()
    hands_undo(hands)
    assert hands.links() == {"n1.image > n2.x"}


def test_tab_with_a_wire_in_hand_adds_a_node_behind(hands: Hands) -> None:
    hands.board.select(["n2"])
    keys(hands, Key.Key_W, Key.Key_Return, Key.Key_Tab)
    assert hands.board.search.isVisible()
    hands.type("gelu")
    keys(hands, Key.Key_Return)
    assert "n2.y > n4.x" in hands.links()
    assert hands.board.selected() == ["n4"]
    assert clear(hands, "n4")
    hands_undo(hands)
    assert set(hands.document.board.nodes) == {"n1", "n2", "n3"}


def test_tab_on_a_wire_puts_a_node_into_it(hands: Hands) -> None:
    hands.board.select(["n1"])
    keys(hands, Key.Key_W, Key.Key_Right, Key.Key_Tab)
    hands.type("flatten")
    keys(hands, Key.Key_Return)
    assert hands.links() == {"n1.image > n4.x", "n4.y > n2.x"}
    assert clear(hands, "n4")


def test_enter_opens_the_search_where_nothing_fits(hands: Hands) -> None:
    hands.board.select(["n3"])
    hands.document.remove(["n1", "n2"])
    keys(hands, Key.Key_W, Key.Key_Return)
    assert hands.board.search.isVisible()
    assert hands.board.standing.hand is None
    keys(hands, Key.Key_Escape)
    assert at(hands) == ("n3", OUT, "y")


def clear(hands: Hands, node: str) -> bool:
    items = hands.board.node_items()
    here = items[node].face.rect.translated(items[node].pos())
    return not any(
        here.intersects(one.face.rect.translated(one.pos()))
        for name, one in items.items()
        if name != node
    )


def test_nodes_added_by_keys_stand_clear(hands: Hands) -> None:
    hands.board.select(["n1"])
    hands.board.viewer.pointed = False
    for _ in range(4):
        keys(hands, Key.Key_Tab)
        hands.type("relu")
        keys(hands, Key.Key_Return)
    assert len(hands.document.board.nodes) == 7
    assert all(clear(hands, one) for one in hands.document.board.nodes)


def test_arrows_move_and_select_more(hands: Hands) -> None:
    before = save_text(hands.document)
    hands.board.select(["n2"])
    hands.key(Key.Key_Down, CTRL)
    assert hands.document.node("n2").position == (0, 24)
    hands.key(Key.Key_Left, CTRL | SHIFT)
    assert hands.document.node("n2").position == (-3, 24)
    hands_undo(hands)
    hands_undo(hands)
    assert save_text(hands.document) == before
    hands.key(Key.Key_Right, SHIFT)
    assert hands.board.selected() == ["n2", "n3"]
    hands.key(Key.Key_Right)
    assert hands.board.selected() == ["n3"], "from where the arrows came to"


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_ring_is_seen_at_ports_while_the_board_has_the_keys(
    hands: Hands, scheme: look.Scheme
) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    look.apply(app, scheme)
    hands.board.select(["n2"])
    viewer = hands.board.viewer
    without = viewer.viewport().grab().toImage()
    keys(hands, Key.Key_W)
    there = changed(without, viewer.viewport().grab().toImage())
    place = hands.port("n2", "y")
    assert len(there) > 40
    assert all(abs(x - place.x()) < 20 and abs(y - place.y()) < 20 for x, y in there)
    keys(hands, Key.Key_Left)
    there = changed(without, viewer.viewport().grab().toImage())
    place = hands.port("n2", "x")
    assert len(there) > 40
    assert all(abs(x - place.x()) < 20 and abs(y - place.y()) < 20 for x, y in there)
    viewer.clearFocus()
    after = viewer.viewport().grab().toImage()
    assert not [one for one in changed(without, after) if abs(one[0] - place.x()) < 20]


def changed(one: QImage, other: QImage) -> list[tuple[int, int]]:
    """Points inside the frame at which two pictures differ."""
    return [
        (x, y)
        for y in range(3, one.height() - 3)
        if one.copy(0, y, one.width(), 1) != other.copy(0, y, one.width(), 1)
        for x in range(3, one.width() - 3)
        if one.pixel(x, y) != other.pixel(x, y)
    ]


def test_what_stands_at_a_port_ends_with_it(hands: Hands) -> None:
    hands.board.select(["n3"])
    keys(hands, Key.Key_W)
    hands.document.remove(["n3"])
    assert at(hands) is None
    hands.board.select(["n2"])
    keys(hands, Key.Key_W, Key.Key_Left, Key.Key_Return)
    assert hands.board.standing.hand is not None
    hands.document.remove(["n1"])
    assert hands.board.standing.hand is None
