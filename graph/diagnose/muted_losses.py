"""Losses by hand of which a mute leaves what they judge: that would be trained to be small itself.

A muted loss is left out, with its weight. A formula that works number by number hands on what comes
in instead, and so does a minus sign: with the square of `mean((a - b) ** 2)` muted, or the minus
before a log probability, scores fall without end.
"""

import math
from collections.abc import Iterator

from graph.declare import REGISTRY, Declaration
from graph.edit.document import Document
from graph.infer import routes, tracing
from graph.infer.inference import Inference
from graph.model.address import Address as Place
from graph.model.sheet import Node
from graph.problems.fixes import problem
from graph.problems.problem import Fix, Problem

Mute = tuple[Node, Place]
"""A muted node, and where what it hands on is computed."""
DEEP = 40
"""How many nodes in a row are looked through."""
ARITHMETIC = "Merge"
"""The group of what losses are made of by hand; an activation a network may do without."""


def check(inference: Inference) -> Iterator[Problem]:
    """Mutes between an optimizer and what learns that hand on what is no loss."""
    document = inference.document
    if not any(sheet.any_muted() for sheet in document.sheets()):
        return
    said = set[str]()
    for optimizer in document.board.with_role("optimizer"):
        for link in () if optimizer.muted else document.board.into(optimizer.id, "loss"):
            for muted, place in _handing_on(inference, Place((), link.source), (), DEEP):
                if muted.id not in said:
                    said.add(muted.id)
                    yield _trained_itself(inference, optimizer, muted, place)


def _handing_on(
    inference: Inference, place: Place, mutes: tuple[Mute, ...], deep: int
) -> Iterator[Mute]:
    """Mutes on the way to what is minimised, where no loss lies behind them."""
    document = inference.document
    node = document.node(place.end.node)
    declaration = REGISTRY.find(node.type)
    if declaration is None or deep <= 0:
        return
    on = routes.step(document, place)
    if on is not None:  # a mute, a network, or its border
        handed = routes.computed(document, on)
        found = node.muted and declaration.group == ARITHMETIC and handed is not None
        more = ((node, handed),) if found and handed else ()
        yield from _handing_on(inference, on, (*mutes, *more), deep - 1)
    elif not node.muted and not _judges(declaration):
        before = _before(inference, place, declaration)
        for one in before:
            yield from _handing_on(inference, one, mutes, deep - 1)
        if not before and declaration.role != "data":
            yield from mutes


def _judges(declaration: Declaration) -> bool:
    """Is it a loss, and neither a sum of such nor the mean of what was made by hand?"""
    several = len(declaration.ports.inputs) > 1 or declaration.has("wants")
    return declaration.role == "loss" and several and not declaration.has("weighs")


def _before(inference: Inference, place: Place, declaration: Declaration) -> list[Place]:
    """What a node makes its numbers of: of one value, or the terms or factors of several.

    Of a product that a loss is part of only that counts: the others weigh it.
    """
    document, product = inference.document, declaration.has("multiplies")
    ports = document.ports(document.node(place.end.node)).inputs
    mixed = declaration.has("weighs") or product
    if declaration.learns or (len(ports) != 1 and not mixed):
        return []
    sheet = document.sheet_of(place.end.node)
    wired = [link.source for port in ports for link in sheet.into(place.end.node, port.name)]
    results = inference.inside(place.path)
    kinds = {end: results[end.node].outputs.get(end.port) for end in wired if end.node in results}
    losses = [end for end, kind in kinds.items() if kind is not None and kind.kind == "loss"]
    return [Place(place.path, end) for end in (product and losses) or wired]


def _trained_itself(inference: Inference, optimizer: Node, muted: Node, place: Place) -> Problem:
    document = inference.document
    maker = document.node(place.end.node)
    known = tracing.at(inference, place).range
    endless = known is not None and known.low == -math.inf

    def unmute(document: Document) -> None:
        document.set_muted([muted.id], False)

    return problem(
        document.sheet_of(muted.id),
        muted,
        f"is muted: {optimizer.name} makes what {maker.name} gives small itself"
        + (", without end" if endless else ""),
        severity="error" if endless else "warning",
        expected="a loss",
        received=f"what {maker.name} gives, as it is",
        advice="unmute it, or mute the whole term, which leaves it out",
        fixes=(Fix(f"Unmute {muted.name}", unmute),),
    )
