"""Fixes that take nodes out of the way to one input, and leave what else they feed as it is."""

from collections.abc import Callable, Iterator
from itertools import islice

from graph.declare import REGISTRY, ranges
from graph.declare.ranges import ORDER, Want
from graph.edit import links
from graph.edit.document import Document
from graph.infer import routes
from graph.infer.tracing import Chain
from graph.model import roles
from graph.model.address import Address as Place
from graph.model.address import Path
from graph.model.sheet import End, Link, Node
from graph.problems.problem import Fix

Wants = Callable[[Place], tuple[Want, str] | None]
"""What an input wants, and what is wrong with what it gets; None where it says nothing of it."""

LINEAR = "linear"
MANY = 200
"""Places of use beyond which a node is not looked at everywhere."""


def fix(document: Document, target: Place, chain: Chain, want: Want, wants: Wants) -> Fix | None:
    """One click that leaves out what bends, and puts in what makes numbers as they are wanted."""
    if any(document.node(one).params.get("repeat", 1) != 1 for p in chain.places for one in p.path):
        return None
    names = " and ".join(dict.fromkeys(document.node(p.end.node).name for p in chain.bends))
    straight = [one for one in chain.bends if linear_param(document.node(one.end.node))]
    used = list(islice(_consumers(document, chain), MANY))
    alone = bool(straight) or (len(used) < MANY and all(_agrees(o, target, wants) for o in used))
    makes = REGISTRY.find(want.insert)
    put = f"insert {makes.title}" if makes else ""
    if not chain.bends:
        label = put[:1].upper() + put[1:]
    elif straight:
        label = f"Make {names} linear"
    elif alone:
        label = f"Take {names} out"
    else:
        label = f"Wire what comes before {names} here"
    if put and chain.bends:
        label = f"{label} and {put}"
    if not label:
        return None

    def apply(document: Document) -> None:
        with document.group(label):
            if alone:
                _take_out(document, chain)
            else:
                _go_round(document, target.end, chain)
            if makes:
                wire = document.sheet_of(target.end.node).into(*target.end)[0]
                document.insert(makes.type, wire, **dict(want.params))

    return Fix(label, apply)


def linear_param(node: Node) -> str:
    """The parameter that makes a node linear, or nothing."""
    declaration = REGISTRY.find(node.type)
    params = declaration.params if declaration else ()
    return next((param.name for param in params if LINEAR in (param.choices or ())), "")


def _agrees(place: Place, target: Place, wants: Wants) -> bool:
    """Is an input as well served by numbers of either sign?"""
    if place == target:
        return True
    found = wants(place)
    if found is None or found[0].complaint(ranges.FREE):
        return False
    return bool(found[1]) or found[0] == ORDER


def _consumers(document: Document, chain: Chain) -> Iterator[Place]:
    """The inputs that what bends goes to, seen through what hands it on."""
    between = {place.end.node for place in chain.places} | chain.between
    for bend in chain.bends:
        for path in _paths(document, bend):
            yield from _through(document, Place(path, bend.end), between)


def _paths(document: Document, place: Place) -> Iterator[Path]:
    """All places at which a node stands."""
    if not place.path:
        yield ()
        return
    sheet = document.sheet_of(place.end.node).name
    for node in document.instances(sheet):
        for path in _paths(document, Place(place.path[:-1], End(node.id, ""))):
            yield (*path, node.id)


def _through(document: Document, place: Place, between: set[str]) -> Iterator[Place]:
    ahead, seen = [place], {place}
    for one in ahead:
        for taken in routes.fed(document, one):
            node = document.node(taken.end.node)
            declaration = REGISTRY.find(node.type)
            on = node.id in between or (declaration is not None and ranges.passes(declaration))
            outputs = document.ports(node).outputs
            if not on or not outputs:
                yield taken
                continue
            further = Place(taken.path, End(node.id, outputs[0].name))
            if further not in seen:
                seen.add(further)
                ahead.append(further)


def _take_out(document: Document, chain: Chain) -> None:
    origins = {place.end.node: origin.end for place, origin in chain.origins.items()}
    for node in dict.fromkeys(place.end.node for place in chain.bends):
        if not document.has(node):
            continue  # gone with one behind it
        param = linear_param(document.node(node))
        if node in origins:
            _join(document, origins[node], node)
        elif param:
            document.set_params(node, **{param: LINEAR})
        else:
            document.remove([node], reconnect=True)


def _join(document: Document, origin: End, node: str) -> None:
    """Wire a value where a node went that made its numbers of it, and take out what is left."""
    sheet = document.sheet_of(node)
    for link in sheet.out_of(node):
        document.unlink(link)
        links.link_instead(document, origin, link)
    gone = [node]
    for one in gone:
        before = dict.fromkeys(link.source.node for link in sheet.into(one))
        document.remove([one])
        gone += [id for id in before if id != origin.node and not any(sheet.out_of(id))]


def _go_round(document: Document, target: End, chain: Chain) -> None:
    """Wire what comes before the first that bends to the target, through copies of the others."""
    first, *rest = reversed(chain.places)
    origin = chain.origins.get(first)
    path = first.path
    source = origin.end if origin else _wire_before(document, first).source
    for place in rest:
        while place.path[: len(path)] != path:
            path, source = _out_of(document, path, source)
        if place not in chain.bends:
            source = _copy(document, place, source, document.sheet_of(source.node).name)
    while path:
        path, source = _out_of(document, path, source)
    document.link(source, target, replace=True)


def _wire_before(document: Document, place: Place) -> Link:
    node = document.node(place.end.node)
    port = document.ports(node).inputs[0].name
    return document.sheet_of(node.id).into(node.id, port)[0]


def _out_of(document: Document, path: Path, source: End) -> tuple[Path, End]:
    """Hand a value out of the network that a path leads into, by an Output more."""
    *outer, instance = path
    sheet = document.sheet_of(source.node)
    x = max(node.position[0] for node in sheet.nodes.values())
    y = max(node.position[1] for node in sheet.nodes.values())
    output = document.add_node(
        roles.type_of("output"), sheet=sheet.name, name="scores", position=(x, y + 120)
    )
    document.link(source, End(output.id, "x"))
    return tuple(outer), End(instance, output.name)


def _copy(document: Document, place: Place, source: End, sheet: str) -> End:
    node = document.node(place.end.node)
    x, y = document.node(source.node).position
    made = document.add_node(
        node.type, sheet=sheet, params=node.params, position=(x + 220, y + 120)
    )
    document.link(source, End(made.id, document.ports(made).inputs[0].name))
    return End(made.id, document.ports(made).outputs[0].name)
