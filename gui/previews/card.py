"""One view in the Previews tab: what it shows, what it showed before, and how to keep that."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from graph.core.picture import Picture
from gui.previews.history import Looks
from gui.previews.pager import Pager
from gui.previews.painters import COLUMN, draw
from gui.previews.sliders import LatentSliders
from gui.widgets.common import Elided, Track, label, shown, tool_button
from gui.widgets.number_format import figure, when
from runtime.protocol.messages import ViewDrawn
from runtime.protocol.payloads import Matrix, Number, Payload, Pictures, Predictions, Table

LEAST = 120
"""Pixels of width that every picture is given."""
BUTTONS = 76
"""Pixels for what stands in the heading beside its words."""


class Sheet(QWidget):
    """Paints one payload, fitted into the widget."""

    def __init__(self) -> None:
        super().__init__()
        self.payload: Payload | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(LEAST, 90)

    def paintEvent(self, _: QPaintEvent) -> None:
        if self.payload is None:
            return
        painter = QPainter(self)
        painter.drawImage(0, 0, draw(self.payload, self.size(), self.devicePixelRatioF()))


class Preview(QWidget):
    """One view: its name, the step it was drawn at, its picture, and a slider to earlier ones."""

    clicked = Signal(str)
    picture_wanted = Signal()
    """Save what is shown."""
    animation_wanted = Signal()
    """Save all it showed so far, as it learned."""
    steered = Signal(str, tuple)
    """A node and where its latents were put."""

    def __init__(self, message: ViewDrawn) -> None:
        super().__init__()
        self.node, self.name = message.node, message.name
        self._name = label("", "heading")
        self._step = Elided("dim", Qt.TextElideMode.ElideRight)
        self._step.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._step.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.sheet, self.shown, self.pager = Sheet(), message, Pager()
        self.pager.turned.connect(self._turn)
        self._head = head = QHBoxLayout()
        head.setSpacing(3)
        head.addWidget(self._name)
        head.addSpacing(6)
        head.addWidget(self._step, 1)
        head.addStretch(0)
        self.save_picture = tool_button(
            "image", "Save what this view shows as a picture", self.picture_wanted.emit
        )
        self.save_animation = tool_button(
            "film-strip",
            "Save all that this view showed while it trained as an animated picture",
            self.animation_wanted.emit,
        )
        head.addWidget(self.save_picture)
        head.addWidget(self.save_animation)
        self._rows = layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(head)
        self._below = False
        self._beside = QHBoxLayout()
        self._beside.setSpacing(18)
        self._beside.addWidget(self.sheet, 1)
        layout.addLayout(self._beside, 1)
        layout.addWidget(self.pager)
        self.sliders: dict[str, LatentSliders] = {}
        self.looks = Looks()
        self._generated: ViewDrawn | None = None
        self.slider = Track(Qt.Orientation.Horizontal)
        self.slider.setToolTip("Goes back to what this view showed earlier")
        self.slider.setVisible(False)
        self.slider.valueChanged.connect(self._scrub)
        layout.addWidget(self.slider)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.show_message(message)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What is said of the picture goes below its name where there is no room beside it."""
        super().resizeEvent(event)
        self._place_words()

    def _place_words(self) -> None:
        wanted = self._name.sizeHint().width() + self._step.sizeHint().width() + BUTTONS
        below = self.width() < wanted
        if below == self._below:
            return
        self._below = below
        if below:
            self._head.removeWidget(self._step)
            self._rows.insertWidget(1, self._step)
            self._head.setStretch(self._head.count() - 3, 1)
        else:
            self._rows.removeWidget(self._step)
            self._head.insertWidget(2, self._step, 1)
            self._head.setStretch(self._head.count() - 3, 0)

    def show_message(self, message: ViewDrawn) -> None:
        """Take a newer picture; it is shown unless the slider was put to an earlier one.

        What was drawn after training is shown at once; it is no part of the history, but stands
        behind it on the slider.
        """
        self._match_sliders(message)
        latest = message.generated or self.slider.value() == self.slider.maximum()
        self._generated = message if message.generated else None
        if not message.generated:
            self.looks.add(message)
        places = len(self.looks) + (self._generated is not None)
        with QSignalBlocker(self.slider):
            self.slider.setMaximum(places - 1)
            if latest or places == 1:
                self.slider.setValue(self.slider.maximum())
        self.slider.setVisible(places > 1)
        self.save_animation.setEnabled(len(self.looks) > 1)
        self._scrub(self.slider.value())

    def rename(self, name: str) -> None:
        """The view has another name on the board."""
        if name != self.name:
            self.name = name
            self._show(self.shown)

    def _scrub(self, place: int) -> None:
        past = place >= len(self.looks)
        self._show(self._generated if past and self._generated else self.looks[place])

    def _show(self, message: ViewDrawn) -> None:
        self.shown = message
        self.pager.show_payload(message.payload)
        self.sheet.payload = self.pager.pictures or message.payload
        if isinstance(message.payload, Table):
            self.sheet.setMinimumWidth(max(LEAST, COLUMN * len(message.payload.columns)))
        self.slider.setAccessibleName(f"Training so far, {self.name}")
        self._name.setText(self.name.replace("_", " "))
        self._step.setText(f"{when(message)}{_said(message.payload)}")
        self._step.setToolTip(shown(self._step.text()))
        self._place_words()
        self.sheet.setAccessibleName(f"{self.name}, {when(message)}")
        self.sheet.setAccessibleDescription(_in_words(message.payload))
        self.sheet.update()

    def _turn(self) -> None:
        """Another page, or another order."""
        self.sheet.payload = self.pager.pictures or self.shown.payload
        self.sheet.setAccessibleDescription(_in_words(self.sheet.payload))
        self.sheet.update()

    def _match_sliders(self, message: ViewDrawn) -> None:
        sizes = {node: len(at) for node, at in message.at.items()}
        if sizes == {node: len(one.at) for node, one in self.sliders.items()}:
            return
        for old in self.sliders.values():
            self._beside.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.sliders = {node: LatentSliders(node, "latents", at) for node, at in message.at.items()}
        for made in self.sliders.values():
            made.moved.connect(self._steer)
            self._beside.addWidget(made)

    def _steer(self, node: str, at: tuple[float, ...]) -> None:
        self.slider.setValue(self.slider.maximum())  # what is moved is what is drawn next
        self.steered.emit(node, at)

    def mousePressEvent(self, _: QMouseEvent) -> None:
        self.clicked.emit(self.node)


def _said(payload: Payload) -> str:
    if isinstance(payload, Predictions) and payload.share:
        return f", {payload.share}"
    if isinstance(payload, Matrix):
        return f", {100 * payload.accuracy:.1f} % right"
    if isinstance(payload, Picture):
        return f", {payload.in_words()}"
    return ""


def _in_words(payload: Payload) -> str:
    match payload:
        case Predictions():
            return ". ".join(filter(None, (payload.share, _in_words(payload.at(0)))))
        case Pictures():
            return ", ".join(payload.captions)
        case Matrix():
            return f"{payload.total} examples, {100 * payload.accuracy:.1f} percent right"
        case Number():
            return figure(payload.value)
        case Picture():
            return payload.in_words()
        case _:
            return ""
