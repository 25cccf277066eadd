"""A selection becomes a network, with an instance of it in its place."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from graph.core import names
from graph.core.errors import Refused
from graph.edit import links, networks, node_edits, rules, trained_names
from graph.model import roles
from graph.model.history import Edit
from graph.model.order import topological
from graph.model.sheet import End, Exposed, Link, Node, Sheet, middle, remembers
from graph.model.store import Store

MARGIN = 240.0
"""Between the selection and the Inputs and Outputs beside it."""

PLAIN = {"x", "y", "xs", "ys"}
"""Names of ports that say nothing about what goes through them."""


@dataclass(frozen=True)
class Border:
    """A value that crosses the border of a selection, and the wires that carry it."""

    source: End
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Selection:
    """Nodes of a sheet that become a network.

    Attributes:
        nodes: The nodes, each after what it reads.
        inner: The wires between them.
        entering: The values that come from outside.
        leaving: The values that go outside.
        shown: Their parameters that the sheet's instances show, by name.
    """

    nodes: list[Node]
    inner: list[Link]
    entering: list[Border]
    leaving: list[Border]
    shown: dict[str, Exposed]


def group(document: Store, ids: Iterable[str], name: str) -> Node:
    """Move nodes into a new network and put an instance of it in their place.

    Every value that enters the selection becomes an Input, every value that leaves it an
    Output. What optimizers train stays as it was.

    Raises:
        BadParameter: If the name is no identifier or is taken.
        Refused: If the nodes can't be one network; the message says why.
    """
    chosen = list(dict.fromkeys(ids))
    if not chosen:
        raise Refused("select the nodes that shall become a network")
    home = document.sheet_of(chosen[0])
    networks.check_name(document, name)
    reason = _why_not(document, home, chosen, name)
    if reason is not None:
        raise Refused(reason)
    selection = _select(document, home, set(chosen))
    positions = [node.position for node in selection.nodes]
    left = min(x for x, _ in positions) - MARGIN
    right = max(x for x, _ in positions) + MARGIN
    with document.group(f"Group into {name}"):
        trained_names.spell_out(document, home, selection.nodes)
        networks.add(document, name)
        _move(document, selection, home, name)
        instance = node_edits.add_node(
            document,
            roles.type_of("instance"),
            sheet=home.name,
            name=name,
            params={"network": name},
            position=middle(positions),
        )
        document.restore(
            Edit("exposed", home.name, shown, None, Exposed(instance.id, shown))
            for shown in selection.shown
        )
        for border in selection.entering:
            _enter(document, instance, document.networks[name], border, left)
        for border in selection.leaving:
            _leave(document, instance, document.networks[name], border, right)
        trained_names.moved_into(document, selection.nodes, instance.id)
    return document.node(instance.id)


def _why_not(document: Store, home: Sheet, chosen: list[str], name: str) -> str | None:
    inside = set(chosen)
    for one in chosen:
        if one not in home.nodes:
            return "select nodes of one sheet only"
        node = home.nodes[one]
        if roles.role(node.type) in {"input", "output"}:
            return f"{node.name} is where {home.name} begins or ends: leave it out"
        reason = rules.why_not_here(document, node.type, node.params, name)
        if reason is not None:
            return f"{node.name}: {reason}"
        leader = node.twin or node.id
        apart = [t.name for t in document.twins(leader) if t.id not in inside]
        if apart:
            return (
                f"{node.name} shares weights with {apart[0]}, which is not selected: select it "
                "too, or give one of them weights of its own"
            )
    if (reason := trained_names.why_not_one(document, home, chosen)) is not None:
        return reason
    ahead = [link.target.node for one in chosen for link in home.out_of(one)]
    seen = set(ahead) - inside
    ahead = [one for one in seen if not remembers(home.nodes[one])]
    while ahead:
        node_id = ahead.pop()
        for following in home.neighbours(node_id):
            if following in inside:
                between = home.nodes[node_id].name
                return f"a wire leaves the selection and comes back through {between}: select it"
            if following not in seen and not remembers(home.nodes[following]):
                seen.add(following)
                ahead.append(following)
    return None


def _select(document: Store, home: Sheet, inside: set[str]) -> Selection:
    order = [node for node in topological(home) if node in inside]
    return Selection(
        nodes=[home.nodes[node] for node in order],
        inner=[link for node in order for link in home.into(node) if link.source.node in inside],
        entering=_borders(document, home, order, inside, inward=True),
        leaving=_borders(document, home, order, inside, inward=False),
        shown={name: one for name, one in home.exposed.items() if one.node in inside},
    )


def _borders(
    document: Store, home: Sheet, order: list[str], inside: set[str], *, inward: bool
) -> list[Border]:
    found: dict[End, list[Link]] = {}
    for node in order:
        ports = document.ports(home.nodes[node])
        if inward:
            links = [link for port in ports.inputs for link in home.into(node, port.name)]
            crossing = [link for link in links if link.source.node not in inside]
        else:
            links = [link for port in ports.outputs for link in home.out_of(node, port.name)]
            crossing = [link for link in links if link.target.node not in inside]
        for link in crossing:
            found.setdefault(link.source, []).append(link)
    return [Border(source, tuple(links)) for source, links in found.items()]


def _move(document: Store, selection: Selection, home: Sheet, network: str) -> None:
    """Move nodes with the wires between them, and what is shown of them, to a network."""
    nodes, shown = selection.nodes, selection.shown
    for node in nodes:
        for link in [*home.into(node.id), *home.out_of(node.id)]:
            links.unlink(document, link)
    document.restore(Edit("exposed", home.name, name, one, None) for name, one in shown.items())
    document.restore(Edit("node", home.name, node.id, node, None) for node in nodes)
    document.restore(Edit("node", network, node.id, None, node) for node in nodes)
    document.restore(Edit("link", network, link.key, None, link) for link in selection.inner)
    document.restore(Edit("exposed", network, name, None, one) for name, one in shown.items())


def _enter(document: Store, instance: Node, sheet: Sheet, border: Border, x: float) -> None:
    """Let a value into a network by an Input."""
    name = _input_name(document, sheet, border)
    height = document.node(border.links[0].target.node).position[1]
    port = _end(document, sheet.name, "input", name, (x, height))
    start = End(port.id, "y")
    links.redraw(document, sheet, [replace(link, source=start) for link in border.links])
    outside = Link(border.source, End(instance.id, port.name))
    links.redraw(document, document.sheet_of(instance.id), [outside])


def _leave(document: Store, instance: Node, sheet: Sheet, border: Border, x: float) -> None:
    """Let a value out of a network by an Output."""
    name = _output_name(document, sheet, border)
    height = document.node(border.source.node).position[1]
    port = _end(document, sheet.name, "output", name, (x, height))
    links.redraw(document, sheet, [Link(border.source, End(port.id, "x"))])
    home, start = document.sheet_of(instance.id), End(instance.id, port.name)
    links.redraw(document, home, [replace(link, source=start) for link in border.links])


def _input_name(document: Store, sheet: Sheet, border: Border) -> str:
    """The port it enters, the port it comes from, or the node: the first that tells."""
    target = border.links[0].target.port
    words = [*([target] if len(border.links) == 1 else []), border.source.port]
    fallback = document.node(border.source.node).name
    return _first_free(words, fallback, sheet)


def _output_name(document: Store, sheet: Sheet, border: Border) -> str:
    """The port it comes from, the port it goes to, or the node: the first that tells."""
    targets = {link.target.port for link in border.links}
    words = [border.source.port, *(targets if len(targets) == 1 else ())]
    return _first_free(words, f"{document.node(border.source.node).name}_out", sheet)


def _first_free(words: list[str], fallback: str, sheet: Sheet) -> str:
    taken = sheet.names()
    fit = (w for w in words if w not in PLAIN and names.is_name(w) and w not in taken)
    return next(fit, names.unique(names.to_name(fallback), taken))


def _end(document: Store, sheet: str, role: str, name: str, position: tuple[float, float]) -> Node:
    return node_edits.add_node(
        document, roles.type_of(role), sheet=sheet, name=name, position=position
    )
