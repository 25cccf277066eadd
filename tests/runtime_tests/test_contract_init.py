"""How learned numbers start: every node that learns says so, and draws as torch.nn.init does."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import graph.nodes  # noqa: F401 - fills the registry
from graph.compile import compile_document
from graph.core.tensor import TensorType, features, labels
from graph.declare import REGISTRY, Declaration
from tests.runtime_tests import contract
from tests.runtime_tests.compile_tests.written import imported, write
from tests.runtime_tests.evaluate import find
from tests.runtime_tests.omissions import WITHOUT_INIT
from tests.runtime_tests.publications.harness import Board

LEARNING = [one for one in REGISTRY if one.learns and one.role in {"layer", "loss", "neuron"}]
TOKENS = TensorType(("N", 4), "int", "tokens", 6)
WIRES: dict[str, tuple[contract.Wire, ...]] = {
    "layer.bilinear": (features("N", 6), features("N", 6)),
    "layer.embedding": (TOKENS,),
    "layer.embedding_bag": (TOKENS, None),
    "layer.parameter": (None,),
    "loss.linear_cross_entropy": (features("N", 8), labels("N", classes=6)),
}
RULES: dict[str, dict[str, Any]] = {
    "zeros": {},
    "constant": {"val": 1.0},
    "normal": {"std": 0.02},
    "uniform": {"a": -0.05, "b": 0.05},
    "kaiming_normal": {},
    "kaiming_uniform": {},
    "xavier_normal": {},
    "xavier_uniform": {},
    "orthogonal": {},
}


def wires(declaration: Declaration) -> tuple[contract.Wire, ...]:
    axes = getattr(declaration.cls, "axes", 0)
    sides = (5,) * axes if isinstance(axes, int) else ()
    return WIRES.get(declaration.type, (features("N", 8, *sides),))


def test_every_learning_node_says_how_it_starts() -> None:
    without = {one.type for one in LEARNING if one.param("init") is None}
    assert without == set(WITHOUT_INIT)


@pytest.mark.parametrize("declaration", LEARNING, ids=lambda one: one.type)
def test_weights_start_as_torch_would_draw_them(declaration: Declaration) -> None:
    init = declaration.param("init")
    if declaration.type in WITHOUT_INIT or init is None:
        return
    params: dict[str, Any] = {"sizes": (3, 4)} if declaration.type == "layer.parameter" else {}
    if declaration.param("affine"):
        params["affine"] = True
    plain = contract.namespace()
    for rule in init.choices[1:]:
        torch.manual_seed(3)
        bound = declaration.bind(params | {"init": rule})
        found = eval(bound.module(*wires(declaration)), dict(plain))
        torch.manual_seed(3)
        expected = eval(declaration.bind(params).module(*wires(declaration)), dict(plain))
        options = RULES[rule]
        if len(init.choices) == 4 and rule == "normal":
            options = {"mean": 1.0, "std": 0.02}  # a norm's scale starts around 1
        holder = getattr(expected, "linear", expected)
        getattr(nn.init, f"{rule}_")(holder.weight, **options)
        for ours, theirs in zip(found.parameters(), expected.parameters(), strict=True):
            assert torch.equal(ours, theirs), rule


def test_a_board_draws_in_the_order_of_its_layers() -> None:
    board = Board("init")
    data = board.add("data.digits")
    scores = board.row(
        data,
        "shape.flatten",
        ("layer.linear", {"units": 12, "init": "kaiming_normal", "init_bias": 0.0}),
        "activation.relu",
        ("layer.linear", {"units": 10, "init": "xavier_uniform", "init_scale": 0.5}),
    )
    loss = board.put("loss.cross_entropy", scores, (data, "label"))
    board.put("optimizer.sgd", loss)
    torch.manual_seed(7)
    first = nn.Linear(64, 12)
    nn.init.kaiming_normal_(first.weight)
    nn.init.zeros_(first.bias)
    second = nn.Linear(12, 10)
    nn.init.xavier_uniform_(second.weight, gain=0.5)
    training = begun(board, seed=7)
    expected = [*first.parameters(), *second.parameters()]
    for ours, theirs in zip(training.model.parameters(), expected, strict=True):
        assert torch.equal(ours, theirs)


def begun(board: Board, **options: Any) -> Any:
    """The run that a board's export begins."""
    with tempfile.TemporaryDirectory() as home:
        folder = write(compile_document(board.document), Path(home) / "project")
        with imported(folder) as modules:
            return modules["train"].Training(batch_size=8, device="cpu", epochs=1, **options)


def test_each_place_of_a_network_may_start_otherwise() -> None:
    board = Board("init")
    (x,) = board.sheet("block", "x")
    inner = board.put("layer.linear", x, sheet="block", units=4, init="normal")
    board.give("block", y=inner)
    board.document.expose(inner.id, "init_scale", "spread")
    data = board.add("data.digits")
    one = board.instance("block", board.put("shape.flatten", data), name="wide")
    other = board.instance("block", one, name="narrow", overrides=(("spread", 0.0),))
    loss = board.put(
        "loss.cross_entropy", board.put("layer.linear", other, units=10), (data, "label")
    )
    board.put("optimizer.sgd", loss)
    training = begun(board)
    assert training.wide.linear.weight.std() > 0.015
    assert not training.narrow.linear.weight.any()


def test_an_embedding_keeps_the_row_that_only_fills_up_at_zero() -> None:
    bound = find("layer.embedding").bind({"padding_idx": 1, "init": "normal"})
    module = eval(bound.module(TOKENS), contract.namespace())
    assert not module.weight[1].any()
    assert module.weight[0].any()
