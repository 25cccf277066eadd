"""The Previews tab: what each view of the board shows, as large as there is room."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from gui import dialogs, look
from gui.animation import write_animation, write_picture
from gui.pictures import natural_size, on_node
from gui.preview import Preview
from gui.session import Session
from gui.settings import settings
from gui.widgets import empty, label
from runtime.messages import ViewDrawn

KEPT = "pictures_folder"
PICTURE = "Pictures (*.png)"
ANIMATION = "Animated pictures (*.gif)"


class Previews(QScrollArea):
    """All views side by side; each picture goes to its node on the canvas too."""

    drawn = Signal(str, object)
    """A view's node and its picture (a QImage, or None)."""
    failed = Signal(str, str)
    """What did not succeed, and what to do."""

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
            preview.picture_wanted.connect(partial(self.save_picture, preview))
            preview.animation_wanted.connect(partial(self.save_animation, preview))
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

    def save_picture(self, preview: Preview) -> None:
        """Ask for a place and write there what a view shows."""
        message = preview.shown
        name = f"{message.name} {message.step}.png"
        self._save("Save the picture", name, PICTURE, lambda path: write_picture(path, message))

    def save_animation(self, preview: Preview) -> None:
        """Ask for a place and write there all that a view showed."""
        looks = list(preview.looks)
        name = f"{preview.shown.name}.gif"
        self._save("Save the animation", name, ANIMATION, lambda path: write_animation(path, looks))

    def _save(self, title: str, name: str, filters: str, write: Callable[[Path], None]) -> None:
        kept = Path(str(settings().value(KEPT, "")) or Path.home())
        folder = kept if kept.is_dir() else Path.home()
        path = dialogs.ask_save(self, title, folder / name, filters)
        if path is None:
            return
        settings().setValue(KEPT, str(path.parent.resolve()))
        QApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            write(path)
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
            self.drawn.emit(node, on_node(message.payload, max(2.0, self.devicePixelRatioF())))
        self._waiting.clear()

    def _redraw(self) -> None:
        for preview in self.previews.values():
            preview.sheet.update()
