"""Boards that make things up: the same noise at each look, exports that repeat and sample."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from graph.compile import Compiled, compile_document
from graph.core.run_plan import Project, View
from graph.edit.document import Document
from graph.format.templates import open_template
from graph.model.sheet import End
from runtime.cli.train_command import first_losses
from runtime.client.export import write_project
from runtime.protocol.config import RunConfig
from runtime.protocol.messages import Problem, Steps, ViewDrawn
from runtime.protocol.payloads import Pictures
from runtime.views import draw
from runtime.worker.board_facts import learn
from runtime.worker.views import undisturbed
from tests import processes
from tests.runtime_tests.compile_tests.written import imported, write
from tests.runtime_tests.support import Talk

SOON = RunConfig(epochs=3, threads=1, device="cpu", view_interval_s=0.0, report_interval_s=0.0)


def board() -> Document:
    """Digits, a code with noise, a decoder; grids of noise itself and of what it becomes."""
    document = Document("noise")
    chain = [
        document.add_node("data.digits"),
        document.add_node("shape.flatten"),
        document.add_node("layer.linear", params={"units": 4}, name="code"),
        document.add_node("layer.linear", params={"units": 64}, name="decoder"),
        document.add_node("loss.mse"),
        document.add_node("optimizer.adam"),
    ]
    ports = [("image", "x"), ("y", "x"), ("y", "x"), ("y", "prediction"), ("loss", "loss")]
    for (one, other), (output, port) in zip(itertools.pairwise(chain), ports, strict=True):
        document.link(End(one.id, output), End(other.id, port))
    document.link(End(chain[1].id, "y"), End(chain[4].id, "target"))
    noise = document.add_node("random.noise", params={"sizes": (1, 8, 8)})
    labels = document.add_node("random.labels", params={"classes": 3})
    seen = document.add_node("view.grid", name="seen", params={"count": 9, "range": "-1 to 1"})
    document.link(End(noise.id, "y"), End(seen.id, "image"))
    document.link(End(labels.id, "y"), End(seen.id, "label"))
    plane = document.add_node("random.plane", params={"size": 4})
    (twin,) = document.duplicate([chain[3].id], twins=True)
    shaped = document.add_node("shape.unflatten", params={"dim": 1, "sizes": (1, 8, 8)})
    made = document.add_node("view.grid", name="swept", params={"count": 16, "columns": 4})
    for one, other, port in ((plane, twin, "x"), (twin, shaped, "x"), (shaped, made, "image")):
        document.link(End(one.id, "y"), End(other.id, port))
    return document


def test_views_see_the_same_noise_at_each_look_and_change_nothing(talk: Talk) -> None:
    project = compile_document(board())
    whole = project.project
    talk.train(whole, SOON)
    assert not talk.all(Problem)
    drawn = [message for message in talk.all(ViewDrawn) if message.name == "seen"]
    assert len({message.step for message in drawn}) > 1
    first = drawn[0].payload
    assert isinstance(first, Pictures)
    assert (first.count, first.columns) == (9, 3)
    assert first.rows == ("0", "1", "2")
    assert len({first.picture(index) for index in range(9)}) == 9
    assert all(message.payload == first for message in drawn)
    made = [message.payload for message in talk.all(ViewDrawn) if message.name == "swept"]
    assert made[0] != made[-1], "the decoder learns"
    name = next(iter(talk.all(Steps)[0].curves))
    watched = talk.losses(name)
    talk.forget()
    talk.train(Project(project.name, whole.files), SOON)
    assert talk.losses(name) == watched


def test_as_many_pictures_come_from_noise_as_are_asked_for(talk: Talk, tmp_path: Path) -> None:
    """More than there are held-out examples: 359 built-in digits, 8 of a folder's 40 pictures."""
    for kind in ("ants", "bees"):
        (tmp_path / kind).mkdir()
        for number in range(20):
            grey = Image.new("L", (8, 8), number * 10)
            grey.save(tmp_path / kind / f"{number}.png")
    document = open_template("digits_gan")
    by_name = {node.name: node for node in document.board.nodes.values()}
    labels = document.add_node("random.labels")
    document.link(End(labels.id, "y"), End(by_name["samples"].id, "label"))
    document.set_params(by_name["samples"].id, count=400)
    document.set_params(by_name["ways"].id, count=50)
    asked = drawn(talk, compile_document(document), RunConfig(max_steps=1, threads=1, device="cpu"))
    assert (asked["samples"].count, asked["samples"].columns) == (400, 40)
    assert asked["samples"].rows == tuple("0123456789")
    place = {"path": str(tmp_path), "size": 8, "channels": "1"}
    folder = document.add_node("data.image_folder", params=place)
    for link in list(document.board.out_of(by_name["digits"].id)):
        document.link(End(folder.id, link.source.port), link.target, replace=True)
    document.remove([by_name["digits"].id])
    inference, problems = learn(document, None)
    assert not problems
    project = compile_document(document, inference=inference)
    config = RunConfig(max_steps=1, batch_size=8, threads=1, device="cpu")
    asked = drawn(talk, project, config)
    assert (asked["samples"].count, asked["ways"].count) == (400, 50)


def drawn(talk: Talk, project: Compiled, config: RunConfig) -> dict[str, Pictures]:
    """What the views of a run show last, by name."""
    talk.forget()
    talk.train(project.project, config)
    assert not talk.all(Problem)
    found = {one.name: one.payload for one in talk.all(ViewDrawn)}
    return {name: one for name, one in found.items() if isinstance(one, Pictures)}


def test_a_sampler_is_written_where_a_view_generates() -> None:
    files = compile_document(board()).files
    assert "def swept(model: Model, count: int" in files["sample.py"].text
    assert "columns=4" in files["sample.py"].text
    assert "latent_plane" in files["latents.py"].text
    assert "latent_path" not in files["latents.py"].text
    assert "sample.py" not in compile_document(open_template("digits_mlp")).files


def test_an_export_has_nothing_that_only_views_need() -> None:
    project = compile_document(
        open_template("digits_gan")
    )  # its interpolation is for looking at alone
    assert "latent_path" in project.files["latents.py"].text
    assert "latents.py" not in project.exported
    assert "latents" not in project.exported["README.md"].text


@pytest.mark.parametrize("name", ["conditional_gan", "conditional_vae", "dcgan", "gan"])
def test_an_export_repeats_the_losses(
    name: str, tmp_path: Path, real_data: Callable[[str], Path]
) -> None:
    data = str(real_data("mnist").parent)
    document = open_template(name)
    project = compile_document(document)
    with first_losses(document, project, data) as (record, problem):
        assert record is not None, problem
        write_project(project, tmp_path, record)
    told = run(tmp_path, "train.py", "--verify", "--device", "cpu", "--data-dir", data)
    assert "20 steps give the losses of the app, bit for bit." in told


@pytest.mark.parametrize(
    ("name", "unit", "latents", "side"),
    [
        ("vae", "decoder", 20, 28),
        ("digits_gan", "generator", 32, 8),
        ("wgan_gp", "generator", 32, 8),
    ],
)
def test_an_export_repeats_the_losses_and_samples(
    name: str,
    unit: str,
    latents: int,
    side: int,
    tmp_path: Path,
    real_data: Callable[[str], Path],
) -> None:
    data = str(real_data("mnist").parent) if side == 28 else "."
    document = open_template(name)
    project = compile_document(document)
    with first_losses(document, project, data) as (record, problem):
        assert record is not None, problem
        write_project(project, tmp_path, record)
    told = run(tmp_path, "train.py", "--verify", "--device", "cpu", "--data-dir", data)
    assert "20 steps give the losses of the app, bit for bit." in told
    with imported(tmp_path) as modules:
        network = getattr(modules["model"], unit.title())()
    save_file(network.state_dict(), tmp_path / f"{unit}.safetensors")
    run(tmp_path, "sample.py", "--count", "10", "--device", "cpu")
    with Image.open(tmp_path / "samples.png") as picture:
        tile = {8: 64, 28: 84}[side] + 2
        assert picture.size == (4 * tile, 3 * tile)
    run(tmp_path, "sample.py", "--count", "10", "--device", "cpu", "--out", "samples.npy")
    pictures = np.load(tmp_path / "samples.npy")
    assert pictures.shape == (10, 1, side, side)
    torch.manual_seed(0)
    noise = torch.randn(10, latents)
    with torch.no_grad():
        found = network.eval()(noise)
    found = found.sigmoid() if name == "vae" else found
    assert torch.allclose(torch.from_numpy(pictures), found, atol=1e-6)


@pytest.mark.parametrize("range_", ["auto", "0 to 1", "-1 to 1"])
def test_samples_are_the_pixels_that_the_view_shows(range_: str, tmp_path: Path) -> None:
    """Of a generator whose numbers lie anywhere, so that what black and white are matters."""
    document = open_template("digits_gan")
    by_name = {node.name: node for node in document.board.nodes.values()}
    (last,) = [
        node
        for node in document.networks["generator"].nodes.values()
        if node.type in ("activation.tanh", "activation.sigmoid")
    ]
    document.set_muted([last.id], True)
    document.set_params(by_name["samples"].id, range=range_, count=12)
    project = compile_document(document)
    folder = write(project, tmp_path / "project", views=True)
    (view,) = [one for one in project.views if one.name == "samples"]
    with imported(folder) as modules:
        training = modules["train"].Training(epochs=1, device="cpu")
        with torch.no_grad():
            for weight in training.generator.parameters():
                weight.mul_(3)  # a new generator's numbers lie near 0
        save_file(training.generator.state_dict(), folder / "generator.safetensors")
        with undisturbed(training):
            torch.manual_seed(5)
            drawn = modules["views"].samples(training, 12)["image"]
    assert drawn.min() < 0
    assert drawn.max() > 1
    shown = draw(View("", "", view.kind, view.params), lambda _: {"image": drawn}, ())
    assert isinstance(shown, Pictures)
    run(folder, "sample.py", "--count", "12", "--seed", "5", "--device", "cpu")
    with Image.open(folder / "samples.png") as sheet:
        for place in range(12):
            left, top = place % 4 * 66, place // 4 * 66
            tile = sheet.crop((left, top, left + 64, top + 64))
            small = tile.resize((8, 8), Image.Resampling.NEAREST)
            assert small.tobytes() == shown.picture(place)
            assert small.resize((64, 64), Image.Resampling.NEAREST).tobytes() == tile.tobytes()


def run(folder: Path, *words: str) -> str:
    """What a script of an export prints."""
    done = processes.run(*words, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout
