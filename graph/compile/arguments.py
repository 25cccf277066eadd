"""What the constructor of a network's class takes, and what its arguments are called."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph.compile.avoided import reserved
from graph.compile.body import Item
from graph.compile.literals import UNKNOWN, Slot, filled, slots
from graph.compile.placed_network import PlacedNetwork
from graph.compile.scope import Scope
from graph.core import names
from graph.declare import literal, short
from graph.edit.document import Document
from graph.model import instances

ARGUMENTS = {
    "nn.Linear": ("in_features", "out_features"),
    "nn.Bilinear": ("in1_features", "in2_features", "out_features"),
    "nn.Conv": ("in_channels", "out_channels", "kernel_size"),
    "nn.BatchNorm": ("num_features",),
    "nn.InstanceNorm": ("num_features",),
    "nn.GroupNorm": ("num_groups", "num_channels"),
    "nn.LayerNorm": ("normalized_shape",),
    "nn.RMSNorm": ("normalized_shape",),
    "nn.Embedding": ("num_embeddings", "embedding_dim"),
    "nn.Dropout": ("p",),
    "range": ("repeat",),
}
"""Names that torch gives the first arguments, by how the class's name begins."""


@dataclass(frozen=True)
class DifferingLiteral:
    """A literal that differs from place to place.

    Attributes:
        slot: Where it stands in the source.
        item: The computation it is of.
        attribute: What tells it from others of its name: the module's name, or the item's.
        kept: It stands in forward, so that the instance has to keep it.
    """

    slot: Slot
    item: Item
    attribute: str
    kept: bool


def differing(
    scope: Scope, item: Item, attribute: str, sources: Sequence[str], *, kept: bool = False
) -> list[DifferingLiteral]:
    """The literals in which sources of one computation differ.

    Raises:
        NotAlike: If they differ in more.
    """

    def default(word: str) -> Any:
        param = scope.declaration(item.nodes[0]).param(word)
        return UNKNOWN if param is None else param.torch

    return [DifferingLiteral(slot, item, attribute, kept) for slot in slots(sources, default)]


def filled_in(
    source: str, places: Iterable[DifferingLiteral], called: Mapping[tuple[str, ...], str]
) -> str:
    """The first of some sources with the arguments in it."""
    return filled(
        source,
        [(p.slot, f"{'self.' * p.kept}{called[p.slot.literals]}") for p in places],
    )


@dataclass(frozen=True)
class _Name:
    rank: int
    name: str
    attribute: str


def called(
    document: Document,
    sketches: Sequence[PlacedNetwork],
    places: Iterable[DifferingLiteral],
    taken: Container[str],
) -> dict[tuple[str, ...], str]:
    """Names for arguments by the values they take; equal values are one argument.

    Args:
        document: The document.
        sketches: The network in its places.
        places: What differs.
        taken: Names that modules of the class have, free for what only its constructor needs.
    """
    best: dict[tuple[str, ...], _Name] = {}
    kept = set()
    for place in places:
        values = place.slot.literals
        name = _name(document, sketches, place)
        if place.kept:
            kept.add(values)
        if name.rank < best.setdefault(values, name).rank:
            best[values] = name
    used = [one.name for one in best.values()]
    found: dict[tuple[str, ...], str] = {}
    for values, one in sorted(best.items(), key=lambda pair: pair[1].rank > 0):
        alone = used.count(one.name) == 1 or one.rank == 0
        wanted = one.name if alone else f"{one.attribute}_{one.name}"
        wanted = wanted if names.is_name(wanted) else names.to_name(wanted)
        others = {*reserved(), *found.values()}
        if values in kept and wanted in taken:
            others.add(wanted)
        found[values] = names.unique(wanted, others)
    return {values: found[values] for values in best}


def _name(document: Document, sketches: Sequence[PlacedNetwork], place: DifferingLiteral) -> _Name:
    first, slot, attribute = sketches[0], place.slot, place.attribute
    for shown, exposed in first.scope.sheet.exposed.items():
        if exposed.node in place.item.nodes and _values(
            instances.values(document.networks, sketch.instance)[shown] for sketch in sketches
        ) == list(slot.literals):
            return _Name(0, shown, attribute)
    node = place.item.nodes[0]
    for param in first.scope.declaration(node).params:
        own = (
            instances.values(document.networks, s.scope.sheet.nodes[node]).get(
                param.name, param.default
            )
            for s in sketches
        )
        if _values(own) == list(slot.literals):
            return _Name(1, param.name, attribute)
    if slot.word:
        return _Name(2, slot.word, attribute)
    for beginning, arguments in ARGUMENTS.items():
        if slot.callee.startswith(beginning) and slot.index < len(arguments):
            return _Name(3, arguments[slot.index], attribute)
    return _Name(4, f"{attribute}_size", attribute)


def _values(values: Iterable[Any]) -> list[str]:
    return [literal(short(value)) for value in values]
