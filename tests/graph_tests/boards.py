"""Random boards that can train, drawn piece by piece; what does not fit is dropped."""

from typing import Any

from hypothesis import strategies as st

from graph.core.tensor import TensorType
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.model.sheet import BOARD, End, Node
from tests.graph_tests.network_nodes import declared

PIECES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("layer.linear", {"units": 6}),
    ("layer.linear", {"units": 5, "bias": False}),
    ("layer.conv2d", {"filters": 3}),
    ("layer.identity", {}),
    ("norm.batch2d", {}),
    ("norm.layer", {}),
    ("activation.relu", {}),
    ("activation.tanh", {}),
    ("activation.prelu", {}),
    ("activation.softmax", {}),
    ("pool.max2d", {}),
    ("dropout.dropout", {}),
    ("shape.flatten", {}),
    ("merge.scale", {"factor": 0.5, "offset": 0.25}),
    ("merge.add", {}),
    ("merge.multiply", {}),
    ("merge.concatenate", {}),
    ("merge.subtract", {}),
    ("merge.mean", {}),
)
DATA = ("data.digits", "data.moons", "data.blobs")


class Sketch:
    """A document under a random pencil."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.document = Document("board")
        self.inference = Diagnosis(self.document)
        self.types = declared()

    # -- choosing

    def number(self, most: int) -> int:
        return self.draw(st.integers(0, most))

    def maybe(self, one_in: int = 2) -> bool:
        return self.number(one_in - 1) == 0

    def any(self, things: list[Any]) -> Any:
        return things[self.number(len(things) - 1)]

    # -- what there is

    def kind(self, end: End) -> TensorType | None:
        return self.inference.type_of(*end)

    def values(self, sheet: str = BOARD) -> list[End]:
        """Outputs that hold numbers of a batch."""
        found = []
        for node in self.document.sheet(sheet).nodes.values():
            for port in self.document.ports(node).outputs:
                kind = self.kind(End(node.id, port.name))
                if kind is not None and kind.dtype == "float" and kind.dims[:1] == ("N",):
                    found.append(End(node.id, port.name))
        return found

    def sound(self, node: Node) -> bool:
        """Is there no problem with a node, and is what it gives known?"""
        if any(problem.severity == "error" for problem in self.inference.problems):
            return False
        outputs = self.document.ports(node).outputs
        return all(self.kind(End(node.id, port.name)) is not None for port in outputs)

    # -- drawing

    def add(self, type: str, *wires: End, sheet: str = BOARD, **more: Any) -> Node:
        with self.document.group("Add"):
            node = self.document.add_node(type, sheet=sheet, **more)
            inputs = self.document.ports(node).inputs
            for place, end in enumerate(wires):
                port = inputs[min(place, len(inputs) - 1)]
                if port.variadic or place < len(inputs):
                    self.document.link(end, End(node.id, port.name))
        return node

    def piece(self, sheet: str = BOARD) -> Node | None:
        """One more node behind what is there, if it fits."""
        values = self.values(sheet)
        if not values:
            return None
        type, params = self.any(list(PIECES))
        wires = [values[-1] if self.maybe() else self.any(values)]
        many = type.startswith("merge.") and type not in {"merge.scale", "merge.mean"}
        if many:
            wires.append(self.any(values))
            if wires[0] == wires[1] and type != "merge.subtract":
                wires.pop()
        node = self.add(type, *wires, sheet=sheet, params=params)
        if not self.sound(node):
            self.document.remove([node.id])
            return None
        return node

    def twin(self) -> None:
        """A layer a second time with the same weights, behind something else of its size."""
        learners = [
            node
            for node in self.document.board.nodes.values()
            if node.type in {"layer.linear", "layer.conv2d", self.types["instance"]}
        ]
        if not learners:
            return
        node = self.any(learners)
        ports = self.document.ports(node).inputs
        had = [self.inference.input_types(node.id, port.name)[0] for port in ports]
        same = [[end for end in self.values() if self.kind(end) == kind] for kind in had]
        made = self.add(
            node.type, *(self.any(ends) for ends in same), params=node.params, twin=node.id
        )
        if not self.sound(made):
            self.document.remove([made.id])

    def network(self, number: int, value: End) -> None:
        """A network around a few pieces, placed behind a value."""
        name = f"block{number}"
        self.document.add_network(name)
        start = self.document.add_node(self.types["input"], sheet=name, name="value")
        placed = self.add(self.types["instance"], value, params={"network": name})
        for _ in range(1 + self.number(3)):
            self.piece(name)
        ends = [End(start.id, "y"), *self.values(name)]
        first = self.add(self.types["output"], ends[-1], sheet=name, name="result")
        if self.maybe(3):
            self.add(self.types["output"], self.any(ends), sheet=name, name="other")
        if not self.sound(placed):
            self.document.remove([placed.id, first.id])

    def head(self, data: Node) -> End:
        """A loss at the end of some value."""
        values = self.values()
        value = values[-1] if self.maybe() else self.any(values)
        label = self.document.ports(data).outputs[1].name
        kind = self.kind(value)
        assert kind is not None
        same = [end for end in values if end != value and self.kind(end) == kind]
        if same and self.maybe(3):
            loss = self.add("loss.mse", value, self.any(same))
        else:
            if len(kind.dims) > 2:
                value = End(self.add("shape.flatten", value).id, "y")
            classes = self.inference.type_of(data.id, label)
            assert classes is not None
            scores = self.add("layer.linear", value, params={"units": classes.classes})
            value = End(scores.id, "y")
            loss = self.add("loss.cross_entropy", value, End(data.id, label))
            if self.maybe():
                self.add("metric.accuracy", value, End(data.id, label))
            if self.maybe(3):
                self.add("view.table", value, End(data.id, label))
        end = End(loss.id, self.document.ports(loss).outputs[0].name)
        if self.maybe(4):
            end = End(self.add("merge.scale", end, params={"factor": 0.5}).id, "y")
        return end

    def optimizer(self, loss: End, **params: Any) -> Node:
        type = self.any(["optimizer.sgd", "optimizer.adam"])
        return self.add(type, loss, params={"lr": 0.05, **params})


@st.composite
def boards(draw: st.DrawFn) -> Document:
    """Documents without errors, each with at least one optimizer that trains something."""
    sketch = Sketch(draw)
    document = sketch.document
    data = sketch.add(sketch.any(list(DATA)))
    for number in range(sketch.number(6)):
        choice = sketch.number(7)
        if choice == 0:
            sketch.network(number, sketch.any(sketch.values()))
        elif choice == 1:
            sketch.twin()
        else:
            sketch.piece()
    losses = [sketch.head(data) for _ in range(1 + (sketch.number(3) if sketch.maybe() else 0))]
    if len(losses) > 1 and sketch.maybe():
        both = sketch.add("loss.weighted_sum", *losses[-2:])
        total = End(both.id, document.ports(both).outputs[0].name)
        losses = [*losses[: -2 if sketch.maybe() else -1], total]
    if sketch.maybe(6):
        losses.append(sketch.any(losses))
    for loss in losses:
        order = sketch.number(3) if len(losses) > 1 else 0
        sketch.optimizer(loss, order=order, **({"clip": 0.5} if sketch.maybe(4) else {}))
    _limit(sketch)
    for node in list(document.board.nodes.values()):
        if node.type != "data.digits" and sketch.maybe(8):
            document.set_muted([node.id], True)
            if any(problem.severity == "error" for problem in sketch.inference.problems):
                document.set_muted([node.id], False)
    sketch.inference.close()
    return document


def _limit(sketch: Sketch) -> None:
    """Say what an optimizer trains, now and then."""
    document = sketch.document
    optimizers = [
        node for node in document.board.nodes.values() if node.type.startswith("optimizer.")
    ]
    for node in optimizers:
        learners = [
            one.id
            for one in document.board.nodes.values()
            if one.type in {"layer.linear", "layer.conv2d", sketch.types["instance"]}
        ]
        chosen = tuple(one for one in learners if sketch.maybe())
        if chosen and sketch.maybe():
            document.set_params(node.id, trains=chosen)
            if any(problem.severity == "error" for problem in sketch.inference.problems):
                document.set_params(node.id, trains=())
