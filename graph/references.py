"""Nodes that name others in a parameter, as an optimizer names what it trains."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from graph.declare import REGISTRY
from graph.sheet import Node, Sheet

if TYPE_CHECKING:
    from graph.document import Document


def naming(home: Sheet, node: str) -> list[str]:
    """The nodes of a sheet that name another."""
    return [
        one.id
        for one in home.with_param("nodes")
        if any(node in one.params.get(param, ()) for param in _params(one))
    ]


def name_instead(
    document: "Document", users: Iterable[str], node: str, others: Sequence[str]
) -> None:
    """Have nodes name others where they name a node."""
    for user in users:
        record = document.node(user)
        params = dict(record.params)
        for name in _params(record):
            named = [
                one for old in params.get(name, ()) for one in (others if old == node else [old])
            ]
            if named:
                params[name] = tuple(dict.fromkeys(named))
            else:
                params.pop(name, None)
        document.put(replace(record, params=params))


def _params(node: Node) -> list[str]:
    declaration = REGISTRY.find(node.type)
    params = declaration.params if declaration is not None else ()
    return [param.name for param in params if param.kind == "nodes"]
