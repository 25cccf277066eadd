"""Where a run's rows are is said in its plan; no name of a node is taken for it."""

from __future__ import annotations

import queue
from dataclasses import replace
from pathlib import Path

import pytest

from graph.compile import Compiled, compile_document
from graph.core.run_plan import Project
from runtime.data import probe
from runtime.protocol.config import RunConfig
from runtime.protocol.messages import Message, Problem, Started, Steps
from runtime.store.runs import Runs
from runtime.worker.loop import Loop
from tests.graph_tests.networks_tests.drawing import Drawing

PLAIN = ("moons", "blobs", "first", "second", "logits")
ODD = (
    ("itself", "myself", "co_train", "x_validation", "self_"),
    ("co_train", "x_validation", "itself", "trained", "loss_train"),
    ("validation", "data_validation", "data_train", "x_train", "train_set"),
    ("loss_train", "self_", "train_set", "validation_set", "co_train"),
)


def board(names: tuple[str, ...]) -> Drawing:
    """Two data nodes with other classes and numbers of rows, a network and a loss for each."""
    moons, blobs, first, second, layer = names
    draw = Drawing()
    for data, kind, name, classes in (
        (moons, "data.moons", first, 2),
        (blobs, "data.blobs", second, 3),
    ):
        draw.network(name, ("layer.linear", {"units": 4}), ("activation.tanh", {}), input=layer)
        rows = draw.add(kind, data, count=60 if classes == 2 else 90)
        logits = draw.add("layer.linear", f"{layer}_{classes}", units=classes)
        loss = draw.add("loss.cross_entropy")
        confusion = draw.add("view.confusion", f"seen_{classes}")
        draw.chain(rows, draw.place(name), logits, loss, draw.add("optimizer.adam"))
        draw.wire(rows, loss, "label", "label")
        draw.wire(logits, confusion)
        draw.wire(rows, confusion, "label", "label")
    return draw


def table(columns: tuple[str, ...], path: Path) -> Compiled:
    """A network that learns the last column of a table from the others."""
    head = ",".join(f'"{one}"' for one in columns)
    rows = [f"{i},{i * i % 7},{'abc'[i % 3]},{'xy'[i % 2]}" for i in range(40)]
    path.write_text("\n".join([head, *rows]), encoding="utf-8")
    draw = Drawing()
    data = draw.add("data.csv", "rows", path=str(path), target=columns[-1])
    logits, loss = draw.add("layer.linear", units=2), draw.add("loss.cross_entropy")
    draw.chain(data, logits, loss, draw.add("optimizer.adam"))
    draw.wire(data, loss, "label", "target")
    facts = {data.id: probe("data.csv", draw.document.params(data))}
    return compile_document(draw.document, facts)


def trained(project: Project, folder: Path) -> tuple[Started, list[list[float]]]:
    """How a run began, and its losses."""
    told: list[Message] = []
    settings = RunConfig(epochs=2, batch_size=16, device="cpu", threads=1)
    with Runs(folder / "runs.sqlite") as runs:
        Loop(project, settings, queue.SimpleQueue(), told.append, runs, folder / "home").run()
    assert not [one for one in told if isinstance(one, Problem)]
    (began,) = (one for one in told if isinstance(one, Started))
    steps = [one for one in told if isinstance(one, Steps)]
    return began, [list(points.values) for one in steps for points in one.curves.values()]


@pytest.mark.parametrize("names", ODD, ids=",".join)
def test_names_that_sound_like_sets_change_nothing(names: tuple[str, ...], tmp_path: Path) -> None:
    project = compile_document(board(names).document).project
    began, losses = trained(project, tmp_path / "odd")
    _, expected = trained(compile_document(board(PLAIN).document).project, tmp_path / "plain")
    assert (began.samples, began.validation_samples) == (72, 18)
    assert losses == expected
    assert losses
    assert [len(view.classes) for view in project.views] == [2, 3]


def test_a_run_of_old_is_counted_by_what_its_sets_were_called(tmp_path: Path) -> None:
    project = compile_document(board(("moons", "blobs", "co_train", "second", "x")).document)
    began, _ = trained(replace(project.project, sets=()), tmp_path)
    assert (began.samples, began.validation_samples) == (72, 18)


@pytest.mark.parametrize(
    "columns",
    [
        ("itself", "co_train", "train", "label"),
        ("self", "train_set", "x_validation", "loss_train"),
        ("import torch", "pd.read_excel,", "from sklearn import x", "pd.read_parquet,"),
    ],
    ids=["names", "sets", "source"],
)
def test_columns_may_be_called_anything(columns: tuple[str, ...], tmp_path: Path) -> None:
    plain = table(("a", "b", "c", "d"), tmp_path / "plain.csv")
    odd = table(columns, tmp_path / "odd.csv")
    assert odd.files["requirements.txt"] == plain.files["requirements.txt"]
    assert "openpyxl" not in odd.files["requirements.txt"].text
    _, expected = trained(plain.project, tmp_path / "plain")
    _, losses = trained(odd.project, tmp_path / "odd")
    assert losses == expected
    assert losses
