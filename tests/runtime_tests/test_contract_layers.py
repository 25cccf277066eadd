"""Every declared layer against torch: source, shapes, weights, names, defaults, refusals."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

import graph.nodes
from graph.core.errors import Mismatch
from graph.core.tensor import TensorType, features
from graph.declare import REGISTRY, Declaration, short
from tests.runtime_tests import contract
from tests.runtime_tests.contract_cases import PARAMS, STRICTER, WIRES

LAYERS = [one for one in REGISTRY if one.role == "layer"]
DTYPES = {"float": torch.float32, "int": torch.int64, "bool": torch.bool}

EXAMPLES = int(os.environ.get("NEUROWIRE_TEST_EXAMPLES", "20"))
LEAST = 10
"""Samples that torch runs, of every node."""
TRIES = 1000
"""Samples that are tried for it at most."""

each_layer = pytest.mark.parametrize("declaration", LAYERS, ids=lambda one: one.type)


def check(
    declaration: Declaration, params: dict[str, Any], wires: tuple[contract.Wire, ...]
) -> bool:
    """Hold one node to torch; says whether torch ran it."""
    bound = declaration.bind(params)
    try:
        expected = bound.shape(*wires)
    except Mismatch as mismatch:
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


def samples(declaration: Declaration, **fixed: Any) -> st.SearchStrategy[Sample]:
    """Parameters and wires of a node: those that fit, where a case says which, and any."""
    special = PARAMS.get(declaration.type, {}) | {name: st.just(one) for name, one in fixed.items()}

    def wired(params: dict[str, Any]) -> st.SearchStrategy[Sample]:
        any_wires, drawn = contract.wires(declaration, params), WIRES.get(declaration.type)
        return st.tuples(st.just(params), drawn(params) | any_wires if drawn else any_wires)

    return contract.parameters(declaration, special).flatmap(wired)


def enough(declaration: Declaration, least: int, **fixed: Any) -> int:
    """Hold samples to torch until so many ran, or none is left to try; says how many ran."""
    ran = 0

    def tried(sample: Sample) -> bool:
        nonlocal ran
        ran += check(declaration, *sample)
        return ran >= least

    with contextlib.suppress(NoSuchExample):
        find(
            samples(declaration, **fixed),
            tried,
            settings=settings(
                max_examples=TRIES,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
                database=None,
            ),
        )
    return ran


@each_layer
def test_source_and_shape_agree_with_torch(declaration: Declaration) -> None:
    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(samples(declaration))
    def sample(one: Sample) -> None:
        check(declaration, *one)

    sample()
    assert enough(declaration, LEAST) >= LEAST


def switches(declaration: Declaration) -> Iterator[tuple[str, Any]]:
    """Each side of every switch of a node: yes and no, each choice, given and not."""
    for param in declaration.params:
        if param.kind == "bool":
            yield from ((param.name, side) for side in (False, True))
        elif param.kind == "choice":
            yield from ((param.name, side) for side in param.choices or ())
        if param.optional:
            yield param.name, None


SIDES = [(one, name, side) for one in LAYERS for name, side in switches(one)]


@pytest.mark.parametrize(
    ("declaration", "name", "side"), SIDES, ids=lambda one: getattr(one, "type", str(one))
)
def test_both_sides_of_a_switch_agree_with_torch(
    declaration: Declaration, name: str, side: object
) -> None:
    assert enough(declaration, 2, **{name: side})


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
