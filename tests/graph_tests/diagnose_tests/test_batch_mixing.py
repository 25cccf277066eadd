"""The batch as an axis to work along, and sums of losses that do not count alike."""

from typing import Any

import pytest

from graph.model.sheet import End, Node
from tests.graph_tests.diagnose_tests.test_wanted_numbers import Net
from tests.graph_tests.infer_tests.test_inference import Board


@pytest.mark.parametrize("kind", ["softmax", "log_softmax", "softmin"])
@pytest.mark.parametrize("dim", [0, -2])
def test_a_softmax_over_the_batch_is_told(kind: str, dim: int) -> None:
    net = Net()
    hidden = net.add(f"activation.{kind}", net.last, dim=dim)
    net.judge("loss.cross_entropy", net.add("layer.linear", hidden, units=10))
    problem = net.problem(hidden)
    assert "works along the batch, axis 0 of [N, 10]" in problem.text
    net.mend(problem)
    assert net.document.node(hidden.id).params.get("dim", 1) == 1


def test_it_is_told_inside_a_network_and_where_the_batch_was_moved() -> None:
    net = Net()
    turned = net.add("shape.permute", net.last, dims=(1, 0))
    bent = net.add("activation.softmax", turned, dim=1)
    back = net.add("shape.permute", bent, dims=(1, 0))
    net.judge("loss.cross_entropy", net.add("layer.linear", back, units=10))
    net.document.group_into_network([turned.id, bent.id, back.id], "turning")
    (problem,) = net.inference.problems
    assert problem.place == "turning"
    assert "axis 1 of [10, N]" in problem.text


def test_a_mean_over_the_batch_that_is_judged_is_told() -> None:
    net = Net()
    mean = net.add("merge.mean", net.last, dim=(0,))
    net.judge("loss.cross_entropy", mean)
    problem = net.problem(mean)
    assert "joins all examples" in problem.text
    net.mend(problem)
    assert not net.inference.problems


def test_a_mean_over_the_batch_that_goes_into_a_layer_is_told() -> None:
    net = Net()
    turned = net.add("shape.unflatten", net.last, sizes=(2, 5))
    mean = net.add("merge.sum", turned, dim=(0,), keepdim=True)
    net.judge(
        "loss.cross_entropy", net.add("layer.linear", net.add("shape.flatten", mean), units=10)
    )
    problem = net.problem(mean)
    (fix,) = problem.fixes
    fix.apply(net.document)
    assert net.document.node(mean.id).params["dim"] == (1,)
    assert not net.inference.problems


def test_statistics_of_a_batch_are_no_slip() -> None:
    net = Net()
    mean = net.add("merge.mean", net.last, dim=(0,), keepdim=True)
    centred = net.add("merge.subtract", net.last, mean)
    net.judge("loss.cross_entropy", centred)
    other = net.add("merge.mean", centred, dim=(0,))
    matched = net.add("loss.mse", net.add("merge.mean", net.last, dim=(0,)), other)
    net.add("optimizer.adam", matched)
    assert not [one for one in net.inference.problems if "batch" in one.text]
    loss = net.add("merge.mean", net.last)
    net.add("optimizer.adam", loss)
    assert not net.inference.problems_of(loss.id)


def bound(add: str, **params: object) -> tuple[Board, str]:
    """A variational autoencoder's two losses, added up."""
    board = Board()
    data = board.add("data.digits")
    flat = board.add("shape.flatten", data)
    mean, spread = (board.add("layer.linear", flat, units=4) for _ in range(2))
    code = board.add("random.reparameterize", mean, spread)
    found = board.add("layer.linear", code, units=64)
    rebuilt = board.add("loss.binary_cross_entropy", found)
    board.document.link(End(flat.id, "y"), End(rebuilt.id, "target"))
    price = board.add("loss.kl_normal", mean, spread)
    total = board.document.add_node(add, params=params)
    inputs = board.document.ports(total).inputs
    for place, one in enumerate((rebuilt, price)):
        port = inputs[min(place, len(inputs) - 1)].name
        board.document.link(End(one.id, "loss"), End(total.id, port))
    board.add("optimizer.adam", total)
    return board, rebuilt.id


@pytest.mark.parametrize("add", ["loss.weighted_sum", "merge.add"])
def test_a_mean_beside_a_sum_is_told(add: str) -> None:
    board, rebuilt = bound(add)
    (problem,) = board.inference.problems
    assert problem.node == rebuilt
    assert "beside kl_to_normal" in problem.text
    problem.fixes[0].apply(board.document)
    assert not board.inference.problems


def test_a_mean_beside_a_sum_is_told_in_a_formula_and_in_a_sum_of_sums() -> None:
    board, rebuilt = bound("merge.expression", formula="a + b + 0")
    assert [one.node for one in board.inference.problems] == [rebuilt]

    board, rebuilt = bound("merge.add")
    total = next(one for one in board.document.board.nodes.values() if one.type == "merge.add")
    adam = next(one for one in board.document.board.nodes.values() if one.name == "adam")
    board.document.remove([adam.id])
    board.add("optimizer.adam", board.add("merge.add", total, total))
    assert [one.node for one in board.inference.problems] == [rebuilt]


def test_a_weight_of_its_own_is_a_choice() -> None:
    board, _ = bound("loss.weighted_sum", factors=(1.0, 0.01))
    assert not board.inference.problems
    board, _ = bound("merge.expression", formula="a + 0.01 * b")
    assert not board.inference.problems


@pytest.mark.parametrize("bend", ["relu", "sigmoid", "tanh", "softmax"])
def test_a_bend_before_a_target_of_either_sign_is_told(bend: str) -> None:
    board = Board()
    data = board.add("data.csv", path="prices.csv")
    outputs = {"dims": ["N", 3], "dtype": "float", "kind": "features"}
    target = {"dims": ["N"], "dtype": "float", "kind": "features"}
    facts = {
        "outputs": {"features": outputs, "target": target},
        "numbers": ["a", "b", "c"],
        "categories": {},
    }
    board.inference.set_facts(data.id, facts)
    price = board.add("layer.linear", data, units=1)
    loss = board.add("loss.mse", board.add(f"activation.{bend}", price))
    board.document.link(End(data.id, "target"), End(loss.id, "target"))
    board.add("optimizer.adam", loss)
    problem = board.problem(loss)
    assert f"{bend} gives none" in problem.text
    problem.fixes[0].apply(board.document)
    assert not board.inference.problems_of(loss.id)
    board.document.undo()
    board.document.set_params(data.id, standardise=False)
    assert not board.inference.problems_of(loss.id)


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("shape.flip", {"dims": (0,)}),
        ("shape.roll", {"dims": (0,)}),
        ("merge.cumsum", {"dim": 0}),
    ],
)
def test_examples_that_change_places_are_told(kind: str, params: dict[str, Any]) -> None:
    net = Net()
    moved = net.add(kind, net.last, **params)
    net.judge("loss.cross_entropy", net.add("layer.linear", moved, units=10))
    problem = net.problem(moved)
    assert "works along the batch" in problem.text
    net.mend(problem)
    assert not net.inference.problems


def test_one_example_for_all_is_told() -> None:
    net = Net()
    rows = net.add("shape.unflatten", net.last, sizes=(2, 5))
    one = net.add("shape.select", rows, dim=0)
    net.judge("loss.cross_entropy", net.add("layer.linear", one, units=10), train=False)
    problem = net.problem(one)
    assert "joins all examples of a batch" in problem.text
    problem.fixes[0].apply(net.document)
    assert not net.inference.problems_of(one.id)


@pytest.mark.parametrize("kind", ["shape.flip", "shape.roll"])
def test_examples_beside_others_are_no_slip(kind: str) -> None:
    net = Net()
    other = net.add(kind, net.last, dims=(0,))
    net.judge("loss.cross_entropy", net.add("merge.add", net.last, other))
    assert not net.inference.problems


def by_hand(formula: str, *, weight: float = 1.0, total: bool = True) -> tuple[Board, str]:
    """A variational autoencoder whose price of a code is a formula."""
    board = Board()
    flat = board.add("shape.flatten", board.add("data.digits"))
    mean, spread = (board.add("layer.linear", flat, units=4) for _ in range(2))
    code = board.add("random.reparameterize", mean, spread)
    rebuilt = board.add("loss.mse", board.add("layer.linear", code, units=64), flat)
    price = board.add("merge.expression", formula=formula)
    given = board.add("activation.softplus", spread) if "log(" in formula else spread
    for name, one in (("a", mean), ("b", given)):
        board.document.link(End(one.id, "y"), End(price.id, name))
    if total:
        price = board.add("loss.mean", board.add("merge.sum", price, dim=(1,)))
    if weight != 1:
        price = board.add("merge.scale", price, factor=weight)
    board.add("optimizer.adam", board.add("merge.add", rebuilt, price))
    return board, rebuilt.id


@pytest.mark.parametrize(
    ("formula", "total"),
    [
        ("-0.5 * (1 + b - a ** 2 - exp(b))", True),
        ("(a * a + exp(b) - 1 - b) / 2", True),
        ("0.5 * (square(a) + b ** 2 - 1) - log(b)", True),
        ("-0.5 * sum(1 + b - a ** 2 - exp(b))", False),
    ],
)
def test_a_price_of_a_code_by_hand_is_a_sum_too(formula: str, total: bool) -> None:
    board, rebuilt = by_hand(formula, total=total)
    (problem,) = board.inference.problems
    assert problem.node == rebuilt
    problem.fixes[0].apply(board.document)
    assert not board.inference.problems


def test_a_mean_by_hand_and_another_formula_are_none() -> None:
    board, _ = by_hand("mean(a ** 2 + exp(b) - b - 1)", total=False)
    assert not board.inference.problems
    board, _ = by_hand("a ** 2 + b ** 2")
    assert not board.inference.problems


def of_all(text: str, *, units: int = 10, judged: bool = True) -> tuple[Net, Node]:
    net = Net(units=units)
    made = net.add("merge.expression", formula=text)
    net.document.link(End(net.last.id, "y"), End(made.id, "a"))
    if judged:
        net.judge("loss.cross_entropy", net.add("layer.linear", made, units=10))
    return net, made


@pytest.mark.parametrize("text", ["a / sum(a)", "a - mean(a)", "exp(a) / sum(exp(a))"])
def test_a_formula_that_adds_up_the_whole_batch_is_told(text: str) -> None:
    net, made = of_all(text)
    problem = net.problem(made)
    assert "all examples of the batch" in problem.text
    assert [fix.label for fix in problem.fixes] == (["Use Softmax"] if "exp" in text else [])
    if problem.fixes:
        net.mend(problem)
        assert not net.inference.problems


def test_a_sum_of_everything_that_is_a_loss_is_no_slip() -> None:
    net, made = of_all("mean(a ** 2) / (1 + sum(a ** 2))", judged=False)
    net.add("optimizer.adam", net.add("loss.mean", made))
    assert not net.inference.problems


def test_weights_of_examples_are_no_slip() -> None:
    net, _ = of_all("a / mean(a)", units=1)
    assert not net.inference.problems


@pytest.mark.parametrize(("join", "meet"), [("mean", "subtract"), ("sum", "divide")])
def test_one_number_of_all_that_meets_each_example_again_is_told(join: str, meet: str) -> None:
    net = Net()
    joined = net.add(f"merge.{join}", net.last)
    net.judge("loss.cross_entropy", net.add(f"merge.{meet}", net.last, joined))
    problem = net.problem(joined)
    assert "meets each again" in problem.text
    net.mend(problem)
    assert net.document.node(joined.id).params == {"dim": (1,), "keepdim": True}
    assert not net.inference.problems
