"""Values that an instance has of its own, for parameters its network shows."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from graph.core.errors import BadParameter
from graph.core.limits import brief
from graph.declare import REGISTRY
from graph.model import roles
from graph.model.instances import OVERRIDES
from graph.model.sheet import Node
from graph.model.store import Store


def gathered(document: Store, node: Node, given: Mapping[str, Any]) -> dict[str, Any]:
    """Values for a node's parameters, those of shown ones put under `overrides`.

    A value that is the inner node's own is not kept, so that it follows that node again.

    Raises:
        BadParameter: If a shown parameter does not take its value.
    """
    if roles.role(node.type) != "instance":
        return dict(given)
    network = str(given.get("network", node.params.get("network", "")))
    placed = replace(node, params={**node.params, "network": network})
    declaration = REGISTRY.find(node.type)
    own = {param.name: param for param in declaration.params} if declaration else {}
    shown = {p.name: p for p in document.parameters(placed) if p.name not in own}
    plain = {name: one for name, one in given.items() if name not in shown}
    present = node.params.get(OVERRIDES, ())
    kept = dict(own[OVERRIDES].check(plain.pop(OVERRIDES, present)))
    kept.update({name: one for name, one in given.items() if name in shown})
    if network in document.networks:
        kept = {name: shown[name].check(one) for name, one in kept.items() if name in shown}
        kept = {name: one for name, one in kept.items() if one != shown[name].default}
    return {**plain, OVERRIDES: kept} if kept or OVERRIDES in node.params else plain


def mend(document: Store, node: Node) -> list[str]:
    """Take away an instance's values that its network does not take, and say why.

    For text from outside; a network that is not there is waited for.
    """
    own = dict(node.params.get(OVERRIDES, ()))
    if not own or roles.network_of(node) not in document.networks:
        return []
    shown = {param.name: param for param in document.parameters(node)}
    kept, reasons = {}, []
    for name, value in own.items():
        if name not in shown:
            reasons.append(f"its network shows no parameter {brief(name)}")
            continue
        try:
            kept[name] = shown[name].check(value)
        except BadParameter as error:
            reasons.append(str(error))
    if repr(kept) != repr(own):
        set_overrides(document, node, {})  # 64.0 equals 64: put alone it would change nothing
        set_overrides(document, node, kept)
    return reasons


def set_overrides(document: Store, node: Node, own: Mapping[str, Any]) -> None:
    """Give an instance these values of its own and no others."""
    present = document.node(node.id)
    rest = {name: one for name, one in present.params.items() if name != OVERRIDES}
    after = {**rest, OVERRIDES: tuple(sorted(own.items()))} if own else rest
    document.put(replace(present, params=after))
