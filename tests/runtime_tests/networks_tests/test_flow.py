"""Steps one after the other: what is computed once for several, with which weights, and frozen."""

import itertools
from pathlib import Path
from typing import Any

import pytest
import torch

from graph.compile import compile_document
from graph.edit.document import Document
from graph.model.sheet import End, Node
from tests.graph_tests.networks_tests.drawing import Drawing
from tests.runtime_tests.compile_tests.reference import Reference, batch_of
from tests.runtime_tests.compile_tests.written import complaints, imported, train, write

STEPS = 3


def as_drawn(document: Document, folder: Path) -> str:
    """Train for some steps beside the board's plain meaning; the source of train.py."""
    project = compile_document(document)
    assert complaints(write(project, folder, views=True)) == ""
    with imported(folder) as modules:
        run = modules["train"].Training(batch_size=16, device="cpu", epochs=1)
        reference = Reference(document, run.networks)
        data = [n for n in document.board.nodes.values() if n.type.startswith("data.")]
        rows = modules["data"].batches(run.train_set, 16, seed=0)
        for _, batch, figures in zip(range(STEPS), rows, run, strict=False):
            expected = reference.iterate(batch_of(document, data, batch))
            found = {n.removeprefix("loss/"): float(f) for n, f in figures.items() if n != "step"}
            assert found == pytest.approx(expected, rel=2e-4, abs=1e-5)
    return project.files["train.py"].text


def gradients(document: Document, folder: Path) -> dict[str, bool]:
    """Which weights have a gradient after some steps, by their names."""
    write(compile_document(document), folder)
    with imported(folder) as modules:
        run = modules["train"].Training(batch_size=16, device="cpu", epochs=1)
        for _ in itertools.islice(run, STEPS):
            pass
        return {
            f"{unit}.{name}": weight.grad is not None
            for unit, network in run.networks.items()
            for name, weight in network.named_parameters()
        }


def linear(units: int) -> tuple[str, dict[str, Any]]:
    return "layer.linear", {"units": units}


class Heads(Drawing):
    """Digits through networks to several heads, each with a loss and an optimizer of its own."""

    def __init__(self) -> None:
        super().__init__("heads")
        for name, units in (("encoder", 32), ("middle", 32), ("head", 10)):
            self.network(name, linear(units), ("activation.tanh", {}))
        self.data, self.flat = self.add("data.digits"), self.add("shape.flatten")
        self.wire(self.data, self.flat)

    def head(self, name: str, source: Node, *trains: Node, **more: Any) -> Node:
        """A head behind a value; its optimizer trains it and the nodes named."""
        head = self.place("head", name)
        loss = self.add("loss.cross_entropy", f"loss_{name}")
        adam = self.add("optimizer.adam", f"adam_{name}", lr=0.05, **more)
        self.document.set_params(adam.id, trains=(head.id, *(one.id for one in trains)))
        self.chain(source, head, loss, adam)
        self.wire(self.data, loss, "label", "label")
        return adam


@pytest.mark.parametrize("order", [*itertools.permutations(range(3))], ids=str)
def test_a_value_is_computed_once_for_the_steps_that_nothing_comes_between(
    order: tuple[int, ...], tmp_path: Path
) -> None:
    draw = Heads()
    encoded, middle = draw.place("encoder", "encoded"), draw.place("middle")
    draw.chain(draw.flat, encoded, middle)
    draw.head("first", encoded, encoded, order=order[0])
    draw.head("second", middle, order=order[1])
    draw.head("third", middle, order=order[2])
    written = as_drawn(draw.document, tmp_path / "heads")
    together = abs(order[1] - order[2]) == 1  # the encoder is not changed between them
    assert written.count("= self.middle(") == (1 if together else 2) + 1  # and to validate


def test_a_step_through_a_linked_copy_changes_what_later_steps_see(tmp_path: Path) -> None:
    draw = Heads()
    encoded = draw.place("encoder", "encoded")
    (copy,) = draw.document.duplicate([encoded.id], twins=True)
    draw.wire(draw.flat, encoded)
    draw.chain(draw.flat, draw.add("merge.scale", factor=2.0), copy)
    draw.head("first", copy, copy)
    draw.head("second", encoded)
    draw.head("third", encoded)
    written = as_drawn(draw.document, tmp_path / "copy")
    first, second = written.index("self.step_adam_first("), written.index("self.step_adam_second(")
    assert first < written.index("encoded = self.encoded(") < second


def test_the_last_of_the_steps_that_share_a_value_may_train_it(tmp_path: Path) -> None:
    draw = Heads()
    encoded = draw.place("encoder", "encoded")
    draw.wire(draw.flat, encoded)
    draw.head("first", encoded)
    draw.head("second", encoded, encoded)
    written = as_drawn(draw.document, tmp_path / "last")
    assert "self.step_adam_first(label, encoded.detach())" in written
    assert "self.step_adam_second(label, encoded)" in written


def test_what_no_step_trains_is_shared_without_gradient(tmp_path: Path) -> None:
    draw = Heads()
    encoded, middle = draw.place("encoder", "encoded"), draw.place("middle")
    draw.chain(draw.flat, encoded, middle)
    draw.head("first", middle, order=0)
    draw.head("second", middle, order=1)
    draw.head("third", encoded, encoded, order=2)
    written = as_drawn(draw.document, tmp_path / "frozen")
    assert (
        "self.middle = processes.parallel(Middle().to(self.device).requires_grad_(False).eval())"
        in (written)
    )
    found = gradients(draw.document, tmp_path / "gradients")
    assert not any(has for name, has in found.items() if name.startswith("middle."))
    assert all(has for name, has in found.items() if not name.startswith("middle."))


def test_two_optimizers_of_one_loss_have_a_figure_each(tmp_path: Path) -> None:
    draw = Drawing("one")
    loss, first = draw.classifier(draw.add("layer.linear", "hidden", units=16))
    nodes = {node.name: node for node in draw.document.board.nodes.values()}
    draw.document.set_params(first.id, trains=(nodes["hidden"].id,))
    draw.wire(loss, draw.add("optimizer.adam", "second", trains=(nodes["logits"].id,), every=2))
    write(compile_document(draw.document), tmp_path / "one")
    with imported(tmp_path / "one") as modules:
        run = modules["train"].Training(batch_size=16, device="cpu", epochs=1)
        before = [weight.detach().clone() for weight in run.model.parameters()]
        names = [set(figures) - {"step"} for figures in itertools.islice(run, 2)]
        after = [*run.model.parameters()]
    assert names == [{"loss/loss_adam", "loss/loss_second"}, {"loss/loss_adam"}]
    assert not any(torch.equal(one, other) for one, other in zip(before, after, strict=True))


@pytest.mark.parametrize("chosen", ["first", "second", "third"])
def test_layers_that_no_optimizer_trains_get_no_gradient(chosen: str, tmp_path: Path) -> None:
    draw = Drawing("frozen")
    layers = [draw.add("layer.linear", name, units=8) for name in ("first", "second", "third")]
    _, adam = draw.classifier(*layers)
    nodes = {node.name: node.id for node in draw.document.board.nodes.values()}
    draw.document.set_params(adam.id, trains=(nodes[chosen],))
    assert "self.model.parameters() if p.requires_grad)" in as_drawn(
        draw.document, tmp_path / "frozen"
    )
    found = gradients(draw.document, tmp_path / "gradients")
    assert {name for name, has in found.items() if has} == {
        f"model.{chosen}.weight",
        f"model.{chosen}.bias",
    }


def loose_gan() -> Document:
    """A GAN of layers that lie on the board itself, the discriminator's linked a second time."""
    draw = Drawing("loose")
    data, flat = draw.add("data.digits"), draw.add("shape.flatten")
    noise = draw.add("random.noise")
    made = [draw.add("layer.linear", "first", units=32), draw.add("activation.relu")]
    made.append(draw.add("layer.linear", "pixels", units=64))
    real = [draw.add("layer.linear", "look", units=32), draw.add("activation.tanh")]
    real.append(draw.add("layer.linear", "judge", units=1))
    fake = draw.document.duplicate([node.id for node in real], twins=True)
    draw.chain(data, flat, *real)
    draw.chain(noise, *made, *fake)
    for_judge, for_maker = draw.add("loss.discriminator"), draw.add("loss.generator")
    draw.wire(real[-1], for_judge, "real")
    draw.wire(fake[-1], for_judge, "fake")
    draw.wire(fake[-1], for_maker, "fake")
    trains = (real[0].id, real[-1].id)
    draw.wire(for_judge, draw.add("optimizer.adam", "adam_d", trains=trains))
    trains = (made[0].id, made[-1].id)
    draw.wire(for_maker, draw.add("optimizer.adam", "adam_g", trains=trains))
    return draw.document


def test_layers_are_linked_across_parts_that_differ(tmp_path: Path) -> None:
    document = loose_gan()
    assert complaints(write(compile_document(document), tmp_path / "read")) == ""
    with imported(tmp_path / "read") as modules:
        run = modules["train"].Training(batch_size=16, device="cpu", epochs=1)
        assert set(run.networks) == {"look", "judge", "model"}
        kept = {
            name: [weight.detach().clone() for weight in network.parameters()]
            for name, network in run.networks.items()
        }
        for _ in itertools.islice(run, STEPS):
            pass
        for name, network in run.networks.items():
            pairs = zip(kept[name], network.parameters(), strict=True)
            assert not any(torch.equal(before, after) for before, after in pairs)


def test_a_layer_is_linked_behind_a_network(tmp_path: Path) -> None:
    draw = Drawing("again")
    draw.network("block", linear(64), ("activation.tanh", {}))
    first = draw.add("layer.linear", "mixed", units=64)
    (second,) = draw.document.duplicate([first.id], twins=True)
    draw.classifier(first, draw.place("block"), second)
    written = as_drawn(draw.document, tmp_path / "again")
    assert "self.mixed = processes.parallel(nn.Linear(64, 64).to(self.device))" in written


def test_linked_layers_and_frozen_ones_train_in_two_processes(tmp_path: Path) -> None:
    losses = train(write(compile_document(loose_gan()), tmp_path / "loose"), count=2)
    assert {"loss/discriminator_loss", "loss/generator_loss"} < set(losses[0])
    draw = Heads()
    encoded, middle = draw.place("encoder", "encoded"), draw.place("middle")
    logits = draw.add("layer.linear", "hidden", units=16)
    draw.chain(draw.flat, encoded, middle, logits)
    adam = draw.head("last", logits, encoded)
    assert adam.id in draw.document.board.nodes
    alone = train(write(compile_document(draw.document), tmp_path / "frozen"), count=2)
    assert "loss/loss_last" in alone[0]


@pytest.mark.parametrize("schedule", ["one_cycle", "cosine", "step", "exponential"])
@pytest.mark.parametrize("every", [2, 7, 100])
def test_a_schedule_ends_with_the_run_however_seldom_its_optimizer_steps(
    schedule: str, every: int, tmp_path: Path
) -> None:
    draw = Drawing("seldom")
    _, adam = draw.classifier(draw.add("layer.linear", "hidden", units=4))
    draw.document.set_params(adam.id, every=every)
    draw.wire(draw.add(f"schedule.{schedule}"), adam, "schedule")
    write(compile_document(draw.document), tmp_path / "seldom")
    with imported(tmp_path / "seldom") as modules:
        run = modules["train"].Training(batch_size=128, device="cpu", epochs=1)
        assert sum("loss/loss" in figures for figures in run) == -(-run.steps_per_epoch // every)


def test_muting_the_leader_of_linked_networks_leaves_the_others(tmp_path: Path) -> None:
    draw = Drawing("muted")
    draw.network("block", linear(64), ("activation.tanh", {}))
    leader = draw.place("block")
    (copy,) = draw.document.duplicate([leader.id], twins=True)
    draw.classifier(leader, copy)
    draw.document.set_muted([leader.id], True)
    as_drawn(draw.document, tmp_path / "muted")


def test_a_layer_between_two_steps_belongs_to_the_one_that_trains_it(tmp_path: Path) -> None:
    draw = Heads()
    shared = draw.add("layer.linear", "shared", units=16)
    draw.wire(draw.flat, shared)
    draw.head("first", shared, shared)
    other = draw.head("second", shared)
    draw.document.link(
        End(
            next(n.id for n in draw.document.board.nodes.values() if n.name == "loss_first"), "loss"
        ),
        End(draw.add("optimizer.adam", "third", trains=(shared.id,), order=2).id, "loss"),
    )
    assert other.id in draw.document.board.nodes
    as_drawn(draw.document, tmp_path / "between")


@pytest.mark.parametrize("order", [*itertools.permutations(range(3))], ids=str)
def test_a_chain_is_trained_piece_by_piece_in_any_order(
    order: tuple[int, ...], tmp_path: Path
) -> None:
    draw = Drawing("chain")
    layers = [draw.add("layer.linear", name, units=8) for name in ("first", "second")]
    bends = [draw.add("activation.tanh") for _ in layers]
    loss, _ = draw.classifier(layers[0], bends[0], layers[1], bends[1])
    nodes = {node.name: node for node in draw.document.board.nodes.values()}
    draw.document.remove([nodes["adam"].id])
    for place, name in zip(order, ("first", "second", "logits"), strict=True):
        sgd = draw.add("optimizer.sgd", f"sgd_{name}", order=place, lr=0.05)
        draw.document.set_params(sgd.id, trains=(nodes[name].id,))
        draw.wire(loss, sgd)
    as_drawn(draw.document, tmp_path / "chain")


def test_a_shared_value_computes_no_gradient_of_what_it_only_passes(tmp_path: Path) -> None:
    draw = Heads()
    encoded, middle = draw.place("encoder", "encoded"), draw.place("middle")
    draw.chain(draw.flat, encoded, middle)
    draw.head("first", middle)
    draw.head("second", middle, encoded)
    draw.head("third", middle, middle)
    written = as_drawn(draw.document, tmp_path / "passed")
    frozen, thawed = (f"self.middle.requires_grad_({switch})" for switch in (False, True))
    assert written.index(frozen) < written.index("middle = self.middle(") < written.index(thawed)
    write(compile_document(draw.document), tmp_path / "gradients")
    with imported(tmp_path / "gradients") as modules:
        run = modules["train"].Training(batch_size=16, device="cpu", epochs=1)
        step, seen = run.step_adam_second, []

        def watched(*given: torch.Tensor) -> torch.Tensor:
            found: torch.Tensor = step(*given)
            seen.append([weight.grad is None for weight in run.middle.parameters()])
            return found

        run.step_adam_second = watched
        next(iter(run))
    assert seen == [[True, True]]


def test_a_loose_generators_step_looks_at_no_real_picture(tmp_path: Path) -> None:
    document = loose_gan()
    (bend,) = [n for n in document.board.nodes.values() if n.name == "tanh"]
    document.insert("dropout.dropout", document.board.out_of(bend.id)[0])
    (bend,) = [n for n in document.board.nodes.values() if n.name == "tanh_2"]
    document.insert("dropout.dropout", document.board.out_of(bend.id)[0])
    assert complaints(write(compile_document(document), tmp_path / "read")) == ""
    with imported(tmp_path / "read") as modules:
        run = modules["train"].Training(batch_size=16, device="cpu", epochs=1)
        looks: list[int] = []
        run.look.register_forward_hook(lambda *_: looks.append(1))
        step = run.step_adam_g

        def watched(*given: torch.Tensor) -> torch.Tensor:
            looks.clear()
            found: torch.Tensor = step(*given)
            return found

        run.step_adam_g = watched
        next(iter(run))
        assert len(looks) == 1


def test_a_point_that_gradients_are_asked_for_is_each_steps_own(tmp_path: Path) -> None:
    draw = Heads()
    maker, between = draw.add("layer.linear", "maker", units=64), draw.add("random.mix")
    draw.chain(draw.flat, maker)
    draw.wire(draw.flat, between, "a")
    draw.wire(maker, between, "b")
    for name in ("first", "second"):
        critic = draw.add("layer.linear", name, units=1)
        penalty = draw.add("loss.gradient_penalty", f"penalty_{name}")
        draw.chain(between, critic)
        ports = [port.name for port in draw.document.ports(penalty).inputs]
        draw.wire(critic, penalty, ports[0])
        draw.wire(between, penalty, ports[1])
        adam = draw.add("optimizer.adam", f"adam_{name}")
        draw.document.set_params(adam.id, trains=(critic.id,))
        draw.chain(penalty, adam)
    likeness = draw.add("loss.mse")
    draw.chain(maker, likeness, draw.add("optimizer.adam", "adam_maker", order=1))
    draw.wire(draw.flat, likeness, draw.document.ports(likeness).inputs[1].name)
    found = gradients(draw.document, tmp_path / "points")
    learned = {name.partition(".")[2] for name, has in found.items() if has}
    assert learned == {"first.weight", "second.weight", "maker.weight", "maker.bias"}
