"""What looking at data found would mend them, as fixes of the node that reads them."""

from collections.abc import Iterable, Sequence
from typing import Any

from graph.declare import REGISTRY
from graph.model.sheet import Node
from graph.problems.fixes import set_on
from graph.problems.problem import Fix


def changes(node: Node, found: Iterable[Sequence[Any]]) -> tuple[Fix, ...]:
    """Fixes from what looking at data found: a parameter, its value and what the button says.

    Those of parameters that the node does not have are none.
    """
    declaration = REGISTRY.find(node.type)
    return tuple(
        set_on(node, *one)
        for one in found
        if declaration is not None and declaration.param(str(one[0])) is not None
    )
