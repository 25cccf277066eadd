"""A first network behind data: small, usual, and trained with one click."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from graph.core.tensor import TensorType
from graph.edit.document import Document
from graph.infer.inference import Inference
from graph.model.settings import Settings
from graph.model.sheet import BOARD, End, Node

ACROSS, DOWN = 200.0, 160.0
"""Between nodes of a row, and between rows."""
WIDER = 100.0
"""How far a view stands further off: it is wider than other nodes."""
SMALL_SIDE = 4
"""Pictures are halved as long as their sides stay above this."""
MOST_HALVES = 4
EMBEDDING, INDICES = "embedding", "indices"
"""What a column is that is looked up, and the output of a table that gives such columns."""
LARGEST_VECTOR = 32
DROPPED, DECAY = 0.2, 0.1
"""Tables are small: without them, a network of 64 is worse than a straight line on some."""
STEPS = 600
MOST_EPOCHS = 200


def fits(inference: Inference, node: str) -> bool:
    """Can a first network be put behind a data node: are its numbers known, and used by nothing?"""
    board = inference.document.board
    if node not in board.nodes or any(board.out_of(node)):
        return False
    x, targets = _types(inference, node)
    known = x is not None and x.dtype == "float" and bool(targets)
    return known and all(one is not None and one.classes != 1 for one in targets)


def build(inference: Inference, data: str) -> list[Node]:
    """Put a network, a loss, a metric, a view and Adam behind a data node, as one step.

    Pictures go through convolutions, all else through two dense layers; those of a table are held
    back by Dropout and decay. Columns of many categories are looked up in an Embedding first. Class
    numbers are learned by cross entropy, numbers by their squared error. Of several targets each
    has an end of the network, and their losses are added.

    Args:
        inference: What is known of the board.
        data: The data node, for which `fits` holds.
    """
    document = inference.document
    x, found = _types(inference, data)
    targets = [one for one in found if one is not None]
    if x is None or not targets:
        return []
    facts = inference.facts.get(data) or {}
    with document.group("Build a first network"):
        _give_time(document, int(facts.get("count", 0)))
        looked_up = _look_up(document, document.node(data), facts)
        row = _Row(document, document.node(data), table="columns" in facts)
        return row.build(x, targets, looked_up)


def _look_up(document: Document, data: Node, facts: Mapping[str, Any]) -> dict[str, int]:
    """Let a table give its columns of many categories as numbers; with how many each has."""
    many = {
        str(column["name"]): int(column["different"])
        for column in facts.get("columns") or ()
        if EMBEDDING in (column.get("kind"), column.get("advised"))
    }
    kinds = dict(document.params(data).get("kinds") or ())
    if many and not many.keys() <= kinds.keys():
        document.set_params(
            data.id, kinds=tuple({**kinds, **dict.fromkeys(many, EMBEDDING)}.items())
        )
    return many


def _give_time(document: Document, count: int) -> None:
    """As many epochs as give a small table some steps to learn from, where none were set."""
    settings = document.settings
    steps = max(1, count // settings.batch_size)
    if count and settings.epochs == Settings.epochs:
        document.set_settings(epochs=max(settings.epochs, min(STEPS // steps, MOST_EPOCHS)))


def _types(inference: Inference, node: str) -> tuple[TensorType | None, list[TensorType | None]]:
    """What is learned from, and what is predicted."""
    document = inference.document
    outputs = [port.name for port in document.ports(document.node(node)).outputs]
    targets = [one for one in outputs[1:] if one != INDICES]
    if not targets or (len(targets) > 1 and not targets[0].startswith("target")):
        return None, []
    return inference.type_of(node, outputs[0]), [inference.type_of(node, one) for one in targets]


class _Row:
    """Nodes put one behind the other, from left to right, a new line where asked."""

    def __init__(self, document: Document, data: Node, *, table: bool) -> None:
        self._document, self._data, self._table = document, data, table
        outputs = [port.name for port in document.ports(data).outputs]
        self._x = End(data.id, outputs[0])
        self._targets = [End(data.id, one) for one in outputs[1:] if one != INDICES]
        self._at, (self._left, self._top) = self._x, data.position
        self._column, self._line = 0, 0
        self._made: list[Node] = []

    def build(
        self, x: TensorType, targets: Sequence[TensorType], looked_up: Mapping[str, int]
    ) -> list[Node]:
        """All of it."""
        picture = x.rank == 4
        if picture:
            self._convolutions(x)
        elif x.rank > 2:
            self._then("shape.flatten")
        if looked_up:
            self._embedding(looked_up, alone=x.dims[-1] == 0)
        self._then("layer.linear", name="hidden", units=64)
        self._then("activation.relu")
        if self._table:
            self._then("dropout.dropout", p=DROPPED)
        self._line_break(picture or self._table)
        hidden = self._at
        losses: list[End] = []
        for target, end in zip(targets, self._targets, strict=True):
            if losses:
                self._column, self._line = 0, self._line + 2
            losses.append(self._end(hidden, target, end))
            if len(targets) > 1:
                self._view(target, end, picture=picture)
        if len(targets) > 1:
            self._column, self._line = 0, self._line + 2
            losses = [self._sum(losses)]
        self._optimizer(losses[0], picture=picture)
        if len(targets) == 1:
            self._view(targets[0], self._targets[0], picture=picture)
        return [self._document.node(node.id) for node in self._made]

    def _end(self, hidden: End, target: TensorType, end: End) -> End:
        """The layer that predicts a target, and what judges it; gives its loss."""
        self._at = hidden
        classes = target.dtype == "int"
        self._then(
            "layer.linear", name="logits" if classes else "prediction", units=_outputs(target)
        )
        if classes:
            ends = {"logits": self._at, "label": end}
            loss = self._judge("loss.cross_entropy", ends)
            self._judge("metric.accuracy", ends, down=1)
        else:
            ends = {"prediction": self._at, "target": end}
            loss = self._judge("loss.mse", ends)
            self._judge("metric.mae", ends, down=1)
        self._column += 1
        return End(loss.id, "loss")

    def _sum(self, losses: Sequence[End]) -> End:
        added = self._add("merge.add", name="loss")
        for end in losses:
            self._document.link(end, End(added.id, "xs"))
        self._column += 1
        return End(added.id, self._document.ports(added).outputs[0].name)

    def _optimizer(self, loss: End, *, picture: bool) -> None:
        if self._table:
            self._judge("optimizer.adamw", {"loss": loss}, lr=0.003, weight_decay=DECAY)
        else:
            self._judge("optimizer.adam", {"loss": loss}, lr=0.001 if picture else 0.003)
        self._column += 1

    def _view(self, target: TensorType, end: End, *, picture: bool) -> None:
        """What shows held-out examples with what is predicted of them."""
        if picture and target.dtype == "int":
            shown = {"image": self._x, "logits": self._at, "label": end}
            self._judge("view.predictions", shown, right=WIDER)
        else:
            shown = {"prediction": self._at, "target": end}
            self._judge("view.table", shown, right=WIDER)

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

    def _embedding(self, looked_up: Mapping[str, int], *, alone: bool) -> None:
        """What was looked up in a table stands beside the other features."""
        features, self._at = self._at, End(self._data.id, INDICES)
        units = min(LARGEST_VECTOR, 1 + math.isqrt(max(looked_up.values())))
        self._then("layer.embedding", units=units)
        if len(looked_up) > 1:
            self._then("shape.flatten")
        if not alone:
            vectors = self._at
            joined = self._add("merge.concatenate")
            for end in (features, vectors):
                self._document.link(end, End(joined.id, "xs"))
            self._at = End(joined.id, self._document.ports(joined).outputs[0].name)
            self._column += 1
        self._line_break(True)

    def _line_break(self, wanted: bool) -> None:
        if wanted:
            self._column, self._line = 0, self._line + 1

    def _add(
        self,
        kind: str,
        down: int = 0,
        right: float = 0.0,
        name: str | None = None,
        **params: Any,
    ) -> Node:
        x = self._left + ACROSS * (self._column + 1) + right
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

    def _judge(
        self,
        kind: str,
        ends: Mapping[str, End],
        *,
        down: int = 0,
        right: float = 0.0,
        **params: Any,
    ) -> Node:
        node = self._add(kind, down=down, right=right, **params)
        for port, end in ends.items():
            self._document.link(end, End(node.id, port))
        return node


def _outputs(target: TensorType) -> int:
    if target.dtype == "int":
        return target.classes or 2
    last = target.dims[-1] if target.rank > 1 else 1
    return last if isinstance(last, int) else 1
