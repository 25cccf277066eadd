"""Opening, saving, exporting: what happens between boards and files."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from graph.compile import Compiled
from graph.core.errors import DataFile, FileError, NeurowireError
from graph.edit.document import Document
from graph.format import templates
from graph.format.file import SUFFIX, load, load_text
from gui.core.autosave import Leftover
from gui.core.board_file import File, digest
from gui.core.file_changes import FileChanges, beside
from gui.core.live_source import Source
from gui.core.preferences import recent_files, remember_file, settings
from gui.core.session import Session
from gui.core.trainer import Trainer
from gui.shell.gallery import Gallery
from gui.widgets import dialogs
from gui.widgets.message_bar import Answer, Notice
from runtime.client.export import Edited, recorded, trained, write_project, write_weights

ENDING = ".neurowire"
ADD_WEIGHTS = "Add the weights"


class Documents(QObject):
    """Brings boards into the window and out of it; every failure is a message."""

    data_given = Signal(str)
    """The path of data that were opened: they are to come onto the board, which is empty."""

    def __init__(
        self,
        window: QWidget,
        session: Session,
        file: File,
        source: Source,
        trainer: Trainer,
        notice: Notice,
    ) -> None:
        super().__init__(window)
        self._trainer = trainer
        self._window, self._session = window, session
        self._file, self._source, self._notice = file, source, notice
        self._offered: list[Leftover] = []
        self.changes = FileChanges(window, file, notice, self.reload)
        file.changed.connect(source.touch)
        file.unkept.connect(self._tell_unkept)

    # -- opening

    def show(
        self, document: Document, path: Path | None, *, modified: bool = False, seen: str = ""
    ) -> None:
        """Put a document into the window; the arguments are those of `File.show`."""
        self._notice.hide_error()
        self._session.open(document)
        self._file.show(path, modified=modified, seen=seen)
        self.changes.tell_elsewhere()

    def new(self) -> None:
        """Start with an empty board."""
        if self.may_open():
            self.show(Document(), None)

    def open(self) -> None:
        """Ask for a file and open it."""
        path = dialogs.ask_open(self._window, "Open a board", self._folder(), dialogs.BOARDS)
        if path is not None:
            self.open_path(path)

    def open_copy(self, path: Path) -> bool:
        """Open the board in a run's folder as a new one: the run's own stays what it trained."""
        return self.open_path(path, copy=True)

    def open_trained(self, folder: str) -> bool:
        """Open what a run trained, from the run's folder; say so where there is no board in it."""
        boards = sorted(Path(folder).glob(f"*{SUFFIX}"))
        if boards:
            return self.open_copy(boards[0])
        self._notice.show_message(
            f"The run {Path(folder).name} has no board: expected a {SUFFIX} file in its"
            " folder, found none.",
            f"Choose another run, or look into {folder}.",
        )
        return False

    def open_path(self, path: Path, *, copy: bool = False) -> bool:
        """Open a file, or a copy that has no file yet; what can't be read of it is said."""
        return self.may_open() and self._load(path, copy=copy)

    def reload(self) -> bool:
        """Show what the open board's file says now; changes made here are given up."""
        path = self._file.path
        return path is not None and self._may_stop() and self._load(path)

    def _load(self, path: Path, *, copy: bool = False) -> bool:
        seen = digest(path)
        try:
            loaded = load(path)
        except DataFile as error:
            self.show(Document(), None)
            self.data_given.emit(str(error.path.absolute()))
            return True
        except (NeurowireError, OSError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            self._notice.show_message(
                f"{path.name} could not be opened: {reason}",
                "The board you had is still open.",
                [("Open another file", self.open)],
            )
            return False
        self.show(loaded.document, None if copy else path, seen="" if copy else seen)
        if not copy:
            remember_file(path)
            self._remember_folder(path.parent)
        if loaded.problems:
            self._notice.show_message(
                f"{path.name} was opened, but not all of it could be read.",
                " ".join(str(problem) for problem in loaded.problems[:3]),
            )
        return True

    def open_template(self, name: str) -> None:
        """Open a template as a new board."""
        if self.may_open():
            self.show(templates.open_template(name), None)

    def pick_template(self) -> None:
        """Show the gallery and open what was chosen."""
        gallery = Gallery(self._window)
        gallery.exec()
        gallery.deleteLater()
        if gallery.chosen is not None:
            self.open_template(gallery.chosen)

    def recent(self) -> list[tuple[str, Callable[[], object]]]:
        """Names of recent files and what opens them."""
        return [(str(path), partial(self.open_path, path)) for path in recent_files()]

    def offer_recovery(self, found: list[Leftover]) -> None:
        """Offer what a crash left behind, the newest first."""
        self._offered = found
        if not found:
            return
        newest, rest = found[0], found[1:]

        def later() -> None:
            self.offer_recovery(rest)

        def recover() -> None:
            try:
                document = load_text(newest.kept.text).document
            except NeurowireError as error:
                self._notice.show_message(f"The copy could not be read: {error}")
                return
            if self.may_open():
                kept = newest.kept
                document.name = kept.name
                self.show(document, kept.path, modified=True, seen=kept.seen)
                # Until the window's own copy is written, the one found is the only one there is.
                if self._file.is_kept():
                    newest.discard()
                else:
                    newest.leave()
                later()

        def discard() -> None:
            newest.discard()
            later()

        self._notice.show_message(
            f"Neurowire ended without saving {newest.kept.name}.",
            "Its last changes were kept.",
            [("Recover", recover), ("Discard", discard)],
            error=False,
        )

    # -- saving

    def save(self) -> bool:
        """Write the file, asking for its place the first time, and where it changed underneath."""
        path = self._file.path
        if path is None:
            return self.save_as()
        state = self._file.on_disk()
        if state == "same":
            return self._write(path)
        match self.changes.ask(path, state):
            case "Reload":
                return self.reload()
            case "Save beside":
                return self._write(beside(path))
            case "Overwrite":
                return self._write(path)
        return False

    def save_as(self) -> bool:
        """Ask for a place and write the file there."""
        start = self._file.path or self._folder() / f"{self._file.name}{ENDING}"
        path = dialogs.ask_save(self._window, "Save the board", start)
        if path is None:
            return False
        return self._write(path if path.suffix else path.with_suffix(ENDING))

    def may_leave(self) -> bool:
        """May the open board go? Asks where it has changes."""
        if not self._file.modified:
            return True
        answer = dialogs.ask_to_save(self._window, self._file.name)
        if answer == "save":
            return self.save()
        return answer == "discard"

    def may_open(self) -> bool:
        """May another board take the place of the open one, and of what it trains?"""
        return self.may_leave() and self._may_stop()

    def _may_stop(self) -> bool:
        if not self._trainer.training:
            return True
        return dialogs.ask(
            self._window,
            "Stop training?",
            f"{self._file.name} is training.",
            "Another board can be opened once its run is stopped. The run is saved: Runs goes on "
            "with it.",
            "Stop training",
            "Cancel",
        )

    def export(self) -> None:
        """Ask for a folder and write the project there."""
        self._source.compile_now()
        project = self._source.project
        if project is None:
            count = len(self._source.problems)
            self._notice.show_message(
                f"The board can't be exported yet: {count} problem{'s' * (count != 1)}.",
                str(self._source.problems[0]) if count else "",
            )
            return
        chosen = dialogs.ask_folder(self._window, "Export into a folder", self._folder(), True)
        if chosen is None:
            return
        folder = chosen if chosen.name == project.name else chosen / project.name
        try:
            record = recorded(project)
            try:
                write_project(project, folder, record)
            except Edited as error:
                if not dialogs.ask_to_replace(self._window, folder, error.names):
                    return
                write_project(project, folder, record, replace_edited=True)
        except (FileError, OSError) as error:
            self._notice.show_message(f"The export did not succeed: {error}")
            return
        self._remember_folder(chosen)
        answers: list[Answer] = []
        if trained(project) is not None:
            answers.append((ADD_WEIGHTS, lambda: self._add_weights(project, folder)))
        self._tell_exported(
            f"Exported to {folder}",
            "Run it with: pip install -r requirements.txt, then python train.py",
            folder,
            answers,
        )

    def _add_weights(self, project: Compiled, folder: Path) -> None:
        try:
            written = write_weights(project, folder)
        except FileError as error:
            self._notice.show_message(str(error))
            return
        more = ", or python sample.py" if "sample.py" in project.exported else ""
        advice = f"Begin with them: python train.py --from {written.name}{more}"
        self._tell_exported(f"Weights written to {written}", advice, folder)

    def _tell_exported(
        self, text: str, advice: str, folder: Path, answers: Sequence[Answer] = ()
    ) -> None:
        def show() -> None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

        self._notice.show_message(text, advice, [*answers, ("Show folder", show)], error=False)

    def close(self) -> None:
        """Leave to the next window what was offered and not answered."""
        for one in self._offered:
            one.leave()

    def _tell_unkept(self, reason: str) -> None:
        text = "Changes are not kept in case of a crash until you save."
        if self._notice.tells_error:  # which was asked for, and this was not
            self._session.message.emit(text)
        else:
            self._notice.show_message(text, reason)

    def _write(self, path: Path) -> bool:
        try:
            self._file.save(path)
        except FileError as error:
            self._notice.show_message(
                str(error), answers=[("Save as\N{HORIZONTAL ELLIPSIS}", self.save_as)]
            )
            return False
        remember_file(path)
        self._remember_folder(path.parent)
        return True

    def _folder(self) -> Path:
        if self._file.path is not None:
            return self._file.path.parent
        kept = str(settings().value("folder", ""))
        return Path(kept) if kept and os.path.isdir(kept) else Path.home()

    def _remember_folder(self, folder: Path) -> None:
        settings().setValue("folder", str(folder.resolve()))
