"""A checkpoint that goes on drawing, and latents moved by hand, while a board trains and after."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from graph.compile import compile_document
from graph.core.run_plan import Average, Learned, Project
from graph.edit.document import Document
from graph.format.templates import open_template
from runtime.protocol.config import RunConfig
from runtime.protocol.messages import (
    GenerateEnded,
    Generating,
    Paused,
    Problem,
    Resumed,
    Started,
    Steps,
    Stopped,
    ViewDrawn,
)
from runtime.store import remap, run_source
from runtime.store.runs import last_checkpoint
from runtime.worker import earlier_weights
from tests.runtime_tests.steered import steered
from tests.runtime_tests.support import Talk

SOON = RunConfig(epochs=3, threads=1, device="cpu", view_interval_s=0.0, report_interval_s=0.0)
LONG = replace(SOON, epochs=100_000, view_interval_s=3600.0)


def records(document: Document) -> Project:
    project = compile_document(document)
    return project.project


@pytest.fixture(scope="module")
def trained(shared_talk: Talk) -> tuple[Project, str, Stopped, Talk]:
    """A run to its end, and what was said of it."""
    document, node = steered()
    project = records(document)
    shared_talk.settle()
    shared_talk.forget()
    stopped = shared_talk.train(project, SOON)
    talk = Talk(shared_talk.client)
    talk.heard = list(shared_talk.heard)
    return project, node, stopped, talk


def drawn(talk: Talk, name: str) -> ViewDrawn:
    """The next picture of a view."""
    while (message := talk.until(ViewDrawn)).name != name:
        pass
    return message


def end(talk: Talk) -> None:
    talk.client.stop()
    talk.until(GenerateEnded)


def test_a_checkpoint_draws_what_the_run_drew_last(
    talk: Talk, trained: tuple[Project, str, Stopped, Talk]
) -> None:
    project, _, stopped, before = trained
    talk.client.generate(project, SOON, last_checkpoint(stopped.folder))
    began = talk.until(Generating)
    assert (began.step, began.epoch) == (stopped.step, stopped.epoch)
    for name in ("seen", "swept", "moved"):
        now = drawn(talk, name)
        last = [one for one in before.all(ViewDrawn) if one.name == name][-1]
        assert now.generated
        assert not last.generated
        assert (now.payload, now.step) == (last.payload, last.step)
    first = [one for one in talk.all(ViewDrawn) if one.name == "seen"][-1].payload
    talk.client.shuffle(21)
    assert drawn(talk, "seen").payload != first
    talk.client.shuffle(20)
    assert drawn(talk, "seen").payload == first
    end(talk)
    assert not talk.all(Steps)
    assert not talk.all(Problem)


def test_best_weights_draw_too(talk: Talk, trained: tuple[Project, str, Stopped, Talk]) -> None:
    project, _, stopped, before = trained
    path = last_checkpoint(stopped.folder).with_name("best.safetensors")
    talk.client.generate(project, SOON, path)
    assert talk.until(Generating).step == stopped.step  # the last epoch was the best
    last = [one for one in before.all(ViewDrawn) if one.name == "swept"][-1]
    assert drawn(talk, "swept").payload == last.payload
    end(talk)


def test_latents_move_after_training_and_the_last_of_many_counts(
    talk: Talk, trained: tuple[Project, str, Stopped, Talk]
) -> None:
    project, node, stopped, _ = trained
    talk.client.generate(project, SOON, last_checkpoint(stopped.folder))
    middle = drawn(talk, "moved")
    assert middle.at == {node: (0.0,) * 4}
    assert middle.payload.count == 1
    talk.forget()
    for number in range(300):
        talk.client.steer(node, (number / 100, 0.0, -1.0, 0.5))
    while drawn(talk, "moved").at != {node: (2.99, 0.0, -1.0, 0.5)}:
        pass
    far = talk.all(ViewDrawn)[-1]
    assert far.payload != middle.payload
    assert len(talk.all(ViewDrawn)) < 300
    assert {one.name for one in talk.all(ViewDrawn)} == {"moved"}
    talk.client.steer(node, (0.0,) * 4)
    assert drawn(talk, "moved").payload == middle.payload
    talk.client.steer(node, (0.0,) * 3)
    assert "Expected 4 latents, received 3" in talk.until(Problem).text
    end(talk)


def test_latents_move_while_a_board_trains_and_change_nothing_of_it(talk: Talk) -> None:
    document, node = steered()
    project = records(document)
    plain = replace(SOON, epochs=40, view_interval_s=3600.0)
    talk.train(project, plain)
    losses = talk.losses(next(iter(talk.all(Steps)[0].curves)))
    talk.forget()
    talk.client.run(project, replace(plain, paused=True))
    talk.until(Paused)
    first = [one for one in talk.all(ViewDrawn) if one.name == "moved"][-1]
    talk.client.steer(node, (1.0, 1.0, 1.0, 1.0))
    paused = drawn(talk, "moved")
    assert (paused.step, paused.at) == (0, {node: (1.0, 1.0, 1.0, 1.0)})
    assert paused.payload != first.payload
    talk.client.resume()
    talk.until(Resumed)
    talk.client.steer(node, (2.0, 0.0, 0.0, 0.0))
    moving = drawn(talk, "moved")
    assert moving.at == {node: (2.0, 0.0, 0.0, 0.0)}
    talk.until(Stopped)
    assert talk.losses(next(iter(talk.all(Steps)[0].curves))) == losses


def test_a_checkpoint_of_another_board_says_what_differs(
    talk: Talk, trained: tuple[Project, str, Stopped, Talk], tmp_path: Path
) -> None:
    _, _, stopped, _ = trained
    other, _ = steered(size=6)
    for path, words in (
        (last_checkpoint(stopped.folder), ("last.safetensors", "expected [6", "received [4")),
        (tmp_path / "gone.safetensors", ("There is no checkpoint", "gone.safetensors")),
        (Path(__file__), ("test_generate.py is no checkpoint", "expected", "received")),
    ):
        talk.client.generate(records(other), SOON, path)
        problem = talk.until(Problem)
        assert all(word in problem.text for word in words), problem.text
        assert problem.advice
        talk.until(GenerateEnded)
    assert not talk.all(Generating)


@pytest.fixture(scope="module")
def adversarial(
    shared_talk: Talk, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Project, Path]:
    """A generator and a discriminator, trained for a moment; and its last checkpoint.

    Each network's weights lie beside it in a file of their own, as an export leaves them.
    """
    project = records(open_template("digits_gan"))
    shared_talk.settle()
    stopped = shared_talk.train(project, replace(SOON, max_steps=3, batch_size=64))
    last = last_checkpoint(stopped.folder)
    states, _ = earlier_weights.read(last)
    for name, state in states.items():
        save_file(state, last.with_name(f"{name}.safetensors"))
    return project, last


def test_a_file_of_one_network_draws_the_views_that_need_no_other(
    talk: Talk, adversarial: tuple[Project, Path], tmp_path: Path
) -> None:
    project, last = adversarial
    talk.client.generate(project, SOON, last)
    whole = drawn(talk, "samples").payload
    end(talk)
    copied = tmp_path / "any name.safetensors"  # told by the names and sizes of its weights
    copied.write_bytes(last.with_name("generator.safetensors").read_bytes())
    for path in (last.with_name("generator.safetensors"), copied):
        talk.client.generate(project, SOON, path)
        assert drawn(talk, "samples").payload == whole
        end(talk)
    assert not talk.all(Problem)


def test_weights_follow_what_was_renamed_since(
    talk: Talk, adversarial: tuple[Project, Path]
) -> None:
    project, last = adversarial
    talk.client.generate(project, SOON, last)
    first = drawn(talk, "samples")
    end(talk)
    document = open_template("digits_gan")
    document.rename_network("generator", "painter")
    nodes = {node.name: node.id for node in document.networks["painter"].nodes.values()}
    document.rename(nodes["linear"], "pixels_2")
    document.rename(nodes["pixels"], "linear")  # what another layer was called
    board = {node.name: node.id for node in document.board.nodes.values()}
    document.rename(board["generator"], "artist")
    document.rename(nodes["batch_norm1d"], "spare")  # two of the same size change their names
    document.rename(nodes["batch_norm1d_2"], "batch_norm1d")
    document.rename(nodes["batch_norm1d"], "batch_norm1d_2")
    talk.client.generate(records(document), SOON, last)
    assert drawn(talk, "samples").payload == first.payload
    end(talk)
    assert not talk.all(Problem)


def learned(*nodes: tuple[str, str, str], averages: tuple[Average, ...] = ()) -> Project:
    """A project of which nodes, their networks and modules are known."""
    told = tuple(Learned(path, network, (module,)) for path, network, module in nodes)
    return Project("", {}, learned=told, averages=averages, shown="digest")


def test_the_mean_of_weights_follows_its_network() -> None:
    weight, count = torch.zeros(2), torch.zeros(1)
    states = {
        "generator": {"linear.weight": weight, "linear_2.weight": count},
        "generator_ema": {"module.linear.weight": weight, "n_averaged": count},
    }
    means = Average("generator_ema", "generator"), Average("painter_mean", "painter")
    before = learned(("n1", "generator", ""), ("n1/n2", "generator", "linear"), averages=means[:1])
    now = learned(("n1", "painter", ""), ("n1/n2", "painter", "first"), averages=means[1:])
    found = remap.follow(states, before, now)
    assert {name: list(state) for name, state in found.items()} == {
        "painter": ["first.weight", "linear_2.weight"],
        "painter_mean": ["module.first.weight", "n_averaged"],
    }
    assert found["painter_mean"]["module.first.weight"] is weight
    same = ("n3", "model", "c"), ("n4", "model", "d")
    before = learned(("n1", "model", "a"), ("n2", "model", "b"), *same)
    swapped = learned(("n1", "model", "b"), ("n2", "model", "a"), *same)
    found = remap.follow({"model": {"a.bias": weight, "b.bias": count}}, before, swapped)
    assert found["model"]["b.bias"] is weight
    assert found["model"]["a.bias"] is count
    assert not remap.follow(states, before, learned(("n1", "model", "b"))), "other nodes"
    other = learned(*((one.path, "model", f"other_{one.path}") for one in before.learned))
    assert not remap.follow(states, before, other), "another board, drawn in the same order"
    assert not remap.follow(states, learned(), learned()), "nothing known"


@pytest.mark.parametrize("known", [True, False], ids=["told", "of old"])
def test_a_network_called_as_a_mean_would_be_is_none(known: bool) -> None:
    states = {"a": {"x.bias": torch.zeros(1)}, "a_ema": {"module.bias": torch.ones(1)}}
    before = learned(("n1", "a", "x"), ("n2", "a_ema", "module"))
    now = learned(("n1", "a", "x"), ("n2", "b", "module"))
    if not known:
        before, now = replace(before, shown=""), replace(now, shown="")
    found = remap.follow(states, before, now)
    assert {name: list(state) for name, state in found.items()} == {
        "a": ["x.bias"],
        "b": ["module.bias"],
    }


def test_a_network_that_views_need_and_a_file_lacks_is_named(
    talk: Talk, adversarial: tuple[Project, Path], trained: tuple[Project, str, Stopped, Talk]
) -> None:
    project, last = adversarial
    diffusion = records(open_template("diffusion"))
    best = last_checkpoint(trained[2].folder).with_name("best.safetensors")
    for board, path, words in (
        (
            diffusion,
            last,
            "last.safetensors is of another board: expected the network u_net_ema,"
            " received discriminator and generator.",
        ),
        (
            diffusion,
            best,
            "best.safetensors is of another board: expected the network u_net_ema, received model.",
        ),
        (
            project,
            last.with_name("discriminator.safetensors"),
            "expected the network generator, received discriminator.",
        ),
    ):
        talk.client.generate(board, SOON, path)
        problem = talk.until(Problem)
        assert words in problem.text, problem.text
        assert problem.advice
        talk.until(GenerateEnded)
    assert not talk.all(Generating)


def test_other_samples_can_be_the_first_that_are_drawn(
    talk: Talk, trained: tuple[Project, str, Stopped, Talk]
) -> None:
    project, _, stopped, _ = trained
    checkpoint = last_checkpoint(stopped.folder)
    talk.client.generate(project, SOON, checkpoint)
    assert drawn(talk, "seen").samples == 0
    talk.client.shuffle(21)
    second = drawn(talk, "seen")
    assert second.samples == 1
    end(talk)
    talk.client.generate(project, SOON, checkpoint, samples=1)
    first = drawn(talk, "seen")
    assert (first.payload, first.samples) == (second.payload, 1)
    end(talk)


def test_training_ends_drawing_and_drawing_ends_training(
    talk: Talk, trained: tuple[Project, str, Stopped, Talk]
) -> None:
    project, _, stopped, _ = trained
    checkpoint = last_checkpoint(stopped.folder)
    talk.client.generate(project, SOON, checkpoint)
    talk.until(Generating)
    talk.client.run(project, LONG)
    talk.until(GenerateEnded)
    talk.until(Started)
    talk.client.generate(project, SOON, checkpoint)
    assert talk.until(Stopped).reason == "stopped"
    talk.until(Generating)
    end(talk)


def test_a_plan_keeps_its_sliders(tmp_path: Path) -> None:
    document, node = steered()
    project = records(document)
    run_source.write(project, tmp_path)
    read = run_source.read(tmp_path)
    assert read.views[-1].sliders == project.views[-1].sliders
    assert [(one.node, one.size) for one in read.views[-1].sliders] == [(node, 4)]
