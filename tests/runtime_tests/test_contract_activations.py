"""The curve a node draws is the function torch computes."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import graph.nodes  # noqa: F401 - fills the registry
from graph.core.tensor import TensorType, features
from graph.declare import REGISTRY, Declaration
from graph.nodes.activations.activation import GROUP, Pointwise
from tests.runtime_tests import contract

ACTIVATIONS = [one for one in REGISTRY if one.group == GROUP]
OTHERS: dict[str, list[dict[str, Any]]] = {
    "activation.leaky_relu": [{"negative_slope": 0.2}],
    "activation.prelu": [{"init": 0.5}],
    "activation.elu": [{"alpha": 2.0}],
    "activation.celu": [{"alpha": 0.5}],
    "activation.softplus": [{"beta": 2.0, "threshold": 3.0}],
    "activation.hardtanh": [{"min_val": -2.0, "max_val": 0.5}],
    "activation.hardshrink": [{"lambd": 1.5}],
    "activation.softshrink": [{"lambd": 1.5}],
    "activation.threshold": [{"threshold": 0.3, "value": -2.0}],
}
CASES = [(one, params) for one in ACTIVATIONS for params in [{}, *OTHERS.get(one.type, [])]]


@pytest.mark.parametrize("declaration", ACTIVATIONS, ids=lambda one: one.type)
def test_every_activation_draws_a_curve(declaration: Declaration) -> None:
    curve = declaration.curve({})
    assert curve is not None
    for x in (-1000.0, -6.0, 0.0, 6.0, 1000.0):
        assert isinstance(curve(x), float)


@pytest.mark.parametrize(("declaration", "params"), CASES)
def test_curve_is_what_torch_computes(
    declaration: Declaration, params: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    curve = declaration.curve(params)
    assert curve is not None
    x = torch.linspace(-6.03, 6.04, 200)
    pair = torch.stack([x, torch.zeros_like(x)], dim=1)
    inputs = {
        "activation.softmax2d": pair[..., None, None],
        "activation.glu": x[:, None].repeat(1, 2),
    }
    bound = declaration.bind(params)
    alone = isinstance(bound, Pointwise) or declaration.type == "activation.prelu"
    given = x[:, None] if alone else inputs.get(declaration.type, pair)

    def wired(kind: TensorType) -> torch.Tensor:
        return given

    monkeypatch.setattr(contract, "tensor", wired)
    ran = contract.run(declaration, bound, (features("N", *given.shape[1:]),))
    y = ran.outputs[0] if ran.module is None else ran.module.eval()(given)
    y = y.detach().reshape(len(x), -1)[:, 0]
    assert torch.allclose(y, torch.tensor([curve(one) for one in x.tolist()]), atol=1e-5)
