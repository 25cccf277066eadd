"""The palette: every declared node by family, searched, dragged out or double-clicked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from PySide6.QtCore import (
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPen, QPixmap
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

from graph.declare import Declaration
from gui import look
from gui.canvas import MIME_NODE, find

DECLARATION = Qt.ItemDataRole.UserRole
ORDER = (
    *("Data", "Neurons", "Layers", "Activation", "Pooling", "Normalisation", "Dropout", "Shape"),
    *("Merge", "Recurrent", "Attention", "Random", "Loss", "Optimizer", "Schedule", "Metric"),
    *("View", "Network"),
)
"""Families from top to bottom; others follow as they were declared."""
HIDDEN_ROLES = {"input", "output", "instance"}

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
        return QSize(100, 27 if index.data(DECLARATION) else 32)

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
        super().startDrag(Qt.DropAction.CopyAction)


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
        self.tree.itemClicked.connect(self._fold)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.setSpacing(8)
        head = QVBoxLayout()
        head.setContentsMargins(14, 0, 14, 0)
        head.addWidget(self.search)
        layout.addLayout(head)
        layout.addWidget(self.tree, 1)
        self._fill("")
        look.changed.connect(self.tree.viewport().update)

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
                yield from (family.child(place) for place in range(family.childCount()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.tree.currentItem():
            self._choose(self.tree.currentItem(), 0)
        elif event.key() == Qt.Key.Key_Down and self.search.hasFocus():
            self.tree.setFocus()
        else:
            super().keyPressEvent(event)

    def _fill(self, text: str) -> None:
        self.tree.clear()
        found = find(text, lambda one: one.role not in HIDDEN_ROLES)
        if not text.strip():
            found.sort(key=_place)
        if not text.strip():
            found.sort(key=_place)
        families: dict[str, QTreeWidgetItem] = {}
        for declaration in found:
            family = families.get(declaration.group)
            if family is None:
                family = families[declaration.group] = QTreeWidgetItem([declaration.group])
                family.setFlags(Qt.ItemFlag.ItemIsEnabled)
                self.tree.addTopLevelItem(family)
            item = QTreeWidgetItem([declaration.title])
            item.setData(0, DECLARATION, declaration)
            item.setToolTip(0, declaration.doc)
            flags = Qt.ItemFlag
            item.setFlags(flags.ItemIsEnabled | flags.ItemIsSelectable | flags.ItemIsDragEnabled)
            family.addChild(item)
        self.tree.expandAll()
        if text.strip() and found:
            self.tree.setCurrentItem(next(self._rows()))

    def _choose(self, item: QTreeWidgetItem, _: int) -> None:
        declaration = item.data(0, DECLARATION)
        if declaration is not None:
            self.chosen.emit(declaration.type)

    def _fold(self, item: QTreeWidgetItem) -> None:
        if item.data(0, DECLARATION) is None:
            item.setExpanded(not item.isExpanded())


def _place(declaration: Declaration) -> int:
    group = declaration.group
    return ORDER.index(group) if group in ORDER else len(ORDER)


def drag_picture(declaration: Declaration) -> QPixmap:
    """What hangs on the pointer while a node is dragged out."""
    pixmap = QPixmap(120, 30)
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
