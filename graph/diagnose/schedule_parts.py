"""Schedules made of others: which can be part of one."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from graph.declare import REGISTRY
from graph.model.sheet import BOARD, Link
from graph.problems.problem import Fix, Problem

if TYPE_CHECKING:
    from graph.edit.document import Document
    from graph.infer.inference import Inference


def check(inference: "Inference") -> Iterator[Problem]:
    """Schedules wired into one that can't be made of them."""
    board = inference.document.board
    for node in board.with_role("schedule"):
        declaration = REGISTRY.find(node.type)
        if declaration is None or node.muted:
            continue
        for port in declaration.ports.inputs:
            for link in board.into(node.id, port.name):
                inner = board.nodes[link.source.node]
                known = REGISTRY.find(inner.type)
                joins = known is None or known.bind(inner.params).joins()
                if joins or inner.muted:
                    continue
                yield Problem(
                    node.id,
                    BOARD,
                    f"{inner.name} can't be part of another schedule",
                    name=node.name,
                    expected="schedules such as Warm-up, Cosine or Step decay",
                    received=known.title if known else inner.type,
                    advice=f"take {inner.name} out, or wire it to the optimizer itself",
                    fixes=(Fix(f"Take {inner.name} out", _unlink(link)),),
                )


def _unlink(link: Link) -> "Callable[[Document], None]":
    def apply(document: "Document") -> None:
        document.unlink(link)

    return apply
