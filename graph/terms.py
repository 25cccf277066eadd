"""Losses that are added up must count alike: a sum over an example beside a mean does not.

A variational autoencoder's bound is a sum over pixels and units for each example. With the mean
over the pixels its other term is some hundred times too heavy, and all pictures come out alike.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graph import routes
from graph.declare import REGISTRY
from graph.mending import problem, set_on
from graph.problems import Problem
from graph.routes import Place
from graph.sheet import End, Node

if TYPE_CHECKING:
    from graph.infer import Inference

SUMMED = "batchmean"
"""The reduction that sums an example's numbers and takes the mean of these sums."""


def check(inference: "Inference") -> Iterator[Problem]:
    """Sums of losses with terms that are summed over an example beside means over its numbers."""
    document = inference.document
    for node in sorted(document.board.with_hook("weighs"), key=lambda one: one.number):
        declaration = REGISTRY.find(node.type)
        found = inference.result(node.id)
        if declaration is None or node.muted or not found:
            continue
        if found.inputs is None:
            continue
        port = declaration.ports.inputs[0].name
        wired = routes.feeding(document, Place((), End(node.id, port)))
        weights = declaration.bind(node.params).weighs(len(wired))
        alike = [one for one, weight in zip(wired, weights, strict=False) if weight == 1]
        terms = [(document.node(one.end.node), _summed(inference, one)) for one in alike]
        summed = [one for one, is_summed in terms if is_summed]
        means = [one for one, is_summed in terms if is_summed is False]
        if any(_prices(one) for one in summed):
            yield from (_beside(inference, one, summed[0]) for one in means)


def _summed(inference: "Inference", place: Place) -> bool | None:
    """Is a loss summed over an example's numbers (or their mean)? None where that is the same."""
    node = inference.document.node(place.end.node)
    declaration, found = REGISTRY.find(node.type), inference.result(node.id)
    if declaration is None or not declaration.has("summed") or not found or not found.inputs:
        return None
    is_summed: bool | None = declaration.bind(node.params).summed(*found.inputs)
    return is_summed


def _prices(node: Node) -> bool:
    """Can't it be summed otherwise, as the price of a code is?"""
    declaration = REGISTRY.find(node.type)
    return declaration is not None and declaration.param("reduction") is None


def _beside(inference: "Inference", mean: Node, summed: Node) -> Problem:
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
