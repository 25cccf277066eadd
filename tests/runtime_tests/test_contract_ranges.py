"""What is known of the numbers a layer gives is true of those that torch gives."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

import pytest
import torch
from torch import Tensor

from graph.core.tensor import TensorType, features
from graph.declare import Declaration, ranges
from graph.declare.ranges import Range
from graph.nodes.shared.spans import RISING, VALUED
from tests.runtime_tests import contract
from tests.runtime_tests.contract_cases import FORMULAS
from tests.runtime_tests.evaluate import find
from tests.runtime_tests.test_contract_layers import LAYERS, fitting_sample

GIVEN = (Range(0.0, 1.0), Range(-1.0, 1.0), Range(2.0, 3.0), Range(-4.0, -2.0), Range(-0.5, 0.0))
SLACK = 1e-4
LOOSE = {
    "activation.rrelu": "its slope is drawn, and the curve has the mean",
    "activation.threshold": "the curve is looked at in steps, and it jumps",
    "merge.clamp": "its ends may be the wrong way round",
    "merge.where": "a number may stand for one side",
    **dict.fromkeys(("pool.avg1d", "pool.avg2d", "pool.avg3d"), "zeros at the edge, own divisors"),
    **dict.fromkeys(("dropout.dropout", "dropout.alpha", "dropout.feature_alpha"), "in training"),
}
"""Whose range leaves something aside."""


def held(
    declaration: Declaration,
    params: Mapping[str, Any],
    wires: tuple[contract.Wire, ...],
    given: Range,
    monkeypatch: pytest.MonkeyPatch,
) -> int:
    """Hold each output to its range; says of how many something is known."""
    plain = contract.tensor

    def within(kind: TensorType) -> Tensor:
        if kind.dtype != "float":
            return plain(kind)
        found = torch.rand([contract.size(dim) for dim in kind.dims])
        return given.low + found * (given.high - given.low)

    inputs = [
        (given,) * len(wire) if isinstance(wire, tuple) else given if wire else None
        for wire in wires
    ]
    with monkeypatch.context() as patch:
        patch.setattr(contract, "tensor", within)
        ran = contract.run(declaration, declaration.bind(params), wires)
    known = 0
    for place, one in enumerate(ran.outputs):
        found = ranges.of(declaration, params, inputs, place)
        numbers = one.detach()[one.isfinite()]
        if found is None or not one.is_floating_point() or not numbers.numel():
            continue
        room = SLACK * max(1.0, float(numbers.abs().max()))
        told = f"{ran.source} of {given} gives {numbers.min():g} to {numbers.max():g}, not {found}"
        assert found.low - room <= numbers.min(), told
        assert numbers.max() <= found.high + room, told
        known += 1
    return known


@pytest.mark.parametrize(
    "declaration",
    [one for one in LAYERS if not one.learns and one.type not in LOOSE],
    ids=lambda one: one.type,
)
def test_numbers_stay_in_their_range(
    declaration: Declaration, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = Random(declaration.type)
    for given in GIVEN * 2:
        params, wires = fitting_sample(declaration, rng, {})
        held(declaration, params, wires, given, monkeypatch)


@pytest.mark.parametrize("formula", [f"{name}(a)" for name in (*RISING, *VALUED)] + FORMULAS[:9])
@pytest.mark.parametrize("given", GIVEN, ids=str)
def test_formulas_stay_in_their_range(
    formula: str, given: Range, monkeypatch: pytest.MonkeyPatch
) -> None:
    expression = find("merge.expression")
    count = len(expression.ports_of({"formula": formula}).inputs)
    wires = (features("N", 4),) * count
    held(expression, {"formula": formula}, wires, given, monkeypatch)
