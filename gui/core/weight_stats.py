"""How the nodes of the open board learn, as the worker last said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QObject, Signal

from graph.model.address import join, split
from gui.core.session import Session
from runtime.protocol.figures import FigureTable
from runtime.protocol.messages import Died, Figures, Learning, Progress, Started, Steps, Weights


class LearningFigures(QObject):
    """The newest figures of every node that learns: of a run that goes on, or the last one.

    Args:
        session: What is open, and which place of it; another board's figures are forgotten.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._nodes: Mapping[str, Figures] = {}
        self._weights: Mapping[str, float] = {}
        self._losses: dict[str, float] = {}
        self._table = FigureTable()
        self._rates: Mapping[str, float] = {}
        session.opened.connect(self.clear)
        session.sheet_changed.connect(self.changed)

    def receive(self, message: object) -> None:
        """Take one message of the worker."""
        match message:
            case Learning():
                self._nodes = message.nodes
                self.changed.emit()
            case Weights():
                self._weights = message.values
                self.changed.emit()
            case Steps():
                for key, points in message.curves.items():
                    split, figure = self._table.find(key)
                    if split == "loss" and points.values:
                        self._losses[figure.path] = points.values[-1]
            case Progress():
                self._rates = message.rates
                self.changed.emit()
            case Started():
                self.clear()
                self._table = FigureTable(message.figures)
            case Died():
                self.clear()

    def clear(self) -> None:
        """Forget everything."""
        if self._nodes or self._weights or self._losses or self._rates:
            self._nodes, self._weights, self._losses, self._rates = {}, {}, {}, {}
            self.changed.emit()

    def weight(self, link: str) -> float | None:
        """The weight of a drawn wire, by the link's id; None where it has none."""
        return self._weights.get(link)

    def loss(self, name: str) -> float | None:
        """A loss at the last step, by its name in figures."""
        return self._losses.get(name)

    def rate(self, optimizer: str) -> float | None:
        """The learning rate of an optimizer, by its name."""
        return self._rates.get(optimizer)

    def of(self, node: str) -> Figures | None:
        """Figures of a node of the sheet shown, in the place that was entered.

        Where that place does not train, those of the oldest that does.
        """
        exact = self._nodes.get(join((*self._session.place.path, node)))
        if exact is not None:
            return exact
        return next((one for path, one in self._nodes.items() if split(path)[-1] == node), None)

    def gradients(self, nodes: Iterable[str]) -> dict[str, float]:
        """Gradient norms of those nodes of the sheet shown that have one."""
        found = {node: self.of(node) for node in nodes} if self._nodes else {}
        return {
            node: one.gradient for node, one in found.items() if one and one.gradient is not None
        }
