"""What of the data an input of a loss, a metric or a view may be meant to take."""

from collections.abc import Callable, Iterator

from graph.core.errors import Mismatch
from graph.declare import REGISTRY, Port
from graph.edit.document import Document
from graph.infer.inference import Inference
from graph.model.roles import role
from graph.model.sheet import BOARD, End, Node
from graph.problems.problem import Fix

JUDGING = {"loss", "metric", "view"}
GIVEN = {"label", "target", "sign"}
"""Names of inputs that take what the data say, not what a network makes of them."""
SHOWN = GIVEN | {"image", "point", "features"}


def fixes(inference: Inference, node: Node) -> Iterator[Fix]:
    """Wires from the data with which a node that has a problem would have none."""
    document = inference.document
    if role(node.type) not in JUDGING or document.sheet_of(node.id).name != BOARD:
        return
    ports = document.ports(node).inputs
    empty = [
        one for one in ports if not one.optional and not document.board.into(node.id, one.name)
    ]
    open_ports = empty or [one for one in ports if one.name in GIVEN]
    if len(open_ports) != 1 or open_ports[0].name not in (
        SHOWN if role(node.type) == "view" else GIVEN
    ):
        return
    port = open_ports[0]
    for data in document.board.with_role("data"):
        for output in document.ports(data).outputs:
            source, target = End(data.id, output.name), End(node.id, port.name)
            if not data.muted and _fits(inference, node, ports, port, source):
                yield Fix(f"Wire {data.name}.{output.name}", _wire(source, target))


def _fits(
    inference: Inference, node: Node, ports: tuple[Port, ...], port: Port, source: End
) -> bool:
    """Would a node take a value at a port, with what it has at the others?"""
    document, declaration = inference.document, REGISTRY.find(node.type)
    inputs = []
    for one in ports:
        wired = [inference.type_of(*link.source) for link in document.board.into(node.id, one.name)]
        kind = inference.type_of(*source) if one == port else (wired or [None])[0]
        if kind is None and not one.optional:
            return False
        inputs.append(tuple(wired) if one.variadic else kind)
    taken = [link.source for link in document.board.into(node.id)]
    if declaration is None or source in taken:
        return False
    try:
        declaration.bind(node.params).shape(*inputs)
    except Mismatch:
        return False
    return document.can_link(source, End(node.id, port.name), replace=True) is None


def _wire(source: End, target: End) -> Callable[[Document], None]:
    return lambda document: _link(document, source, target)


def _link(document: Document, source: End, target: End) -> None:
    document.link(source, target, replace=True)
