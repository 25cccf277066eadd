"""What the window shows of a run: what the worker says, and why none was started."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from graph.model.sheet import BOARD
from graph.problems.problem import Problem
from gui.canvas import Board
from gui.canvas.trained_colours import loss_colours
from gui.charts.curves_panel import Losses
from gui.charts.pace import Pace
from gui.charts.runs_panel import Earlier
from gui.core.session import Session
from gui.core.trainer import Trainer
from gui.panels.problems import Problems
from gui.widgets.message_bar import Notice
from runtime.protocol import messages
from runtime.protocol.messages import Died, RateChanged, Started, Weights


class RunReports(QObject):
    """Brings what is told of a run to the board, the curves, the problems and the message bar."""

    def __init__(
        self,
        window: QWidget,
        session: Session,
        trainer: Trainer,
        board: Board,
        losses: Losses,
        problems: Problems,
        notice: Notice,
        show_tab: Callable[[str], object],
    ) -> None:
        super().__init__(window)
        self._session, self._trainer, self._board = session, trainer, board
        self._losses, self._problems, self._notice = losses, problems, notice
        self._show_tab = show_tab
        self._weights: Mapping[str, float] = {}

    def leave_run(self) -> None:
        """Another board is open: what a run showed was of the one before."""
        self._weights = {}
        self._losses.clear()

    def clear_run(self) -> None:
        """A run was asked for: what the last one left goes."""
        self._losses.clear()
        self._losses.set_optimizers(loss_colours(self._session.document))
        self._problems.clear_extra()
        self._notice.hide()
        if self._problems.isVisible():
            self._show_tab("losses")

    def clear_trouble(self) -> None:
        """Views are to be drawn: what went wrong before goes."""
        self._notice.hide_error()
        self._problems.clear_extra()

    def refuse(self, problems: tuple[Problem, ...]) -> None:
        """Train was asked for on a board with errors: show them."""
        self._problems.refuse(*problems)
        self._show_tab("problems")
        first = next((one.node for one in problems if one.node), None)
        if first is not None and self._session.document.has(first):
            self._session.select([first])
        count = len(problems)
        self._session.message.emit(
            f"Not started: {count} problem{'s' * (count != 1)} to mend first."
        )

    def overlay(self, earlier: Earlier) -> None:
        """Show an earlier run's curves beside the present ones."""
        run = earlier.run
        pace = Pace(run.step / run.epoch if run.epoch else 0.0, run.seconds / max(run.step, 1))
        self._losses.show_curves(earlier.curves, title=run.id, pace=pace, figures=run.figures)
        self._show_tab("losses")

    def receive(self, message: object) -> None:
        """Take one message of the worker."""
        match message:
            case Started():
                self._notice.hide()  # what an earlier run or worker said
            case Weights():
                self._weights = message.values
                self.show_weights()
            case RateChanged():
                text = f"Learning rate of {message.optimizer}: {message.value:g}"
                self._session.message.emit(text)
            case messages.Noted():
                self._notice.show_message(message.text, error=False)
            case messages.Problem():
                self._report(message)
            case Died():
                here = self._trainer.resumable is not None
                answers = [("Resume", self._trainer.resume_last)] if here else []
                signal = f" ({message.signal})" if message.signal else ""
                where = "" if here or not message.folder else " Resume it in Runs."
                self._notice.show_message(
                    f"The worker process ended{signal}.", f"{message.advice}{where}", answers
                )

    def _report(self, message: messages.Problem) -> None:
        document, node = self._session.document, message.node
        has = node is not None and document.has(node)
        name = document.node(node).name if has and node else ""
        self._problems.add(
            Problem(node if has else None, BOARD, message.text, name=name, advice=message.advice)
        )
        self._show_tab("problems")
        self._notice.show_message(
            f"{name}: {message.text}" if name else message.text, message.advice
        )
        if has and node is not None:
            self._session.select([node])
            self._board.reveal(node)

    def show_weights(self) -> None:
        """Show the newest weights on the wires of the sheet."""
        board, known = self._board, self._weights
        board.set_wire_weights({k: known[str(k)] for k in board.sheet.links if str(k) in known})
