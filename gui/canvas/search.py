"""The search that opens at the pointer: type a few letters, press Enter."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from graph.declare import Declaration
from gui import look
from gui.canvas.find import asked, find, why_nothing
from gui.widgets.common import words

Index = QModelIndex | QPersistentModelIndex
ROW = 30
WIDTH, ROWS = 340, 10
FIELD, HELP, AROUND = 34, 34, 28
HIGH = FIELD + ROWS * ROW + HELP + AROUND
"""Pixels of the popup with as many rows as it shows at once; with fewer it is lower."""
STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: ROWS,
    Qt.Key.Key_PageUp: -ROWS,
    Qt.Key.Key_Tab: 1,
    Qt.Key.Key_Backtab: -1,
}
"""By how many rows a key goes on in the list."""
OFFER = Qt.ItemDataRole.UserRole
ASKED = Qt.ItemDataRole.UserRole + 1
"""What of the query is about the node's parameters."""


class _Row(QStyledItemDelegate):
    """One node type: icon in its family's colour, title; its family, or what else was found."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(WIDTH - 20, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        declaration: Declaration = index.data(OFFER)
        colours = look.colours()
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.mix(colours.node, colours.accent, 0.22))
            painter.drawRoundedRect(rect.adjusted(0, 1, 0, -1), 6, 6)
        chip = QRect(rect.left() + 7, rect.center().y() - 9, 20, 20)
        family = look.family_colour(declaration.group)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(family)
        painter.drawRoundedRect(chip, 5, 5)
        painter.setPen(look.readable_on(family))
        painter.setFont(look.icon_font(13))
        name = declaration.icon or look.family_icon(declaration.group)
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, look.glyph(name))
        painter.setFont(look.ui_font(13, 500))
        painter.setPen(colours.text)
        words = rect.adjusted(36, 0, -8, 0)
        left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(words, left, declaration.title)
        title = painter.fontMetrics().horizontalAdvance(declaration.title)
        painter.setFont(look.ui_font(11))
        painter.setPen(colours.dim)
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        said = index.data(ASKED).because or declaration.group
        room = words.width() - title - 12
        painter.drawText(
            words, right, painter.fontMetrics().elidedText(said, Qt.TextElideMode.ElideLeft, room)
        )
        painter.restore()


class SearchPopup(QFrame):
    """A field and a list; arrows and Enter choose, Escape and a click elsewhere close."""

    chosen = Signal(str, object)
    """A node type, and the parameters that were asked for."""
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._home = parent
        self.setObjectName("search")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._levels: Mapping[str, float] = {}
        self._among: Sequence[Declaration] = ()
        self._refused: Sequence[tuple[Declaration, str]] = ()
        self.field = QLineEdit()
        self.field.setAccessibleName("Search nodes")
        self.field.setFixedHeight(FIELD)
        self.list = QListWidget()
        self.list.setAccessibleName("Nodes found")
        self.list.setItemDelegate(_Row(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setUniformItemSizes(True)
        self.help = QLabel()
        self.help.setTextFormat(Qt.TextFormat.PlainText)
        self.help.setWordWrap(True)
        self.help.setProperty("look", "dim")
        self.help.setMinimumHeight(HELP)
        self.help.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        for widget in (self.field, self.list, self.help):
            layout.addWidget(widget)
        self.field.textEdited.connect(self._fill)
        self.field.installEventFilter(self)
        self.list.itemClicked.connect(lambda _item: self._choose())
        self.list.currentItemChanged.connect(lambda *_: self._explain())
        self.hide()

    def open(
        self,
        at: QPoint,
        among: Sequence[Declaration],
        *,
        levels: Mapping[str, float] | None = None,
        refused: Sequence[tuple[Declaration, str]] = (),
        hint: str = "Search nodes",
    ) -> None:
        """Open at a point of the parent, with these node types.

        Args:
            at: The point.
            among: What is offered.
            levels: How far types stand back behind others that answer as well.
            refused: What is not offered, and why.
            hint: What the empty field says.
        """
        self._among, self._levels, self._refused = among, levels or {}, refused
        colours = look.colours()
        self.setStyleSheet(
            f"#search {{ background: {colours.node.name()};"
            f" border: 1px solid {colours.node_line.name()}; border-radius: 10px; }}"
            "#search QListWidget { background: transparent; border: none; }"
        )
        self.field.setPlaceholderText(hint)
        self.field.clear()
        self.setFixedSize(WIDTH, HIGH)
        room = self._home.rect().size() - self.size()
        self.move(
            max(4, min(at.x() - 40, room.width() - 4)), max(4, min(at.y() - 24, room.height() - 4))
        )
        self._fill("")
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def found(self) -> list[str]:
        """The node types listed now, best first."""
        return [self.list.item(row).data(OFFER).type for row in range(self.list.count())]

    def _fill(self, text: str) -> None:
        self.list.clear()
        for declaration in find(text, among=self._among, levels=self._levels):
            item = QListWidgetItem(declaration.title)
            item.setData(OFFER, declaration)
            item.setData(ASKED, asked(text, declaration))
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.setVisible(self.list.count() > 0)
        fewer = ROWS - min(self.list.count(), ROWS)
        self.setFixedHeight(HIGH - fewer * ROW)
        self._explain()

    def _explain(self) -> None:
        item = self.list.currentItem()
        if item is None:
            self.help.setText(why_nothing(self.field.text(), self._among, self._refused))
        else:
            self.help.setText(words(item.data(OFFER).doc))

    def _choose(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            chosen, values = str(item.data(OFFER).type), dict(item.data(ASKED).values)
            self.close_search()
            self.chosen.emit(chosen, values)

    def close_search(self) -> None:
        """Close without choosing."""
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows move in the list while the field keeps the cursor."""
        if watched is not self.field:
            return False
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            ours = event.key() in STEPS
            if ours:  # the canvas goes from node to node with the same keys
                event.accept()
            return ours
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        if event.type() == QEvent.Type.FocusOut and not self.isAncestorOf(
            self.window().focusWidget() or self.field
        ):
            self.close_search()
        return False

    def _key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key in STEPS:
            row = self.list.currentRow() + STEPS[key]
            self.list.setCurrentRow(max(0, min(self.list.count() - 1, row)))
            return True
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._choose()
            return True
        if key == Qt.Key.Key_Escape:
            self.close_search()
            return True
        return False
