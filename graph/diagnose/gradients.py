"""Does a gradient get from a loss to what it should train?"""

from collections.abc import Iterable, Iterator

from graph.declare import REGISTRY
from graph.edit.document import Document
from graph.infer import routes
from graph.infer.inference import Inference
from graph.model import roles
from graph.model.address import Address as Place
from graph.model.order import upstream
from graph.model.sheet import Node
from graph.problems.fixes import problem
from graph.problems.problem import Fix, Problem


def check(inference: Inference, optimizer: Node, updates: set[str]) -> Iterator[Problem]:
    """Nodes an optimizer trains whose every way to the loss goes through what has no slope."""
    board = inference.document.board
    whole = inference.whole & upstream(board, [optimizer.id])
    if not _any_flat(inference.document) and updates.isdisjoint(upstream(board, whole)):
        return  # nothing that is trained lies before whole numbers or steps
    reached, blocking = _reached(inference, optimizer)
    lost = updates - reached
    if not lost:
        return
    blocking = [one for one in blocking if upstream(board, [one.board_node]) & lost]
    words = ", ".join(sorted(board.nodes[one].name for one in lost))
    names = sorted({inference.document.node(one.end.node).name for one in blocking})
    between = f"{' and '.join(names)} let{'s' if len(names) == 1 else ''} none through"
    yield problem(
        board,
        optimizer,
        f"no gradient gets from its loss to {words}: {between}",
        advice="whole numbers and steps have no slope: compute the loss from what comes before "
        "they are rounded or chosen",
        severity="error" if lost == updates else "warning",
        fixes=tuple(_fixes(inference, blocking)),
    )


def _reached(inference: Inference, optimizer: Node) -> tuple[set[str], list[Place]]:
    """The board's nodes a gradient gets to, and the outputs that stop it on its way."""
    document = inference.document
    opened = _opened(document)
    ahead = [Place((), link.source) for link in document.board.into(optimizer.id)]
    seen, reached, blocking = set(ahead), set(), []
    for place in ahead:
        path, (node, port) = place
        found = inference.inside(path).get(node)
        kind = found.outputs.get(port) if found else None
        if kind is not None and kind.dtype != "float":
            blocking.append(place)
            continue
        reached.add(place.board_node)
        following = list(_before(document, place, opened))
        flat = _flat(document.node(node)) if found and found.inputs is not None else frozenset()
        blocking += [place] if flat else []
        for one in (one for name, some in following if name not in flat for one in some):
            if one not in seen:
                seen.add(one)
                ahead.append(one)
    return reached, blocking


def _opened(document: Document) -> set[str]:
    """Networks that hold, however deep, what may stop a gradient: others are not looked into."""
    found: set[str] = set()
    while True:
        more = {
            name
            for name, sheet in document.networks.items()
            if name not in found
            and (
                any(_flat(one) for one in sheet.with_hook("flat"))
                or any(roles.network_of(one) in found for one in sheet.with_role("instance"))
            )
        }
        if not more:
            return found
        found |= more


def _before(
    document: Document, place: Place, opened: set[str]
) -> Iterator[tuple[str, Iterable[Place]]]:
    """Outputs that an output depends on, by input; whole networks where none looks inside."""
    path, end = place
    node = document.node(end.node)
    if roles.role(node.type) == "input" or node.muted or roles.network_of(node) in opened:
        found = routes.step(document, place)
        yield end.port, [found] if found else []
        return
    sheet = document.sheet_of(end.node)
    for port in document.ports(node).inputs:
        yield port.name, [Place(path, link.source) for link in sheet.into(node.id, port.name)]


def _flat(node: Node) -> frozenset[str]:
    """Inputs of a node that no gradient gets to."""
    declaration = REGISTRY.find(node.type)
    if declaration is None or node.muted or not declaration.has("flat"):
        return frozenset()
    found: frozenset[str] = declaration.bind(node.params).flat()
    return found


def _any_flat(document: Document) -> bool:
    return any(_flat(one) for sheet in document.sheets() for one in sheet.with_hook("flat"))


def _fixes(inference: Inference, blocking: list[Place]) -> Iterator[Fix]:
    """Mute what stops the gradient, where it gives numbers like those it takes."""
    document = inference.document
    for path, (node, port) in dict.fromkeys(blocking):
        found, one = inference.inside(path).get(node), document.node(node)
        inputs = document.ports(one).inputs
        if found and found.inputs and inputs and found.inputs[0] == found.outputs.get(port):
            yield Fix(f"Mute {one.name}", lambda document, n=node: document.set_muted([n], True))  # type: ignore[misc]
