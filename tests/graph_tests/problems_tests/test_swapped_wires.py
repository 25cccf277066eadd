"""Wires drawn to each other's input: one click exchanges them."""

from __future__ import annotations

import pytest

from graph.model.sheet import End, Node
from tests.graph_tests.diagnose_tests.test_wanted_numbers import Net
from tests.graph_tests.infer_tests.test_inference import Board
from tests.graph_tests.test_fitting import every_fix


def crossed(net: Net, kind: str) -> Node:
    """What judges labels by scores."""
    node = net.document.add_node(kind)
    first, second = net.document.ports(node).inputs[:2]
    labels = net.document.ports(net.data).outputs[-1].name
    net.document.link(End(net.data.id, labels), End(node.id, first.name))
    net.document.link(End(net.last.id, "y"), End(node.id, second.name))
    if kind.startswith("loss."):
        net.add("optimizer.adam", node)
    return node


@pytest.mark.parametrize(
    ("data", "units", "kind", "label"),
    [
        ("data.digits", 10, "loss.cross_entropy", "Exchange the two wires"),
        ("data.digits", 10, "loss.focal", "Exchange the two wires"),
        ("data.digits", 10, "loss.multi_margin", "Exchange the two wires"),
        ("data.digits", 10, "metric.accuracy", "Exchange the two wires"),
        ("data.digits", 10, "metric.top_k", "Exchange the two wires"),
        ("data.digits", 10, "metric.f1", "Exchange the two wires"),
        ("data.digits", 10, "view.confusion", "Exchange the two wires"),
        ("data.moons", 1, "loss.binary_cross_entropy", "Exchange the two wires"),
        ("data.moons", 1, "metric.accuracy", "Exchange the two wires"),
        (
            "data.digits",
            12,
            "loss.cross_entropy",
            "Exchange the two wires and set units of linear to 10 at cross_entropy",
        ),
        (
            "data.moons",
            1,
            "loss.bce",
            "Exchange the two wires and insert Sigmoid at binary_cross_entropy_of_probabilities",
        ),
    ],
)
def test_scores_and_labels_are_exchanged(data: str, units: int, kind: str, label: str) -> None:
    net = Net(data, units)
    node = crossed(net, kind)
    assert label in every_fix(net, node)
    net.problem(node).fixes[0].apply(net.document)
    assert not net.inference.problems_of(node.id)
    wired = [link.source.node for link in net.document.board.into(node.id)]
    assert {net.data.id, net.last.id} & {*wired}
    net.document.undo()
    assert net.problem(node).fixes[0].label == label


def test_any_node_s_wires_are_exchanged_where_that_is_what_fits() -> None:
    board = Board()
    data = board.add("data.digits")
    rows = board.add("layer.linear", board.add("shape.flatten", data), units=10)
    mask = board.add("merge.compare", rows)
    fill = board.add("merge.masked_fill", mask, rows)
    assert "Exchange the two wires" in every_fix(board, fill)


def test_of_three_wires_it_is_said_which() -> None:
    board = Board()
    rows = board.add("shape.flatten", board.add("data.digits"))
    scores = [board.add("layer.linear", rows, units=10) for _ in range(2)]
    node = board.add("merge.where", scores[0], board.add("merge.compare", rows), scores[1])
    where = board.document.board.into(node.id, "a")[0]
    mask = board.document.node(where.source.node)
    board.document.link(End(scores[0].id, "y"), End(mask.id, "a"), replace=True)
    assert "Exchange condition and a" in every_fix(board, node)


def test_what_fits_is_exchanged_by_nobody() -> None:
    board = Board()
    data = board.add("data.digits")
    flat = board.add("shape.flatten", data)
    one, other = (board.add("layer.linear", flat, units=units) for units in (4, 5))
    assert not any(
        "Exchange" in one for one in every_fix(board, board.add("merge.subtract", one, other))
    )
