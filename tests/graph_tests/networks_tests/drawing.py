"""Boards with networks, drawn in a line or two."""

import itertools
from typing import Any

from graph.edit.document import Document
from graph.model.sheet import BOARD, End, Node


class Drawing:
    """A document under a pencil."""

    def __init__(self, name: str = "board") -> None:
        self.document = Document(name)

    def add(
        self, type: str, name: str | None = None, *, sheet: str = BOARD, x: float = 0, **params: Any
    ) -> Node:
        return self.document.add_node(
            type, sheet=sheet, name=name, params=params, position=(x, 10.0)
        )

    def place(
        self, network: str, name: str | None = None, sheet: str = BOARD, **params: Any
    ) -> Node:
        return self.add(
            "network.instance", name or network, sheet=sheet, **{"network": network, **params}
        )

    def wire(self, source: Node, target: Node, port: str = "", output: str = "") -> None:
        inputs, outputs = self.document.ports(target).inputs, self.document.ports(source).outputs
        start = End(source.id, output or outputs[0].name)
        self.document.link(start, End(target.id, port or inputs[0].name))

    def chain(self, *nodes: Node) -> None:
        for source, target in itertools.pairwise(nodes):
            self.wire(source, target)

    def network(
        self,
        name: str,
        *pieces: tuple[str, dict[str, Any]],
        input: str = "features",
        output: str = "result",
    ) -> list[Node]:
        """A network that is a chain: its Input, the pieces, its Output."""
        self.document.add_network(name)
        made = [self.add("network.input", input, sheet=name)]
        made += [self.add(type, sheet=name, **params) for type, params in pieces]
        made.append(self.add("network.output", output, sheet=name))
        self.chain(*made)
        return made

    def classifier(self, *networks: Node, units: int = 10) -> tuple[Node, Node]:
        """Digits through some instances to a loss; gives the loss and its optimizer."""
        data, flat = self.add("data.digits"), self.add("shape.flatten")
        logits = self.add("layer.linear", "logits", units=units)
        loss, adam = self.add("loss.cross_entropy", "loss"), self.add("optimizer.adam")
        self.chain(data, flat, *networks, logits, loss)
        self.wire(data, loss, "label", "label")
        self.wire(loss, adam)
        return loss, adam


def state(document: Document) -> Any:
    """All that a document says, independent of the document."""
    return {
        sheet.name: (dict(sheet.nodes), dict(sheet.links), dict(sheet.frames), dict(sheet.exposed))
        for sheet in document.sheets()
    }


def drawn() -> tuple[Drawing, dict[str, Node]]:
    """Digits, two layers, a loss and what trains them."""
    draw = Drawing()
    data = draw.add("data.digits", x=-100)
    flat = draw.add("shape.flatten", x=100)
    hidden = draw.add("layer.linear", "hidden", x=200)
    relu = draw.add("activation.relu", x=300)
    logits = draw.add("layer.linear", "logits", x=400, units=10)
    loss, adam = draw.add("loss.cross_entropy", "loss"), draw.add("optimizer.adam")
    draw.chain(data, flat, hidden, relu, logits, loss, adam)
    draw.wire(data, loss, "label", "label")
    draw.document.set_params(adam.id, trains=(hidden.id, logits.id))
    return draw, {node.name: node for node in draw.document.board.nodes.values()}
