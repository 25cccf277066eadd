"""Gestures with real mouse and key events: the document is asked, its events draw."""

import json

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from graph.model.sheet import End
from tests.gui_tests.canvas_tests.conftest import Hands

Key, Mod = Qt.Key, Qt.KeyboardModifier


def test_a_wire_is_drawn_from_output_to_input(hands: Hands) -> None:
    hands.drag(hands.port("n2", "y"), hands.port("n3", "x"))
    assert "n2.y > n3.x" in hands.links()
    assert hands.document.history == ["Connect"]
    hands.agree()


def test_a_value_is_wired_twice_into_one_input(hands: Hands) -> None:
    hands.document.add_node("merge.add", position=(260, 200))
    for _ in range(2):
        hands.drag(hands.port("n1", "image"), hands.port("n4", "xs"))
    first, second = (w for w in hands.board.wire_items().values() if w.link.target.node == "n4")
    assert first.path() != second.path()
    assert len(hands.document.board.into("n4")) == 2
    middle = hands.at(second.path().pointAtPercent(0.5))
    hands.click(middle)
    assert hands.board.selected_wires() == [second]
    hands.key(Key.Key_Delete)
    assert [link.again for link in hands.document.board.into("n4")] == [0]
    hands.document.undo()
    hands.agree()
    knife = Mod.AltModifier | Mod.ShiftModifier
    hands.drag(middle + QPoint(40, -90), middle + QPoint(-40, 90), keys=knife)
    assert not hands.document.board.into("n4")
    hands.agree()


def test_a_wire_is_drawn_from_input_to_output(hands: Hands) -> None:
    hands.drag(hands.port("n3", "x"), hands.port("n2", "y"))
    assert "n2.y > n3.x" in hands.links()
    hands.agree()


def test_while_dragging_only_ports_that_fit_are_lit(hands: Hands) -> None:
    hands.drag(hands.port("n2", "y"), QPoint(300, 300), drop=False)
    items = hands.board.node_items()
    lit = {(n, s.name): s.lit for n, item in items.items() for s in item.sockets.values()}
    assert lit["n3", "x"] is True
    assert lit["n1", "image"] is False
    assert lit["n3", "y"] is False
    assert lit["n2", "x"] is False
    hands.key(Key.Key_Escape)
    assert all(s.lit is None for item in items.values() for s in item.sockets.values())
    hands.release(QPoint(300, 300))
    hands.agree()


def test_a_refused_wire_says_why_and_leaves_everything_as_it_was(hands: Hands) -> None:
    hands.drag(hands.port("n2", "y"), hands.port("n3", "x"))
    before = hands.links()
    messages: list[str] = []
    hands.board.message.connect(messages.append)
    hands.drag(hands.port("n3", "y"), hands.port("n3", "x"), drop=False)
    assert "feed itself" in hands.board.viewer.said
    hands.release(hands.port("n3", "x"))
    assert hands.links() == before
    assert "feed itself" in messages[-1]
    hands.agree()


def test_a_circle_is_refused_and_nothing_hangs(hands: Hands) -> None:
    hands.drag(hands.port("n2", "y"), hands.port("n3", "x"))
    hands.drag(hands.port("n3", "y"), hands.port("n2", "x"))
    assert hands.links() == {"n1.image > n2.x", "n2.y > n3.x"}
    hands.agree()


def test_a_wire_onto_a_taken_input_replaces_in_one_step(hands: Hands) -> None:
    hands.drag(hands.port("n1", "image"), hands.port("n3", "x"))
    hands.drag(hands.port("n2", "y"), hands.port("n3", "x"))
    assert hands.links() == {"n1.image > n2.x", "n2.y > n3.x"}
    hands.document.undo()
    assert hands.links() == {"n1.image > n2.x", "n1.image > n3.x"}
    hands.agree()


def test_a_wire_pulled_off_its_input_goes_or_moves(hands: Hands) -> None:
    hands.drag(hands.port("n2", "x"), hands.port("n3", "x"))
    assert hands.links() == {"n1.image > n3.x"}
    hands.agree()
    hands.drag(hands.port("n3", "x"), QPoint(500, 600))
    assert hands.links() == set()
    hands.agree()
    hands.document.undo()
    hands.document.undo()
    assert hands.links() == {"n1.image > n2.x"}
    hands.agree()


def test_a_wire_put_back_changes_nothing(hands: Hands) -> None:
    hands.drag(hands.port("n2", "x"), QPoint(400, 500), hands.port("n2", "x"))
    assert hands.document.history == []
    hands.agree()


def test_a_wire_dropped_on_nothing_opens_a_search_that_fits_and_connects(hands: Hands) -> None:
    hands.drag(hands.port("n2", "y"), QPoint(700, 560))
    search = hands.board.search
    assert search.isVisible()
    assert "loss.cross_entropy" in search.found()
    assert "data.digits" not in search.found()
    hands.type("tanh")
    assert search.found()[0] == "activation.tanh"
    hands.key(Key.Key_Return)
    assert not search.isVisible()
    assert "n2.y > n4.x" in hands.links()
    assert hands.document.history == ["Add Tanh"]
    assert hands.board.selected() == ["n4"]
    hands.agree()
    hands.document.undo()
    assert "n4" not in hands.document.board.nodes
    hands.agree()


def test_moving_several_nodes_is_one_step(hands: Hands) -> None:
    hands.click(hands.node("n1"))
    hands.click(hands.node("n2"), Mod.ShiftModifier)
    assert hands.board.selected() == ["n1", "n2"]
    before = {n: hands.document.node(n).position for n in ("n1", "n2", "n3")}
    start = hands.node("n2")
    hands.drag(start, start + QPoint(40, 60))
    after = {n: hands.document.node(n).position for n in ("n1", "n2", "n3")}
    scale = hands.board.viewer.zoom()
    for node in ("n1", "n2"):
        assert after[node][0] - before[node][0] == pytest.approx(40 / scale, abs=2 / scale)
        assert after[node][1] - before[node][1] == pytest.approx(60 / scale, abs=2 / scale)
    assert after["n3"] == before["n3"]
    assert hands.document.history == ["Move"]
    hands.agree()
    hands.document.undo()
    assert {n: hands.document.node(n).position for n in before} == before
    hands.agree()


def test_a_click_moves_nothing(hands: Hands) -> None:
    hands.click(hands.node("n2"))
    assert hands.board.selected() == ["n2"]
    assert hands.document.history == []


def test_a_band_selects(hands: Hands) -> None:
    rect = hands.board.bounds(["n2", "n3"]).adjusted(-30, -60, 30, 60)
    hands.drag(hands.at(rect.topLeft()), hands.at(rect.bottomRight()))
    assert hands.board.selected() == ["n2", "n3"]
    hands.click(hands.at(QPointF(130, 200)))
    assert hands.board.selected() == []


def test_the_knife_cuts_in_one_step(hands: Hands) -> None:
    hands.drag(hands.port("n2", "y"), hands.port("n3", "x"))
    wires = hands.board.wire_items().values()
    points = [w.path().pointAtPercent(0.5) for w in wires]
    start = hands.at(points[0]) + QPoint(-2, -120)
    middle = hands.at(points[0]) + QPoint(2, 120)
    hands.drag(start, middle, keys=Mod.AltModifier | Mod.ShiftModifier)
    assert len(hands.links()) == 1
    assert hands.document.history[-1].startswith("Cut wire")
    hands.agree()


def test_delete_and_undo(hands: Hands) -> None:
    hands.click(hands.node("n2"))
    hands.key(Key.Key_Delete)
    assert "n2" not in hands.document.board.nodes
    assert hands.links() == set()
    hands.agree()
    hands.document.undo()
    assert hands.links() == {"n1.image > n2.x"}
    hands.agree()


def test_delete_and_reconnect(hands: Hands) -> None:
    hands.drag(hands.port("n2", "y"), hands.port("n3", "x"))
    hands.click(hands.node("n2"))
    hands.key(Key.Key_Delete, Mod.ControlModifier)
    assert hands.links() == {"n1.image > n3.x"}
    hands.agree()


def test_a_selected_wire_is_deleted(hands: Hands) -> None:
    (wire,) = hands.board.wire_items().values()
    hands.click(hands.at(wire.path().pointAtPercent(0.5)))
    assert wire.isSelected()
    hands.key(Key.Key_Delete)
    assert hands.links() == set()
    hands.agree()


def test_duplicates_plain_and_linked(hands: Hands) -> None:
    hands.click(hands.node("n2"))
    hands.key(Key.Key_D, Mod.ShiftModifier)
    assert hands.document.node("n4").twin is None
    assert hands.board.selected() == ["n4"]
    hands.board.select(["n2"])
    hands.key(Key.Key_D, Mod.AltModifier)
    twin = hands.document.node("n5")
    assert twin.twin == "n2"
    items = hands.board.node_items()
    assert items["n5"].face.twin == items["n2"].face.twin is not None
    assert items["n4"].face.twin is None
    hands.agree()


def test_copy_and_paste_as_text(hands: Hands) -> None:
    hands.click(hands.node("n2"))
    hands.key(Key.Key_C, Mod.ControlModifier)
    assert json.loads(QGuiApplication.clipboard().text())["neurowire"] == "nodes"
    hands.key(Key.Key_V, Mod.ControlModifier)
    assert hands.document.node("n4").type == "layer.linear"
    assert hands.board.selected() == ["n4"]
    hands.agree()


def test_pasting_other_text_says_so(hands: Hands) -> None:
    messages: list[str] = []
    hands.board.message.connect(messages.append)
    QGuiApplication.clipboard().setText("hello")
    hands.key(Key.Key_V, Mod.ControlModifier)
    assert "copied from Neurowire" in messages[-1]
    hands.agree()


def test_rename_where_the_node_stands(hands: Hands) -> None:
    hands.click(hands.node("n2"))
    hands.key(Key.Key_F2)
    hands.type("logits")
    hands.key(Key.Key_Return)
    assert hands.document.node("n2").name == "logits"
    hands.agree()


def test_a_bad_name_is_refused(hands: Hands) -> None:
    messages: list[str] = []
    hands.board.message.connect(messages.append)
    hands.double_click(hands.node("n2"))
    hands.type("not a name")
    hands.key(Key.Key_Return)
    assert hands.document.node("n2").name == "linear"
    assert "not a name" in messages[-1]
    hands.click(hands.node("n2"))
    hands.key(Key.Key_F2)
    hands.type("my gen")
    hands.key(Key.Key_Return)
    assert hands.document.node("n2").name == "linear"
    assert messages[-1].startswith("expected a name such as generator, got 'my gen'")
    hands.key(Key.Key_F2)
    hands.type("relu")
    hands.key(Key.Key_Return)
    assert messages[-1] == "'relu' is taken by another node on this sheet"
    hands.agree()


def test_mute(hands: Hands) -> None:
    hands.click(hands.node("n2"))
    hands.key(Key.Key_M)
    assert hands.document.node("n2").muted
    (wire,) = hands.board.wire_items().values()
    assert wire.pen().style() == Qt.PenStyle.DashLine
    hands.key(Key.Key_M)
    assert not hands.document.node("n2").muted
    hands.agree()


def test_a_dropped_wire_is_offered_what_fits_its_tensor(hands: Hands) -> None:
    hands.drag(hands.port("n1", "image"), QPoint(500, 500))
    search = hands.board.search
    for words, best in (
        ("conv", "layer.conv2d"),
        ("pool", "pool.max2d"),
        ("drop", "dropout.dropout"),
    ):
        search.field.clear()
        hands.type(words)
        assert search.found()[0] == best
        assert not [one for one in search.found() if one.endswith(("1d", "3d"))]
    search.field.clear()
    hands.type("maxpool3")
    assert search.found() == []
    assert search.help.text().startswith("MaxPool3d does not fit: expected ")
    search.field.clear()
    hands.type("conv")
    hands.key(Key.Key_Return)
    [node] = [
        one for one in hands.board.document.board.nodes.values() if one.type == "layer.conv2d"
    ]
    assert f"n1.image > {node.id}.x" in hands.links()
    hands.agree()


def test_a_wire_drawn_from_an_input_is_offered_what_gives_it(hands: Hands) -> None:
    conv = hands.board.document.add_node("layer.conv2d", position=(300, 300))
    hands.drag(hands.port(conv.id, "x"), QPoint(60, 500))
    found = hands.board.search.found()
    assert {"layer.conv2d", "pool.max2d", "data.digits"} <= set(found)
    assert not {"layer.conv1d", "shape.flatten", "loss.cross_entropy"} & set(found)


def test_search_by_tab_and_by_double_click(hands: Hands) -> None:
    hands.key(Key.Key_Tab)
    assert hands.board.search.isVisible()
    hands.type("fc")
    assert hands.board.search.found()[0] == "layer.linear"
    hands.key(Key.Key_Escape)
    assert not hands.board.search.isVisible()
    spot = QPoint(200, 620)
    hands.double_click(spot)
    hands.type("drop")
    hands.key(Key.Key_Down)
    hands.key(Key.Key_Up)
    hands.key(Key.Key_Return)
    node = hands.document.node("n4")
    assert node.type == "dropout.dropout"
    here = hands.board.viewer.mapToScene(spot)
    assert node.position == (round(here.x()), round(here.y()))
    hands.agree()


def test_arrows_choose_in_the_search_and_not_on_the_canvas(hands: Hands) -> None:
    hands.click(hands.node("n2"))
    hands.key(Key.Key_Tab)
    search = hands.board.search
    hands.type("conv")
    for key, row in ((Key.Key_Down, 1), (Key.Key_Down, 2), (Key.Key_Up, 1), (Key.Key_Tab, 2)):
        hands.key(key)
        assert search.list.currentRow() == row
    assert hands.board.selected() == ["n2"]
    wanted = search.found()[2]
    hands.key(Key.Key_Return)
    [chosen] = hands.board.selected()
    assert hands.document.node(chosen).type == wanted


def test_a_click_elsewhere_closes_the_search(hands: Hands) -> None:
    hands.key(Key.Key_Tab)
    assert hands.board.search.isVisible()
    hands.click(QPoint(20, 680))
    assert not hands.board.search.isVisible()


def test_drop_from_the_palette(hands: Hands) -> None:
    hands.drop_node("activation.tanh", QPoint(500, 600))
    assert hands.document.node("n4").type == "activation.tanh"
    assert hands.document.history == ["Add Tanh"]
    hands.agree()


def test_drop_on_a_wire_inserts(hands: Hands) -> None:
    (wire,) = hands.board.wire_items().values()
    hands.drop_node("shape.flatten", hands.at(wire.path().pointAtPercent(0.5)))
    assert hands.links() == {"n1.image > n4.x", "n4.y > n2.x"}
    hands.agree()
    hands.document.undo()
    assert hands.links() == {"n1.image > n2.x"}
    hands.agree()


def test_a_lone_node_dragged_onto_a_wire_goes_into_it(hands: Hands) -> None:
    (wire,) = hands.board.wire_items().values()
    hands.drag(hands.node("n3"), hands.at(wire.path().pointAtPercent(0.5)))
    assert hands.links() == {"n1.image > n3.x", "n3.y > n2.x"}
    assert len(hands.document.history) == 1
    hands.agree()
    hands.document.undo()
    assert hands.links() == {"n1.image > n2.x"}
    hands.agree()


def test_a_wired_node_dragged_over_a_wire_stays_out_of_it(hands: Hands) -> None:
    hands.document.link(End("n3", "y"), End(hands.document.add_node("layer.linear").id, "x"))
    hands.document.move({"n4": (600.0, 200.0)})
    before = hands.links()
    wire = next(w for w in hands.board.wire_items().values() if w.link.target.node == "n2")
    hands.drag(hands.node("n3"), hands.at(wire.path().pointAtPercent(0.5)))
    assert hands.links() == before
    hands.agree()


def test_arrange_is_one_step_left_to_right(hands: Hands) -> None:
    hands.drag(hands.port("n2", "y"), hands.port("n3", "x"))
    hands.document.move({"n1": (500, 10), "n2": (100, -90), "n3": (-300, 0)})
    count = len(hands.document.history)
    hands.board.select([])
    hands.key(Key.Key_L)
    assert len(hands.document.history) == count + 1
    xs = [hands.document.node(n).position[0] for n in ("n1", "n2", "n3")]
    assert xs == sorted(xs)
    rects = [i.face.rect.translated(i.pos()) for i in hands.board.node_items().values()]
    assert not any(a.intersects(b) for i, a in enumerate(rects) for b in rects[i + 1 :])
    hands.agree()


def test_arrows_walk_the_wires(hands: Hands) -> None:
    hands.board.select(["n1"])
    hands.key(Key.Key_Right)
    assert hands.board.selected() == ["n2"]
    hands.key(Key.Key_Left)
    assert hands.board.selected() == ["n1"]


def test_select_all_fit_and_home(hands: Hands) -> None:
    hands.key(Key.Key_A, Mod.ControlModifier)
    assert hands.board.selected() == ["n1", "n2", "n3"]
    hands.document.move({"n3": (5000.0, 3000.0)})
    hands.key(Key.Key_Home)
    seen = hands.board.viewer.mapToScene(hands.viewport.rect()).boundingRect()
    assert seen.contains(hands.board.bounds())
    hands.board.select(["n1"])
    hands.key(Key.Key_F)
    assert hands.board.viewer.zoom() == 1.0
    centre = hands.board.viewer.mapToScene(hands.viewport.rect().center())
    assert (centre - hands.board.node_items()["n1"].pos()).manhattanLength() < 3


def test_selection_is_told_once(hands: Hands) -> None:
    told: list[list[str]] = []
    hands.board.selection_changed.connect(told.append)
    hands.board.select(["n1", "n3"])
    hands.board.select(["n3", "n1"])
    hands.click(hands.node("n2"))
    QApplication.processEvents()
    assert told == [["n1", "n3"], ["n2"]]
