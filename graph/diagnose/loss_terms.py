"""Losses that are added up must count alike: a sum over an example beside a mean does not.

A variational autoencoder's bound is a sum over pixels and units for each example. With the mean
over the pixels its other term is some hundred times too heavy, and all pictures come out alike.
"""

from collections.abc import Iterator, Mapping

from graph.declare import REGISTRY
from graph.infer import routes, tracing
from graph.infer.inference import Inference
from graph.model.address import Address as Place
from graph.model.sheet import End, Node
from graph.problems.fixes import problem, set_on
from graph.problems.problem import Problem

STEPS = 8
"""How many nodes in a row are looked through for a formula."""
SUMMED = "batchmean"
"""The reduction that sums an example's numbers and takes the mean of these sums."""


def check(inference: Inference) -> Iterator[Problem]:
    """Sums of losses with terms that are summed over an example beside means over its numbers."""
    document = inference.document
    sums = sorted(document.board.with_hook("weighs"), key=lambda one: one.number)
    added = {node.id: _added(inference, node) for node in sums}
    inner = {place.end.node for places in added.values() for place in places}
    for node in sums:
        if node.id in inner:
            continue
        terms = [(document.node(one), _summed(inference, one)) for one in _opened(added, node.id)]
        summed = [one for one, is_summed in terms if is_summed]
        means = [one for one, is_summed in terms if is_summed is False]
        if any(_prices(one) for one in summed):
            yield from (_beside(inference, one, summed[0]) for one in means)


def _added(inference: Inference, node: Node) -> list[Place]:
    """What a node adds up as it is, with no weight."""
    declaration, found = REGISTRY.find(node.type), inference.result(node.id)
    if declaration is None or node.muted or not found or found.inputs is None or found.problems:
        return []
    wired: list[Place | None] = []
    for port in inference.document.ports(node).inputs:
        places = routes.feeding(inference.document, Place((), End(node.id, port.name)))
        wired += places if port.variadic else places or [None]
    weights = declaration.bind(node.params).weighs(len(wired))
    return [one for one, weight in zip(wired, weights, strict=False) if one and weight == 1]


def _opened(added: Mapping[str, list[Place]], node: str) -> list[str]:
    """The nodes that a sum adds up in the end; a sum among them adds up its own."""
    terms: dict[str, None] = {}
    ahead = [node]
    for one in ahead:
        for place in added[one]:
            if place.end.node not in terms:
                terms[place.end.node] = None
                if place.end.node in added:
                    ahead.append(place.end.node)
    return list(terms)


def _summed(inference: Inference, node: str) -> bool | None:
    """Is a loss summed over an example's numbers (or their mean)? None where that is the same."""
    loss = inference.document.node(node)
    declaration, found = REGISTRY.find(loss.type), inference.result(node)
    if declaration is None or not found or not found.inputs:
        return None
    if not declaration.has("summed"):
        return _divergence(inference, loss) or None
    is_summed: bool | None = declaration.bind(loss.params).summed(*found.inputs)
    return is_summed


def _divergence(inference: Inference, node: Node) -> bool:
    """Is it the price of a code by hand: a formula for it, summed up on the way or by itself?"""
    document = inference.document
    output = document.ports(node).outputs[0].name
    place: Place | None = Place((), End(node.id, output))
    summed = False
    for _ in range(STEPS):
        if place is None:
            return False
        one = document.node(place.end.node)
        declaration = REGISTRY.find(one.type)
        if declaration is None:
            return False
        if declaration.has("diverges"):
            made = declaration.bind(one.params)
            return bool(made.diverges()) and (summed or bool(made.totals()))
        summed = summed or (
            declaration.has("totals") and bool(declaration.bind(one.params).totals())
        )
        place = tracing.single_input(inference, place)
    return False


def _prices(node: Node) -> bool:
    """Can't it be summed otherwise, as the price of a code is?"""
    declaration = REGISTRY.find(node.type)
    return declaration is not None and declaration.param("reduction") is None


def _beside(inference: Inference, mean: Node, summed: Node) -> Problem:
    return problem(
        inference.document.board,
        mean,
        f"it is a mean over an example's numbers, beside {summed.name}, which is a sum over them",
        severity="warning",
        expected="a sum over each example's numbers",
        received="their mean",
        advice=f"choose the reduction {SUMMED}, or give {summed.name} a weight of its own",
        fixes=(set_on(mean, "reduction", SUMMED),),
    )
