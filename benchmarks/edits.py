"""What edits of 100 nodes cost on boards of 1,000 and 5,000, with and without the window.

`python benchmarks/edits.py` prints milliseconds of processor time of the window's thread for
each edit, until all that follows at once is done and painted; compiling and the recovery copy
come later, when the edits pause. `enter` is a number typed into the inspector and Enter pressed,
`copy` the window's part of the recovery copy after one node has moved.
The last line is how long 5,000 nodes take when each is added and wired alone, beside 1,000.
"""

import gc
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("NEUROWIRE_HOME", tempfile.mkdtemp())
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from benchmarks.canvas import document_of
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.format import clipboard
from graph.model.sheet import End
from gui import look
from gui.canvas import Board
from gui.shell.window import Window

MANY = 100
ROUNDS = 5


def built_one_by_one(count: int) -> float:
    """Seconds to add and wire nodes one after another, each looked at."""
    document = Document()
    Diagnosis(document).on_change(lambda _: None)
    start = time.thread_time()
    before = ""
    for index in range(count):
        made = document.add_node("layer.linear" if index % 2 else "activation.relu")
        if index % 50:
            document.link(End(before, "y"), End(made.id, "x"))
        before = made.id
    return time.thread_time() - start


def timed(act: Callable[[], object], follow: Callable[[], object]) -> float:
    """Milliseconds of processor time."""
    gc.collect()
    start = time.thread_time()
    act()
    follow()
    return (time.thread_time() - start) * 1000


def edits(
    document: Document, follow: Callable[[], object], select: Callable[[list[str]], object]
) -> dict[str, float]:
    """Median time of each edit of the first nodes, and of undoing it."""
    few = list(document.board.nodes)[:MANY]
    text = clipboard.copy(document, few)
    acts: dict[str, Callable[[], object]] = {
        "paste": lambda: select([one.id for one in clipboard.paste(document, text)]),
        "duplicate": lambda: select([one.id for one in document.duplicate(few)]),
        "delete": lambda: document.remove(few),
        "group": lambda: document.group_into_network(few, "block"),
        "mute": lambda: document.set_muted(few, True),
        "select all": lambda: select(list(document.board.nodes)),
    }
    found: dict[str, float] = {}
    for name, act in acts.items():
        times, undone = [], []
        for _ in range(ROUNDS):
            select([])
            follow()
            times.append(timed(act, follow))
            if name != "select all":
                undone.append(timed(document.undo, follow))
        found[name] = statistics.median(times)
        if name == "paste":
            found["undo"] = statistics.median(undone)
    return found


def entered(app: QApplication, window: Window) -> float:
    """Median time from Enter in the inspector to all that follows at once."""
    document = window.session.document
    layer = next(n for n in document.board.nodes.values() if n.type == "layer.linear")
    window.session.select([layer.id])
    app.processEvents()
    form = window.inspector.page.form  # type: ignore[union-attr]
    box = form.findChildren(QLineEdit)[0]  # type: ignore[union-attr]
    times = []
    for number in range(10):
        box.setFocus()
        box.selectAll()
        QTest.keyClicks(box, str(50 + number))
        times.append(timed(lambda: QTest.keyClick(box, Qt.Key.Key_Return), app.processEvents))
        assert document.node(layer.id).params["units"] == 50 + number
    return statistics.median(times)


def copied(window: Window) -> float:
    """Median time of the recovery copy on the window's thread; another thread writes it."""
    document = window.session.document
    times = []
    for place, node in enumerate([*document.board.nodes][:10]):
        document.move({node: (place, 7.0)})
        times.append(timed(window.file.keep, _nothing))
    while window.file.keeping:
        QTest.qWait(20)
    return statistics.median(times)


def measure(app: QApplication, count: int) -> None:
    """Print the figures of a board size: document alone, canvas, window."""
    document = document_of(count)
    inference = Diagnosis(document)
    inference.on_change(lambda _: None)
    show(count, "document", edits(document, _nothing, lambda _: None))
    inference.close()

    board = Board(document, Diagnosis(document))
    board.resize(1400, 900)
    board.show()
    app.processEvents()
    port = board.viewer.viewport()
    show(count, "canvas", edits(document, port.repaint, board.select))
    board.close_board()
    board.deleteLater()

    window = Window(document_of(count), live=False)
    window.show()
    app.processEvents()
    found = edits(window.session.document, app.processEvents, window.session.select)
    found["enter"] = entered(app, window)
    found["copy"] = copied(window)
    show(count, "window", found)
    window.session.close()
    window.file.close()
    window.deleteLater()
    app.processEvents()


def _nothing() -> None:
    """The document needs no painting."""


def show(count: int, where: str, found: dict[str, float]) -> None:
    """Print a line."""
    print(f"{count:>6} {where:<9}", *(f"{name} {ms:.1f}" for name, ms in found.items()), flush=True)


def main() -> None:
    """Print the figures, a line a size and place."""
    app = QApplication(sys.argv[:1])
    look.apply(app, "dark")
    for count in (1000, 5000):
        measure(app, count)
    few, many = built_one_by_one(1000), built_one_by_one(5000)
    print(f"built one by one: 1,000 in {few:.2f} s, 5,000 in {many:.2f} s, {many / few:.1f} times")


if __name__ == "__main__":
    main()
