"""Boards that a click mended take a step of training, with a loss that is a number."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from graph.diagnose.diagnosis import Diagnosis
from graph.model.sheet import End, Node
from tests.graph_tests import wrong_boards
from tests.graph_tests.diagnose_tests.test_wanted_numbers import Net
from tests.graph_tests.infer_tests.test_inference import Board
from tests.graph_tests.pressing import errors, put_in, until_clean
from tests.runtime_tests.networks_tests.test_steps import training


def bce(bend: str) -> Net:
    net = Net("data.moons", units=1)
    net.judge("loss.bce", net.add(bend, net.last))
    return net


def own_sigmoid() -> Net:
    net = Net("data.moons", units=1)
    bent = net.add("activation.sigmoid", net.last)
    net.judge("loss.bce", bent)
    net.judge("metric.accuracy", bent)
    return net


def in_a_network() -> Net:
    net = Net()
    bent = net.add("activation.softmax", net.last)
    net.judge("loss.cross_entropy", net.add("shape.flatten", bent))
    net.document.group_into_network([net.last.id, bent.id], "inner")
    return net


def nll() -> Net:
    net = Net()
    net.judge("loss.nll", net.last)
    return net


def residual() -> Board:
    board = Board()
    data = board.add("data.digits")
    short = board.add("layer.conv2d", data, filters=4)
    deep = board.add("layer.conv2d", short, filters=8, stride=(2,))
    return ended(board, data, board.add("merge.add", short, deep))


def u_net() -> Board:
    board = Board()
    data = board.add("data.digits")
    odd = board.add("layer.conv2d", data, filters=4, padding="valid", kernel_size=(2,))
    small = board.add("pool.max2d", odd)
    up = board.add("shape.interpolate", small)
    return ended(board, data, board.add("merge.concatenate", odd, up))


def signal() -> Board:
    board = Board()
    data = board.add("data.digits")
    return ended(board, data, board.add("norm.batch1d", board.add("layer.conv2d", data, filters=4)))


def ended(board: Board, data: Node, last: Node) -> Board:
    scores = board.add("layer.linear", board.add("shape.flatten", last), units=10)
    loss = board.add("loss.cross_entropy", scores)
    board.document.link(End(data.id, "label"), End(loss.id, "label"))
    board.add("optimizer.adam", loss)
    return board


BOARDS: dict[str, Callable[[], Board]] = {
    "bce of rectified": lambda: bce("activation.relu"),
    "bce of scores": lambda: bce("layer.identity"),
    "sigmoid of a loss and a metric": own_sigmoid,
    "softmax in a network": in_a_network,
    "nll of scores": nll,
    "residual": residual,
    "u-net": u_net,
    "norm of signals": signal,
}


@pytest.mark.parametrize("name", BOARDS)
def test_a_mended_board_trains(name: str, tmp_path: Path) -> None:
    board = BOARDS[name]()
    (problem,) = [one for one in board.inference.problems if one.fixes]
    for number, fix in enumerate(problem.fixes):
        fix.apply(board.document)
        assert not board.inference.problems
        with training(board.document, tmp_path / str(number)) as run:
            (figures,) = itertools.islice(run, 1)
        losses = [float(one) for name, one in figures.items() if name.startswith("loss/")]
        assert losses
        assert all(0 <= one < 20 for one in losses), fix.label
        board.document.undo()


PLAIN = [
    wrong_boards.softmax_over_the_batch,
    wrong_boards.dim_0,
    wrong_boards.mean_of_all,
    wrong_boards.formula_of_all,
    wrong_boards.softmax_of_softmax,
    wrong_boards.divided_by_0,
    wrong_boards.sign_of_targets,
    wrong_boards.mean_beside_a_sum,
    wrong_boards.flat_step,
    wrong_boards.classes_as_amounts,
    wrong_boards.critic_normed_over_the_batch,
    wrong_boards.penalty_of_another_score,
    wrong_boards.dropped_at_the_end,
    wrong_boards.game_of_probabilities,
]
"""Mistakes that people make most, beside those above."""


@pytest.mark.parametrize("make", PLAIN, ids=lambda one: one.__name__)
def test_a_common_mistake_mended_is_a_board_that_trains(
    make: Callable[[], Diagnosis], tmp_path: Path
) -> None:
    inference = make()
    fixes = [fix for problem in inference.problems for fix in problem.fixes]
    assert fixes
    for number, fix in enumerate(fixes):
        fix.apply(inference.document)
        assert not errors(inference), fix.label
        with training(inference.document, tmp_path / str(number)) as run:
            (figures,) = itertools.islice(run, 1)
        losses = [float(one) for name, one in figures.items() if name.startswith("loss/")]
        assert losses, fix.label
        assert all(map(math.isfinite, losses)), f"{fix.label}: {losses}"
        inference.document.undo()


def test_boards_whose_fixes_were_pressed_until_nothing_is_wrong_train(tmp_path: Path) -> None:
    chance, boards = Random("trained"), 0
    for place, inference in put_in("digits_mlp", 0.005, "steps"):
        pressed = until_clean(inference, chance)
        if errors(inference):
            continue  # it has no button; how many may be so: graph_tests/test_trying.py
        with training(inference.document, tmp_path / str(boards)) as run:
            (figures,) = itertools.islice(run, 1)
        losses = [float(one) for name, one in figures.items() if name.startswith("loss/")]
        assert losses, f"{place}: after {pressed}"
        assert all(map(math.isfinite, losses)), f"{place}: after {pressed}: {losses}"
        boards += 1
    assert boards >= 8
