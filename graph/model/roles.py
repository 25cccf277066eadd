"""What nodes are for, as their declarations say."""

from graph.declare import REGISTRY
from graph.model.sheet import Node


def role(node_type: str) -> str:
    """The role of a type's declaration, or nothing for an unknown type."""
    declaration = REGISTRY.find(node_type)
    return declaration.role if declaration else ""


def type_of(role: str) -> str:
    """The type of the one declaration that has a role, such as `input`."""
    return next(one.type for one in REGISTRY if one.role == role)


def network_of(node: Node) -> str | None:
    """The network that a node places, if it is an instance."""
    return str(node.params.get("network", "")) if role(node.type) == "instance" else None
