"""Whatever the search offers can be chosen: on the board and inside every network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from graph.declare import REGISTRY, Declaration
from graph.diagnose.context import Place
from graph.diagnose.diagnosis import Diagnosis
from graph.edit import joining
from graph.edit.document import Document
from graph.format.templates import FOLDER, open_template
from graph.model import roles
from graph.model.sheet import BOARD, End, Link, Node
from graph.problems.problem import Problem
from graph.suggest import next_nodes
from graph.suggest.offers import offers, parse
from tests.graph_tests.networks_tests.drawing import Drawing

TEMPLATES = sorted(path.stem for path in FOLDER.glob("*.neurowire"))
EVERY = 8
"""Of what is offered at a place every eighth is chosen, another eighth at the next place."""


@dataclass(frozen=True)
class Asked:
    """Where the search is opened: of what kind that is, how types fit, what choosing does."""

    kind: tuple[object, ...]
    judge: Callable[[Declaration], next_nodes.Fit | None]
    choose: Callable[[Document, Declaration, next_nodes.Fit], None]


def places(document: Document, inference: Diagnosis) -> Iterator[Place]:
    """The board, and each network where it is placed first."""
    seen, ahead = {BOARD}, [Place(inference)]
    for place in ahead:
        yield place
        sheet = document.sheet(sheet_of(place))
        for node in sheet.with_role("instance"):
            if (network := str(roles.network_of(node))) not in seen:
                seen.add(network)
                ahead.append(Place(inference, (*place.path, node.id)))


def sheet_of(place: Place) -> str:
    return str(roles.network_of(place.document.node(place.path[-1]))) if place.path else BOARD


def searches(place: Place) -> Iterator[Asked]:
    """Everywhere on a sheet that a search can be opened."""
    document, sheet = place.document, place.document.sheet(sheet_of(place))
    inside = sheet.name != BOARD
    for node in sheet.nodes.values():
        ports = document.ports(node)
        for port in ports.outputs:
            end, given = End(node.id, port.name), place.type_of(node.id, port.name)
            yield Asked(
                ("after", node.type, port, inside),
                lambda one, port=port, given=given: next_nodes.after(one, port, given, document),  # type: ignore[misc]
                joined(sheet.name, end, into=False),
            )
        for port in ports.inputs:
            end = End(node.id, port.name)
            yield Asked(
                ("before", node.type, port, inside),
                lambda one, end=end: next_nodes.before(one, place, end),  # type: ignore[misc]
                joined(sheet.name, end, into=True),
            )
        yield Asked(
            ("instead", node.type, inside),
            lambda one, id=node.id: next_nodes.instead(one, place, id),  # type: ignore[misc]
            replaced(node),
        )
    for link in sheet.links.values():
        target = document.node(link.target.node).type
        yield Asked(
            ("into", target, link.target.port, inside),
            lambda one, link=link: next_nodes.into(one, place, link),  # type: ignore[misc]
            spliced(sheet.name, link),
        )


Choose = Callable[[Document, Declaration, next_nodes.Fit], None]


def joined(sheet: str, end: End, *, into: bool) -> Choose:
    def choose(document: Document, offer: Declaration, fit: next_nodes.Fit) -> None:
        kind, params = parse(offer.type)
        node = document.add_node(kind, sheet=sheet, params=params)
        assert joining.join(document, node.id, end, into=into, first=fit.port), offer.type

    return choose


def replaced(node: Node) -> Choose:
    def choose(document: Document, offer: Declaration, fit: next_nodes.Fit) -> None:
        kind, params = parse(offer.type)
        lost: list[str] = []
        document.replace_nodes([node.id], kind, params=params, complain=lost.append)
        assert not (fit.exact and lost), (offer.type, lost)

    return choose


def spliced(sheet: str, link: Link) -> Choose:
    def choose(document: Document, offer: Declaration, fit: next_nodes.Fit) -> None:
        kind, params = parse(offer.type)
        document.splice(document.add_node(kind, sheet=sheet, params=params).id, link)

    return choose


def chosen(
    document: Document, place: Place, asked: Asked, start: int, every: int
) -> Iterator[tuple[Declaration, next_nodes.Fit]]:
    """Choose some of what is offered, one at a time, and take it back after the look at it."""
    for offer in offers(document, sheet_of(place))[start % every :: every]:
        fit = asked.judge(offer)
        if fit is None or fit.reason:
            continue
        with document.trial():
            asked.choose(document, offer, fit)
            yield offer, fit


def test_nothing_is_offered_that_is_refused_in_any_template() -> None:
    seen: set[object] = set()
    count = 0
    for name in TEMPLATES:
        document = open_template(name)
        inference = Diagnosis(document, watch=False, tries=False)
        for place in places(document, inference):
            for asked in list(searches(place)):
                if asked.kind in seen:
                    continue
                seen.add(asked.kind)
                count += sum(1 for _ in chosen(document, place, asked, len(seen), EVERY))
    assert {one[0] for one in seen if isinstance(one, tuple)} == {
        "after",
        "before",
        "instead",
        "into",
    }
    assert count > 1_500


@pytest.mark.parametrize("name", ["digits_mlp", "digits_gan"])
def test_what_fits_as_it_is_brings_no_error(name: str) -> None:
    document = open_template(name)
    inference = Diagnosis(document, tries=False)
    before = wrong(inference)
    count = 0
    for place in places(document, inference):
        for number, asked in enumerate(list(searches(place))):
            for offer, fit in chosen(document, place, asked, number, 40):
                count += fit.exact
                new = [one for one in wrong(inference) - before if fit.exact]
                assert not new, (asked.kind, offer.type, new)
    assert count > 50


def wrong(inference: Diagnosis) -> set[tuple[str | None, str]]:
    """What does not fit; what only misses its other wires is no matter of shape."""

    def shape(one: Problem) -> bool:
        return one.severity == "error" and "N" in (one.received or "")

    return {(one.node, one.text) for one in inference.problems if shape(one)}


def test_a_network_is_offered_where_it_fits() -> None:
    draw = Drawing()
    draw.network("seeing", ("layer.conv2d", {}), ("activation.relu", {}))
    draw.network("rows", ("layer.linear", {"units": 64}))
    data, flat = draw.add("data.digits"), draw.add("shape.flatten")
    layer, last = draw.add("layer.conv2d"), draw.add("layer.linear", units=10)
    draw.wire(data, layer)
    draw.chain(data, flat, last)
    document, inference = draw.document, Diagnosis(draw.document)
    named = {one.title: one for one in offers(document, BOARD) if one.role == "instance"}

    def levels(judge: Callable[[Declaration], next_nodes.Fit | None]) -> dict[str, float | None]:
        return {title: fit.level if (fit := judge(one)) else None for title, one in named.items()}

    def after(node: Node, output: str) -> dict[str, float | None]:
        port = document.ports(node).output(output)
        assert port is not None
        given = inference.type_of(node.id, output)
        return levels(lambda one: next_nodes.after(one, port, given, document))

    assert after(data, "image")["seeing"] == 0
    assert after(data, "image")["seeing, repeated"], "it gives other channels than it takes"
    rows = after(flat, "y")
    assert (rows["rows"], rows["rows, repeated"], rows["seeing"]) == (0, 0, 2)
    assert rows["seeing, repeated"]
    instead = levels(lambda one: next_nodes.instead(one, inference, last.id))
    assert (instead["rows"], instead["seeing"]) == (0, 2)
    place = draw.place("seeing")
    draw.document.link(End(data.id, "image"), End(place.id, "features"))
    rows_only = REGISTRY.find("shape.flatten")
    assert rows_only is not None
    taken = next_nodes.before(rows_only, inference, End(place.id, "features"))
    assert taken is not None
    assert taken.level == 2, "what is inside a placed network is asked, too"
