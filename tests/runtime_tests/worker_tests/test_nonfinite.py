"""A loss that is no number is blamed on the node whose output, or gradient, was none first."""

from __future__ import annotations

import queue
from pathlib import Path
from typing import Any

import pytest

from graph.compile import compile_document
from graph.edit.document import Document
from graph.model.sheet import End, Node
from runtime.protocol.config import RunConfig
from runtime.protocol.messages import Message, Problem
from runtime.store.runs import Runs
from runtime.worker.loop import Loop
from tests.graph_tests.networks_tests.drawing import Drawing


def told(document: Document, tmp_path: Path, **more: Any) -> Problem:
    """Train until a loss is no number; what is said of it."""
    made = compile_document(document)
    project = made.project
    sent: list[Message] = []
    settings = RunConfig(epochs=3, batch_size=32, device="cpu", threads=1, **more)
    with Runs(tmp_path / "runs.sqlite") as runs:
        Loop(project, settings, queue.SimpleQueue(), sent.append, runs, tmp_path / "home").run()
    problems = [one for one in sent if isinstance(one, Problem)]
    assert problems
    return problems[-1]


def net(draw: Drawing, *pieces: Node) -> Node:
    """Digits through some nodes to a loss; gives the last of them."""
    data, flat = draw.add("data.digits"), draw.add("shape.flatten")
    logits = draw.add("layer.linear", "logits", units=10)
    loss, sgd = draw.add("loss.cross_entropy", "loss"), draw.add("optimizer.sgd", "sgd")
    draw.chain(data, flat, *pieces, logits, loss, sgd)
    draw.wire(data, loss, "label", "label")
    return sgd


def formula(draw: Drawing, text: str, sheet: str = "board") -> Node:
    return draw.add("merge.expression", "formula", sheet=sheet, formula=text)


@pytest.mark.parametrize("text", ["log(a - 1)", "sqrt(a - 2)", "1 / (a - a)"])
def test_a_formula_that_makes_it_is_named(text: str, tmp_path: Path) -> None:
    draw = Drawing()
    made = formula(draw, text)
    net(draw, draw.add("layer.linear", "before", units=8), draw.add("activation.relu"), made)
    problem = told(draw.document, tmp_path)
    assert problem.node == made.id
    assert "comes from formula" in problem.text
    assert "logarithm" in problem.advice


def test_a_gradient_that_is_none_is_named(tmp_path: Path) -> None:
    draw = Drawing()
    made = formula(draw, "sqrt(a * 0) + a")
    net(draw, draw.add("layer.linear", "before", units=8), made)
    problem = told(draw.document, tmp_path)
    assert problem.node == made.id
    assert "gradient of formula" in problem.text


def test_a_node_inside_networks_is_named_with_its_place(tmp_path: Path) -> None:
    draw = Drawing()
    before = draw.add("layer.linear", "before", units=8)
    made = formula(draw, "log(a - 1000)")
    net(draw, before, made)
    inner = draw.document.group_into_network([made.id], "inner")
    outer = draw.document.group_into_network([before.id, inner.id], "outer")
    problem = told(draw.document, tmp_path)
    assert problem.node == made.id
    assert "outer > inner > formula" in problem.text
    assert outer


def test_numbers_that_grow_are_blamed_on_the_rate(tmp_path: Path) -> None:
    draw = Drawing()
    sgd = net(draw, draw.add("layer.linear", "before", units=8))
    draw.document.set_params(sgd.id, lr=1e30)
    problem = told(draw.document, tmp_path)
    assert "learning rate (now: sgd 1e+30)" in problem.advice
    assert problem.node is not None
    assert draw.document.node(problem.node).type.startswith("layer.")


def test_an_infinite_mask_is_not_blamed(tmp_path: Path) -> None:
    draw = Drawing()
    data, flat = draw.add("data.digits"), draw.add("shape.flatten")
    hidden = draw.add("layer.linear", "hidden", units=8)
    apart = formula(draw, "log(a * 0)")  # minus infinity, and its softmax is none
    softmax = draw.add("activation.softmax", "share")
    logits = draw.add("layer.linear", "logits", units=10)
    loss, sgd = draw.add("loss.cross_entropy", "loss"), draw.add("optimizer.sgd", "sgd")
    draw.chain(data, flat, hidden, apart, softmax, logits, loss, sgd)
    draw.wire(data, loss, "label", "label")
    problem = told(draw.document, tmp_path)
    assert problem.node == apart.id
    assert End(loss.id, "loss")
