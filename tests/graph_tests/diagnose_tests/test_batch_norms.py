"""A batch of one example is too few for some norms."""

from typing import Any

import pytest

from graph.diagnose.diagnosis import Diagnosis
from tests.graph_tests.infer_tests.test_inference import Board

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


def test_the_batch_size_of_a_run_counts_before_the_boards() -> None:
    board = Board()
    flat = board.add("shape.flatten", board.add("data.digits"))
    node = board.add("norm.batch1d", board.add("layer.linear", flat, units=8))
    for own, asked in ((1, 64), (64, 1)):
        board.document.set_settings(batch_size=own)
        told = Diagnosis(board.document, watch=False, batch_size=asked).problems_of(node.id)
        assert bool(told) == (asked == 1)
