"""A sheet seen by the compiler: each node as an item with its expression."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from graph.compile.avoided import free, reserved
from graph.compile.body import Item, Owner, Values
from graph.core import names
from graph.core.tensor import TensorType
from graph.declare import REGISTRY, Declaration, Raw, Value
from graph.edit.document import Document
from graph.infer.node_inference import Result
from graph.infer.node_inference import operands as wired_into
from graph.model import mutes, roles
from graph.model.sheet import BOARD, End, LinkKey, Node, Sheet
from graph.neurons import Gathered, LayerCall, Rows, Weight, gather

TAKEN = ("self", "x", "figures", "sums", "count", "loss", "training", "batch")
"""Variables of the functions that a batch comes into."""
Operand = End | None | tuple[End | None, ...]
Maker = Callable[[Node, Mapping[str, "Result"]], str]


class Scope:
    """A sheet with what inference found out about its nodes.

    Args:
        document: The document.
        sheet: The board, or a network as it stands in one instance.
        results: Inference results of the sheet's nodes.
        make: Gives the constructor of an instance's network, writing its class on the way.
    """

    def __init__(
        self, document: Document, sheet: Sheet, results: Mapping[str, Result], make: Maker
    ) -> None:
        self.document, self.sheet, self.results = document, sheet, results
        self._make = make
        self._direct: dict[End, End] = {}
        self._gathered: Gathered | None = None
        self._steps: dict[str, LayerCall | Rows] = {}
        self._kinds: dict[End, TensorType] = {}
        self.scales: dict[str, str] = {}
        """By data node that standardises: the attribute that keeps mean and deviation."""
        self.balanced: dict[str, str] = {}
        """By loss whose weights are computed from the data: the attribute that keeps them."""

    def gather(self, order: list[str]) -> list[str]:
        """Put drawn neurons into layers; each is known by a neuron of its own from here on.

        Args:
            order: Nodes to compute, each after what it reads.

        Returns:
            The new order.
        """
        if not any(self.role(node) == "neuron" for node in order):
            return order
        self._gathered = gather(self.sheet, order, direct=self.source_of)
        found = []
        for step in self._gathered.order:
            if isinstance(step, str):
                found.append(step)
                continue
            name = step.result.node
            self._steps[name] = step
            self._kinds[step.result] = step.type
            found.append(name)
        return found

    @property
    def wires(self) -> dict[LinkKey, Weight]:
        """For every wire into a neuron, where its weight is kept."""
        return self._gathered.wires if self._gathered else {}

    def stands_for(self, node: str) -> tuple[str, ...]:
        """The nodes that an entry of the order computes."""
        step = self._steps.get(node)
        return step.neurons if isinstance(step, LayerCall) else (node,)

    def declaration(self, node: str) -> Declaration:
        """The declaration of a node."""
        found = REGISTRY.find(self.sheet.nodes[node].type)
        assert found is not None, "nodes of unknown type are never compiled"
        return found

    def role(self, node: str) -> str:
        """The role of a node."""
        return self.declaration(node).role

    def bound(self, node: str, owner: str = "self.") -> Any:
        """A node's declaration with its parameters.

        Args:
            node: Its id.
            owner: Source of what keeps the weights that are computed from the data, with a dot.
        """
        declaration, params = self.declaration(node), self.sheet.nodes[node].params
        found = declaration.bind(params)
        if node not in self.balanced:
            return found
        _, param = found.balances()
        return declaration.bind({**params, param: Raw(f"{owner}{self.balanced[node]}")})

    def type_of(self, end: End) -> TensorType:
        """The type of an output."""
        if end in self._kinds:
            return self._kinds[end]
        found = self.results[end.node].outputs[end.port]
        assert found is not None, "only nodes whose types are known are compiled"
        return found

    def attribute(self, node: str) -> str:
        """The name of the attribute that holds a node's module: its leader's, for a twin."""
        step = self._steps.get(node)
        if isinstance(step, LayerCall):
            return step.layer.name
        name = self.sheet.nodes[self.sheet.nodes[node].twin or node].name
        return free(name, self.sheet.names()) if self.sheet.name == BOARD else name

    # -- what a node reads

    def source_of(self, end: End) -> End:
        """The output that really gives a value, past nodes that only pass it on."""
        if end not in self._direct:
            found = end
            while self._passes(found.node):
                port = self.document.ports(self.sheet.nodes[found.node]).inputs[0].name
                found = self.sheet.into(found.node, port)[0].source
            self._direct[end] = found
        return self._direct[end]

    def operands(self, node: str) -> list[Operand]:
        """What is wired into each input, port by port."""
        found: list[Operand] = []
        record = self.sheet.nodes[node]
        for port in self.document.ports(record).inputs:
            ends = wired_into(self.document, self.sheet, record, port, self.results)
            wired = tuple(end and self.source_of(end) for end in ends)
            found.append(wired if port.variadic else (wired[0] if wired else None))
        return found

    def reads(self, node: str) -> tuple[End, ...]:
        """All values a node reads, in the order of its ports."""
        step = self._steps.get(node)
        return step.reads if step else self._flat(self.operands(node))

    def writes(self, node: str) -> tuple[tuple[End, TensorType], ...]:
        """All values a node gives."""
        step = self._steps.get(node)
        if step is not None:
            return ((step.result, step.type),)
        outputs = self.results[node].outputs
        return tuple((End(node, port), kind) for port, kind in outputs.items() if kind is not None)

    def _passes(self, node: str) -> bool:
        record = self.sheet.nodes[node]
        if roles.role(record.type) in mutes.ENDS:
            return False
        if record.muted or (node in self.results and self.results[node].silent):
            return True
        if REGISTRY.find(record.type) is None or not self.declaration(node).has("expression"):
            return False
        ports = self.declaration(node).ports
        if len(ports.inputs) != 1 or ports.inputs[0].variadic or self.results[node].inputs is None:
            return False
        (kind,) = self.results[node].inputs or (None,)
        return bool(self.bound(node).expression(Value("x", kind)) == "x")

    def passes(self, node: str) -> bool:
        """Does this node compute nothing (muted, behind a mute, or an identity)?"""
        return self._passes(node)

    def given(self, node: str, values: Values, owner: str = "self") -> list[Any]:
        """What a node's hooks get: the source of each input, port by port.

        Where a node tells people of numbers that were standardised, its inputs of that unit are
        turned back into their own.
        """
        found = [self._value(values, operand) for operand in self.operands(node)]
        ports = [port.name for port in self.document.ports(self.sheet.nodes[node]).inputs]
        told = set(getattr(self.bound(node), "own_unit", ()))
        places = [i for i, port in enumerate(ports) if port in told and found[i] is not None]
        known = [kind for i in places if (kind := found[i].type).scale in self.scales]
        for i in places if known else ():
            kind = found[i].type if found[i].type.scale in self.scales else known[0]
            text = f"{owner}.{self.scales[kind.scale]}.undo({found[i]}{self._columns(kind)})"
            found[i] = Value(text, replace(found[i].type, scale="", columns=()))
        return found

    def _columns(self, kind: TensorType) -> str:
        """Which columns of what a data node standardises numbers are; nothing where all of them."""
        named = self.results[kind.scale].outputs.values()
        known = tuple(column for one in named if one for column in one.columns)
        return "" if kind.columns == known else "".join(f", {one}" for one in kind.columns)

    def one(self, end: End, values: Values) -> Value:
        """The source of one value, which may be a column of a layer of neurons."""
        return self._gathered.value(end, values) if self._gathered else values[end]

    def _value(self, values: Values, operand: Operand) -> Any:
        if operand is None:
            return None
        if isinstance(operand, End):
            return self.one(operand, values)
        return tuple(end and self.one(end, values) for end in operand)

    def _flat(self, operands: list[Operand]) -> tuple[End, ...]:
        ends = flat(operands)
        gathered = self._gathered
        return tuple(gathered.column(end).end for end in ends) if gathered else ends

    # -- items

    def item(self, node: str, unit: str = "") -> Item:
        """A node of the layer family, or an instance, as an item.

        Args:
            node: Its id.
            unit: The attribute of the unit that its module is inside of, where it is called from
                outside of it.
        """
        if node in self._steps:
            return self._neurons(self._steps[node], unit)
        declaration, bound = self.declaration(node), self.bound(node)
        record, operands = self.sheet.nodes[node], self.operands(node)
        modules: tuple[tuple[str, str, str], ...] = ()
        attribute = self.attribute(node)
        if declaration.role == "instance":
            modules = ((attribute, self._make(record, self.results), ""),)
        elif declaration.has("module"):
            constructor = str(bound.module(*(self.results[node].inputs or ())))
            modules = ((attribute, constructor, ""),)

        def source(values: Values, owner: Owner) -> str:
            given = [self._value(values, operand) for operand in operands]
            if not modules:
                return str(self.bound(node, owner.prefix).expression(*given))
            path = _module(owner, unit, attribute)
            if declaration.has("call"):
                return str(bound.call(path, *given))
            return f"{path}({', '.join(_arguments(given))})"

        return Item(
            name=record.name,
            nodes=(node,),
            reads=self._flat(operands),
            writes=self.writes(node),
            source=source,
            modules=modules,
            wraps=declaration.group == "Activation" and not modules,
            wrapped=bool(modules),
        )

    def _neurons(self, step: LayerCall | Rows, unit: str) -> Item:
        modules: tuple[tuple[str, str, str], ...] = ()
        if isinstance(step, LayerCall):
            layer = step.layer
            modules = ((layer.name, layer.constructor, layer.comment),)
            name = f"{layer.name}_out" if len(step.neurons) > 1 else layer.names[0]
            nodes = step.neurons
        else:
            name, nodes = self.sheet.nodes[step.node].name, (step.node,)

        def source(values: Values, owner: Owner) -> str:
            if isinstance(step, Rows):
                return step.source(values)
            return step.source(values, _module(owner, unit, step.layer.name))

        writes = ((step.result, step.type),)
        return Item(name, nodes, step.reads, writes, source, modules)

    def loss(self, node: str, name: str) -> Item:
        """A loss as an item whose result is called `name`."""
        operands = self.operands(node)

        def source(values: Values, owner: Owner) -> str:
            given = (self._value(values, operand) for operand in operands)
            return str(self.bound(node, owner.prefix).expression(*given))

        return Item(
            name=name,
            nodes=(node,),
            reads=self._flat(operands),
            writes=self.writes(node),
            source=source,
            wraps=True,
        )


def _module(owner: Owner, unit: str, attribute: str) -> str:
    """Source of a module that an owner holds, or that is inside a unit it holds."""
    return f"{owner.inside(unit)}.{attribute}" if unit else owner.module(attribute)


def flat(operands: list[Operand]) -> tuple[End, ...]:
    """All ends among operands."""
    found: list[End] = []
    for operand in operands:
        if isinstance(operand, End):
            found.append(operand)
        elif operand is not None:
            found += [end for end in operand if end is not None]
    return tuple(found)


def _arguments(given: list[Any]) -> list[str]:
    found: list[str] = []
    for value in given:
        if isinstance(value, Value):
            found.append(str(value))
        elif value is not None:
            found += map(str, value)
    return found


def local_names(scope: Scope, ends: list[End]) -> dict[End, Value]:
    """Names for values that come from outside, such as a batch: their ports' names."""
    found: dict[End, Value] = {}
    taken = {*reserved(), *TAKEN}
    for end in ends:
        text = end.port
        if text in {"x", "y", "ys"} or not names.is_name(text):
            text = scope.sheet.nodes[end.node].name
        if text in taken:
            text = f"{scope.sheet.nodes[end.node].name}_{end.port}"
        text = names.unique(text, taken)
        taken.add(text)
        found[end] = Value(text, scope.type_of(end))
    return found
