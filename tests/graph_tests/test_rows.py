"""What is told of the rows of data nodes before training."""

import pytest

from graph.sheet import End, Node
from tests.graph_tests.test_infer import Board


@pytest.fixture
def board() -> Board:
    return Board()


def pictures(board: Board, *classes: str) -> Node:
    """A folder of pictures, as a probe finds it."""
    data = board.add("data.image_folder", size=8)
    image = {"dims": ["N", 3, 8, 8], "dtype": "float", "kind": "features"}
    label = {"dims": ["N"], "dtype": "int", "kind": "labels", "classes": len(classes)}
    facts = {"outputs": {"image": image, "label": label}, "classes": [*classes]}
    board.inference.set_facts(data.id, {**facts, "count": 8, "validation": 2})
    return data


def texts(board: Board, node: Node) -> list[str]:
    return [str(one) for one in board.inference.problems if one.node == node.id]


@pytest.mark.parametrize("units", [1, 2, 10])
@pytest.mark.parametrize("past", [None, "shape.one_hot"])
def test_one_class_only_is_told_at_the_data(board: Board, units: int, past: str | None) -> None:
    data = pictures(board, "only")
    scores = board.add("layer.linear", board.add("shape.flatten", data), units=units)
    loss = board.add("loss.cross_entropy" if past is None else "loss.mse", scores)
    label = End(data.id, "label")
    if past:
        between = board.add(past)
        board.document.link(label, End(between.id, "x"))
        label = End(between.id, "y")
    port = board.document.ports(loss).inputs[1].name
    board.document.link(label, End(loss.id, port))
    assert texts(board, data) == [
        f"{data.name}: one class only, there is nothing to tell apart. "
        "Add rows of another class, or leave its labels out of losses and metrics."
    ]
    if past is None:
        assert "one class only" in texts(board, loss)[0]
    board.inference.set_facts(data.id, None)
    assert not texts(board, data)


def test_one_class_is_enough_where_nothing_is_told_apart(board: Board) -> None:
    data = pictures(board, "only")
    flat = board.add("shape.flatten", data)
    loss = board.add("loss.mse", board.add("layer.linear", flat, units=192), flat)
    board.add("optimizer.adam", loss)
    assert not [one for one in board.inference.problems if one.severity == "error"]
