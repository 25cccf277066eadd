"""Diagnosis: types along the wires, problems with fixes that mend, and no more work than needed."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.core.errors import NeurowireError
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.infer.node_inference import Result
from graph.model.sheet import End, Node
from graph.problems.problem import Problem
from tests.graph_tests.boards import boards
from tests.graph_tests.edits import ON_NETWORKS, Edit, make, play, scripts
from tests.graph_tests.edits import Failed as GroupFailed
from tests.graph_tests.model_tests.test_history import state
from tests.graph_tests.network_nodes import NetworkTypes

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


class Board:
    """A board under a pencil, watched."""

    def __init__(self) -> None:
        self.document = Document()
        self.inference = Diagnosis(self.document)

    def add(self, type: str, *sources: Node, sheet: str = "board", **params: Any) -> Node:
        node = self.document.add_node(type, sheet=sheet, params=params)
        for place, source in enumerate(sources):
            inputs = self.document.ports(node).inputs
            output = self.document.ports(source).outputs[0].name
            port = inputs[min(place, len(inputs) - 1)].name
            self.document.link(End(source.id, output), End(node.id, port))
        return node

    def shape(self, node: Node) -> str:
        port = self.document.ports(node).outputs[0].name
        return str(self.inference.type_of(node.id, port))

    def problem(self, node: Node) -> Problem:
        (found,) = self.inference.problems_of(node.id)
        return found


@pytest.fixture
def board() -> Board:
    return Board()


# -- shapes


def test_shapes_of_a_chain(board: Board) -> None:
    data = board.add("data.digits")
    conv = board.add("layer.conv2d", data, filters=16)
    pool = board.add("pool.max2d", conv)
    flat = board.add("shape.flatten", pool)
    linear = board.add("layer.linear", flat, units=10)
    found = [board.shape(node) for node in (data, conv, pool, flat, linear)]
    assert found == ["[N, 1, 8, 8]", "[N, 16, 8, 8]", "[N, 16, 4, 4]", "[N, 256]", "[N, 10]"]
    assert board.inference.weights(conv.id) == 16 * 9 + 16
    assert board.inference.weights(linear.id) == 256 * 10 + 10
    assert board.inference.weights(pool.id) is None
    assert board.inference.total_weights == 160 + 2570
    assert board.inference.input_types(linear.id, "x") == [board.inference.type_of(flat.id, "y")]


def test_a_change_goes_down_and_no_further(board: Board) -> None:
    data = board.add("data.digits")
    flat = board.add("shape.flatten", data)
    left, right = board.add("layer.linear", flat), board.add("layer.linear", flat)
    ends = [board.add("activation.relu", left), board.add("activation.relu", right)]
    changed: list[set[str]] = []
    board.inference.on_change(changed.append)
    board.document.set_params(left.id, units=7)
    assert changed.pop() == {left.id, ends[0].id}
    board.document.set_params(left.id, bias=False)
    assert changed.pop() == {left.id}, "what it gives is the same"
    board.document.move({left.id: (9, 9)})
    assert changed.pop() == set()
    board.document.undo()
    board.document.undo()
    assert changed.pop() == {left.id}
    board.document.rename(ends[1].id, "end")
    assert changed.pop() == {ends[1].id}


def test_facts_of_data(board: Board) -> None:
    data = board.add("data.csv")
    linear = board.add("layer.linear", data)
    assert board.shape(linear) == "None"
    assert not any(one.node == data.id for one in board.inference.problems)
    outputs = {
        "features": {"dims": ["N", 12], "dtype": "float", "kind": "features"},
        "target": {"dims": ["N"], "dtype": "int", "kind": "labels", "classes": 2},
    }
    changed: list[set[str]] = []
    board.inference.on_change(changed.append)
    board.inference.set_facts(data.id, {"outputs": outputs})
    assert changed == [{data.id, linear.id}]
    assert (board.shape(data), board.shape(linear)) == ("[N, 12]", "[N, 128]")
    target = board.inference.type_of(data.id, "target")
    assert target is not None
    assert target.classes == 2
    board.inference.set_facts(data.id, None)
    assert board.shape(linear) == "None"
    board.inference.set_facts("n99", {"outputs": outputs})


def test_a_muted_node_passes_its_first_wire_on(board: Board) -> None:
    data = board.add("data.digits")
    flat = board.add("shape.flatten", data)
    linear = board.add("layer.linear", flat, units=5)
    relu = board.add("activation.relu", linear)
    board.document.set_muted([linear.id], True)
    assert (board.shape(linear), board.shape(relu)) == ("[N, 64]", "[N, 64]")
    assert board.inference.total_weights == 0
    board.document.undo()
    assert board.shape(relu) == "[N, 5]"


def test_inference_that_stopped_listens_no_more(board: Board) -> None:
    board.inference.close()
    node = board.add("data.digits")
    assert board.inference.result(node.id) is None


# -- problems


def test_an_unwired_input_is_told_where_it_matters(board: Board) -> None:
    data, alone = board.add("data.digits"), board.add("layer.linear", units=10)
    assert board.problem(alone).severity == "warning"
    assert "`x`" in board.problem(alone).text
    loss = board.add("loss.cross_entropy", alone)
    board.document.link(End(data.id, "label"), End(loss.id, "label"))
    assert board.problem(alone).severity == "warning"
    adam = board.add("optimizer.adam", loss)
    assert board.problem(alone).severity == "error", "the optimizer waits for it"
    assert "left out" not in str(board.problem(alone))
    assert not board.inference.problems_of(adam.id)
    board.document.set_muted([adam.id], True)
    assert board.problem(alone).severity == "warning"


def test_an_unknown_type_is_a_problem(board: Board) -> None:
    from graph.format.file import load_text  # noqa: PLC0415

    text = '{"format": 1, "board": {"nodes": {"n1": {"type": "layer.new", "name": "a"}}}}'
    inference = Diagnosis(load_text(text).document)
    assert any(one.node == "n1" and "layer.new" in one.text for one in inference.problems)


def mended(board: Board, node: Node, label: str) -> None:
    """Press the button, see the problem gone; undo, see it back."""
    before = state(board.document)
    problem = board.problem(node)
    fix = next(one for one in problem.fixes if label in one.label)
    fix.apply(board.document)
    assert not board.inference.problems_of(node.id)
    board.document.undo()
    assert state(board.document) == before
    assert str(board.problem(node)) == str(problem)


def test_flatten_before_a_linear_layer(board: Board) -> None:
    data = board.add("data.digits")
    mended(board, board.add("layer.linear", data), "Flatten")


def test_as_many_outputs_as_classes(board: Board) -> None:
    data = board.add("data.digits")
    flat = board.add("shape.flatten", data)
    linear = board.add("layer.linear", flat, units=3)
    dropped = board.add("layer.identity", linear)
    loss = board.add("loss.cross_entropy", dropped)
    board.document.link(End(data.id, "label"), End(loss.id, "label"))
    assert board.problem(loss).expected.startswith("10")
    mended(board, loss, f"units of {linear.name} to 10")


def test_a_picture_before_a_convolution(board: Board) -> None:
    flat = board.add("shape.flatten", board.add("data.digits"))
    mended(board, board.add("layer.conv2d", flat), "Unflatten")


def test_one_number_before_an_optimizer(board: Board) -> None:
    data = board.add("data.digits")
    scores = board.add("layer.linear", board.add("shape.flatten", data), units=10)
    loss = board.add("loss.cross_entropy", scores)
    board.document.link(End(data.id, "label"), End(loss.id, "label"))
    half = board.add("merge.expression", loss, scores)
    adam = board.add("optimizer.adam", half)
    mended(board, adam, "Mean")


@given(document=boards(), data=st.data())
@settings(max_examples=60, suppress_health_check=SLOW)
def test_a_fix_mends_its_problem_or_says_why_not(
    networks: NetworkTypes, document: Document, data: st.DataObject
) -> None:
    inference = Diagnosis(document)
    play(document, data.draw(scripts(most=6)))
    for problem in list(inference.problems):
        for fix in problem.fixes:
            before = state(document)
            count = len(document.history)
            try:
                fix.apply(document)
            except NeurowireError:
                assert state(document) == before
                continue
            assert (
                str(problem)
                not in [str(one) for one in inference.problems if one.node == problem.node]
                or state(document) == before
            )
            while len(document.history) > count:
                document.undo()
            assert state(document) == before


# -- incremental is as good as from scratch


def facts(inference: Diagnosis) -> Any:
    """All that inference says, without buttons."""

    def told(problem: Problem) -> Any:
        return problem.node, problem.severity, str(problem), problem.expected, problem.received

    def plain(result: Result | None) -> Any:
        assert result is not None
        inner = {node: plain(one) for node, one in result.inner.items()}
        problems = [told(one) for one in result.problems]
        return result.inputs, result.outputs, problems, result.weights, inner

    results = {node: plain(inference.result(node)) for node in inference.document.board.nodes}
    return results, [told(problem) for problem in inference.problems]


@given(start=st.none() | boards(), script=scripts(), undone=st.integers(0, 5))
@settings(max_examples=150, suppress_health_check=SLOW)
def test_incremental_is_as_good_as_from_scratch(
    networks: NetworkTypes, start: Document | None, script: list[Edit], undone: int
) -> None:
    document = start or Document()
    inference = Diagnosis(document)
    for edit in script:
        try:
            make(document, edit)
        except (NeurowireError, GroupFailed):
            continue
        assert inference.total_weights >= 0
    assert facts(inference) == facts(Diagnosis(document, watch=False))
    for _ in range(undone):
        document.undo()
    assert facts(inference) == facts(Diagnosis(document, watch=False))


@given(document=boards(), script=scripts(most=8, words=ON_NETWORKS))
@settings(max_examples=60, suppress_health_check=SLOW)
def test_incremental_through_networks(
    networks: NetworkTypes, document: Document, script: list[Edit]
) -> None:
    inference = Diagnosis(document)
    play(document, script)
    assert facts(inference) == facts(Diagnosis(document, watch=False))


@given(document=boards(), data=st.data())
@settings(max_examples=40, suppress_health_check=SLOW)
def test_a_single_edit_tells_all_that_changed(
    networks: NetworkTypes, document: Document, data: st.DataObject
) -> None:
    inference = Diagnosis(document)
    changed: set[str] = set()
    inference.on_change(changed.update)
    before = facts(inference)[0]
    play(document, data.draw(scripts(most=3)))
    after = facts(inference)[0]
    differ = {n for n in before.keys() | after.keys() if before.get(n) != after.get(n)}
    assert differ <= changed


def test_a_target_whose_size_is_known_later_is_one_column() -> None:
    document = Document()
    data = document.add_node("data.csv", params={"target": "price"})
    inference = Diagnosis(document)
    rest = {"dtype": "float", "kind": "", "classes": None}
    outputs = {"features": {"dims": ["N", 3], **rest}, "target": {"dims": ["N", "T"], **rest}}
    inference.set_facts(data.id, {"outputs": outputs})
    assert inference.type_of(data.id, "target") is not None
