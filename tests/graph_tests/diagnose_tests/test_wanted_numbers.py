"""Losses and metrics that get other numbers than they want: told before training, and mended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from graph.compile import compile_document
from graph.core.tensor import labels
from graph.model.sheet import End, Node
from graph.problems.problem import Problem
from tests.graph_tests.infer_tests.test_inference import Board


class Net(Board):
    """A board with data, a layer and what is put behind it."""

    def __init__(self, data: str = "data.digits", units: int = 10) -> None:
        super().__init__()
        self.data = self.add(data)
        flat = self.add("shape.flatten", self.data)
        self.last = self.add("layer.linear", flat, units=units)

    def judge(self, kind: str, scores: Node, *, train: bool = True, **params: Any) -> Node:
        """A loss or metric of scores and the data's labels."""
        node = self.add(kind, scores, **params)
        label = self.document.ports(self.data).outputs[-1].name
        self.document.link(
            End(self.data.id, label), End(node.id, self.document.ports(node).inputs[1].name)
        )
        if train and kind.startswith("loss."):
            self.add("optimizer.adam", node)
        return node

    def said(self) -> list[str]:
        return [f"{one.name}: {one.text}" for one in self.inference.problems]

    def mend(self, problem: Problem) -> None:
        """Apply the one fix: the problem goes, and no other comes."""
        before = self.said()
        (fix,) = problem.fixes
        fix.apply(self.document)
        assert f"{problem.name}: {problem.text}" not in self.said()
        assert set(self.said()) < set(before)
        if not self.inference.problems:
            compile_document(self.document)


Between = Callable[[Net, Node], Node]


def grouped(net: Net, *nodes: Node) -> Node:
    """The nodes in a network of their own."""
    return net.document.group_into_network([one.id for one in nodes], "inner")


def muted(net: Net, before: Node) -> Node:
    node = net.add("activation.tanh", before)
    net.document.set_muted([node.id], True)
    return node


def nested(net: Net, *nodes: Node) -> None:
    """The nodes in a network in a network."""
    inner = grouped(net, *nodes)
    net.document.group_into_network([inner.id], "outer")


BETWEEN: dict[str, Between] = {
    "nothing": lambda net, before: before,
    "flatten": lambda net, before: net.add("shape.flatten", before),
    "identity": lambda net, before: net.add("layer.identity", before),
    "reshape": lambda net, before: net.add("shape.reshape", before, sizes=(10,)),
    "permutes": lambda net, before: net.add(
        "shape.squeeze", net.add("shape.unsqueeze", before, dim=2), dim=2
    ),
    "mute": muted,
    "network": lambda net, before: net.add("shape.flatten", before),
    "networks": lambda net, before: net.add("layer.identity", before),
    "scale": lambda net, before: net.add("merge.scale", before, factor=3.0),
}
AFTER: dict[str, Callable[[Net, Node], object]] = {"network": grouped, "networks": nested}
SQUASHED = ["softmax", "sigmoid", "relu", "log_softmax", "tanh"]


@pytest.mark.parametrize("between", BETWEEN)
@pytest.mark.parametrize("bend", SQUASHED)
def test_a_bend_is_seen_through_what_hands_it_on(bend: str, between: str) -> None:
    if between == "scale" and bend == "log_softmax":
        return  # no log probabilities any more
    net = Net()
    bent = net.add(f"activation.{bend}", net.last)
    handed = BETWEEN[between](net, bent)
    loss = net.judge("loss.cross_entropy", handed)
    if between in AFTER:
        AFTER[between](net, handed)
    (problem,) = net.inference.problems
    assert (problem.severity, problem.node) == ("warning", loss.id)
    assert "expected logits" in problem.text
    net.mend(problem)
    assert not net.inference.problems


@pytest.mark.parametrize("bend", SQUASHED)
def test_a_bend_is_seen_through_dropout(bend: str) -> None:
    net = Net()
    bent = net.add(f"activation.{bend}", net.last)
    net.judge("loss.cross_entropy", net.add("dropout.dropout", bent))
    told = [one.text for one in net.inference.problems]
    assert any("expected logits" in one for one in told), told
    while net.inference.problems:
        before = len(net.inference.problems)
        net.inference.problems[0].fixes[0].apply(net.document)
        assert len(net.inference.problems) < before
    assert net.document.has(net.last.id)


@pytest.mark.parametrize("bend", SQUASHED)
def test_a_bend_at_the_end_of_a_network_is_seen(bend: str) -> None:
    net = Net()
    bent = net.add(f"activation.{bend}", net.last)
    net.judge("loss.cross_entropy", bent)
    placed = grouped(net, net.last, bent)
    net.document.group_into_network([placed.id], "outer")
    (problem,) = net.inference.problems
    net.mend(problem)
    assert not net.inference.problems
    assert not net.document.has(bent.id)


@pytest.mark.parametrize("joint", ["add", "multiply", "concatenate"])
def test_a_bend_is_seen_through_a_joint_of_one_wire(joint: str) -> None:
    net = Net()
    net.judge("loss.cross_entropy", net.add(f"merge.{joint}", net.add("activation.relu", net.last)))
    (problem,) = net.inference.problems
    assert "expected logits" in problem.text
    net.mend(problem)
    assert not net.inference.problems


def test_what_another_node_needs_of_a_bend_stays() -> None:
    net = Net()
    bent = net.add("activation.softmax", net.last)
    net.judge("loss.cross_entropy", net.add("shape.flatten", bent))
    net.add("optimizer.adam", net.add("loss.mse", bent, bent))
    placed = grouped(net, net.last, bent)
    problem = next(one for one in net.inference.problems if "expected logits" in one.text)
    net.mend(problem)
    assert net.document.has(bent.id)
    assert len(net.document.ports(net.document.node(placed.id)).outputs) == 2


def test_two_bends_go_together() -> None:
    net = Net()
    net.judge(
        "loss.cross_entropy",
        net.add("activation.softmax", net.add("activation.relu", net.last)),
    )
    (problem,) = net.inference.problems
    net.mend(problem)
    assert not net.inference.problems


@pytest.mark.parametrize("kind", ["softmax", "softmin"])
def test_shares_of_many_are_small_though_their_scores_are_near(kind: str) -> None:
    net = Net()
    bent = net.add("activation.sigmoid", net.last)
    net.judge("loss.cross_entropy", net.add(f"activation.{kind}", bent))
    (problem,) = net.inference.problems
    assert "none below 0." in f"{problem}"
    assert "0.5" not in f"{problem}"


LINE: dict[str, Between] = {
    "linear": lambda net, before: before,
    "relu": lambda net, before: net.add("activation.relu", before),
    "softmax": lambda net, before: net.add("activation.softmax", before),
    "sigmoid": lambda net, before: net.add("activation.sigmoid", before),
    "double": lambda net, before: net.add("merge.scale", before, factor=2.0),
}


@pytest.mark.parametrize("end", LINE)
def test_negative_log_likelihood_wants_log_probabilities(end: str) -> None:
    net = Net()
    handed = net.add("shape.flatten", LINE[end](net, net.last))
    loss = net.judge("loss.nll", handed)
    grouped(net, handed)
    net.judge("metric.accuracy", net.last)
    problem = net.problem(loss)
    assert "log probabilities" in problem.text
    net.mend(problem)
    assert not net.inference.problems


def formula(net: Net, text: str, *given: Node) -> Node:
    """An expression of some nodes, in the order of its names."""
    made = net.add("merge.expression", formula=text)
    for port, one in zip(net.document.ports(made).inputs, given, strict=True):
        net.document.link(
            End(one.id, net.document.ports(one).outputs[0].name), End(made.id, port.name)
        )
    return made


def log_shares(net: Net, dim: int = 1) -> Node:
    return net.add("activation.log_softmax", net.last, dim=dim)


def other_axis(net: Net) -> Node:
    turned = net.add("shape.unflatten", net.add("layer.linear", net.last, units=40), sizes=(10, 4))
    bent = net.add("activation.log_softmax", turned, dim=2)
    return net.add("shape.select", bent, dim=2)


NO_LOGARITHMS: dict[str, Callable[[Net], Node]] = {
    "scaled": lambda net: net.add("merge.scale", log_shares(net), factor=2.0),
    "lowered": lambda net: net.add("merge.scale", log_shares(net), offset=-1.0),
    "halved": lambda net: formula(net, "a / 2", log_shares(net)),
    "sum": lambda net: net.add("merge.add", log_shares(net), log_shares(net)),
    "sum in a formula": lambda net: formula(net, "a + b", log_shares(net), log_shares(net)),
    "other axis": other_axis,
    "log sigmoid": lambda net: net.add("activation.log_sigmoid", net.last),
    "log of sigmoid": lambda net: formula(net, "log(sigmoid(a))", net.last),
    "log of a sigmoid": lambda net: formula(
        net, "log(a + 1e-6)", net.add("activation.sigmoid", net.last)
    ),
    "none above 0": lambda net: formula(net, "min(a, 0)", net.last),
    "minus size": lambda net: formula(net, "-abs(a)", net.last),
    "minus exp": lambda net: formula(net, "-exp(a)", net.last),
    "minus softplus": lambda net: net.add(
        "merge.scale", net.add("activation.softplus", net.last), factor=-1.0
    ),
    "cut": lambda net: net.add("merge.clamp", net.last, min=None, max=0.0),
}


@pytest.mark.parametrize("kind", NO_LOGARITHMS)
def test_numbers_none_of_which_is_above_0_are_no_log_probabilities(kind: str) -> None:
    net = Net()
    loss = net.judge("loss.nll", NO_LOGARITHMS[kind](net))
    problem = net.problem(loss)
    assert "expected log probabilities" in problem.text
    net.mend(problem)
    assert not net.inference.problems


def bent_elsewhere(net: Net) -> Node:
    turned = net.add("shape.permute", net.add("shape.unsqueeze", net.last, dim=2), dims=(0, 2, 1))
    bent = net.add("activation.log_softmax", turned, dim=2)
    return net.add("shape.select", bent, dim=1)


def two_signs(net: Net) -> Node:
    both = net.add("layer.linear", net.last, units=5)
    no = net.add("activation.log_sigmoid", net.add("merge.scale", both, factor=-1.0))
    return net.add("merge.concatenate", net.add("activation.log_sigmoid", both), no)


LOGARITHMS: dict[str, Callable[[Net], Node]] = {
    "last axis": lambda net: log_shares(net, -1),
    "elsewhere": bent_elsewhere,
    "detached": lambda net: net.add("merge.clamp", log_shares(net), min=-20.0, max=None),
    "log of softmax": lambda net: formula(
        net, "log(a + 1e-9)", net.add("activation.softmax", net.last)
    ),
    "log of what is cut": lambda net: formula(
        net, "log(a)", net.add("merge.clamp", net.add("activation.softmax", net.last), min=1e-6)
    ),
    "mixture": lambda net: formula(
        net, "log((a + b) / 2)", *(net.add("activation.softmax", net.last) for _ in range(2))
    ),
    "focal": lambda net: formula(net, "(1 - exp(a)) ** 2 * a", log_shares(net)),
    "two signs": two_signs,
}


@pytest.mark.parametrize("kind", LOGARITHMS)
def test_log_probabilities_are_known_wherever_they_come_from(kind: str) -> None:
    net = Net()
    net.judge("loss.nll", LOGARITHMS[kind](net))
    assert not net.inference.problems


@pytest.mark.parametrize("end", ["linear", "relu", "double"])
def test_binary_cross_entropy_of_probabilities_wants_0_to_1(end: str) -> None:
    net = Net("data.moons", units=1)
    loss = net.judge("loss.bce", LINE[end](net, net.last))
    problem = net.problem(loss)
    assert problem.severity == "error"
    assert "expected probabilities, 0 to 1" in problem.text
    net.mend(problem)
    assert not net.inference.problems


@pytest.mark.parametrize(
    "formula",
    ["sigmoid(a)", "1 - sigmoid(-a)", "(sigmoid(a) + tanh(b) ** 2) / 2", "exp(-square(a))"],
)
def test_formulas_of_probabilities_are_probabilities(formula: str) -> None:
    net = Net("data.moons", units=1)
    bent = net.add("merge.expression", formula=formula)
    for port in net.document.ports(bent).inputs:
        net.document.link(End(net.last.id, "y"), End(bent.id, port.name))
    net.judge("loss.bce", bent)
    assert not net.inference.problems


@pytest.mark.parametrize("formula", ["tanh(a)", "sigmoid(a) + 1", "a", "exp(a)", "2 * sigmoid(a)"])
def test_formulas_of_other_numbers_are_not(formula: str) -> None:
    net = Net("data.moons", units=1)
    bent = net.add("merge.expression", formula=formula)
    net.document.link(End(net.last.id, "y"), End(bent.id, "a"))
    problem = net.problem(net.judge("loss.bce", bent))
    net.mend(problem)
    assert not net.inference.problems


def test_the_sigmoid_of_a_loss_stays_where_a_metric_wants_none() -> None:
    net = Net("data.moons", units=1)
    bent = net.add("activation.sigmoid", net.last)
    loss = net.judge("loss.bce", bent)
    accuracy = net.judge("metric.accuracy", bent)
    (problem,) = net.inference.problems
    assert problem.node == accuracy.id
    net.mend(problem)
    assert not net.inference.problems
    board = net.document.board
    assert board.into(loss.id, "probability")[0].source.node == bent.id
    assert board.into(accuracy.id, "logits")[0].source.node == net.last.id


def test_a_metric_of_the_highest_score_takes_probabilities() -> None:
    net = Net()
    net.judge("loss.nll", net.add("activation.log_softmax", net.last))
    for bend in ("softmax", "log_softmax", "sigmoid"):
        net.judge("metric.accuracy", net.add(f"activation.{bend}", net.last))
    assert not net.inference.problems


@pytest.mark.parametrize("objective", ["logistic", "least squares", "hinge", "Wasserstein"])
def test_scores_of_a_game_are_no_probabilities(objective: str) -> None:
    net = Net(units=1)
    bent = net.add("activation.sigmoid", net.last)
    loss = net.add("loss.discriminator", bent, objective=objective)
    critic = grouped(net, net.last, bent)
    (twin,) = net.document.duplicate([critic.id], twins=True)
    noise = net.add("layer.linear", net.add("random.noise"), units=64)
    ports = net.document.ports(critic)
    net.document.link(End(noise.id, "y"), End(twin.id, ports.inputs[0].name))
    net.document.link(End(twin.id, ports.outputs[0].name), End(loss.id, "fake"))
    net.add("optimizer.adam", loss)
    problem, _ = net.inference.problems_of(loss.id)  # both get it from one place
    assert "before any sigmoid" in problem.text
    net.mend(problem)
    assert not net.inference.problems


def test_dropout_behind_the_last_layer_is_told() -> None:
    net = Net()
    dropped = net.add("dropout.dropout", net.last)
    net.judge("metric.accuracy", dropped)
    loss = net.judge("loss.cross_entropy", net.add("shape.flatten", dropped))
    problem = net.problem(loss)
    assert "behind the last layer" in problem.text
    net.mend(problem)
    assert not net.inference.problems
    assert not net.document.has(dropped.id)


def test_dropout_before_the_last_layer_is_not() -> None:
    net = Net()
    scores = net.add("layer.linear", net.add("dropout.dropout", net.last), units=10)
    net.judge("loss.cross_entropy", scores)
    assert not net.inference.problems


def test_targets_of_a_distillation_are_probabilities() -> None:
    net = Net()
    teacher = net.add("layer.linear", net.add("shape.flatten", net.data), units=10)
    kept = net.add("layer.detach", teacher)
    loss = net.add("loss.kl_div", net.add("activation.log_softmax", net.last), kept)
    net.add("optimizer.adam", loss)
    problem = net.problem(loss)
    assert "expected probabilities" in problem.text
    net.mend(problem)
    assert not net.inference.problems


def test_a_variance_is_not_negative() -> None:
    net = Net()
    spread = net.add("layer.linear", net.add("shape.flatten", net.data), units=10)
    wanted = net.add("shape.one_hot")
    net.document.link(End(net.data.id, "label"), End(wanted.id, "x"))
    loss = net.add("loss.gaussian_nll", net.last, wanted, spread)
    net.add("optimizer.adam", loss)
    problem = net.problem(loss)
    assert "above 0" in problem.text
    assert problem.severity == "error"  # torch refuses a variance below 0
    net.mend(problem)
    assert not net.inference.problems


def test_scores_that_were_rectified_and_pooled_are_no_slip() -> None:
    net = Board()
    data = net.add("data.digits")
    scores = net.add("activation.relu", net.add("layer.conv2d", data, filters=10))
    pooled = net.add("shape.flatten", net.add("pool.adaptive_avg2d", scores, output_size=(1, 1)))
    loss = net.add("loss.cross_entropy", pooled)
    net.document.link(End(data.id, "label"), End(loss.id, "label"))
    net.add("optimizer.adam", loss)
    assert not net.inference.problems


def along_rows(kind: str, **params: Any) -> Callable[[Net, str], Node]:
    """Over three rows of scores each."""

    def add(net: Net, bend: str) -> Node:
        wide = net.add("layer.linear", net.last, units=30)
        rows = net.add("shape.unflatten", wide, sizes=(3, 10))
        axis: dict[str, Any] = {"dim": 2} if bend == "softmax" else {}
        bent = net.add(f"activation.{bend}", rows, **axis)
        return net.add(kind, bent, **params)

    return add


def running(net: Net, bend: str) -> Node:
    return net.add("merge.cumsum", net.add(f"activation.{bend}", net.last))


OVER_ROWS: dict[str, Callable[[Net, str], Node]] = {
    "mean": along_rows("merge.mean", dim=(1,)),
    "sum": along_rows("merge.sum", dim=(1,)),
    "cumsum": running,
}


@pytest.mark.parametrize("over", OVER_ROWS)
@pytest.mark.parametrize("bend", ["relu", "softmax", "sigmoid"])
def test_a_bend_is_seen_through_what_adds_up(bend: str, over: str) -> None:
    net = Net()
    last = OVER_ROWS[over](net, bend)
    loss = net.judge("loss.cross_entropy", last)
    problem = net.problem(loss)
    assert "expected logits" in problem.text
    net.mend(problem)
    assert net.document.has(last.id)
    assert not net.inference.problems


def test_scores_that_were_rectified_and_averaged_over_a_picture_are_no_slip() -> None:
    net = Board()
    data = net.add("data.digits")
    scores = net.add("activation.relu", net.add("layer.conv2d", data, filters=10))
    loss = net.add("loss.cross_entropy", net.add("merge.mean", scores, dim=(2, 3)))
    net.document.link(End(data.id, "label"), End(loss.id, "label"))
    net.add("optimizer.adam", loss)
    assert not net.inference.problems


def far(net: Net) -> Node:
    centres = net.add("layer.parameter", sizes=(10, 10))
    return net.add("merge.distances", net.last, centres)


def squares(net: Net) -> Node:
    row = net.add("shape.unsqueeze", net.last, dim=1)
    centres = net.add("layer.parameter", sizes=(10, 10))
    return net.add("merge.sum", formula(net, "(a - b) ** 2", row, centres), dim=(2,))


FAR: dict[str, Callable[[Net], Node]] = {
    "scale": lambda net: net.add("merge.scale", far(net), factor=-1.0),
    "formula": lambda net: formula(net, "-a ** 2", far(net)),
    "tempered": lambda net: net.add("merge.scale", far(net), factor=-0.5, offset=-1.0),
    "squares": lambda net: net.add("merge.scale", squares(net), factor=-1.0),
    "mean": lambda net: formula(net, "-a / 2", squares(net)),
}


@pytest.mark.parametrize("kind", FAR)
def test_the_nearer_the_likelier_is_a_score(kind: str) -> None:
    net = Net()
    net.judge("loss.cross_entropy", FAR[kind](net))
    assert not net.inference.problems


def test_the_further_the_likelier_is_told() -> None:
    net = Net()
    problem = net.problem(net.judge("loss.cross_entropy", far(net)))
    assert "gives none below 0" in problem.text


def test_of_yes_and_no_a_distance_says_only_no() -> None:
    net = Net("data.moons", units=1)
    away = net.add("merge.scale", formula(net, "a ** 2", net.last), factor=-1.0)
    problem = net.problem(net.judge("loss.binary_cross_entropy", away))
    assert "gives none above 0" in problem.text


def rebuilding(bend: str, loss: str, *, signed: bool) -> tuple[Net, Node, Node]:
    """An autoencoder of pictures, their pixels from 0 to 1 or from -1 to 1."""
    net = Net(units=64)
    pixels = net.add("shape.flatten", net.data)
    wanted = net.add("merge.scale", pixels, factor=2.0, offset=-1.0) if signed else pixels
    found = net.add(f"activation.{bend}", net.last) if bend else net.last
    judged = net.add(loss, found, wanted)
    net.add("optimizer.adam", judged)
    return net, judged, wanted


@pytest.mark.parametrize(
    ("bend", "loss"),
    [
        ("", "loss.binary_cross_entropy"),
        ("sigmoid", "loss.bce"),
        ("", "loss.multilabel_soft_margin"),
    ],
)
def test_targets_of_either_sign_are_moved_to_0_to_1(bend: str, loss: str) -> None:
    net, judged, wanted = rebuilding(bend, loss, signed=True)
    problem = net.problem(judged)
    assert "expected targets of 0 to 1; scale gives numbers below 0" in problem.text
    net.mend(problem)
    assert not net.inference.problems
    (moved,) = (
        node
        for node in net.document.board.nodes.values()
        if node.type == "merge.scale" and node.id != wanted.id
    )
    assert (moved.params["factor"], moved.params["offset"]) == (0.5, 0.5)


@pytest.mark.parametrize("loss", ["loss.mse", "loss.l1", "loss.huber"])
@pytest.mark.parametrize("bend", ["sigmoid", "relu", "softplus"])
def test_what_can_not_get_to_its_targets_is_told(bend: str, loss: str) -> None:
    net, judged, _ = rebuilding(bend, loss, signed=True)
    problem = net.problem(judged)
    assert "its target goes from -1 to 1" in problem.text
    net.mend(problem)
    assert not net.inference.problems


@pytest.mark.parametrize(
    ("bend", "loss", "signed"),
    [
        ("tanh", "loss.mse", True),
        ("sigmoid", "loss.mse", False),
        ("relu", "loss.mse", False),
        ("", "loss.mse", True),
        ("", "loss.binary_cross_entropy", False),
        ("sigmoid", "loss.bce", False),
    ],
)
def test_what_gets_to_its_targets_is_not(bend: str, loss: str, signed: bool) -> None:
    net, _, _ = rebuilding(bend, loss, signed=signed)
    assert not net.inference.problems


@pytest.mark.parametrize("joint", ["neuron.join", "merge.concatenate"])
@pytest.mark.parametrize("bend", ["sigmoid", "relu"])
def test_bends_of_drawn_neurons_are_seen_where_they_meet(bend: str, joint: str) -> None:
    net = Net("data.moons")
    split = net.add("neuron.split", net.data, columns=2)
    neurons = [net.add("neuron.neuron", activation=bend) for _ in range(2)]
    met = net.document.add_node(joint)
    for one in neurons:
        for port in ("x1", "x2"):
            net.document.link(End(split.id, port), End(one.id, "xs"))
        last = one
        if joint == "merge.concatenate":
            last = net.add("shape.unsqueeze", one)
        net.document.link(End(last.id, "y"), End(met.id, "xs"))
    problem = net.problem(net.judge("loss.cross_entropy", met))
    assert "expected logits" in problem.text


@pytest.mark.parametrize("text", ["a / (1 - 1)", "a % 0", "a // 0", "a / 0.0"])
def test_a_division_by_0_is_told(text: str) -> None:
    net = Net()
    problem = net.problem(formula(net, text, net.last))
    assert problem.severity == "error"
    assert "a division by 0" in problem.text


@pytest.mark.parametrize("kind", ["metric.accuracy", "metric.f1", "metric.iou"])
def test_probabilities_of_classes_are_no_answers_of_yes_and_no(kind: str) -> None:
    """Of a share for each of ten classes nine are no: a share of right signs says nothing."""
    net = Net()
    wanted = net.add("shape.one_hot")
    net.document.link(End(net.data.id, "label"), End(wanted.id, "x"))
    net.add("optimizer.adam", net.add("loss.cross_entropy", net.last, wanted))
    metric = net.add(kind, net.last, wanted)
    problem = net.problem(metric)
    assert "add up to 1 along axis 1" in problem.text
    net.mend(problem)
    assert not net.inference.problems
    assert net.inference.input_types(metric.id, "label")[0] == labels("N", classes=10)


def test_answers_of_yes_and_no_are_taken_one_by_one() -> None:
    net = Net()
    several = net.add("activation.sigmoid", net.add("layer.linear", net.last, units=10))
    several = net.add("layer.detach", several)
    net.add("optimizer.adam", net.add("loss.binary_cross_entropy", net.last, several))
    net.add("metric.accuracy", net.last, several)
    assert not net.inference.problems


def shares_by_hand(net: Net) -> Node:
    raised = formula(net, "exp(a)", net.last)
    return net.add("merge.divide", raised, net.add("merge.sum", raised, dim=(1,), keepdim=True))


def where(net: Net, mask: Node, yes: Node, no: Node) -> Node:
    return net.add("merge.where", mask, yes, no)


BY_HAND: dict[str, Callable[[Net], Node]] = {
    "relu": lambda net: formula(net, "relu(a)", net.last),
    "the larger": lambda net: formula(net, "max(a, 0)", net.last),
    "half of both": lambda net: formula(net, "(a + abs(a)) / 2", net.last),
    "sigmoid": lambda net: formula(net, "1 / (1 + exp(-a))", net.last),
    "swish": lambda net: formula(net, "a * sigmoid(a)", net.last),
    "silu": lambda net: formula(net, "silu(a)", net.last),
    "tanh": lambda net: formula(net, "tanh(a)", net.last),
    "exp": lambda net: formula(net, "exp(a)", net.last),
    "softmax": shares_by_hand,
    "softmax of two nodes": lambda net: formula(
        net,
        "a / b",
        raised := formula(net, "exp(a)", net.last),
        net.add("merge.sum", raised, dim=(1,), keepdim=True),
    ),
    "where": lambda net: where(
        net,
        net.add("merge.compare", net.last),
        net.last,
        net.add("layer.constant", values=(0.0,)),
    ),
    "where not": lambda net: where(
        net,
        net.add("merge.not", net.add("merge.compare", net.last)),
        net.add("merge.scale", net.last, factor=0.0),
        net.last,
    ),
    "mask": lambda net: net.add("merge.multiply", net.last, net.add("merge.compare", net.last)),
    "mask as numbers": lambda net: net.add(
        "merge.multiply", net.last, net.add("shape.to_float", net.add("merge.compare", net.last))
    ),
    "masked fill": lambda net: net.add(
        "merge.masked_fill", net.last, net.add("merge.compare", net.last, relation="<")
    ),
    "squares": lambda net: net.add(
        "merge.multiply", *[net.add("activation.sigmoid", net.last)] * 2
    ),
}


@pytest.mark.parametrize("kind", BY_HAND)
@pytest.mark.parametrize("grouping", [False, True])
def test_what_is_bent_by_hand_is_told_and_taken_out(kind: str, grouping: bool) -> None:
    net = Net()
    before = {*net.document.board.nodes}
    bent = BY_HAND[kind](net)
    made = [net.document.node(one) for one in net.document.board.nodes if one not in before]
    loss = net.judge("loss.cross_entropy", net.add("shape.flatten", bent))
    net.judge("metric.accuracy", bent)
    if grouping:
        net.document.group_into_network([net.last.id, *(one.id for one in made)], "inner")
    problem = net.problem(loss)
    assert "expected logits" in problem.text
    assert problem.fixes[0].label.startswith(("Take", "Wire"))
    net.mend(problem)
    assert not net.inference.problems
    assert not any(net.document.has(one.id) for one in made)


KEPT: dict[str, Callable[[Net], Node]] = {
    "leaky": lambda net: where(
        net,
        net.add("merge.compare", net.last),
        net.last,
        net.add("merge.scale", net.last, factor=0.5),
    ),
    "another's mask": lambda net: net.add(
        "merge.multiply",
        net.last,
        net.add(
            "merge.compare", net.add("shape.slice", net.add("shape.flatten", net.data), end=10)
        ),
    ),
    "length": lambda net: net.add(
        "merge.divide", net.last, net.add("merge.norm", net.last, dim=(1,), keepdim=True)
    ),
    "temperature": lambda net: net.add(
        "merge.divide", net.last, net.add("layer.constant", values=(0.07,))
    ),
    "centred": lambda net: formula(net, "a - b / 2", net.last, net.last),
    "cubed": lambda net: formula(net, "a * a * a", net.last),
}


@pytest.mark.parametrize("kind", KEPT)
def test_scores_by_hand_are_scores(kind: str) -> None:
    net = Net()
    net.judge("loss.cross_entropy", KEPT[kind](net))
    assert not net.inference.problems


@pytest.mark.parametrize("bend", ["relu", "softmax", "sigmoid"])
@pytest.mark.parametrize("kind", ["loss.cross_entropy", "loss.nll"])
def test_a_layer_comes_behind_a_network_that_is_repeated(bend: str, kind: str) -> None:
    net = Net()
    layer = net.add("layer.linear", net.last, units=10)
    bent = net.add(f"activation.{bend}", layer)
    loss = net.judge(kind, bent)
    net.judge("metric.accuracy", bent)
    placed = grouped(net, layer, bent)
    net.document.set_params(placed.id, repeat=3)
    problem = net.problem(loss)
    log = " and insert Log softmax" if kind == "loss.nll" else ""
    assert [fix.label for fix in problem.fixes] == [f"Insert a Linear of 10{log}"]
    net.mend(problem)
    assert not net.inference.problems
    assert not net.document.board.out_of(placed.id)[1:]


@pytest.mark.parametrize(
    ("sizes", "kind", "params", "label"),
    [
        ((3, 8, 8), "layer.conv2d", {"filters": 3}, "Insert a Conv2d of 3"),
        ((8, 8, 3), "layer.linear", {"units": 3}, "Insert a Linear of 3"),
    ],
)
def test_the_layer_suits_what_is_judged(
    sizes: tuple[int, ...], kind: str, params: dict[str, Any], label: str
) -> None:
    """A convolution for pictures with a class a pixel, a Linear for rows of scores."""
    net = Net()
    given = net.document.add_node("data.csv", params={"path": "some.csv"})
    pixels = {"dims": ["N", *sizes], "dtype": "float", "kind": "features"}
    classes = {"dims": ["N", 8, 8], "dtype": "int", "kind": "labels", "classes": 3}
    outputs = {"features": pixels, "target": classes}
    net.inference.set_facts(given.id, {"outputs": outputs, "numbers": [], "categories": {}})
    layer = net.add(kind, given, **params)
    bent = net.add("activation.relu", layer)
    loss = net.add("loss.cross_entropy", bent)
    net.document.link(End(given.id, "target"), End(loss.id, "label"))
    net.add("optimizer.adam", loss)
    net.document.set_params(grouped(net, layer, bent).id, repeat=2)
    problem = net.problem(loss)
    assert [fix.label for fix in problem.fixes] == [label]
    net.mend(problem)
    assert not net.inference.problems_of(loss.id)


def constant(net: Net, *values: float) -> Node:
    sizes: dict[str, Any] = {"sizes": (len(values),)} if len(values) > 1 else {}
    return net.add("layer.constant", values=values, **sizes)


BY_ZERO: dict[str, tuple[Callable[[Net], Node], str]] = {
    "constant": (
        lambda net: net.add("merge.divide", net.last, constant(net, 0.0)),
        "Set values of constant_tensor to (1.0,)",
    ),
    "one of several": (
        lambda net: net.add("merge.divide", net.last, constant(net, *map(float, range(10)))),
        "Set values of constant_tensor to (1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0)",
    ),
    "formula": (
        lambda net: formula(net, "a / b", net.last, constant(net, 0.0)),
        "Set values of constant_tensor to (1.0,)",
    ),
    "rest": (
        lambda net: formula(net, "a % (2 * b)", net.last, constant(net, 0.0)),
        "Set values of constant_tensor to (1.0,)",
    ),
    "nothing of it": (
        lambda net: net.add("merge.divide", net.last, net.add("merge.scale", net.last, factor=0.0)),
        "Take divide out",
    ),
}


@pytest.mark.parametrize("within", [False, True])
@pytest.mark.parametrize("kind", BY_ZERO)
def test_a_division_by_a_constant_0_is_told(kind: str, within: bool) -> None:
    net = Net()
    make, label = BY_ZERO[kind]
    divided = make(net)
    net.judge("loss.cross_entropy", divided)
    if within:
        grouped(net, divided)
    problem = net.problem(divided)
    assert problem.severity == "error"
    assert "which is 0" in problem.text
    assert [fix.label for fix in problem.fixes] == [label]
    net.mend(problem)
    assert not net.inference.problems


def test_a_division_of_0_is_none_by_it() -> None:
    net = Net()
    net.judge("loss.cross_entropy", formula(net, "a / (b * b + 1)", constant(net, 0.0), net.last))
    assert not any("which is 0" in one.text for one in net.inference.problems)
