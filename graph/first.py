"""A first network behind data: small, usual, and trained with one click."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graph.settings import Settings
from graph.sheet import BOARD, End, Node
from graph.tensor import TensorType

if TYPE_CHECKING:
    from graph.document import Document
    from graph.infer import Inference

ACROSS, DOWN = 200.0, 160.0
"""Between nodes of a row, and between rows."""
SMALL_SIDE = 4
"""Pictures are halved as long as their sides stay above this."""
MOST_HALVES = 4
STEPS = 600
MOST_EPOCHS = 200


def fits(inference: "Inference", node: str) -> bool:
    """Can a first network be put behind a data node: are its numbers known, and used by nothing?"""
    board = inference.document.board
    if node not in board.nodes or any(board.out_of(node)):
        return False
    x, target = _types(inference, node)
    return x is not None and target is not None and x.dtype == "float" and target.classes != 1


def build(inference: "Inference", data: str) -> list[Node]:
    """Put a network, a loss, a metric, a view and Adam behind a data node, as one step.

    Pictures go through convolutions, all else through two dense layers. Class numbers are learned
    by cross entropy, numbers by their squared error.

    Args:
        inference: What is known of the board.
        data: The data node, for which `fits` holds.
    """
    document = inference.document
    x, target = _types(inference, data)
    if x is None or target is None:
        return []
    with document.group("Build a first network"):
        if x.rank < 4:
            _give_time(document, int((inference.facts.get(data) or {}).get("count", 0)))
        return _Row(document, document.node(data)).build(x, target)


def _give_time(document: "Document", count: int) -> None:
    """As many epochs as give a small table some steps to learn from, where none were set."""
    settings = document.settings
    steps = max(1, count // settings.batch_size)
    if count and settings.epochs == Settings.epochs:
        document.set_settings(epochs=max(settings.epochs, min(STEPS // steps, MOST_EPOCHS)))


def _types(inference: "Inference", node: str) -> tuple[TensorType | None, TensorType | None]:
    document = inference.document
    outputs = document.ports(document.node(node)).outputs
    if len(outputs) != 2:
        return None, None
    return inference.type_of(node, outputs[0].name), inference.type_of(node, outputs[1].name)


class _Row:
    """Nodes put one behind the other, from left to right, a new line where asked."""

    def __init__(self, document: "Document", data: Node) -> None:
        self._document, self._data = document, data
        outputs = document.ports(data).outputs
        self._x, self._target = (End(data.id, port.name) for port in outputs)
        self._at, (self._left, self._top) = self._x, data.position
        self._column, self._line = 0, 0
        self._made: list[Node] = []

    def build(self, x: TensorType, target: TensorType) -> list[Node]:
        """All of it."""
        picture = x.rank == 4
        if picture:
            self._convolutions(x)
        elif x.rank > 2:
            self._then("shape.flatten")
        self._then("layer.linear", name="hidden", units=64)
        self._then("activation.relu")
        self._line_break(x.rank == 4)
        name = "logits" if target.dtype == "int" else "prediction"
        self._then("layer.linear", name=name, units=_outputs(target))
        if target.dtype == "int":
            ends = {"logits": self._at, "label": self._target}
            loss = self._judge("loss.cross_entropy", ends)
            self._judge("metric.accuracy", ends, down=1)
        else:
            ends = {"prediction": self._at, "target": self._target}
            loss = self._judge("loss.mse", ends)
            self._judge("metric.mae", ends, down=1)
        self._column += 1
        self._judge(
            "optimizer.adam", {"loss": End(loss.id, "loss")}, lr=0.001 if picture else 0.003
        )
        self._column += 1
        if picture and target.dtype == "int":
            self._judge("view.predictions", {"image": self._x, **ends})
        else:
            self._judge("view.table", {"prediction": self._at, "target": self._target})
        return [self._document.node(node.id) for node in self._made]

    def _convolutions(self, x: TensorType) -> None:
        side = min(one for one in x.dims[2:] if isinstance(one, int))
        halves = 0
        while side // 2 >= SMALL_SIDE and halves < MOST_HALVES:
            side, halves = side // 2, halves + 1
        for depth in range(max(halves, 1)):
            self._line_break(depth > 0 and depth % 2 == 0)
            self._then("layer.conv2d", filters=min(16 << depth, 64))
            self._then("activation.relu")
            if halves:
                self._then("pool.max2d")
        self._line_break(True)
        self._then("shape.flatten")

    def _line_break(self, wanted: bool) -> None:
        if wanted:
            self._column, self._line = 0, self._line + 1

    def _add(self, kind: str, down: int = 0, name: str | None = None, **params: Any) -> Node:
        x = self._left + ACROSS * (self._column + 1)
        y = self._top + DOWN * (self._line + down)
        known = {one: value for one, value in params.items() if value is not None}
        node = self._document.add_node(
            kind, sheet=BOARD, name=name, params=known, position=(round(x), round(y))
        )
        self._made.append(node)
        return node

    def _then(self, kind: str, name: str | None = None, **params: Any) -> None:
        node = self._add(kind, name=name, **params)
        ports = self._document.ports(node)
        self._document.link(self._at, End(node.id, ports.inputs[0].name))
        self._at = End(node.id, ports.outputs[0].name)
        self._column += 1

    def _judge(self, kind: str, ends: Mapping[str, End], *, down: int = 0, **params: Any) -> Node:
        node = self._add(kind, down=down, **params)
        for port, end in ends.items():
            self._document.link(end, End(node.id, port))
        return node


def _outputs(target: TensorType) -> int:
    if target.dtype == "int":
        return target.classes or 2
    last = target.dims[-1] if target.rank > 1 else 1
    return last if isinstance(last, int) else 1
