"""A target that is learned in deviations is told in its own unit, in the app and in exports."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch

from graph.compile import compile_document
from graph.edit.document import Document
from graph.model.sheet import End, Node
from runtime.data import probe
from runtime.exported.data import standardised
from tests.runtime_tests.compile_tests.written import complaints, imported, write

FIGURES = ("mae", "mse", "rmse", "r2")


class Board:
    """A regression of the price of flats, which depends on their area and rooms alone."""

    def __init__(self, folder: Path, **params: Any) -> None:
        rows = [(40 + i, 1 + i % 4) for i in range(60)]
        lines = (f"{area},{rooms},{2000 * area + 15_000 * rooms}" for area, rooms in rows)
        file = folder / "price.csv"
        file.write_text("area,rooms,price\n" + "\n".join(lines) + "\n")
        self.document = Document("prices")
        self.data = self.add("data.csv", path=str(file), **params)
        self.prediction = self.add("layer.linear", End(self.data.id, "features"), units=1)
        self.target = End(self.data.id, "target")

    def add(self, type: str, *ends: End | Node, **params: Any) -> Node:
        node = self.document.add_node(type, params=params)
        ports = self.document.ports(node).inputs
        for end, port in zip(ends, ports, strict=False):
            source = end if isinstance(end, End) else End(end.id, self.outputs(end)[0])
            self.document.link(source, End(node.id, port.name))
        return node

    def outputs(self, node: Node) -> list[str]:
        return [port.name for port in self.document.ports(node).outputs]

    def judged(self, target: End | Node) -> None:
        """A loss, every metric of numbers, and a table."""
        loss = self.add("loss.mse", self.prediction, target)
        self.add("optimizer.adam", loss, lr=0.05)
        for name in FIGURES:
            self.add(f"metric.{name}", self.prediction, target)
        self.add("metric.mean", target)
        self.add("view.table", self.prediction, target, count=12)

    def written(self, folder: Path) -> Path:
        facts = {self.data.id: probe("data.csv", self.document.params(self.data))}
        return write(compile_document(self.document, facts), folder, views=True)


def expected(training: Any, scale: Any) -> dict[str, float]:
    """The figures by hand, over all held-out rows at once."""
    features, target = training.validation_set
    with torch.no_grad():
        found, wanted = (scale(x.double()) for x in (training.model.linear(features), target))
    off = found - wanted
    mse = off.square().mean().item()
    spread = (wanted - wanted.mean()).square().mean().item()
    return {
        "mae": off.abs().mean().item(), "mse": mse, "rmse": math.sqrt(mse),
        "r2": 1 - mse / spread, "mean_value": wanted.mean().item(),
    }  # fmt: skip


@pytest.mark.parametrize("past", [(), ("shape.squeeze",), ("layer.identity", "shape.flatten")])
def test_figures_and_tables_have_the_targets_own_unit(
    tmp_path: Path, past: tuple[str, ...]
) -> None:
    board = Board(tmp_path)
    target: End | Node = board.target
    for type in past:
        target = board.add(type, target)
    board.judged(target)
    folder = board.written(tmp_path / "project")
    assert complaints(folder) == ""
    with imported(folder) as modules:
        training = modules["train"].Training(epochs=20, batch_size=16, device="cpu")
        *_, last = training
        by_hand = expected(training, training.target_scale.undo)
        assert {name: last[f"val/{name}"] for name in by_hand} == pytest.approx(by_hand, rel=1e-4)
        assert last["val/r2"] > 0.8
        assert last["val/mean_value"] > 100_000
        deviation = training.target_scale.deviation
        (loss,) = (f for name, f in last.items() if name.startswith("val/mean_squared"))
        assert loss == pytest.approx(last["val/mse"] / deviation**2, rel=1e-3)
        views = modules["views"]
        shown = views.table(training, views.examples(training, 12))
        assert shown["target"].flatten().tolist() == pytest.approx(
            training.target_scale.undo(training.validation_set[1]).flatten().tolist()[:12]
        )
        off = shown["prediction"].flatten() - shown["target"].flatten()
        assert off.abs().max() < 4 * last["val/rmse"]


def test_mean_and_deviation_are_of_the_training_rows_alone(tmp_path: Path) -> None:
    board = Board(tmp_path)
    board.judged(board.target)
    with imported(board.written(tmp_path / "project")) as modules:
        training = modules["train"].Training(epochs=1, device="cpu", seed=5)
        train, held = (one[1] for one in (training.train_set, training.validation_set))
        assert train.mean().item() == pytest.approx(0, abs=1e-6)
        assert train.std(correction=0).item() == pytest.approx(1, abs=1e-6)
        assert abs(held.mean().item()) > 1e-3
        whole = training.target_scale.undo(torch.cat((train, held))).flatten().sort().values
        prices = sorted(2000.0 * (40 + i) + 15_000 * (1 + i % 4) for i in range(60))
        assert whole.tolist() == pytest.approx(prices)


def test_it_can_be_switched_off_and_lost(tmp_path: Path) -> None:
    board = Board(tmp_path, standardise=False)
    board.judged(board.target)
    with imported(board.written(tmp_path / "plain")) as modules:
        training = modules["train"].Training(epochs=1, device="cpu")
        assert training.train_set[1].mean() > 100_000
        *_, last = training
        by_hand = expected(training, lambda x: x)
        assert {name: last[f"val/{name}"] for name in by_hand} == pytest.approx(by_hand, rel=1e-4)
    (tmp_path / "other").mkdir()
    board = Board(tmp_path / "other")
    squared = board.add("merge.multiply", board.target, board.target)
    board.judged(squared)
    folder = board.written(tmp_path / "squared")
    assert "undo" not in (folder / "train.py").read_text()  # of squares no unit is known
    assert "undo" not in (folder / "views.py").read_text()


def test_a_target_that_is_the_same_in_each_row_stays_finite() -> None:
    train, held, scale = standardised((torch.zeros(4, 1), torch.full((4, 1), 7.0)),
                                      (torch.zeros(2, 1), torch.full((2, 1), 9.0)))  # fmt: skip
    assert train[1].eq(0).all()
    assert scale.undo(held[1]).flatten().tolist() == [9, 9]


@pytest.mark.parametrize("flat", [False, True])
def test_several_targets_have_a_scale_each(tmp_path: Path, flat: bool) -> None:
    board = Board(tmp_path, target="price", features=("rooms",), also=("area",))
    board.prediction = board.add("layer.linear", End(board.data.id, "features"), units=2)
    board.judged(board.add("shape.flatten", board.target) if flat else board.target)
    folder = board.written(tmp_path / "project")
    assert complaints(folder) == ""
    # Behind a shape it is no longer said which column is which: the figures stay as learned.
    assert ("undo" in (folder / "train.py").read_text()) is not flat
    with imported(folder) as modules:
        training = modules["train"].Training(epochs=1, device="cpu")
        train, held = (one[1] for one in (training.train_set, training.validation_set))
        assert train.mean(0).abs().max() < 1e-6
        assert train.std(0, correction=0).tolist() == pytest.approx([1, 1])
        whole = training.target_scale.undo(torch.cat((train, held)))
        rows = sorted((2000.0 * (40 + i) + 15_000 * (1 + i % 4), 40.0 + i) for i in range(60))
        assert sorted(map(tuple, whole.tolist())) == [pytest.approx(row, rel=1e-5) for row in rows]
        views = modules["views"]
        shown = views.table(training, views.examples(training, 12))["target"]
        assert bool((shown[:, 1] >= 40).all()) is not flat
