"""How fast the canvas opens and repaints: 1,000 and 5,000 nodes, off screen.

`python benchmarks/canvas.py` prints one line a board size: seconds to open the board on a
document that is there, and milliseconds a repaint takes, panning at fit, panning near, and
dragging a node at fit. Processor time of the window's thread, so that other work on a shared
machine counts little. Another line says how much dearer a node is on the largest board; then
come the figures of `edits.py`.
"""

import gc
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PySide6.QtWidgets import QApplication

import graph.nodes  # noqa: F401 - fills the registry
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.model.sheet import End
from gui import look
from gui.canvas import Board

COLUMNS = 50
KINDS = ("layer.linear", "activation.relu", "dropout.dropout", "layer.identity")


def document_of(count: int) -> Document:
    """Rows of layers, each fed by its left neighbour."""
    document = Document()
    with document.group("Build"):
        before = ""
        for index in range(count):
            row, column = divmod(index, COLUMNS)
            made = document.add_node(KINDS[index % len(KINDS)], position=(column * 200, row * 130))
            if column:
                document.link(End(before, "y"), End(made.id, "x"))
            before = made.id
    document.forget_history()
    return document


def repaint_ms(board: Board, rounds: int = 30) -> float:
    """Median time of a repaint of the whole viewport while panning."""
    viewport = board.viewer.viewport()
    times = []
    for round_ in range(rounds):
        board.viewer._set_viewer_pan(3.0 if round_ % 2 else -3.0, 2.0)
        start = time.thread_time()
        viewport.repaint()
        times.append((time.thread_time() - start) * 1000)
    return statistics.median(times)


def drag_ms(board: Board, rounds: int = 20) -> float:
    """Median time of moving one node with its wires, repaint included."""
    item = next(iter(board.node_items().values()))
    times = []
    for _ in range(rounds):
        start = time.thread_time()
        item.moveBy(2, 1)
        board.items_moved([item])
        board.viewer.viewport().repaint()
        times.append((time.thread_time() - start) * 1000)
    return statistics.median(times)


def measure(app: QApplication, count: int) -> dict[str, float]:
    """Open a board of `count` nodes and measure it."""
    document = document_of(count)
    inference = Diagnosis(document)
    gc.collect()
    start = time.thread_time()
    board = Board(document, inference)
    board.resize(1400, 900)
    board.show()
    app.processEvents()
    board.viewer.viewport().repaint()
    opened = time.thread_time() - start
    board.home()
    far = repaint_ms(board)
    dragged = drag_ms(board)
    board.centre_on(next(iter(document.board.nodes)))
    near = repaint_ms(board)
    board.viewer.scale(0.5, 0.5)
    middling = repaint_ms(board)
    board.close_board()
    board.deleteLater()
    app.processEvents()
    return {"open": opened, "far": far, "drag": dragged, "near": near, "middling": middling}


def main() -> None:
    """Print the figures, a line a size."""
    app = QApplication(sys.argv[:1])
    look.apply(app, "dark")
    measure(app, 20)
    print(f"{'nodes':>7} {'open s':>8} {'fit ms':>8} {'drag ms':>8} {'near ms':>8} {'mid ms':>8}")
    opened = {}
    for count in (1000, 2000, 5000):
        found = measure(app, count)
        opened[count] = found["open"] / count
        print(
            f"{count:>7} {found['open']:>8.2f} {found['far']:>8.1f} {found['drag']:>8.1f}"
            f" {found['near']:>8.1f} {found['middling']:>8.1f}"
        )
    print(f"a node of 5,000 opens in {opened[5000] / opened[1000]:.2f} of the time of one of 1,000")
    subprocess.run([sys.executable, Path(__file__).with_name("edits.py")], check=True)


if __name__ == "__main__":
    main()
