"""Sizes that do not meet: each way out that is offered leads to a board without errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from graph.model.sheet import End, Node
from tests.graph_tests.diagnose_tests.test_wanted_numbers import Net
from tests.graph_tests.infer_tests.test_inference import Board


def every_fix(board: Board, node: Node) -> list[str]:
    """Apply each fix of a node's problem by itself; it goes, and no error comes."""
    (problem,) = board.inference.problems_of(node.id)
    before = {str(one) for one in board.inference.problems if one.severity == "error"}
    for fix in problem.fixes:
        fix.apply(board.document)
        after = {str(one) for one in board.inference.problems if one.severity == "error"}
        assert problem.text not in {one.text for one in board.inference.problems_of(node.id)}
        assert after <= before, fix.label
        board.document.undo()
        assert board.problem(node).text == problem.text
    return [fix.label for fix in problem.fixes]


def picture(board: Board, side: int, filters: int = 4, *, data: str = "data.mnist") -> Node:
    """A picture of some size, made of the data."""
    pooled = board.add("pool.adaptive_avg2d", board.add(data), output_size=(side, side))
    return board.add("layer.conv2d", pooled, filters=filters)


@pytest.mark.parametrize("merge", ["merge.concatenate", "merge.add", "merge.multiply"])
def test_sides_of_a_u_net(merge: str) -> None:
    board = Board()
    one, other = picture(board, 6), picture(board, 7)
    labels = every_fix(board, board.add(merge, one, other))
    assert labels == ["Insert Interpolate to 7×7", "Insert Pad to 7×7", "Insert Crop to 6×6"]


def test_output_padding_of_the_layer_before() -> None:
    board = Board()
    up = board.add("layer.conv_transpose2d", picture(board, 3), filters=4)
    labels = every_fix(board, board.add("merge.concatenate", up, picture(board, 7)))
    assert labels[0] == f"Set output padding of {up.name} to (1, 1)"
    assert len(labels) == 4


def test_three_pictures_at_once() -> None:
    board = Board()
    parts = [picture(board, side) for side in (7, 5, 6)]
    assert len(every_fix(board, board.add("merge.concatenate", *parts))) == 3


@pytest.mark.parametrize(
    ("one", "other", "params"),
    [
        ((8, 4), (8, 16), {"filters": 16, "kernel_size": (1,)}),
        ((16, 4), (8, 16), {"filters": 16, "kernel_size": (1,), "stride": (2,)}),
    ],
)
def test_a_residual_of_other_channels(
    one: tuple[int, int], other: tuple[int, int], params: dict[str, Any]
) -> None:
    board = Board()
    merged = board.add("merge.add", picture(board, *one), picture(board, *other))
    labels = every_fix(board, merged)
    fix = board.problem(merged).fixes[0]
    assert labels == [fix.label]
    fix.apply(board.document)
    node = board.document.node(board.document.board.into(merged.id)[0].source.node)
    found = board.document.params(node)
    assert {name: found[name] for name in params} == params


def test_rows_of_other_sizes() -> None:
    board = Board()
    flat = board.add("shape.flatten", board.add("data.digits"))
    ends = [board.add("layer.linear", flat, units=units) for units in (8, 12)]
    assert every_fix(board, board.add("merge.subtract", *ends)) == ["Insert a Linear behind linear"]


def test_a_picture_of_another_size_than_its_target() -> None:
    board = Board()
    data = board.add("data.digits")
    small = board.add("layer.conv2d", data, filters=1, padding="valid")
    labels = every_fix(board, board.add("loss.mse", small, data))
    assert labels == ["Insert Interpolate to 8×8", "Insert Pad to 8×8"]


@pytest.mark.parametrize(
    ("kind", "better"),
    [
        ("layer.conv1d", "Use Conv2d"),
        ("norm.batch1d", "Use BatchNorm2d"),
        ("pool.max3d", "Use MaxPool2d"),
        ("dropout.dropout1d", "Use Dropout2d"),
        ("layer.conv_transpose3d", "Use ConvTranspose2d"),
    ],
)
def test_a_layer_for_signals_before_pictures_is_exchanged(kind: str, better: str) -> None:
    board = Board()
    node = board.add(kind, board.add("data.digits"))
    after = board.add("activation.relu", node)
    problem = board.problem(node)
    fix = next(one for one in problem.fixes if one.label == better)
    fix.apply(board.document)
    assert not [one for one in board.inference.problems if one.text == problem.text]
    assert board.inference.result(after.id).inputs  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", ["loss.cross_entropy", "metric.accuracy", "view.confusion"])
def test_the_labels_of_the_data_are_a_click_away(kind: str) -> None:
    board = Board()
    data = board.add("data.digits")
    scores = board.add("layer.linear", board.add("shape.flatten", data), units=10)
    node = board.add(kind, scores)
    assert every_fix(board, node) == ["Wire digits.label"]
    board.document.link(End(data.id, "image"), End(node.id, "label"))
    assert "Wire digits.label" in every_fix(board, node)


def test_half_of_a_gated_layer_is_mended_behind_the_gate() -> None:
    net = Net()
    net.judge("loss.cross_entropy", net.add("activation.glu", net.last))
    (problem,) = net.inference.problems
    net.mend(problem)
    assert not net.inference.problems


def numbers(board: Board, kind: str, units: int, *, bend: str = "") -> Node:
    """A node that judges a price, by a network of a table."""
    data = board.add("data.csv", path="some.csv")
    given = {
        name: {"dims": ["N", *rest], "dtype": "float", "kind": "features"}
        for name, rest in (("features", [4]), ("target", []))
    }
    facts = {"outputs": given, "numbers": [], "categories": {}}
    board.inference.set_facts(data.id, facts)
    found = board.add("layer.linear", data, units=units)
    node = board.add(kind, board.add(bend, found) if bend else found)
    board.document.link(
        End(data.id, "target"), End(node.id, board.document.ports(node).inputs[1].name)
    )
    if kind.startswith("loss."):
        board.add("optimizer.adam", node)
    return node


@pytest.mark.parametrize(
    ("kind", "units", "bend", "label"),
    [
        ("loss.cross_entropy", 1, "", "Use Mean squared error"),
        (
            "loss.cross_entropy",
            1,
            "activation.softmax",
            "Use Mean squared error and take softmax out",
        ),
        (
            "loss.cross_entropy",
            10,
            "",
            "Use Mean squared error and set units of linear to 1 at mean_squared_error",
        ),
        ("loss.nll", 1, "", "Use Mean squared error"),
        ("loss.multi_margin", 1, "", "Use Mean squared error"),
        ("loss.binary_cross_entropy", 1, "", "Use Mean squared error"),
        ("loss.bce", 1, "activation.sigmoid", "Use Mean squared error and take sigmoid out"),
        ("loss.focal", 1, "", "Use Mean squared error"),
        ("metric.accuracy", 1, "", "Use MAE"),
        ("metric.f1", 10, "", "Use MAE and set units of linear to 1 at mae"),
        ("view.confusion", 10, "", "Use Table and set units of linear to 1 at table"),
    ],
)
def test_a_number_to_predict_is_judged_as_one(kind: str, units: int, bend: str, label: str) -> None:
    board = Board()
    node = numbers(board, kind, units, bend=bend)
    assert label in every_fix(board, node)
    next(fix for fix in board.problem(node).fixes if fix.label == label).apply(board.document)
    assert [one for one in board.inference.problems if one.node is not None] == []


@pytest.mark.parametrize(
    ("kind", "units", "bend", "label"),
    [
        ("loss.binary_cross_entropy", 10, "", "Use Cross entropy"),
        (
            "loss.binary_cross_entropy",
            1,
            "",
            "Use Cross entropy and set units of linear to 10 at cross_entropy",
        ),
        ("loss.bce", 10, "activation.sigmoid", "Use Cross entropy and take sigmoid out"),
        ("loss.soft_margin", 10, "", "Use Cross entropy"),
        ("loss.mse", 10, "", "Use Cross entropy"),
        ("metric.mae", 10, "", "Use Accuracy"),
    ],
)
def test_one_class_of_many_is_judged_as_that(kind: str, units: int, bend: str, label: str) -> None:
    net = Net(units=units)
    node = net.judge(kind, net.add(bend, net.last) if bend else net.last)
    assert every_fix(net, node)[0] == label
    net.problem(node).fixes[0].apply(net.document)
    assert [one for one in net.inference.problems if one.node is not None] == []


def features(net: Net, units: int) -> Node:
    return net.add("layer.linear", net.last, units=units)


def maps(net: Net, filters: int) -> Node:
    return net.add("layer.conv2d", net.data, filters=filters)


DIVIDED: dict[str, tuple[Callable[[Net], Node], list[str]]] = {
    "pixel shuffle": (
        lambda net: net.add("layer.pixel_shuffle", maps(net, 6)),
        ["Set filters of conv2d to 8"],
    ),
    "a smaller pixel shuffle": (
        lambda net: net.add("layer.pixel_shuffle", maps(net, 12), upscale_factor=3),
        ["Set filters of conv2d to 9", "Set upscale factor of pixel_shuffle to 2"],
    ),
    "pixel unshuffle": (
        lambda net: net.add("layer.pixel_unshuffle", net.data, downscale_factor=3),
        [
            "Set downscale factor of pixel_unshuffle to 2",
            "Insert Interpolate to 9×9",
            "Insert Pad to 9×9",
        ],
    ),
    "channel shuffle": (
        lambda net: net.add("layer.channel_shuffle", maps(net, 6), groups=4),
        ["Set groups of channel_shuffle to 3", "Set filters of conv2d to 8"],
    ),
    "gate": (
        lambda net: net.add("activation.glu", features(net, 7)),
        ["Set units of linear_2 to 8"],
    ),
    "gate of channels": (
        lambda net: net.add("activation.glu", maps(net, 7), dim=1),
        ["Set filters of conv2d to 8"],
    ),
    "groups of a convolution": (
        lambda net: net.add("layer.conv2d", maps(net, 6), filters=8, groups=4),
        ["Set groups of conv2d_2 to 2", "Set filters of conv2d to 8"],
    ),
    "groups of filters": (
        lambda net: net.add("layer.conv_transpose2d", maps(net, 8), filters=6, groups=4),
        ["Set filters of conv_transpose2d to 8", "Set groups of conv_transpose2d to 2"],
    ),
    "groups of a norm": (
        lambda net: net.add("norm.group", maps(net, 6), num_groups=4),
        ["Set num groups of group_norm to 3", "Set filters of conv2d to 8"],
    ),
    "pool": (
        lambda net: net.add("pool.max2d", maps(net, 6), kernel_size=(9,)),
        ["Set kernel size of max_pool2d to (8,)"],
    ),
    "pool of one side": (
        lambda net: net.add("pool.avg2d", maps(net, 6), kernel_size=(2, 9)),
        ["Set kernel size of avg_pool2d to (2, 8)"],
    ),
    "patches": (
        lambda net: net.add("layer.unfold", net.data, kernel_size=(9,)),
        ["Set kernel size of unfold to (8,)"],
    ),
    "kernel": (
        lambda net: net.add("layer.conv2d", net.data, kernel_size=(11,), padding="valid"),
        ["Set kernel size of conv2d to (8,)", "Set padding of conv2d to same"],
    ),
    "unflatten": (
        lambda net: net.add("shape.unflatten", features(net, 60), sizes=(1, 8, 8)),
        ["Set units of linear_2 to 64", "Set sizes of unflatten to (1, 6, 10)"],
    ),
    "unflatten the rest": (
        lambda net: net.add("shape.unflatten", features(net, 60), sizes=(7, -1)),
        ["Set sizes of unflatten to (6, -1)"],
    ),
    "reshape": (
        lambda net: net.add("shape.reshape", features(net, 60), sizes=(1, 8, 8)),
        ["Set units of linear_2 to 64", "Set sizes of reshape to (1, 6, 10)"],
    ),
    "reshape of pictures": (
        lambda net: net.add("shape.reshape", maps(net, 3), sizes=(2, 8, 8)),
        ["Set sizes of reshape to (3, 8, 8)"],
    ),
    "split": (
        lambda net: net.add("shape.split", features(net, 9), parts=4),
        ["Set parts of split to 3", "Set units of linear_2 to 8"],
    ),
    "crop": (
        lambda net: net.add("shape.crop", net.data, size=(9, 4)),
        ["Set size of crop to (8, 4)"],
    ),
    "axis": (
        lambda net: net.add("activation.softmax", net.last, dim=2),
        ["Set dim of softmax to 1"],
    ),
    "axis of a flatten": (
        lambda net: net.add("shape.flatten", net.data, start_dim=5),
        ["Set start dim of flatten_2 to 3"],
    ),
    "fold of the batch": (
        lambda net: net.add("shape.unflatten", net.last, dim=0, sizes=(2, 5)),
        ["Set dim of unflatten to 1"],
    ),
    "fold of the batch and too few": (
        lambda net: net.add("shape.unflatten", net.last, dim=0, sizes=(1, 8, 8)),
        ["Set dim of unflatten to 1 and set units of linear to 64"],
    ),
}


@pytest.mark.parametrize("kind", DIVIDED)
def test_numbers_that_do_not_divide_get_the_nearest_that_do(kind: str) -> None:
    net = Net()
    make, labels = DIVIDED[kind]
    node = make(net)
    scores = net.add("layer.linear", net.add("shape.flatten", node), units=10)
    net.judge("loss.cross_entropy", scores)
    assert every_fix(net, node) == labels
