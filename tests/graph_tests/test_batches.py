"""A batch of one example is too few for some norms."""

from typing import Any

import pytest

from tests.graph_tests.test_infer import Board

NORMS = [("norm.batch1d", {}), ("norm.group", {"num_groups": 8})]


@pytest.mark.parametrize(("norm", "params"), NORMS)
def test_a_norm_of_one_number_is_told_and_mended(norm: str, params: dict[str, Any]) -> None:
    board = Board()
    hidden = board.add(
        "layer.linear", board.add("shape.flatten", board.add("data.digits")), units=8
    )
    node = board.add(norm, hidden, **params)
    assert not board.inference.problems_of(node.id)
    board.document.set_settings(batch_size=1)
    problem = board.problem(node)
    assert "batch size is 1" in problem.text
    placed = board.document.group_into_network([hidden.id, node.id], "block")
    assert [p.subject for p in board.inference.problems if p.node == node.id] == [
        f"{node.name} in block"
    ]
    board.document.set_muted([placed.id], True)
    assert not board.inference.problems_of(node.id)
    board.document.undo()
    problem.fixes[0].apply(board.document)
    assert not board.inference.problems_of(node.id)


def test_a_norm_of_many_places_takes_one_example() -> None:
    board = Board()
    node = board.add("norm.batch2d", board.add("layer.conv2d", board.add("data.digits")))
    board.document.set_settings(batch_size=1)
    assert not board.inference.problems_of(node.id)
