"""A category and a number as targets of one table: an output, a loss and a view for each."""

import json
import random
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch

from graph.compile import compile_document
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.model.sheet import Node
from graph.suggest import first_network
from runtime.data import probe
from runtime.exported.data import DataError
from runtime.views import table
from runtime.views.computed import View
from runtime.worker import board_facts
from tests.runtime_tests.compile_tests.written import complaints, imported, write

KINDS = ("cat", "dog", "cow")


def pets(folder: Path, rows: int = 120) -> Path:
    """What a pet is and weighs, by two numbers; every tenth has no weight."""
    drawn = random.Random(0)
    lines = []
    for i in range(rows):
        a, b = drawn.random(), drawn.random()
        weight = "" if i % 10 == 3 else f"{100 + 40 * b:.2f}"
        lines.append(f"{a:.3f},{b:.3f},{KINDS[int(3 * a)]},{2000 + i % 30},{weight}")
    file = folder / "pets.csv"
    file.write_text("a,b,kind,year,weight\n" + "\n".join(lines) + "\n")
    return file


def board(folder: Path, **params: Any) -> tuple[Document, Node, Diagnosis]:
    document = Document("pets")
    file = pets(folder)
    given = {"path": str(file), "target": "weight", "also": ("kind", "year"), **params}
    node = document.add_node("data.csv", params={"features": ("a", "b"), **given})
    return document, node, board_facts.learn(document, None)[0]


def test_words_beside_numbers_are_told_and_given_apart(tmp_path: Path) -> None:
    document, node, inference = board(tmp_path)
    (said,) = [one for one in inference.problems if one.node == node.id]
    assert said.severity == "error"
    assert "words of kind beside numbers of weight and year" in said.text
    (fix,) = said.fixes
    fix.apply(document)
    found, _ = board_facts.learn(document, None)
    assert not [one for one in found.problems if one.node == node.id]
    ports = [port.name for port in document.ports(document.node(node.id)).outputs]
    types = {port: str(found.type_of(node.id, port)) for port in ports}
    assert types == {"features": "[N, 2]", "target": "[N, 1]", "target_2": "[N]",
                     "target_3": "[N, 1]"}  # fmt: skip
    note = found.facts[node.id]["note"]
    assert "at target: weight, a number; at target_2: kind, 3 classes" in note


def test_the_first_network_learns_and_shows_all(tmp_path: Path) -> None:
    document, node, inference = board(tmp_path, apart=True)
    assert first_network.fits(inference, node.id)
    first_network.build(inference, node.id)
    facts = {node.id: probe("data.csv", document.params(document.node(node.id)))}
    assert not [one for one in Diagnosis(document, facts).problems if one.severity == "error"]
    project = compile_document(document, facts)
    folder = write(project, tmp_path / "project", views=True)
    assert complaints(folder) == ""
    tables = [one for one in project.views if one.kind == "table"]
    assert [one.classes for one in tables][1] == tuple(sorted(KINDS))
    with imported(folder) as modules:
        training = modules["train"].Training(epochs=60, batch_size=16, device="cpu")
        *_, last = training
        train, held = training.train_set, training.validation_set
        assert len(train[0]) + len(held[0]) == 108  # rows that have all targets
        assert last["val/accuracy"] > 0.8
        assert last["val/mae"] < 8  # kilograms
        whole = torch.cat((train[1], held[1]))
        assert training.target_scale.undo(whole, 0).mean().item() == pytest.approx(120, abs=5)
        years = training.target_scale.undo(torch.cat((train[3], held[3])), 1)
        assert {round(one) for one in years.flatten().tolist()} <= {*range(2000, 2030)}
        assert train[2].dtype == torch.int64
        views = modules["views"]
        shown = []
        for one in tables:
            draw = partial(getattr(views, one.name), training)
            view = View(one.params, one.inputs, draw, views.examples(training, 20), one.classes)
            shown.append(table.render(view))
    assert all(90 < float(row[1]) < 150 for row in shown[0].rows)
    assert {row[1] for row in shown[1].rows} <= {*KINDS}
    assert all(2000 <= float(row[1]) < 2030 for row in shown[2].rows)


def test_several_numbers_may_lie_apart_too_and_classes_come_first(tmp_path: Path) -> None:
    _, node, found = board(tmp_path, apart=True, target="kind", also=("weight",))
    declared = json.loads(json.dumps(found.facts[node.id]))  # as they come from another process
    assert [str(found.type_of(node.id, port)) for port in ("target", "target_2")] == [
        "[N]",
        "[N, 1]",
    ]
    assert declared["classes"] == sorted(KINDS)
    kind = found.type_of(node.id, "target_2")
    assert kind is not None
    assert kind.scale == node.id
    label = found.type_of(node.id, "target")
    assert label is not None
    assert not label.scale


def test_a_column_that_is_named_twice_is_refused(tmp_path: Path) -> None:
    file = pets(tmp_path)
    with pytest.raises(DataError, match="each column to predict once"):
        probe("data.csv", {"path": str(file), "target": "kind", "also": ("kind",), "apart": True,
                           "features": ("a",), "kinds": {}, "index": ""})  # fmt: skip
