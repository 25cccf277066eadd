"""The way from the board to the network shown, as a bar above the canvas."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from gui import look


class Breadcrumb(QWidget):
    """`board > generator`: a click on a sheet goes back to it. Hidden on the board."""

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
        self.hide()

    def show_way(self, sheets: Sequence[str]) -> None:
        """Show the sheets from the board to the one shown."""
        for widget in self._shown:
            self._row.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._shown.clear()
        while self._row.count():
            self._row.takeAt(0)
        if len(sheets) > 1:
            self._fill(sheets)
        self.setVisible(len(sheets) > 1)
        self.restyle()

    def _fill(self, sheets: Sequence[str]) -> None:
        back = QToolButton()
        back.setIcon(look.icon("arrow-left", "dim"))
        back.setAccessibleName("Back")
        back.setToolTip("Back (Esc or Alt+Up)")
        back.clicked.connect(lambda: self.chosen.emit(len(sheets) - 2))
        self._put(back)
        for place, name in enumerate(sheets[:-1]):
            step = QPushButton(name)
            step.setProperty("look", "flat")
            step.setAccessibleName(f"Go to {name}")
            step.clicked.connect(partial(self.chosen.emit, place))
            self._put(step)
            arrow = QLabel(look.glyph("caret-right"))
            arrow.setFont(look.icon_font(11))
            arrow.setProperty("look", "dim")
            self._put(arrow)
        here = QLabel(sheets[-1])
        here.setFont(look.ui_font(13, 600))
        here.setContentsMargins(9, 0, 0, 0)
        self._put(here)
        self._row.addStretch(1)

    def _put(self, widget: QWidget) -> None:
        self._row.addWidget(widget)
        self._shown.append(widget)

    def texts(self) -> list[str]:
        """The sheets named, the board first."""
        steps = [one.text() for one in self._shown if isinstance(one, QPushButton)]
        return [*steps, *(one.text() for one in self._shown[-1:] if isinstance(one, QLabel))]

    def restyle(self) -> None:
        """The theme changed."""
        colours = look.colours()
        self.setStyleSheet(
            f"#breadcrumb {{ background: {colours.panel.name()};"
            f" border-bottom: 1px solid {colours.line.name()}; }}"
        )
