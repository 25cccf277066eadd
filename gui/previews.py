"""The Previews tab: what each view of the board shows, as large as there is room."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from gui import look
from gui.figures import figure
from gui.looks import Looks
from gui.pictures import draw, natural_size, on_node
from gui.session import Session
from gui.widgets import empty, label
from runtime.messages import ViewDrawn
from runtime.payloads import Matrix, Number, Payload, Pictures


class Sheet(QWidget):
    """Paints one payload, fitted into the widget."""

    def __init__(self) -> None:
        super().__init__()
        self.payload: Payload | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 90)

    def paintEvent(self, _: QPaintEvent) -> None:
        if self.payload is None:
            return
        painter = QPainter(self)
        painter.drawImage(0, 0, draw(self.payload, self.size(), self.devicePixelRatioF()))


class Preview(QWidget):
    """One view: its name, the step it was drawn at, its picture, and a slider to earlier ones."""

    clicked = Signal(str)

    def __init__(self, message: ViewDrawn) -> None:
        super().__init__()
        self.node = message.node
        self._name, self._step = label("", "heading"), label("", "dim")
        self.sheet = Sheet()
        head = QHBoxLayout()
        head.addWidget(self._name)
        head.addStretch(1)
        head.addWidget(self._step)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self.sheet, 1)
        self.looks = Looks()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(f"Training so far, {message.name}")
        self.slider.setToolTip("Goes back to what this view showed earlier")
        self.slider.setVisible(False)
        self.slider.valueChanged.connect(self._scrub)
        layout.addWidget(self.slider)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.show_message(message)

    def show_message(self, message: ViewDrawn) -> None:
        """Take a newer picture; it is shown unless the slider was put to an earlier one."""
        latest = self.slider.value() == self.slider.maximum()
        self.looks.add(message)
        with QSignalBlocker(self.slider):
            self.slider.setMaximum(len(self.looks) - 1)
            if latest or len(self.looks) == 1:
                self.slider.setValue(self.slider.maximum())
        self.slider.setVisible(len(self.looks) > 1)
        self._scrub(self.slider.value())

    def _scrub(self, place: int) -> None:
        message = self.looks[place]
        self.sheet.payload = message.payload
        self._name.setText(message.name.replace("_", " "))
        self._step.setText(f"step {message.step:,}{_said(message.payload)}")
        self.sheet.setAccessibleName(f"{message.name} at step {message.step}")
        self.sheet.setAccessibleDescription(_in_words(message.payload))
        self.sheet.update()

    def mousePressEvent(self, _: QMouseEvent) -> None:
        self.clicked.emit(self.node)


class Previews(QScrollArea):
    """All views side by side; each picture goes to its node on the canvas too."""

    drawn = Signal(str, object)
    """A view's node and its picture (a QImage, or None)."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.previews: dict[str, Preview] = {}
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Previews")
        holder = QWidget()
        self._none = label(
            "Views draw here while the board trains. Wire a view such as Predictions to see more.",
            "dim",
        )
        self._row = QHBoxLayout()
        self._row.setSpacing(28)
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(18, 12, 18, 12)
        layout.addWidget(self._none)
        layout.addLayout(self._row, 1)
        self.setWidget(holder)
        self._waiting: dict[str, ViewDrawn] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._draw_nodes)
        session.opened.connect(self.clear)
        look.changed.connect(self._redraw)

    def receive(self, message: object) -> None:
        """Take one message of the worker."""
        if not isinstance(message, ViewDrawn):
            return
        preview = self.previews.get(message.node)
        if preview is None:
            preview = self.previews[message.node] = Preview(message)
            preview.clicked.connect(lambda node: self._session.select([node]))
            wide = natural_size(message.payload, 100)
            self._row.addWidget(preview, max(1, round(100 * 100 / max(wide.height(), 30))))
            self._none.hide()
        preview.show_message(message)
        self._waiting[message.node] = message
        self._timer.start(0)

    def clear(self) -> None:
        """No pictures."""
        for node in self.previews:
            self.drawn.emit(node, None)
        empty(self._row)
        self.previews.clear()
        self._waiting.clear()
        self._none.show()

    def _draw_nodes(self) -> None:
        for node, message in self._waiting.items():
            self.drawn.emit(node, on_node(message.payload, max(2.0, self.devicePixelRatioF())))
        self._waiting.clear()

    def _redraw(self) -> None:
        for preview in self.previews.values():
            preview.sheet.update()


def _said(payload: Payload) -> str:
    if isinstance(payload, Matrix):
        return f", {100 * payload.accuracy:.1f} % right"
    return ""


def _in_words(payload: Payload) -> str:
    match payload:
        case Pictures():
            return ", ".join(payload.captions)
        case Matrix():
            return f"{payload.total} examples, {100 * payload.accuracy:.1f} percent right"
        case Number():
            return figure(payload.value)
        case _:
            return ""
