"""Generated source, evaluated with what an export would import."""

from __future__ import annotations

import inspect
import math
from typing import Any

import torch
import torch.nn.functional as F
import torchmetrics
from torch import Tensor, nn

from graph.core.tensor import TensorType
from graph.declare import REGISTRY, Declaration, Value
from runtime.exported import losses, metrics, optimizers, schedules
from tests.runtime_tests.contract import size

NAMES: dict[str, Any] = {"torch": torch, "nn": nn, "F": F, "math": math}
NAMES |= {"torchmetrics": torchmetrics}
for _module in (losses, metrics, optimizers, schedules):
    NAMES |= {n: one for n, one in vars(_module).items() if one.__class__ is not type(inspect)}


def of_role(role: str) -> list[Declaration]:
    """All declarations of a role."""
    import graph.nodes  # noqa: F401, PLC0415 - fills the registry

    return [one for one in REGISTRY if one.role == role]


def find(kind: str) -> Declaration:
    """The declaration of a type."""
    import graph.nodes  # noqa: F401, PLC0415 - fills the registry

    found = REGISTRY.find(kind)
    assert found is not None
    return found


def f(*dims: int | str) -> TensorType:
    """Numbers."""
    return TensorType(dims)


def labels(*dims: int | str, classes: int | None = None) -> TensorType:
    """Class numbers."""
    return TensorType(dims, "int", "labels", classes)


def sample(kind: TensorType, *, learn: bool = True) -> Tensor:
    """A tensor of a type; numbers take gradients."""
    sizes = [size(dim) for dim in kind.dims]
    if kind.dtype == "int":
        return torch.randint(0, kind.classes or 2, sizes)
    if kind.dtype == "bool":
        return torch.rand(sizes) > 0.5
    return torch.randn(sizes, requires_grad=learn)


def evaluate(source: str, **given: Any) -> Any:
    """What source text gives."""
    return eval(source, {**NAMES, **given})


def values(**given: TensorType) -> list[Value]:
    """The source of variables, with their types."""
    return [Value(name, kind) for name, kind in given.items()]
