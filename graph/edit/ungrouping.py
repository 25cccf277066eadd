"""A placed network becomes nodes again."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from graph.core import names
from graph.core.errors import Refused
from graph.edit import links, networks, node_edits, rules, trained_names
from graph.model import instances, roles
from graph.model.history import Edit
from graph.model.order import topological
from graph.model.sheet import End, Exposed, Link, Node, Sheet, middle
from graph.model.store import Store

MARGIN = 240.0
"""Between the copies that a repeated network gives."""

Sources = Mapping[str, End | None]


class Content:
    """What a network holds, which may go meanwhile."""

    def __init__(self, sheet: Sheet) -> None:
        nodes = [sheet.nodes[one] for one in topological(sheet)]
        self.nodes = [one for one in nodes if roles.role(one.type) not in {"input", "output"}]
        self.links = sorted(sheet.links.values(), key=rules.link_order)
        self.inputs, self.outputs = instances.ends(sheet, "input"), instances.ends(sheet, "output")
        wired = {one.name: sheet.into(one.id) for one in self.outputs}
        self.leaving = {name: links[0].source for name, links in wired.items() if links}
        self.exposed = dict(sheet.exposed)


def ungroup(document: Store, instance: str) -> list[Node]:
    """Put what an instance's network holds in the instance's place.

    The network goes with its last instance; until then the nodes are copies. A repeated network
    gives a chain. Values of the instance's own are set on the nodes.

    Raises:
        Refused: If it is no instance of a network that is there, or is muted.
    """
    node, home = document.node(instance), document.sheet_of(instance)
    name = _network(document, node)
    content = Content(document.placed(node))
    last = len(document.instances(name)) == 1
    outer = {shown: one for shown, one in home.exposed.items() if one.node == instance}
    into, out_of = home.into(instance), home.out_of(instance)
    repeat = int(document.params(node)["repeat"])
    with document.group(f"Ungroup {node.name}"):
        document.restore(Edit("exposed", home.name, n, one, None) for n, one in outer.items())
        node_edits.remove(document, [instance])
        if last:
            networks.remove(document, name)
        made: list[Node] = []
        ids: dict[str, str] = {}
        copies: list[dict[str, str]] = []
        source: dict[str, End | None] = dict.fromkeys((one.name for one in content.inputs), None)
        source.update({link.target.port: link.source for link in into})
        for copy, shift in enumerate(_shifts(content, node.position, repeat)):
            keep = last and copy == 0
            ids = {one.id: one.id if keep else document.new_id() for one in content.nodes}
            copies.append(ids)
            made += _put(document, home, content.nodes, ids, shift)
            given = _wire(document, home, content, ids, source)
            if len(content.inputs) == len(content.outputs) == 1:
                source = {content.inputs[0].name: given.get(content.outputs[0].name)}
        for link in out_of:
            start = given.get(link.source.port)
            if start is not None:
                links.redraw(document, home, [replace(link, source=start)])
        if repeat == 1:
            _show(document, home, outer, content, ids)
        trained_names.moved_out(document, instance, made, copies)
    return [document.node(one.id) for one in made]


def _network(document: Store, node: Node) -> str:
    """The network that a node places, if it can be ungrouped."""
    name = roles.network_of(node)
    if name is None or name not in document.networks:
        raise Refused(f"{node.name} is no placed network")
    if node.muted:
        raise Refused(f"{node.name} is muted: unmute it first")
    others = [one.name for one in document.twins(node.id) if one.id != node.id]
    if others:
        raise Refused(
            f"{node.name} shares its weights with {', '.join(others)}, which ungrouping would end: "
            "give it weights of its own first"
        )
    return name


def _shifts(
    content: Content, place: tuple[float, float], repeat: int
) -> Iterator[tuple[float, float]]:
    """How far each copy is moved: the first to a place, the others behind it in a row."""
    positions = [node.position for node in content.nodes]
    x, y = middle(positions)
    span = max((one for one, _ in positions), default=0.0) - x
    for copy in range(repeat):
        yield place[0] - x + copy * (2 * span + MARGIN), place[1] - y


def _put(
    document: Store,
    home: Sheet,
    held: list[Node],
    ids: Mapping[str, str],
    shift: tuple[float, float],
) -> list[Node]:
    taken = names.Names(home.names())
    made = []
    for node in held:
        name = names.unique(node.name, taken)
        taken.add(name)
        x, y = node.position
        position = (x + shift[0], y + shift[1])
        twin = ids.get(node.twin or "")
        made.append(replace(node, id=ids[node.id], name=name, position=position, twin=twin))
    document.restore(Edit("node", home.name, node.id, None, node) for node in made)
    return made


def _wire(
    document: Store,
    home: Sheet,
    content: Content,
    ids: Mapping[str, str],
    source: Sources,
) -> dict[str, End | None]:
    """Draw a copy's wires; gives what comes out of its Outputs, by their names."""
    entering = {one.id: source[one.name] for one in content.inputs}
    for link in content.links:
        if link.target.node not in ids:
            continue
        target = End(ids[link.target.node], link.target.port)
        start = _mapped(link.source, ids, entering)
        if start is not None:
            links.redraw(document, home, [Link(start, target, link.rank)])
    return {port: _mapped(end, ids, entering) for port, end in content.leaving.items()}


def _mapped(source: End, ids: Mapping[str, str], entering: Sources) -> End | None:
    if source.node in entering:
        return entering[source.node]
    return End(ids[source.node], source.port)


def _show(
    document: Store,
    home: Sheet,
    outer: Mapping[str, Exposed],
    content: Content,
    ids: Mapping[str, str],
) -> None:
    """Show a parameter of a node that is here now where the instance's was shown."""
    for shown, one in outer.items():
        inside = content.exposed.get(one.param)
        if inside is not None and inside.node in ids:
            after = Exposed(ids[inside.node], inside.param)
            document.do(Edit("exposed", home.name, shown, None, after))
