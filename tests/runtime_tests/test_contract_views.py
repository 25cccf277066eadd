"""Every view's renderer takes what the view's shape rule lets through, and the rest is told."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

import pytest
import torch
from torch import Tensor

from graph.core.errors import Mismatch
from graph.core.tensor import TensorType
from graph.declare import Declaration
from runtime.views import VIEWS, View, renderer
from tests.runtime_tests.contract import parameters
from tests.runtime_tests.contract_sides import hold
from tests.runtime_tests.evaluate import f, find, labels, of_role

Wires = tuple[TensorType | None, ...]

IMAGE = f("N", 1, 8, 8)
LABEL = labels("N", classes=3)
YES = labels("N", classes=2)

GOOD: list[tuple[str, Wires]] = [
    ("view.predictions", (IMAGE, f("N", 3), LABEL)),
    ("view.predictions", (f("N", 3, 8, 8), f("N", 1), YES)),
    ("view.predictions", (IMAGE, f("N"), None)),
    ("view.boundary", (f("N", 2), f("N", 3), LABEL)),
    ("view.boundary", (f("N", 2), f("N"), YES)),
    ("view.boundary", (f("N", 2), f("N", 1), None)),
    ("view.confusion", (f("N", 3), LABEL)),
    ("view.confusion", (f("N", 1), YES)),
    ("view.confusion", (f("N"), YES)),
    ("view.table", (f("N", 3), LABEL, f("N", 5))),
    ("view.table", (f("N", 1), YES, None)),
    ("view.table", (f("N", 1), f("N", 1), f("N", 5))),
    ("view.table", (f("N", 2), f("N", 2), None)),
    ("view.table", (f("N"), f("N", 1), None)),
    ("view.reconstruction", (IMAGE, IMAGE)),
    ("view.reconstruction", (IMAGE, f("N", 64))),
    ("view.grid", (IMAGE, None)),
    ("view.grid", (f("N", 3, 8, 8), LABEL)),
    ("view.way", (f("N", 8, 1, 8, 8),)),
    ("view.way", (f("N", 2, 3, 8, 8),)),
    ("view.number", (f("N", 3),)),
    ("view.number", (TensorType((), "float", "loss"),)),
    ("view.histogram", (f("N", 3, 2),)),
    ("view.prediction_error", (f("N", 1), f("N", 1))),
    ("view.prediction_error", (f("N"), f("N"))),
    ("view.prediction_error", (f("N", 3), f("N", 3))),
]
BAD: list[tuple[str, Wires]] = [
    ("view.predictions", (f("N", 64), f("N", 3), LABEL)),
    ("view.predictions", (f("N", 2, 8, 8), f("N", 3), LABEL)),
    ("view.predictions", (IMAGE, f("N", 4), LABEL)),
    ("view.predictions", (IMAGE, f("N", 3, 8, 8), None)),
    ("view.boundary", (f("N", 3), f("N", 3), LABEL)),
    ("view.boundary", (f("N", 2), f("N", 1), LABEL)),
    ("view.confusion", (f("N", 3, 8, 8), labels("N", 8, 8, classes=3))),
    ("view.table", (f("N", 3), f("N", 1), None)),
    ("view.table", (f("N", 3, 4), labels("N", 4, classes=3), None)),
    ("view.grid", (f("N", 64), None)),
    ("view.grid", (IMAGE, f("N", 3))),
    ("view.grid", (IMAGE, labels("N", 8, classes=3))),
    ("view.way", (IMAGE,)),
    ("view.way", (f("N", 8, 2, 8, 8),)),
    ("view.reconstruction", (IMAGE, f("N", 63))),
    ("view.reconstruction", (f("N", 64), f("N", 64))),
    ("view.prediction_error", (f("N", 2), f("N", 3))),
]


def made(kind: TensorType) -> Tensor:
    sizes = [6 if dim == "N" else int(dim) for dim in kind.dims]
    return torch.randint(0, kind.classes or 2, sizes) if kind.dtype == "int" else torch.rand(sizes)


def drawn(declaration: Declaration, params: dict[str, Any], wires: Wires) -> bool:
    """Draw a view of random numbers, as the worker would."""
    bound = declaration.bind(params)
    assert bound.shape(*wires) == ()
    ports = [port.name for port in declaration.ports.inputs]
    wired = {name: one for name, one in zip(ports, wires, strict=True) if one is not None}
    examples = tuple(made(one) for one in wired.values())

    def compute(batch: tuple[Tensor, ...]) -> dict[str, Tensor]:
        rows = len(batch[0]) if batch[0].ndim else 0
        tensors = dict(zip(wired, batch, strict=True))
        if declaration.type == "view.boundary":
            logits = wired["logits"]
            tensors["logits"] = torch.zeros([rows, *(int(d) for d in logits.dims[1:])])
        return tensors

    places = {name: index for index, name in enumerate(wired)}
    if not examples[0].ndim:
        assert bound.kind() == "number"
        return True
    kind = bound.kind() if declaration.has("kind") else declaration.type
    return renderer(kind)(View(params, places, compute, examples)) is not None


@pytest.mark.parametrize(("kind", "wires"), GOOD)
def test_what_fits_is_drawn(kind: str, wires: Wires) -> None:
    declaration = find(kind)
    assert drawn(declaration, {param.name: param.default for param in declaration.params}, wires)


@pytest.mark.parametrize("declaration", of_role("view"), ids=lambda one: one.type)
def test_whatever_its_parameters(declaration: Declaration) -> None:
    rng = Random(declaration.type)
    choices = [wires for kind, wires in GOOD if kind == declaration.type]

    def draw(fixed: Mapping[str, Any]) -> tuple[dict[str, Any], Wires]:
        return parameters(declaration, rng, {}, fixed), rng.choice(choices)

    def check(params: Mapping[str, Any], wires: Wires) -> bool:
        assert drawn(declaration, dict(params), wires)
        return True

    hold(declaration, draw, check)


@pytest.mark.parametrize(("kind", "wires"), BAD)
def test_what_does_not_fit_is_told(kind: str, wires: Wires) -> None:
    with pytest.raises(Mismatch) as told:
        find(kind).bind({}).shape(*wires)
    assert told.value.advice


def test_every_view_has_its_renderer() -> None:
    assert all(one.has("kind") != one.has("picture") for one in of_role("view"))
    assert {one.bind({}).kind() for one in of_role("view") if one.has("kind")} == set(VIEWS)
    assert {kind for kind, _ in GOOD} == {one.type for one in of_role("view")}
