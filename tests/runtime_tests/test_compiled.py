"""Templates through the compiler and the real worker: views, wires, facts, exact resume."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from graph.compile import compile_document
from graph.core.run_plan import Project
from graph.format import templates
from runtime.protocol import payloads
from runtime.protocol.config import RunConfig
from runtime.protocol.messages import Problem, Started, Steps, Stopped, ViewDrawn, Weights
from runtime.worker import board_facts
from tests.runtime_tests.support import QUICK, Talk


def compiled(name: str) -> Project:
    project = compile_document(templates.open_template(name))
    return project.project


def test_digits_draws_its_views_and_learns(talk: Talk) -> None:
    stopped = talk.train(compiled("digits_mlp"))
    assert stopped.reason == "finished", talk.all(Problem)
    assert not talk.all(Problem)
    drawn = {type(message.payload) for message in talk.all(ViewDrawn)}
    assert drawn >= {payloads.Predictions, payloads.Matrix}
    assert talk.all(ViewDrawn)[-1].step == stopped.step
    names = {name for message in talk.all(Steps) for name in message.curves}
    (name,) = names - {"train/accuracy"}
    losses = talk.losses(name)
    assert sorted(losses) == list(range(1, stopped.step + 1))
    assert losses[stopped.step] < losses[1]


def test_watching_changes_nothing(talk: Talk) -> None:
    project = compiled("digits_mlp")
    talk.train(project)
    name = next(iter(talk.all(Steps)[0].curves))
    watched = talk.losses(name)
    talk.forget()
    talk.train(Project(project.name, project.files))
    assert not talk.all(ViewDrawn)
    assert talk.losses(name) == watched


def test_drawn_wires_show_their_weights(talk: Talk) -> None:
    document = templates.open_template("xor_neurons")
    project = compile_document(document)
    talk.client.train(project.name, project.files, project.views, project.wires, config=QUICK)
    assert talk.until(Stopped).reason == "finished", talk.all(Problem)
    values = talk.all(Weights)[-1].values
    assert set(values) == {str(wire.link) for wire in project.wires}
    assert set(values) <= {str(key) for key in document.board.links}
    assert all(isinstance(value, float) for value in values.values())


@pytest.mark.parametrize("name", ["digits_mlp", "spiral", "spiral_neurons"])
def test_a_stopped_template_goes_on_exactly(talk: Talk, name: str) -> None:
    project = compiled(name)
    settings = RunConfig(epochs=3, threads=1, device="cpu", batch_size=16)
    talk.train(project, settings)
    loss = next(iter(talk.all(Steps)[0].curves))
    whole = talk.losses(loss)
    talk.forget()
    middle = len(whole) * 2 // 3 + 1
    half = RunConfig(epochs=3, threads=1, device="cpu", batch_size=16, max_steps=middle)
    stopped = talk.train(project, half)
    talk.client.resume_run(stopped.folder, config=settings)
    assert talk.until(Started).step == middle
    talk.until(Stopped)
    assert talk.losses(loss) == whole


def test_a_table_is_read_for_its_facts(talk: Talk, real_data: Callable[[str], Path]) -> None:
    real_data("tabular")
    document = templates.open_template("tabular")
    inference, problems = board_facts.learn(document, None)
    assert not problems
    project = compile_document(document, inference=inference)
    assert talk.train(project.project).reason == "finished", talk.all(Problem)
    assert {type(message.payload) for message in talk.all(ViewDrawn)} >= {payloads.Table}
