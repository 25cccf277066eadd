"""Classes of drawn networks, and how each place a network is put makes one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graph.compile.model import Classes, safe_class_name
from graph.compile.placed_network import PlacedNetwork
from graph.compile.scope import Scope, local_names
from graph.compile.variants import Form, forms
from graph.edit.document import Document
from graph.infer.node_inference import Result
from graph.model import instances, roles
from graph.model.instances import OVERRIDES
from graph.model.order import topological, upstream
from graph.model.sheet import End, LinkKey, Node
from graph.neurons.layers import Weight

COMPUTES = {"layer", "neuron", "instance"}


@dataclass(frozen=True)
class HeldModule:
    """A module inside an instance.

    Attributes:
        path: Ids of the instances within, and of the node; of linked nodes the leader.
        node: The node, as it stands here.
        module: Its name in torch.
    """

    path: tuple[str, ...]
    node: Node
    module: str


class Networks:
    """The networks of a document, seen by the compiler.

    Args:
        document: The document.
        classes: Where classes are written.
        placed: Instances on the board that are compiled.
        results: Inference results of the board's nodes.
    """

    def __init__(
        self,
        document: Document,
        classes: Classes,
        placed: Iterable[Node],
        results: Mapping[str, Result],
    ) -> None:
        self._document, self._classes = document, classes
        self._forms: dict[str, list[Form]] = {}
        self._places: dict[str, list[tuple[Node, Result]]] = {}
        self._stacked: set[str] = set()
        self._sketches: dict[tuple[Any, ...], tuple[Result, PlacedNetwork]] = {}
        self._visited: set[tuple[Any, ...]] = set()
        depths: dict[str, int] = {}
        for node in placed:
            self._visit(node, results[node.id], depths)
        for name in sorted(self._places, key=lambda name: (depths[name], name)):
            sketches = [self._sketch(node, result) for node, result in self._places[name]]
            self._forms[name] = forms(document, sketches)

    def constructor(self, node: Node, results: Mapping[str, Result]) -> str:
        """Write the class of an instance's network; the source that makes one."""
        sketch = self._sketch(node, results[node.id])
        name = _network(node)
        form = next(form for form in self._forms[name] if sketch.key in form.given)
        class_name = self._classes.add(
            safe_class_name(name), "", sketch.items, sketch.inputs, sketch.outputs, form
        )
        made = f"{class_name}({form.given[sketch.key]})"
        if not self.is_stacked(node):
            return made
        return f"nn.Sequential(*[{made} for _ in range({repeats(node)})])"

    def is_stacked(self, node: Node) -> bool:
        """Is an instance an `nn.Sequential`: repeated here, or in another place it stands in?"""
        return repeats(node) > 1 or node.id in self._stacked

    def wires(
        self, node: Node, result: Result, module: str, seen: set[str]
    ) -> Iterator[tuple[LinkKey, str, Weight]]:
        """Wires into neurons drawn inside an instance: their layer's name in torch, and place.

        Args:
            node: The instance.
            result: What inference found out about it.
            module: Its name within its unit; "" is the unit itself. Of a network that is repeated
                the first is meant.
            seen: Networks whose wires were told of another place; it takes in those told here.
        """
        if _network(node) in seen:
            return
        seen.add(_network(node))
        if self.is_stacked(node):
            module = joined(module, "0")
        sketch = self._sketch(node, result)
        for link, weight in sketch.scope.wires.items():
            yield link, joined(module, weight.layer), weight
        sheet = self._document.placed(node)
        for item in sketch.items:
            for inner in (sheet.nodes[one] for one in item.nodes if one in sheet.nodes):
                if roles.role(inner.type) == "instance" and not inner.muted:
                    name = sheet.nodes[inner.twin or inner.id].name
                    yield from self.wires(inner, result.inner[inner.id], joined(module, name), seen)

    def held(
        self, node: Node, result: Result, module: str = "", above: tuple[str, ...] = ()
    ) -> Iterator[HeldModule]:
        """The modules inside an instance, each as often as it is repeated.

        Args:
            node: The instance.
            result: What inference found out about it.
            module: Its name within its unit; "" is the unit itself.
            above: The instances it stands in.
        """
        sheet = self._document.placed(node)
        places = [joined(module, str(one)) for one in range(repeats(node))]
        for item in self._sketch(node, result).items:
            for attribute, one in ((a, n) for a, _, _ in item.modules for n in item.nodes):
                inner, path = sheet.nodes[one], (*above, sheet.nodes[one].twin or one)
                for place in places if self.is_stacked(node) else [module]:
                    here = joined(place, attribute)
                    yield HeldModule(path, inner, here)
                    if roles.role(inner.type) == "instance":
                        yield from self.held(inner, result.inner[one], here, path)

    def _visit(self, node: Node, result: Result, depths: dict[str, int]) -> int:
        """Note a place, and all places inside; how deep networks lie in it.

        Of places where the very same is known, the first stands for all.
        """
        name = _network(node)
        if (place := _place(node, result)) in self._visited:
            return depths[name]
        self._visited.add(place)
        sheet = self._document.placed(node)
        live = upstream(sheet, [one.id for one in instances.ends(sheet, "output")])
        inner = [
            one
            for one in sheet.nodes.values()
            if one.id in live and roles.role(one.type) == "instance" and not one.muted
        ]
        self._stacked.update(one.id for one in inner if repeats(one) > 1)
        found = [self._visit(one, result.inner[one.id], depths) + 1 for one in inner]
        depths[name] = max([depths.get(name, 0), *found])
        self._places.setdefault(name, []).append((node, result))
        return depths[name]

    def _sketch(self, node: Node, result: Result) -> PlacedNetwork:
        """A network as it stands in a place, made once for all where the very same is known."""
        place = _place(node, result)
        if place not in self._sketches:
            self._sketches[place] = result, self._made(node, result)
        return self._sketches[place][1]

    def _made(self, node: Node, result: Result) -> PlacedNetwork:
        sheet = self._document.placed(node)
        scope = Scope(self._document, sheet, result.inner, self.constructor)
        ends = instances.ends(sheet, "output")
        live = upstream(sheet, [one.id for one in ends])
        order = scope.gather([n for n in topological(sheet, live) if not scope.passes(n)])
        inputs = [End(one.id, "y") for one in instances.ends(sheet, "input")]
        items = [scope.item(n) for n in order if scope.role(n) in COMPUTES]
        sources = [scope.reads(one.id)[0] for one in ends]
        outputs = [
            (end, one.name, scope.type_of(end)) for one, end in zip(ends, sources, strict=True)
        ]
        arguments = local_names(scope, inputs).items()
        return PlacedNetwork(node, scope, tuple(items), tuple(arguments), tuple(outputs))


def repeats(node: Node) -> int:
    """How many times an instance has its network, one behind the other."""
    return int(node.params.get("repeat", 1))


def joined(outer: str, inner: str) -> str:
    """The name of a module within a module."""
    return f"{outer}.{inner}" if outer else inner


def _place(node: Node, result: Result) -> tuple[Any, ...]:
    """What is equal for places of a network where the very same is known."""
    return _network(node), node.params.get(OVERRIDES, ()), id(result.inner)


def _network(node: Node) -> str:
    return str(roles.network_of(node))
