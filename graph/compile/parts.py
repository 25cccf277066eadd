"""Which loose layers of a board become one class.

They are gathered by level and by which optimizers train them. The level rises where a value comes
back from a unit or a loss, so that a unit can be computed in one call; the colour keeps apart what
is trained by different steps.
"""

from collections.abc import Collection

from graph.compile.layout import Layout
from graph.diagnose.board_checks import learns
from graph.model.sheet import End

LOOSE = {"layer", "neuron"}


class Parts:
    """The nodes of a layout, gathered where they are loose.

    Args:
        layout: What there is.
        apart: Layers that are to stand alone.
    """

    def __init__(self, layout: Layout, apart: Collection[str]) -> None:
        self._layout, self._apart = layout, apart
        self._scope, self._board = layout.scope, layout.board

    def alone(self) -> list[str]:
        """Nodes that are an op each: placed networks, losses, draws, layers kept apart."""
        order, role = self._layout.order, self._scope.role
        return [n for n in order if self._is_alone(n) or role(n) == "noise"]

    def gathered(self) -> list[list[str]]:
        """Loose nodes that become one class each, or, without a layer, an op each."""
        groups: dict[tuple[int, frozenset[str]], list[str]] = {}
        levels, colours = self._levels()
        for node in self._layout.order:
            if self._is_loose(node):
                groups.setdefault((levels[node], colours[node]), []).append(node)
        keys = sorted(groups, key=lambda key: (key[0], sorted(key[1])))
        return [part for key in keys for part in self._unconnected(groups[key])]

    def _unconnected(self, nodes: list[str]) -> list[list[str]]:
        """Nodes of one group, apart where nothing connects them and not every step uses all."""
        if len(self._layout.optimizers) < 2:
            return [nodes]
        made = {node: {end for end, _ in self._scope.writes(node)} for node in nodes}
        inside = set().union(*made.values())
        parts: list[tuple[set[End], list[str]]] = []
        for node in nodes:
            ends = made[node] | inside.intersection(self._scope.reads(node))
            joined = [part for part in parts if part[0] & ends]
            parts = [part for part in parts if part not in joined]
            parts.append((ends.union(*(one[0] for one in joined)), []))
            parts[-1][1].extend([*(one for part in joined for one in part[1]), node])
        return [sorted(part, key=nodes.index) for _, part in parts]

    def _is_loose(self, node: str) -> bool:
        """Does it lie on the board itself, to be gathered with others?"""
        return self._scope.role(node) in LOOSE and node not in self._apart

    def _is_alone(self, node: str) -> bool:
        """Is it an op of its own, so that what follows can't be gathered with what is before?"""
        return self._scope.role(node) in {"instance", "loss"} or node in self._apart

    def _levels(self) -> tuple[dict[str, int], dict[str, frozenset[str]]]:
        """The level and the colour of every node; what learns nothing takes those around it."""
        levels: dict[str, int] = {}
        colours: dict[str, frozenset[str]] = {}
        nothing: frozenset[str] = frozenset()
        several = len(self._layout.optimizers) > 1
        for node in self._layout.order:
            loose = self._is_loose(node)
            above = [end.node for end in self._scope.reads(node)]
            level, colour = 0, nothing
            if several and loose and learns(self._layout.inference, self._board.nodes[node]):
                (leader,) = self._layout.leaders([node])
                colour = frozenset(
                    o for o, nodes in self._layout.trained.items() if leader in nodes
                )
            for one in above:
                far = loose and self._is_alone(one)
                change = bool(colour and colours[one] and colour != colours[one])
                level = max(level, levels[one] + (far or change))
            if not colour and loose:
                colour = max((colours[one] for one in above), key=len, default=nothing)
            levels[node], colours[node] = level, colour
        for node in reversed(self._layout.order):
            if colours[node] or not self._is_loose(node):
                continue
            below = [n for n in self._board.neighbours(node) if n in levels]
            kinds = {(levels[n], colours[n]) for n in below if self._is_loose(n)}
            if len(kinds) == 1 and len(below) == 1:
                levels[node], colours[node] = next(iter(kinds))
        return levels, colours
