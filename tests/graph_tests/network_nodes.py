"""Nodes of drawn networks: the declared ones, or stand-ins until the catalogue has them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import graph.nodes
from graph.core.tensor import TensorType
from graph.declare import REGISTRY, Declaration, node, param

assert graph.nodes, "fills the registry"


class NetworkTypes(NamedTuple):
    """Types of the nodes that make and place networks."""

    input: str
    output: str
    instance: str


def declared() -> dict[str, str]:
    """Types of the catalogue by role."""
    return {one.role: one.type for one in REGISTRY}


@contextmanager
def network_nodes() -> Iterator[NetworkTypes]:
    """Types to draw networks with, known while this is open."""
    if {"input", "output", "instance"} <= declared().keys():
        found = declared()
        yield NetworkTypes(found["input"], found["output"], found["instance"])
        return
    before: dict[str, Declaration] = dict(REGISTRY._declarations)
    _declare()
    try:
        yield NetworkTypes("test.input", "test.output", "test.instance")
    finally:
        REGISTRY._declarations.clear()
        REGISTRY._declarations.update(before)


def _declare() -> None:
    @node("test.input", group="Network", role="input", inputs="", outputs="y:any")
    class Input:
        """What a network takes."""

    @node("test.output", group="Network", role="output", inputs="x", outputs="")
    class Output:
        """What a network gives."""

        def shape(self, x: TensorType) -> tuple[TensorType, ...]:
            return ()

    @node("test.instance", group="Network", role="instance", inputs="", outputs="")
    class Instance:
        """A network, placed."""

        network: str = param("", doc="Name of the network.")
