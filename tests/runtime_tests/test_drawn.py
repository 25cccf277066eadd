"""A board of drawn neurons, compiled and trained as its export trains."""

import json
from pathlib import Path

import pytest

from graph.compile import compile_document
from graph.model.sheet import End
from tests import processes
from tests.drawing import Drawing


@pytest.mark.parametrize("skip", [False, True])
def test_three_neurons_learn_xor(tmp_path: Path, skip: bool) -> None:
    """Two hidden neurons and one; or one hidden neuron with wires past it."""
    draw = Drawing()
    data = draw.add("data.xor")
    x = draw.split(End(data.id, "point"), 2)
    hidden = [draw.neuron(x, name, activation="gelu") for name in ("a" if skip else "ab")]
    top = draw.neuron([*hidden, *(x if skip else [])], "top", activation="linear")
    loss, adam = draw.add("loss.binary_cross_entropy", "loss"), draw.add("optimizer.adam", lr=0.1)
    draw.wire(top, loss, "logits")
    draw.wire(End(data.id, "label"), loss, "target")
    draw.wire(End(loss.id, "loss"), adam, "loss")
    for name, source in compile_document(draw.document).exported.items():
        (tmp_path / name).write_text(source.text, encoding="utf-8")
    words = ("--epochs", "300", "--device", "cpu", "--seed", "1")
    run = processes.run("train.py", *words, cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    figures = [json.loads(line) for line in run.stdout.splitlines()]
    final = [one for one in figures if "val/loss" in one][-1]
    assert final["val/loss"] < 0.1, "the mean over four cases: below 0.17 all are right"
