"""How a declaration is held against torch: sampled parameters and wires, and the source run."""

from __future__ import annotations

import importlib
import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from hypothesis import strategies as st
from torch import Tensor, nn

from graph.core.tensor import Dim, TensorType
from graph.declare import Declaration, Param, Value

SIZES = {"N": 13, "T": 61}
"""What named sizes stand for here: more than any size, index or count that a test draws."""

Wire = TensorType | tuple[TensorType, ...] | None
"""What ends at one input: a tensor, several at a variadic one, or none."""


# -- parameters


def parameter(param: Param) -> st.SearchStrategy[Any]:
    """Values of one parameter: its default half of the time."""
    low = -3 if param.low is None else math.ceil(param.low)
    high = low + 5 if param.high is None else min(low + 5, math.floor(param.high))
    whole = st.integers(low, max(low, high))
    numbers = [one for one in (-1.0, 0.0, 0.25, 0.5, 1.0, 2.0, 3.5) if _allowed(param, one)]
    strategies: dict[str, st.SearchStrategy[Any]] = {
        "int": whole,
        "bool": st.booleans(),
        "choice": st.sampled_from(param.choices or ("",)),
        "float": st.sampled_from(numbers or [param.default]),
        "ints": _tuples(param, whole),
    }
    found = st.just(param.default) | strategies.get(param.kind, st.just(param.default))
    return found | st.none() if param.optional else found


def _allowed(param: Param, number: float) -> bool:
    low = -math.inf if param.low is None else param.low
    return low <= number <= (math.inf if param.high is None else param.high)


def _tuples(param: Param, whole: st.SearchStrategy[int]) -> st.SearchStrategy[tuple[int, ...]]:
    if not param.sizes:
        return st.lists(whole, min_size=1, max_size=4).map(tuple)
    one = st.tuples(whole)
    return one | st.lists(whole, min_size=param.sizes, max_size=param.sizes).map(tuple)


def parameters(
    declaration: Declaration, special: dict[str, st.SearchStrategy[Any]]
) -> st.SearchStrategy[dict[str, Any]]:
    """Values of all parameters of a node."""
    return st.fixed_dictionaries(
        {param.name: special.get(param.name, parameter(param)) for param in declaration.params}
    )


# -- wires


@st.composite
def tensors(draw: st.DrawFn, rank: int | None = None) -> TensorType:
    """A tensor type: mostly a batch of features, sometimes tokens, labels, a mask, a number."""
    rank = draw(st.sampled_from([4, 3, 2, 5, 1, 0])) if rank is None else rank
    dims: list[Dim] = ["N", *(draw(st.sampled_from([4, 8, 6, 3, 2, 1])) for _ in range(rank - 1))]
    if 2 < rank < 5 and draw(st.integers(0, 4)) == 4:
        dims[-1] = "T"
    dims = dims[:rank]
    kind = draw(st.sampled_from(["features"] * 7 + ["labels", "tokens", "mask"]))
    if kind == "labels":
        return TensorType(tuple(dims), "int", "labels", draw(st.sampled_from([None, 3, 7])))
    if kind == "tokens":
        return TensorType(tuple(dims), "int", "tokens", draw(st.sampled_from([None, 3, 7])))
    if kind == "mask":
        return TensorType(tuple(dims), "bool", "mask")
    return TensorType(tuple(dims))


@st.composite
def like(draw: st.DrawFn, first: TensorType) -> TensorType:
    """A tensor type that may go with another: equal, a size or a rank apart, or any."""
    how = draw(st.sampled_from(["equal", "equal", "size", "one", "fewer", "any"]))
    dims = list(first.dims)
    if how in {"size", "one"} and first.rank > 1:
        place = draw(st.integers(1, first.rank - 1))
        dims[place] = 1 if how == "one" else draw(st.sampled_from([2, 3, 4]))
        return first.with_dims(*dims)
    if how == "fewer" and first.rank:
        return first.with_dims(*dims[draw(st.integers(1, first.rank)) :])
    return draw(tensors()) if how == "any" else first


@st.composite
def wires(draw: st.DrawFn, declaration: Declaration, params: dict[str, Any]) -> tuple[Wire, ...]:
    """What is wired into each input of a node."""
    axes = getattr(declaration.cls, "axes", None)
    usual = isinstance(axes, int) and draw(st.integers(0, 3)) < 3
    first = draw(tensors(axes + 2 if usual and isinstance(axes, int) else None))
    found: list[Wire] = []
    for port in declaration.ports_of(params).inputs:
        one = draw(like(first)) if found else first
        if port.variadic:
            found.append((one, *(draw(like(one)) for _ in range(draw(st.integers(0, 2))))))
        elif port.optional:
            found.append(draw(st.none() | st.just(one)))
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


def run(declaration: Declaration, bound: Any, given: Sequence[Wire]) -> Ran:
    """Build and call a node in torch, by the source its declaration writes.

    Raises:
        NoSource: If the declaration has no source for these wires.
        Exception: Whatever torch raises.
    """
    torch.manual_seed(0)
    names = namespace()
    values: list[Value | tuple[Value, ...] | None] = []
    for wire in given:
        many = wire if isinstance(wire, tuple) else () if wire is None else (wire,)
        mine = []
        for one in many:
            name = f"v{len(names)}"
            names[name] = tensor(one)
            mine.append(Value(name, one))
        values.append(tuple(mine) if isinstance(wire, tuple) else mine[0] if mine else None)
    try:
        made = bound.module(*given) if hasattr(bound, "module") else ""
        plain = ", ".join(str(value) for value in values)
        if made and not hasattr(bound, "call"):
            source = f"module({plain})"
        else:
            source = bound.call("module", *values) if made else bound.expression(*values)
    except Exception as error:
        raise NoSource from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of slow paths; here sizes are tiny
        names["module"] = eval(made, names) if made else None
        result = eval(source, names)
    outputs = result if isinstance(result, tuple) else (result,)
    return Ran(outputs, names["module"], f"{made} | {source}")
