"""A target that is learned in deviations is told in its own unit, in the app and in exports."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch

from graph.compile import compile_document
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.model.sheet import End, Node
from graph.problems.problem import Problem
from runtime.data import probe
from runtime.exported.data import standardised
from tests.runtime_tests.compile_tests.written import complaints, imported, write

FIGURES = ("mae", "mse", "rmse", "r2")


class Board:
    """A regression of the price of flats, which depends on their area and rooms alone."""

    def __init__(self, folder: Path, **params: Any) -> None:
        rows = [(40 + i, 1 + i % 4) for i in range(60)]
        lines = (
            f"{area},{rooms},{2 * rooms},{2000 * area + 15_000 * rooms}" for area, rooms in rows
        )
        file = folder / "price.csv"
        file.write_text("area,rooms,rooms_twice,price\n" + "\n".join(lines) + "\n")
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


@pytest.mark.parametrize(
    ("past", "columns", "undone"),
    [
        ((), (0, 1, 2), ""),
        ((("shape.flatten", {}),), (0, 1, 2), ""),
        ((("shape.reshape", {"sizes": (3, 1)}),), (0, 1, 2), ""),
        ((("shape.slice", {"start": 1}),), (1, 2), ", 1, 2"),
        ((("shape.select", {"index": 1}),), (1,), ", 1"),
        ((("shape.select", {"index": -1}), ("shape.unsqueeze", {})), (2,), ", 2"),
        ((("shape.flip", {}),), (2, 1, 0), ", 2, 1, 0"),
        ((("shape.roll", {}), ("shape.slice", {"end": 2})), (2, 0), ", 2, 0"),
        ((("shape.split", {"sizes": (1, 2)}),), (0,), ", 0"),
        ((("shape.repeat", {}),), (0, 1, 2, 0, 1, 2), ", 0, 1, 2, 0, 1, 2"),
        ((("shape.unflatten", {"sizes": (3, 1)}), ("shape.transpose", {})), (0, 1, 2), ""),
        ((("shape.reshape", {"sizes": (1, 3)}), ("shape.permute", {})), (0, 1, 2), ""),
    ],
)
def test_several_targets_keep_their_scales_behind_shapes(
    tmp_path: Path, past: tuple[tuple[str, dict[str, Any]], ...], columns: tuple[int, ...],
    undone: str,
) -> None:  # fmt: skip
    board = Board(tmp_path, target="price", features=("rooms",), also=("area", "rooms_twice"))
    target: End | Node = board.target
    for type, params in past:
        target = board.add(type, target, **params)
    board.prediction = board.add("layer.linear", End(board.data.id, "features"),
                                 units=len(columns))  # fmt: skip
    fits = board.add("shape.reshape", board.prediction, sizes=shape_of(board, target))
    board.prediction = fits
    board.judged(target)
    folder = board.written(tmp_path / "project")
    called = (folder / "train.py").read_text().split("target_scale.undo(")[1].split("\n")[0]
    assert f"{undone})" in called
    with imported(folder) as modules:
        training = modules["train"].Training(epochs=1, device="cpu")
        *_, last = training
        rows = sorted(
            (2000.0 * (40 + i) + 15_000 * (1 + i % 4), 40.0 + i, 2.0 + i % 4 * 2) for i in range(60)
        )
        held = training.target_scale.undo(training.validation_set[1]).tolist()
        assert all(any(row == pytest.approx(one, rel=1e-5) for one in rows) for row in held)
        wanted = [[row[column] for column in columns] for row in held]
        views = modules["views"]
        shown = views.table(training, views.examples(training, 12))
        flat = shown["target"].reshape(12, -1)
        assert flat.tolist() == [pytest.approx(row) for row in wanted[:12]]
        assert shown["prediction"].reshape(12, -1).shape == flat.shape
        mean = sum(map(sum, wanted)) / len(wanted) / len(columns)
        assert last["val/mean_value"] == pytest.approx(mean, rel=1e-4)


def shape_of(board: Board, target: End | Node) -> tuple[int, ...]:
    """The sizes behind the batch of what a node gives."""
    end = target if isinstance(target, End) else End(target.id, board.outputs(target)[0])
    facts = {board.data.id: probe("data.csv", board.document.params(board.data))}
    kind = Diagnosis(board.document, facts).type_of(*end)
    assert kind is not None
    return tuple(int(size) for size in kind.dims[1:]) or (-1,)


def test_parts_that_are_joined_again_have_the_scales_of_their_columns(tmp_path: Path) -> None:
    board = Board(tmp_path, target="price", features=("rooms",), also=("area",))
    board.prediction = board.add("layer.linear", End(board.data.id, "features"), units=2)
    cut = board.add("shape.split", board.target, sizes=(1, 1))
    joined = board.add("merge.concatenate")
    for port in ("y2", "y1"):
        board.document.link(End(cut.id, port), End(joined.id, "xs"))
    board.judged(joined)
    folder = board.written(tmp_path / "project")
    with imported(folder) as modules:
        training = modules["train"].Training(epochs=1, device="cpu")
        views = modules["views"]
        shown = views.table(training, views.examples(training, 12))["target"]
        own = training.target_scale.undo(training.validation_set[1][:12])
        assert shown.tolist() == [pytest.approx(row) for row in own.flip(1).tolist()]


@pytest.mark.parametrize(
    ("type", "params", "told"),
    [
        ("merge.multiply", {}, True),
        ("shape.pad", {"pad": (1, 0)}, True),
        ("shape.flatten", {}, False),
        ("layer.identity", {}, False),
    ],
)
def test_where_the_unit_is_lost_it_is_told_and_mended(
    tmp_path: Path, type: str, params: dict[str, Any], told: bool
) -> None:
    board = Board(tmp_path, target="price", features=("rooms",), also=("area",))
    other = board.add(type, board.target, **params)
    if type == "merge.multiply":
        board.document.link(board.target, End(other.id, "xs"))
    metric = board.add("metric.mean", board.add("shape.flatten", other))
    view = board.add("view.table", End(board.data.id, "features"), board.target)

    def said() -> list[Problem]:
        facts = {board.data.id: probe("data.csv", board.document.params(board.data))}
        found = Diagnosis(board.document, facts).problems
        assert not [one for one in found if one.node == view.id and "unit" in one.text]
        return [one for one in found if one.node == metric.id and "in which unit" in one.text]

    found = said()
    assert bool(found) is told
    if found:
        (fix,) = found[0].fixes
        fix.apply(board.document)
        assert not said()
