"""What a muted node still does: it hands its first input to its first output, and no more.

It hands nothing on where that would be another thing than it gives: a muted loss is no loss of
logits, but none. What needs such a value gives nothing either; a sum leaves it out.
"""

from graph.declare import REGISTRY, Declaration, Port
from graph.model.sheet import End, Sheet
from graph.model.store import Store

ENDS = {"input", "output"}
"""Roles of nodes that a mute changes nothing about: without them a network has other ports."""


def hands_on(first: Port, output: Port) -> bool:
    """May what comes in at a muted node's first input come out at its first output?"""
    return output.kind in {"tensor", "any"} or first.kind == output.kind


def gives(document: Store, sheet: Sheet, end: End) -> bool:
    """Does anything come out at an output, as far as kinds tell?"""
    node = sheet.nodes[end.node]
    declaration = REGISTRY.find(node.type)
    if not node.muted or declaration is None or declaration.role in ENDS:
        return True
    ports = document.ports(node)
    first = [port for port in ports.outputs[:1] if port.name == end.port]
    wired = [port for port in ports.inputs[:1] if any(sheet.into(node.id, port.name))]
    return any(hands_on(port, output) for output in first for port in wired)


def leaves_out(declaration: Declaration | None, port: Port) -> bool:
    """Does a node do without what is silent at an input?"""
    return port.optional or port.variadic or (declaration is not None and declaration.has("drops"))


def missed(document: Store, sheet: Sheet, end: End, known: dict[End, bool] | None = None) -> bool:
    """Is what does not come out at an output needed by something that can't do without?

    What is found out of outputs on the way is noted in `known`, while nothing changes.
    """
    known = {} if known is None else known
    if end not in known:
        way: dict[End, End | None] = {end: None}
        needed = _needed(document, sheet, way, known)
        known.update(dict.fromkeys(way, False) if needed is None else {})
        while needed is not None:
            known[needed] = True
            needed = way[needed]
    return known[end]


def _needed(
    document: Store, sheet: Sheet, way: dict[End, End | None], known: dict[End, bool]
) -> End | None:
    """The first output that is needed, of those in `way` and all that hang on them.

    `way` gets all that were looked at, each with the one that it hangs on.
    """
    ahead = list(way)
    while ahead:
        here = ahead.pop()
        if known.get(here):
            return here
        for link in sheet.out_of(here.node, here.port):
            target = sheet.nodes[link.target.node]
            ports, declaration = document.ports(target), REGISTRY.find(target.type)
            port = ports.input(link.target.port)
            if port is None or leaves_out(declaration, port):
                continue
            further = [type(here)(target.id, output.name) for output in ports.outputs]
            if not any(sheet.out_of(*one) for one in further):
                return here
            fresh = [one for one in further if one not in way and known.get(one) is not False]
            way.update(dict.fromkeys(fresh, here))
            ahead += fresh
    return None
