"""The Previews tab: what each view of the board shows, as large as there is room."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui import look
from gui.canvas.node_layout import picture_size
from gui.core.preferences import settings
from gui.core.session import Session
from gui.core.trainer import Trainer
from gui.previews.animation import WrongEnding, write_animation, write_picture
from gui.previews.card import Preview
from gui.previews.painters import natural_size, on_node
from gui.widgets import dialogs
from gui.widgets.common import Elided, empty, label, shown
from gui.widgets.number_format import origin, when
from runtime.protocol.messages import Generating, Started, ViewDrawn

MARGIN = 18
KEPT = "pictures_folder"
PICTURE = "Pictures (*.png)"
ANIMATION = "Animated pictures (*.gif)"
NONE = "Views draw here while the board trains. Wire a view such as Predictions to see more."
BAR = {
    "generate": ("Generate", "Goes on drawing with what the last run learned, without training"),
    "shuffle": ("New samples", "Draws from other noise"),
}


class Previews(QScrollArea):
    """All views side by side; each picture goes to its node on the canvas too."""

    drawn = Signal(str, object)
    """A view's node and its picture (a QImage, or None)."""
    failed = Signal(str, str)
    """What did not succeed, and what to do."""

    steered = Signal(str, tuple)
    """A node and where its latents were put."""

    def __init__(
        self,
        session: Session,
        trainer: Trainer,
        acts: Mapping[str, QAction],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._trainer = session, trainer
        self.previews: dict[str, Preview] = {}
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Previews")
        holder = QWidget()
        self._none = label(NONE, "dim", wrap=True)
        self._row = QHBoxLayout()
        self._row.setSpacing(28)
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(MARGIN, 12, MARGIN, 12)
        self._origin = Elided("dim", Qt.TextElideMode.ElideRight)
        self.bar = QWidget()
        bar = QHBoxLayout(self.bar)
        bar.setContentsMargins(0, 0, 0, 0)
        for name, (text, tip) in BAR.items():
            bar.addWidget(_button(acts[name], text, tip))
        bar.addWidget(self._origin)
        bar.addStretch(1)
        layout.addWidget(self._none)
        layout.addWidget(self.bar)
        layout.addLayout(self._row, 1)
        self.setWidget(holder)
        self._waiting: dict[str, ViewDrawn] = {}
        self._rooms: dict[str, QSize] = {}
        self._anew: set[str] = set()
        """Nodes whose latents the worker has put to 0, where the sliders may stand elsewhere."""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._draw_nodes)
        session.opened.connect(self.clear)
        session.settled.connect(lambda _: self._follow_board())
        session.settled.connect(lambda _: self._draw_resized())
        trainer.changed.connect(self._tell_origin)
        self._tell_origin()
        look.changed.connect(self._redraw)

    def receive(self, message: object) -> None:
        """Take one message of the worker."""
        if isinstance(message, Started | Generating):
            self._anew = {node for one in self.previews.values() for node in one.sliders}
        if not isinstance(message, ViewDrawn):
            return
        preview = self.previews.get(message.node)
        if preview is None:
            preview = self.previews[message.node] = Preview(message)
            preview.clicked.connect(lambda node: self._session.select([node]))
            preview.steered.connect(self.steered)
            preview.picture_wanted.connect(partial(self.save_picture, preview))
            preview.animation_wanted.connect(partial(self.save_animation, preview))
            wide = natural_size(message.payload, 100)
            self._row.addWidget(preview, max(1, round(100 * 100 / max(wide.height(), 30))))
        preview.show_message(message)
        self._steer_again(preview)
        self._follow_board()
        self._waiting[message.node] = message
        self._timer.start(0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the bar in sight where the pictures need more room than there is."""
        super().resizeEvent(event)
        self.bar.setMaximumWidth(self.viewport().width() - 2 * MARGIN)

    def clear(self) -> None:
        """No pictures."""
        for node in self.previews:
            self.drawn.emit(node, None)
        empty(self._row)
        self.previews.clear()
        self._waiting.clear()
        self._follow_board()

    def _follow_board(self) -> None:
        """Show the previews of those views that the board has, under the names they have there.

        One whose view was removed or muted is kept aside: undo brings both back.
        """
        document = self._session.document
        for node, preview in self.previews.items():
            there = document.has(node) and not document.node(node).muted
            preview.setVisible(there)
            if there:
                preview.rename(document.node(node).name)
        self._none.setVisible(not self._shown)
        self._show_bar()

    @property
    def _shown(self) -> list[Preview]:
        return [one for one in self.previews.values() if not one.isHidden()]

    def _steer_again(self, preview: Preview) -> None:
        """Put the worker's latents where the sliders stand; it begins at 0, with as many as now."""
        for node, sliders in preview.sliders.items():
            if node in self._anew and any(sliders.at):
                self._trainer.steer(node, sliders.at)
        self._anew -= preview.sliders.keys()

    def _tell_origin(self) -> None:
        generating = self._trainer.generating
        if self._trainer.outdated:
            mend = "Generate draws it as it is now" if self._trainer.sound else "mend it to draw it"
            text = f"The board changed: {mend}"
        else:
            text = f"Drawn from the {origin(generating)}" if generating else ""
        self._origin.setText(text)
        self._origin.setToolTip(shown(text))
        self._show_bar()

    def _show_bar(self) -> None:
        """While pictures come from training there is nothing to say above them."""
        shown = bool(self._shown)
        self.bar.setVisible(self._trainer.state == "idle" or not shown)
        self._origin.setVisible(shown and self._trainer.generating is not None)

    def save_picture(self, preview: Preview) -> None:
        """Ask for a place and write there what a view shows."""
        message = replace(preview.shown, name=preview.name, payload=preview.sheet.payload)
        name = f"{message.name} {when(message)}.png".replace(",", "")
        self._save("Save the picture", name, PICTURE, lambda path: write_picture(path, message))

    def save_animation(self, preview: Preview) -> None:
        """Ask for a place and write there all that a view showed."""
        looks = [replace(one, name=preview.name) for one in preview.looks]
        name = f"{preview.name}.gif"
        self._save("Save the animation", name, ANIMATION, lambda path: write_animation(path, looks))

    def _save(self, title: str, name: str, filters: str, write: Callable[[Path], None]) -> None:
        kept = Path(str(settings().value(KEPT, "")) or Path.home())
        folder = kept if os.path.isdir(kept) else Path.home()
        path = dialogs.ask_save(self, title, folder / name, filters)
        if path is None:
            return
        settings().setValue(KEPT, str(path.parent.resolve()))
        QApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            write(path)
        except WrongEnding as error:
            self.failed.emit(f"{path.name} could not be saved: {error}", error.advice)
        except OSError as error:
            reason = error.strerror or str(error)
            self.failed.emit(
                f"{path.name} could not be saved: {reason}",
                f"Choose a folder that can be written and has space; this was {path.parent}.",
            )
        else:
            self._session.message.emit(f"Saved {path}")
        finally:
            QApplication.restoreOverrideCursor()

    def _draw_nodes(self) -> None:
        for node, message in self._waiting.items():
            if room := self._room(node):
                self._rooms[node] = room
                ratio = max(2.0, self.devicePixelRatioF())
                self.drawn.emit(node, on_node(message.payload, room, ratio))
        self._waiting.clear()

    def _room(self, node: str) -> QSize | None:
        """For the picture on a node; None where the node is gone."""
        document = self._session.document
        size = picture_size(document.node(node)) if document.has(node) else None
        return QSize(*map(round, size)) if size else None

    def _draw_resized(self) -> None:
        """Draw the pictures of nodes that were given another size."""
        for node, preview in self.previews.items():
            room = self._room(node)
            if room and node not in self._waiting and room != self._rooms.get(node, room):
                self._waiting[node] = preview.shown
        if self._waiting:
            self._timer.start(0)

    def _redraw(self) -> None:
        for preview in self.previews.values():
            preview.sheet.update()
            self._waiting[preview.shown.node] = preview.shown
        self._timer.start(0)


def _button(action: QAction, text: str, tip: str) -> QToolButton:
    action.setIconText(text)
    action.setToolTip(tip)
    made = QToolButton()
    made.setDefaultAction(action)
    made.setProperty("look", "button")
    made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    made.setIconSize(QSize(14, 14))
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setAccessibleName(text)
    return made
