"""The way from the board to the network shown, as a bar above the canvas."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from gui import look
from gui.widgets.common import label


class Breadcrumb(QWidget):
    """`board > encoder > block_2, network block`: a click on a step goes back to it.

    A step is called as the instance that was entered, and the network besides if that is called
    something else. Hidden on the board.
    """

    chosen = Signal(int)
    """Go back to the sheet at this place of the way."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("breadcrumb")
        self.setAccessibleName("Where this sheet is")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(10, 4, 12, 4)
        self._row.setSpacing(2)
        self._shown: list[QWidget] = []
        self._steps: list[str] = []
        self._way: tuple[Sequence[str], Sequence[str]] = ((), ())
        self.hide()

    def show_way(self, sheets: Sequence[str], instances: Sequence[str]) -> None:
        """Show the way from the board.

        Args:
            sheets: The sheets from the board to the one shown.
            instances: Names of the instances that lead on, one fewer; "" where there is none.
        """
        if (sheets, instances) == self._way:
            return
        self._way = list(sheets), list(instances)
        for widget in self._shown:
            self._row.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._shown.clear()
        names = (name or sheet for name, sheet in zip(instances, sheets[1:], strict=True))
        self._steps = [sheets[0], *names]
        while self._row.count():
            self._row.takeAt(0)
        if len(sheets) > 1:
            self._fill(sheets[-1])
        self.setVisible(len(sheets) > 1)
        self.restyle()

    def _fill(self, sheet: str) -> None:
        steps = self._steps
        back = QToolButton()
        back.setIcon(look.icon("arrow-left", "dim"))
        back.setAccessibleName("Back")
        back.setToolTip("Back (Esc or Alt+Up)")
        back.clicked.connect(lambda: self.chosen.emit(len(steps) - 2))
        self._put(back)
        for place, name in enumerate(steps[:-1]):
            step = QPushButton(name)
            step.setProperty("look", "flat")
            step.setAccessibleName(f"Go to {name}")
            step.clicked.connect(partial(self.chosen.emit, place))
            self._put(step)
            arrow = QLabel(look.glyph("caret-right"))
            arrow.setFont(look.icon_font(11))
            arrow.setProperty("look", "dim")
            self._put(arrow)
        here = label(steps[-1])
        here.setFont(look.ui_font(13, 600))
        here.setContentsMargins(9, 0, 0, 0)
        self._put(here)
        if sheet != steps[-1]:
            network = label(f"network {sheet}", "dim")
            network.setContentsMargins(6, 0, 0, 0)
            self._put(network)
        self._row.addStretch(1)

    def _put(self, widget: QWidget) -> None:
        self._row.addWidget(widget)
        self._shown.append(widget)

    def texts(self) -> list[str]:
        """What the steps are called, the board first."""
        return list(self._steps)

    def restyle(self) -> None:
        """The theme changed."""
        colours = look.colours()
        self.setStyleSheet(
            f"#breadcrumb {{ background: {colours.panel.name()};"
            f" border-bottom: 1px solid {colours.line.name()}; }}"
        )
