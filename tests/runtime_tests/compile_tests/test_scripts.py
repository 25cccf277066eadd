"""An exported script alone in a folder: it runs, repeats itself, goes on, and shares its work."""

import json
import math
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from graph.compile import compile_document
from graph.edit.document import Document
from graph.format.templates import open_template
from graph.model.sheet import End
from tests import processes
from tests.graph_tests.network_nodes import declared
from tests.graph_tests.projects import TEMPLATES, compiled, facts_of
from tests.runtime_tests.compile_tests.written import complaints, imported, train, write

BUILT_IN = ("digits_mlp", "xor_neurons", "spiral", "spiral_neurons", "autoencoder", "wgan_gp")
Figures = list[dict[str, Any]]
RealData = Callable[[str], Path]


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_reads_well(name: str, tmp_path: Path) -> None:
    assert complaints(write(compiled(name), tmp_path / "project")) == ""


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_template_trains_in_this_process(name: str, tmp_path: Path) -> None:
    folder = write(compiled(name), tmp_path / "project", views=True)
    with imported(folder) as modules:
        runs = []
        for _ in range(2):
            training = modules["train"].Training(epochs=1, device="cpu")
            runs.append([{n: float(f) for n, f in one.items()} for one in training])
        assert runs[0] == runs[1]
        assert all(math.isfinite(f) for one in runs[0] for f in one.values())
        assert len(runs[0]) == training.steps_per_epoch + 1
        assert {"epoch", *(n for n in runs[0][-1] if n.startswith("val/"))} == runs[0][-1].keys()
        batch = modules["views"].examples(training, 4)
        for view in compiled(name).views:
            found = getattr(modules["views"], view.name)(training, 4 if view.from_noise else batch)
            assert set(found) == set(view.inputs)


@pytest.mark.slow
def test_the_script_runs_repeats_itself_and_goes_on(tmp_path: Path) -> None:
    project = compiled("digits_mlp")
    first = write(project, tmp_path / "first")
    whole = train(first, "--epochs", "2")
    assert [line["epoch"] for line in whole if "epoch" in line] == [1, 2]
    assert (first / "model.safetensors").exists()
    second = write(project, tmp_path / "second")
    begun = train(second, "--epochs", "1")
    rest = train(second, "--epochs", "2", "--resume", fresh=True)
    assert begun + rest == whole


@pytest.mark.parametrize(
    ("name", "data"),
    [("tabular", "tabular"), ("image_folder_cnn", "hymenoptera-256"), ("mnist_cnn", "mnist")],
)
def test_a_template_reads_its_real_data(
    name: str, data: str, tmp_path: Path, real_data: RealData
) -> None:
    place = real_data(data).parent
    document = open_template(name)
    folder = write(compile_document(document, facts_of(document)), tmp_path / "project")
    with imported(folder) as modules:
        training = modules["train"].Training(epochs=1, device="cpu", data_dir=str(place))
        steps = iter(training)
        for _ in range(2):
            figures = next(steps)
            assert all(math.isfinite(float(value)) for value in figures.values())


# -- many processes


def mlp() -> Document:
    """Digits without dropout; every batch but the last divides by two."""
    document = Document("two processes")
    data, flatten = document.add_node("data.digits"), document.add_node("shape.flatten")
    hidden = document.add_node("layer.linear", params={"units": 32})
    relu = document.add_node("activation.relu")
    logits = document.add_node("layer.linear", params={"units": 10}, name="logits")
    loss = document.add_node("loss.cross_entropy")
    accuracy, adam = document.add_node("metric.accuracy"), document.add_node("optimizer.adam")
    for a, b in ((flatten, hidden), (hidden, relu), (relu, logits)):
        document.link(End(a.id, "y"), End(b.id, "x"))
    document.link(End(data.id, "image"), End(flatten.id, "x"))
    for judge in (loss, accuracy):
        document.link(End(logits.id, "y"), End(judge.id, "logits"))
        document.link(End(data.id, "label"), End(judge.id, "label"))
    document.link(End(loss.id, "loss"), End(adam.id, "loss"))
    return document


@pytest.mark.slow
@pytest.mark.parametrize("size", [64, 479], ids=["even", "one row left over"])
def test_two_processes_give_the_figures_of_one(size: int, tmp_path: Path) -> None:
    project = compile_document(mlp())
    options = ("--epochs", "2", "--batch-size", str(size), "--validate-every", "2")
    alone = train(write(project, tmp_path / "alone"), *options)
    both = train(write(project, tmp_path / "both"), *options, count=2, fresh=size == 64)
    epochs = [[line for line in lines if "epoch" in line] for lines in (alone, both)]
    assert len(epochs[0]) == 2
    for one, two in zip(*epochs, strict=True):
        assert two == pytest.approx(one, rel=1e-5)
    first = [
        [line["loss/cross_entropy"] for line in lines if "step" in line] for lines in (alone, both)
    ]
    assert first[1][0] == pytest.approx(first[0][0], rel=1e-6), "of the whole batch"
    assert first[1] == pytest.approx(first[0], rel=1e-4)
    assert [sorted(line) for line in both] == [sorted(line) for line in alone]
    for name in ("train/accuracy", "val/cross_entropy"):
        one, two = ([line[name] for line in lines if name in line] for lines in (alone, both))
        assert two == pytest.approx(one, rel=1e-4), name


# -- two optimizers


def gan() -> Document:
    """A generator that is fed noise, and a discriminator placed twice: their weights are shared."""
    types = declared()
    document = Document("small gan")
    for name, width, last in (("generator", 64, "tanh"), ("discriminator", 1, "")):
        document.add_network(name)
        enter = document.add_node(types["input"], sheet=name, name="value")
        hidden = document.add_node("layer.linear", sheet=name, params={"units": 32}, name="hidden")
        relu = document.add_node("activation.relu", sheet=name)
        end = document.add_node("layer.linear", sheet=name, params={"units": width}, name="last")
        chain = [enter, hidden, relu, end]
        if last:
            chain.append(document.add_node(f"activation.{last}", sheet=name))
        chain.append(document.add_node(types["output"], sheet=name, name="result"))
        for a, b in pairwise(chain):
            document.link(End(a.id, "y"), End(b.id, "x"))
    data, noise = document.add_node("data.digits"), document.add_node("random.noise")
    flatten = document.add_node("shape.flatten")
    place = types["instance"]
    generator = document.add_node(place, name="generator", params={"network": "generator"})
    judge = document.add_node(place, name="discriminator", params={"network": "discriminator"})
    (judge_fake,) = document.duplicate([judge.id], twins=True)
    loss_d = document.add_node("loss.discriminator", name="loss_d")
    loss_g = document.add_node("loss.generator", name="loss_g")
    adam_d = document.add_node("optimizer.adam", name="adam_d", params={"trains": (judge.id,)})
    adam_g = document.add_node("optimizer.adam", name="adam_g", params={"trains": (generator.id,)})
    for source, target in (
        ((data.id, "image"), (flatten.id, "x")),
        ((noise.id, "y"), (generator.id, "value")),
        ((flatten.id, "y"), (judge.id, "value")),
        ((generator.id, "result"), (judge_fake.id, "value")),
        ((judge.id, "result"), (loss_d.id, "real")),
        ((judge_fake.id, "result"), (loss_d.id, "fake")),
        ((judge_fake.id, "result"), (loss_g.id, "fake")),
        ((loss_d.id, "loss"), (adam_d.id, "loss")),
        ((loss_g.id, "loss"), (adam_g.id, "loss")),
    ):
        document.link(End(*source), End(*target))
    return document


def test_each_of_two_optimizers_trains_its_own_weights_only(tmp_path: Path) -> None:
    project = compile_document(gan())
    folder = write(project, tmp_path / "project", views=True)
    assert complaints(folder) == ""
    text = project.files["train.py"].text
    assert text.count("self.generator(") == 2, "drawn once a batch, and once to validate"
    with imported(folder) as modules:
        training = modules["train"].Training(epochs=1, device="cpu")
        for step in ("step_adam_d", "step_adam_g"):
            check_one_step(training, step)
        figures = next(iter(training))
        assert {"loss/loss_d", "loss/loss_g"} <= figures.keys()
        training.validate()


def check_one_step(training: Any, name: str) -> None:
    """What one step changes, and that it leaves no gradients where it trains nothing."""
    mine, other = ("discriminator", "generator")[:: 1 if name.endswith("d") else -1]
    seen: list[str] = []
    step = getattr(training, name)

    def watched(*values: Any) -> Any:
        before = {n: json.dumps(state(m)) for n, m in training.networks.items()}
        for network in training.networks.values():
            network.zero_grad()
        loss = step(*values)
        after = {n: json.dumps(state(m)) for n, m in training.networks.items()}
        seen.extend(n for n in before if before[n] != after[n])
        assert all(weight.grad is None for weight in training.networks[other].parameters())
        assert all(weight.requires_grad for weight in training.networks[other].parameters())
        return loss

    setattr(training, name, watched)
    next(iter(training))
    setattr(training, name, step)
    assert seen == [mine]


def state(network: Any) -> list[Any]:
    return [weight.tolist() for weight in network.state_dict().values()]


def test_samples_say_what_is_wrong_with_weights(tmp_path: Path) -> None:
    folder = write(compiled("digits_gan"), tmp_path / "project")
    broken, other = tmp_path / "broken.safetensors", tmp_path / "other.safetensors"
    broken.write_bytes(b"no weights")
    save_file({"generator.linear.weight": torch.zeros(2, 2)}, other)
    for weights, words in (
        (tmp_path / "nowhere", "is missing: train first"),
        (broken, "holds no weights that can be read"),
        (other, "The weights do not fit generator: "),
    ):
        done = processes.run("sample.py", "--device", "cpu", "--weights", weights, cwd=folder)
        assert done.returncode == 1
        assert words in done.stderr
        assert "Traceback" not in done.stderr
