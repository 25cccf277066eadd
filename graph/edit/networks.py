"""Networks: where they are placed, the ports they have, and their coming, going and names."""

from collections.abc import Iterable
from dataclasses import replace

from graph.core import names
from graph.core.errors import BadParameter, Refused
from graph.core.limits import brief
from graph.edit import frames, node_edits, rules
from graph.model.history import Edit
from graph.model.sheet import BOARD
from graph.model.store import Store


def add(document: Store, name: str) -> None:
    """Make an empty network."""
    check_name(document, name)
    with document.group("Add network"):
        document.do(Edit("network", name, name, None, True))


def remove(document: Store, name: str) -> None:
    """Take a network away with all that is on its sheet, unless it is placed."""
    sheet = document.sheet(name)
    placed = [node.name for node in document.instances(name)]
    if placed:
        raise Refused(f"{name} is placed as {', '.join(placed)}: delete those first")
    with document.group(f"Remove network {name}"):
        node_edits.remove(document, list(sheet.nodes))
        for frame in list(sheet.frames):
            frames.remove(document, name, frame)
        document.do(Edit("network", name, name, True, None))


def rename(document: Store, name: str, new: str) -> None:
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
        placed = document.instances(name)
        document.put(*(replace(n, params={**n.params, "network": new}) for n in placed))


def check_name(document: Store, name: str) -> None:
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
