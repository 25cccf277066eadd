"""Starting the application: the window on a screen, or drawn into a picture."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from PySide6.QtCore import (
    QEventLoop,
    QMessageLogContext,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtGui import QGuiApplication, QImageWriter
from PySide6.QtWidgets import QApplication

from graph.core.errors import DataFile, NeurowireError
from graph.edit.document import Document
from graph.format import templates
from graph.format.file import load
from gui import look
from gui.core.preferences import settings
from gui.shell.window import Window
from runtime.store import paths

DEFAULT = "digits_mlp"
PATIENCE_S = 30.0
"""For how long at most a picture of the window waits for data to be read."""


def application(scheme: look.Scheme | None = None) -> QApplication:
    """The one QApplication, with its look."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(sys.argv[:1])
    app.setApplicationName("Neurowire")
    app.setApplicationDisplayName("Neurowire")
    app.setDesktopFileName("neurowire")
    kept = str(settings().value("scheme", "system"))
    look.apply(app, scheme or (kept if kept in {"dark", "light"} else "system"))  # type: ignore[arg-type]
    return app


def find(file: str | Path | None) -> tuple[Document, Path | None, str]:
    """The document of a file or template: document, path, and what went wrong.

    Raises:
        DataFile: If it is data, not a board.
    """
    if file is None:
        return templates.open_template(DEFAULT), None, ""
    path = Path(file)
    if not os.path.exists(path) and str(file) in templates.names():
        return templates.open_template(str(file)), None, ""
    try:
        loaded = load(path)
    except DataFile:
        raise
    except (NeurowireError, OSError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        wrong = reason if str(path) in reason else f"{path}: {reason}"
        return templates.open_template(DEFAULT), None, wrong
    return loaded.document, path, " ".join(map(str, loaded.problems))


def start(file: str | Path | None = None) -> Window:
    """Show the window with a file, a template or, without a name, the board to begin with.

    Data of a person's own come onto an empty board.
    """
    lost = paths.secure()
    application()
    data: Path | None = None
    try:
        document, path, wrong = find(file)
    except DataFile as error:
        document, path, wrong, data = Document(), None, "", error.path
    window = Window(document, path)
    if wrong:
        window.notice.show_message(wrong, "A template was opened instead." * (path is None))
    elif lost:
        window.notice.show_message(str(lost), paths.ADVICE)
    window.show()
    if data is not None:
        window.documents.data_given.emit(str(data.absolute()))
    return window


def run(file: str | Path | None = None) -> int:
    """Open the window and stay until it is closed.

    Returns:
        The exit status.
    """
    window = start(file)
    app = application()
    signal.signal(signal.SIGINT, lambda *_: window.close())
    awake = QTimer()
    awake.timeout.connect(lambda: None)  # lets Python see Ctrl+C
    awake.start(500)
    if os.environ.get("NEUROWIRE_TIMING"):
        begun = float(os.environ["NEUROWIRE_TIMING"])
        window.ready.connect(lambda: print(f"ready after {time.time() - begun:.2f} s", flush=True))
    return app.exec()


def _tell_qt(_kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    """Print what Qt says, except that a window without a screen has no size hints."""
    if "propagateSizeHints" not in text:
        print(text, file=sys.stderr)


def render(
    file: str | Path,
    png: str | Path,
    size: tuple[int, int] = (1680, 1020),
    scheme: look.Scheme | None = None,
) -> int:
    """Draw the window with a board off screen into a picture.

    Returns:
        0, or 1 where the file could not be read or the picture not be written, or 2 where its
        name has no ending that says what kind of picture it is to be.
    """
    kinds = [bytes(kind.data()).decode() for kind in QImageWriter.supportedImageFormats()]
    ending = Path(png).suffix.removeprefix(".")
    if ending.lower() not in kinds:
        came = f"got .{ending}" if ending else "got none"
        print(f"{png}: expected one of the endings {', '.join(kinds)}, {came}", file=sys.stderr)
        return 2
    if QGuiApplication.instance() is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    qInstallMessageHandler(_tell_qt)
    application(scheme)
    document, path, wrong = find(file)
    if wrong and path is None:
        print(wrong, file=sys.stderr)
        return 1
    window = Window(document, path, live=False)
    window.resize(*size)
    window.reset_layout()
    window.show()
    window.trainer.start()
    window.facts.start()
    end = time.monotonic() + PATIENCE_S
    while not window.facts.answered and time.monotonic() < end:
        settle(50)
    window.board.fit()
    window.source.compile_now()
    settle()
    saved = window.grab().save(str(png))
    window.file.modified = False
    window.close()
    window.deleteLater()
    settle(0)
    if not saved:
        print(f"{png} could not be written: does its folder exist?", file=sys.stderr)
    return 0 if saved else 1


def settle(milliseconds: int = 150) -> None:
    """Let the window lay itself out and draw."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()
