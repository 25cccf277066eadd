"""What is known about one node: shape rules applied to what is known about those before it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from graph.core import limits
from graph.core.errors import Mismatch, set_param
from graph.core.limits import brief
from graph.core.tensor import TensorType
from graph.declare import REGISTRY, Declaration, Port
from graph.edit import dropped_files
from graph.edit.document import Document
from graph.infer import class_names
from graph.infer.scales import scaled
from graph.infer.size_limits import check_sizes
from graph.model import instances, mutes
from graph.model.instances import OVERRIDES
from graph.model.order import topological
from graph.model.roles import network_of, role
from graph.model.sheet import End, Node, Sheet
from graph.problems import fixes
from graph.problems.fixes import emptied, from_mismatch, problem, silenced, standing, unwired
from graph.problems.problem import Fix, Problem

Facts = Mapping[str, Any]
Types = dict[str, TensorType | None]
Inputs = tuple[Any, ...]


@dataclass(frozen=True)
class Result:
    """What inference found out about one node.

    Attributes:
        inputs: What its shape rule got, port by port, if every needed input is known.
        outputs: Type of each output; None where unknown.
        problems: What is wrong with it.
        weights: Learned numbers it holds, where known.
        silent: Nothing comes out of it, as something before it is muted that it needs.
        inner: Results of the nodes of its network, for an instance.
    """

    inputs: Inputs | None
    outputs: Types
    problems: tuple[Problem, ...] = ()
    weights: int | None = None
    silent: bool = False
    inner: "Mapping[str, Result]" = field(default_factory=dict)


class NodeInference:
    """Infers what is known of single nodes; of a placed network with all that is inside.

    Args:
        document: Where the nodes are.
        facts: What a probe learned about data nodes, by node id; looked up each time.
    """

    def __init__(self, document: Document, facts: Mapping[str, Facts]) -> None:
        self._document, self._facts = document, facts
        self._insides: dict[tuple[Any, ...], tuple[Mapping[str, Result], Types]] = {}
        self._extents: dict[str, int] = {}
        self._missed: dict[End, bool] = {}

    def forget(self) -> None:
        """The document changed: nothing that was found out about networks holds any more."""
        self._insides.clear()
        self._extents.clear()
        self._missed.clear()

    def infer(self, sheet: Sheet, node: Node, known: Mapping[str, Result]) -> Result:
        """What is known about a node of a sheet, when that much is known about others."""
        ports = self._document.ports(node)
        nothing: Types = {port.name: None for port in ports.outputs}
        declaration = REGISTRY.find(node.type)
        if declaration is None:
            text = f"the type {brief(node.type)} is unknown to this version"
            advice = "it is kept as it is: open the file with a newer Neurowire, or delete it"
            if near := dropped_files.nearest(node.type, [one.type for one in REGISTRY]):
                advice = f"known and like it are {', '.join(near)}; {advice}"
            return Result(None, nothing, (problem(sheet, node, text, advice=advice),))
        if node.muted and declaration.role not in mutes.ENDS:
            return self._infer_muted(sheet, node, known, nothing)
        inputs: list[Any] = []
        problems: list[Problem] = []
        unknown = silent = False
        for port in ports.inputs:
            ends = operands(self._document, sheet, node, port, known)
            wired = [_output(known, end) for end in ends if end is not None]
            unknown = unknown or None in wired
            if None in ends and not wired:
                silent = silent or not port.optional
                silent = silent and (port.variadic or not declaration.has("drops"))
            elif not wired and not port.optional:
                unknown = True
                problems.append(unwired(sheet, node, declaration, port))
            found = tuple(_output(known, end) if end else None for end in ends)
            inputs.append(found if port.variadic else (found[0] if found else None))
        if silent:
            return self._emptied(sheet, node, known, nothing, problems)
        if declaration.role == "instance":
            return self._infer_inside(node, tuple(inputs), nothing, problems)
        if declaration.role == "data":
            facts = self._facts.get(node.id)
            if declaration.has("needs_facts") and not _tells_all(facts, nothing):
                return Result(None, nothing)
            inputs = [facts]
        if unknown:
            return Result(None, nothing, (*_unreadable(sheet, node, declaration), *problems))
        if declaration.has("drops") and _nothing_left(declaration, node, inputs):
            return self._emptied(sheet, node, known, nothing, problems)
        return self._apply(sheet, node, declaration, tuple(inputs), nothing)

    def placed(
        self, node: Node, inputs: Inputs
    ) -> tuple[tuple[TensorType | None, ...], list[Problem]]:
        """What an instance would give for these inputs, once, and what would be wrong in it.

        Args:
            node: An instance, which need not stand anywhere.
            inputs: Types by the network's Inputs; None for what is not known.
        """
        name = str(node.params.get("network", ""))
        if self._extent(name) > limits.PLACED:
            return (), []
        sheet = self._document.placed(node)
        results, known = self._inside(node, sheet, inputs)
        problems = [one for found in results.values() for one in found.problems]
        return tuple(known.get(one.name) for one in instances.ends(sheet, "output")), problems

    def _infer_muted(
        self, sheet: Sheet, node: Node, known: Mapping[str, Result], nothing: Types
    ) -> Result:
        ports = self._document.ports(node)
        passed = {
            output: _output(known, link.source)
            for output in nothing
            for port in ports.inputs[:1]
            for link in sheet.into(node.id, port.name)[:1]
            if mutes.gives(self._document, sheet, End(node.id, output))
            and not _silent(self._document, sheet, link.source, known)
        }
        made = self._unmuted(sheet, node, known) if passed else None
        if made is not None:
            passed = {name: kind for name, kind in passed.items() if kind and _alike(kind, made)}
        problems = tuple(
            silenced(sheet, node, port)
            for port in ports.outputs
            if port.name not in passed
            and mutes.missed(self._document, sheet, End(node.id, port.name), self._missed)
        )
        if passed:
            return Result(tuple(passed.values()), {**nothing, **passed}, problems)
        return Result(None, nothing, problems, silent=bool(nothing))

    def _emptied(
        self,
        sheet: Sheet,
        node: Node,
        known: Mapping[str, Result],
        nothing: Types,
        problems: list[Problem],
    ) -> Result:
        """Nothing comes out of a node, as what it takes is muted; said where it is a sum."""
        declaration = REGISTRY.find(node.type)
        muted, ahead = dict[str, Node](), [node.id]
        for here in ahead:
            for link in sheet.into(here):
                one = sheet.nodes[link.source.node]
                if _silent(self._document, sheet, link.source, known):
                    ahead += [] if one.muted or one.id in ahead else [one.id]
                    muted.update({one.id: one} if one.muted else {})
        found = (
            emptied(sheet, node, port, [*muted.values()])
            for port in self._document.ports(node).outputs
            if all(mutes.leaves_out(declaration, one) for one in self._document.ports(node).inputs)
            and mutes.missed(self._document, sheet, End(node.id, port.name), self._missed)
        )
        return Result(None, nothing, (*problems, *found), silent=True)

    def _unmuted(self, sheet: Sheet, node: Node, known: Mapping[str, Result]) -> TensorType | None:
        """What a muted node would give."""
        declaration = REGISTRY.find(node.type)
        if declaration is None or declaration.role == "instance":
            return None
        free = self.infer(sheet, replace(node, muted=False), known)
        return next(iter(free.outputs.values()), None)

    def _apply(
        self, sheet: Sheet, node: Node, declaration: Declaration, inputs: Inputs, nothing: Types
    ) -> Result:
        bound = declaration.bind(node.params)
        try:
            given = bound.shape(*inputs)
            weights = bound.weights(*inputs) if declaration.has("weights") else None
            check_sizes(weights or 0, given if isinstance(given, tuple) else (given,))
        except Mismatch as mismatch:
            return Result(None, nothing, (from_mismatch(sheet, node, mismatch, inputs=inputs),))
        types = given if isinstance(given, tuple) else (given,)
        if declaration.role == "data":
            types = class_names.told(bound, inputs[0], nothing, types)
        else:
            types = class_names.carried(declaration, inputs, types)
        known = scaled(declaration, node, [*nothing], inputs, types)
        outputs: Types = dict(zip(nothing, known, strict=True))
        return Result(inputs, outputs, (), weights if self._counts(sheet, node) else None)

    def _counts(self, sheet: Sheet, node: Node) -> bool:
        """Are a node's weights counted at it? Of linked nodes at the first that is not muted."""
        if node.twin is None:
            return True
        live = [one for one in sheet.twins(node.id) if not one.muted]
        return node.id == min(live, key=lambda one: (one.twin is not None, one.number)).id

    def _infer_inside(
        self, node: Node, inputs: Inputs, nothing: Types, problems: list[Problem]
    ) -> Result:
        name = str(node.params.get("network", ""))
        if name not in self._document.networks:
            text = f"there is no network named {brief(name)}"
            home = self._document.sheet_of(node.id)
            return Result(None, nothing, (*problems, problem(home, node, text)))
        if self._extent(name) > limits.PLACED:
            return Result(None, nothing, (*problems, self._too_large(node, name)))
        sheet = self._document.placed(node)
        results, known = self._inside(node, sheet, inputs)
        outputs = dict(known)
        within = {(p.node, p.text): p for r in results.values() for p in r.problems}
        found = [standing(one, node, sheet) for one in within.values()]
        found += self._of_instance(node, sheet, inputs, outputs)
        repeat = int(node.params.get("repeat", 1))
        if repeat > 1 and _alone(inputs) != _alone(outputs.values()):
            outputs = {}
        counts = self._counts(self._document.sheet_of(node.id), node)
        weights = repeat * sum(r.weights or 0 for r in results.values()) if counts else None
        inside = tuple(inputs) if None not in inputs else None
        return Result(inside, {**nothing, **outputs}, (*problems, *found), weights, inner=results)

    def _inside(
        self, node: Node, sheet: Sheet, inputs: Inputs
    ) -> tuple[Mapping[str, Result], Types]:
        """What is known inside a network where it gets these inputs; found out once for all places.

        So the cost of networks in networks is that of what differs, however often they are placed.
        """
        key = (sheet.name, node.params.get(OVERRIDES, ()), inputs)
        if key in self._insides:
            return self._insides[key]
        results: dict[str, Result] = {}
        outputs: Types = {}
        for entry, entering in zip(instances.ends(sheet, "input"), inputs, strict=False):
            results[entry.id] = Result((entering,), {"y": entering})
        for inner in topological(sheet):
            one = sheet.nodes[inner]
            if role(one.type) == "input":
                results.setdefault(inner, Result(None, {"y": None}))
                continue
            results[inner] = self.infer(sheet, one, results)
            if role(one.type) == "output":
                wired = sheet.into(inner)
                outputs[one.name] = _output(results, wired[0].source) if wired else None
        self._insides[key] = results, outputs
        return results, outputs

    def _extent(self, network: str, depth: int = 1) -> int:
        """How many nodes a network is made of, those of networks inside it counted each time.

        Past the limits, in number or in depth, any number above the limit.
        """
        if network in self._extents:
            return self._extents[network]
        if network not in self._document.networks:
            return 0
        if depth > limits.DEPTH:
            return limits.PLACED + 1
        found = 0
        for node in self._document.networks[network].nodes.values():
            inner = network_of(node)
            found += 1 if inner is None else 1 + self._extent(inner, depth + 1)
        self._extents[network] = found
        return found

    def _too_large(self, node: Node, network: str) -> Problem:
        return problem(
            self._document.sheet_of(node.id),
            node,
            f"its network {network} is too large: expected at most {limits.PLACED:,} nodes, those "
            "of networks inside counted wherever they are placed, and at most "
            f"{limits.DEPTH} networks in each other",
            advice="place fewer networks in it, or make them smaller",
        )

    def _of_instance(
        self, node: Node, network: Sheet, inputs: Inputs, outputs: Types
    ) -> Iterator[Problem]:
        home = self._document.sheet_of(node.id)
        if not outputs:
            yield problem(
                home,
                node,
                f"its network {network.name} gives nothing: it has no Output",
                severity="warning",
                expected="an Output",
                received="none",
                advice="add an Output to the network and wire what it computes into it",
                fixes=(Fix(f"Add an Output to {network.name}", fixes.add_output(network)),),
            )
        repeat = node.params.get("repeat", 1)
        if repeat == 1 or None in inputs or None in outputs.values():
            return
        if _alone(inputs) != _alone(outputs.values()) or len(inputs) != 1:
            takes, gives = (", ".join(map(str, some)) for some in (inputs, outputs.values()))
            mismatch = Mismatch(
                "a network that gives what it takes, to stack it",
                f"{takes or 'nothing'} -> {gives or 'nothing'}",
                "make its one Output as large as its one Input, or place it once",
                repairs=[set_param("repeat", 1)],
            )
            yield from_mismatch(home, node, mismatch)


def _alike(passed: TensorType, made: TensorType) -> bool:
    """May a muted node hand on what comes in? Not in place of one number, a loss or a mask.

    A loss by formula makes one number of many; a product of a loss may take its weight first.
    """
    scalar, loss, mask = not made.dims, made.kind == "loss", made.dtype == "bool"
    alike = not scalar or not passed.dims
    return alike and (not loss or passed.kind == "loss") and (not mask or passed.dtype == "bool")


def _tells_all(facts: Facts | None, outputs: Iterable[str]) -> bool:
    """Do facts tell of each output? A parameter may have brought one since the data were read."""
    if facts is None:
        return False
    return "outputs" not in facts or facts["outputs"].keys() >= {*outputs}


def _unreadable(sheet: Sheet, node: Node, declaration: Declaration) -> Iterator[Problem]:
    """What is wrong with what was typed, whatever will be wired in."""
    if declaration.has("readable"):
        try:
            declaration.bind(node.params).readable()
        except Mismatch as mismatch:
            yield from_mismatch(sheet, node, mismatch)


def _nothing_left(declaration: Declaration, node: Node, inputs: list[Any]) -> bool:
    try:
        return bool(declaration.bind(node.params).drops(*inputs))
    except Mismatch:
        return False  # its shape rule will say the same


def operands(
    document: Document, sheet: Sheet, node: Node, port: Port, known: Mapping[str, Result]
) -> list[End | None]:
    """What is wired into an input; None for what is silent, where its place matters.

    Of several wires those are left out that a mute silences, unless the node says itself what is
    left then (it has the hook `drops`).
    """
    ends = [link.source for link in sheet.into(node.id, port.name)]
    found = [None if _silent(document, sheet, end, known) else end for end in ends]
    declaration = REGISTRY.find(node.type)
    keeps = declaration is not None and declaration.has("drops")
    live: list[End | None] = [end for end in found if end is not None]
    return live if port.optional or (live and not keeps) else found


def _silent(document: Document, sheet: Sheet, end: End, known: Mapping[str, Result]) -> bool:
    found = known.get(end.node)
    return (found is not None and found.silent) or not mutes.gives(document, sheet, end)


def _output(known: Mapping[str, Result], end: End) -> TensorType | None:
    found = known.get(end.node)
    return found.outputs.get(end.port) if found else None


def _alone(types: Iterable[object]) -> list[object]:
    """Types without what travels with their values, which a layer that learns does not pass on."""
    return [one.alone if isinstance(one, TensorType) else one for one in types]
