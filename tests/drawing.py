"""Boards of neurons, drawn in a line or two."""

from collections.abc import Iterable, Sequence
from typing import Any

import graph.nodes
from graph.edit.document import Document
from graph.model.order import topological
from graph.model.sheet import End, Link, Node, Sheet
from graph.neurons import Gathered, gather

assert graph.nodes, "fills the registry"


class Drawing:
    """A document under a pencil."""

    def __init__(self) -> None:
        self.document = Document()
        self.board = self.document.board

    def add(self, type: str, name: str | None = None, **params: Any) -> Node:
        return self.document.add_node(type, name=name, params=params)

    def wire(self, source: End, target: Node, port: str) -> None:
        self.document.link(source, End(target.id, port))

    def rows(self, columns: int) -> tuple[End, list[End]]:
        """A data set's rows, and their columns by a Split node."""
        rows = End(self.add("data.xor").id, "point")
        return rows, self.split(rows, columns)

    def split(self, rows: End, columns: int) -> list[End]:
        node = self.add("neuron.split", columns=columns)
        self.wire(rows, node, "x")
        return [End(node.id, f"x{number}") for number in range(1, columns + 1)]

    def neuron(
        self,
        sources: Iterable[End],
        name: str | None = None,
        *,
        twin: End | None = None,
        **params: Any,
    ) -> End:
        node = self.document.add_node(
            "neuron.neuron",
            name=name,
            params={"activation": "tanh", **params},
            twin=twin.node if twin else None,
        )
        for source in sources:
            self.wire(source, node, "xs")
        return End(node.id, "y")

    def layer(
        self, sources: Sequence[End], count: int, name: str = "h", **params: Any
    ) -> list[End]:
        return [self.neuron(sources, f"{name}{number}", **params) for number in range(1, count + 1)]

    def join(self, sources: Iterable[End]) -> End:
        node = self.add("neuron.join")
        for source in sources:
            self.wire(source, node, "xs")
        return End(node.id, "y")

    def gather(self) -> Gathered:
        return gather(self.board, topological(self.board))


def blocks(*sizes: int) -> Sheet:
    """A sheet of fully wired neurons, `blocks(2, 64, 64, 1)`, made past the document's checks."""
    sheet = Sheet("board")
    number = 0

    def add(type: str, name: str, **params: Any) -> str:
        nonlocal number
        number += 1
        sheet.nodes[f"n{number}"] = Node(f"n{number}", type, name, params)
        return f"n{number}"

    def wire(source: End, target: End, rank: int = 0) -> None:
        link = Link(source, target, rank)
        sheet.put_link(link.key, link)

    data = add("data.xor", "xor")
    split = add("neuron.split", "split", columns=sizes[0])
    wire(End(data, "point"), End(split, "x"))
    before = [End(split, f"x{index + 1}") for index in range(sizes[0])]
    for depth, size in enumerate(sizes[1:]):
        activation = "linear" if depth == len(sizes) - 2 else "tanh"
        made = [
            add(
                "neuron.neuron",
                f"{chr(ord('a') + depth % 26)}{index + 1}",
                activation=activation,
            )
            for index in range(size)
        ]
        for node in made:
            for rank, source in enumerate(before):
                wire(source, End(node, "xs"), rank)
        before = [End(node, "y") for node in made]
    return sheet
