"""A click on a wire says what flows there; the pointer on it says the same."""

from PySide6.QtCore import QPoint
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from graph.model.sheet import End
from gui.canvas.nodegraphqt import IN, OUT
from tests.gui_tests.canvas_tests.conftest import Hands


def _middle(hands: Hands) -> QPoint:
    (wire,) = hands.board.wire_items().values()
    return hands.at(wire.path().pointAtPercent(0.5))


def test_a_click_on_a_wire_says_shape_type_and_meaning(hands: Hands) -> None:
    hands.click(_middle(hands))
    assert len(hands.board.selected_wires()) == 1
    said = QToolTip.text()
    for part in ("digits", "linear", "[N, 1, 8, 8]", "float", "N is the batch"):
        assert part in said
    QToolTip.hideText()


def test_the_pointer_on_a_wire_says_the_same_and_its_weight_while_it_trains(hands: Hands) -> None:
    (key,) = hands.board.wire_items()
    hands.board.set_wire_weights({key: -0.25})
    at = _middle(hands)
    ask = QHelpEvent(QHelpEvent.Type.ToolTip, at, hands.viewport.mapToGlobal(at))
    QApplication.sendEvent(hands.viewport, ask)
    assert "[N, 1, 8, 8] float" in QToolTip.text()
    assert "Weight -0.250" in QToolTip.text()
    QToolTip.hideText()
    hands.board.set_wire_weights({})
    (wire,) = hands.board.wire_items().values()
    assert "Weight" not in hands.board.wire_words(wire)


def test_a_wire_whose_shape_is_not_known_says_so(hands: Hands) -> None:
    hands.document.link(*_ends(hands))
    hands.document.remove(["n1"])
    (wire,) = hands.board.wire_items().values()
    assert "not known yet" in hands.board.wire_words(wire)


def _ends(hands: Hands) -> tuple[End, End]:
    items = hands.board.node_items()
    source, target = items["n2"].socket(OUT, "y"), items["n3"].socket(IN, "x")
    assert source is not None
    assert target is not None
    return source.end, target.end
