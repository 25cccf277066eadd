"""How a declaration is held against torch: sampled parameters and wires, and the source run."""

from __future__ import annotations

import importlib
import itertools
import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graph.core.tensor import Dim, TensorType
from graph.declare import Declaration, Param, Value

SIZES = {"N": 13, "T": 61}
"""What named sizes stand for here: more than any size, index or count that a test draws."""

Wire = TensorType | tuple[TensorType, ...] | None
"""What ends at one input: a tensor, several at a variadic one, or none."""


# -- parameters


def value(param: Param, rng: Random) -> Any:
    """A value of one parameter within its declared range: its default half of the time."""
    if rng.random() < 0.5:
        return param.default
    if param.optional and rng.random() < 0.5:
        return None
    low = -3 if param.low is None else math.ceil(param.low)
    high = low + 5 if param.high is None else min(low + 5, math.floor(param.high))
    whole = range(low, max(low, high) + 1)
    match param.kind:
        case "int":
            return rng.choice(whole)
        case "bool":
            return rng.random() < 0.5
        case "choice":
            return rng.choice(param.choices)
        case "float":
            numbers = [one for one in (-1.0, 0.0, 0.25, 0.5, 1.0, 2.0, 3.5) if _allowed(param, one)]
            return rng.choice(numbers or [param.default])
        case "ints":
            count = rng.choice((1, param.sizes)) if param.sizes else rng.randint(1, 4)
            return tuple(rng.choices(whole, k=count))
    return param.default


def _allowed(param: Param, number: float) -> bool:
    low = -math.inf if param.low is None else param.low
    return low <= number <= (math.inf if param.high is None else param.high)


Choices = Mapping[str, Sequence[Any]]
"""What parameters are drawn from, by their names, where any value would hardly ever do."""


def parameters(
    declaration: Declaration, rng: Random, special: Choices, fixed: Mapping[str, Any]
) -> dict[str, Any]:
    """Values of all parameters of a node, some of them given."""
    found = {}
    for param in declaration.params:
        drawn = special.get(param.name)
        found[param.name] = rng.choice(drawn) if drawn else value(param, rng)
    return found | dict(fixed)


# -- wires

SIDES: tuple[Dim, ...] = (4, 8, 6, 3, 2, 1)
BEHIND_A_WINDOW: tuple[Dim, ...] = (7, 8, 9, 12)
"""Sides that most windows fit into."""
VOLUME: tuple[Dim, ...] = (3, 5, 7)
"""Sides of volumes, of which there are three."""


def tensors(
    rng: Random, rank: int | None = None, places: Sequence[Dim] = SIDES, kind: str = ""
) -> TensorType:
    """A tensor type: mostly a batch of features, sometimes tokens, labels, a mask, a number."""
    rank = rng.choice([4, 3, 2, 5, 1, 0]) if rank is None else rank
    dims: list[Dim] = ["N", rng.choice(SIDES), *(rng.choice(places) for _ in range(rank - 2))]
    dims = dims[:rank]
    if 2 < rank < 5 and rng.random() < 0.2:
        dims[-1] = "T"
    kind = kind or rng.choice(["features"] * 7 + ["labels", "tokens", "mask"])
    if kind in {"labels", "tokens"}:
        role: Any = kind
        return TensorType(tuple(dims), "int", role, rng.choice([None, 3, 7]))
    if kind == "mask":
        return TensorType(tuple(dims), "bool", "mask")
    return TensorType(tuple(dims))


def like(rng: Random, first: TensorType) -> TensorType:
    """A tensor type that may go with another: equal, a size or a rank apart, or any."""
    how = rng.choice(["equal", "equal", "size", "one", "fewer", "any"])
    dims = list(first.dims)
    if how in {"size", "one"} and first.rank > 1:
        place = rng.randint(1, first.rank - 1)
        dims[place] = 1 if how == "one" else rng.choice([2, 3, 4])
        return first.with_dims(*dims)
    if how == "fewer" and first.rank:
        return first.with_dims(*dims[rng.randint(1, first.rank) :])
    return tensors(rng) if how == "any" else first


def wires(
    declaration: Declaration, params: Mapping[str, Any], rng: Random, *, usual: bool = False
) -> tuple[Wire, ...]:
    """What is wired into each input of a node: of the rank and sides it is for, if usual."""
    axes = getattr(declaration.cls, "axes", None)
    rank = axes + 2 if isinstance(axes, int) and (usual or rng.random() < 0.75) else None
    places = SIDES
    if "kernel_size" in params and (usual or rng.random() < 0.5):
        places = VOLUME if axes == 3 else BEHIND_A_WINDOW
    first = tensors(rng, rank, places, "features" if usual else "")
    found: list[Wire] = []
    for port in declaration.ports_of(dict(params)).inputs:
        one = like(rng, first) if found else first
        if port.variadic:
            found.append((one, *(like(rng, one) for _ in range(rng.randint(0, 2)))))
        elif port.optional and rng.random() < 0.5:
            found.append(None)
        else:
            found.append(one)
    return tuple(found)


def flat(given: Sequence[Wire]) -> list[TensorType]:
    """All tensor types wired in."""
    return [one for wire in given for one in (wire if isinstance(wire, tuple) else (wire,)) if one]


# -- torch


def size(dim: Dim) -> int:
    """A size as a number, names filled in."""
    if isinstance(dim, int):
        return dim
    return int(
        eval(dim, {"__builtins__": {"int": int, "len": len, "min": min, "range": range}}, SIZES)
    )


def tensor(kind: TensorType) -> Tensor:
    """A tensor of a type."""
    sizes = [size(dim) for dim in kind.dims]
    if kind.dtype == "float":
        return torch.randn(sizes)
    high = 2 if kind.dtype == "bool" else kind.classes or 1
    found = torch.randint(0, high, sizes)
    return found.bool() if kind.dtype == "bool" else found


@dataclass
class Ran:
    """What torch made of a node's source."""

    outputs: tuple[Tensor, ...]
    module: nn.Module | None
    source: str


def namespace() -> dict[str, Any]:
    """What generated source may name."""
    names: dict[str, Any] = {"torch": torch, "nn": nn, "F": F, "math": math, "Tensor": Tensor}
    for module in ("layers", "diffusion"):
        names |= vars(importlib.import_module(f"runtime.exported.{module}"))
    return names


class NoSource(Exception):
    """A node that refuses its wires before it has source to run."""


def values(given: Sequence[Wire]) -> list[Value | tuple[Value, ...] | None]:
    """Variables `v0`, `v1` and so on for what ends at each input."""
    names = (f"v{number}" for number in itertools.count())
    found: list[Value | tuple[Value, ...] | None] = []
    for wire in given:
        if isinstance(wire, tuple):
            found.append(tuple(Value(next(names), one) for one in wire))
        else:
            found.append(Value(next(names), wire) if wire is not None else None)
    return found


def source(bound: Any, given: Sequence[Wire]) -> tuple[str, str]:
    """Source of a node's constructor, if it has one, and of its call."""
    named = values(given)
    made = bound.module(*given) if hasattr(bound, "module") else ""
    if made and not hasattr(bound, "call"):
        return made, f"module({', '.join(str(value) for value in named)})"
    return made, bound.call("module", *named) if made else bound.expression(*named)


def run(declaration: Declaration, bound: Any, given: Sequence[Wire]) -> Ran:
    """Build and call a node in torch, by the source its declaration writes.

    Raises:
        NoSource: If the declaration has no source for these wires.
        Exception: Whatever torch raises.
    """
    torch.manual_seed(0)
    names = namespace()
    for number, one in enumerate(flat(given)):
        names[f"v{number}"] = tensor(one)
    try:
        made, call = source(bound, given)
    except Exception as error:
        raise NoSource from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of slow paths; here sizes are tiny
        names["module"] = eval(made, names) if made else None
        result = eval(call, names)
    outputs = result if isinstance(result, tuple) else (result,)
    return Ran(outputs, names["module"], f"{made} | {call}")
