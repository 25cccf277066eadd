"""What could follow a wire, stand before it or go into it: shape rules tried on what is known."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph.core.errors import Mismatch
from graph.core.tensor import TensorType
from graph.declare import REGISTRY, Declaration, Port
from graph.diagnose.context import Place
from graph.edit import replacing
from graph.edit.document import Document
from graph.infer.queries import Answers
from graph.model.sheet import End, Link, LinkKey, Node
from graph.suggest.offers import as_offer, parse
from graph.suggest.rehearsal import alike, gives, kinds, rehearse, takes_like


@dataclass(frozen=True)
class Fit:
    """How a node type fits a wire.

    Attributes:
        port: The port it would be wired by.
        exact: It fits as it is; else after a parameter is set, or that can't be known.
        reason: Why it can't fit; nothing where it can.
        back: How far it stands back behind others that fit as well, 0 to below 1.
    """

    port: str
    exact: bool = True
    reason: str = ""
    back: float = 0.0

    @property
    def level(self) -> float:
        """0 for what fits, 1 for what may, 2 for what can't; and how far it stands back."""
        return (2 if self.reason else int(not self.exact)) + self.back


def after(
    offer: Declaration,
    output: Port,
    given: TensorType | None,
    document: Document | None = None,
) -> Fit | None:
    """How a node type would take what an output gives; None where no port of it may.

    Args:
        offer: The node type.
        output: The port the wire comes from.
        given: What flows there, if that is known.
        document: Where the networks are, which may be offered too.
    """
    takers = [port for port in offer.ports.inputs if port.accepts(output)]
    return _taking(offer, takers, given, document) if takers else None


def before(offer: Declaration, place: Answers, end: End) -> Fit | None:
    """How what a node type gives would be taken by an input; None where no port of it may."""
    node = place.document.node(end.node)
    port = place.document.ports(node).input(end.port)
    givers = [one for one in offer.ports.outputs if port is None or port.accepts(one)]
    if not givers:
        return None
    if offer.role == "input":
        return Fit(givers[0].name)
    arriving = [kind for kind in place.input_types(*end) if kind is not None]
    index = offer.ports.outputs.index(givers[0])
    made = [one[index] for one in gives(offer, arriving, place.document)]
    return _given(place, end, givers[0], made)


def into(offer: Declaration, place: Answers, link: Link) -> Fit | None:
    """How a node type would stand in a wire, by its first input and output."""
    if not offer.ports.inputs or not offer.ports.outputs:
        return None
    document = place.document
    source = document.ports(document.node(link.source.node)).output(link.source.port)
    target = document.ports(document.node(link.target.node)).input(link.target.port)
    first, last = offer.ports.inputs[0], offer.ports.outputs[0]
    if source is None or not first.accepts(source):
        return None
    if target is None or not target.accepts(last):
        return None
    given = place.type_of(*link.source)
    taking = _taking(offer, [first], given, document)
    if taking.reason or given is None:
        return taking
    found = rehearse(offer, {}, {first.name: (given,)}, document)
    made = [found[0]] if isinstance(found, tuple) and found else []
    giving = _given(place, link.target, last, made)
    return Fit(first.name, taking.exact and giving.exact, giving.reason)


def instead(offer: Declaration, place: Answers, node: str) -> Fit | None:
    """How a node type would stand in a node's place; None for what stands there.

    It fits as far as it takes what is wired in and what it gives is taken behind; what would lose
    some of the wires stands back, what would lose all of a side does not fit.
    """
    document, old = place.document, place.document.node(node)
    kind, params = parse(offer.type)
    if kind == old.type and params.items() <= old.params.items():
        return None
    if offer.role != "instance":
        params = offer.kept(old.params)
    ports = offer.ports if offer.role == "instance" else offer.ports_of(params)
    found = replacing.plan(document, old, ports)
    port = next((one.name for one in (*ports.inputs, *ports.outputs)), "")
    for wires, role in ((found.into, "input"), (found.out_of, "output")):
        if not wires and any((one.target.node == node) == (role == "input") for one in found.lost):
            return Fit(port, exact=False, reason=f"{offer.title} has no {role} for what is wired")
    taking, made = _takes(offer, place, params, found)
    exact = taking.exact and not found.lost
    if taking.reason or made is None:
        return Fit(port, exact, taking.reason)
    for link, name in found.out_of:
        giver = next(one for one in ports.outputs if one.name == name)
        giving = _given(place, link.target, giver, [made[ports.outputs.index(giver)]])
        behind = place.result(link.target.node)
        if giving.reason and behind and behind.inputs is not None:
            return Fit(port, exact=False, reason=giving.reason)
        exact = exact and giving.exact
    return Fit(port, exact)


def expected(place: Place, wire: LinkKey) -> str:
    """What the node at a wire's end takes there, where it does not take what flows; else "".

    Nothing is said of nodes that need several inputs: any of them may be the one that is wrong.
    """
    node, given = place.node(wire.target.node), place.type_of(*wire.source)
    declaration = REGISTRY.find(node.type)
    if declaration is None or given is None:
        return ""
    needed = [port for port in place.document.ports(node).inputs if not port.optional]
    if len(needed) != 1 or needed[0].name != wire.target.port or needed[0].variadic:
        return ""
    offer = as_offer(place.document, node, declaration)
    found = rehearse(offer, node.params, {wire.target.port: (given,)}, place.document)
    return found.expected if isinstance(found, Mismatch) else ""


def _takes(
    offer: Declaration, place: Answers, params: Mapping[str, Any], found: replacing.Rewiring
) -> tuple[Fit, Sequence[TensorType] | None]:
    """How a node type takes what flows into a node that it would replace, and what it gives."""
    known: dict[str, tuple[TensorType, ...]] = {}
    for link, name in found.into:
        kind = place.type_of(*link.source)
        if kind is None:
            return Fit(name), None
        known[name] = (*known.get(name, ()), kind)
    made = rehearse(offer, params, known, place.document)
    if not isinstance(made, Mismatch):
        return Fit(next(iter(known), "")), made
    if not known:
        return Fit("", exact=False), None
    port = next(iter(known))
    mended = _own(made) or any(
        takes_like(offer, name, kind, place.document)
        for name, some in known.items()
        for kind in some[:1]
    )
    return Fit(port, exact=False, reason="" if mended else _said(offer.title, made)), None


def _taking(
    offer: Declaration,
    takers: Sequence[Port],
    given: TensorType | None,
    document: Document | None,
) -> Fit:
    if given is None:
        return Fit(takers[0].name)
    refused: list[Mismatch] = []
    for port in takers:
        found = rehearse(offer, {}, {port.name: (given,)}, document)
        if not isinstance(found, Mismatch):
            return Fit(port.name)
        refused.append(found)
    for port, mismatch in zip(takers, refused, strict=True):
        if _own(mismatch) or takes_like(offer, port.name, given, document):
            return Fit(port.name, exact=False)
    if not _takes_any(offer, takers, document):
        return Fit(takers[0].name, exact=False)  # its parameters decide
    return Fit(takers[0].name, exact=False, reason=_said(offer.title, refused[0]))


def _takes_any(offer: Declaration, takers: Iterable[Port], document: Document | None) -> bool:
    return any(takes_like(offer, port.name, one, document) for port in takers for one in kinds())


def _given(place: Answers, end: End, giver: Port, made: Sequence[TensorType]) -> Fit:
    """How what a node type gives fits the node behind it, whose other inputs are known.

    Where that node is right as it is, axes and dtype other than those it gets stand back: what
    follows further on may not take them.
    """
    document, node = place.document, place.document.node(end.node)
    behind = REGISTRY.find(node.type)
    if behind is None or not made:
        return Fit(giver.name, exact=bool(made))
    placed = as_offer(document, node, behind)
    known = place.result(node.id)
    was = place.input_types(*end)[:1] if known and known.inputs is not None else []
    others = _known(place, node, end.port)
    refused: list[Mismatch] = []
    taken: list[TensorType] = []
    for kind in made:
        found = rehearse(placed, node.params, {**others, end.port: (kind,)}, document)
        if isinstance(found, Mismatch):
            refused.append(found)
        else:
            taken.append(kind)
    if taken:
        same = any(one is None or _alike(kind, one) for kind in taken for one in was)
        return Fit(giver.name, exact=same or not was)
    if any(map(_own, refused)):
        return Fit(giver.name, exact=False)
    flat = [kind for some in others.values() for kind in some]
    sizes = {size for kind in flat for size in (*kind.dims[1:], kind.classes)}
    for kind in made:
        for like in alike(kind, *(size for size in sizes if isinstance(size, int))):
            found = rehearse(placed, node.params, {**others, end.port: (like,)}, document)
            if not isinstance(found, Mismatch):
                return Fit(giver.name, exact=False)
    return Fit(giver.name, exact=False, reason=_said(node.name, refused[0]))


def _alike(kind: TensorType, other: TensorType) -> bool:
    return kind.rank == other.rank and kind.dtype == other.dtype


def _known(place: Answers, node: Node, but: str) -> dict[str, tuple[TensorType, ...]]:
    """What flows into the other inputs of a node, as far as it is known."""
    found: dict[str, tuple[TensorType, ...]] = {}
    for port in place.document.ports(node).inputs:
        types = place.input_types(node.id, port.name)
        if port.name != but and types and types[0] is not None:
            found[port.name] = (types[0],)
    return found


def _own(mismatch: Mismatch) -> bool:
    """Is it mended by a parameter of the node itself?"""
    return any(one.param and not one.port for one in mismatch.repairs)


def _said(name: str, mismatch: Mismatch) -> str:
    return f"{name} does not fit: expected {mismatch.expected}, received {mismatch.received}"
