"""What edits cost, counted in lines of Python run: it follows what is edited, not the board."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from graph.diagnose import board_checks
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.format import clipboard
from graph.infer.node_inference import NodeInference
from graph.model.sheet import End

KINDS = ("layer.linear", "activation.relu", "dropout.dropout", "layer.identity")
COLUMNS = 20
FEW = 10
"""How many nodes are edited at once."""


def lines_run(act: Callable[[], object]) -> int:
    """How many lines of the graph package are run by an act."""
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        if "/graph/" not in frame.f_code.co_filename:
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        act()
    finally:
        sys.settrace(before)
    return count


def build(count: int, *, trained: bool = False, watched: bool = True) -> Document:
    """A board made node by node, as a script or a hand makes it: rows of layers."""
    document = Document()
    inference = Diagnosis(document) if watched else None
    before = document.add_node("data.digits").id
    for index in range(count):
        node = document.add_node(KINDS[index % len(KINDS)], position=(index * 200, 0)).id
        if index % COLUMNS or (trained and index == 0):
            document.link(End(before, "y" if index else "image"), End(node, "x"))
        before = node
    if trained:
        _train(document, before)
    assert inference is None or inference.result(before) is not None
    return document


def _train(document: Document, last: str) -> None:
    """A loss behind the first row, and an optimizer."""
    loss = document.add_node("loss.cross_entropy").id
    document.link(End("n5", "y"), End(loss, "logits"))
    document.link(End("n1", "label"), End(loss, "label"))
    document.link(End(loss, "loss"), End(document.add_node("optimizer.adam").id, "loss"))


def test_building_node_by_node_is_linear() -> None:
    once, twice = (lines_run(lambda n=n: build(n)) for n in (150, 300))  # type: ignore[misc]
    assert twice < 2.2 * once


def test_building_against_the_wires_is_linear() -> None:
    def backwards(count: int) -> None:
        document = Document()
        inference = Diagnosis(document)
        after = document.add_node("activation.relu").id
        for _ in range(count):
            node = document.add_node("activation.relu").id
            document.link(End(node, "y"), End(after, "x"))
            after = node
        assert inference.problems

    once, twice = (lines_run(lambda n=n: backwards(n)) for n in (100, 200))  # type: ignore[misc]
    assert twice < 2.2 * once


def _first(document: Document) -> list[str]:
    """Nodes in the middle of a row."""
    return list(document.board.nodes)[2 * COLUMNS + 4 : 2 * COLUMNS + 4 + FEW]


EDITS: dict[str, Callable[[Document], object]] = {
    "paste": lambda document: clipboard.paste(
        document, clipboard.copy(document, _first(document)), at=(5.0, 5.0)
    ),
    "duplicate": lambda document: document.duplicate(_first(document)),
    "linked": lambda document: document.duplicate(_first(document), twins=True),
    "delete": lambda document: document.remove(_first(document)),
    "reconnect": lambda document: document.remove(_first(document), reconnect=True),
    "mute": lambda document: document.set_muted(_first(document), True),
    "move": lambda document: document.move(dict.fromkeys(_first(document), (0.0, 9.0))),
    "rename": lambda document: document.rename(_first(document)[3], "another"),
    "set": lambda document: document.set_params(_layer(document), units=77),
    "replace": lambda document: document.replace_node(_layer(document), "layer.identity"),
    "group": lambda document: document.group_into_network(_first(document), "block"),
}


def _layer(document: Document) -> str:
    return next(one for one in _first(document) if document.node(one).type == "layer.linear")


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_of_a_few_nodes_costs_the_same_on_a_larger_board(edit: str) -> None:
    """With all that is told of it: types, weights and what is wrong with the board."""
    costs = []
    for count in (80, 320):
        document = build(count, trained=True, watched=False)
        inference = Diagnosis(document)
        told: list[set[str]] = []
        inference.on_change(told.append)
        document.set_settings(epochs=7)

        def act(document: Document = document) -> None:
            EDITS[edit](document)
            document.undo()
            document.redo()

        costs.append(lines_run(act))
        assert len(told) >= 3
    assert costs[1] < 2 * costs[0]


def test_a_paste_looks_at_the_whole_board_once(monkeypatch: pytest.MonkeyPatch) -> None:
    document = build(100, trained=True, watched=False)
    inference = Diagnosis(document)
    inference.on_change(lambda _: None)
    looked: list[str] = []
    whole, single = board_checks.check, NodeInference.infer

    def check(found: Diagnosis) -> Any:
        looked.append("board")
        return whole(found)

    def infer(self: NodeInference, sheet: Any, node: Any, known: Any) -> Any:
        looked.append(node.id)
        return single(self, sheet, node, known)

    monkeypatch.setattr(board_checks, "check", check)
    monkeypatch.setattr(NodeInference, "infer", infer)
    made = clipboard.paste(document, clipboard.copy(document, list(document.board.nodes)[1:41]))
    assert looked.count("board") == 1
    assert sorted(looked) == sorted(["board", *(node.id for node in made)])
