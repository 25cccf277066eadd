"""Exclusive or, drawn by hand from an empty board, learns all four cases."""

from __future__ import annotations

import pytest

from tests.gui_tests.journeys.conftest import Start

NODES = (
    ("xor", 120, 260),
    ("split features", 300, 260),
    ("neuron", 480, 160),
    ("neuron", 480, 360),
    ("neuron", 640, 260),
    ("binary cross", 820, 160),
    ("adam", 1000, 160),
    ("accuracy", 1000, 320),
    ("boundary", 820, 430),
)


def test_xor_drawn_by_hand_learns_all_four_cases(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = start()
    user.choose("File", "New")
    assert user.names() == set()
    made = [user.drag_in(words, (x, y), monkeypatch) for words, x, y in NODES]
    xor, split, a, b, out, loss, adam, accuracy, boundary = made

    user.wire(xor, split)
    for neuron in (a, b):
        user.wire(f"{split}.x1", neuron)
        user.wire(f"{split}.x2", neuron)
        user.wire(neuron, out)
    user.wire(out, f"{loss}.logits")
    user.wire(f"{xor}.label", f"{loss}.target")
    user.wire(loss, adam)
    for watcher in (accuracy, boundary):
        user.wire(out, f"{watcher}.logits")
        user.wire(f"{xor}.label", f"{watcher}.label")
    user.wire(f"{xor}.point", f"{boundary}.point")

    user.select(out)
    user.set("activation", "linear")
    user.select(adam)
    user.set("lr", "0.1")
    user.click(user.window.topbar.epochs)
    user.window.topbar.epochs.selectAll()
    user.type("300\r")
    assert user.problems() == []

    plain = user.picture(user.window.board)
    user.click(user.window.topbar.train)
    user.says("Trained 300 epochs")
    assert user.window.losses.readout.headline.text() == "100.0 %"
    assert "accuracy" in user.window.losses.readout.headline_title.text()
    assert user.picture(user.window.board) != plain
    wires = [w for w in user.window.board.wire_items().values() if w.weight is not None]
    assert len(wires) == 6
    assert len({wire.pen().color().rgba() for wire in wires}) > 1
    assert len({wire.pen().widthF() for wire in wires}) > 1
    user.tab("Previews")
    assert user.window.previews.previews
