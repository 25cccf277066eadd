"""What nothing trains evaluates: beside plain torch, in parts of a network too, and by a switch."""

import copy
import itertools
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graph.compile import compile_document
from graph.core.errors import FileError
from graph.diagnose.diagnosis import Diagnosis
from graph.model.sheet import Node
from runtime.client.export import write_project
from tests.graph_tests.networks_tests.drawing import Drawing
from tests.runtime_tests.compile_tests.written import complaints, imported, train, write

STEPS = 4
PIECES: list[tuple[str, dict[str, Any]]] = [
    ("layer.linear", {"units": 16}),
    ("norm.batch1d", {}),
    ("activation.relu", {}),
    ("dropout.dropout", {}),
    ("layer.linear", {"units": 10}),
]


class Taught(Drawing):
    """A student learns digits from their labels and from what a teacher says of them."""

    def __init__(self, **more: Any) -> None:
        super().__init__("taught")
        self.inner = self.network("teaching", *PIECES)
        data, flat = self.add("data.digits"), self.add("shape.flatten")
        self.wire(data, flat)
        self.teacher = self.place("teaching", "teacher", **more)
        self.student = self.add("layer.linear", "student", units=10)
        says = self.add("activation.softmax", "says")
        told = self.add("activation.log_softmax", "told")
        self.chain(flat, self.teacher, says)
        self.chain(flat, self.student, told)
        kl, ce = self.add("loss.kl_div", "kl"), self.add("loss.cross_entropy", "ce")
        self.wire(told, kl, "log_probability")
        self.wire(says, kl, "target")
        self.wire(self.student, ce, "logits")
        self.wire(data, ce, "label", "label")
        total = self.add("loss.weighted_sum", "total", factors=(0.5, 1.0))
        self.wire(kl, total)
        self.wire(ce, total)
        self.sgd = self.add("optimizer.sgd", "sgd", trains=(self.student.id,))
        self.wire(total, self.sgd)


def plain(unit: nn.Module) -> nn.Sequential:
    """The teacher, as one writes it in torch."""
    made = nn.Sequential(
        nn.Linear(64, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 10)
    )
    weights = [one.clone() for one in unit.state_dict().values()]
    made.load_state_dict(dict(zip(made.state_dict(), weights, strict=True)))
    return made


def ran(folder: Path, modules: dict[str, Any]) -> tuple[Any, Any, Any]:
    """A run, a copy of its networks before it began, and its batches."""
    run = modules["train"].Training(batch_size=32, device="cpu", epochs=1)
    before = copy.deepcopy(dict(run.networks))
    rows = modules["data"].batches(run.train_set, 32, seed=0)
    return run, before, rows


def test_distillation_is_that_of_torch(tmp_path: Path) -> None:
    draw = Taught()
    folder = write(compile_document(draw.document), tmp_path / "it")
    assert complaints(folder) == ""
    text = (folder / "train.py").read_text()
    assert "requires_grad_(False).eval()" in text
    assert "self.teacher.train()" not in text
    with imported(folder) as modules:
        run, before, rows = ran(folder, modules)
        teacher = plain(before["teacher"]).eval()
        student = copy.deepcopy(next(m for n, m in before.items() if n != "teacher"))
        layer = next(m for m in student.modules() if isinstance(m, nn.Linear))
        rule = torch.optim.SGD(layer.parameters(), lr=0.1)
        for _, (image, label), figures in zip(range(STEPS), rows, run, strict=False):
            with torch.no_grad():
                says = teacher(image.flatten(1)).softmax(1)
            logits = layer(image.flatten(1))
            kl = F.kl_div(logits.log_softmax(1), says, reduction="batchmean")
            loss = 0.5 * kl + F.cross_entropy(logits, label)
            rule.zero_grad()
            loss.backward()
            rule.step()
            assert float(figures["loss/total"]) == pytest.approx(loss.item(), abs=1e-6)
        same(run.networks["teacher"], before["teacher"])
        run.validate()
        assert not run.networks["teacher"].training


def same(one: nn.Module, other: nn.Module) -> None:
    for name, weight in other.state_dict().items():
        assert torch.equal(one.state_dict()[name], weight), name


def changed(one: nn.Module, other: nn.Module) -> set[str]:
    new = one.state_dict()
    return {name for name, old in other.state_dict().items() if not torch.equal(new[name], old)}


def classifier(pieces: list[tuple[str, dict[str, Any]]], **more: Any) -> tuple[Drawing, Node, Node]:
    draw = Drawing("tuned")
    draw.network("tuning", *pieces)
    data, flat = draw.add("data.digits"), draw.add("shape.flatten")
    net = draw.place("tuning", "net", **more)
    loss, sgd = draw.add("loss.cross_entropy"), draw.add("optimizer.sgd", "sgd")
    draw.chain(data, flat, net, loss, sgd)
    draw.wire(data, loss, "label", "label")
    return draw, net, sgd


@pytest.mark.parametrize("ungrouped", [False, True], ids=["network", "loose"])
def test_a_frozen_batch_norm_evaluates_where_the_head_is_trained(
    ungrouped: bool, tmp_path: Path
) -> None:
    draw, net, sgd = classifier(PIECES)
    head = max(
        (n for n in draw.document.networks["tuning"].nodes.values() if n.type == "layer.linear"),
        key=lambda one: one.number,
    )
    draw.document.set_params(sgd.id, trains=(f"{net.id}/{head.id}",))
    if ungrouped:
        draw.document.ungroup(net.id)
    folder = write(compile_document(draw.document), tmp_path / "it")
    assert complaints(folder) == ""
    with imported(folder) as modules:
        run, before, rows = ran(folder, modules)
        ((name, unit),) = run.networks.items()
        made = plain(before[name])
        made[1].eval()  # the dropout before the head is the head's, and acts
        rule = torch.optim.SGD(made[4].parameters(), lr=0.1)
        steps = iter(run)
        for _, (image, label) in zip(range(STEPS), rows, strict=False):
            torch.manual_seed(3)
            expected = step(made, rule, image, label)
            torch.manual_seed(3)
            assert float(next(steps)["loss/cross_entropy"]) == pytest.approx(expected, abs=1e-6)
        assert {one.rpartition(".")[0] for one in changed(unit, before[name])} == {head_of(unit)}


def head_of(unit: nn.Module) -> str:
    names: list[str] = [n for n, one in unit.named_modules() if isinstance(one, nn.Linear)]
    return names[-1]


def step(made: nn.Module, rule: torch.optim.Optimizer, image: Tensor, label: Tensor) -> float:
    loss = F.cross_entropy(made(image.flatten(1)), label)
    rule.zero_grad()
    loss.backward()
    rule.step()
    return loss.item()


def test_a_network_that_evaluates_only_is_trained_so(tmp_path: Path) -> None:
    draw, _, _ = classifier(PIECES, evaluate=True)
    folder = write(compile_document(draw.document), tmp_path / "it")
    assert complaints(folder) == ""
    with imported(folder) as modules:
        run, before, rows = ran(folder, modules)
        made = plain(before["net"]).eval()
        rule = torch.optim.SGD(made.parameters(), lr=0.1)
        for _, (image, label), figures in zip(range(STEPS), rows, run, strict=False):
            expected = step(made, rule, image, label)
            assert float(figures["loss/cross_entropy"]) == pytest.approx(expected, abs=1e-6)
        buffers = {name for name, _ in before["net"].named_buffers()}
        moved = changed(run.networks["net"], before["net"])
        assert moved
        assert not moved & buffers


def test_a_network_inside_evaluates_only(tmp_path: Path) -> None:
    draw, net, _ = classifier([("layer.linear", {"units": 16}), ("layer.linear", {"units": 10})])
    first = next(
        n for n in draw.document.networks["tuning"].nodes.values() if n.type == "layer.linear"
    )
    norm = draw.add("norm.batch1d", sheet="tuning")
    (wire,) = draw.document.networks["tuning"].out_of(first.id)
    draw.document.splice(norm.id, wire)
    inner = draw.document.group_into_network([norm.id], "inner")
    draw.document.set_params(inner.id, evaluate=True)
    draw.document.set_params(net.id, repeat=1)
    folder = write(compile_document(draw.document), tmp_path / "it")
    with imported(folder) as modules:
        run, before, _ = ran(folder, modules)
        list(itertools.islice(run, STEPS))
        moved = changed(run.networks["net"], before["net"])
        assert any("inner" in name for name in moved), "its scale is trained"
        assert not any("running" in name for name in moved)


def test_an_export_brings_the_weights_it_begins_with(tmp_path: Path) -> None:
    draw, _, _ = classifier(PIECES)
    folder = write(compile_document(draw.document), tmp_path / "teacher")
    with imported(folder) as modules:
        run, _, _ = ran(folder, modules)
        list(itertools.islice(run, STEPS))
        modules["checkpoint"].save(run, tmp_path / "last.safetensors")
        wanted = copy.deepcopy(run.networks["net"])
    taught = Taught(pretrained=str(tmp_path / "last.safetensors"))
    project = compile_document(taught.document)
    write_project(project, tmp_path / "export", None)
    shutil.move(tmp_path / "last.safetensors", tmp_path / "away.safetensors")
    with imported(tmp_path / "export") as modules:
        run, _, _ = ran(tmp_path / "export", modules)
        same(run.networks["teacher"], wanted)
        list(itertools.islice(run, 2))
        same(run.networks["teacher"], wanted)
    assert train(tmp_path / "export", "--epochs", "1")[-1]["epoch"] == 1
    with pytest.raises(FileError, match="there is no such file, and teacher begins"):
        write_project(project, tmp_path / "another", None)


def test_weights_inside_a_network_are_told() -> None:
    draw, net, _ = classifier([("layer.linear", {"units": 10})])
    inside = list(draw.document.networks["tuning"].nodes.values())
    layer = next(n for n in inside if n.type == "layer.linear")
    inner = draw.document.group_into_network([layer.id], "inner")
    draw.document.set_params(inner.id, pretrained="it.safetensors")
    (problem,) = [p for p in Diagnosis(draw.document).problems if p.severity == "error"]
    assert "only a network on the board can" in problem.text
    problem.fixes[0].apply(draw.document)
    assert not [p for p in Diagnosis(draw.document).problems if p.severity == "error"]
    assert net
