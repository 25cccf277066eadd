"""What must hold for the board as a whole, and the buttons that mend it."""

from typing import Any

import pytest

from graph.compile import compile_document
from graph.format.templates import open_template
from graph.model.sheet import End, Node
from graph.problems.problem import CompileError
from tests.graph_tests.infer_tests.test_inference import Board


@pytest.fixture
def board() -> Board:
    return Board()


def texts(board: Board) -> list[str]:
    return [str(problem) for problem in board.inference.problems]


def judged(board: Board, scores: Node, data: Node) -> Node:
    loss = board.add("loss.cross_entropy", scores)
    board.document.link(End(data.id, "label"), End(loss.id, "label"))
    return loss


def net(board: Board) -> tuple[Node, Node, Node, Node]:
    """Data, a layer, scores, a loss."""
    data = board.add("data.digits")
    hidden = board.add("layer.linear", board.add("shape.flatten", data), units=8)
    scores = board.add("layer.linear", hidden, units=10)
    return data, hidden, scores, judged(board, scores, data)


def test_an_empty_board_says_what_to_do(board: Board) -> None:
    assert [problem.severity for problem in board.inference.problems] == ["error", "error"]
    assert "no optimizer" in texts(board)[0]
    assert "no data" in texts(board)[1]
    with pytest.raises(CompileError, match="no optimizer"):
        compile_document(board.document)


def test_an_optimizer_is_added_by_a_button(board: Board) -> None:
    net(board)
    (problem,) = board.inference.problems
    problem.fixes[0].apply(board.document)
    assert not board.inference.problems
    board.document.undo()
    assert len(board.inference.problems) == 1
    problem.fixes[0].apply(board.document)
    compile_document(board.document)


def test_a_loss_without_a_layer_above_it(board: Board) -> None:
    data = board.add("data.digits")
    flat = board.add("shape.flatten", data)
    loss = board.add("loss.mse", flat, flat)
    adam = board.add("optimizer.adam", loss)
    assert "can learn" in board.problem(adam).text


def test_training_what_lies_elsewhere(board: Board) -> None:
    data, _, _, loss = net(board)
    other = board.add("layer.linear", board.add("shape.flatten", data), units=3)
    adam = board.add("optimizer.adam", loss, trains=(other.id,))
    problem = board.problem(adam)
    assert "upstream" in problem.text
    problem.fixes[0].apply(board.document)
    assert not board.inference.problems_of(adam.id)


def test_two_optimizers_of_the_same_weights(board: Board) -> None:
    _, hidden, scores, loss = net(board)
    first = board.add("optimizer.adam", loss, trains=(hidden.id,))
    second = board.add("optimizer.sgd", loss)
    problem = board.problem(second)
    assert (problem.severity, first.name in problem.text) == ("warning", True)
    problem.fixes[0].apply(board.document)
    assert board.document.node(second.id).params["trains"] == (scores.id,)
    assert not board.inference.problems


def test_a_layer_that_only_a_metric_sees(board: Board) -> None:
    data, hidden, scores, loss = net(board)
    board.add("optimizer.adam", loss)
    lost = board.add("layer.linear", hidden, units=10)
    accuracy = board.add("metric.accuracy", lost)
    board.document.link(End(data.id, "label"), End(accuracy.id, "label"))
    assert "no optimizer's loss" in board.problem(lost).text
    board.document.set_twin(lost.id, scores.id)
    assert not board.inference.problems
    compile_document(board.document)


def test_twins_behind_different_sizes(board: Board) -> None:
    data, hidden, _, loss = net(board)
    board.add("optimizer.adam", loss)
    twin = board.document.add_node("layer.linear", twin=hidden.id)
    board.document.link(End(hidden.id, "y"), End(twin.id, "x"))
    problem = board.problem(twin)
    assert "shares weights" in problem.text
    problem.fixes[0].apply(board.document)
    assert not board.inference.problems_of(twin.id)
    assert board.document.node(data.id)


def test_what_feeds_a_muted_merge_is_not_trained(board: Board) -> None:
    data, hidden, _, _ = net(board)
    other = board.add("layer.linear", board.add("shape.flatten", data), units=8)
    both = board.add("merge.add", hidden, other)
    scores = board.add("layer.linear", both, units=10)
    board.add("optimizer.adam", judged(board, scores, data))
    board.document.set_muted([both.id], True)
    text = compile_document(board.document).files["model.py"].text
    assert f"self.{hidden.name} = " in text
    assert f"self.{other.name} = " not in text


def test_what_lies_before_a_detach_is_not_trained(board: Board) -> None:
    data, hidden, _, _ = net(board)
    kept = board.add("layer.detach", hidden)
    scores = board.add("layer.linear", kept, units=10)
    adam = board.add("optimizer.adam", judged(board, scores, data))
    train = compile_document(board.document).files["train.py"].text
    assert f"model.{hidden.name}.requires_grad_(False)" in train
    board.document.set_params(adam.id, trains=(hidden.id, scores.id))
    assert f"a Detach keeps the gradient of its loss from {hidden.name}" in board.problem(adam).text
    board.document.set_muted([kept.id], True)
    assert not board.inference.problems_of(adam.id)


def test_an_optimizer_behind_a_detach_is_told(board: Board) -> None:
    data, _, scores, _ = net(board)
    kept = board.add("layer.detach", scores)
    adam = board.add("optimizer.adam", judged(board, kept, data))
    assert f"{kept.name} keeps its gradient" in board.problem(adam).text
    assert "mute it" in board.problem(adam).advice


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("shape.roll", {}),
        ("shape.flip", {}),
        ("shape.split", {"sizes": (10,)}),
        ("merge.topk", {"k": 10}),
        ("norm.unit", {}),
    ],
)
def test_a_sigmoid_before_logits_is_seen_through(
    board: Board, kind: str, params: dict[str, Any]
) -> None:
    data, _, scores, _ = net(board)
    bent = board.add("activation.sigmoid", scores)
    laid = board.add(kind, bent, **params)
    loss = judged(board, laid, data)
    board.add("optimizer.adam", loss)
    assert "gives none below" in board.problem(loss).text


def test_no_gradient_passes_what_is_largest(board: Board) -> None:
    _, _, scores, _ = net(board)
    chosen = board.add("merge.argmax", scores)
    again = board.add("shape.to_float", chosen)
    adam = board.add("optimizer.adam", board.add("merge.mean", again))
    assert f"{chosen.name} lets none through" in board.problem(adam).text


def test_no_template_has_a_problem() -> None:
    for name in ("digits_mlp", "xor_neurons", "spiral", "mnist_cnn", "autoencoder"):
        document = open_template(name)
        compile_document(document)


@pytest.mark.parametrize(
    ("bend", "lowest"), [("relu", "0"), ("softmax", "0"), ("tanh", "-1"), ("gelu", "-0.16")]
)
def test_a_bend_before_a_loss_from_logits_is_taken_out(
    board: Board, bend: str, lowest: str
) -> None:
    _, _, scores, loss = net(board)
    board.add("optimizer.adam", loss)
    board.document.insert(f"activation.{bend}", board.document.board.into(loss.id, "logits")[0])
    (problem,) = board.inference.problems
    assert (problem.severity, problem.node) == ("warning", loss.id)
    assert f"scores of either sign; {bend} gives none below {lowest}" in str(problem)
    compile_document(board.document)
    problem.fixes[0].apply(board.document)
    assert not board.inference.problems
    (link,) = board.document.board.into(loss.id, "logits")
    assert link.source.node == scores.id


def test_a_neuron_before_a_loss_from_logits_is_made_linear(board: Board) -> None:
    data = board.add("data.xor")
    split = board.add("neuron.split", data)
    hidden = [board.add("neuron.neuron", split) for _ in range(2)]
    last = board.add("neuron.neuron", *hidden)
    loss = board.add("loss.binary_cross_entropy", last)
    board.document.link(End(data.id, "label"), End(loss.id, "target"))
    board.add("optimizer.adam", loss)
    (problem,) = board.inference.problems
    problem.fixes[0].apply(board.document)
    assert board.document.node(last.id).params["activation"] == "linear"
    assert not board.inference.problems


def test_a_loss_of_noise_alone_has_nothing_to_train_on(board: Board) -> None:
    noise = board.add("random.noise")
    board.add("data.digits")
    scores = board.add("layer.linear", noise, units=1)
    board.add("optimizer.adam", board.add("loss.generator", scores))
    with pytest.raises(CompileError, match="no loss depends on data"):
        compile_document(board.document)


def test_a_loss_that_no_optimizer_takes_beside_one_that_is_taken(board: Board) -> None:
    _, _, scores, loss = net(board)
    board.add("optimizer.adam", loss)
    lone = board.add("loss.generator", scores)
    assert "nothing learns from it" in board.problem(lone).text
    board.problem(lone).fixes[0].apply(board.document)
    assert all("nothing learns" not in text for text in texts(board))
