"""Networks: where they are placed, the ports they have, and their coming, going and names."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from graph.core import names
from graph.core.errors import BadParameter, Refused
from graph.core.limits import brief
from graph.declare import Port, Ports
from graph.edit import rules
from graph.edit.overrides import OVERRIDES, with_value
from graph.model.history import Edit
from graph.model.order import topological
from graph.model.sheet import BOARD, End, Node, Sheet

if TYPE_CHECKING:
    from graph.edit.document import Document


def instances(document: "Document", network: str) -> list[Node]:
    """The places a network is put, on any sheet, by age."""
    found = [
        node
        for sheet in document.sheets()
        for node in sheet.with_role("instance")
        if rules.network_of(node) == network
    ]
    return sorted(found, key=lambda node: node.number)


def ends(sheet: Sheet, role: str) -> list[Node]:
    """The Inputs or Outputs of a network, in the order of its ports."""
    return sheet.with_role(role)


def placed(document: "Document", instance: Node) -> Sheet:
    """The network of an instance with the instance's own values in it; empty if there is none."""
    name = str(rules.network_of(instance))
    sheet = document.networks.get(name) or Sheet(name)
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


def add_output(sheet: Sheet) -> Callable[["Document"], None]:
    """A fix that adds an Output to a network, wired to what is computed last and not read."""

    def apply(document: "Document") -> None:
        loose = [
            End(node, port.name)
            for node in topological(sheet)
            for port in document.ports(sheet.nodes[node]).outputs
            if not sheet.out_of(node, port.name)
        ]
        x = max((node.position[0] for node in sheet.nodes.values()), default=0.0) + 240
        y = sheet.nodes[loose[-1].node].position[1] if loose else 0.0
        with document.group("Add Output"):
            made = document.add_node(
                rules.type_of("output"), sheet=sheet.name, name="output", position=(x, y)
            )
            if loose:
                document.link(loose[-1], End(made.id, "x"))

    return apply


def add(document: "Document", name: str) -> None:
    """Make an empty network."""
    check_name(document, name)
    with document.group("Add network"):
        document.do(Edit("network", name, name, None, True))


def remove(document: "Document", name: str) -> None:
    """Take a network away with all that is on its sheet, unless it is placed."""
    sheet = document.sheet(name)
    placed = [node.name for node in instances(document, name)]
    if placed:
        raise Refused(f"{name} is placed as {', '.join(placed)}: delete those first")
    with document.group(f"Remove network {name}"):
        document.remove(list(sheet.nodes))
        for frame in list(sheet.frames):
            document.remove_frame(name, frame)
        document.do(Edit("network", name, name, True, None))


def rename(document: "Document", name: str, new: str) -> None:
    """Give a network another name, everywhere at once.

    Raises:
        BadParameter: If the name is no identifier or is taken.
        Refused: If the network holds an instance that waits for a network of that name.
    """
    document.sheet(name)
    if name == new:
        return
    check_name(document, new)
    if rules.contains(document, name, new):
        raise Refused(f"{name} holds an instance of {brief(new)}: a network can't contain itself")
    with document.group(f"Rename network {name}"):
        document.do(Edit("network", name, name, name, new))
        placed = instances(document, name)
        document.put(*(replace(n, params={**n.params, "network": new}) for n in placed))


def check_name(document: "Document", name: str) -> None:
    """A new network's name is an identifier and free.

    Raises:
        BadParameter: If it is not.
    """
    if (reason := names.why_not(name)) is not None:
        raise BadParameter(f"network: {reason}")
    if name == BOARD:
        raise BadParameter(
            f"network: {brief(name)} is reserved: it is the sheet that all starts from"
        )
    if name in document.networks:
        raise BadParameter(f"network: {brief(name)} is taken")


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """A name for a new network from any text."""
    name = names.to_name(wanted)
    return names.unique(f"{name}_1" if name == BOARD else name, set(taken))
