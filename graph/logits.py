"""Logits are scores of either sign: an activation right before a loss that wants them is a slip.

ReLU before a loss from logits trains half of the scores away, softmax before cross entropy squashes
twice. Both train, badly, and nothing else says why.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graph.declare import REGISTRY, Declaration
from graph.mending import set_on
from graph.problems import Fix, Problem
from graph.sheet import Node

if TYPE_CHECKING:
    from graph.infer import Inference

ASKED = range(-20, 21)
LOWEST = -5.0  # a score of -5 is a probability of 0.7%; one that can't get there is no logit


def check(inference: "Inference") -> Iterator[Problem]:
    """Warn of activations whose values go into an input for logits and hardly get below zero."""
    board = inference.document.board
    for link in sorted(board.links.values(), key=lambda one: int(one.target.node[1:])):
        if link.target.port != "logits":
            continue
        node, loss = board.nodes[link.source.node], board.nodes[link.target.node]
        declaration = REGISTRY.find(node.type)
        found = inference.result(loss.id)
        if declaration is None or node.muted or loss.muted or (found and found.problems):
            continue
        curve = declaration.curve(node.params)
        lowest = min(map(curve, map(float, ASKED))) if curve else LOWEST
        if lowest > LOWEST:
            yield Problem(
                loss.id,
                board.name,
                f"expected logits, scores of either sign; {node.name} gives none below "
                f"{lowest:.2g}",
                name=loss.name,
                severity="warning",
                advice=f"wire in what comes before {node.name}: the loss bends it itself",
                fixes=(_fix(declaration, node),),
            )


def _fix(declaration: Declaration, node: Node) -> Fix:
    """Leave out the bend: by the node's own parameter, or by taking out the node."""
    for param in declaration.params:
        if "linear" in (param.choices or ()):
            return set_on(node, param.name, "linear")
    return Fix(f"Take {node.name} out", lambda document: document.remove([node.id], reconnect=True))
