"""Where a value is: a port of a node, at one of the places where its sheet stands.

A network that is placed twice has two places for each of its nodes. As text an address is what
lies on the way, joined by `/`: so optimizers name what they train, and a run what learns.
"""

from collections.abc import Iterable
from typing import NamedTuple

from graph.model.sheet import End

BETWEEN = "/"
"""Stands between ids in a path as text; none holds it."""

Path = tuple[str, ...]
"""Ids of instances from the board inwards, and of the node where it leads to one."""


def split(name: str) -> Path:
    """The ids on the way to a node."""
    return tuple(name.split(BETWEEN))


def join(path: Iterable[str]) -> str:
    """Undo `split`."""
    return BETWEEN.join(path)


class Address(NamedTuple):
    """An output, or an input, of a node at one of the places it stands.

    Attributes:
        path: Ids of the instances that lead there, the one on the board first.
        end: The node and its port.
    """

    path: Path
    end: End

    @property
    def board_node(self) -> str:
        """The node of the board that it is, or that it lies in."""
        return self.path[0] if self.path else self.end.node
