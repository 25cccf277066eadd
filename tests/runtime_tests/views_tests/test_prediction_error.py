"""Predicted against true: what a run sends, and what is drawn of it."""

from __future__ import annotations

import math
import queue
from pathlib import Path

import pytest
import torch

from graph.compile import compile_document
from graph.core.run_plan import View
from graph.nodes.views.view_prediction_error import Scatter
from runtime.cli.terminal_plots import text_picture
from runtime.data import probe
from runtime.protocol.config import RunConfig
from runtime.protocol.messages import Message, Problem, ViewDrawn
from runtime.store.runs import Runs
from runtime.views import draw
from runtime.worker.loop import Loop
from tests.graph_tests.networks_tests.drawing import Drawing


def shown(prediction: torch.Tensor, target: torch.Tensor) -> Scatter:
    view = View("n1", "view", "view.prediction_error", {"count": 500}, {})
    rows = (prediction, target)
    payload = draw(view, lambda batch: {"prediction": batch[0], "target": batch[1]}, rows)
    assert isinstance(payload, Scatter)
    return payload


def test_points_and_what_is_explained() -> None:
    true = torch.tensor([[0.0], [1.0], [2.0], [3.0]])
    payload = shown(true + torch.tensor([[0.5], [-0.5], [0.5], [-0.5]]), true)
    assert payload.columns == (((0.0, 0.5), (1.0, 0.5), (2.0, 2.5), (3.0, 2.5)),)
    assert payload.explained == pytest.approx((1 - 1 / 5,))
    assert (payload.low, payload.high) == (0.0, 3.0)
    assert text_picture(payload) == payload.in_words() == "R² 0.800 of 4 examples"


def test_each_column_has_its_own() -> None:
    true = torch.arange(12.0).reshape(6, 2)
    payload = shown(torch.stack((true[:, 0], true[:, 1].mean().expand(6)), 1), true)
    assert payload.explained == pytest.approx((1.0, 0.0))


@pytest.mark.parametrize("odd", [math.nan, math.inf])
def test_what_is_no_number_is_left_out_and_told(odd: float) -> None:
    payload = shown(torch.tensor([1.0, odd]), torch.tensor([1.0, 2.0]))
    assert payload.columns == (((1.0, 1.0),),)
    assert payload.in_words().endswith("1 example, 1 not finite")


def test_a_run_draws_it_in_the_tables_own_unit(tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    rows = (f"{i},{i % 7},{1000 + 50 * i}" for i in range(60))
    file.write_text("\n".join(["area,rooms,price", *rows]), encoding="utf-8")
    draw = Drawing()
    data = draw.add("data.csv", "rows", path=str(file), target="price")
    made, loss = draw.add("layer.linear", units=1), draw.add("loss.mse")
    draw.chain(data, made, loss, draw.add("optimizer.adam", lr=0.1))
    draw.wire(data, loss, "target", "target")
    view = draw.add("view.prediction_error")
    draw.wire(made, view, "prediction")
    draw.wire(data, view, "target", "target")
    facts = {data.id: probe("data.csv", draw.document.params(data))}
    told: list[Message] = []
    with Runs(tmp_path / "runs.sqlite") as runs:
        Loop(
            compile_document(draw.document, facts).project,
            RunConfig(epochs=40, batch_size=16, device="cpu", threads=1),
            queue.SimpleQueue(),
            told.append,
            runs,
            tmp_path / "home",
        ).run()
    assert not [one for one in told if isinstance(one, Problem)]
    payload = [one for one in told if isinstance(one, ViewDrawn)][-1].payload
    assert isinstance(payload, Scatter)
    assert {true for true, _ in payload.columns[0]} <= {1000.0 + 50 * i for i in range(60)}
    assert payload.explained[0] > 0.9
