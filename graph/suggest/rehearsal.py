"""Shape rules rehearsed: what a node type would make of what flows in, before it is there."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from graph.core.errors import Mismatch, Repair
from graph.core.tensor import SCALAR_LOSS, TensorType, features, labels
from graph.declare import Declaration
from graph.edit.document import Document
from graph.infer.node_inference import NodeInference
from graph.model.sheet import Node
from graph.problems.problem import Problem
from graph.suggest.offers import parse

Given = tuple[TensorType, ...]
Wired = Mapping[str, Given]
"""What flows into inputs by their names: a type for each wire."""
Made = Given | Mismatch
SIZES = (64, 1, 784)
"""Sizes tried where only the number of axes is in question."""
LIKELY = features("N", 64)
"""What comes in where nothing is known of it."""


def rehearse(
    offer: Declaration,
    params: Mapping[str, Any],
    given: Wired,
    document: Document | None = None,
) -> Made | None:
    """What a node type would give for these inputs, with likely ones in place of others it needs.

    Args:
        offer: The node type, or a network of the document.
        params: Parameters it would have.
        given: What flows in.
        document: Where the networks are.

    Returns:
        The types of its outputs, why it does not take what flows in, or None where that can't be
        known.
    """
    if offer.role == "instance":
        return _placed(offer, params, given, document) if document is not None else None
    bound, ports = offer.bind(params), offer.ports_of(params) if params else offer.ports
    if offer.role == "input":
        return None  # whatever is wired in outside
    if offer.role == "data":
        return None if offer.has("needs_facts") else _types(bound.shape(None))
    first: Mismatch | None = None
    known = next((kind for some in given.values() for kind in some), LIKELY)
    for other in _companions(known):
        inputs: list[Any] = []
        for port in ports.inputs:
            some = given.get(port.name) or (() if port.optional else (other,))
            inputs.append(some if port.variadic else (some[0] if some else None))
        try:
            return _types(bound.shape(*inputs))
        except Mismatch as mismatch:
            first = first or mismatch
        if all(port.optional or port.name in given for port in ports.inputs):
            break
    assert first is not None
    return first


def _placed(
    offer: Declaration, own: Mapping[str, Any], given: Wired, document: Document
) -> Made | None:
    """What a network would give: its nodes are asked in their order."""
    node_type, params = parse(offer.type)
    if params["network"] not in document.networks:
        return None
    params = {**own, **params}
    node = Node("n0", node_type, params["network"], params)
    inputs = tuple(some[0] if (some := given.get(p.name)) else None for p in offer.ports.inputs)
    rules = NodeInference(document, {})
    outputs, problems = rules.placed(node, inputs)
    before = {one.text for one in rules.placed(node, (None,) * len(inputs))[1]}
    refused = [one for one in problems if one.severity == "error" and one.text not in before]
    if refused:
        return _refusal(refused[0])
    if params.get("repeat", 1) > 1 and None not in inputs and inputs != outputs:
        return Mismatch(
            "a network that gives what it takes, to stack it",
            f"{', '.join(map(str, inputs))} -> {', '.join(map(str, outputs))}",
            "place it once",
        )
    return None if None in outputs else tuple(kind for kind in outputs if kind is not None)


def _refusal(problem: Problem) -> Mismatch:
    """What is wrong inside a network, as if its shape rule said so."""
    sets = [fix.sets for fix in problem.fixes if fix.sets is not None]
    repairs = [Repair(fix[1], param=fix[1], value=fix[2]) for fix in sets]
    inside = f"{problem.expected} at {problem.name}"
    return Mismatch(inside, problem.received, problem.advice, repairs=repairs)


def gives(
    offer: Declaration, arriving: Sequence[TensorType], document: Document | None = None
) -> list[Given]:
    """What a node type gives at its outputs, for what may come in."""
    if offer.role == "instance":
        return list(_gives(offer, (*arriving, *kinds()), document))
    found = _gives(offer, arriving, None) if offer.ports.inputs else ()
    return list(dict.fromkeys((*found, *_usually_gives(offer))))


def _gives(
    offer: Declaration, arriving: Iterable[TensorType], document: Document | None
) -> Iterable[Given]:
    name = offer.ports.inputs[0].name if offer.ports.inputs else ""
    found = (rehearse(offer, {}, {name: (kind,)}, document) for kind in arriving)
    return dict.fromkeys(one for one in found if isinstance(one, tuple))


@cache
def _usually_gives(offer: Declaration) -> tuple[Given, ...]:
    """What a node type that is no network gives for any kind of tensor."""
    return tuple(_gives(offer, kinds() if offer.ports.inputs else (LIKELY,), None))


def takes_like(
    offer: Declaration, port: str, given: TensorType, document: Document | None = None
) -> bool:
    """Does a node type take a tensor of other sizes, but of as many axes?"""
    if offer.role == "instance":
        return _takes_like(offer, port, given, document)
    return _known_to_take(offer, port, given)


@cache
def _known_to_take(offer: Declaration, port: str, given: TensorType) -> bool:
    return _takes_like(offer, port, given, None)


def _takes_like(
    offer: Declaration, port: str, given: TensorType, document: Document | None
) -> bool:
    made = (rehearse(offer, {}, {port: (one,)}, document) for one in alike(given))
    return any(not isinstance(one, Mismatch) for one in made)


def alike(kind: TensorType, *sizes: int) -> Iterator[TensorType]:
    """Tensors of as many axes, of these and other sizes."""
    for size in (*SIZES, *sizes):
        yield kind.with_dims(*kind.dims[:1], *(size for _ in kind.dims[1:]))


@cache
def kinds() -> tuple[TensorType, ...]:
    """Tensors of each number of axes and each meaning."""
    whole = TensorType(("N", 64), "int", "tokens", 10)
    ranks = [features("N", *(64,) * axes) for axes in range(5)]
    masks = [TensorType(one.dims, "bool", "mask") for one in ranks[1:4]]
    return (*ranks, SCALAR_LOSS, labels("N", classes=10), whole, *masks)


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
