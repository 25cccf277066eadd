"""Losses and metrics with every pair of inputs: what is accepted runs, what is not says why."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from torch import Tensor

from graph.core.errors import Mismatch
from graph.core.tensor import TensorType
from graph.declare import Declaration, Value
from tests.runtime_tests.contract_repairs import mends
from tests.runtime_tests.evaluate import evaluate, f, of_role, sample

SIZES: tuple[tuple[int | str, ...], ...] = (
    (),
    ("N",),
    ("N", 1),
    ("N", 4),
    ("N", 4, 6),
    ("N", 1, 6, 6),
    ("N", 4, 6, 6),
    (4,),
)
WHOLE = tuple(dims for dims in ((), ("N",), ("N", 1), ("N", 4), ("N", 6), ("N", 6, 6)))
NUMBERS = tuple(f(*dims) for dims in SIZES)
CLASSES = tuple(
    TensorType(dims, "int", "labels", classes) for dims in WHOLE for classes in (None, 1, 2, 4)
)
OTHERS = tuple(
    TensorType(dims, *rest)
    for dims in (("N",), ("N", 4))
    for rest in (("int", "tokens", 4), ("int",), ("bool", "mask"))
)
ALL = (*NUMBERS, TensorType((), "float", "loss"), *CLASSES, *OTHERS)
FEW = (*NUMBERS[:5], *CLASSES[4:8], *OTHERS[:3])

each = pytest.mark.parametrize(
    "declaration",
    [
        one
        for one in (*of_role("loss"), *of_role("metric"))
        if not one.has("differentiates") and not any(p.variadic for p in one.ports.inputs)
    ],
    ids=lambda one: one.type,
)


def given(declaration: Declaration, wires: tuple[TensorType, ...]) -> dict[str, Tensor]:
    """Tensors in the range the ports ask for; the network's side takes gradients."""
    found = {}
    for port, wire in zip(declaration.ports.inputs, wires, strict=False):
        one = sample(wire)
        if wire.dtype == "float" and port.name in {"target", "label", "sign"}:
            one = one.detach().sigmoid()
        elif wire.dtype == "float" and port.name in {"probability", "variance"}:
            one = one.detach().sigmoid().requires_grad_()
        found[port.name] = one
    return found


@each
def test_what_is_accepted_runs(declaration: Declaration) -> None:
    params = {"k": 2} if declaration.param("k") else {}
    bound: Any = declaration.bind(params)
    needed = [port for port in declaration.ports.inputs if not port.optional]
    left_out = [None] * (len(declaration.ports.inputs) - len(needed))
    count = 0
    for wires in itertools.product(ALL if len(needed) < 3 else FEW, repeat=len(needed)):
        told = refused(bound, (*wires, *left_out))
        if told is not None:
            mends(
                declaration, {"k": 2} if declaration.param("k") else {}, (*wires, *left_out), told
            )
            continue
        tensors = given(declaration, wires)
        if declaration.type == "loss.ctc":
            tensors["label"] = tensors["label"].clamp(min=1)
        values = [Value(name, wire) for name, wire in zip(tensors, wires, strict=True)]
        run(declaration, bound, (*values, *left_out), wires, tensors)
        count += 1
    assert count


def refused(bound: Any, wires: tuple[TensorType | None, ...]) -> Mismatch | None:
    try:
        bound.shape(*wires)
    except Mismatch as told:
        return told
    return None


def run(
    declaration: Declaration,
    bound: Any,
    values: tuple[Any, ...],
    wires: tuple[TensorType, ...],
    tensors: dict[str, Tensor],
) -> None:
    """Forward, and backward where it is a loss."""
    if declaration.role == "loss":
        loss = evaluate(bound.expression(*values), **tensors)
        assert loss.shape == (), wires
        loss.backward()
        first = next(iter(tensors.values()))
        assert first.grad is not None or first.dtype.is_floating_point is False, wires
    elif declaration.has("metric"):
        metric = evaluate(bound.metric(*wires))
        metric.update(*evaluate(f"({bound.update(*values)},)", **tensors))
        assert metric.compute().numel() == 1
    else:
        total, count = (evaluate(one, **tensors) for one in bound.total(*values))
        assert total.numel() == 1, wires
        assert count, wires
