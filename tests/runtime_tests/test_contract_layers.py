"""Every declared layer against torch: source, shapes, weights, names, defaults, refusals."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import os
import re
import secrets
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest
import torch

import graph.nodes
from graph.core.errors import Mismatch
from graph.core.tensor import TensorType, features
from graph.declare import REGISTRY, Declaration, short
from tests.runtime_tests import contract
from tests.runtime_tests.contract_cases import PARAMS, STRICTER, WIRES
from tests.runtime_tests.contract_repairs import mends
from tests.runtime_tests.contract_sides import TRIES, hold

LAYERS = [one for one in REGISTRY if one.role == "layer"]
DTYPES = {"float": torch.float32, "int": torch.int64, "bool": torch.bool}

EXAMPLES = int(os.environ.get("NEUROWIRE_TEST_EXAMPLES", "20"))
"""Samples of every node that may fit or not; what fits is drawn besides."""
SEED = secrets.token_hex() if "NEUROWIRE_TEST_EXAMPLES" in os.environ else ""
"""The same samples each time, but where a number of them is asked for."""

each_layer = pytest.mark.parametrize("declaration", LAYERS, ids=lambda one: one.type)


def check(
    declaration: Declaration, params: dict[str, Any], wires: tuple[contract.Wire, ...]
) -> bool:
    """Hold one node to torch; says whether torch ran it."""
    bound = declaration.bind(params)
    try:
        expected = bound.shape(*wires)
    except Mismatch as mismatch:
        mends(declaration, params, wires, mismatch)
        if any(re.match(pattern, mismatch.expected) for pattern in STRICTER):
            return False
        try:
            ran = contract.run(declaration, bound, wires)
        except (contract.NoSource, RuntimeError, ValueError, IndexError, TypeError):
            return False
        sizes = [tuple(one.shape) for one in ran.outputs]
        pytest.fail(f"{mismatch} - but torch runs {ran.source} and gives {sizes}")
    ran = contract.run(declaration, bound, wires)
    outputs = expected if isinstance(expected, tuple) else (expected,)
    assert len(outputs) == len(ran.outputs) == len(declaration.ports_of(params).outputs)
    for kind, tensor in zip(outputs, ran.outputs, strict=True):
        assert tuple(contract.size(dim) for dim in kind.dims) == tuple(tensor.shape), ran.source
        assert tensor.dtype == DTYPES[kind.dtype], ran.source
    counted = sum(one.numel() for one in ran.module.parameters()) if ran.module else 0
    assert counted == (bound.weights(*wires) if declaration.has("weights") else 0), ran.source
    assert declaration.learns or not counted
    return True


Sample = tuple[dict[str, Any], tuple[contract.Wire, ...]]


def sample(declaration: Declaration, rng: Random, **fixed: Any) -> Sample:
    """Parameters and wires of a node: those that fit, where a case says which, and any."""
    params = contract.parameters(declaration, rng, PARAMS.get(declaration.type, {}), fixed)
    fitting = WIRES.get(declaration.type)
    if fitting and rng.random() < 0.5:
        return params, fitting(params, rng)
    return params, contract.wires(declaration, params, rng)


def fitting_sample(declaration: Declaration, rng: Random, fixed: Mapping[str, Any]) -> Sample:
    """The same, until the node takes the wires."""
    fitting = WIRES.get(declaration.type)
    for _ in range(TRIES):
        params = contract.parameters(declaration, rng, PARAMS.get(declaration.type, {}), fixed)
        wires = (
            fitting(params, rng)
            if fitting
            else contract.wires(declaration, params, rng, usual=rng.random() < 0.8)
        )
        with contextlib.suppress(Mismatch):
            declaration.bind(params).shape(*wires)
            return params, wires
    pytest.fail(f"{declaration.type}: none of {TRIES} samples with {dict(fixed)} fits")


@each_layer
def test_source_and_shape_agree_with_torch(declaration: Declaration) -> None:
    rng = Random(f"{SEED}{declaration.type}")
    samples = [sample(declaration, rng) for _ in range(EXAMPLES)]
    ran = [params for params, wires in samples if check(declaration, params, wires)]
    hold(
        declaration,
        lambda fixed: fitting_sample(declaration, rng, fixed),
        lambda params, wires: check(declaration, dict(params), wires),
        ran=ran,
    )


@each_layer
def test_fresh_node_shows_itself(declaration: Declaration) -> None:
    defaults = {param.name: param.default for param in declaration.params}
    line = declaration.summary(defaults)
    assert len(line) <= 60
    assert "\n" not in line
    assert re.search(r"(\.|https?://\S+)$", declaration.doc)


def signature(source: str) -> dict[str, inspect.Parameter]:
    """Arguments of a torch class or function, as far as Python knows them."""
    module, _, name = source.rpartition(".")
    try:
        owner = importlib.import_module(module)
    except ModuleNotFoundError:
        outer, _, inner = module.rpartition(".")
        owner = getattr(importlib.import_module(outer), inner)
    target = getattr(owner, name)
    try:
        return dict(inspect.signature(target).parameters)
    except ValueError:
        return {}  # a builtin of torch that keeps its arguments to itself


@each_layer
def test_names_and_defaults_are_those_of_torch(declaration: Declaration) -> None:
    if not declaration.source:
        return
    arguments = signature(declaration.source)
    for param in declaration.params:
        argument = arguments.get(param.name)
        if argument is None or argument.default is inspect.Parameter.empty:
            continue
        ours = short(param.torch)
        theirs = short(argument.default)
        assert ours == theirs, f"{param.name}: torch's default is {theirs!r}"


def test_types_of_a_family_share_a_prefix() -> None:
    for declaration in LAYERS:
        assert re.fullmatch(r"[a-z]+\.[a-z0-9_]+", declaration.type)


BAD: list[tuple[str, dict[str, Any], tuple[contract.Wire, ...]]] = [
    ("layer.linear", {}, (features("N"),)),
    ("layer.linear", {}, (features("N", 4, "T"),)),
    ("layer.linear", {}, (TensorType(("N",), "int", "labels", 10),)),
    ("layer.conv2d", {}, (features("N", 64),)),
    ("layer.conv2d", {}, (features("N", 28, 28),)),
    ("layer.conv2d", {"kernel_size": (9,), "padding": "valid"}, (features("N", 1, 8, 8),)),
    ("layer.conv2d", {"groups": 3}, (features("N", 4, 8, 8),)),
    ("layer.conv2d", {"form": "depthwise"}, (features("N", 3, 8, 8),)),
    ("pool.max2d", {"padding": (2,)}, (features("N", 3, 8, 8),)),
    ("norm.group", {"num_groups": 8}, (features("N", 12),)),
    ("random.mix", {}, (features("N", 3), features("N", 4))),
    ("layer.time_embedding", {}, (features("N", 1),)),
    ("layer.time_embedding", {"size": 7}, (features("N"),)),
    ("shape.unflatten", {}, (features("N", 65),)),
    ("merge.add", {}, ((features("N", 3), features("N", 4)),)),
    ("merge.subtract", {}, (features("N", 1), features("N"))),
    ("layer.constant", {"values": (1.0, 2.0), "sizes": (3,)}, (None,)),
    ("layer.parameter", {"init": "orthogonal", "sizes": (3,)}, (None,)),
    ("merge.where", {}, (features("N", 3), features("N", 3), features("N", 3))),
    ("merge.masked_fill", {}, (features("N", 3), features("N", 3))),
    ("merge.topk", {"k": 5}, (features("N", 3),)),
    ("merge.gather", {}, (features("N", 3), features("N", 3))),
    ("merge.lookup", {}, (features(3, 4), TensorType(("N",), "int", "labels", 10))),
    ("merge.distances", {}, (features("N", 3), features("N", 4))),
    ("shape.split", {"parts": 3}, (features("N", 8),)),
    ("shape.split", {"sizes": (3, 4)}, (features("N", 8),)),
    ("shape.roll", {"shifts": (1, 2), "dims": (1,)}, (features("N", 8),)),
    ("shape.flip", {"dims": (1, -1)}, (features("N", 8),)),
    ("shape.grid_sample", {}, (features("N", 1, 8, 8), features("N", 8, 8))),
    ("shape.affine_grid", {}, (features("N", 6), features("N", 1, 8, 8))),
    ("merge.expression", {"formula": "__import__(a)"}, (features("N"), features("N"))),
    ("merge.expression", {"formula": "2 * 3"}, ()),
    ("merge.expression", {"formula": "a.b"}, (features("N"),)),
]


@pytest.mark.parametrize(("kind", "params", "wires"), BAD)
def test_bad_wires_get_an_answer(
    kind: str, params: dict[str, Any], wires: tuple[contract.Wire, ...]
) -> None:
    declaration = REGISTRY.find(kind)
    assert declaration is not None
    with pytest.raises(Mismatch) as caught:
        declaration.bind(params).shape(*wires)
    assert caught.value.advice
    for repair in caught.value.repairs:
        assert sum(map(bool, (repair.param, repair.insert, repair.use))) == 1
        if repair.insert:
            inserted = REGISTRY.find(repair.insert)
            assert inserted is not None
            for name, value in repair.params:
                named = inserted.param(name)
                assert named is not None
                named.check(value)


def test_catalogue_is_loaded() -> None:
    assert graph.nodes.__name__
    assert len(LAYERS) >= 100
