"""Steps and whole numbers on the way from a loss to what it trains are told before training."""

import pytest

from graph.compile import compile_document
from graph.model.sheet import End, Node
from tests.graph_tests.infer_tests.test_inference import Board


def line(formula: str) -> tuple[Board, Node, Node, Node]:
    """A layer, a formula behind it, and what trains the layer through it."""
    board = Board()
    data = board.add("data.digits")
    hidden = board.add("layer.linear", board.add("shape.flatten", data), units=10)
    bent = board.add("merge.expression", formula=formula)
    board.document.link(End(hidden.id, "y"), End(bent.id, "a"))
    loss = board.add("loss.cross_entropy", bent)
    board.document.link(End(data.id, "label"), End(loss.id, "label"))
    return board, hidden, bent, board.add("optimizer.adam", loss)


@pytest.mark.parametrize("formula", ["round(a)", "a // 2", "sign(a + 1)", "floor(abs(a))"])
def test_a_formula_without_a_slope_is_told(formula: str) -> None:
    board, hidden, bent, adam = line(formula)
    problem = board.problem(adam)
    assert problem.severity == "error"
    assert f"to {hidden.name}: {bent.name} lets none through" in problem.text
    problem.fixes[0].apply(board.document)
    assert not board.inference.problems
    compile_document(board.document)


@pytest.mark.parametrize("formula", ["a - a // 2", "round(a) * a", "min(a, 2 * a) % 3"])
def test_a_formula_with_another_way_is_not(formula: str) -> None:
    board, _, _, adam = line(formula)
    assert not board.inference.problems_of(adam.id)


def test_a_step_inside_a_network_is_told() -> None:
    board, hidden, bent, adam = line("round(a)")
    board.document.group_into_network([bent.id], "rounding")
    assert f"to {hidden.name}: {bent.name} lets none" in board.problem(adam).text
    (placed,) = [node for node in board.document.board.nodes.values() if node.name == "rounding"]
    board.document.set_muted([placed.id], True)
    assert not board.inference.problems_of(adam.id)


def test_what_lies_beside_the_step_still_learns() -> None:
    board, hidden, bent, adam = line("a + round(b)")
    flat = board.document.board.into(hidden.id)[0].source
    other = board.document.add_node("layer.linear", params={"units": 10})
    board.document.link(flat, End(other.id, "x"))
    board.document.link(End(other.id, "y"), End(bent.id, "b"))
    problem = board.problem(adam)
    assert problem.severity == "warning"
    assert f"to {other.name}: " in problem.text
