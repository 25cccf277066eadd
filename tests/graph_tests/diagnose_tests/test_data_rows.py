"""What is told of the rows of data nodes before training."""

import pytest

from graph.model.sheet import End, Node
from tests.graph_tests.infer_tests.test_inference import Board


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


def beside(board: Board, drawn: str = "auto", rows: int = 8) -> tuple[Node, Node]:
    """Two data nodes that meet in one network."""
    first, second = pictures(board, "a", "b"), board.add("data.moons", drawn=drawn)
    board.inference.set_facts(second.id, {"count": rows, "validation": 2})
    both = board.add("merge.concatenate", board.add("shape.flatten", first), second)
    scores = board.add("layer.linear", both, units=2)
    loss = board.add("loss.cross_entropy", scores)
    board.document.link(End(first.id, "label"), End(loss.id, "label"))
    board.add("optimizer.adam", loss)
    return first, second


@pytest.mark.parametrize(("rows", "again"), [(8, ""), (5, ", the shorter begins again")])
def test_what_is_drawn_independently_says_so_until_it_is_chosen(
    board: Board, rows: int, again: str
) -> None:
    first, second = beside(board, rows=rows)
    problem = board.problem(second)
    assert problem.severity == "warning"
    told = f"is drawn independently of {first.name}, in an order of its own: {rows} rows beside 8"
    assert problem.text == told + again
    assert len(problem.fixes) == (2 if rows == 8 else 1)
    for fix in problem.fixes:
        fix.apply(board.document)
        assert not board.inference.problems
        board.document.undo()
        assert board.problem(second).text == problem.text


def test_rows_that_go_together_must_be_as_many(board: Board) -> None:
    first, second = beside(board, "by row", rows=5)
    problem = board.problem(second)
    assert problem.severity == "error"
    assert f"row by row with {first.name}" in problem.text
    assert problem.expected == "8 rows to train on and 2 held out"
    assert problem.received == "5 and 2"
    (fix,) = problem.fixes
    fix.apply(board.document)
    assert not board.inference.problems
    board.document.undo()
    board.inference.set_facts(second.id, {"count": 8, "validation": 2})
    assert not board.inference.problems
    board.inference.set_facts(second.id, {"count": 8, "validation": 2, "cut": "its own"})
    assert "only one says itself which rows are held out" in board.problem(second).text


def test_partners_come_straight_from_one_data_node(board: Board) -> None:
    data = board.add("data.digits")
    pairs = board.add("data.pairs", data)
    board.document.link(End(data.id, "label"), End(pairs.id, "label"))
    assert board.shape(pairs) == "[N, 1, 8, 8]"
    assert not board.inference.problems_of(pairs.id)
    flat = board.add("shape.flatten", data)
    board.document.link(End(flat.id, "y"), End(pairs.id, "x"), replace=True)
    assert "rows of one data node" in board.problem(pairs).text
    board.document.set_muted([flat.id], True)
    assert not board.inference.problems_of(pairs.id)
    other = board.add("data.moons")
    board.document.link(End(other.id, "label"), End(pairs.id, "label"), replace=True)
    assert "rows of one data node" in board.problem(pairs).text
