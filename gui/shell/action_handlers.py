"""What each action of the window does; the table of actions is in `gui.shell.actions`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QInputDialog

from graph.declare import Param
from graph.format.file import SUFFIX
from graph.model.settings import LIMITS
from graph.model.sheet import BOARD
from graph.problems.problem import Problem
from gui import look
from gui.canvas.trained_colours import loss_colours
from gui.charts.pace import Pace
from gui.charts.runs_panel import Earlier
from gui.core.preferences import settings
from gui.shell.ask_number import ask_number
from gui.shell.command_palette import Commands
from gui.shell.key_list import listed
from gui.shell.keys_dialog import Keys
from gui.widgets import dialogs
from gui.widgets.menu import escaped
from runtime.client.export import source_of
from runtime.protocol import messages
from runtime.protocol.messages import Died, RateChanged, Started, Weights
from runtime.store.runs import home, last_checkpoint

if TYPE_CHECKING:
    from gui.shell.window import Window


CHECKPOINTS = "Checkpoints (*.safetensors);;All files (*)"


class Deeds(QObject):
    """One method for each action, and what follows from the worker's messages."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._weights: Mapping[str, float] = {}

    # -- file

    def new(self) -> None:
        """Start with an empty board."""
        self._window.documents.new()

    def open(self) -> None:
        """Open a file."""
        self._window.documents.open()

    def templates(self) -> None:
        """Open a template."""
        self._window.documents.pick_template()

    def save(self) -> None:
        """Save."""
        self._window.documents.save()

    def save_as(self) -> None:
        """Save elsewhere."""
        self._window.documents.save_as()

    def export(self) -> None:
        """Export the project."""
        self._window.documents.export()

    def close_board(self) -> None:
        """Leave the open board for an empty one."""
        self._window.documents.new()

    def quit(self) -> None:
        """Close the window."""
        self._window.close()

    # -- edit

    def undo(self) -> None:
        """Take the last change back."""
        self._window.session.document.undo()

    def redo(self) -> None:
        """Do it again."""
        self._window.session.document.redo()

    def find_node(self) -> None:
        """Show every node in a list that can be searched; Enter goes there."""
        window = self._window
        document = window.session.document
        shown = []
        for sheet in (document.board, *document.networks.values()):
            inside = "" if sheet is document.board else f" in {sheet.name}"
            for node in sheet.nodes.values():
                found = QAction(escaped(f"{node.name}{inside}"), window)
                found.triggered.connect(partial(self._go_to, node.id))
                shown.append(found)
        self._popup(Commands(shown, window, "Which node?"))

    def _go_to(self, node: str) -> None:
        window = self._window
        sheet = window.session.document.sheet_of(node).name
        if window.board.sheet.name != sheet:
            window.board.show_sheet(sheet)
        window.session.select([node])
        window.board.centre_on(node)
        window.board.viewer.setFocus()

    def commands(self) -> None:
        """Show every action in a list that can be searched."""
        window = self._window
        shown = [one for one in window.acts.values() if one.objectName() != "commands"]
        shown += window.board.commands.values()
        self._popup(Commands(shown, window))

    def _popup(self, popup: Commands) -> None:
        window = self._window
        corner = window.mapToGlobal(QPoint((window.width() - popup.width()) // 2, 90))
        popup.move(corner)
        popup.show()
        popup.search.setFocus()

    def add(self, node_type: str) -> None:
        """Put a node at the middle of what is seen of the board."""
        board = self._window.board
        middle = board.viewer.viewport().rect().center()
        board.add(node_type, board.viewer.mapToScene(middle))

    # -- run

    def train(self) -> None:
        """Train, or go on after a pause."""
        self._window.trainer.train()

    def pause(self) -> None:
        """Pause, or go on."""
        trainer = self._window.trainer
        if trainer.state == "paused":
            trainer.resume()
        else:
            trainer.pause()

    def step(self) -> None:
        """Take one step."""
        self._window.trainer.step()

    def stop(self) -> None:
        """End the run."""
        self._window.trainer.stop()

    def resume_last(self) -> None:
        """Go on with the run whose worker died."""
        self._window.trainer.resume_last()

    # -- after training

    def generate(self) -> None:
        """Go on drawing with what the last run learned, or the checkpoint loaded since."""
        trainer = self._window.trainer
        if trainer.checkpoint is not None:
            self._generate(trainer.checkpoint, samples=trainer.samples)

    def shuffle(self) -> None:
        """Draw from other noise; where nothing draws any more, from the last weights."""
        trainer = self._window.trainer
        if trainer.generating is not None:
            trainer.shuffle()
        elif trainer.checkpoint is not None:
            self._generate(trainer.checkpoint, samples=trainer.samples + 1)

    def load_checkpoint(self) -> None:
        """Ask for a checkpoint and draw with its weights."""
        window = self._window
        last = window.trainer.checkpoint
        start = last.parent if last else home()
        path = dialogs.ask_open(window, "Load a checkpoint", start, CHECKPOINTS)
        if path is not None:
            self._generate(path)

    def generate_from(self, folder: str, source: str) -> None:
        """Draw with what an earlier run learned.

        Args:
            folder: The run's folder.
            source: What names its source.
        """
        if self._open_trained(folder, source):
            self._generate(last_checkpoint(folder))

    def resume_from(self, folder: str, source: str, done: int = 0) -> None:
        """Go on with an earlier run from its last checkpoint.

        Args:
            folder: The run's folder.
            source: What names its source.
            done: How many epochs it has trained, if it is finished: then how many more is asked.
        """
        end = None
        if done:
            text = f"All {done} epochs are trained. Train on until epoch"
            most = LIMITS["epochs"][1]
            asked = Param("epochs", "int", 2 * done, text, low=done + 1, high=most)
            chosen = ask_number(self._window, "Resume", asked)
            if chosen is None:
                return
            end = int(chosen)
        if self._open_trained(folder, source):
            self._window.trainer.resume_run(folder, end)

    def _open_trained(self, folder: str, source: str) -> bool:
        """Show the board that an earlier run trains: the open one, where it is that, or its own."""
        window = self._window
        if window.trainer.state not in {"idle", "reading"}:
            window.say("A run is going: stop it first.")
            return False
        window.source.compile_now()
        project = window.source.project
        if project is not None and source_of(project) == source:
            return True
        boards = sorted(Path(folder).glob(f"*{SUFFIX}"))
        if boards:
            return window.documents.open_copy(boards[0])
        window.notice.show_message(
            f"The run {Path(folder).name} has no board: expected a {SUFFIX} file in its"
            " folder, found none.",
            f"Choose another run, or look into {folder}.",
        )
        return False

    def steer(self, node: str, at: tuple[float, ...]) -> None:
        """Move latents; where nothing draws any more, the last run's weights are loaded first."""
        trainer = self._window.trainer
        if trainer.can_steer:
            trainer.steer(node, at)
        elif trainer.state == "idle":
            self.generate()

    def _generate(self, checkpoint: Path, *, samples: int = 0) -> None:
        window = self._window
        window.notice.hide_error()
        window.problems.clear_extra()
        window.source.compile_now()
        project = window.source.project
        if project is not None and not project.views:
            window.say("There is nothing to draw: wire a view, such as Image grid, first.")
        elif window.trainer.generate(checkpoint, samples=samples):
            window.show_tab("previews")

    def set_rate(self) -> None:
        """Ask for another learning rate of the run that is going."""
        window, trainer = self._window, self._window.trainer
        rates = dict(trainer.started.rates) if trainer.started else {}
        if not rates or trainer.state not in {"running", "paused"}:
            window.say("The learning rate can be changed while a run is going.")
            return
        name = next(iter(rates))
        if len(rates) > 1:
            name, chosen = QInputDialog.getItem(
                window, "Learning rate", "Optimizer", list(rates), 0, False
            )
            if not chosen:
                return
        asked = Param("rate", "float", rates[name], f"Learning rate of {name}", low=0.0)
        rate = ask_number(window, "Learning rate", asked)
        if rate is not None:
            trainer.set_rate(name, float(rate))

    def data_folder(self) -> None:
        """Ask where data sets are looked for first."""
        window = self._window
        start = Path(window.trainer.data_dir or Path.home())
        folder = dialogs.ask_folder(window, "Folder with data sets", start)
        if folder is not None:
            window.trainer.data_dir = str(folder)
            settings().setValue("data_folder", str(folder))
            window.facts.ask_again()
            window.say(f"Data sets are looked for in {folder} first.")

    # -- view

    def scheme_system(self) -> None:
        """Light or dark as the system is."""
        self._set_scheme("system")

    def scheme_dark(self) -> None:
        """Dark colours."""
        self._set_scheme("dark")

    def scheme_light(self) -> None:
        """Light colours."""
        self._set_scheme("light")

    def next_part(self) -> None:
        """Bring the keys to the next part of the window."""
        self._window.parts.go(1)

    def previous_part(self) -> None:
        """Bring the keys to the part before."""
        self._window.parts.go(-1)

    def next_tab(self) -> None:
        """Show the next tab."""
        self._window.parts.turn(1)

    def previous_tab(self) -> None:
        """Show the tab before."""
        self._window.parts.turn(-1)

    def reset_layout(self) -> None:
        """Put every panel where it was at first."""
        self._window.reset_layout()

    def keys(self) -> None:
        """List the keys."""
        Keys(self._window, listed(self._window)).exec()

    def about(self) -> None:
        """Say what this is."""
        dialogs.tell(
            self._window,
            "About Neurowire",
            "Neurowire",
            "Wire neural networks on a canvas, train them, watch them learn, "
            "keep the PyTorch source.",
            look.icon("circles-three-plus", "accent"),
        )

    # -- what follows

    def enable(self) -> None:
        """Let those actions be chosen that have a meaning now."""
        window = self._window
        document, state = window.session.document, window.trainer.state
        acts = window.acts
        acts["undo"].setEnabled(document.can_undo)
        acts["redo"].setEnabled(document.can_redo)
        acts["undo"].setText(f"&Undo {escaped(document.undo_name)}".strip())
        acts["redo"].setText(f"&Redo {escaped(document.redo_name)}".strip())
        acts["train"].setText("&Resume" if state == "paused" else "&Train")
        acts["train"].setEnabled(state in {"idle", "paused"})
        acts["pause"].setEnabled(state == "running")
        acts["step"].setEnabled(state in {"idle", "paused", "running"})
        stops = state in {"reading", "starting", "running", "paused"}
        acts["stop"].setEnabled(stops or window.trainer.generating is not None)
        acts["set_rate"].setEnabled(state in {"running", "paused"})
        trainer = window.trainer
        generating = trainer.generating is not None
        kept = trainer.checkpoint is not None and os.path.exists(trainer.checkpoint)
        can = state == "idle" and kept
        acts["generate"].setEnabled(can and (trainer.outdated or not generating))
        acts["shuffle"].setEnabled(can or generating)
        acts["load_checkpoint"].setEnabled(state == "idle")
        acts["resume_last"].setEnabled(state == "idle" and window.trainer.resumable is not None)
        for scheme in ("system", "dark", "light"):
            acts[f"scheme_{scheme}"].setChecked(look.scheme() == scheme)

    def leave_run(self) -> None:
        """Another board is open: what a run showed was of the one before."""
        self._weights = {}
        self._window.losses.clear()

    def clear_run(self) -> None:
        """A run was asked for: what the last one left goes."""
        window = self._window
        window.losses.clear()
        window.losses.set_optimizers(loss_colours(window.session.document))
        window.problems.clear_extra()
        window.notice.hide()
        if window.docks["problems"].content.isVisible():
            window.show_tab("losses")

    def refuse(self, problems: tuple[Problem, ...]) -> None:
        """Train was asked for on a board with errors: show them."""
        window = self._window
        window.problems.refuse(*problems)
        window.show_tab("problems")
        first = next((one.node for one in problems if one.node), None)
        if first is not None and window.session.document.has(first):
            window.session.select([first])
        count = len(problems)
        window.say(f"Not started: {count} problem{'s' * (count != 1)} to mend first.")

    def overlay(self, earlier: Earlier) -> None:
        """Show an earlier run's curves beside the present ones."""
        run = earlier.run
        pace = Pace(run.step / run.epoch if run.epoch else 0.0, run.seconds / max(run.step, 1))
        self._window.losses.show_curves(
            earlier.curves, title=run.id, pace=pace, figures=run.figures
        )
        self._window.show_tab("losses")

    def receive(self, message: object) -> None:
        """Take one message of the worker."""
        window = self._window
        match message:
            case Started():
                window.notice.hide()  # what an earlier run or worker said
            case Weights():
                self._weights = message.values
                self.show_weights()
            case RateChanged():
                window.say(f"Learning rate of {message.optimizer}: {message.value:g}")
            case messages.Noted():
                window.notice.show_message(message.text, error=False)
            case messages.Problem():
                self._report(message)
            case Died():
                here = window.trainer.resumable is not None
                answers = [("Resume", window.trainer.resume_last)] if here else []
                signal = f" ({message.signal})" if message.signal else ""
                where = "" if here or not message.folder else " Resume it in Runs."
                window.notice.show_message(
                    f"The worker process ended{signal}.", f"{message.advice}{where}", answers
                )

    def _report(self, message: messages.Problem) -> None:
        window = self._window
        node = message.node
        has = node is not None and window.session.document.has(node)
        name = window.session.document.node(node).name if has and node else ""
        window.problems.add(
            Problem(node if has else None, BOARD, message.text, name=name, advice=message.advice)
        )
        window.show_tab("problems")
        window.notice.show_message(
            f"{name}: {message.text}" if name else message.text, message.advice
        )
        if has and node is not None:
            window.session.select([node])
            window.board.reveal(node)

    def show_weights(self) -> None:
        """Show the newest weights on the wires of the sheet."""
        board, known = self._window.board, self._weights
        board.set_wire_weights({k: known[str(k)] for k in board.sheet.links if str(k) in known})

    def _set_scheme(self, scheme: look.Scheme) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            look.apply(app, scheme)
            settings().setValue("scheme", scheme)
        self.enable()
