"""The bar on top: name and state left, the run in the middle, templates and export right."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QIcon, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QToolBar,
    QToolButton,
    QWidget,
)

from graph.core.errors import NeurowireError
from graph.model.settings import DEVICES
from gui import look
from gui.core.board_file import File
from gui.core.session import Session
from gui.core.trainer import Trainer
from gui.inspector.board import SETTINGS
from gui.inspector.editors import AUTO, SAID
from gui.inspector.number import NumberBox
from gui.widgets.common import BESIDE_WORDS, Elided, label, shown, words
from gui.widgets.drop_down import DropDown
from gui.widgets.overflow_row import Folding
from runtime.protocol.messages import Warm

QT_GAP = 4
"""Pixels that Qt leaves between the sign and the word of a button."""


class Roomy(QToolButton):
    """A button with room for each of the words it may show.

    When one takes another's place nothing moves, and none is cut until the bar is laid out anew.
    """

    def __init__(self, *words: str) -> None:
        super().__init__()
        self._words = words

    def sizeHint(self) -> QSize:
        """What the longest word needs."""
        size = partial(self.fontMetrics().size, Qt.TextFlag.TextShowMnemonic)
        now = size(self.text()).width()
        longest = max(now, *(size(word).width() for word in self._words))
        return super().sizeHint() + QSize(longest - now, 0)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Sign and word stand in the middle of the room; Qt would begin them at the left."""
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        if option.toolButtonStyle != Qt.ToolButtonStyle.ToolButtonTextBesideIcon:
            super().paintEvent(event)
            return
        option.text, option.icon = "", QIcon()
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
        option.text, option.icon = self.text(), self.icon()
        wide = option.iconSize.width() + QT_GAP + self.fontMetrics().horizontalAdvance(self.text())
        left = (self.width() - wide - (BESIDE_WORDS.width() - BESIDE_WORDS.height()) // 2) // 2
        option.rect = QRect(left, 0, wide, self.height())
        painter.drawControl(QStyle.ControlElement.CE_ToolButtonLabel, option)


class TopBar(QToolBar):
    """Shows the file and steers the run."""

    named = Signal()
    """The board's name was clicked."""

    def __init__(
        self,
        session: Session,
        file: File,
        trainer: Trainer,
        acts: Mapping[str, QAction],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Run", parent)
        self._session, self._file, self._trainer = session, file, trainer
        self.setObjectName("topbar")
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._mark = QLabel()
        self.title, self.state = Elided(least=110), label("", "dim")
        self.title.setProperty("look", "title")
        self.train = _button(acts["train"], "primary", Roomy("Train", "Resume"))
        self.pause = _button(acts["pause"], "button")
        self.step = _button(acts["step"], "button")
        self.stop = _button(acts["stop"], "button")
        self.device = DropDown()
        self.device.setAccessibleName("Device")
        self.device.setToolTip("What the board is trained on")
        self.device.activated.connect(self._choose_device)
        self.epochs = self._number("epochs", 58)
        self.batch = self._number("batch_size", 58)
        self._fill_devices(())
        self.row = self._arrange(
            _button(acts["templates"], "flat"), _button(acts["export"], "flat")
        )
        self.addWidget(self.row)
        file.changed.connect(self.refresh)
        session.opened.connect(self.refresh)
        session.settled.connect(lambda _: self.refresh())
        trainer.changed.connect(self.refresh)
        trainer.received.connect(self._receive)
        look.changed.connect(self._draw_mark)
        look.changed.connect(self.refresh)
        look.changed.connect(self.row.measure)
        self._draw_mark()
        self.refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape takes back what was typed and not taken, then goes on to the window."""
        if event.key() == Qt.Key.Key_Escape:
            self.refresh()
        super().keyPressEvent(event)

    def refresh(self) -> None:
        """Show the file's name, the settings and what can be done with the run."""
        settings, state = self._session.document.settings, self._trainer.state
        self.title.setText(self._file.name)
        self.title.setToolTip(shown(str(self._file.path or self._file.name)))
        self.state.setText("edited" if self._file.modified else "saved" if self._file.path else "")
        for box, value in ((self.epochs, settings.epochs), (self.batch, settings.batch_size)):
            box.show_value(value)
            box.setEnabled(state == "idle")
        place = self.device.findData(settings.device)
        self.device.setCurrentIndex(place)
        self.device.setEnabled(state == "idle")

    def _draw_mark(self) -> None:
        self._mark.setPixmap(look.icon("circles-three-plus", "accent").pixmap(QSize(18, 18)))

    def _receive(self, message: object) -> None:
        if isinstance(message, Warm):
            self._fill_devices(tuple((one.type, one.name) for one in message.devices))

    def _fill_devices(self, found: tuple[tuple[str, str], ...]) -> None:
        self.device.clear()
        first = f" ({found[0][1]})" if found else ""
        self.device.addItem(AUTO, AUTO)
        self.device.setItemData(0, f"The fastest there is{first}", Qt.ItemDataRole.ToolTipRole)
        names = dict(found) if found else {"cpu": "CPU"}
        kept = self._session.document.settings.device
        for device in DEVICES[1:]:
            if device in names or device == kept:
                self.device.addItem(SAID[device], device)
                place = self.device.count() - 1
                tip = names.get(device, "not on this machine")
                self.device.setItemData(place, tip, Qt.ItemDataRole.ToolTipRole)
        self.device.setCurrentIndex(self.device.findData(kept))

    def _choose_device(self, index: int) -> None:
        self._set("device", self.device.itemData(index))

    def _number(self, setting: str, width: int) -> NumberBox:
        param = next(one for one in SETTINGS if one.name == setting)
        box = NumberBox(param)
        box.setFixedWidth(width)
        box.setToolTip(words(param.doc))
        box.setAccessibleName(param.label.capitalize())
        box.edited.connect(lambda value: self._set(setting, value))
        return box

    def _set(self, setting: str, value: object) -> None:
        try:
            self._session.document.set_settings(**{setting: value})
        except NeurowireError as error:
            self._session.message.emit(str(error))
            self.refresh()

    def _arrange(self, *right: QToolButton) -> Folding:
        left = _row(self._mark, self.title, self.state)
        middle = _row(self.train, self.pause, self.step, self.stop)
        device, epochs, batch = (label(one, "dim") for one in ("Device", "Epochs", "Batch"))
        settings = _row(device, self.device, epochs, self.epochs, batch, self.batch)
        holder = Folding((self.pause, self.step, self.stop), (device,), right, (epochs, batch))
        holder.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        grid = QGridLayout(holder)
        grid.setContentsMargins(4, 0, 4, 0)
        align = Qt.AlignmentFlag
        grid.addLayout(left, 0, 0, align.AlignLeft | align.AlignVCenter)
        both = QHBoxLayout()
        both.setSpacing(26)
        both.addLayout(middle)
        both.addLayout(settings)
        grid.addLayout(both, 0, 1, align.AlignCenter)
        grid.addLayout(_row(*right), 0, 2, align.AlignRight | align.AlignVCenter)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(2, 1)
        return holder


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    for widget in widgets:
        row.addWidget(widget)
    return row


def _button(action: QAction, style: str, made: QToolButton | None = None) -> QToolButton:
    made = made or QToolButton()
    made.setDefaultAction(action)
    made.setProperty("look", style)
    made.setAccessibleName(action.text().replace("&", ""))
    icon = not action.icon().isNull()
    styles = Qt.ToolButtonStyle
    made.setToolButtonStyle(styles.ToolButtonTextBesideIcon if icon else styles.ToolButtonTextOnly)
    made.setIconSize(BESIDE_WORDS)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made
