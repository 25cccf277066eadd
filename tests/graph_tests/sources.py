"""Sources of many boards, to compare them before and after a change that is to leave them alone.

    python -m tests.graph_tests.sources make FOLDER 300    # every template and 300 random boards
    python -m tests.graph_tests.sources digest FOLDER      # a line for each board, and one for all

The folder holds boards, so that both commits compile the very same ones.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

from graph.compile import compile_document
from graph.edit.document import Document
from graph.format.file import SUFFIX, load, save_text
from graph.format.templates import names, open_template
from graph.problems.problem import CompileError
from tests.graph_tests.boards import boards
from tests.graph_tests.network_nodes import network_nodes


def make(folder: Path, count: int) -> None:
    """Write every template and so many random boards into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names():
        (folder / f"{name}{SUFFIX}").write_text(save_text(open_template(name)), encoding="utf-8")
    made: list[Document] = []

    @seed(0)
    @settings(
        max_examples=2 * count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(document=boards())
    def draw(document: Document) -> None:
        if len(made) < count:
            made.append(document)

    with network_nodes():
        draw()
    for number, document in enumerate(made):
        path = folder / f"random_{number:03}{SUFFIX}"
        path.write_text(save_text(document), encoding="utf-8")


def digest(folder: Path) -> None:
    """Print a digest of what each board of a folder becomes, and of all."""
    every = hashlib.sha256()
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            files = compile_document(load(path).document).files
            text = "\n".join(f"{name}\n{files[name].text}" for name in sorted(files))
        except CompileError as error:  # such as a template whose data are to be read first
            text = str(error)
        found = hashlib.sha256(text.encode()).hexdigest()
        every.update(found.encode())
        print(found[:16], path.stem)
    print(every.hexdigest()[:16], "all")


if __name__ == "__main__":
    word, place, *rest = sys.argv[1:]
    if word == "make":
        make(Path(place), int(*rest))
    else:
        digest(Path(place))
