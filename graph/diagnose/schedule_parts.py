"""Schedules made of others: which can be part of one."""

from collections.abc import Callable, Iterator

from graph.declare import REGISTRY
from graph.edit import links
from graph.edit.document import Document
from graph.infer import routes
from graph.infer.inference import Inference
from graph.model.address import Address as Place
from graph.model.sheet import BOARD, Link, Node
from graph.problems.problem import Fix, Problem


def check(inference: Inference) -> Iterator[Problem]:
    """Schedules wired into one that can't be made of them, also where a mute hands them on."""
    document = inference.document
    for node in document.board.with_role("schedule"):
        declaration = REGISTRY.find(node.type)
        if declaration is None or node.muted:
            continue
        for port in declaration.ports.inputs:
            for link in document.board.into(node.id, port.name):
                place = routes.computed(document, Place((), link.source))
                if place is not None:
                    yield from _joined(document, node, link, document.node(place.end.node))


def _joined(document: Document, node: Node, link: Link, inner: Node) -> Iterator[Problem]:
    known = REGISTRY.find(inner.type)
    if known is None or known.bind(inner.params).joins():
        return
    parts = [one for port in known.ports.inputs for one in document.board.into(inner.id, port.name)]
    # a product of products is the product of all
    same = inner.type == node.type and known.has("multiplies") and parts
    opened = Fix(f"Wire what {inner.name} is made of here", _opened(link, parts))
    yield Problem(
        node.id,
        BOARD,
        f"{inner.name} can't be part of another schedule",
        name=node.name,
        expected="schedules such as Warm-up, Cosine or Step decay",
        received=known.title,
        advice=f"take {inner.name} out, or wire it to the optimizer itself",
        fixes=(*([opened] if same else []), Fix(f"Take {inner.name} out", _unlink(link))),
    )


def _unlink(link: Link) -> Callable[[Document], None]:
    def apply(document: Document) -> None:
        document.unlink(link)

    return apply


def _opened(link: Link, parts: list[Link]) -> "Callable[[Document], None]":
    def apply(document: Document) -> None:
        with document.group("Open a schedule"):
            document.unlink(link)
            for part in parts:
                links.link(document, part.source, link.target, instead=False)
            if not any(document.board.out_of(link.source.node)):
                document.remove([link.source.node])

    return apply
