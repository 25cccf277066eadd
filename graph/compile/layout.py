"""What a board holds that becomes a program: in which order, and what each optimizer trains."""

from collections.abc import Iterable, Mapping

from graph.compile.avoided import free
from graph.compile.model import Classes
from graph.compile.network_classes import Networks
from graph.compile.scope import Scope
from graph.diagnose import data_rows
from graph.diagnose.board_checks import above, trained
from graph.edit import trained_names
from graph.infer import training_plan
from graph.infer.inference import Inference, live_nodes
from graph.infer.node_inference import Result
from graph.model import address
from graph.model.order import topological
from graph.model.sheet import End, Node


class Layout:
    """The nodes of a board that a program needs, before they are gathered into units.

    Attributes:
        order: Nodes that a loss is computed from, each after what it reads.
        nodes: These and what is shown or measured, by age.
        trained: By optimizer, what stands for the weights that it trains.
        groups: Data nodes whose rows go together.
        partner_of: By node that draws partners, the data node they are of.
    """

    def __init__(self, inference: Inference, classes: Classes) -> None:
        self.inference, self.document = inference, inference.document
        self.board = self.document.board
        self.classes = classes
        results = {n: r for n in self.board.nodes if (r := inference.result(n)) is not None}
        self.scope = Scope(self.document, self.board, results, self._constructor)
        self.optimizers = self._sinks("optimizer")
        self.optimizers.sort(key=lambda n: (n.params.get("order", 0), n.number))
        self.metrics, self.views = self._sinks("metric"), self._sinks("view")
        live = above(inference, [n.id for n in self.optimizers])
        order = [n for n in topological(self.board, live) if not self.scope.passes(n)]
        self.live = set(order)
        self.order = self.scope.gather(order)
        shown = above(inference, [n.id for n in (*self.metrics, *self.views)])
        self.nodes = sorted(
            (self.board.nodes[n] for n in self.live | shown), key=lambda n: n.number
        )
        placed = [node for node in self.nodes if self._is_placed(node)]
        self.networks = Networks(self.document, classes, placed, results)
        self._atoms = self._parts()
        self.trained = {o.id: self._trained(o) for o in self.optimizers}
        self.data = [node for node in self.nodes if self.scope.role(node.id) == "data"]
        self.groups = data_rows.groups(self.board, self.data)
        self.pairs = [node for node in self.nodes if self.scope.role(node.id) == "pairs"]
        self.partner_of = {one.id: self._home(one) for one in self.pairs}

    # -- asking

    @property
    def batch(self) -> list[End]:
        """The outputs of all data nodes, then of all that draw partners, in order."""
        return [end for node in (*self.data, *self.pairs) for end in self.outputs(node)]

    def outputs(self, node: Node) -> list[End]:
        """The outputs of a data node."""
        return [End(node.id, port.name) for port in self.document.ports(node).outputs]

    def leaders(self, nodes: Iterable[str]) -> frozenset[str]:
        """What stands for some nodes' weights: linked ones have one leader.

        An instance of which some optimizer names parts stands for each module in it.
        """
        found = dict.fromkeys(self.board.nodes[node].twin or node for node in nodes)
        return frozenset(part for one in found for part in self._atoms.get(one, {one: ()}))

    def meant(self, optimizer: Node, param: str) -> frozenset[str]:
        """What stands for the weights of the nodes, or nodes in networks, that one names."""
        found = trained_names.named(self.document, optimizer, param)
        parts = {n: path for one in self._atoms.values() for n, path in one.items()}
        return frozenset(
            [one[0] for one in found if len(one) == 1 and one[0] not in self._atoms]
            + [name for name, path in parts.items() if trained_names.covers(found, path)]
        )

    def modules(self, leader: str) -> dict[str, str]:
        """For an instance of which parts are named, the module of each part."""
        return {part: part.partition(":")[2] for part in self._atoms.get(leader, {})}

    def member(self, node: Node) -> str:
        """What a node is called as an attribute of the training, or as a function of its own."""
        return free(node.name, self.board.names())

    # -- making

    def _parts(self) -> dict[str, dict[str, address.Path]]:
        """For each instance of which an optimizer names parts: what learns there, with its path."""
        several = (
            path
            for node in self.optimizers
            for param in trained_names.naming(node)
            for path in trained_names.named(self.document, node, param)
            if len(path) > 1
        )
        found: dict[str, dict[str, address.Path]] = {}
        for leader in dict.fromkeys(path[0] for path in several):
            node, result = self.board.nodes[leader], self.inference.result(leader)
            if result is None or result.inputs is None or node.muted:
                continue
            learning = set(training_plan.learning(self.document, node, result.inner, (leader,)))
            held = ((one, (leader, *one.path)) for one in self.networks.held(node, result))
            found[leader] = {f"{leader}:{one.module}": p for one, p in held if p in learning}
        return found

    def _trained(self, optimizer: Node) -> frozenset[str]:
        found = self.leaders(trained(self.inference, optimizer))
        return found & self.meant(optimizer, "trains") if optimizer.params.get("trains") else found

    def _sinks(self, role: str) -> list[Node]:
        return [self.board.nodes[n] for n in live_nodes(self.inference, [role])]

    def _home(self, pairs: Node) -> Node:
        """The data node whose rows are paired."""
        return self.board.nodes[self.scope.reads(pairs.id)[0].node]

    def _constructor(self, node: Node, results: Mapping[str, Result]) -> str:
        return self.networks.constructor(node, results)

    def _is_placed(self, node: Node) -> bool:
        found = self.inference.result(node.id)
        known = found is not None and found.inputs is not None
        return known and not node.muted and self.scope.role(node.id) == "instance"
