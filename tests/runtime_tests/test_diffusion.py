"""Diffusion from board to samples: the walk that is written, the same in views and exports."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch.optim.swa_utils import AveragedModel

from graph.compile import compile_document
from graph.core.run_plan import Project
from graph.edit.document import Document
from graph.format.templates import open_template
from graph.model.sheet import End, Node
from runtime.cli.train_command import first_losses
from runtime.client.export import write_project
from runtime.exported.diffusion import diffusion_samples
from runtime.protocol.config import RunConfig
from runtime.protocol.messages import Problem, Steps, ViewDrawn
from runtime.protocol.payloads import Pictures
from runtime.worker.views import undisturbed
from tests import processes
from tests.runtime_tests.compile_tests.written import complaints, imported, write
from tests.runtime_tests.support import Talk

SOON = RunConfig(epochs=1, threads=1, device="cpu", view_interval_s=0.0, report_interval_s=0.0)


def template() -> tuple[Document, dict[str, Node]]:
    document = open_template("diffusion")
    return document, {node.name: node for node in document.board.nodes.values()}


def test_samples_and_the_way_to_them_are_drawn_and_change_nothing(talk: Talk) -> None:
    document, _ = template()
    project = compile_document(document)
    whole = project.project
    talk.train(whole, SOON)
    assert not talk.all(Problem)
    drawn = {one.name: one.payload for one in talk.all(ViewDrawn)}
    samples, way = drawn["samples"], drawn["out_of_noise"]
    assert isinstance(samples, Pictures)
    assert isinstance(way, Pictures)
    assert samples.count == 30
    assert (way.count, way.columns) == (5 * 8, 8)
    name = next(iter(talk.all(Steps)[0].curves))
    watched = talk.losses(name)
    talk.forget()
    talk.train(Project(project.name, whole.files), SOON)
    assert talk.losses(name) == watched


def test_an_export_repeats_the_losses_and_walks_the_same_way(tmp_path: Path) -> None:
    document, _ = template()
    project = compile_document(document)
    with first_losses(document, project, ".") as (record, problem):
        assert record is not None, problem
        write_project(project, tmp_path, record)
    told = run(tmp_path, "train.py", "--verify", "--device", "cpu")
    assert "20 steps give the losses of the app, bit for bit." in told
    with imported(tmp_path) as modules:
        network = AveragedModel(modules["model"].UNet())
    save_file(network.state_dict(), tmp_path / "u_net_ema.safetensors")
    run(tmp_path, "sample.py", "--count", "10", "--device", "cpu", "--out", "samples.npy")
    pictures = np.load(tmp_path / "samples.npy")
    torch.manual_seed(0)
    with torch.no_grad():
        made, _ = diffusion_samples(network.eval(), torch.randn(10, 1, 8, 8), steps=10)
    assert torch.allclose(torch.from_numpy(pictures), made, atol=1e-5)


def test_what_else_a_step_reads_is_there_at_every_step(tmp_path: Path) -> None:
    """A class beside the time: the same label at each step, and a guess that is scaled."""
    document, nodes = template()
    sheet = document.networks["u_net"]
    inside = {node.name: node for node in sheet.nodes.values()}
    label = document.add_node("network.input", sheet="u_net", name="label")
    table = document.add_node("layer.embedding", sheet="u_net", params={"units": 64}, name="table")
    both = document.add_node("merge.add", sheet="u_net", name="both")
    (wire,) = sheet.out_of(inside["clock"].id)
    document.link(End(label.id, "y"), End(table.id, "x"))
    document.link(End(table.id, "y"), End(both.id, "xs"))
    document.link(wire.source, End(both.id, "xs"))
    document.link(End(both.id, "y"), wire.target, replace=True)
    asked = document.add_node("random.labels", name="asked")
    scaled = document.add_node("merge.scale", name="scaled", params={"factor": 0.9, "offset": 0.1})
    document.link(End(nodes["digits"].id, "label"), End(nodes["u_net"].id, "label"))
    document.link(End(asked.id, "y"), End(nodes["u_net_2"].id, "label"))
    document.link(End(asked.id, "y"), End(nodes["samples"].id, "label"))
    document.link(End(nodes["u_net_2"].id, "noise"), End(scaled.id, "x"))
    document.link(End(scaled.id, "y"), End(nodes["diffusion"].id, "noise"), replace=True)
    project = compile_document(document)
    folder = write(project, tmp_path / "conditional", views=True)
    assert complaints(folder) == ""
    made = "lambda noisy, time: training.u_net_ema(noisy, time, asked) * 0.9 + 0.1"
    assert made in project.files["views.py"].text
    assert "columns=10" in project.files["sample.py"].text
    with imported(folder) as modules:
        training = modules["train"].Training(epochs=1, device="cpu")
        next(iter(training))
        with undisturbed(training):
            torch.manual_seed(3)
            found = modules["views"].samples(training, 10)
            torch.manual_seed(3)
            labels = torch.arange(10)
            expected, _ = diffusion_samples(
                lambda noisy, time: training.u_net_ema(noisy, time, labels) * 0.9 + 0.1,
                torch.randn(10, 1, 8, 8),
                steps=10,
            )
        assert torch.equal(found["label"], labels)
        assert torch.equal(found["image"], expected)


def run(folder: Path, *words: str) -> str:
    """What a script of an export prints."""
    script, *more = words
    done = processes.run(script, *more, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout
