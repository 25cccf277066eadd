"""Parameters inside a network that its instances show, so that each may set its own value."""

from graph.core import names
from graph.core.errors import BadParameter, Refused
from graph.core.limits import brief
from graph.declare import REGISTRY
from graph.edit.overrides import set_overrides
from graph.model import roles
from graph.model.history import Edit
from graph.model.instances import OVERRIDES
from graph.model.sheet import BOARD, Exposed, Sheet
from graph.model.store import Store


def expose(document: Store, node: str, param: str, name: str | None = None) -> str:
    """Let each instance of a network set a parameter of a node inside.

    Args:
        document: The document.
        node: A node of the network.
        param: Its parameter, or one that the network it places shows.
        name: What the instances call it; the parameter's name, made free, where left out.

    Returns:
        The name it got.

    Raises:
        BadParameter: If there is no such parameter, or the name is not free.
        Refused: If the node is on the board, or the parameter decides what can be wired.
    """
    inner, sheet = document.node(node), document.sheet_of(node)
    if sheet.name == BOARD:
        raise Refused("only parameters inside a network can be shown on its instances")
    found = document.find_param(inner, param)
    if found is None:
        raise BadParameter(f"{inner.name} has no parameter {brief(param)}")
    present = exposed_as(sheet, node, found.name)
    if present is not None and name in {None, present}:
        return present
    if not may_be_shown(document, node, param):
        raise Refused(f"{inner.name}: {found.label} decides what can be wired; set it inside")
    if name is None:
        name = names.unique(names.to_name(found.name), _taken(sheet))
    _check_name(sheet, name)
    with document.group(f"Show {name} on {sheet.name}"):
        if present is not None:
            rename_exposed(document, sheet.name, present, name)
        else:
            document.do(_edit(sheet, name, Exposed(node, found.name)))
    return name


def may_be_shown(document: Store, node: str, param: str) -> bool:
    """Has a node such a parameter, and one that does not decide what can be wired?"""
    inner = document.node(node)
    declaration, found = REGISTRY.find(inner.type), document.find_param(inner, param)
    if declaration is None or found is None or declaration.has("ports"):
        return False
    return found.kind not in {"nodes", "values"} and param != "network"


def exposed_as(sheet: Sheet, node: str, param: str) -> str | None:
    """The name under which instances show a parameter of a node, if they do."""
    shown = (name for name, one in sheet.exposed.items() if one == Exposed(node, param))
    return next(shown, None)


def hide(document: Store, network: str, name: str) -> None:
    """Show a parameter on instances no longer; their values for it go."""
    sheet = document.sheet(network)
    if name not in sheet.exposed:
        raise BadParameter(f"{network} shows no parameter {brief(name)}")
    with document.group(f"Hide {name} of {network}"):
        for node in document.instances(network):
            own = dict(node.params.get(OVERRIDES, ()))
            if own.pop(name, None) is not None:
                set_overrides(document, node, own)
        for outer in [n for n in document.sheets() if n.name != BOARD]:
            for shown, one in list(outer.exposed.items()):
                inner = outer.nodes.get(one.node)
                if inner and one.param == name and roles.network_of(inner) == network:
                    hide(document, outer.name, shown)
        document.do(_edit(sheet, name, None))


def rename_exposed(document: Store, network: str, name: str, new: str) -> None:
    """Show a parameter under another name; values and outer networks follow.

    Raises:
        BadParameter: If there is none of that name, or the new one is not free.
    """
    sheet = document.sheet(network)
    if name not in sheet.exposed:
        raise BadParameter(f"{network} shows no parameter {brief(name)}")
    if name == new:
        return
    _check_name(sheet, new)
    with document.group(f"Rename {name} of {network}"):
        for outer in document.sheets():
            for shown, one in list(outer.exposed.items()):
                inner = outer.nodes.get(one.node)
                if inner and one.param == name and roles.network_of(inner) == network:
                    document.do(_edit(outer, shown, Exposed(one.node, new)))
        for node in document.instances(network):
            own = dict(node.params.get(OVERRIDES, ()))
            if name in own:
                own[new] = own.pop(name)
                set_overrides(document, node, own)
        exposed = sheet.exposed[name]
        document.restore([_edit(sheet, name, None), _edit(sheet, new, exposed)])


def hide_all(document: Store, node: str) -> None:
    """Hide every parameter of a node that is about to go."""
    sheet = document.sheet_of(node)
    for name, one in list(sheet.exposed.items()):
        if one.node == node and name in sheet.exposed:
            hide(document, sheet.name, name)


def why_not_shown(sheet: Sheet, exposed: Exposed, name: str) -> str | None:
    """Why what text says can't be shown under a name, or None where it can."""
    if sheet.name == BOARD:
        return "the board shows nothing"
    if exposed.node not in sheet.nodes:
        return f"there is no node {brief(exposed.node)}"
    if not names.is_name(name) or name in _taken(sheet):
        return "the name can't be used"
    return None


def _check_name(sheet: Sheet, name: str) -> None:
    if (reason := names.why_not(name)) is not None:
        raise BadParameter(f"name: {reason}")
    if name in _taken(sheet):
        raise BadParameter(f"name: {sheet.name} has a parameter {brief(name)} already")


def _taken(sheet: Sheet) -> set[str]:
    own = {param.name for one in REGISTRY if one.role == "instance" for param in one.params}
    return own | set(sheet.exposed)


def _edit(sheet: Sheet, name: str, after: Exposed | None) -> Edit:
    return Edit("exposed", sheet.name, name, sheet.exposed.get(name), after)
