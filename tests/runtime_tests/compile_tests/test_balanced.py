"""Losses whose class weights come from the labels of the training rows, against torch by hand."""

from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from graph.compile import compile_document
from graph.diagnose.board_checks import check
from graph.diagnose.diagnosis import Diagnosis
from graph.model.sheet import End, Node
from runtime.data import probe
from runtime.exported.data import class_weights, yes_weight
from tests.graph_tests.networks_tests.drawing import Drawing
from tests.runtime_tests.compile_tests.written import complaints, imported, train, write

KINDS = ("rare", "some", "usual")
LOSSES = ("loss.cross_entropy", "loss.nll", "loss.multi_margin")


class Board(Drawing):
    """A table of which a class has one row in twelve, and scores of its features."""

    def __init__(self, folder: Path, kinds: tuple[str, ...] = KINDS, units: int = 3) -> None:
        super().__init__("rare")
        chosen = [kinds[0] if i % 12 == 0 else kinds[1 + (i % 3 > 0)] for i in range(150)]
        lines = (f"{i % 7},{i * i % 11},{kind}" for i, kind in enumerate(chosen))
        file = folder / "rare.csv"
        file.write_text("a,b,kind\n" + "\n".join(lines) + "\n")
        self.data = self.add("data.csv", path=str(file))
        self.logits = self.add("layer.linear", "logits", units=units)
        self.sum = self.add("loss.weighted_sum", "total")
        self.chain(self.data, self.logits)
        self.wire(self.sum, self.add("optimizer.sgd", lr=0.1))
        self.facts = {self.data.id: probe("data.csv", self.document.params(self.data))}

    def judge(self, type: str, name: str, label: End | None = None, **params: Any) -> Node:
        made = self.add(type, name, **params)
        scores = self.logits
        if type == "loss.nll":
            scores = self.add("activation.log_softmax")
            self.wire(self.logits, scores)
        self.wire(scores, made)
        port = self.document.ports(made).inputs[1].name
        self.document.link(label or End(self.data.id, "target"), End(made.id, port))
        self.document.link(End(made.id, "loss"), End(self.sum.id, "losses"))
        return made

    def told(self) -> list[str]:
        return [
            str(one)
            for one in check(Diagnosis(self.document, self.facts))
            if "balances" in one.text
        ]

    def written(self, folder: Path) -> Path:
        return write(compile_document(self.document, self.facts), folder)


def by_hand(label: Tensor) -> Tensor:
    """Rows / (classes * count)."""
    counts = Counter(label.tolist())
    return torch.tensor([len(label) / (len(counts) * counts[one]) for one in sorted(counts)])


def in_torch(kind: str, logits: Tensor, label: Tensor, weight: Tensor) -> Tensor:
    if kind == "loss.multi_margin":
        return F.multi_margin_loss(logits, label, weight=weight)
    return F.cross_entropy(logits, label, weight=weight)


def test_all_batches_and_held_out_rows_take_the_weights_of_the_training_rows(
    tmp_path: Path,
) -> None:
    board = Board(tmp_path)
    for kind in LOSSES:
        board.judge(kind, kind.partition(".")[2], balanced=True)
    assert board.told() == []
    folder = board.written(tmp_path / "it")
    assert complaints(folder) == ""
    with imported(folder) as modules:
        for size in (16, 200):
            run = modules["train"].Training(epochs=1, batch_size=size, device="cpu")
            weight = by_hand(run.train_set[1])
            assert weight.max() > 3 * weight.min()
            rows = modules["train"].batches(run.train_set, size, seed=0)
            for features, label in rows:
                with torch.no_grad():
                    logits = run.model.logits(features)
                    expected = {k: in_torch(k, logits, label, weight) for k in LOSSES}
                figures = run.step_sgd(features, label)
                for kind, value in expected.items():
                    found = figures[f"loss/total/{kind.partition('.')[2]}"]
                    assert torch.allclose(found, value, rtol=1e-5), kind
            features, label = run.validation_set
            with torch.no_grad():
                logits = run.model.logits(features)
            figures = run.validate()
            for kind in LOSSES:
                whole = float(in_torch(kind, logits, label, weight))
                found = figures[f"val/total/{kind.partition('.')[2]}"]
                assert found == pytest.approx(whole, rel=1e-5), kind


def test_one_balanced_loss_reads_as_a_person_would_write_it(tmp_path: Path) -> None:
    board = Board(tmp_path)
    board.judge("loss.cross_entropy", "surprise", balanced=True, label_smoothing=0.1)
    text = compile_document(board.document, board.facts).files["train.py"].text
    assert "self.class_weights = class_weights(self.train_set[1], 3)\n" in text
    assert text.count("weight=self.class_weights") == 2
    assert "new_tensor" not in text


def test_a_yes_counts_as_much_as_a_no(tmp_path: Path) -> None:
    board = Board(tmp_path, ("no", "no", "yes"), units=1)
    flat = board.add("shape.squeeze", "score", dim=1)
    board.wire(board.logits, flat)
    board.logits = flat
    board.judge("loss.binary_cross_entropy", "bce", balanced=True)
    with imported(board.written(tmp_path / "it")) as modules:
        run = modules["train"].Training(epochs=1, batch_size=16, device="cpu")
        counts = run.train_set[1].bincount()
        features, label = run.validation_set
        with torch.no_grad():
            logits = run.model(features).flatten()
        whole = F.binary_cross_entropy_with_logits(
            logits, label.float(), pos_weight=counts[0] / counts[1]
        )
        assert run.validate()["val/total/bce"] == pytest.approx(float(whole), rel=1e-5)
        assert counts[0] != counts[1]


def test_labels_may_come_through_a_network_and_no_other_way(tmp_path: Path) -> None:
    board = Board(tmp_path)
    board.network("passing", output="label")
    passing = board.place("passing")
    board.wire(board.data, passing, output="target")
    loss = board.judge("loss.cross_entropy", "ce", End(passing.id, "label"), balanced=True)
    assert board.told() == []
    text = compile_document(board.document, board.facts).files["train.py"].text
    assert "class_weights(self.train_set[1], 3)" in text
    (link,) = board.document.board.into(loss.id, "label")
    board.document.unlink(link)
    rolled = board.add("shape.roll", shifts=(1,), dims=(0,))
    board.wire(board.data, rolled, output="target")
    board.wire(rolled, loss, "label")
    (told,) = board.told()
    assert "turn `balanced` off" in told
    board.document.set_params(loss.id, balanced=False)
    assert board.told() == []


def test_a_resumed_run_is_the_unbroken_one_to_the_last_bit(tmp_path: Path) -> None:
    board = Board(tmp_path)
    board.judge("loss.cross_entropy", "ce", balanced=True)
    with imported(board.written(tmp_path / "it")) as modules:
        first, again, whole = (
            modules["train"].Training(epochs=2, batch_size=16, device="cpu") for _ in range(3)
        )
        told = [{k: float(v) for k, v in one.items()} for one in whole]
        list(islice(first, 3))
        modules["checkpoint"].save(first, tmp_path / "run.safetensors")
        modules["checkpoint"].load(again, tmp_path / "run.safetensors")
        assert [{k: float(v) for k, v in one.items()} for one in again] == told[3:]


@pytest.mark.slow
def test_two_processes_have_the_weights_of_one(tmp_path: Path) -> None:
    board = Board(tmp_path)
    board.judge("loss.cross_entropy", "ce", balanced=True)
    (sgd,) = board.document.board.with_role("optimizer")
    board.document.set_params(sgd.id, lr=1e-12)  # what is learned depends on how rows are shared
    folder = board.written(tmp_path / "it")
    both = train(folder, "--batch-size", "16", "--epochs", "1", count=2)
    with imported(folder) as modules:
        alone = modules["train"].Training(epochs=1, batch_size=16, device="cpu").validate()
    assert both[-1]["val/total"] == pytest.approx(alone["val/total"], rel=1e-5)


def test_what_has_no_rows_and_what_is_ignored_counts_as_one() -> None:
    label = torch.tensor([[0, 0, 0, 2], [0, 0, 0, 0]])
    assert class_weights(label, 4).tolist() == pytest.approx([8 / 14, 1, 4, 1])
    assert class_weights(label, 4, ignored=0).tolist() == [1, 1, 1, 1]
    assert class_weights(torch.tensor([0, -100, 1, 1]), 2, ignored=-100).tolist() == [1.5, 0.75]
    assert float(yes_weight(torch.tensor([0, 0, 0, 1]))) == 3
    assert float(yes_weight(torch.tensor([1, 1]))) == 1
