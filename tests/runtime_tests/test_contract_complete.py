"""Every public module of torch.nn has a node, or a reason why not."""

from __future__ import annotations

import inspect

import pytest
from torch import nn

import graph.nodes  # noqa: F401 - fills the registry
from graph.declare import REGISTRY
from tests.runtime_tests.omissions import LAYERS, LOSSES, PLANNED, VARIANTS

CLASSES = sorted(
    name
    for name, found in vars(nn).items()
    if inspect.isclass(found) and issubclass(found, nn.Module) and not name.startswith("_")
)
LEFT_OUT = LAYERS | LOSSES
COVERED = {
    declaration.source.removeprefix("torch.nn.")
    for declaration in REGISTRY
    if declaration.source.startswith("torch.nn.")
}


@pytest.mark.parametrize("name", CLASSES)
def test_class_has_a_node_or_a_reason(name: str) -> None:
    assert name in COVERED or name in VARIANTS or name in PLANNED or name in LEFT_OUT


@pytest.mark.parametrize("name", [*VARIANTS, *PLANNED, *LEFT_OUT])
def test_reason_is_not_out_of_date(name: str) -> None:
    assert name in CLASSES, "torch has no such class"
    assert name not in COVERED, "there is a node now"


@pytest.mark.parametrize("node", sorted(set(VARIANTS.values())))
def test_node_that_stands_for_others_exists(node: str) -> None:
    assert REGISTRY.find(node) is not None
