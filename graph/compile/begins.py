"""Networks that begin with the weights in a file."""

from collections.abc import Iterator
from dataclasses import dataclass

from graph.compile.plan import Plan
from graph.compile.program import Unit
from graph.model.roles import role


@dataclass(frozen=True)
class BeginSpec:
    """A network and the file that it begins with.

    Attributes:
        node: Id of its node on the board.
        network: Name of the unit, which a file may call it by.
        constructor: Source that makes it, with the names of `train.py`.
        path: The file.
    """

    node: str
    network: str
    constructor: str
    path: str


def begin_specs(plan: Plan) -> tuple[BeginSpec, ...]:
    """All of a board's."""
    return tuple(_begun(plan))


def _begun(plan: Plan) -> Iterator[BeginSpec]:
    followers = {one.unit.attribute for one in plan.followers}
    for unit in plan.units:
        path = begins_with(plan, unit)
        if path and unit.attribute not in followers:
            yield BeginSpec(unit.nodes[0], unit.attribute, unit.constructor, path)


def begins_with(plan: Plan, unit: Unit) -> str:
    """The file that has a unit's first weights, if it does not begin anew."""
    node = plan.board.nodes[unit.nodes[0]]
    return str(node.params.get("pretrained", "")) if role(node.type) == "instance" else ""
