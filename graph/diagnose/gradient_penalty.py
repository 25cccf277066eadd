"""Gradient penalties: the score must hang on the points it is differentiated at."""

from collections.abc import Callable, Iterator

from graph.declare import REGISTRY
from graph.edit.document import Document
from graph.infer.inference import Inference
from graph.model.order import upstream
from graph.model.sheet import BOARD, End, Link, Node, Sheet
from graph.problems.problem import Fix, Problem

PER_EXAMPLE = "norm.group"
"""What to take instead of a normalisation over the batch; with one group it is by example."""


def check(inference: Inference) -> Iterator[Problem]:
    """Penalties whose points take no gradient, whose score is of others, or mixes examples."""
    board = inference.document.board
    for node in board.with_hook("differentiates"):
        declaration = REGISTRY.find(node.type)
        found = inference.result(node.id)
        if declaration and not node.muted and found is not None and found.inputs is not None:
            ports = [port.name for port in declaration.ports.inputs]
            score, at = (board.into(node.id, port)[0] for port in ports)
            yield from _check(inference.document, node, score, at.source)


def _check(document: Document, node: Node, wire: Link, at: End) -> Iterator[Problem]:
    board, score = document.board, wire.source
    points, scored = board.nodes[at.node], board.nodes[score.node]
    if not any(_has(board.nodes[one], "leaf") for one in upstream(board, [at.node])):
        yield Problem(
            node.id,
            BOARD,
            f"no gradient can be asked for at what {points.name} gives",
            name=node.name,
            expected="what a Random mix gives, on `at`",
            received=f"what {points.name} gives",
            advice="wire a Random mix of real and generated examples to `at` and to a linked copy "
            "of the critic",
        )
    elif at.node not in upstream(board, [score.node]):
        yield Problem(
            node.id,
            BOARD,
            f"its score does not depend on {points.name}, which it is to be differentiated at",
            name=node.name,
            expected=f"what the critic says of {points.name}, on `score`",
            received=f"what {scored.name} says of something else",
            advice=f"wire a linked copy (Alt+D) of the critic behind {points.name}, and that here",
            fixes=_fixes(document, wire, at),
        )
    else:
        between = upstream(board, [score.node]) - upstream(board, [at.node])
        for one in sorted((board.nodes[n] for n in between), key=lambda one: one.number):
            for sheet, inner in _mixing(document, board, one):
                yield _mixes(node, sheet, inner)


def _mixes(penalty: Node, sheet: Sheet, inner: Node) -> Problem:
    where = "" if sheet.name == BOARD else f" in {sheet.name}"
    return Problem(
        penalty.id,
        BOARD,
        f"{inner.name}{where} lets the score of an example depend on the whole batch, while the "
        "penalty is for each example by itself",
        name=penalty.name,
        severity="warning",
        advice="normalise each example by itself, with GroupNorm of one group or LayerNorm",
        fixes=(Fix(f"Make {inner.name} a GroupNorm", _per_example(inner)),),
    )


def _mixing(document: Document, sheet: Sheet, node: Node) -> Iterator[tuple[Sheet, Node]]:
    """A node that mixes examples, or all such inside the network it places."""
    declaration = REGISTRY.find(node.type)
    if declaration is None or node.muted:
        return
    if _has(node, "couples"):
        yield sheet, node
    if declaration.role == "instance":
        inside = document.placed(node)
        for inner in sorted(inside.nodes.values(), key=lambda one: one.number):
            yield from _mixing(document, inside, inner)


def _has(node: Node, hook: str) -> bool:
    declaration = REGISTRY.find(node.type)
    return declaration is not None and declaration.has(hook) and not node.muted


def _per_example(node: Node) -> Callable[[Document], None]:
    def apply(document: Document) -> None:
        with document.group(f"Make {node.name} a GroupNorm"):
            new = document.replace_node(node.id, PER_EXAMPLE)
            document.set_params(new.id, num_groups=1)

    return apply


def _fixes(document: Document, wire: Link, at: End) -> tuple[Fix, ...]:
    """A linked copy of the critic behind the points, where it takes one value."""
    critic = document.node(wire.source.node)
    declaration = REGISTRY.find(critic.type)
    inputs = document.ports(critic).inputs
    if declaration is None or declaration.role != "instance" or len(inputs) != 1:
        return ()
    label = f"Ask {critic.name} about {document.node(at.node).name}"

    def apply(document: Document) -> None:
        x, y = document.node(wire.target.node).position
        with document.group(label):
            (copy,) = document.duplicate([critic.id], twins=True)
            document.move({copy.id: (x - 260, y)})
            document.link(at, End(copy.id, inputs[0].name))
            document.link(End(copy.id, wire.source.port), wire.target, replace=True)

    return (Fix(label, apply),)
