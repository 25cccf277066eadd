"""The window: panels around the board, held together by the session and the trainer."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QVBoxLayout, QWidget

from graph.edit.document import Document
from gui import look
from gui.canvas import Board, offers
from gui.charts.curves_panel import Losses
from gui.charts.runs_panel import History
from gui.core.autosave import leftovers
from gui.core.beginnings import Beginnings
from gui.core.board_file import File
from gui.core.data_info import Facts
from gui.core.live_edits import Live
from gui.core.live_source import Source
from gui.core.preferences import settings
from gui.core.session import Session
from gui.core.trainer import Trainer
from gui.core.weight_stats import LearningFigures
from gui.inspector.panel import Inspector
from gui.panels.code import Code
from gui.panels.network_menu import NetworkMenu
from gui.panels.palette import Palette
from gui.panels.problems import Problems
from gui.previews.examples import Examples
from gui.previews.panel import Previews
from gui.shell import actions
from gui.shell.arrangement import Arrangement, first_geometry, inside
from gui.shell.documents import Documents
from gui.shell.edit_actions import EditActions
from gui.shell.file_actions import FileActions
from gui.shell.first_network_offer import FirstNetwork
from gui.shell.focus import Parts, asks_for_menu, open_menu, press_on_enter
from gui.shell.help_actions import HelpActions
from gui.shell.run_actions import RunActions
from gui.shell.run_reports import RunReports
from gui.shell.status import Status
from gui.shell.topbar import TopBar
from gui.shell.view_actions import ViewActions
from gui.widgets.common import holds_keys
from gui.widgets.dock import Panel
from gui.widgets.menu import Menu, escaped
from gui.widgets.message_bar import Notice

PREPARE_MS = 400
"""When to load what draws the curves: after the window answers, before a run can begin."""
NARROWEST = {"palette": 170, "inspector": 270}
"""Pixels the panels beside the board need; those below it need as much as these."""
EDITING = (
    *("cut", "copy", "paste", "duplicate", "duplicate_linked", "select_all", ""),
    *("delete", "delete_reconnect", "rename", "mute", "arrange", ""),
    *("group", "ungroup", "", "search", "ports"),
)
VIEWING = ("fit", "home", "zoom_in", "zoom_out", "actual_size", "enter", "leave")
"""Actions of the canvas, shown in the menus Edit and View."""


class Window(QMainWindow):
    """Palette left, board in the middle, inspector right, tabs below, the run on top."""

    ready = Signal()
    """Shown for the first time, and it answers."""

    def __init__(
        self,
        document: Document,
        path: Path | None = None,
        *,
        live: bool = True,
    ) -> None:
        """Build the window around a document.

        Args:
            document: What to show.
            path: The file it came from.
            live: Start the worker and look for what a crash left behind.
        """
        super().__init__()
        self._live = live
        self.setWindowTitle("Neurowire")
        self.session = Session(document, self)
        self.file = File(self.session, self)
        self.source = Source(self.session, self)
        self.trainer = Trainer(self.session, self.source, self)
        self.notice = Notice()
        self.documents = Documents(
            self, self.session, self.file, self.source, self.trainer, self.notice
        )
        self.learning = LearningFigures(self.session, self)
        self.acts = actions.build(self)
        self._build_panels()
        self._build_board()
        self._build_bars()
        self.facts = Facts(self.session, self.trainer, self)
        self.examples = Examples(self.session, self.facts, self)
        self.beginnings = Beginnings(self.session, self.trainer, self.source, self.facts, self)
        self.first = FirstNetwork(
            self.session, self.facts, self.notice, self.board.home, self.board.viewer.setFocus
        )
        self.live = Live(self.session, self.trainer, self)
        self.arrangement = Arrangement(self, self.docks)
        self.parts = Parts(
            self, self.docks, self.palette_panel, self.board, self.inspector, self.topbar,
            self.status,
        )  # fmt: skip
        self._build_actions()
        self._connect()
        self.file.show(path)
        self.documents.changes.tell_elsewhere()
        self.setGeometry(first_geometry(self.screen().availableGeometry()))
        self.arrangement.reset(self.size())
        self.board.setFocus()
        self._kept: QByteArray | None = None  # how panels stood, until the window is shown
        self._restore()

    # -- building

    def _build_panels(self) -> None:
        self.palette_panel = Palette()
        self.inspector = Inspector(self.session, self.learning)
        self.losses = Losses()
        self.previews = Previews(self.session, self.trainer, self.acts)
        self.problems = Problems(self.session)
        self.code = Code(self.session, self.source)
        self.history = History()
        area = Qt.DockWidgetArea
        self.docks: dict[str, Panel] = {}
        for name, heading, content, where in (
            ("palette", "Nodes", self.palette_panel, area.LeftDockWidgetArea),
            ("inspector", "Inspector", self.inspector, area.RightDockWidgetArea),
            ("losses", "Losses", self.losses, area.BottomDockWidgetArea),
            ("previews", "Previews", self.previews, area.BottomDockWidgetArea),
            ("problems", "Problems", self.problems, area.BottomDockWidgetArea),
            ("code", "Code", self.code, area.BottomDockWidgetArea),
            ("runs", "Runs", self.history, area.BottomDockWidgetArea),
        ):
            dock = self.docks[name] = Panel(name, heading, content, self)
            content.setMinimumWidth(NARROWEST.get(name, max(NARROWEST.values())))
            self.addDockWidget(where, dock)

    def _build_board(self) -> None:
        self.board = Board(self.session.document, self.session.inference)
        self._centre = QWidget()
        layout = QVBoxLayout(self._centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.notice)
        layout.addWidget(self.board, 1)
        self.setCentralWidget(self._centre)
        self.board.selection_changed.connect(self.session.select)
        self.board.wires_selected.connect(self.session.select_wires)
        self.board.message.connect(self.say)
        self.board.guided.connect(lambda words: self.status.guide(words))
        self.board.sheet_shown.connect(
            lambda sheet: self.session.show_sheet(sheet, self.board.place.path)
        )

    def _build_bars(self) -> None:
        self.topbar = TopBar(
            self.session,
            self.file,
            self.trainer,
            self.acts,
        )
        self.addToolBar(self.topbar)
        self.status = Status(self.session, self.trainer)
        self.setStatusBar(self.status)
        self._recent = Menu("Open &recent", self)
        self._recent.aboutToShow.connect(self._fill_recent)
        file_menu = self.findChild(QMenu, "file")
        view_menu = self.findChild(QMenu, "view")
        if isinstance(file_menu, QMenu):
            file_menu.insertMenu(self.acts["templates"], self._recent)
        self._add_board_commands()
        if isinstance(view_menu, QMenu):
            networks = NetworkMenu(self.session, self.board.networks.open, self)
            view_menu.addMenu(networks)
            panels = Menu("&Panels", self)
            view_menu.addMenu(panels)
            for dock in self.docks.values():
                panels.addAction(dock.toggleViewAction())

    def _add_board_commands(self) -> None:
        edit, view = self.findChild(QMenu, "edit"), self.findChild(QMenu, "view")
        commands = self.board.commands
        if not isinstance(edit, QMenu) or not isinstance(view, QMenu):
            return
        first, last = self.acts["find_node"], view.actions()[0]
        for name in EDITING:
            edit.insertAction(first, commands[name]) if name else edit.insertSeparator(first)
        for name in VIEWING:
            view.insertAction(last, commands[name])
        view.insertSeparator(last)

    def _build_actions(self) -> None:
        session, trainer, acts = self.session, self.trainer, self.acts
        self.reports = RunReports(
            self, session, trainer, self.board, self.losses, self.problems, self.notice,
            self.show_tab,
        )  # fmt: skip
        self.run_actions = RunActions(
            self, session, self.source, trainer, self.documents, self.reports, acts, self.show_tab
        )
        self.edit_actions = EditActions(self, session, self.board, acts)
        self.view_actions = ViewActions(self.parts, self.reset_layout, acts)
        handlers = {
            "file": FileActions(self.documents, self.close),
            "edit": self.edit_actions,
            "run": self.run_actions,
            "view": self.view_actions,
            "help": HelpActions(self, self.board),
        }
        actions.connect(acts, handlers)

    def enable_actions(self) -> None:
        """Let those actions be chosen that have a meaning now."""
        self.edit_actions.enable()
        self.run_actions.enable()
        self.view_actions.enable()

    def _connect(self) -> None:
        session, trainer = self.session, self.trainer
        session.opened.connect(self.reports.leave_run)
        session.opened.connect(self._show_document)
        session.opened.connect(self.notice.hide)
        session.selected.connect(self._show_selection)
        session.wires_selected.connect(self._show_wires)
        session.opened.connect(self.parts.to_board)
        session.mended.connect(self.parts.to_board)
        for left in (self.inspector.left, self.notice.left, self.problems.left):
            left.connect(self.parts.to_board)
        self.board.sheet_shown.connect(lambda _: self.reports.show_weights())
        self.board.entered.connect(self._enter)
        self.board.nothing_to_leave.connect(self.notice.hide_error)
        session.settled.connect(lambda _: self.enable_actions())
        session.settled.connect(lambda _: self._offer())
        session.sheet_changed.connect(self._offer)
        self.inspector.opened.connect(self.board.networks.open)
        session.message.connect(self.say)
        self.file.changed.connect(self._title)
        self.palette_panel.chosen.connect(self._add)
        self.problems.counted.connect(self._count_problems)
        self.source.changed.connect(lambda: self.problems.set_mistakes(self.source.mistakes))
        self.problems.jumped.connect(self.board.networks.show_problem)
        self.code.jumped.connect(self.board.centre_on)
        self.previews.drawn.connect(self._set_picture)
        self.previews.failed.connect(self.notice.show_message)
        self.examples.drawn.connect(self._set_picture)
        self.facts.wrong.connect(self.problems.set_data)
        self.facts.told.connect(self.say)
        self.run_actions.data_moved.connect(self.facts.ask_again)
        self.board.data_arrived.connect(self.first.await_data)
        self.board.file_wanted.connect(lambda path: self.documents.open_path(Path(path)))
        self.documents.data_given.connect(lambda path: self.board.adding.bring([Path(path)]))
        self.history.overlaid.connect(lambda earlier: self.reports.overlay(earlier))
        self.history.generated.connect(self.run_actions.generate_from)
        self.previews.steered.connect(self.run_actions.steer)
        self.history.resumed.connect(self.run_actions.resume_from)
        self.history.opened.connect(self.documents.open_copy)
        trainer.asked.connect(self.reports.clear_run)
        trainer.asked.connect(self.learning.clear)
        trainer.changed.connect(self.enable_actions)
        trainer.changed.connect(lambda: self.board.set_training(trainer.state != "idle"))
        trainer.changed.connect(self._show_gradients)
        trainer.changed.connect(lambda: self.inspector.show_run(going=trainer.training))
        self.live.told.connect(self.say)
        self.learning.changed.connect(self._show_gradients)
        trainer.received.connect(self.losses.receive)
        trainer.received.connect(self.previews.receive)
        trainer.received.connect(self.learning.receive)
        trainer.received.connect(self.reports.receive)
        trainer.recorded.connect(self.history.refresh)
        trainer.refused.connect(self.reports.refuse)
        look.changed.connect(self.enable_actions)
        self._count_problems(len(self.problems.shown))
        self._offer()
        self.enable_actions()

    # -- following

    def say(self, text: str) -> None:
        """Show a sentence in the status bar for a while."""
        self.status.say(text)

    def show_tab(self, name: str) -> None:
        """Bring one of the panels to the front."""
        self.docks[name].show()
        self.docks[name].raise_()

    def _add(self, node_type: str) -> None:
        """Put a node at the middle of what is seen of the board."""
        middle = self.board.viewer.viewport().rect().center()
        self.board.add(node_type, self.board.viewer.mapToScene(middle))

    def _show_document(self) -> None:
        self.board.set_document(self.session.document, self.session.inference)
        self.enable_actions()

    def _show_selection(self, ids: tuple[str, ...]) -> None:
        sheet = self.session.document.sheet_of(ids[0]).name if ids else self.board.sheet_name
        if sheet != self.board.sheet_name:
            self.board.networks.open(sheet, ids)
        else:
            self.board.select(ids)
        if ids and self.arrangement.compact and not holds_keys(self.palette_panel):
            self.docks["inspector"].raise_()

    def _show_wires(self) -> None:
        if self.session.wires and self.arrangement.compact and not holds_keys(self.palette_panel):
            self.docks["inspector"].raise_()

    def _enter(self) -> None:
        """Enter on a node that is no network: into its first field."""
        chosen = self.board.selected()
        if chosen and not any(map(self.board.networks.placed, chosen)):
            self.parts.to_fields()

    def _offer(self) -> None:
        self.palette_panel.offer(offers(self.session.document, self.session.sheet))

    def _set_picture(self, node: str, image: object) -> None:
        if isinstance(image, QImage | None) and self.session.document.has(node):
            self.board.set_picture(node, image)

    def _show_gradients(self) -> None:
        shown = self.board.sheet.nodes if self.trainer.state != "idle" else ()
        self.board.set_gradients(self.learning.gradients(shown))

    def _count_problems(self, count: int) -> None:
        self.docks["problems"].setWindowTitle(f"Problems {count}" if count else "Problems")
        self.status.count_problems(count)

    def _title(self) -> None:
        self.setWindowTitle(f"{self.file.name}[*] \N{EN DASH} Neurowire")
        self.setWindowModified(self.file.modified)

    def _fill_recent(self) -> None:
        self._recent.clear()
        for name, act in self.documents.recent():
            self._recent.addAction(escaped(name), act)
        if self._recent.isEmpty():
            self._recent.addAction("No recent files").setEnabled(False)

    # -- coming and going

    def reset_layout(self) -> None:
        """Put every panel where it was at first."""
        self.arrangement.reset(self.size())

    def _restore(self) -> None:
        kept = settings()
        geometry, state = kept.value("geometry"), kept.value("arrangement")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
            place = inside(self.geometry(), self.screen().availableGeometry())
            if place != self.geometry() and not self.isMaximized():
                self.setGeometry(place)
                state = None  # the panels were laid out for a larger screen
            self.arrangement.fit(self.size())
        compact = kept.value("compact", defaultValue=False, type=bool)
        if isinstance(state, QByteArray) and self.arrangement.compact == compact:
            self._kept = state

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.isVisible():
            self.arrangement.fit(event.size())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.arrangement.fit(self.size())
        kept, self._kept = self._kept, None
        if kept is not None and (layout := self.layout()) is not None:
            layout.activate()  # before that Qt leaves tabs of this moment over the menu bar
            self.restoreState(kept)
        if not event.spontaneous() and self._live:
            self._live = False
            QTimer.singleShot(0, self._begin)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What no part has a use for: Enter presses a button, Escape goes back to the board."""
        if event.key() == Qt.Key.Key_Escape:
            self.parts.to_board()
        elif asks_for_menu(event):
            open_menu()
        elif not press_on_enter(event):
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Take the keys back from a dialog that closes, where no window manager does it."""
        if event.type() == QEvent.Type.WindowUnblocked and self.isVisible():
            QTimer.singleShot(0, self, self._take_keys_back)
        return super().event(event)

    def _take_keys_back(self) -> None:
        active = QGuiApplication.applicationState() == Qt.ApplicationState.ApplicationActive
        other = QApplication.activeWindow() or QApplication.activeModalWidget()
        if other is None and active:  # else another question followed the first
            self.activateWindow()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.documents.changes.look()
            self.beginnings.look()

    def _begin(self) -> None:
        self.ready.emit()
        self.trainer.start()
        self.facts.start()
        self.beginnings.start()
        self.documents.offer_recovery(leftovers())
        QTimer.singleShot(PREPARE_MS, self.losses, self.losses.prepare)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.documents.may_leave():
            event.ignore()
            return
        kept = settings()
        kept.setValue("geometry", self.saveGeometry())
        kept.setValue("arrangement", self.saveState())
        kept.setValue("compact", self.arrangement.compact)
        kept.sync()
        self.facts.stop()
        self.beginnings.stop()
        self.trainer.close()
        self.session.close()
        self.file.close()
        self.documents.close()
        event.accept()
