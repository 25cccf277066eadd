"""Values that an instance has of its own, for parameters its network shows."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from graph.core.errors import BadParameter
from graph.core.limits import brief
from graph.declare import REGISTRY, Param
from graph.edit import rules
from graph.model.sheet import Exposed, Node, Sheet

if TYPE_CHECKING:
    from graph.edit.document import Document

OVERRIDES = "overrides"
"""The parameter that holds them."""


def parameters(document: "Document", node: Node) -> tuple[Param, ...]:
    """What can be set on a node; on an instance also what its network shows.

    A shown parameter has the inner node's present value as its default.
    """
    declaration = REGISTRY.find(node.type)
    if declaration is None:
        return ()
    own = tuple(param for param in declaration.params if param.kind != "values")
    network = document.networks.get(rules.network_of(node) or "")
    if network is None:
        return own
    shown = (_shown(document, network, name, one) for name, one in network.exposed.items())
    return (*own, *sorted((p for p in shown if p is not None), key=lambda param: param.name))


def _shown(document: "Document", sheet: Sheet, name: str, exposed: Exposed) -> Param | None:
    node = sheet.nodes.get(exposed.node)
    found = find_param(document, node, exposed.param) if node is not None else None
    if node is None or found is None:
        return None
    default = dict(values(document, node)).get(found.name, found.default)
    return replace(found, name=name, default=default, was=())


def find_param(document: "Document", node: Node, name: str) -> Param | None:
    """The parameter of that name, one that the node's network shows included."""
    declaration = REGISTRY.find(node.type)
    found = declaration.param(name) if declaration is not None else None
    if found is not None:
        return found
    return next((one for one in parameters(document, node) if one.name == name), None)


def values(document: "Document", node: Node) -> dict[str, Any]:
    """The value of every parameter of a node, shown ones included."""
    own = dict(node.params.get(OVERRIDES, ()))
    shown = {param.name: param.default for param in parameters(document, node)}
    plain = {name: one for name, one in node.params.items() if name != OVERRIDES}
    return {**shown, **{name: one for name, one in own.items() if name in shown}, **plain}


def gathered(document: "Document", node: Node, given: Mapping[str, Any]) -> dict[str, Any]:
    """Values for a node's parameters, those of shown ones put under `overrides`.

    A value that is the inner node's own is not kept, so that it follows that node again.

    Raises:
        BadParameter: If a shown parameter does not take its value.
    """
    if rules.role(node.type) != "instance":
        return dict(given)
    network = str(given.get("network", node.params.get("network", "")))
    placed = replace(node, params={**node.params, "network": network})
    declaration = REGISTRY.find(node.type)
    own = {param.name: param for param in declaration.params} if declaration else {}
    shown = {p.name: p for p in parameters(document, placed) if p.name not in own}
    plain = {name: one for name, one in given.items() if name not in shown}
    present = node.params.get(OVERRIDES, ())
    kept = dict(own[OVERRIDES].check(plain.pop(OVERRIDES, present)))
    kept.update({name: one for name, one in given.items() if name in shown})
    if network in document.networks:
        kept = {name: shown[name].check(one) for name, one in kept.items() if name in shown}
        kept = {name: one for name, one in kept.items() if one != shown[name].default}
    return {**plain, OVERRIDES: kept} if kept or OVERRIDES in node.params else plain


def own_name(instance: Node, network: Sheet, node: str, param: str) -> str | None:
    """What an instance calls a parameter of a node of its network, if it has its own value."""
    own: dict[str, Any] = dict(instance.params.get(OVERRIDES, ()))
    for name in own:
        exposed = network.exposed.get(name)
        if exposed is None or exposed.param != param or exposed.node not in network.nodes:
            continue
        if any(one.id == node for one in network.twins(exposed.node)):
            return name
    return None


def with_value(node: Node, name: str, value: Any) -> Node:
    """A node with another value of a parameter, one that its network shows included."""
    declaration = REGISTRY.find(node.type)
    param = declaration.param(name) if declaration is not None else None
    if param is not None:
        rest = {one: found for one, found in node.params.items() if one != param.name}
        own = {} if value == param.default else {param.name: value}
        return replace(node, params={**rest, **own})
    kept = {**dict(node.params.get(OVERRIDES, ())), name: value}
    return replace(node, params={**node.params, OVERRIDES: tuple(sorted(kept.items()))})


def mend(document: "Document", node: Node) -> list[str]:
    """Take away an instance's values that its network does not take, and say why.

    For text from outside; a network that is not there is waited for.
    """
    own = dict(node.params.get(OVERRIDES, ()))
    if not own or rules.network_of(node) not in document.networks:
        return []
    shown = {param.name: param for param in parameters(document, node)}
    kept, reasons = {}, []
    for name, value in own.items():
        if name not in shown:
            reasons.append(f"its network shows no parameter {brief(name)}")
            continue
        try:
            kept[name] = shown[name].check(value)
        except BadParameter as error:
            reasons.append(str(error))
    if kept != own:
        set_overrides(document, node, kept)
    return reasons


def set_overrides(document: "Document", node: Node, own: Mapping[str, Any]) -> None:
    """Give an instance these values of its own and no others."""
    present = document.node(node.id)
    rest = {name: one for name, one in present.params.items() if name != OVERRIDES}
    after = {**rest, OVERRIDES: tuple(sorted(own.items()))} if own else rest
    document.put(replace(present, params=after))
