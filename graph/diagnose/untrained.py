"""A layer that no optimizer trains, though all around it are: most likely it was forgotten.

An optimizer that names what it trains leaves out what was wired in since. A network that begins
with weights of its own, only evaluates or follows another is meant to stay as it is.
"""

from collections.abc import Callable, Iterator

from graph.declare import REGISTRY
from graph.edit import trained_names
from graph.edit.document import Document
from graph.infer.inference import Inference
from graph.model.sheet import Node
from graph.problems.fixes import problem
from graph.problems.problem import Fix, Problem

KEPT = ("pretrained", "evaluate", "momentum")
"""What an instance says of itself that is not to be trained."""


def check(
    inference: Inference, trained: dict[str, set[str]], reached: set[str]
) -> Iterator[Problem]:
    """Layers on the board that learn nothing between others that do.

    Args:
        inference: What is known of the board.
        trained: What each optimizer trains, or parts of.
        reached: All that learns and that some loss depends on.
    """
    document = inference.document
    board = document.board
    every = {document.node(one).twin or one for some in trained.values() for one in some}
    idle = [one for one in reached if (board.nodes[one].twin or one) not in every]
    for node in sorted((board.nodes[one] for one in idle), key=lambda one: one.number):
        if any(node.params.get(name) for name in KEPT) or REGISTRY.find(node.type) is None:
            continue
        before, behind = (trained_names.near(board, node.id, forward=one) for one in (False, True))
        # at an end it may be another's, as a generator before a discriminator
        near = before | behind if before and behind else set()
        users = [one for one, some in trained.items() if near and near <= some]
        if users:
            yield _forgotten(document, node, [board.nodes[one] for one in users])


def _forgotten(document: Document, node: Node, users: list[Node]) -> Problem:
    names = " and ".join(one.name for one in users)
    return problem(
        document.board,
        node,
        f"is trained by no optimizer, though {names} trains what lies around it",
        severity="warning",
        expected=f"a place in `trains` of {names}",
        received="none",
        advice="name it there, or mute it if it is not meant to learn",
        fixes=tuple(Fix(f"Train {node.name} by {one.name}", _name(node, one)) for one in users),
    )


def _name(node: Node, user: Node) -> Callable[[Document], None]:
    def apply(document: Document) -> None:
        trains = tuple(document.node(user.id).params.get("trains", ()))
        with document.group(f"Set trains of {user.name}"):
            document.set_params(user.id, trains=(*trains, node.twin or node.id))

    return apply
