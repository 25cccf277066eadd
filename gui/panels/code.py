"""The live source: a tab for each file; lines and nodes find each other."""

from __future__ import annotations

from pathlib import PurePath

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QShowEvent, QTextCursor, QTextFormat
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QPlainTextEdit,
    QTabWidget,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from gui import look
from gui.core.live_source import Source
from gui.core.session import Session
from gui.panels.highlight import Highlighter
from gui.widgets.common import button, label

FIRST = (
    "model.py",
    "train.py",
    "data.py",
    "losses.py",
    "layers.py",
    "neurons.py",
    "sample.py",
    "README.md",
)


NONE = "The PyTorch source of the board stands here."
"""What stands in place of the files while there are none."""


class Listing(QPlainTextEdit):
    """One file, read only, with line numbers and the selected nodes' lines marked."""

    clicked = Signal(int)
    """A line was clicked, counted from 0."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.setReadOnly(True)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setStyleSheet(
            "QPlainTextEdit { border-radius: 0; padding: 0; }"
            "QPlainTextEdit:!focus { border-color: transparent; }"
        )
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFont(look.mono_font(12))
        self.setAccessibleName(f"Source of {name}")
        self._highlighter = Highlighter(self.document(), PurePath(name).suffix)
        self._coloured = True
        self._marked: tuple[int, ...] = ()
        self._gutter = Gutter(self)
        self.setViewportMargins(self.gutter_width(), 0, 0, 0)
        self.updateRequest.connect(lambda *_: self._gutter.update())
        look.changed.connect(self._recolour)

    def show_text(self, text: str) -> None:
        """Show a text and stay where the reader is; it is coloured once it is seen."""
        if text == self.toPlainText():
            return
        bar = self.verticalScrollBar()
        place = bar.value()
        self._coloured = self.isVisible()
        self._highlighter.show(text if self._coloured else "")
        self.setPlainText(text)
        self.setViewportMargins(self.gutter_width(), 0, 0, 0)
        bar.setValue(place)
        self.mark(self._marked)

    def mark(self, lines: tuple[int, ...], *, reveal: bool = False) -> None:
        """Mark lines; bring the first into view."""
        self._marked = lines
        colours = look.colours()
        ground = look.mix(colours.field, colours.accent, 0.18)
        marks = []
        for line in lines:
            block = self.document().findBlockByNumber(line)
            mark = QTextEdit.ExtraSelection()
            mark.format.setBackground(ground)
            mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
            mark.cursor = QTextCursor(block)
            marks.append(mark)
        self.setExtraSelections(marks)
        self._gutter.update()
        if reveal and lines:
            self.setTextCursor(QTextCursor(self.document().findBlockByNumber(lines[0])))
            self.centerCursor()

    @property
    def marked(self) -> tuple[int, ...]:
        """The marked lines, counted from 0."""
        return self._marked

    def gutter_width(self) -> int:
        """Pixels the line numbers take."""
        digits = len(str(max(self.blockCount(), 99)))
        return 22 + self.fontMetrics().horizontalAdvance("9") * digits

    def paint_gutter(self, painter: QPainter) -> None:
        """Draw the line numbers."""
        colours = look.colours()
        painter.fillRect(self._gutter.rect(), colours.field)
        painter.setFont(look.mono_font(11))
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        while block.isValid() and top < self.height():
            height = self.blockBoundingRect(block).height()
            marked = block.blockNumber() in self._marked
            painter.setPen(colours.accent if marked else colours.faint)
            box = QRect(0, int(top), self._gutter.width() - 12, int(height))
            painter.drawText(box, Qt.AlignmentFlag.AlignRight, str(block.blockNumber() + 1))
            top += height
            block = block.next()

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        box = self.contentsRect()
        self._gutter.setGeometry(QRect(box.left(), box.top(), self.gutter_width(), box.height()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if not self.textCursor().hasSelection():
            self.clicked.emit(self.cursorForPosition(event.position().toPoint()).blockNumber())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._coloured:
            self._colour()

    def _colour(self) -> None:
        self._coloured = True
        self._highlighter.show(self.toPlainText())
        self._highlighter.rehighlight()

    def _recolour(self) -> None:
        self._coloured = False
        if self.isVisible():
            self._colour()
        self.mark(self._marked)


class Gutter(QWidget):
    """The strip of line numbers."""

    def __init__(self, listing: Listing) -> None:
        super().__init__(listing)
        self._listing = listing

    def sizeHint(self) -> QSize:
        return QSize(self._listing.gutter_width(), 0)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        self._listing.paint_gutter(painter)


class Code(QWidget):
    """The project's files as tabs; compiled again after each edit."""

    jumped = Signal(str)
    """A line was clicked: show this node."""

    def __init__(self, session: Session, source: Source, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._source = session, source
        self.setAccessibleName("Code")
        self.tabs = QTabWidget()
        self.tabs.tabBar().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName("Source files")
        self._listings: dict[str, Listing] = {}
        self._none = label(NONE, "dim", wrap=True)
        self._none.setContentsMargins(18, 14, 18, 14)
        self._state = label("", "dim")
        corner = QWidget()
        row = QHBoxLayout(corner)
        row.setContentsMargins(0, 0, 12, 6)
        row.addWidget(self._state)
        self._copy = button("Copy", self.copy, "flat", "copy")
        self._copy.setEnabled(False)
        row.addWidget(self._copy)
        self.tabs.setCornerWidget(corner)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._none)
        layout.addWidget(self.tabs, 1)
        layout.addStretch(0)
        self.tabs.hide()
        source.changed.connect(self.refresh)
        session.selected.connect(lambda _: self._mark(reveal=True))
        self.tabs.currentChanged.connect(lambda _: self._mark(reveal=True))

    def listing(self, name: str) -> Listing | None:
        """The tab of a file."""
        return self._listings.get(name)

    def refresh(self) -> None:
        """Show the source as it was compiled last."""
        project = self._source.project
        if project is None:
            count = len([one for one in self._source.problems if one.severity == "error"])
            text = (
                "The board can't be compiled yet: see Problems" if count else "Nothing to compile"
            )
            self._state.setText(text)
            self._none.setText(f"{text}.")
            return
        self._state.setText("")
        self._none.hide()
        self.tabs.show()
        names = list(project.exported)
        names.sort(key=lambda name: (FIRST.index(name) if name in FIRST else len(FIRST), name))
        names = [name for name in names if not name.endswith(".neurowire")]
        for gone in [name for name in self._listings if name not in names]:
            listing = self._listings.pop(gone)
            self.tabs.removeTab(self.tabs.indexOf(listing))
            listing.deleteLater()
        for place, name in enumerate(names):
            if name not in self._listings:
                listing = self._listings[name] = Listing(name)
                listing.clicked.connect(self._on_click)
                self.tabs.insertTab(place, listing, name)
            self._listings[name].show_text(project.files[name].text)
        if self.tabs.currentIndex() < 0:
            self.tabs.setCurrentIndex(0)
        self.tabs.tabBar().setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._copy.setEnabled(True)
        self._mark(reveal=False)

    def showEvent(self, event: QShowEvent) -> None:
        """Go to the lines of what was selected meanwhile."""
        super().showEvent(event)
        self._mark(reveal=True)

    def copy(self) -> None:
        """Put the shown file on the clipboard."""
        listing = self.tabs.currentWidget()
        if isinstance(listing, Listing):
            QApplication.clipboard().setText(listing.toPlainText())

    def _mark(self, *, reveal: bool) -> None:
        project = self._source.project
        if project is None:
            return
        chosen = set(self._session.selection)
        for name, listing in self._listings.items():
            if name not in project.files:
                continue
            lines = tuple(
                number
                for number, nodes in enumerate(project.files[name].nodes)
                if chosen and not chosen.isdisjoint(nodes)
            )
            shown = reveal and listing is self.tabs.currentWidget() and self.isVisible()
            listing.mark(lines, reveal=shown)

    def _on_click(self, line: int) -> None:
        listing, project = self.tabs.currentWidget(), self._source.project
        if project is None or not isinstance(listing, Listing):
            return
        nodes = project.files[listing.name].nodes
        behind = nodes[line] if line < len(nodes) else ()
        found = [node for node in behind if self._session.document.has(node)]
        if found:
            self._session.select(found)
            self.jumped.emit(found[0])
