"""Gradient penalties in a run: what they train, in training and in validation."""

import itertools
import math
from pathlib import Path

import torch
from torch import Tensor, nn

from graph.compile import compile_document
from graph.edit.document import Document
from graph.format.templates import open_template
from graph.model.sheet import End, Node
from tests.runtime_tests.compile_tests.written import complaints, write
from tests.runtime_tests.networks_tests.test_steps import training


def template() -> tuple[Document, dict[str, Node]]:
    document = open_template("wgan_gp")
    return document, {node.name: node for node in document.board.nodes.values()}


def test_the_critics_step_has_the_gradient_of_both_losses(tmp_path: Path) -> None:
    document, _ = template()
    with training(document, tmp_path / "wgan") as run:
        kept: dict[str, Tensor] = {}
        step = run.step_adam_critic

        def watched(image: Tensor, generated: Tensor) -> dict[str, Tensor]:
            weights = list(run.critic.parameters())
            state = torch.get_rng_state()
            share = torch.rand(len(image), 1, 1, 1)
            torch.set_rng_state(state)
            at = (share * image + (1 - share) * generated).requires_grad_()
            (slope,) = torch.autograd.grad(run.critic(at).sum(), at, create_graph=True)
            penalty = 10 * (slope.flatten(1).square().sum(1).sqrt() - 1).square().mean()
            loss = run.critic(generated).mean() - run.critic(image).mean() + penalty
            expected = torch.autograd.grad(loss, weights, allow_unused=True)
            found: dict[str, Tensor] = step(image, generated)
            torch.testing.assert_close(found["loss/critic_loss"], loss.detach())
            torch.testing.assert_close(found["loss/critic_loss/penalty"], penalty.detach())
            for weight, given in zip(weights, expected, strict=True):
                wanted = torch.zeros_like(weight) if given is None else given
                assert weight.grad is not None
                torch.testing.assert_close(weight.grad, wanted, atol=1e-6, rtol=1e-4)
            kept.update(found)
            return found

        run.step_adam_critic = watched
        figures = list(itertools.islice(run, 4))
        assert kept
        told = ["loss/generator_loss" in one for one in figures]
        assert told == [True, False, False, True]
        for network in (run.critic, run.generator):
            assert all(weight.requires_grad for weight in network.parameters())


def test_validation_tells_the_penalty_and_leaves_no_gradient_behind(tmp_path: Path) -> None:
    document, nodes = template()
    document.link(
        End(nodes["penalty"].id, "loss"), End(nodes["adam_critic"].id, "loss"), replace=True
    )
    with training(document, tmp_path / "wgan") as run:
        with torch.no_grad():
            opinion: nn.Linear = run.critic.opinion
            opinion.weight.zero_()  # a critic without any slope: the penalty is its weight
        assert math.isclose(run.validate()["val/penalty"], 10.0)
        assert all(weight.grad is None for weight in run.critic.parameters())


def test_two_critics_at_the_same_points(tmp_path: Path) -> None:
    document, nodes = template()
    at = End(nodes["between"].id, "y")
    second = document.add_node("network.instance", name="other", params={"network": "critic"})
    penalty = document.add_node("loss.gradient_penalty", name="its_penalty")
    adam = document.add_node("optimizer.adam", params={"trains": (second.id,)}, name="adam_other")
    document.link(at, End(second.id, "image"))
    document.link(End(second.id, "score"), End(penalty.id, "score"))
    document.link(at, End(penalty.id, "at"))
    document.link(End(penalty.id, "loss"), End(adam.id, "loss"))
    assert complaints(write(compile_document(document), tmp_path / "read")) == ""
    with training(document, tmp_path / "two") as run:
        for figures in itertools.islice(run, 3):
            assert math.isfinite(float(figures["loss/its_penalty"]))
            assert math.isfinite(float(figures["loss/critic_loss"]))


def test_what_two_steps_share_has_a_name_of_its_own(tmp_path: Path) -> None:
    """A generator called `image` beside data called so; a value of three parts for two losses."""
    document, nodes = template()
    document.rename(nodes["generator"].id, "image")
    noising = document.add_node("random.noising", name="noised")
    document.link(End(nodes["digits"].id, "image"), End(noising.id, "x"))
    for number, port in enumerate(("noisy", "noise")):
        flat = document.add_node("shape.flatten")
        layer = document.add_node("layer.linear", params={"units": 1})
        loss = document.add_node("loss.mean", name=f"loss_{number}")
        adam = document.add_node("optimizer.adam", params={"trains": (layer.id,)})
        document.link(End(noising.id, port), End(flat.id, "x"))
        document.link(End(flat.id, "y"), End(layer.id, "x"))
        document.link(End(layer.id, "y"), End(loss.id, "x"))
        document.link(End(loss.id, "loss"), End(adam.id, "loss"))
    assert complaints(write(compile_document(document), tmp_path / "read")) == ""
    with training(document, tmp_path / "shared") as run:
        figures = next(iter(run))
        assert all(math.isfinite(float(value)) for value in figures.values())
