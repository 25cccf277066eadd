"""Losses and metrics that get other numbers than they want: probabilities for logits and the like.

ReLU before a loss from logits trains half of the scores away, softmax before cross entropy squashes
twice, a negative log likelihood of scores falls without end. All train, badly, and nothing else
says why.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from graph.core.tensor import TensorType
from graph.declare import REGISTRY
from graph.declare.ranges import ANY, LOWEST, Want
from graph.diagnose import detours
from graph.edit import links
from graph.edit.document import Document
from graph.infer import tracing
from graph.infer.inference import Inference
from graph.infer.tracing import Chain, Traced
from graph.model import roles
from graph.model.address import Address as Place
from graph.model.sheet import End, Node
from graph.problems import fixes
from graph.problems.fixes import problem, set_on
from graph.problems.problem import Fix, Problem

JUDGE = {"loss", "metric", "view"}
NEAR = 0.1
"""How much of the way between a target's ends may be out of reach, at either."""


def check(inference: Inference) -> Iterator[Problem]:
    """Compare what is wanted at each input with what is known to come."""
    board = inference.document.board
    for node in board.with_hook("wants"):
        wants = wanted(inference, node)
        alike = [want.expected for want in wants.values()]
        for port, want in wants.items():
            where = f" on `{port}`" if alike.count(want.expected) > 1 else ""
            target = Place((), End(node.id, port))
            traced = tracing.trace(inference, target)
            said = want.complaint(traced.range) or _too_narrow(inference, target, want, traced)
            if said and traced.maker is not None:
                yield _unwanted(inference, node, target, want, traced, said, where)
            elif want.thinned:
                yield from _thinned(inference, node, target, traced)


def wanted(inference: Inference, node: Node) -> dict[str, Want]:
    """What a node wants at its inputs, by port."""
    declaration, found = REGISTRY.find(node.type), inference.result(node.id)
    if declaration is None or node.muted or not declaration.has("wants"):
        return {}
    if found is None or found.inputs is None or found.problems:
        return {}
    wants: dict[str, Want] = declaration.bind(node.params).wants(*found.inputs)
    return wants


def _too_narrow(inference: Inference, target: Place, want: Want, traced: Traced) -> str:
    """What is wrong with numbers that can't get where their target does."""
    if want != ANY or traced.range is None:
        return ""
    goal = Place((), End(target.end.node, "target"))
    wanted_range = tracing.trace(inference, goal).range
    if wanted_range is None or not wanted_range.reached:
        return ""
    if wanted_range.free:
        return replace(want, below=LOWEST, above=-LOWEST).complaint(traced.range)
    spare = NEAR * (wanted_range.high - wanted_range.low)
    if not math.isfinite(spare):
        return ""
    low, high = wanted_range.low + spare, wanted_range.high - spare
    said = replace(want, below=low, above=high).complaint(traced.range)
    return (
        f"{said}, and its target goes from {wanted_range.low:g} to {wanted_range.high:g}"
        if said
        else ""
    )


def _unwanted(
    inference: Inference,
    node: Node,
    target: Place,
    want: Want,
    traced: Traced,
    said: str,
    where: str,
) -> Problem:
    document = inference.document
    assert traced.maker is not None, "something gives what is not wanted"
    made_by = document.node(traced.maker.end.node)
    maker = made_by.name
    chain = tracing.chain(inference, traced, want)
    first = document.node(chain.bends[0].end.node).name if chain.bends else maker
    read = tracing.at(inference, traced.maker).range
    # deviations and points, which lie around 0
    given = roles.role(made_by.type) == "data" and read is not None and read.low < 0
    before = "" if want.insert or given else f"wire in what comes before {first}: "
    return problem(
        document.board,
        node,
        f"expected {want.expected}{where}; {maker} {said}",
        severity="error" if want.severe else "warning",
        expected=want.expected,
        received=f"{maker} {said}",
        advice=before + want.advice,
        fixes=(*_of_numbers(inference, node, want), *_as_read(inference, traced.maker, want))
        if given
        else _fixes(inference, target, *_to_wanted(traced, chain, want)),
    )


def _of_numbers(inference: Inference, node: Node, want: Want) -> Iterator[Fix]:
    """What takes numbers of the data as they are, in the node's place."""
    found = inference.result(node.id)
    return fixes.others(node, want.use, found.inputs if found and found.inputs else ())


def _as_read(inference: Inference, maker: Place, want: Want) -> Iterator[Fix]:
    """Numbers to predict as they stand in their file, where that gives what is wanted."""
    node = inference.document.node(maker.end.node)
    declaration = REGISTRY.find(node.type)
    assert declaration is not None, "it gives numbers"
    facts, port = inference.facts.get(node.id), maker.end.port
    if port not in declaration.bind(node.params).standardised(facts):
        return
    read = declaration.bind({**node.params, "standardise": False}).reach(facts, port)
    if not want.complaint(read) and not (read is None and want.severe):
        yield set_on(node, "standardise", False)


def _to_wanted(traced: Traced, chain: Chain, want: Want) -> tuple[Chain, Want]:
    """What a fix takes out and what it puts in: targets between other ends are moved between."""
    met = want.met(traced.range) if traced.range is not None else None
    return (Chain((), ()), met) if met is not None else (chain, want)


def _fixes(inference: Inference, target: Place, chain: Chain, want: Want) -> tuple[Fix, ...]:
    @cache
    def wants(place: Place) -> tuple[Want, str] | None:
        found = wanted(inference, inference.document.node(place.end.node)).get(place.end.port)
        if found is None:
            return None
        said = found.complaint(tracing.trace(inference, place).range)
        return found, said or ("" if want.picky else "gives numbers as good with it as without")

    found = detours.fix(inference.document, target, chain, want, wants)
    found = found or _layer(inference, target, want)
    return (found,) if found else ()


def _layer(inference: Inference, target: Place, want: Want) -> Fix | None:
    """A layer behind what can't be left out, as the last of a repeated network: any numbers.

    Only where scores or their like are wanted, which a layer gives.
    """
    found = inference.result(target.end.node)
    types = inference.input_types(*target.end)
    node = inference.document.node(target.end.node)
    loss = roles.role(node.type) == "loss"
    scored = [one for one in wanted(inference, node).values() if one.scores]
    if not loss or scored != [want] or found is None or not found.inputs or not types[:1]:
        return None
    given, *others = (one for one in found.inputs if isinstance(one, TensorType))
    if not others:
        return None  # a layer before one of two losses that judge alike would be only its own
    rows = given.rank == 2 or any(given.dims[:-1] == one.dims for one in others)
    type = "layer.linear" if rows else f"layer.conv{given.rank - 2}d"
    made, size = REGISTRY.find(type), given.dims[-1 if rows else 1] if given.rank > 1 else None
    if made is None or not isinstance(size, int):
        return None
    params = {"units": size} if rows else {"filters": size, "kernel_size": (1,)}
    bent = REGISTRY.find(want.insert)
    label = f"Insert a {made.title} of {size}" + (f" and insert {bent.title}" if bent else "")

    def apply(document: Document) -> None:
        with document.group(label):
            (wire,) = document.board.into(*target.end)
            layer = document.insert(type, wire, **params)
            scores = End(layer.id, document.ports(layer).outputs[0].name)
            for link in document.board.out_of(*wire.source):
                if roles.role(document.node(link.target.node).type) in JUDGE:
                    document.unlink(link)
                    links.link_instead(document, scores, link)
            if bent:
                (wire,) = document.board.into(*target.end)
                document.insert(bent.type, wire, **dict(want.params))

    return Fix(label, apply)


def _thinned(inference: Inference, node: Node, target: Place, traced: Traced) -> Iterator[Problem]:
    """Numbers that are set to zero at random right before they are judged."""
    document = inference.document
    if traced.range is None:
        return
    places = []
    for number, place in enumerate(traced.steps):
        one = document.node(place.end.node)
        declaration = REGISTRY.find(one.type)
        if declaration and declaration.has("thins") and declaration.bind(one.params).thins():
            places.append((number, place, one.name))
    if not places:
        return
    last, _, name = places[-1]
    chain = Chain(traced.steps[: last + 1], tuple(place for _, place, _ in places))
    yield problem(
        document.board,
        node,
        f"{name} sets some of what it judges to zero at random, behind the last layer",
        severity="warning",
        expected="what the last layer gives",
        received=f"what {name} leaves of it",
        advice=f"put {name} before the last layer",
        fixes=_fixes(inference, target, chain, Want("what the last layer gives")),
    )
