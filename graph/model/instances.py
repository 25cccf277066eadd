"""What an instance has of its network: ports, the parameters that are shown, values of its own."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from graph.declare import REGISTRY, Param, Port, Ports
from graph.model.roles import network_of
from graph.model.sheet import Exposed, Node, Sheet

Networks = Mapping[str, Sheet]
"""A document's networks, by name."""

OVERRIDES = "overrides"
"""The parameter that holds an instance's own values for parameters that its network shows."""


def parameters(networks: Networks, node: Node) -> tuple[Param, ...]:
    """What can be set on a node; on an instance also what its network shows.

    A shown parameter has the inner node's present value as its default.
    """
    declaration = REGISTRY.find(node.type)
    if declaration is None:
        return ()
    own = tuple(param for param in declaration.params if param.kind != "values")
    network = networks.get(network_of(node) or "")
    if network is None:
        return own
    shown = (_shown(networks, network, name, one) for name, one in network.exposed.items())
    return (*own, *sorted((p for p in shown if p is not None), key=lambda param: param.name))


def _shown(networks: Networks, sheet: Sheet, name: str, exposed: Exposed) -> Param | None:
    node = sheet.nodes.get(exposed.node)
    found = find_param(networks, node, exposed.param) if node is not None else None
    if node is None or found is None:
        return None
    default = dict(values(networks, node)).get(found.name, found.default)
    return replace(found, name=name, default=default, was=())


def find_param(networks: Networks, node: Node, name: str) -> Param | None:
    """The parameter of that name, one that the node's network shows included."""
    declaration = REGISTRY.find(node.type)
    found = declaration.param(name) if declaration is not None else None
    if found is not None:
        return found
    return next((one for one in parameters(networks, node) if one.name == name), None)


def values(networks: Networks, node: Node) -> dict[str, Any]:
    """The value of every parameter of a node, shown ones included."""
    own = dict(node.params.get(OVERRIDES, ()))
    shown = {param.name: param.default for param in parameters(networks, node)}
    plain = {name: one for name, one in node.params.items() if name != OVERRIDES}
    return {**shown, **{name: one for name, one in own.items() if name in shown}, **plain}


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


def ends(sheet: Sheet, role: str) -> list[Node]:
    """The Inputs or Outputs of a network, in the order of its ports."""
    return sheet.with_role(role)


def placed(networks: Networks, instance: Node) -> Sheet:
    """The network of an instance with the instance's own values in it; empty if there is none."""
    name = str(network_of(instance))
    sheet = networks.get(name) or Sheet(name)
    changed: dict[str, Node] = {}
    for name, value in dict(instance.params.get(OVERRIDES, ())).items():
        exposed = sheet.exposed.get(name)
        if exposed is None or exposed.node not in sheet.nodes:
            continue
        for node in sheet.twins(exposed.node):
            changed[node.id] = with_value(changed.get(node.id, node), exposed.param, value)
    return sheet.with_nodes(changed)


def ports(network: Sheet) -> Ports:
    """The ports of a network's instances: its Inputs and Outputs."""
    inputs, outputs = ends(network, "input"), ends(network, "output")
    return Ports(tuple(Port(one.name) for one in inputs), tuple(Port(one.name) for one in outputs))


def ports_in_use(sheet: Sheet, node: str) -> Ports:
    """The ports that a node of unknown kind must have, as its wires end there."""
    inputs = dict.fromkeys(link.target.port for link in sheet.into(node))
    outputs = dict.fromkeys(link.source.port for link in sheet.out_of(node))
    return Ports(
        tuple(Port(name, variadic=True, optional=True) for name in inputs),
        tuple(Port(name, "any") for name in outputs),
    )
