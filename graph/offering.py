"""What could follow a wire, stand before it or go into it: shape rules tried on what is known."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from graph.answers import Answers
from graph.declare import REGISTRY, Declaration, Port
from graph.errors import Mismatch
from graph.sheet import End, Link, Node
from graph.tensor import SCALAR_LOSS, TensorType, features, labels

Types = Mapping[str, TensorType]
Given = tuple[TensorType, ...]
SIZES = (64, 1, 784)
"""Sizes tried where only the number of axes is in question."""


@dataclass(frozen=True)
class Fit:
    """How a node type fits a wire.

    Attributes:
        port: The port it would be wired by.
        exact: It fits as it is; else after a parameter is set, or that can't be known.
        reason: Why it can't fit; nothing where it can.
    """

    port: str
    exact: bool = True
    reason: str = ""

    @property
    def level(self) -> int:
        """0 for what fits, 1 for what may, 2 for what can't."""
        return 2 if self.reason else int(not self.exact)


def after(offer: Declaration, output: Port, given: TensorType | None) -> Fit | None:
    """How a node type would take what an output gives; None where no port of it may.

    Args:
        offer: The node type.
        output: The port the wire comes from.
        given: What flows there, if that is known.
    """
    takers = [port for port in offer.ports.inputs if port.accepts(output)]
    return _taking(offer, takers, given) if takers else None


def before(offer: Declaration, place: Answers, end: End) -> Fit | None:
    """How what a node type gives would be taken by an input; None where no port of it may."""
    node = place.document.node(end.node)
    port = place.document.ports(node).input(end.port)
    givers = [one for one in offer.ports.outputs if port is None or port.accepts(one)]
    if not givers:
        return None
    arriving = [kind for kind in place.input_types(*end) if kind is not None]
    index = offer.ports.outputs.index(givers[0])
    return _given(offer, place, end, givers[0], [one[index] for one in _gives(offer, arriving)])


def into(offer: Declaration, place: Answers, link: Link) -> Fit | None:
    """How a node type would stand in a wire, by its first input and output."""
    if not offer.ports.inputs or not offer.ports.outputs:
        return None
    source = place.document.ports(place.document.node(link.source.node)).output(link.source.port)
    first = offer.ports.inputs[0]
    if source is None or not first.accepts(source):
        return None
    given = place.type_of(*link.source)
    taking = _taking(offer, [first], given)
    if taking.reason or given is None:
        return taking
    found = _tried(offer, {}, {first.name: given})
    gives = [found[0]] if isinstance(found, tuple) and found else []
    giving = _given(offer, place, link.target, offer.ports.outputs[0], gives)
    return Fit(first.name, taking.exact and giving.exact, giving.reason)


def _taking(offer: Declaration, takers: Sequence[Port], given: TensorType | None) -> Fit:
    if given is None or offer.role == "instance":
        return Fit(takers[0].name)
    refused: list[Mismatch] = []
    for port in takers:
        found = _tried(offer, {}, {port.name: given})
        if isinstance(found, tuple):
            return Fit(port.name)
        refused.append(found)
    for port, mismatch in zip(takers, refused, strict=True):
        if _own(mismatch) or _takes_like(offer, port.name, given):
            return Fit(port.name, exact=False)
    if not any(_takes_like(offer, port.name, one) for port in takers for one in _kinds()):
        return Fit(takers[0].name, exact=False)  # its parameters decide
    return Fit(takers[0].name, exact=False, reason=_said(offer.title, refused[0]))


def _given(
    offer: Declaration, place: Answers, end: End, giver: Port, gives: Sequence[TensorType]
) -> Fit:
    """How what a node type gives fits the node behind it, whose other inputs are known."""
    node = place.document.node(end.node)
    behind = REGISTRY.find(node.type)
    if behind is None or behind.role == "instance" or not gives:
        return Fit(giver.name, exact=bool(gives))
    others = _known(place, node, end.port)
    refused: list[Mismatch] = []
    for kind in gives:
        found = _tried(behind, node.params, {**others, end.port: kind})
        if isinstance(found, tuple):
            return Fit(giver.name)
        refused.append(found)
    if any(map(_own, refused)):
        return Fit(giver.name, exact=False)
    sizes = {size for kind in others.values() for size in (*kind.dims[1:], kind.classes)}
    for kind in gives:
        for like in _alike(kind, *(size for size in sizes if isinstance(size, int))):
            if isinstance(_tried(behind, node.params, {**others, end.port: like}), tuple):
                return Fit(giver.name, exact=False)
    return Fit(giver.name, exact=False, reason=_said(node.name, refused[0]))


def _known(place: Answers, node: Node, but: str) -> dict[str, TensorType]:
    """What flows into the other inputs of a node, as far as it is known."""
    found = {}
    for port in place.document.ports(node).inputs:
        kinds = place.input_types(node.id, port.name)
        if port.name != but and kinds and kinds[0] is not None:
            found[port.name] = kinds[0]
    return found


def _own(mismatch: Mismatch) -> bool:
    """Is it mended by a parameter of the node itself?"""
    return any(one.param and not one.port for one in mismatch.repairs)


def _said(name: str, mismatch: Mismatch) -> str:
    return f"{name} does not fit: expected {mismatch.expected}, received {mismatch.received}"


@cache
def _takes_like(offer: Declaration, port: str, given: TensorType) -> bool:
    """Does a node type take a tensor of other sizes, but of as many axes?"""
    return any(isinstance(_tried(offer, {}, {port: one}), tuple) for one in _alike(given))


def _alike(kind: TensorType, *sizes: int) -> Iterator[TensorType]:
    for size in (*SIZES, *sizes):
        yield kind.with_dims(*kind.dims[:1], *(size for _ in kind.dims[1:]))


@cache
def _kinds() -> tuple[TensorType, ...]:
    """Tensors of each number of axes and each meaning."""
    whole = TensorType(("N", 64), "int", "tokens", 10)
    ranks = [features("N", *(64,) * axes) for axes in range(5)]
    masks = [TensorType(one.dims, "bool", "mask") for one in ranks[1:4]]
    return (*ranks, SCALAR_LOSS, labels("N", classes=10), whole, *masks)


def _gives(offer: Declaration, arriving: Sequence[TensorType]) -> list[Given]:
    """What a node type gives, for what may come in."""
    if offer.role == "instance":
        return []
    kinds = (*arriving, *_kinds()) if offer.ports.inputs else _kinds()[:1]
    name = offer.ports.inputs[0].name if offer.ports.inputs else ""
    found = (_tried(offer, {}, {name: kind}) for kind in kinds)
    return list(dict.fromkeys(one for one in found if isinstance(one, tuple)))


def _tried(offer: Declaration, params: Mapping[str, Any], given: Types) -> Given | Mismatch:
    """What a shape rule says of these inputs, with likely ones in place of those it also needs."""
    bound, ports = offer.bind(params), offer.ports_of(params) if params else offer.ports
    if offer.role == "data":
        if offer.has("needs_facts"):
            return Mismatch("its facts", "none", "look at the data")
        return _types(bound.shape(None))
    first: Mismatch | None = None
    for other in _companions(next(iter(given.values()))):
        inputs: list[Any] = []
        for port in ports.inputs:
            kind = given.get(port.name, None if port.optional else other)
            inputs.append(((kind,) if kind else ()) if port.variadic else kind)
        try:
            return _types(bound.shape(*inputs))
        except Mismatch as mismatch:
            first = first or mismatch
        if all(port.optional or port.name in given for port in ports.inputs):
            break
    assert first is not None
    return first


def _types(found: TensorType | Given) -> Given:
    return found if isinstance(found, tuple) else (found,)


def _companions(given: TensorType) -> Iterator[TensorType]:
    """What a second input is likely to get, beside a first."""
    yield given
    number = given.dims[-1] if given.dims and isinstance(given.dims[-1], int) else None
    yield labels(*given.dims[:1], classes=given.classes or number)
    yield TensorType(given.dims, "int", "labels", given.classes or number)
    yield labels(*given.dims[:1], *given.dims[2:], classes=given.classes or number)
    yield features(*given.dims, given.classes or 64)
    yield TensorType(given.dims, "bool", "mask")
