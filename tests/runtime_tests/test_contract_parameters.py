"""No parameter is dead: each changes what a node writes, or what comes out of it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

from graph.core.errors import Mismatch
from graph.declare import Declaration
from tests.runtime_tests import contract
from tests.runtime_tests.contract_sides import TRIES
from tests.runtime_tests.evaluate import of_role
from tests.runtime_tests.test_contract_layers import LAYERS, fitting_sample
from tests.runtime_tests.test_contract_optimizers import PARAMS, source

NOT_OF_THE_NODE = {"trains", "every", "order", "clip", "ema", "decay_biases", "slower", "slower_by"}
"""Of a step, and not of its rule: the compiler writes them."""
RIGID = {
    "layer.fold": {"output_size", "padding", "stride", "dilation"},
    "neuron.split": {"columns"},
}
"""Where another value asks for other wires, so that the two can't be compared."""


def tells(declaration: Declaration, params: Mapping[str, Any], wires: tuple[Any, ...]) -> object:
    """All that a node writes and gives."""
    bound = declaration.bind(params)
    return contract.source(bound, wires), str(bound.shape(*wires))


@pytest.mark.parametrize("declaration", LAYERS, ids=lambda one: one.type)
def test_every_parameter_of_a_layer_changes_something(declaration: Declaration) -> None:
    rng = Random(declaration.type)
    dead = {param.name for param in declaration.params} - RIGID.get(declaration.type, set())
    for _ in range(TRIES):
        if not dead:
            return
        params, wires = fitting_sample(declaration, rng, {})
        name = rng.choice(sorted(dead))
        other, _ = fitting_sample(declaration, rng, {})
        with contextlib.suppress(Mismatch, ValueError):  # it may have other inputs then
            changed = {**params, name: other[name]}
            if tells(declaration, params, wires) != tells(declaration, changed, wires):
                dead.discard(name)
    assert not dead, f"{declaration.type}: {dead} changes nothing"


RULES = [*of_role("optimizer"), *of_role("schedule")]


@pytest.mark.parametrize("declaration", RULES, ids=lambda one: one.type)
def test_every_parameter_of_a_rule_stands_in_its_source(declaration: Declaration) -> None:
    rng = Random(declaration.type)
    dead = {param.name for param in declaration.params} - NOT_OF_THE_NODE

    def written(params: Mapping[str, Any]) -> str:
        bound = declaration.bind(params)
        if declaration.role == "optimizer":
            return str(bound.optimizer("p"))
        return f"{source(declaration, dict(params), 'o', 'steps', 'epoch', 0.1)} {bound.per()}"

    for _ in range(TRIES):
        params = contract.parameters(declaration, rng, PARAMS, {})
        other = contract.parameters(declaration, rng, PARAMS, {})
        for name in sorted(dead):
            if written(params) != written({**params, name: other[name]}):
                dead.discard(name)
    assert not dead, f"{declaration.type}: {dead} changes nothing"


@pytest.mark.parametrize(
    "declaration",
    [one for role in ("layer", "loss", "optimizer", "schedule", "data") for one in of_role(role)],
    ids=lambda one: one.type,
)
def test_a_summary_says_something_of_what_is_set(declaration: Declaration) -> None:
    if not declaration.has("summary"):
        return
    rng = Random(declaration.type)
    told = {declaration.summary(contract.parameters(declaration, rng, {}, {})) for _ in range(40)}
    assert any(told), "never a word"
    assert all(isinstance(line, str) and "\n" not in line for line in told)
