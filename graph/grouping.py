"""A selection becomes a network, and a placed network becomes nodes again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from graph import names, networks, rules
from graph.declare import REGISTRY
from graph.errors import Refused
from graph.history import Edit
from graph.order import remembers, topological
from graph.sheet import End, Exposed, Link, Node, Sheet

if TYPE_CHECKING:
    from graph.document import Document

MARGIN = 240.0
PLAIN = {"x", "y", "xs", "ys"}
"""Names of ports that say nothing about what goes through them."""

Sources = Mapping[str, End | None]


@dataclass(frozen=True)
class Border:
    """A value that crosses the border of a selection, and the wires that carry it."""

    source: End
    links: tuple[Link, ...]


def group(document: "Document", ids: Iterable[str], name: str) -> Node:
    """Move nodes into a new network and put an instance of it in their place.

    Every value that enters the selection becomes an Input, every value that leaves it an
    Output. Other nodes that name a moved one, as an optimizer that trains it, name the instance.

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
    inside = set(chosen)
    order = [node for node in topological(home) if node in inside]
    nodes = [home.nodes[node] for node in order]
    entering = _borders(document, home, order, inside, inward=True)
    leaving = _borders(document, home, order, inside, inward=False)
    inner = [link for node in order for link in home.into(node) if link.source.node in inside]
    shown = {n: one for n, one in home.exposed.items() if one.node in inside}
    middle = _middle(nodes)
    left = min(node.position[0] for node in nodes) - MARGIN
    right = max(node.position[0] for node in nodes) + MARGIN
    with document.group(f"Group into {name}"):
        document.add_network(name)
        sheet = document.networks[name]
        for node in order:
            for link in [*home.into(node), *home.out_of(node)]:
                document.unlink(link)
        document.restore(Edit("exposed", home.name, n, one, None) for n, one in shown.items())
        _move(document, nodes, home.name, name)
        document.restore(Edit("link", name, link.key, None, link) for link in inner)
        document.restore(Edit("exposed", name, n, None, one) for n, one in shown.items())
        instance = document.add_node(
            rules.type_of("instance"),
            sheet=home.name,
            name=name,
            params={"network": name},
            position=middle,
        )
        document.restore(
            Edit("exposed", home.name, n, None, Exposed(instance.id, n)) for n in shown
        )
        for border in entering:
            wanted = _input_name(document, sheet, border)
            height = document.node(border.links[0].target.node).position[1]
            port = _end(document, name, "input", wanted, (left, height))
            start = End(port.id, "y")
            _draw(document, name, [replace(link, source=start) for link in border.links])
            outside = Link(border.source, End(instance.id, port.name))
            _draw(document, home.name, [outside])
        for border in leaving:
            wanted = _output_name(document, sheet, border)
            height = document.node(border.source.node).position[1]
            port = _end(document, name, "output", wanted, (right, height))
            _draw(document, name, [Link(border.source, End(port.id, "x"))])
            start = End(instance.id, port.name)
            _draw(document, home.name, [replace(link, source=start) for link in border.links])
        for node in order:
            _name_instead(document, home, node, [instance.id])
    return document.node(instance.id)


def _why_not(document: "Document", home: Sheet, chosen: list[str], name: str) -> str | None:
    inside = set(chosen)
    for one in chosen:
        if one not in home.nodes:
            return "select nodes of one sheet only"
        node = home.nodes[one]
        if rules.role(node.type) in {"input", "output"}:
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


def _borders(
    document: "Document", home: Sheet, order: list[str], inside: set[str], *, inward: bool
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


def _input_name(document: "Document", sheet: Sheet, border: Border) -> str:
    """The port it enters, the port it comes from, or the node: the first that tells."""
    target = border.links[0].target.port
    words = [*([target] if len(border.links) == 1 else []), border.source.port]
    fallback = document.node(border.source.node).name
    return _first_free(words, fallback, sheet)


def _output_name(document: "Document", sheet: Sheet, border: Border) -> str:
    """The port it comes from, the port it goes to, or the node: the first that tells."""
    targets = {link.target.port for link in border.links}
    words = [border.source.port, *(targets if len(targets) == 1 else ())]
    return _first_free(words, f"{document.node(border.source.node).name}_out", sheet)


def _first_free(words: list[str], fallback: str, sheet: Sheet) -> str:
    taken = sheet.names()
    fit = (w for w in words if w not in PLAIN and names.is_name(w) and w not in taken)
    return next(fit, names.unique(names.to_name(fallback), taken))


def _end(
    document: "Document", sheet: str, role: str, name: str, position: tuple[float, float]
) -> Node:
    return document.add_node(rules.type_of(role), sheet=sheet, name=name, position=position)


# -- back


def ungroup(document: "Document", instance: str) -> list[Node]:
    """Put what an instance's network holds in the instance's place.

    The network goes with its last instance; until then the nodes are copies. A repeated network
    gives a chain. Values of the instance's own are set on the nodes.

    Raises:
        Refused: If it is no instance of a network that is there, or is muted.
    """
    node = document.node(instance)
    name = rules.network_of(node)
    if name is None or name not in document.networks:
        raise Refused(f"{node.name} is no placed network")
    if node.muted:
        raise Refused(f"{node.name} is muted: unmute it first")
    others = [one.name for one in document.twins(instance) if one.id != instance]
    if others:
        raise Refused(
            f"{node.name} shares its weights with {', '.join(others)}, which ungrouping would end: "
            "give it weights of its own first"
        )
    home, sheet = document.sheet_of(instance), networks.placed(document, node)
    last = len(networks.instances(document, name)) == 1
    held = [sheet.nodes[one] for one in topological(sheet)]
    held = [one for one in held if rules.role(one.type) not in {"input", "output"}]
    inner = sorted(sheet.links.values(), key=rules.link_order)
    inputs, outputs = networks.ends(sheet, "input"), networks.ends(sheet, "output")
    leaving = {one.name: sheet.into(one.id)[0].source for one in outputs if sheet.into(one.id)}
    exposed = dict(sheet.exposed)
    outer = {n: one for n, one in home.exposed.items() if one.node == instance}
    into, out_of = home.into(instance), home.out_of(instance)
    repeat = int(document.params(node)["repeat"])
    center = _middle(held)
    dx, dy = node.position[0] - center[0], node.position[1] - center[1]
    span = max((one.position[0] for one in held), default=0.0) - center[0]
    with document.group(f"Ungroup {node.name}"):
        document.restore(Edit("exposed", home.name, n, one, None) for n, one in outer.items())
        made: list[Node] = []
        users = _naming(document, home, instance)
        document.remove([instance])
        if last:
            document.remove_network(name)
        source: dict[str, End | None] = dict.fromkeys((one.name for one in inputs), None)
        source.update({link.target.port: link.source for link in into})
        ids: dict[str, str] = {}
        for copy in range(repeat):
            keep = last and copy == 0
            ids = {one.id: one.id if keep else document.new_id() for one in held}
            shift = (dx + copy * (2 * span + MARGIN), dy)
            made += _put(document, home, held, ids, shift)
            entering = {one.id: source[one.name] for one in inputs}
            _wire(document, home, inner, ids, entering)
            given = {port: _mapped(end, ids, entering) for port, end in leaving.items()}
            if len(inputs) == len(outputs) == 1:
                source = {inputs[0].name: given.get(outputs[0].name)}
        for link in out_of:
            start = given.get(link.source.port)
            if start is not None:
                _draw(document, home.name, [replace(link, source=start)])
        for shown, one in outer.items():
            inside = exposed.get(one.param)
            if inside is not None and inside.node in ids and repeat == 1:
                after = Exposed(ids[inside.node], inside.param)
                document.restore([Edit("exposed", home.name, shown, None, after)])
        learning = [one.id for one in made if _learns(one)]
        for user in users:
            _name_instead(document, home, instance, learning, only=user)
    return [document.node(one.id) for one in made]


def _put(
    document: "Document",
    home: Sheet,
    held: list[Node],
    ids: Mapping[str, str],
    shift: tuple[float, float],
) -> list[Node]:
    taken = home.names()
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
    document: "Document",
    home: Sheet,
    links: Iterable[Link],
    ids: Mapping[str, str],
    entering: Sources,
) -> None:
    for link in links:
        if link.target.node not in ids:
            continue
        target = End(ids[link.target.node], link.target.port)
        start = _mapped(link.source, ids, entering)
        if start is not None:
            _draw(document, home.name, [Link(start, target, link.rank)])


def _mapped(source: End, ids: Mapping[str, str], entering: Sources) -> End | None:
    if source.node in entering:
        return entering[source.node]
    return End(ids[source.node], source.port)


def _naming(document: "Document", home: Sheet, node: str) -> list[str]:
    """Nodes of a sheet that name another in a parameter, as optimizers name what they train."""
    return [
        one.id
        for one in home.nodes.values()
        if any(node in one.params.get(param, ()) for param in _references(one))
    ]


def _references(node: Node) -> list[str]:
    declaration = REGISTRY.find(node.type)
    params = declaration.params if declaration is not None else ()
    return [param.name for param in params if param.kind == "nodes"]


def _name_instead(
    document: "Document", home: Sheet, node: str, others: list[str], only: str = ""
) -> None:
    """Where a node is named, name others."""
    for user in [only] if only else _naming(document, home, node):
        record = document.node(user)
        params = dict(record.params)
        for name in _references(record):
            named = [
                one for old in params.get(name, ()) for one in (others if old == node else [old])
            ]
            if named:
                params[name] = tuple(dict.fromkeys(named))
            else:
                params.pop(name, None)
        document.put(replace(record, params=params))


def _learns(node: Node) -> bool:
    declaration = REGISTRY.find(node.type)
    return declaration is not None and declaration.learns and not node.muted


def _move(document: "Document", nodes: list[Node], start: str, goal: str) -> None:
    document.restore(Edit("node", start, node.id, node, None) for node in nodes)
    document.restore(Edit("node", goal, node.id, None, node) for node in nodes)


def _draw(document: "Document", sheet: str, links: Iterable[Link]) -> None:
    """Draw wires at the rank they had; one that is there already goes by an identity node."""
    home = document.sheet(sheet)
    for link in links:
        if link.key not in home.links:
            document.restore([Edit("link", sheet, link.key, None, link)])
            continue
        step = document.add_node(
            "layer.identity", sheet=sheet, position=document.node(link.target.node).position
        )
        document.link(link.source, End(step.id, "x"))
        detour = replace(link, source=End(step.id, "y"))
        document.restore([Edit("link", sheet, detour.key, None, detour)])


def _middle(nodes: list[Node]) -> tuple[float, float]:
    if not nodes:
        return (0.0, 0.0)
    xs = [node.position[0] for node in nodes]
    ys = [node.position[1] for node in nodes]
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
