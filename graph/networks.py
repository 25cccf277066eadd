"""Networks as they are placed: values of their own, and parameters that inner nodes show."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from graph import names, rules
from graph.declare import REGISTRY, Param
from graph.errors import BadParameter, Refused
from graph.history import Edit
from graph.order import topological
from graph.sheet import BOARD, End, Exposed, Node, Sheet

if TYPE_CHECKING:
    from graph.document import Document

OVERRIDES = "overrides"


def instances(document: "Document", network: str) -> list[Node]:
    """The places a network is put, on any sheet, by age."""
    found = [
        node
        for sheet in document.sheets()
        for node in sheet.nodes.values()
        if rules.network_of(node) == network
    ]
    return sorted(found, key=lambda node: node.number)


def ends(sheet: Sheet, role: str) -> list[Node]:
    """The Inputs or Outputs of a network, in the order of its ports."""
    found = [node for node in sheet.nodes.values() if rules.role(node.type) == role]
    return sorted(found, key=lambda node: node.number)


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


# -- values of an instance's own


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


def placed(document: "Document", instance: Node) -> Sheet:
    """The network of an instance with the instance's own values in it.

    The network must exist.
    """
    sheet = document.networks[str(rules.network_of(instance))]
    changed: dict[str, Node] = {}
    for name, value in dict(instance.params.get(OVERRIDES, ())).items():
        exposed = sheet.exposed.get(name)
        if exposed is None or exposed.node not in sheet.nodes:
            continue
        for node in _twins(sheet, exposed.node):
            changed[node.id] = with_value(changed.get(node.id, node), exposed.param, value)
    return sheet.with_nodes(changed)


def own_name(instance: Node, network: Sheet, node: str, param: str) -> str | None:
    """What an instance calls a parameter of a node of its network, if it has its own value."""
    own: dict[str, Any] = dict(instance.params.get(OVERRIDES, ()))
    for name in own:
        exposed = network.exposed.get(name)
        if exposed is None or exposed.param != param or exposed.node not in network.nodes:
            continue
        if any(one.id == node for one in _twins(network, exposed.node)):
            return name
    return None


def _twins(sheet: Sheet, node: str) -> list[Node]:
    leader = sheet.nodes[node].twin or node
    return [one for one in sheet.nodes.values() if leader in {one.id, one.twin}]


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
            reasons.append(f"its network shows no parameter {name!r}")
            continue
        try:
            kept[name] = shown[name].check(value)
        except BadParameter as error:
            reasons.append(str(error))
    if kept != own:
        _set_overrides(document, node, kept)
    return reasons


# -- showing parameters of inner nodes


def expose(document: "Document", node: str, param: str, name: str | None = None) -> str:
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
    found = find_param(document, inner, param)
    if found is None:
        raise BadParameter(f"{inner.name} has no parameter {param!r}")
    present = exposed_as(sheet, node, found.name)
    if present is not None and name in {None, present}:
        return present
    declaration = REGISTRY.find(inner.type)
    decides = declaration is not None and declaration.has("ports")
    if found.kind in {"nodes", "values"} or decides or param == "network":
        raise Refused(f"{inner.name}: {found.label} decides what can be wired; set it inside")
    if name is None:
        name = names.unique(names.to_name(found.name), _taken(sheet))
    _check_name(sheet, name)
    with document.group(f"Show {name} on {sheet.name}"):
        if present is not None:
            rename_exposed(document, sheet.name, present, name)
        else:
            document.restore([_edit(sheet, name, Exposed(node, found.name))])
    return name


def exposed_as(sheet: Sheet, node: str, param: str) -> str | None:
    """The name under which instances show a parameter of a node, if they do."""
    shown = (name for name, one in sheet.exposed.items() if one == Exposed(node, param))
    return next(shown, None)


def hide(document: "Document", network: str, name: str) -> None:
    """Show a parameter on instances no longer; their values for it go."""
    sheet = document.sheet(network)
    if name not in sheet.exposed:
        raise BadParameter(f"{network} shows no parameter {name!r}")
    with document.group(f"Hide {name} of {network}"):
        for node in instances(document, network):
            own = dict(node.params.get(OVERRIDES, ()))
            if own.pop(name, None) is not None:
                _set_overrides(document, node, own)
        for outer in [n for n in document.sheets() if n.name != BOARD]:
            for shown, one in list(outer.exposed.items()):
                inner = outer.nodes.get(one.node)
                if inner and one.param == name and rules.network_of(inner) == network:
                    hide(document, outer.name, shown)
        document.restore([_edit(sheet, name, None)])


def rename_exposed(document: "Document", network: str, name: str, new: str) -> None:
    """Show a parameter under another name; values and outer networks follow.

    Raises:
        BadParameter: If there is none of that name, or the new one is not free.
    """
    sheet = document.sheet(network)
    if name not in sheet.exposed:
        raise BadParameter(f"{network} shows no parameter {name!r}")
    if name == new:
        return
    _check_name(sheet, new)
    with document.group(f"Rename {name} of {network}"):
        for outer in document.sheets():
            for shown, one in list(outer.exposed.items()):
                inner = outer.nodes.get(one.node)
                if inner and one.param == name and rules.network_of(inner) == network:
                    document.restore([_edit(outer, shown, Exposed(one.node, new))])
        for node in instances(document, network):
            own = dict(node.params.get(OVERRIDES, ()))
            if name in own:
                own[new] = own.pop(name)
                _set_overrides(document, node, own)
        exposed = sheet.exposed[name]
        document.restore([_edit(sheet, name, None), _edit(sheet, new, exposed)])


def hide_all(document: "Document", node: str) -> None:
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
        return f"there is no node {exposed.node!r}"
    if not names.is_name(name) or name in _taken(sheet):
        return "the name can't be used"
    return None


def _check_name(sheet: Sheet, name: str) -> None:
    if (reason := names.why_not(name)) is not None:
        raise BadParameter(f"name: {reason}")
    if name in _taken(sheet):
        raise BadParameter(f"name: {sheet.name} has a parameter {name!r} already")


def _taken(sheet: Sheet) -> set[str]:
    own = {param.name for one in REGISTRY if one.role == "instance" for param in one.params}
    return own | set(sheet.exposed)


def _edit(sheet: Sheet, name: str, after: Exposed | None) -> Edit:
    return Edit("exposed", sheet.name, name, sheet.exposed.get(name), after)


def _set_overrides(document: "Document", node: Node, own: Mapping[str, Any]) -> None:
    present = document.node(node.id)
    rest = {name: one for name, one in present.params.items() if name != OVERRIDES}
    after = {**rest, OVERRIDES: tuple(sorted(own.items()))} if own else rest
    sheet = document.sheet_of(node.id).name
    document.restore([Edit("node", sheet, node.id, present, replace(present, params=after))])


# -- names


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
        raise Refused(f"{name} holds an instance of {new!r}: a network can't contain itself")
    with document.group(f"Rename network {name}"):
        document.restore([Edit("network", name, name, name, new)])
        edits = [
            Edit(
                "node",
                document.sheet_of(node.id).name,
                node.id,
                node,
                replace(node, params={**node.params, "network": new}),
            )
            for node in instances(document, name)
        ]
        document.restore(edits)


def check_name(document: "Document", name: str) -> None:
    """A new network's name is an identifier and free.

    Raises:
        BadParameter: If it is not.
    """
    if (reason := names.why_not(name)) is not None:
        raise BadParameter(f"network: {reason}")
    if name == BOARD:
        raise BadParameter(f"network: {name!r} is reserved: it is the sheet that all starts from")
    if name in document.networks:
        raise BadParameter(f"network: {name!r} is taken")


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """A name for a new network from any text."""
    name = names.to_name(wanted)
    return names.unique(f"{name}_1" if name == BOARD else name, set(taken))
