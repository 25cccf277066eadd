"""What must hold for the rows that data nodes give, before they can be trained on."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from graph.declare import REGISTRY
from graph.edit.document import Document
from graph.infer.inference import Inference
from graph.model.sheet import BOARD, End, Node, Sheet
from graph.problems.problem import Fix, Problem

JUDGES = {"loss", "metric"}
BY_ROW, APART = "by row", "independently"


def live_data(board: Sheet) -> list[Node]:
    """The data nodes that are not muted, by age."""
    found = (node for node in board.with_role("data") if not node.muted)
    return sorted(found, key=lambda node: node.number)


def groups(board: Sheet, data: Sequence[Node]) -> list[list[Node]]:
    """Data nodes that are gone through in one order: those by row with the oldest, each other."""
    together = [node for node in data[1:] if node.params.get("drawn") == BY_ROW]
    return [[*data[:1], *together], *([node] for node in data[1:] if node not in together)]


def check(inference: Inference) -> Iterator[Problem]:
    """Problems of data nodes that show only where one looks at what hangs on them."""
    board = inference.document.board
    data = live_data(board)
    for node in data:
        yield from _one_class(inference, node)
    used = [node for node in data if any(board.out_of(node.id))]
    for node in used[1:]:
        yield from _beside(inference, used[0], node)
    for node in board.with_role("pairs"):
        if not node.muted:
            yield from _unpaired(inference, node)


def _beside(inference: Inference, first: Node, node: Node) -> Iterator[Problem]:
    """What is told of a data node beside an older one: lengths that differ, or no choice made."""
    drawn = str(node.params.get("drawn", "auto"))
    had, has = (_counts(inference, one) for one in (first, node))
    apart = Fix(f"Draw {node.name} independently", _draw(node, APART))
    if drawn == BY_ROW and had and has and had[:2] != has[:2]:
        yield _of(
            node,
            f"goes row by row with {first.name}, which has other rows",
            expected=f"{had[0]:,} rows to train on and {had[1]:,} held out",
            received=f"{has[0]:,} and {has[1]:,}",
            advice="mend the data, or draw it independently",
            fixes=(apart,),
        )
    elif drawn == BY_ROW and had and has and had[2] != has[2]:
        yield _of(
            node,
            f"goes row by row with {first.name}, but only one says itself which rows are held out",
            advice="give both a part of their own to test on, or neither",
            fixes=(apart,),
        )
    elif drawn == "auto":
        rows = f": {has[0]:,} rows beside {had[0]:,}" if had and has else ""
        again = ", the shorter begins again" if had and has and had[0] != has[0] else ""
        together = Fix(f"Go row by row with {first.name}", _draw(node, BY_ROW))
        yield _of(
            node,
            f"is drawn independently of {first.name}, in an order of its own{rows}{again}",
            severity="warning",
            advice="say in `drawn` whether this is meant, or whether their rows belong together",
            fixes=(apart, *((together,) if had == has else ())),
        )


def _counts(inference: Inference, node: Node) -> tuple[int, int, str] | None:
    """Rows to train on, rows held out, and what decides which; nothing where not known."""
    facts = inference.facts.get(node.id)
    if not facts or "count" not in facts:
        return None
    return int(facts["count"]), int(facts.get("validation") or 0), str(facts.get("cut") or "")


def _unpaired(inference: Inference, node: Node) -> Iterator[Problem]:
    """Partners can be drawn of rows that come straight from one data node."""
    board = inference.document.board
    found = inference.result(node.id)
    if found is None or found.inputs is None:
        return
    homes = set()
    for port in ("x", "label"):
        for link in board.into(node.id, port):
            home = board.nodes[link.source.node]
            while home.muted and any(board.into(home.id)):
                home = board.nodes[board.into(home.id)[0].source.node]
            homes.add(home.id if _role(home) == "data" else "")
    if len(homes) != 1 or "" in homes:
        yield _of(
            node,
            "draws partners from rows of one data node",
            expected="`x` and `label` straight from one data node",
            received="values of several, or computed ones",
            advice="wire a data node to both, and put what changes its rows behind this node",
        )


def _draw(node: Node, how: str) -> Callable[[Document], None]:
    def apply(document: Document) -> None:
        with document.group(f"Set drawn of {node.name}"):
            document.set_params(node.id, drawn=how)

    return apply


def _of(node: Node, text: str, **more: Any) -> Problem:
    return Problem(node.id, BOARD, text, name=node.name, **more)


def _one_class(inference: Inference, node: Node) -> Iterator[Problem]:
    """Labels that are all alike, and are compared with something."""
    board = inference.document.board
    for port in inference.document.ports(node).outputs:
        kind = inference.type_of(node.id, port.name)
        alike = kind is not None and kind.kind == "labels" and kind.classes == 1
        if alike and _is_judged(board, End(node.id, port.name)):
            facts = inference.facts.get(node.id) or {}
            yield Problem(
                node.id,
                BOARD,
                "one class only, there is nothing to tell apart",
                name=node.name,
                expected="two classes or more",
                received=", ".join(facts.get("classes") or ()),
                advice="add rows of another class, or leave its labels out of losses and metrics",
            )


def _is_judged(board: Sheet, start: End) -> bool:
    """Does a value get to a loss or a metric past nodes that learn nothing?"""
    ahead = [link.target.node for link in board.out_of(start.node, start.port)]
    seen = set(ahead)
    while ahead:
        node = board.nodes[ahead.pop()]
        if _role(node) in JUDGES and not node.muted:
            return True
        declaration = REGISTRY.find(node.type)
        if declaration is None or declaration.role != "layer" or declaration.learns:
            continue
        for one in board.neighbours(node.id):
            if one not in seen:
                seen.add(one)
                ahead.append(one)
    return False


def _role(node: Node) -> str:
    declaration = REGISTRY.find(node.type)
    return declaration.role if declaration else ""
