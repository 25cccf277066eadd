"""A click on a wire shows in the inspector what flows along it."""

from array import array

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from graph.model.sheet import End, LinkKey
from gui.shell.window import Window
from runtime.protocol.messages import Points, Steps, Weights
from tests.gui_tests.window_tests.boards import LEFT, NO_KEYS, node


def _wire(window: Window, source: str, target: str) -> LinkKey:
    first, last = node(window, source).id, node(window, target).id
    keys = window.session.document.board.links
    return next(key for key in keys if (key.source.node, key.target.node) == (first, last))


def _click(window: Window, wire: LinkKey, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
    """Press on the middle of a wire, as the mouse does."""
    item, viewer = window.board.wire_items()[wire], window.board.viewer
    at = viewer.mapFromScene(item.mapToScene(item.path().pointAtPercent(0.5)))
    QTest.mouseClick(viewer.viewport(), LEFT, keys, QPoint(at))
    QApplication.processEvents()


def _said(window: Window) -> dict[str, str]:
    page = window.inspector.page
    assert page is not None
    found = (one for one in page.findChildren(QLabel) if one.isVisible() and one.accessibleName())
    return {one.accessibleName(): one.text() for one in found}


def _spread(window: Window) -> None:
    for place, one in enumerate(list(window.session.document.board.nodes.values())):
        window.session.document.move({one.id: (300.0 * place, 0.0)})
    window.board.home()
    QApplication.processEvents()


def test_a_click_on_a_wire_says_what_flows_from_where_to_where(window: Window) -> None:
    _spread(window)
    wire = _wire(window, "logits", "cross_entropy")
    _click(window, wire)
    said = _said(window)
    assert said["From"] == "logits"
    assert said["To"] == "cross_entropy, logits"
    assert said["Shape"] == "[N, 3]"
    assert said["Type"] == "float32"
    assert said["Meaning"]
    window.session.document.set_params(node(window, "logits").id, units=10)
    QApplication.processEvents()
    assert _said(window)["Shape"] == "[N, 10]"
    assert _said(window)["Meaning"] == "Logits, scores of either sign"


def test_a_wire_that_is_not_taken_says_what_is_expected(window: Window) -> None:
    _spread(window)
    logits, document = node(window, "logits").id, window.session.document
    [wire] = [key for key in document.board.links if key.target.node == logits]
    _click(window, wire)
    assert "Expected" not in _said(window)
    document.replace_node(logits, "layer.conv2d")
    QApplication.processEvents()
    _click(window, wire)
    assert _said(window)["Expected"] == "A batch [N, C, H, W]"


def test_while_training_it_shows_its_figures_and_gone_it_shows_the_board(window: Window) -> None:
    _spread(window)
    wire = _wire(window, "cross_entropy", "adam")
    assert window.board.wire_items()[wire].path().length() > 20
    _click(window, wire)
    assert "Loss" not in _said(window)
    steps = Steps({"loss/cross_entropy": Points(array("q", [1, 2]), array("d", [2.5, 1.25]))})
    window.learning.receive(steps)
    window.learning.receive(Weights({str(wire): -0.5}, 2))
    QApplication.processEvents()
    said = _said(window)
    assert (said["Loss"], said["Weight"]) == ("1.25", "-0.500")
    window.session.document.unlink(window.board.sheet.links[wire])
    QApplication.processEvents()
    assert window.inspector.page is not None
    assert "From" not in _said(window)


def test_several_wires_say_what_they_have_in_common(window: Window) -> None:
    _spread(window)
    window.session.document.move({node(window, "logits").id: (300.0, 500.0)})
    window.board.home()
    more = Qt.KeyboardModifier.ShiftModifier
    label = _wire(window, "digits", "cross_entropy")
    wires = [_wire(window, "logits", "cross_entropy"), label]
    _click(window, wires[0])
    _click(window, wires[1], more)
    assert set(window.session.wires) == {*wires}
    said = _said(window)
    assert set(said["From"].splitlines()) == {"logits", "digits"}
    assert said["To"] == "cross_entropy"
    assert set(said["Shape"].splitlines()) == {"[N, 3]", "[N]"}
    assert set(said["Type"].splitlines()) == {"float32", "int64"}
    assert len(said["Meaning"].splitlines()) == 2
    window.session.document.set_params(node(window, "logits").id, units=10)
    QApplication.processEvents()
    assert "[N, 10]" in _said(window)["Shape"]
    window.session.document.unlink(window.board.sheet.links[label])
    QApplication.processEvents()
    assert _said(window)["Shape"] == "[N, 10]"
    assert _said(window)["From"] == "logits"


def test_wires_that_are_alike_say_it_once(window: Window) -> None:
    document = window.session.document
    logits = node(window, "logits").id
    [image] = [one.source for one in document.board.links.values() if one.target.node == logits]
    for place in range(3):
        made = document.add_node("layer.linear", position=(600.0, 200.0 * place))
        document.link(image, End(made.id, "x"))
    _spread(window)
    wires = [key for key in document.board.links if key.source == image]
    assert len(wires) == 4
    for wire in wires:
        window.board.wire_items()[wire].setSelected(True)
    QApplication.processEvents()
    said = _said(window)
    assert (said["From"], said["Type"]) == (document.node(image.node).name, "float32")
    assert "\n" not in said["Shape"] + said["Meaning"]
    assert len(said["To"].splitlines()) == 4
    window.board.select([logits])
    assert window.session.wires == ()
