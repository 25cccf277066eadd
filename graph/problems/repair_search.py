"""Repairs tried out on types before they are offered: those that lead on are led to the end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graph.core.errors import BadParameter, Mismatch, Repair
from graph.core.tensor import TensorType, features, product
from graph.declare import REGISTRY, Declaration
from graph.declare.ranges import FREE, Want
from graph.model.sheet import Node, Sheet

STEPS = 3
"""How many repairs in a row one click may make."""
KEEP_SIZES = {"Activation", "Normalisation", "Dropout"}


@dataclass(frozen=True)
class State:
    """A node's parameters, and the types at its inputs."""

    params: Mapping[str, Any]
    inputs: tuple[Any, ...]
    inserted: frozenset[tuple[str, int]] = frozenset()
    layers: frozenset[tuple[str, int]] = frozenset()


def takes(
    declaration: Declaration,
    params: Mapping[str, Any],
    inputs: Sequence[Any],
    *,
    nearly: bool = True,
) -> bool:
    """Does a node take these inputs; or is there at least a button that may lead there?"""
    ports = declaration.ports_of(params).inputs
    missing = ports[len(inputs) :]
    if len(inputs) > len(ports) or not all(port.optional for port in missing):
        return False
    try:
        declaration.bind(params).shape(*inputs, *(None for _ in missing))
    except Mismatch as mismatch:
        return nearly and bool(mismatch.repairs)
    return True


def settled(
    sheet: Sheet, node: Node, repairs: Sequence[Repair], inputs: Sequence[Any]
) -> list[Repair]:
    """The repairs after which a node takes its inputs, with what else that needs."""
    state = State(node.params, tuple(inputs))
    found = (_settle(sheet, node, state, repair, STEPS) for repair in repairs)
    return [one for one in found if one is not None]


def behind(
    sheet: Sheet, node: Node, inputs: Sequence[Any], repair: Repair
) -> tuple[str, dict[str, object]] | None:
    """What gives those that follow the axes they had, where a repair brings others; with params."""
    state = State(node.params, tuple(inputs))
    given = _at(node, state, repair)
    for one in (replace(repair, more=()), *repair.more):
        found = _after(sheet, node, state, one)
        if found is None:
            return None
        state = found[0]
    declaration = REGISTRY.find(node.type)
    assert declaration is not None, "only nodes of known type are mended"
    shapes: Any = declaration.bind(state.params).shape(*state.inputs)
    made = shapes if isinstance(shapes, TensorType) else next(iter(shapes), None)
    if given is None or made is None or given.rank < 2 or made.rank == given.rank:
        return None
    if made.dims[:1] != given.dims[:1]:
        return None
    if made.rank > given.rank:
        last = made.rank - given.rank + 1
        return "shape.flatten", {} if given.rank == 2 else {"start_dim": 1, "end_dim": last}
    sides = [size for size in given.dims[1:] if isinstance(size, int)]
    if made.rank != 2 or len(sides) < given.rank - 1 or product(made.dims[1:]) != product(sides):
        return None
    return "shape.unflatten", {"dim": 1, "sizes": tuple(sides)}


def _settle(sheet: Sheet, node: Node, state: State, repair: Repair, steps: int) -> Repair | None:
    done: list[Repair] = []
    after: State | None = state
    for one in (replace(repair, more=()), *repair.more):
        found = _after(sheet, node, after, one) if after is not None else None
        if found is None:
            return None
        after, real = found
        done.append(real)
    assert after is not None, "each step was made"
    label = repair.label if done[0].label == "" or repair.more else done[0].label
    following = _again(node, after)
    if following is not None:
        rest = (_settle(sheet, node, after, one, steps - 1) for one in following if steps > 1)
        last = next((one for one in rest if one is not None), None)
        if last is None:
            return None
        label = label if repair.more else _said(sheet, node, done[0], label)
        further = last.label if last.more else _said(sheet, node, last, last.label)
        label = f"{label} and {further[:1].lower()}{further[1:]}"
        done += [replace(last, more=()), *last.more]
    elif (last := _as_wanted(node, after)) is not None:
        label = f"{label} and {last.label[:1].lower()}{last.label[1:]}"
        done.append(last)
    return replace(done[0], label=label, more=tuple(done[1:]))


def _said(sheet: Sheet, node: Node, repair: Repair, label: str) -> str:
    """What a repair that sets a parameter is called where it is one of several: of which node."""
    if repair.insert:
        return label
    before = layer_before(sheet, node, repair) if repair.port else node
    words = repair.param.replace("_", " ")
    return f"Set {words} of {before.name} to {repair.value}" if before else label


def _as_wanted(node: Node, state: State) -> Repair | None:
    """What makes of a new layer's numbers those that are wanted, such as probabilities."""
    declaration = REGISTRY.find(node.type)
    if declaration is None or not declaration.has("wants"):
        return None
    wants: dict[str, Want] = declaration.bind(state.params).wants(*state.inputs)
    for port, wire in state.layers:
        want = wants.get(port)
        made = REGISTRY.find(want.insert) if want is not None else None
        if want is not None and made is not None and want.complaint(FREE):
            label = f"Insert {made.title}"
            return Repair(label, insert=want.insert, port=port, wire=wire, params=want.params)
    return None


def _again(node: Node, state: State) -> Sequence[Repair] | None:
    """The repairs of what is still wrong; None where nothing is."""
    declaration = REGISTRY.find(node.type)
    assert declaration is not None, "only nodes of known type are mended"
    try:
        declaration.bind(state.params).shape(*state.inputs)
    except Mismatch as mismatch:
        return [one for one in mismatch.repairs if not one.use]
    return None


def _after(sheet: Sheet, node: Node, state: State, repair: Repair) -> tuple[State, Repair] | None:
    """What a repair leads to, and the repair as it can be made; None where it can't."""
    own = REGISTRY.find(node.type)
    if repair.insert:
        return _inserted(node, state, repair)
    if not repair.port and own is not None and (param := own.param(repair.param)) is not None:
        try:
            params = {**state.params, param.name: param.check(repair.value)}
        except BadParameter:
            return None
        return replace(state, params=params), repair
    given = _at(node, state, repair) if repair.port else None
    if given is None:
        return None
    fresh = (repair.port, repair.wire) not in state.inserted
    if not fresh or layer_before(sheet, node, repair) is None:
        new = _new_layer(given, repair)
        return _inserted(node, state, new) if new else None
    sized = _sized(given, repair)
    return (_with(node, state, repair, sized), repair) if sized else None


def _at(node: Node, state: State, repair: Repair) -> TensorType | None:
    """The type at the wire that a repair is about."""
    declaration = REGISTRY.find(node.type)
    assert declaration is not None, "only nodes of known type are mended"
    names = [port.name for port in declaration.ports_of(node.params).inputs]
    port = repair.port or names[0]
    if port not in names or names.index(port) >= len(state.inputs):
        return None
    found = state.inputs[names.index(port)]
    if isinstance(found, tuple):
        found = found[repair.wire] if repair.wire < len(found) else None
    return found if isinstance(found, TensorType) else None


def _with(node: Node, state: State, repair: Repair, kind: TensorType) -> State:
    declaration = REGISTRY.find(node.type)
    assert declaration is not None, "only nodes of known type are mended"
    names = [port.name for port in declaration.ports_of(node.params).inputs]
    place = names.index(repair.port or names[0])
    found: Any = kind
    if isinstance(state.inputs[place], tuple):
        found = list(state.inputs[place])
        found[repair.wire] = kind
        found = tuple(found)
    inputs = (*state.inputs[:place], found, *state.inputs[place + 1 :])
    return replace(state, inputs=inputs)


def _inserted(node: Node, state: State, repair: Repair) -> tuple[State, Repair] | None:
    declaration, given = REGISTRY.find(repair.insert), _at(node, state, repair)
    if declaration is None or given is None:
        return None
    needed = [port for port in declaration.ports.inputs if not port.optional]
    try:
        params = declaration.checked(dict(repair.params))
        found = declaration.bind(params).shape(
            (given,) if needed[0].variadic else given, *(None for _ in declaration.ports.inputs[1:])
        )
    except (Mismatch, BadParameter):
        return None
    kind = found[0] if isinstance(found, tuple) else found
    wires = {(repair.port, repair.wire)}
    after = replace(
        _with(node, state, repair, kind),
        inserted=state.inserted | wires,
        layers=state.layers | wires if declaration.learns else state.layers - wires,
    )
    return after, repair


def _new_layer(given: TensorType, repair: Repair) -> Repair | None:
    """A layer that gives so many features, where there is none before that could."""
    if repair.param == "units" and given.rank > 1:
        label, made = f"Insert a Linear of {repair.value}", "layer.linear"
        params: tuple[tuple[str, object], ...] = (("units", repair.value),)
    elif repair.param == "filters" and 3 <= given.rank <= 5:
        axes = given.rank - 2
        label, made = f"Insert a Conv{axes}d of {repair.value}", f"layer.conv{axes}d"
        params = (("filters", repair.value), ("kernel_size", (1,)))
    else:
        return None
    return Repair(label, port=repair.port, wire=repair.wire, params=params, insert=made)


def _sized(given: TensorType, repair: Repair) -> TensorType | None:
    """What the layer before gives with another value of its parameter."""
    value: Any = repair.value
    if repair.param == "units" and given.rank:
        return given.with_last(value)
    if repair.param == "filters" and given.rank > 1:
        return given.with_dims(given.dims[0], value, *given.dims[2:])
    if repair.param == "output_padding":
        sides = [side + more for side, more in zip(given.dims[2:], value, strict=True)]
        return given.with_dims(*given.dims[:2], *sides)
    return None


def layer_before(sheet: Sheet, node: Node, repair: Repair) -> Node | None:
    """The layer that gives a value its size, if it has the parameter of a repair.

    Activations, norms and the like between them keep the size.
    """
    links = sheet.into(node.id, repair.port or None)[repair.wire :][:1]
    seen: set[str] = set()
    for link in links:
        before = sheet.nodes[link.source.node]
        declaration = REGISTRY.find(before.type)
        if declaration is None or before.id in seen:
            return None
        seen.add(before.id)
        if not before.muted and (param := declaration.param(repair.param)) is not None:
            free = repair.param != "output_padding" or before.params.get(param.name) is None
            return before if free else None
        if before.muted or _keeps_size(declaration, before):
            links += sheet.into(before.id)[:1]
    return None


def _keeps_size(declaration: Declaration, node: Node) -> bool:
    """Does what a node gives have the features of what it takes? A GLU gives half of them."""
    if declaration.group not in KEEP_SIZES:
        return declaration.has("keeps")
    try:
        rows = features("N", 2)
        found: object = declaration.bind(node.params).shape(rows)
    except Mismatch:  # it is for pictures, signals or volumes
        return True
    return found == rows
