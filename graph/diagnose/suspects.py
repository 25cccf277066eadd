"""Nodes that may be in the way of one that is wrong: it itself, and those before it."""

from collections.abc import Iterator
from functools import partial

from graph.declare import REGISTRY
from graph.edit import links
from graph.edit.document import Document
from graph.model import instances, roles
from graph.model.sheet import Node
from graph.problems.problem import Fix, Problem

BEFORE = 6
"""How many nodes before the one that is wrong may be what is in the way."""
BEHIND = 20
"""How many where layers that learn are looked through, too."""


def before(document: Document, problem: Problem, most: int, *, learning: bool) -> Iterator[Node]:
    """The node that is wrong, and those before it that may give it what it does not take."""
    if problem.severity != "error" or problem.node is None or not document.has(problem.node):
        return
    ahead = [problem.node]
    for id in ahead:
        node = document.node(id)
        declaration = REGISTRY.find(node.type)
        placed, wrong = roles.network_of(node) in document.networks, id == problem.node
        if declaration is None or (declaration.learns and not (wrong or placed or learning)):
            continue
        if wrong or not placed:
            yield node
        feeding = _feeding(document, node)
        ahead += [one for one in feeding if one not in ahead and len(ahead) < most]


def _feeding(document: Document, node: Node) -> Iterator[str]:
    """The nodes that a node takes something of, through the borders of networks."""
    sheet = document.sheet_of(node.id)
    inside = document.networks.get(roles.network_of(node) or "")
    if inside is not None:
        yield from (one.id for one in instances.ends(inside, "output"))
    yield from (link.source.node for link in sheet.into(node.id))
    if roles.role(node.type) == "input":
        for placed in document.instances(sheet.name):
            wired = document.sheet_of(placed.id).into(placed.id, node.name)
            yield from (link.source.node for link in wired)


def outs(document: Document, problem: Problem) -> Iterator[Fix]:
    """What takes a node out of its wire: the one that is wrong, or one before that gives it so.

    What is nearest comes first; then what lies behind layers that learn, and those themselves last,
    as their weights go with them.
    """
    near = dict.fromkeys(one.id for one in before(document, problem, BEFORE, learning=False))
    far = [one.id for one in before(document, problem, BEHIND, learning=True)]
    far.sort(key=lambda one: _learns(document.node(one)))
    for node in dict.fromkeys([*near, *far]):
        if links.through(document, node):
            yield Fix(f"Take {document.node(node).name} out", partial(_take_out, node=node))


def _learns(node: Node) -> bool:
    declaration = REGISTRY.find(node.type)
    return declaration is not None and declaration.learns


def _take_out(document: Document, node: str) -> None:
    document.remove([node], reconnect=True)
