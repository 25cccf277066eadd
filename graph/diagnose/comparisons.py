"""Losses that compare a value with itself, or learn at the wrong one of their inputs.

A loss of a value and itself is the same whatever is learned. What is compared with the data learns,
not the data: exchanged, a loss that treats its inputs differently learns another thing. And what
learns by being a target alone becomes easy to meet: a teacher follows its student.
"""

from collections.abc import Callable, Iterator
from itertools import combinations

from graph.declare import REGISTRY, Port
from graph.edit.document import Document
from graph.infer import routes
from graph.infer.inference import Inference
from graph.model.address import Address as Place
from graph.model.sheet import End, Link, Node
from graph.problems import swapped_wires
from graph.problems.fixes import problem
from graph.problems.problem import Fix, Problem

Learners = Callable[[str], set[str]]
"""What learns upstream of a node of the board, up to any Detach."""
GOAL = "target"
"""The port of what is to be met, beside the one of what meets it."""
DETACH = "layer.detach"
MOST = 2
"""How many other values are offered."""


def check(
    inference: Inference, trained: dict[str, set[str]], learners: Learners
) -> Iterator[Problem]:
    """Losses of two inputs and more that some optimizer waits for.

    Args:
        inference: What is known of the board.
        trained: What each optimizer trains, or parts of.
        learners: What learns upstream of a node.
    """
    board = inference.document.board
    every = {one for some in trained.values() for one in some}
    for node in board.with_role("loss"):
        found, declaration = inference.result(node.id), REGISTRY.find(node.type)
        if node.muted or found is None or found.inputs is None or declaration is None:
            continue
        ports = [one for one in declaration.ports_of(node.params).inputs if not one.variadic]
        wired = {port: link for port in ports for link in board.into(node.id, port.name)}
        alike = _alike(inference.document, wired)
        if alike is not None:
            yield _with_itself(inference, node, *alike, learners)
        elif len(wired) == len(ports) == 2 and ports[1].name == GOAL:
            yield from _learns_by_target(inference, node, wired, every, learners)


def _alike(document: Document, wired: dict[Port, Link]) -> tuple[Port, Port] | None:
    """Two inputs that one value is wired into, behind whatever mutes and borders."""
    places = {port: routes.computed(document, Place((), one.source)) for port, one in wired.items()}
    for one, other in combinations(places, 2):
        if places[one] is not None and places[one] == places[other]:
            return one, other
    return None


def _with_itself(
    inference: Inference, node: Node, first: Port, second: Port, learners: Learners
) -> Problem:
    document = inference.document
    (link,) = document.board.into(node.id, second.name)
    return problem(
        document.board,
        node,
        f"compares {document.node(link.source.node).name} with itself: the same goes into"
        f" `{first.label}` and `{second.label}`",
        severity="warning",
        expected=f"another value at `{second.label}`",
        received="the same",
        advice="wire in what it is to be compared with",
        fixes=tuple(_others(inference, link, learners)),
    )


def _others(inference: Inference, link: Link, learners: Learners) -> Iterator[Fix]:
    """Wires from what is not learned and of the same kind and sizes, nearest to the data last."""
    document, wanted = inference.document, inference.type_of(*link.source)
    offered = 0
    for one in sorted(document.board.nodes.values(), key=lambda one: -one.number):
        for port in document.ports(one).outputs:
            found = inference.type_of(one.id, port.name)
            end = End(one.id, port.name)
            if wanted is None or found is None or found.dims != wanted.dims or end == link.source:
                continue
            if found.dtype != wanted.dtype or learners(one.id) or offered >= MOST:
                continue
            if document.can_link(end, link.target, replace=True) is None:
                offered += 1
                yield Fix(f"Wire {one.name}.{port.name} there", _wire(end, link.target))


def _wire(source: End, target: End) -> Callable[[Document], None]:
    def apply(document: Document) -> None:
        document.link(source, target, replace=True)

    return apply


def _learns_by_target(
    inference: Inference,
    node: Node,
    wired: dict[Port, Link],
    every: set[str],
    learners: Learners,
) -> Iterator[Problem]:
    document = inference.document
    (first, given), (second, goal) = wired.items()
    meets, met = learners(given.source.node) & every, learners(goal.source.node) & every
    if met and not meets and not learners(given.source.node):
        exchange = Fix(
            "Exchange the two wires",
            lambda document: swapped_wires.exchange(document, node.id, first.name, second.name),
        )
        giver, maker = (document.node(one.source.node).name for one in (given, goal))
        yield problem(
            document.board,
            node,
            f"learns at its `{second.label}`: {maker} is learned, and {giver} is not",
            severity="warning",
            expected=f"what is learned at `{first.label}`",
            received=f"{giver} there, and {maker} at `{second.label}`",
            advice="exchange the two wires",
            fixes=(exchange,),
        )
    alone = met - meets - _elsewhere(inference, node, learners)
    if meets and alone:
        names = " and ".join(sorted(document.node(one).name for one in alone))

        def keep(document: Document) -> None:
            document.insert(DETACH, document.board.into(*goal.target)[0])

        yield problem(
            document.board,
            node,
            f"{names} learns nothing but to be easy to meet, as its `{second.label}`",
            severity="warning",
            expected="a target that stays as it is, or is trained by a loss of its own",
            received=f"what {names} gives, trained by this loss alone",
            advice="put Detach before it; a teacher begins with weights of its own",
            fixes=(Fix(f"Insert Detach at {second.label}", keep),),
        )


def _elsewhere(inference: Inference, node: Node, learners: Learners) -> set[str]:
    """What learns by other losses."""
    board = inference.document.board
    others = (one for one in board.with_role("loss") if one.id != node.id and not one.muted)
    judged = (one for one in others if len(inference.document.ports(one).inputs) > 1)
    return {found for one in judged for found in learners(one.id)}
