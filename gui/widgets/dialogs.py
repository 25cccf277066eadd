"""The questions the window asks, in one place, so that tests can answer them."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QFileDialog, QLineEdit, QMessageBox, QWidget

from gui import look
from gui.widgets.file_dialog import dress

BOARDS = "Neurowire boards (*.neurowire);;All files (*)"


def _dialog(
    parent: QWidget,
    title: str,
    start: Path,
    filters: str,
    kind: type[QFileDialog] = QFileDialog,
) -> QFileDialog:
    is_folder = os.path.isdir(start)  # also where the way to it can't be entered
    folder = start if is_folder else start.parent
    dialog = kind(parent, title, str(folder), filters)
    if not is_folder and start.name:
        dialog.selectFile(start.name)
    if QGuiApplication.platformName() in {"offscreen", "minimal"}:
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    return dialog


def _answer(dialog: QFileDialog) -> Path | None:
    dress(dialog)
    accepted = dialog.exec() == QFileDialog.DialogCode.Accepted
    files = dialog.selectedFiles()
    dialog.deleteLater()
    return Path(files[0]) if accepted and files else None


def ask_open(parent: QWidget, title: str, start: Path, filters: str = "") -> Path | None:
    """Which file to read; None when the user thought better of it."""
    dialog = _dialog(parent, title, start, filters)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    return _answer(dialog)


def ask_save(parent: QWidget, title: str, start: Path, filters: str = BOARDS) -> Path | None:
    """Where to write a file; None when the user thought better of it."""
    dialog = _dialog(parent, title, start, filters)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    kind = re.search(r"\*\.(\w+)", filters)
    dialog.setDefaultSuffix(kind[1] if kind else "")
    return _answer(dialog)


class NewFolder(QFileDialog):
    """Picks a folder; one whose name is typed and that is not there is made."""

    def accept(self) -> None:
        typed = self.findChild(QLineEdit)
        text = typed.text().strip() if typed is not None else ""
        folder = Path(self.directory().absolutePath()) / Path(text).expanduser()
        if text and not os.path.lexists(folder):
            with suppress(OSError):  # then the dialog says that there is none
                folder.mkdir(parents=True)
        super().accept()


def ask_folder(parent: QWidget, title: str, start: Path, new: bool = False) -> Path | None:
    """Which folder to use, or to make; None when the user thought better of it."""
    kind = NewFolder if new else QFileDialog
    dialog = _dialog(parent, title, start, "", kind)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    return _answer(dialog)


def _box(parent: QWidget) -> QMessageBox:
    """A question whose words are shown letter by letter, whatever a file's name is."""
    box = QMessageBox(parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    return box


def ask_to_save(parent: QWidget, name: str) -> str:
    """What to do with changes before they are lost: "save", "discard" or "cancel"."""
    box = _box(parent)
    box.setWindowTitle("Save changes?")
    box.setText(f"{name} has changes that are not saved.")
    box.setInformativeText("Save them before going on?")
    buttons = QMessageBox.StandardButton
    box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
    box.setDefaultButton(buttons.Save)
    for one in box.buttons():
        one.setIcon(QIcon())  # words say it; Qt's own icons are of another time
    answers = {buttons.Save: "save", buttons.Discard: "discard"}
    answer = answers.get(QMessageBox.StandardButton(box.exec()), "cancel")
    box.deleteLater()
    return answer


def ask_to_replace(parent: QWidget, folder: Path, names: Sequence[str]) -> bool:
    """May an export replace files of a folder that someone edited?"""
    text = f"{folder.name} holds files that were edited by hand, or are not Neurowire's:"
    advice = "\n".join((*names, "", "Replace them? What they say now is lost."))
    return ask(parent, "Replace edited files?", text, advice, "Replace", "Cancel")


def ask(parent: QWidget, title: str, text: str, advice: str, yes: str, no: str) -> bool:
    """A question with two answers; Enter and Escape say no."""
    return choose(parent, title, text, advice, [yes], no) == yes


def choose(
    parent: QWidget,
    title: str,
    text: str,
    advice: str,
    choices: Sequence[str],
    none: str = "Cancel",
) -> str:
    """Which of several things to do; empty for none of them, which Enter and Escape say."""
    box = _box(parent)
    box.setWindowTitle(title)
    box.setText(text)
    box.setInformativeText(advice)
    buttons = {box.addButton(one, QMessageBox.ButtonRole.AcceptRole): one for one in choices}
    box.setDefaultButton(box.addButton(none, QMessageBox.ButtonRole.RejectRole))
    box.exec()
    chosen = next((one for button, one in buttons.items() if button is box.clickedButton()), "")
    box.deleteLater()
    return chosen


def tell(
    parent: QWidget, title: str, text: str, advice: str = "", icon: QIcon | None = None
) -> None:
    """Something went wrong that must not be missed; with an icon of its own, something else."""
    box = _box(parent)
    box.setIconPixmap((icon or look.icon("warning", "warning")).pixmap(QSize(28, 28)))
    box.setWindowTitle(title)
    box.setText(text)
    box.setInformativeText(advice)
    box.exec()
    box.deleteLater()
