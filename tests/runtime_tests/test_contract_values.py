"""What a layer gives is what torch's own class or function gives, number by number."""

from __future__ import annotations

import functools
import inspect
import operator
import warnings
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from graph.declare import Declaration
from tests.runtime_tests import contract
from tests.runtime_tests.contract_sides import hold
from tests.runtime_tests.test_contract_layers import LAYERS, fitting_sample, signature

Params = Mapping[str, Any]
RELATIONS = {
    ">": torch.gt,
    ">=": torch.ge,
    "<": torch.lt,
    "<=": torch.le,
    "==": torch.eq,
    "!=": torch.ne,
}
LOGIC = {"and": operator.and_, "or": operator.or_, "xor": operator.xor}


def reduced(function: Any, params: Params, x: Tensor, *rest: Any) -> Any:
    """Over some axes, or all of them: then one number is left."""
    dim = params["dim"]
    return function(x, *rest, *((dim, params["keepdim"]) if dim else (tuple(range(x.ndim)),)))


def cut(params: Params, x: Tensor) -> Tensor:
    stretch = slice(params["start"], params["end"], params["step"])
    return x.movedim(params["dim"], 0)[stretch].movedim(0, params["dim"])


def compared(params: Params, a: Tensor, b: Tensor | None = None) -> Any:
    return RELATIONS[params["relation"]](a, params["value"] if b is None else b)


PLAIN: dict[str, Any] = {
    "activation.hardtanh": lambda p, x: F.hardtanh(x, p["min_val"], p["max_val"]),
    "merge.add": lambda p, *xs: functools.reduce(torch.add, xs),
    "merge.multiply": lambda p, *xs: functools.reduce(torch.mul, xs),
    "merge.concatenate": lambda p, *xs: torch.cat(xs, p["dim"]) if len(xs) > 1 else xs[0],
    "merge.stack": lambda p, *xs: torch.stack(xs, p["dim"]),
    "merge.scale": lambda p, x: x * p["factor"] + p["offset"],
    "merge.cumsum": lambda p, x: torch.cumsum(x, p["dim"]),
    "merge.cumprod": lambda p, x: torch.cumprod(x, p["dim"]),
    "merge.compare": compared,
    "merge.logical": lambda p, *xs: functools.reduce(LOGIC[p["rule"]], xs),
    "merge.not": lambda p, x: torch.logical_not(x),
    "merge.masked_fill": lambda p, x, mask: x.masked_fill(mask, p["value"]),
    "merge.einsum": lambda p, *xs: torch.einsum(p["equation"], *xs),
    "merge.argmax": lambda p, x: torch.argmax(x, p["dim"], p["keepdim"]),
    "merge.argmin": lambda p, x: torch.argmin(x, p["dim"], p["keepdim"]),
    "merge.topk": lambda p, x: torch.topk(x, p["k"], p["dim"], p["largest"], p["sorted"]),
    "merge.gather": lambda p, x, index: torch.gather(x, p["dim"], index),
    "merge.lookup": lambda p, table, index: table[index],
    "merge.max": lambda p, x: reduced(torch.amax, p, x),
    "merge.min": lambda p, x: reduced(torch.amin, p, x),
    "merge.norm": lambda p, x: reduced(torch.linalg.vector_norm, p, x, p["ord"]),
    "pool.global_average": lambda p, x: x.flatten(2).mean(2),
    "pool.global_max": lambda p, x: x.flatten(2).max(2).values,
    "shape.unflatten": lambda p, x: torch.unflatten(x, p["dim"], p["sizes"]),
    "shape.reshape": lambda p, x: torch.reshape(x, (len(x), *p["sizes"])),
    "shape.permute": lambda p, x: torch.permute(x, p["dims"]),
    "shape.transpose": lambda p, x: torch.transpose(x, p["dim0"], p["dim1"]),
    "shape.squeeze": lambda p, x: torch.squeeze(x, p["dim"]),
    "shape.unsqueeze": lambda p, x: torch.unsqueeze(x, p["dim"]),
    "shape.select": lambda p, x: torch.select(x, p["dim"], p["index"]),
    "shape.slice": cut,
    "shape.split": lambda p, x: (
        torch.split(x, list(p["sizes"]), p["dim"])
        if p["sizes"]
        else torch.chunk(x, p["parts"], p["dim"])
    ),
    "shape.roll": lambda p, x: torch.roll(
        x, p["shifts"] * (1 if len(p["shifts"]) > 1 else len(p["dims"])), p["dims"]
    ),
    "shape.flip": lambda p, x: torch.flip(x, p["dims"]),
    "shape.repeat": lambda p, x: (
        torch.repeat_interleave(x, p["times"], p["dim"])
        if p["interleave"]
        else torch.cat([x] * p["times"], p["dim"])
    ),
}
"""Written anew where torch's function takes what the node takes under other names, or has none."""
OTHERWISE = {
    **dict.fromkeys(("activation.prelu",), "weights of as many channels as come"),
    "merge.clamp": "an end may be left open here, and both of torch's may not",
    "merge.expression": "see graph_tests/nodes_tests/test_formulas.py",
    **dict.fromkeys(("shape.one_hot", "shape.pad", "shape.interpolate", "shape.crop"), "own words"),
    **dict.fromkeys(("shape.affine_grid", "layer.parameter", "layer.constant"), "sizes by wire"),
    **dict.fromkeys(("neuron.bias", "neuron.split", "neuron.join"), "see test_neurons.py"),
    **dict.fromkeys(
        ("random.reparameterize", "random.noising", "random.gaussian_blur", "random.mix"),
        "drawn at random: see exported_tests",
    ),
    "layer.time_embedding": "see exported_tests/test_diffusion.py",
}
"""Not held to numbers here, and why."""


def target(source: str) -> Any:
    """Torch's own."""
    return functools.reduce(getattr, source.split(".")[1:], torch)


def by_wire(declaration: Declaration) -> bool:
    """Does torch's class want sizes that the node takes from its wires?"""
    if not inspect.isclass(target(declaration.source)):
        return False
    needed = (
        name
        for name, one in signature(declaration.source).items()
        if one.default is one.empty and one.kind is one.POSITIONAL_OR_KEYWORD
    )
    return any(declaration.param(name) is None for name in needed)


HELD = [
    one
    for one in LAYERS
    if one.type in PLAIN or (one.source and one.type not in OTHERWISE and not by_wire(one))
]


def theirs(declaration: Declaration, params: Params, given: list[Tensor]) -> Any:
    """What torch gives."""
    if declaration.type in PLAIN:
        return PLAIN[declaration.type](params, *given)
    known = signature(declaration.source)
    options = {
        name: value[0] if isinstance(value, tuple) and len(value) == 1 else value
        for name, value in params.items()
        if name in known
    }
    made: Any = target(declaration.source)
    if inspect.isclass(made):
        layer: Any = made(**options)
        return layer(*given)
    return made(*given, **options)


@pytest.mark.parametrize("declaration", HELD, ids=lambda one: one.type)
def test_numbers_are_those_of_torch(declaration: Declaration) -> None:
    rng = Random(declaration.type)

    def check(params: Params, wires: tuple[contract.Wire, ...]) -> bool:
        ran = contract.run(declaration, declaration.bind(params), wires)
        torch.manual_seed(0)
        given = [contract.tensor(one) for one in contract.flat(wires)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = theirs(declaration, params, given)
        wanted = found if isinstance(found, tuple) else (found,)
        for ours, one in zip(ran.outputs, wanted, strict=True):
            torch.testing.assert_close(ours, one, equal_nan=True, msg=f"{ran.source} of {params}")
        return True

    hold(declaration, lambda fixed: fitting_sample(declaration, rng, fixed), check)


def test_few_are_left_out() -> None:
    assert len(HELD) > 100
    weighty = {one.type for one in LAYERS if one.source and by_wire(one)}
    assert {one.type for one in LAYERS} == {one.type for one in HELD} | set(OTHERWISE) | weighty
