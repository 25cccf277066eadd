"""How nodes learn while a run goes on: the right modules, the right figures, nothing disturbed."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from torch import Tensor, nn

from graph.compile import compile_document
from graph.edit.document import Document
from graph.format.templates import open_template
from runtime.protocol.config import RunConfig
from runtime.protocol.messages import Figures, Learning, Message, Paused, Problem, Steps, Stopped
from runtime.store import run_source
from runtime.worker.weight_stats import LearnedNodes
from tests.graph_tests.networks_tests.drawing import Drawing
from tests.runtime_tests.networks_tests.gan import gan
from tests.runtime_tests.networks_tests.test_steps import training
from tests.runtime_tests.support import QUICK, Talk

SOON = RunConfig(epochs=2, threads=1, device="cpu", report_interval_s=0.0)


def homes(document: Document) -> dict[str, tuple[str, tuple[str, ...]]]:
    specs = compile_document(document).learned
    assert len({spec.path for spec in specs}) == len(specs)
    return {spec.path: (spec.network, spec.modules) for spec in specs}


# -- where numbers are kept


def test_linked_copies_name_the_modules_they_share() -> None:
    document, nodes = gan()
    found = homes(document)
    real, fake, inner = nodes["real"].id, nodes["fake"].id, document.networks["discriminator"]
    layers = [one for one in inner.nodes.values() if one.type == "layer.linear"]
    assert found[real] == found[fake] == ("d", ("",))
    for layer in layers:
        assert found[f"{real}/{layer.id}"] == found[f"{fake}/{layer.id}"] == ("d", (layer.name,))
    assert found[nodes["g"].id] == ("g", ("",))
    assert nodes["noise"].id not in found


def test_instances_with_weights_of_their_own_are_apart() -> None:
    document, nodes = gan(linked=False)
    found = homes(document)
    real, fake = nodes["real"].id, nodes["fake"].id
    (first, *_) = [
        one for one in document.networks["discriminator"].nodes.values() if one.name == "linear"
    ]
    assert found[real] != found[fake]
    assert found[f"{real}/{first.id}"] == (found[real][0], ("linear",))
    assert found[f"{fake}/{first.id}"] == (found[fake][0], ("linear",))


def nested() -> tuple[Document, dict[str, str]]:
    """A block repeated three times inside a network, beside a loose layer."""
    draw = Drawing("nested")
    _, inner, _, _ = draw.network("block", ("layer.linear", {"units": 64}), ("activation.relu", {}))
    draw.document.add_network("stack")
    start = draw.add("network.input", "features", sheet="stack")
    middle = draw.place("block", "middle", sheet="stack", repeat=3)
    end = draw.add("network.output", "result", sheet="stack")
    draw.chain(start, middle, end)
    stack = draw.place("stack", "stack", repeat=2)
    draw.classifier(stack)
    names = {node.name: node.id for node in draw.document.board.nodes.values()}
    return draw.document, {**names, "inner": inner.id, "middle": middle.id}


def test_a_repeated_network_has_a_module_for_every_repetition(tmp_path: Path) -> None:
    document, ids = nested()
    found = homes(document)
    assert found[ids["logits"]] == ("model", ("logits",))
    (unit, _) = found[ids["stack"]]
    path = f"{ids['stack']}/{ids['middle']}/{ids['inner']}"
    wanted = tuple(f"{a}.middle.{b}.linear" for a in range(2) for b in range(3))
    assert found[path] == (unit, wanted)
    with training(document, tmp_path / "nested") as run:
        for name in wanted:
            assert isinstance(run.networks[unit].get_submodule(name), nn.Linear)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("digits_gan", ""),
        ("wgan_gp", ""),
        ("diffusion", ""),
        ("dcgan", "mnist"),
        ("conditional_vae", "mnist"),
        ("mnist_cnn", "mnist"),
    ],
)
def test_every_parameter_of_a_template_belongs_to_a_node(
    name: str, data: str, tmp_path: Path, real_data: Callable[[str], Path]
) -> None:
    if data:
        real_data(data)
    document = open_template(name)
    with training(document, tmp_path / name) as run:
        specs = compile_document(document).learned
        shown = {
            parameter
            for spec in specs
            for module in spec.modules
            if document.node(spec.path.rpartition("/")[2]).type != "network.instance"
            for parameter in run.networks[spec.network].get_submodule(module).parameters()
        }
        held = {
            p for o in run.optimizers.values() for group in o.param_groups for p in group["params"]
        }
        assert shown == held


def test_neurons_are_left_to_their_wires() -> None:
    project = compile_document(open_template("xor_neurons"))
    assert project.wires
    assert not project.learned


# -- the figures


def by_hand(parameters: list[Tensor]) -> tuple[int, float, float, float]:
    every = torch.cat([one.detach().double().flatten() for one in parameters])
    spread = every.std(correction=0).item()
    return every.numel(), every.mean().item(), spread, every.norm().item()


def check(figures: Figures, parameters: list[Tensor]) -> None:
    found = (figures.count, figures.mean, figures.deviation, figures.norm)
    assert found == pytest.approx(by_hand(parameters), rel=1e-5, abs=1e-8)


def test_figures_are_those_of_the_parameters_and_of_one_update(tmp_path: Path) -> None:
    document, nodes = gan(every=3)
    specs = compile_document(document).project.learned
    told: list[Message] = []
    with training(document, tmp_path / "gan") as run:
        learned = LearnedNodes(specs, run, told.append)
        assert learned.due
        learned.look()
        assert learned.amid
        assert not told
        before = {id(p): p.detach().clone() for n in run.networks.values() for p in n.parameters()}
        after: dict[str, dict[int, Tensor]] = {}
        for item in itertools.islice(run, 3):
            step = item["step"]
            after[str(step)] = {
                id(p): p.detach().clone() for n in run.networks.values() for p in n.parameters()
            }
            learned.look()
            assert bool(told) == (step == 3), "the generator is updated at every third step"
        assert not learned.due
        [message] = told
        assert isinstance(message, Learning)
        assert message.step == 3
        assert set(message.nodes) == {spec.path for spec in specs}
        for spec in specs:
            modules = [run.networks[spec.network].get_submodule(one) for one in spec.modules]
            held = [p for module in modules for p in module.parameters()]
            figures = message.nodes[spec.path]
            check(figures, held)
            slope = torch.cat([p.grad.double().flatten() for p in held if p.grad is not None])
            assert figures.gradient == pytest.approx(slope.norm().item(), rel=1e-5)
            every = 3 if spec.network == "g" else 1
            assert spec.every == every
            moved = [(after[str(every)][id(p)] - before[id(p)]).double().flatten() for p in held]
            share = torch.cat(moved).norm().item() / figures.norm
            assert share > 0
            assert figures.update == pytest.approx(share, rel=1e-4)
        assert message.nodes[nodes["real"].id] == message.nodes[nodes["fake"].id]


def test_nothing_is_known_of_gradients_before_the_first_step(tmp_path: Path) -> None:
    document, nodes = gan()
    told: list[Message] = []
    with training(document, tmp_path / "gan") as run:
        LearnedNodes(compile_document(document).project.learned, run, told.append).read()
    [message] = told
    assert isinstance(message, Learning)
    figures = message.nodes[nodes["g"].id]
    assert figures.count > 0
    assert (figures.gradient, figures.update) == (None, None)


# -- the real worker


def tensors(folder: str) -> Mapping[str, Tensor]:
    path = Path(folder) / "checkpoints" / "last.safetensors"
    with safe_open(path, framework="pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118


def test_the_last_figures_are_those_of_the_last_checkpoint(talk: Talk) -> None:
    document, nodes = gan()
    project = compile_document(document).project
    stopped = talk.train(project, SOON)
    assert stopped.reason == "finished", talk.all(Problem)
    last = talk.all(Learning)[-1]
    assert last.step == stopped.step
    kept = tensors(stopped.folder)
    generator = [t for name, t in kept.items() if name.startswith("networks/g/")]
    check(last.nodes[nodes["g"].id], generator)
    for layer in document.networks["generator"].nodes.values():
        if layer.type == "layer.linear":
            parts = [t for n, t in kept.items() if n.startswith(f"networks/g/{layer.name}.")]
            figures = last.nodes[f"{nodes['g'].id}/{layer.id}"]
            check(figures, parts)
            assert figures.gradient
            assert figures.update
            assert 1e-6 < figures.update < 0.1


@pytest.mark.parametrize("name", ["digits_mlp", "digits_gan"])
def test_watching_how_nodes_learn_changes_nothing(talk: Talk, name: str) -> None:
    project = compile_document(open_template(name)).project
    assert project.learned
    ends = []
    losses = []
    for one in (project, replace(project, learned=())):
        talk.forget()
        ends.append(tensors(talk.train(one, SOON).folder))
        assert bool(talk.all(Learning)) == bool(one.learned)
        names = {name for message in talk.all(Steps) for name in message.curves}
        losses.append({name: talk.losses(name) for name in names})
    assert losses[0]
    assert losses[0] == losses[1]
    assert ends[0].keys() == ends[1].keys()
    assert all(torch.equal(tensor, ends[1][name]) for name, tensor in ends[0].items())


def test_one_step_alone_shows_what_it_changed(talk: Talk) -> None:
    document, nodes = gan()
    talk.client.run(compile_document(document).project, replace(QUICK, paused=True))
    assert talk.until(Paused).step == 0
    assert talk.all(Learning)[-1].nodes[nodes["g"].id].update is None
    for step in (1, 2):
        talk.forget()
        talk.client.step_once()
        assert talk.until(Paused).step == step
        shown = talk.all(Learning)[-1]
        assert shown.step == step
        figures = shown.nodes[nodes["g"].id]
        assert figures.gradient
        assert figures.update
    talk.client.stop()
    talk.until(Stopped)


def test_a_resumed_run_knows_its_nodes(tmp_path: Path) -> None:
    project = compile_document(gan()[0]).project
    run_source.write(project, tmp_path)
    assert run_source.read(tmp_path).learned == project.learned
    assert project.learned
