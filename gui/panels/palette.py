"""The palette: every declared node by family, searched, dragged out or double-clicked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import islice

from PySide6.QtCore import (
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QDrag, QKeyEvent, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import (
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from graph.declare import GROUPS, Declaration
from graph.edit.document import Document
from graph.format.file import SUFFIX
from graph.format.templates import FOLDER
from graph.model.sheet import BOARD
from graph.suggest.offers import is_network
from gui import look
from gui.canvas import MIME_NODE, find, offers
from gui.canvas.find import why_nothing
from gui.widgets.common import label, words

DECLARATION = Qt.ItemDataRole.UserRole
MORE = Qt.ItemDataRole.UserRole + 1
SHOWN = 4
"""How many nodes of a family are listed before "more"."""

Index = QModelIndex | QPersistentModelIndex


def curve_path(curve: Callable[[float], float], box: QRectF, reach: float = 3.0) -> QPainterPath:
    """An activation's curve between -reach and reach, fitted into a box."""
    path = QPainterPath()
    xs = [reach * (2 * i / 40 - 1) for i in range(41)]
    ys = [max(-reach, min(reach, curve(x))) for x in xs]
    low, high = min(ys), max(ys)
    span = (high - low) or 1.0
    for index, (x, y) in enumerate(zip(xs, ys, strict=True)):
        point = QPointF(
            box.left() + (x + reach) / (2 * reach) * box.width(),
            box.bottom() - (y - low) / span * box.height(),
        )
        if index:
            path.lineTo(point)
        else:
            path.moveTo(point)
    return path


class Rows(QStyledItemDelegate):
    """Paints a family's heading with its colour, and a node with its curve or icon."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, 27 if index.data(DECLARATION) or index.data(MORE) else 32)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        declaration = index.data(DECLARATION)
        colours = look.colours()
        rect = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        state = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if declaration is not None:
            if chosen or state & QStyle.StateFlag.State_MouseOver:
                colour = look.mix(colours.panel, colours.accent, 0.22) if chosen else colours.hover
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colour)
                painter.drawRoundedRect(QRectF(8, rect.y() + 1, rect.right() - 14, 25), 5, 5)
            self._node(painter, rect, declaration, colours.text if chosen else colours.dim)
        elif index.data(MORE):
            hovered = state & QStyle.StateFlag.State_MouseOver or chosen
            painter.setPen(colours.text if hovered else look.mix(colours.dim, colours.panel, 0.15))
            painter.setFont(look.ui_font(12))
            text = index.data(Qt.ItemDataRole.DisplayRole)
            painter.drawText(rect.adjusted(34, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)
        else:
            self._family(painter, rect, index.data(Qt.ItemDataRole.DisplayRole))
        painter.restore()

    def _family(self, painter: QPainter, rect: QRectF, group: str) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.family_colour(group))
        painter.drawRoundedRect(QRectF(16, rect.center().y() - 2, 9, 9), 2.5, 2.5)
        painter.setPen(look.colours().text)
        painter.setFont(look.ui_font(13, 600))
        painter.drawText(rect.adjusted(34, 5, 0, 0), Qt.AlignmentFlag.AlignVCenter, group)

    def _node(
        self, painter: QPainter, rect: QRectF, declaration: Declaration, text: QColor
    ) -> None:
        mark = QRectF(16, rect.center().y() - 5.5, 11, 11)
        colour = look.family_colour(declaration.group)
        curve = declaration.curve({})
        if curve is not None and declaration.role != "neuron":
            painter.setPen(QPen(colour, 1.6))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(curve_path(curve, QRectF(15, rect.center().y() - 5, 14, 10)))
        elif declaration.icon:
            look.icon(declaration.icon, look.mix(colour, text, 0.3)).paint(
                painter, mark.adjusted(-1.5, -1.5, 1.5, 1.5).toRect()
            )
        painter.setPen(text)
        painter.setFont(look.ui_font(13))
        box = rect.adjusted(34, 0, -8, 0)
        title = painter.fontMetrics().elidedText(
            declaration.title, Qt.TextElideMode.ElideRight, int(box.width())
        )
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, title)


class Tree(QTreeWidget):
    """The families; nodes are dragged out of it as their type."""

    def mimeTypes(self) -> list[str]:
        return [MIME_NODE]

    def mimeData(self, items: Iterable[QTreeWidgetItem]) -> QMimeData:
        data = QMimeData()
        declarations = [item.data(0, DECLARATION) for item in items]
        for declaration in filter(None, declarations[:1]):
            data.setData(MIME_NODE, declaration.type.encode())
            data.setText(declaration.title)
        return data

    def startDrag(self, actions: Qt.DropAction) -> None:
        item = self.currentItem()
        if item is None or item.data(0, DECLARATION) is None:
            return
        drag = QDrag(self)
        drag.setMimeData(self.mimeData([item]))
        drag.setPixmap(drag_picture(item.data(0, DECLARATION), self.devicePixelRatioF()))
        drag.setHotSpot(QPoint(60, 15))
        drag.exec(Qt.DropAction.CopyAction)


class Palette(QWidget):
    """Search on top, families below."""

    chosen = Signal(str)
    """A node type was double-clicked or chosen with Enter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search nodes")
        self.search.setAccessibleName("Search nodes")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._fill)
        self.search.installEventFilter(self)
        self.search.setTextMargins(-8, 0, 0, 0)
        self.search.addAction(
            look.icon("magnifying-glass", "dim"), QLineEdit.ActionPosition.LeadingPosition
        )
        self.tree = Tree()
        self.tree.setAccessibleName("Nodes")
        self.tree.setHeaderHidden(True)
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(0)
        self.tree.setMouseTracking(True)
        self.tree.setDragEnabled(True)
        self.tree.setDragDropMode(QTreeWidget.DragDropMode.DragOnly)
        self.tree.setItemDelegate(Rows(self.tree))
        self.tree.setVerticalScrollMode(QTreeWidget.ScrollMode.ScrollPerPixel)
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tree.itemDoubleClicked.connect(self._choose)
        self.tree.itemClicked.connect(self._click)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.setSpacing(8)
        head = QVBoxLayout()
        head.setContentsMargins(14, 0, 14, 0)
        head.addWidget(self.search)
        head.addSpacing(4)
        self.none = label("", "dim", wrap=True)
        head.addWidget(self.none)
        layout.addLayout(head)
        layout.addWidget(self.tree, 1)
        self._opened: set[str] = set()
        self._offers: Sequence[Declaration] = offers(Document(), BOARD)
        self._fill("")
        look.changed.connect(self.tree.viewport().update)

    def offer(self, found: Sequence[Declaration]) -> None:
        """List these: what can be put on the sheet that is shown."""
        if found != self._offers:
            self._offers = found
            place = self.tree.verticalScrollBar().value()
            self._fill(self.search.text())
            self.tree.verticalScrollBar().setValue(place)

    def shown_types(self) -> list[str]:
        """The node types listed now, in their order."""
        return [item.data(0, DECLARATION).type for item in self._rows()]

    def item(self, node_type: str) -> QTreeWidgetItem | None:
        """The row of a node type."""
        rows = (item for item in self._rows() if item.data(0, DECLARATION).type == node_type)
        return next(rows, None)

    def _rows(self) -> Iterator[QTreeWidgetItem]:
        for row in range(self.tree.topLevelItemCount()):
            family = self.tree.topLevelItem(row)
            if family is not None:
                items = (family.child(place) for place in range(family.childCount()))
                yield from (item for item in items if item.data(0, DECLARATION) is not None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.tree.currentItem()
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and item is not None:
            self._choose(item)
            self._click(item)
        elif event.key() == Qt.Key.Key_Down and self.search.hasFocus():
            self.tree.setFocus()
        else:
            super().keyPressEvent(event)

    def _fill(self, text: str) -> None:
        searching = bool(text.strip())
        found = find(text, among=self._offers)
        if not searching:
            found.sort(key=lambda one: _rank(one.group))
        families: dict[str, list[Declaration]] = {}
        for declaration in found:
            families.setdefault(declaration.group, []).append(declaration)
        self.tree.clear()
        for group, declarations in families.items():
            whole = searching or group in self._opened
            self._add_family(group, declarations if whole else _first(declarations), declarations)
        self.tree.expandAll()
        self.none.setVisible(not found)
        self.none.setText("" if found else why_nothing(text, self._offers))
        if searching and found:
            self.tree.setCurrentItem(next(self._rows()))

    def _add_family(
        self, group: str, shown: list[Declaration], declarations: list[Declaration]
    ) -> None:
        flags = Qt.ItemFlag
        family = QTreeWidgetItem([group])
        family.setFlags(flags.ItemIsEnabled)
        family.setToolTip(0, f"{len(declarations)} nodes")
        self.tree.addTopLevelItem(family)
        for declaration in shown:
            item = QTreeWidgetItem(family, [declaration.title])
            item.setData(0, DECLARATION, declaration)
            item.setToolTip(0, words(declaration.doc))
            item.setFlags(flags.ItemIsEnabled | flags.ItemIsSelectable | flags.ItemIsDragEnabled)
        rest = len(declarations) - len(shown)
        if rest or group in self._opened:
            more = QTreeWidgetItem(family, [f"{rest} more" if rest else "Fewer"])
            more.setData(0, MORE, group)
            more.setFlags(flags.ItemIsEnabled | flags.ItemIsSelectable)

    def _choose(self, item: QTreeWidgetItem, _: int = 0) -> None:
        declaration = item.data(0, DECLARATION)
        if declaration is not None:
            self.chosen.emit(declaration.type)

    def _click(self, item: QTreeWidgetItem) -> None:
        group = item.data(0, MORE)
        if group is not None:
            self._opened ^= {group}
            place = self.tree.verticalScrollBar().value()
            self._fill(self.search.text())
            self.tree.verticalScrollBar().setValue(place)
        elif item.data(0, DECLARATION) is None:
            item.setExpanded(not item.isExpanded())


def _rank(group: str) -> int:
    return GROUPS.index(group) if group in GROUPS else len(GROUPS)


@cache
def _common() -> frozenset[str]:
    """The types that templates use: what a newcomer looks for first."""
    texts = (path.read_text(encoding="utf-8") for path in FOLDER.glob(f"*{SUFFIX}"))
    return frozenset(word for text in texts for word in re.findall(r'"type": "([\w.]+)"', text))


def _first(declarations: list[Declaration]) -> list[Declaration]:
    """A family's most used nodes, at least a handful; the whole family where little is left."""

    def common(one: Declaration) -> bool:
        return one.type in _common() or is_network(one.type)

    chosen = [one for one in declarations if common(one)]
    rest = (one for one in declarations if not common(one))
    chosen += islice(rest, max(0, SHOWN - len(chosen)))
    return declarations if len(declarations) - len(chosen) < 3 else chosen


def drag_picture(declaration: Declaration, ratio: float) -> QPixmap:
    """What hangs on the pointer while a node is dragged out."""
    pixmap = QPixmap(QSize(120, 30) * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colour = look.family_colour(declaration.group)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(QRectF(0, 0, 120, 30), 6, 6)
    painter.setPen(look.readable_on(colour))
    painter.setFont(look.ui_font(13, 600))
    painter.drawText(QRectF(10, 0, 104, 30), int(Qt.AlignmentFlag.AlignVCenter), declaration.title)
    painter.end()
    return pixmap
