"""A node that is there, wired to a port of another."""

from graph.edit import links, rules
from graph.model.sheet import End, Link
from graph.model.store import Store


def join(document: Store, node: str, end: End, *, into: bool, first: str = "") -> Link | None:
    """Wire a node to a port by the first of its own ports that goes there; None if none does.

    Args:
        document: Where both are.
        node: The node.
        end: The port.
        into: Is the port an input?
        first: The node's port that is tried before the others.
    """
    ports = document.ports(document.node(node))
    own = ports.outputs if into else ports.inputs
    for port in sorted(own, key=lambda one: one.name != first):
        there = End(node, port.name)
        source, target = (there, end) if into else (end, there)
        if rules.why_not(document, source, target, replace=True) is None:
            return links.link(document, source, target, instead=True)
    return None
