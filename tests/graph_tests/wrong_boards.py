"""Boards with something wrong in them: together they bring every fix there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from graph.core.tensor import TensorType, features, labels
from graph.diagnose.diagnosis import Diagnosis
from graph.format.templates import open_template
from graph.model.sheet import End, Node
from tests.graph_tests.diagnose_tests import test_diffusion, test_generated, test_gradient_penalty
from tests.graph_tests.diagnose_tests.test_batch_first import judged as moved
from tests.graph_tests.diagnose_tests.test_batch_mixing import bound
from tests.graph_tests.diagnose_tests.test_board_checks import judged, net
from tests.graph_tests.diagnose_tests.test_data_rows import beside
from tests.graph_tests.diagnose_tests.test_target_scales import Priced
from tests.graph_tests.diagnose_tests.test_wanted_numbers import Net, rebuilding
from tests.graph_tests.infer_tests.test_inference import Board
from tests.graph_tests.networks_tests.drawing import Drawing
from tests.graph_tests.networks_tests.test_problems import SAME, two_ends
from tests.graph_tests.test_fixes import Table

Kind = TensorType | str
"""What flows along a wire, or the type of a node that gives it."""

SCALAR = features()
ROW = features("N", 4)
TALL = features("N", 5, 7)
PICTURE = features("N", 3, 7, 7)
CUBE = features("N", 2, 4, 4, 4)
CLASS = labels("N", classes=10)
NUMBERED = TensorType(("N", 4), "int", "tokens", None)

ALONE: list[tuple[str, list[Kind], dict[str, Any]]] = [
    ("activation.hardtanh", [ROW], {"min_val": 2.0}),
    ("activation.rrelu", [ROW], {"lower": 0.5, "upper": 0.25}),
    ("activation.celu", [ROW], {"alpha": 0.0}),
    ("activation.glu", [ROW], {"dim": 0}),
    ("activation.softmax", [features("N", 4, 1)], {"dim": 2}),
    ("activation.softmax", [ROW], {"dim": 5}),
    ("layer.conv2d", [PICTURE], {"filters": 4, "groups": 3}),
    ("layer.conv2d", [features("N", 6, 7, 7)], {"filters": 8, "groups": 4}),
    ("layer.conv2d", [PICTURE], {"filters": 4, "form": "depthwise"}),
    ("layer.conv2d", [PICTURE], {"padding_mode": "reflect", "kernel_size": (15,)}),
    ("layer.conv2d", [PICTURE], {"kernel_size": (11,), "padding": "valid"}),
    ("layer.conv2d", [features("N", 7, 7)], {}),
    ("layer.conv1d", [PICTURE], {}),
    ("layer.conv2d", [features("N", 64)], {}),
    ("layer.conv_transpose2d", [PICTURE], {"output_padding": (5,)}),
    ("layer.conv_transpose2d", [PICTURE], {"padding": (20,)}),
    ("layer.linear", [features("N")], {}),
    ("layer.linear", [CLASS], {}),
    ("layer.linear", [TensorType(("N", 4), "bool", "mask")], {}),
    ("layer.linear", [TensorType(("N", 8), "int", "tokens", 20)], {}),
    ("layer.embedding", [CLASS], {"vocabulary": 3}),
    ("layer.embedding", [CLASS], {"padding_idx": 99}),
    ("layer.unfold", [PICTURE], {"kernel_size": (9,)}),
    ("layer.constant", [], {"values": (1.0, 2.0), "sizes": (3,)}),
    ("neuron.neuron", [ROW], {}),
    ("neuron.split", [TALL], {"columns": 3}),
    ("neuron.split", [ROW], {"columns": 3}),
    ("norm.batch1d", [PICTURE], {}),
    ("norm.layer", [ROW], {"axes": 3}),
    ("pool.max2d", [PICTURE], {"padding": (3,)}),
    ("pool.fractional_max2d", [PICTURE], {"kernel_size": (7,)}),
    ("layer.pixel_shuffle", [features("N", 12, 4, 4)], {"upscale_factor": 3}),
    ("layer.fold", [features("N", 12, 9)], {"output_size": (9,), "kernel_size": (2,)}),
    ("layer.embedding", [NUMBERED], {}),
    ("layer.embedding_bag", [NUMBERED, ROW], {"vocabulary": 20, "mode": "mean"}),
    (
        "layer.embedding_bag",
        [NUMBERED],
        {"vocabulary": 20, "mode": "max", "scale_grad_by_freq": True},
    ),
    ("loss.cross_entropy", [features("N", 10), features("N", 10)], {"ignore_index": 3}),
    ("loss.cross_entropy", [features("N", 10), features("N", 10)], {"balanced": True}),
    ("loss.cross_entropy", [features("N", 10), CLASS], {"balanced": True, "weight": (1.0,) * 10}),
    ("loss.cross_entropy", [features("N", 10), CLASS], {"weight": (1.0, 2.0)}),
    ("loss.cross_entropy", [CLASS, features("N", 10)], {}),
    ("loss.cross_entropy", [features("N", 5, 2), CLASS], {}),
    ("loss.bce", [features("N", 4), features("N", 2, 2)], {}),
    ("loss.bce", [TALL, ROW], {}),
    ("loss.dice", [features("N"), features("N")], {}),
    ("loss.mse", [features("N", 10), CLASS], {}),
    ("loss.mse", [features("N", 2, 2), features("N", 4)], {}),
    ("loss.bce", [features("N", 10), CLASS], {}),
    ("loss.bce", [features("N", 2), labels("N", classes=2)], {}),
    ("loss.nll", [ROW, features("N")], {}),
    ("metric.top_k", [features("N", 3), labels("N", classes=3)], {"k": 5}),
    ("merge.clamp", [ROW], {"min": None, "max": None}),
    ("merge.distance", [features("N"), features("N")], {}),
    ("merge.matmul", [features("N", 4, 6), features("N", 5, 6)], {}),
    ("merge.topk", [ROW], {"k": 7}),
    ("merge.where", [ROW, ROW, ROW], {}),
    ("merge.subtract", [features("N", 3), PICTURE], {}),
    ("merge.mean", [TALL], {"dim": (1, 1)}),
    ("layer.parameter", [], {"sizes": (4,), "init": "kaiming_normal"}),
    ("random.plane", [], {"size": 4, "across": 7}),
    ("random.plane", [], {"size": 4, "across": 3, "up": 3}),
    ("layer.time_embedding", [features("N")], {"size": 63}),
    ("random.gaussian_blur", [PICTURE], {"least": 3.0}),
    ("random.gaussian_blur", [PICTURE], {"size": 4}),
    ("random.gaussian_blur", [PICTURE], {"size": 31}),
    ("schedule.one_cycle", [], {"three_phase": True, "pct_start": 0.6}),
    ("schedule.multi_step", [], {"milestones": (60, 30)}),
    ("schedule.sequential", ["schedule.step", "schedule.step"], {"milestones": (9, 4)}),
    ("schedule.sequential", ["schedule.step", "schedule.step"], {"milestones": (4, 9)}),
    ("shape.flatten", [PICTURE], {"start_dim": 3, "end_dim": 1}),
    ("shape.unflatten", [ROW], {"dim": 0, "sizes": (2, 2)}),
    ("shape.squeeze", [features("N", 4, 1)], {"dim": 1}),
    ("shape.one_hot", [NUMBERED], {}),
    ("shape.one_hot", [CLASS], {"num_classes": 3}),
    ("shape.slice", [ROW], {"start": 9}),
    ("shape.slice", [ROW], {"start": 2, "end": 1}),
    ("shape.select", [ROW], {"index": 9}),
    ("shape.split", [features("N", 9)], {"parts": 4}),
    ("shape.split", [features("N", 9)], {"dim": 0}),
    ("shape.split", [features("N", 9)], {"sizes": (4, 4)}),
    ("shape.permute", [TALL], {"dims": (0, 1)}),
    ("shape.crop", [PICTURE], {"size": (9, 4)}),
    ("shape.unflatten", [features("N", 60)], {"sizes": (1, 8, 8)}),
    ("shape.roll", [PICTURE], {"shifts": (1, 2, 3), "dims": (1, 2)}),
    ("shape.flip", [PICTURE], {"dims": (1, 1)}),
    ("shape.pad", [PICTURE], {"pad": (1, 2, 3)}),
    ("shape.pad", [PICTURE], {"pad": (9,), "mode": "reflect"}),
    ("shape.interpolate", [CUBE], {"mode": "cubic"}),
    ("shape.interpolate", [CUBE], {"mode": "linear", "antialias": True}),
    ("shape.interpolate", [PICTURE], {"scale_factor": 0.1}),
    (
        "shape.grid_sample",
        [CUBE, features("N", 4, 4, 4, 3)],
        {"mode": "bicubic"},
    ),
    ("shape.affine_grid", [features("N", 6), PICTURE], {}),
    ("merge.expression", [ROW], {"formula": "torch.sin(x)"}),
    ("view.confusion", [features("N", 2, 5), CLASS], {}),
]
"""A node, what is wired into its inputs one after the other, and its parameters."""


def alone(type: str, kinds: list[Kind], params: dict[str, Any]) -> Table:
    """A node with what it does not take."""
    table = Table()
    node = table.document.add_node(type, params=params)
    for place, kind in enumerate(kinds):
        ports = table.document.ports(node).inputs
        port = ports[min(place, len(ports) - 1)]
        table.document.link(_end(table, kind), End(node.id, port.name))
    return table


def _end(table: Table, kind: Kind) -> End:
    if isinstance(kind, TensorType):
        return table.source(kind)
    node = table.document.add_node(kind)
    return End(node.id, table.document.ports(node).outputs[0].name)


def trained() -> tuple[Board, list[Node], Node]:
    """A board that trains two layers, its nodes and the optimizer."""
    board = Board()
    nodes = list(net(board))
    return board, nodes, board.add("optimizer.adam", nodes[-1])


def two_losses() -> Diagnosis:
    """One of the losses is trained by nobody."""
    board, (data, hidden, _, _), _ = trained()
    judged(board, board.add("layer.linear", hidden, units=10), data)
    return board.inference


def trains_what_lies_aside(*, some: bool) -> Diagnosis:
    board, (_, hidden, _, _), adam = trained()
    aside = board.add("layer.linear", hidden)
    board.document.set_params(adam.id, trains=(aside.id, hidden.id) if some else (aside.id,))
    return board.inference


def slower_than_nothing() -> Diagnosis:
    board, (_, hidden, _, _), adam = trained()
    aside = board.add("layer.linear", hidden)
    board.document.set_params(adam.id, slower=(aside.id,))
    return board.inference


def far_too_fast() -> Diagnosis:
    """A learning rate that is hardly meant."""
    board, _, adam = trained()
    board.document.set_params(adam.id, lr=1000.0)
    return board.inference


def two_optimizers(*, first_gives_way: bool) -> Diagnosis:
    board, (_, hidden, _, loss), adam = trained()
    sgd = board.add("optimizer.sgd", loss)
    board.document.set_params((sgd if first_gives_way else adam).id, trains=(hidden.id,))
    return board.inference


def some_neurons() -> Diagnosis:
    """One of three neurons of a network is trained."""
    board, sheet = Board(), "net"
    board.document.add_network(sheet)
    entry = board.add("network.input", sheet=sheet)
    columns = board.add("neuron.split", entry, sheet=sheet, columns=2)
    first, second = (board.add("neuron.neuron", columns, sheet=sheet) for _ in range(2))
    last = board.add("neuron.neuron", first, second, sheet=sheet)
    board.add("network.output", last, sheet=sheet)
    data = board.add("data.moons")
    placed = board.add("network.instance", data, network=sheet)
    loss = board.add("loss.binary_cross_entropy", placed)
    board.document.link(End(data.id, "label"), End(loss.id, "target"))
    board.add("optimizer.adam", loss, trains=(f"{placed.id}/{first.id}",))
    return board.inference


def too_many_factors() -> Diagnosis:
    board = Net()
    losses = (board.judge("loss.cross_entropy", board.last, train=False) for _ in range(2))
    board.add("optimizer.adam", board.add("loss.weighted_sum", *losses, factors=(1.0, 2.0, 3.0)))
    return board.inference


def optimizer(type: str, **params: Any) -> Diagnosis:
    board, (*_, loss), adam = trained()
    board.document.remove([adam.id])
    board.add(type, loss, **params)
    return board.inference


def weights_of_an_inner_network() -> Diagnosis:
    draw = Drawing()
    draw.network("inner", *SAME)
    draw.network(
        "outer", ("network.instance", {"network": "inner", "pretrained": "some.safetensors"})
    )
    draw.classifier(draw.place("outer"))
    return Diagnosis(draw.document)


def average(**params: Any) -> Diagnosis:
    """A moving average of nothing."""
    draw = Drawing()
    draw.network("block", *SAME)
    draw.classifier(draw.place("block", **params))
    return Diagnosis(draw.document)


def computed_labels_balanced() -> Diagnosis:
    board = Net()
    loss = board.judge("loss.cross_entropy", board.last, balanced=True)
    flipped = board.add("shape.flip", dims=(0,))
    board.document.link(End(board.data.id, "label"), End(flipped.id, "x"))
    board.document.link(End(flipped.id, "y"), End(loss.id, "label"), replace=True)
    return board.inference


def made_of_another_range() -> Diagnosis:
    """A generator that ends in tanh beside pictures of 0 to 1."""
    document = open_template("digits_gan")
    inner = document.networks["generator"].nodes.values()
    document.replace_node(next(n.id for n in inner if n.name == "sigmoid"), "activation.tanh")
    return Diagnosis(document)


def plateau_with_another() -> Diagnosis:
    board, _, adam = trained()
    first, last = board.add("schedule.step"), board.add("schedule.plateau")
    both = board.add("schedule.chained", first, last)
    board.document.link(
        End(both.id, board.document.ports(both).outputs[0].name), End(adam.id, "schedule")
    )
    return board.inference


def one_example_normed() -> Diagnosis:
    board = Board()
    data = board.add("data.digits")
    hidden = board.add("layer.linear", board.add("shape.flatten", data), units=10)
    judged_one = judged(board, board.add("norm.batch1d", hidden), data)
    board.add("optimizer.adam", judged_one)
    board.document.set_settings(batch_size=1)
    return board.inference


def mean_beside_a_sum() -> Diagnosis:
    return bound("merge.add")[0].inference


def classes_as_amounts() -> Diagnosis:
    board = Net(units=1)
    board.judge("loss.mse", board.last)
    return board.inference


def flat_step() -> Diagnosis:
    board = Net()
    board.judge("loss.cross_entropy", board.add("merge.expression", board.last, formula="sign(x)"))
    return board.inference


def step_of_whole_numbers() -> Diagnosis:
    board, (data, hidden, _, _), _ = trained()
    kept = board.add("layer.detach", board.add("layer.linear", hidden, units=10))
    board.add("optimizer.adam", judged(board, kept, data))
    return board.inference


def twin_behind_other_sizes() -> Diagnosis:
    board, (_, hidden, _, _), _ = trained()
    twin = board.document.add_node("layer.linear", twin=hidden.id)
    board.document.link(End(hidden.id, "y"), End(twin.id, "x"))
    return board.inference


def noise_of_another_size() -> Diagnosis:
    document = open_template("digits_gan")
    by_name = {node.name: node for node in document.board.nodes.values()}
    made = document.replace_node(by_name["interpolation"].id, "random.sliders")
    document.set_params(made.id, size=7)
    return Diagnosis(document)


def rows(drawn: str, count: int) -> Diagnosis:
    board = Board()
    beside(board, drawn, count)
    return board.inference


def no_output() -> Diagnosis:
    draw = Drawing()
    *_, last = draw.network("block", *SAME)
    draw.document.remove([last.id])
    draw.chain(draw.add("data.digits"), draw.place("block"))
    return Diagnosis(draw.document)


def stacked() -> Diagnosis:
    draw = Drawing()
    draw.network("block", ("layer.linear", {"units": 32}))
    draw.classifier(draw.place("block", repeat=2))
    return Diagnosis(draw.document)


def muted_network() -> Diagnosis:
    draw = Drawing()
    placed = two_ends(draw)
    draw.chain(draw.add("data.digits"), draw.add("shape.flatten"), placed)
    head, loss = draw.add("layer.linear", "head"), draw.add("loss.mean")
    draw.wire(placed, head, output="two")
    draw.chain(head, loss, draw.add("optimizer.adam"))
    draw.document.set_muted([placed.id], True)
    return Diagnosis(draw.document)


def muted_terms() -> Diagnosis:
    """A sum of losses all of which are muted."""
    board = Net()
    first, second = (board.judge("loss.cross_entropy", board.last, train=False) for _ in range(2))
    board.add("optimizer.adam", board.add("merge.add", first, second))
    board.document.set_muted([first.id, second.id], True)
    return board.inference


def scores_made_small() -> Diagnosis:
    """A loss by hand that is the scores themselves, as what made a loss of them is muted."""
    board = Net()
    square = board.add("merge.expression", board.last, formula="x ** 2")
    board.add("optimizer.adam", board.add("loss.mean", square))
    board.document.set_muted([square.id], True)
    return board.inference


def exposed_groups() -> Diagnosis:
    """A value that an instance gives is wrong inside it."""
    draw = Drawing()
    _, layer, *_ = draw.network("block", ("norm.group", {"num_groups": 8}))
    draw.document.expose(layer.id, "num_groups")
    draw.classifier(draw.place("block", num_groups=7))
    return Diagnosis(draw.document)


def axis_by_hand(kind: str, **params: Any) -> Diagnosis:
    """What is done to scores before a loss."""
    board = Net()
    board.judge("loss.cross_entropy", board.add(kind, board.last, **params))
    return board.inference


def softmax_over_the_batch() -> Diagnosis:
    return axis_by_hand("activation.softmax", dim=0)


def dropped_at_the_end() -> Diagnosis:
    return axis_by_hand("dropout.dropout")


def game_of_probabilities() -> Diagnosis:
    """A critic that ends in a sigmoid, judged by what wants scores."""
    document = open_template("digits_gan")
    sheet = document.networks["discriminator"]
    (end,) = (node for node in sheet.nodes.values() if node.type == "network.output")
    document.insert("activation.sigmoid", sheet.into(end.id)[0])
    return Diagnosis(document)


def mean_of_all() -> Diagnosis:
    """A mean of all numbers of a batch that each example meets again."""
    board = Net()
    mean = board.add("merge.mean", board.last)
    board.judge("loss.cross_entropy", board.add("merge.subtract", board.last, mean))
    return board.inference


def formula_of_all() -> Diagnosis:
    board = Net()
    board.judge(
        "loss.cross_entropy",
        board.add("merge.expression", board.last, formula="exp(x) / sum(exp(x))"),
    )
    return board.inference


def softmax_of_softmax() -> Diagnosis:
    board = Net()
    inner = board.add("activation.softmax", board.last)
    outer = board.add("activation.softmax", inner)
    board.judge("loss.nll", board.add("merge.expression", outer, formula="log(x)"))
    return board.inference


def sign_of_targets() -> Diagnosis:
    return rebuilding("sigmoid", "loss.bce", signed=True)[0].inference


def divided_by_0() -> Diagnosis:
    board = Net()
    none = board.add("layer.constant", values=(0.0,))
    board.judge("loss.cross_entropy", board.add("merge.divide", board.last, none))
    return board.inference


def standardised_target() -> Diagnosis:
    table = Priced()
    node = table.ask("merge.expression", "b", formula="log(b)")
    table.learn()
    assert table.told(node)
    return table.inference


def standardised_counts() -> Diagnosis:
    table = Priced()
    node = table.ask("loss.poisson_nll", "target")
    table.document.link(End(table.last.id, "y"), End(node.id, "prediction"))
    table.add("optimizer.adam", node)
    assert table.told(node)
    return table.inference


def doubted_data() -> Diagnosis:
    """What looking at the data found, with what it says would mend it."""
    table = Priced()
    loss = table.add("loss.mse", table.last)
    table.document.link(End(table.table.id, "target"), End(loss.id, "target"))
    table.add("optimizer.adam", loss)
    told = {"text": "gives few deviations", "advice": "take it as it is", "severity": "warning"}
    doubt = {**told, "fixes": [["standardise", False]], "asked": [["standardise", True]]}
    facts = table.inference.facts[table.table.id]
    table.inference.set_facts(table.table.id, {**facts, "doubts": [doubt]})
    return table.inference


def dim_0() -> Diagnosis:
    """The batch is no longer the first axis, and another would do."""
    board = Net()
    moved(board, board.add("shape.repeat", board.last, dim=0))
    return board.inference


def padded_unpool() -> Diagnosis:
    board = Board()
    picture = board.add("layer.conv2d", board.add("data.digits"), filters=2)
    small = picture
    for _ in range(3):
        small = board.add("pool.max2d", small, return_indices=True)
    back = board.add("pool.max_unpool2d", small, padding=(1,))
    board.document.link(End(small.id, "indices"), End(back.id, "indices"))
    return board.inference


def odd_side() -> Diagnosis:
    """A picture that was halved and doubled beside what it was made of."""
    board = Board()
    whole = board.add(
        "layer.conv2d", board.add("data.digits"), filters=4, kernel_size=(2,), padding="valid"
    )
    half = board.add("layer.conv2d", whole, filters=4, stride=(2,), padding="valid")
    up = board.add("layer.conv_transpose2d", half, filters=4, stride=(2,))
    board.add("merge.concatenate", whole, up)
    return board.inference


def repeated_and_bent() -> Diagnosis:
    board = Net()
    layer = board.add("layer.linear", board.last, units=10)
    bent = board.add("activation.relu", layer)
    board.judge("loss.cross_entropy", bent)
    placed = board.document.group_into_network([layer.id, bent.id], "inner")
    board.document.set_params(placed.id, repeat=3)
    return board.inference


def linear_on_pictures() -> Diagnosis:
    board = Board()
    board.add("layer.linear", board.add("data.digits"), units=10)
    return board.inference


def loss_of_each_row() -> Diagnosis:
    board, (_, hidden, _, _), _ = trained()
    board.add("optimizer.adam", board.add("merge.expression", hidden, formula="x ** 2"))
    return board.inference


def walk_behind_the_trained() -> Diagnosis:
    document, inference, nodes = test_diffusion.opened()
    document.remove([nodes["u_net_2"].id, nodes["diffusion_start"].id])
    document.link(End(nodes["u_net"].id, "noise"), End(nodes["diffusion"].id, "noise"))
    return inference


def walk_of_another_size() -> Diagnosis:
    document, inference, nodes = test_diffusion.opened()
    (wire,) = document.board.into(nodes["diffusion"].id)
    document.insert("shape.crop", wire, size=(4, 4))
    return inference


def walk_of_another_schedule() -> Diagnosis:
    document, inference, nodes = test_diffusion.opened()
    document.set_params(nodes["noising"].id, noise_schedule="linear")
    return inference


def samples_of_the_data() -> Diagnosis:
    return Diagnosis(test_generated.vae_whose_samples_show_reconstructions()[0])


def penalty_of_another_score() -> Diagnosis:
    document, inference, nodes = test_gradient_penalty.opened()
    document.remove([nodes["critic_at_points"].id])
    document.link(End(nodes["critic"].id, "score"), End(nodes["penalty"].id, "score"))
    return inference


def critic_normed_over_the_batch() -> Diagnosis:
    document, inference, _ = test_gradient_penalty.opened()
    sheet = document.networks["critic"]
    flat = next(node for node in sheet.nodes.values() if node.type == "shape.flatten")
    document.insert("norm.batch1d", sheet.out_of(flat.id)[0])
    return inference


WHOLE: list[Callable[[], Diagnosis]] = [
    two_losses,
    lambda: trains_what_lies_aside(some=True),
    lambda: trains_what_lies_aside(some=False),
    slower_than_nothing,
    far_too_fast,
    lambda: two_optimizers(first_gives_way=True),
    lambda: two_optimizers(first_gives_way=False),
    some_neurons,
    weights_of_an_inner_network,
    lambda: average(momentum=0.5),
    computed_labels_balanced,
    made_of_another_range,
    plateau_with_another,
    too_many_factors,
    lambda: optimizer("optimizer.sgd", nesterov=True),
    lambda: optimizer("optimizer.sgd", nesterov=True, momentum=0.9, dampening=0.1),
    lambda: optimizer("optimizer.rprop", etas=(1.5, 1.2)),
    one_example_normed,
    mean_beside_a_sum,
    classes_as_amounts,
    flat_step,
    step_of_whole_numbers,
    twin_behind_other_sizes,
    noise_of_another_size,
    lambda: rows("auto", 8),
    lambda: rows("by row", 5),
    no_output,
    stacked,
    muted_network,
    muted_terms,
    scores_made_small,
    exposed_groups,
    softmax_over_the_batch,
    dropped_at_the_end,
    game_of_probabilities,
    dim_0,
    padded_unpool,
    odd_side,
    repeated_and_bent,
    loss_of_each_row,
    linear_on_pictures,
    mean_of_all,
    formula_of_all,
    softmax_of_softmax,
    sign_of_targets,
    divided_by_0,
    standardised_target,
    standardised_counts,
    doubted_data,
    walk_behind_the_trained,
    walk_of_another_size,
    walk_of_another_schedule,
    samples_of_the_data,
    penalty_of_another_score,
    critic_normed_over_the_batch,
]


def all_of_them() -> Iterator[tuple[str, Diagnosis]]:
    """Every board of this file, each with a name."""
    for type, kinds, params in ALONE:
        yield f"{type} {params}", alone(type, kinds, params).inference
    for number, make in enumerate(WHOLE):
        yield f"{number} {make.__name__}", make()
