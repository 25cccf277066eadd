"""What is made beside what is real, told apart by its range alone.

A network that is shown examples of the data and examples that another made learns in a few steps
that only one of them has numbers below 0, and the other can't follow: a generator with tanh beside
pictures of 0 to 1, or with a sigmoid beside pictures of -1 to 1.
"""

from collections.abc import Iterable, Iterator, Sequence

from graph.declare import REGISTRY
from graph.declare.ranges import LARGE, Range
from graph.edit.document import Document
from graph.infer import tracing
from graph.infer.inference import Inference
from graph.infer.tracing import Traced
from graph.model import roles
from graph.model.address import Address
from graph.model.order import upstream
from graph.model.sheet import End, Node, Sheet
from graph.problems.fixes import others, problem
from graph.problems.problem import Fix, Problem

NEAR = 0.1
"""How much of the way between the ends of real numbers those that are made may differ."""
BETWEEN = {(0.0, 1.0): "activation.sigmoid", (-1.0, 1.0): "activation.tanh"}
"""What makes numbers between two ends."""


def check(inference: Inference) -> Iterator[Problem]:
    """Networks and layers of the board that several values go through with the same weights."""
    board = inference.document.board
    for leader in sorted({node.twin for node in board.linked() if node.twin in board.nodes}):
        alike = [one for one in (board.nodes[leader], *board.followers(leader)) if not one.muted]
        for port in inference.document.ports(board.nodes[leader]).inputs:
            yield from _shown(inference, board, alike, port.name)


def _shown(
    inference: Inference, board: Sheet, alike: Sequence[Node], port: str
) -> Iterator[Problem]:
    found = {one.id: tracing.trace(inference, Address((), End(one.id, port))) for one in alike}
    real = next((one for one in alike if _is_real(inference, found[one.id])), None)
    if real is None:
        return
    given = found[real.id].range
    assert given is not None, "how far real numbers go is known"
    for node in alike:
        made = found[node.id]
        if _is_made(inference, made) and made.range is not None and _apart(given, made.range):
            yield _told(inference, board, node, (real, port), found[real.id], made)


def _is_real(inference: Inference, traced: Traced) -> bool:
    """Are they the data's, or made of it without weights, and is it known how far they go?"""
    if traced.maker is None or traced.range is None or not traced.range.reached:
        return False
    above = upstream(inference.document.board, [traced.maker.board_node])
    given = any(_role(inference, one) in {"data", "pairs"} for one in above)
    return given and not traced.range.free and not _learned(inference, above)


def _is_made(inference: Inference, traced: Traced) -> bool:
    if traced.maker is None or traced.range is None:
        return False
    return _learned(inference, upstream(inference.document.board, [traced.maker.board_node]))


def _learned(inference: Inference, nodes: Iterable[str]) -> bool:
    """Does one of some nodes of the board hold weights, or share another's?"""
    board = inference.document.board
    found = (inference.result(board.nodes[one].twin or one) for one in nodes)
    return any(one is not None and bool(one.weights) for one in found)


def _role(inference: Inference, node: str) -> str:
    return roles.role(inference.document.node(node).type)


def _apart(real: Range, made: Range) -> bool:
    """Do numbers end elsewhere that are made between two ends, or can't they get so far?"""
    low, high = _ends(real)
    spare = NEAR * (high - low)
    if not made.reached or not spare > 0:
        return False
    short = made.low > low + spare or made.high < high - spare
    beyond = made.low < low - spare or made.high > high + spare
    return short or (_is_bounded(made) and beyond)


def _is_bounded(given: Range) -> bool:
    return given.low > -LARGE and given.high < LARGE


def _ends(given: Range) -> tuple[float, float]:
    """As people say them: a sigmoid goes from 0 to 1."""
    return round(given.low, 2) + 0.0, round(given.high, 2) + 0.0


def _told(
    inference: Inference,
    board: Sheet,
    node: Node,
    beside: tuple[Node, str],
    real: Traced,
    made: Traced,
) -> Problem:
    document = inference.document
    assert real.maker is not None, "it is known where they come from"
    assert made.maker is not None, "it is known where they come from"
    assert real.range is not None, "it is known how far they go"
    assert made.range is not None, "it is known how far they go"
    theirs, mine = _words(real.range), _words(made.range)
    maker, data = document.node(made.maker.end.node), document.node(real.maker.end.node)
    return problem(
        board,
        node,
        f"{maker.name} gives numbers {mine}, beside those of {data.name} {theirs}:"
        f" it tells them apart by that alone",
        severity="warning",
        expected=f"numbers {theirs}, as {beside[0].name} gets",
        received=f"numbers {mine}",
        advice="let both go between the same ends",
        fixes=(
            *_other_bend(inference, made.maker, real.range),
            *_scaled(document, beside, real.range, made.range),
        ),
    )


def _other_bend(inference: Inference, maker: Address, real: Range) -> Iterator[Fix]:
    """An activation that goes between the ends of what is real."""
    bend = BETWEEN.get(_ends(real))
    node, known = inference.document.node(maker.end.node), inference.inside(maker.path)
    result = known.get(node.id)
    declaration = REGISTRY.find(node.type)
    bends = declaration is not None and declaration.group == "Activation"
    if bend and bends and result and result.inputs:
        yield from others(node, (bend,), result.inputs)


def _scaled(
    document: Document, beside: tuple[Node, str], real: Range, made: Range
) -> Iterator[Fix]:
    """What is real between the ends of what is made."""
    wires = document.board.into(beside[0].id, beside[1])
    (low, high), (first, last) = _ends(real), _ends(made)
    if not _is_bounded(made) or first == last or len(wires) != 1:
        return
    factor = (last - first) / (high - low)
    params = {"factor": factor, "offset": first - low * factor}

    def apply(document: Document) -> None:
        document.insert("merge.scale", wires[0], **params)

    yield Fix(f"Scale what {beside[0].name} gets to {first:g} to {last:g}", apply)


def _words(given: Range) -> str:
    low, high = _ends(given)
    if given.high >= LARGE:
        return f"of {low:g} and more"
    return f"of {high:g} and less" if given.low <= -LARGE else f"from {low:g} to {high:g}"
