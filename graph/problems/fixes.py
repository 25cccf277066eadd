"""Problems of single nodes, and the fixes their repairs become."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from graph.core.errors import Mismatch, Repair
from graph.declare import REGISTRY, Declaration, Port
from graph.edit import insertion
from graph.edit.document import Document
from graph.model import roles
from graph.model.instances import own_name
from graph.model.order import topological
from graph.model.sheet import End, Node, Sheet
from graph.problems import repair_search, swapped_wires
from graph.problems.problem import Fix, Problem

NO_WIRE = "no wire"
MUTED = "nothing, as it is muted"
WAITS = frozenset({NO_WIRE, MUTED})
"""What is received where something is missing: an error as soon as an optimizer waits for it."""
LEFT_OUT = ", or delete the node: it is left out until then"


def problem(
    sheet: Sheet, node: Node, text: str, *, advice: str = "", severity: str = "error", **more: Any
) -> Problem:
    """A problem of a node."""
    return Problem(
        node=node.id,
        sheet=sheet.name,
        name=node.name,
        text=text,
        advice=advice,
        severity="error" if severity == "error" else "warning",
        **more,
    )


def unwired(sheet: Sheet, node: Node, declaration: Declaration, port: Port) -> Problem:
    """A needed input without a wire; a warning as long as nothing depends on it."""
    used = any(True for _ in sheet.neighbours(node.id)) or not declaration.ports.outputs
    ends = declaration.role in {"optimizer", "output"}
    started = any(True for _ in sheet.links_into(node.id)) or ends
    return problem(
        sheet,
        node,
        f"nothing is wired into `{port.label}`.",
        severity="error" if used and started else "warning",
        expected=port.label,
        received=NO_WIRE,
        advice=f"drag a wire to its `{port.label}` input" + ("" if used and started else LEFT_OUT),
    )


def silenced(sheet: Sheet, node: Node, port: Port) -> Problem:
    """An output that is wired on, of a muted node that hands nothing to it."""

    def unmute(document: Document) -> None:
        document.set_muted([node.id], False)

    return problem(
        sheet,
        node,
        f"is muted: nothing comes out at `{port.label}`",
        severity="warning",
        expected=port.label,
        received=MUTED,
        advice="a mute hands the first input to the first output: unmute it, or cut the wire"
        f" at `{port.label}`",
        fixes=(Fix(f"Unmute {node.name}", unmute),) if any(sheet.links_into(node.id)) else (),
    )


def emptied(sheet: Sheet, node: Node, port: Port, muted: list[Node]) -> Problem:
    """An output that is wired on, of a node all of whose inputs are muted."""
    names = ", ".join(one.name for one in muted)

    def unmute(document: Document) -> None:
        document.set_muted([one.id for one in muted], False)

    return problem(
        sheet,
        node,
        f"nothing is left of it: {names} {'is' if len(muted) == 1 else 'are'} muted",
        severity="warning",
        expected=port.label,
        received=MUTED,
        advice="what is muted is left out of a sum: unmute one, or mute what it goes into",
        fixes=(Fix(f"Unmute {names}", unmute),),
    )


def serious(found: Problem) -> Problem:
    """The same where a loss waits for it: an error."""
    if found.received not in WAITS:
        return found
    return replace(found, severity="error", advice=found.advice.partition(LEFT_OUT)[0])


def from_mismatch(
    sheet: Sheet,
    node: Node,
    mismatch: Mismatch,
    *,
    severity: str = "error",
    inputs: Sequence[Any] = (),
) -> Problem:
    """What a shape rule raised, its repairs turned into fixes.

    Args:
        sheet: Where the node is.
        node: Where it was raised.
        mismatch: What.
        severity: error or warning.
        inputs: What the shape rule got: only repairs that lead to what it takes become fixes.
    """
    repairs = [one for one in mismatch.repairs if not one.use]
    if inputs:
        repairs = repair_search.settled(sheet, node, repairs, inputs)
    made = [_fix(sheet, node, one) for one in repairs]
    if inputs:
        made = [_reshaping(sheet, node, inputs, *both) for both in zip(repairs, made, strict=True)]
    used = others(node, (type for one in mismatch.repairs for type in one.use), inputs)
    exchanged = swapped_wires.fixes(sheet, node, inputs)
    fixes = (*exchanged, *used, *made, *_siblings(node, inputs))
    return problem(
        sheet,
        node,
        f"expected {mismatch.expected}, received {mismatch.received}.",
        severity=severity,
        expected=mismatch.expected,
        received=mismatch.received,
        advice=mismatch.advice,
        fixes=tuple(fix for fix in fixes if fix is not None),
    )


def others(node: Node, types: Iterable[str], inputs: Sequence[Any]) -> Iterator[Fix]:
    """Nodes of the same role for what is wired in, such as a loss of numbers for numbers."""
    own = REGISTRY.find(node.type)
    for type in types:
        other = REGISTRY.find(type)
        if own is None or other is None or other.role != own.role or type == node.type:
            continue
        if inputs and repair_search.takes(other, other.kept(node.params), inputs):
            yield Fix(f"Use {other.title}", _replaced(node, type))


def _siblings(node: Node, inputs: Sequence[Any]) -> Iterator[Fix]:
    """The same for signals, pictures or volumes, where one of those takes what is wired in."""
    declaration = REGISTRY.find(node.type)
    if declaration is None or not inputs or not declaration.has("axes"):
        return
    family = getattr(declaration.cls, "__mro__", (None, None))[1]
    for other in REGISTRY:
        alike = other.type != declaration.type and other.has("axes")
        if not alike or family not in getattr(other.cls, "__mro__", ()):
            continue
        try:
            other.bind(other.kept(node.params)).shape(*inputs)
        except Mismatch:
            continue
        yield Fix(f"Use {other.title}", _replaced(node, other.type))


def _replace(document: Document, node: str, type: str) -> None:
    document.replace_node(node, type)


def _replaced(node: Node, type: str) -> Callable[[Document], None]:
    return lambda document: _replace(document, node.id, type)


def _fix(sheet: Sheet, node: Node, repair: Repair) -> Fix | None:
    if not repair.more:
        return _one(sheet, node, repair)
    parts = [_one(sheet, node, one) for one in (repair, *repair.more)]

    def apply(document: Document) -> None:
        with document.group(repair.label):
            for part in parts:
                if part is not None:
                    part.apply(document)

    return None if None in parts else Fix(repair.label, apply)


def _reshaping(
    sheet: Sheet, node: Node, inputs: Sequence[Any], repair: Repair, fix: Fix | None
) -> Fix | None:
    """A fix that brings other axes, with what takes them back behind the node."""
    found = repair_search.behind(sheet, node, inputs, repair) if fix is not None else None
    if fix is None or found is None:
        return fix
    type, params = found
    back = REGISTRY.find(type)
    assert back is not None, "shapes are of the catalogue"
    label = f"{fix.label} and {back.title} behind"

    def apply(document: Document) -> None:
        with document.group(label):
            fix.apply(document)
            insertion.insert_behind(document, type, node.id, params)

    return replace(fix, instead=Fix(label, apply))


def _one(sheet: Sheet, node: Node, repair: Repair) -> Fix | None:
    if repair.insert:
        wired = sheet.into(node.id, repair.port or None)
        if len(wired) <= repair.wire:
            return None
        source = sheet.nodes[wired[repair.wire].source.node]
        label = f"{repair.label} behind {source.name}" if repair.named else repair.label

        def insert(document: Document) -> None:
            wires = document.sheet_of(node.id).into(node.id, repair.port or None)
            document.insert(repair.insert, wires[repair.wire], **dict(repair.params))

        return Fix(label, insert)
    own = REGISTRY.find(node.type)
    if not repair.port and own is not None and own.param(repair.param) is not None:
        return set_on(node, repair.param, repair.value)
    before = repair_search.layer_before(sheet, node, repair)
    return set_on(before, repair.param, repair.value) if before else None


def set_on(node: Node, name: str, value: object, label: str = "") -> Fix:
    """A fix that sets one parameter of a node; without a label it says just that."""
    label = label or f"Set {name.replace('_', ' ')} of {node.name} to {value}"

    def apply(document: Document) -> None:
        with document.group(label):
            document.set_params(node.id, **{name: value})

    return Fix(label, apply, (node.id, name, value))


def standing(found: Problem, instance: Node, network: Sheet) -> Problem:
    """A problem inside a network, as it is mended where an instance places it.

    A parameter that the instance gives a value of its own is set there: what the network says of
    it counts elsewhere.
    """

    def here(fix: Fix) -> Fix:
        if fix.sets is None:
            return fix
        node, param, value = fix.sets
        name = own_name(instance, network, node, param)
        return fix if name is None else set_on(instance, name, value)

    return replace(found, fixes=tuple(map(here, found.fixes)))


def add_output(sheet: Sheet) -> Callable[[Document], None]:
    """A fix that adds an Output to a network, wired to what is computed last and not read."""

    def apply(document: Document) -> None:
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
                roles.type_of("output"), sheet=sheet.name, name="output", position=(x, y)
            )
            if loose:
                document.link(loose[-1], End(made.id, "x"))

    return apply
