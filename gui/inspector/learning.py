"""How the selected node learns, in figures."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from gui.core.weight_stats import LearningFigures
from gui.widgets.common import label
from gui.widgets.number_format import short
from runtime.protocol.messages import Figures

ROWS = (
    (
        "Std deviation",
        "Standard deviation of its weights: healthy where it changes slowly; at zero they are all "
        "alike, and where it keeps growing the run may diverge.",
    ),
    (
        "Gradient norm",
        "Norm of the gradient of its last update: healthy where the layers of a network lie within "
        "a factor of 100 of each other; far below them it vanishes, far above them it explodes.",
    ),
    (
        "Update ratio",
        "How far its last update moved its weights, as a share of their norm: healthy about "
        "0.001; above 0.01 the learning rate may be too high, below 0.0001 too low.",
    ),
)


class LearningCard(QWidget):
    """Spread of the weights, gradient norm and update ratio; hidden where nothing is known."""

    def __init__(self, learning: LearningFigures, node: str) -> None:
        super().__init__()
        self._learning, self._node = learning, node
        self.values: list[QLabel] = []
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.setColumnMinimumWidth(0, 92)
        grid.setColumnStretch(1, 1)
        for row, (name, about) in enumerate(ROWS):
            title, value = label(name, "dim"), label("", "mono")
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            value.setAccessibleName(name)
            for one in (title, value):
                one.setToolTip(f"<p>{about}</p>")  # rich text, so that it wraps
            grid.addWidget(title, row, 0)
            grid.addWidget(value, row, 1)
            self.values.append(value)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(label("Learning", "heading"))
        layout.addLayout(grid)

    def refresh(self) -> None:
        """Show the newest figures."""
        figures = self._learning.of(self._node)
        self.setVisible(figures is not None)
        if figures is not None:
            for value, text in zip(self.values, _texts(figures), strict=True):
                value.setText(text)


def _texts(figures: Figures) -> tuple[str, str, str]:
    return short(figures.deviation), short(figures.gradient), short(figures.update)
