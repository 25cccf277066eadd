"""The parts of a program: units, ops, steps, running means."""

from collections.abc import Iterable
from dataclasses import dataclass

from graph.compile.body import Item
from graph.model.sheet import End, Node, Sheet

AVERAGING = {"AveragedModel", "get_ema_multi_avg_fn"}
"""What a running mean needs of `torch.optim.swa_utils`."""


@dataclass(frozen=True)
class Unit:
    """A module the training holds.

    Attributes:
        attribute: Its name there.
        constructor: Source of its constructor.
        weights: Ids of its nodes that learn, their leaders' for linked ones.
        home: For each node inside that is a leader, its attribute within the unit.
        nodes: Ids of the board's nodes it stands for.
    """

    attribute: str
    constructor: str
    weights: frozenset[str]
    home: dict[str, str]
    nodes: tuple[str, ...]


class Units(list[Unit]):
    """The modules of a training, in order.

    Args:
        board: The board that they stand for.
    """

    def __init__(self, board: Sheet) -> None:
        super().__init__()
        self._board = board

    def owner(self, node: str) -> tuple[Unit, str] | None:
        """The unit that holds a node's weights and the attribute there."""
        nodes = self._board.nodes
        leader = (nodes[node].twin or node) if node in nodes else node
        return next(((one, one.home[leader]) for one in self if leader in one.home), None)


@dataclass(frozen=True)
class Op:
    """One computation of a step: a call of a unit, or a stateless node or loss."""

    item: Item
    unit: Unit | None = None


@dataclass(frozen=True)
class Step:
    """One optimizer: what it computes, which nodes it trains.

    Attributes:
        optimizer: Its node.
        loss: What it minimises.
        loss_name: What figures call it, behind `loss/`.
        parts: The losses it is made of, by the names that figures have behind `loss/`.
        ops: What it computes.
        trains: Ids of the nodes it trains, their leaders' for linked ones.
    """

    optimizer: Node
    loss: End
    loss_name: str
    parts: dict[End, str]
    ops: tuple[Op, ...]
    trains: frozenset[str]


@dataclass(frozen=True)
class Average:
    """A running mean of a unit's weights.

    Attributes:
        attribute: Its name in the training.
        unit: What it is the mean of.
        optimizer: The optimizer that says so.
        decay: Share of the mean that stays at each step.
    """

    attribute: str
    unit: Unit
    optimizer: Node
    decay: float


@dataclass(frozen=True)
class Follower:
    """A unit that is the moving average of another.

    Attributes:
        unit: The average.
        source: What it follows.
        keeps: The share of itself that it keeps at each step.
    """

    unit: Unit
    source: Unit
    keeps: float


def needed(items: list[Item], goals: Iterable[End]) -> list[Item]:
    """Those items that some values are computed from."""
    wanted, found = set(goals), []
    for item in reversed(items):
        if any(end in wanted for end, _ in item.writes):
            found.append(item)
            wanted.update(item.reads)
    return found[::-1]
