"""What is said of held-out rows is said of all of them at once, whatever the batches.

Every loss and metric there is, both sides of each of its switches, against torch.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from graph.compile import compile_document
from graph.core.tensor import TensorType
from graph.declare import REGISTRY, Declaration, Port, node, param
from graph.model.sheet import End, Node
from graph.nodes.data.data import Data, Facts
from tests.graph_tests.networks_tests.drawing import Drawing
from tests.runtime_tests import test_contract_losses as losses
from tests.runtime_tests import test_contract_metrics as metrics
from tests.runtime_tests.compile_tests.written import complaints, imported, train, write
from tests.runtime_tests.evaluate import evaluate, f, find, labels, of_role, values

ROWS = 16  # batches of 7 leave a short one
SIZES = (1, 7, 256)
TIME = 20
TYPES: dict[str, tuple[TensorType, ...]] = {}
"""What the data nodes of tests give, by their `key`."""


@pytest.fixture(autouse=True)
def given_data() -> Iterator[None]:
    """A data node that gives rows of any types."""
    before = dict(REGISTRY._declarations)

    @node("data.given", group="Data", role="data", inputs="", outputs="")
    class Given(Data):
        """Rows of any types."""

        key: str = param("", doc="Which.")
        names: str = param("", doc="Ports.")

        def ports(self) -> tuple[str, str]:
            return "", self.names

        def fixed_split(self) -> bool:
            return True

        def shape(self, facts: Facts | None) -> tuple[TensorType, ...]:
            return TYPES[self.key]

        def read(self, facts: Facts | None) -> str:
            names = self.names.split()
            both = enumerate(zip(names, TYPES[self.key], strict=True))
            rows = ", ".join(source(self.key, name, kind, seed) for seed, (name, kind) in both)
            return f"(({rows},), ({rows},))"

    assert find("data.given").cls is Given
    yield
    REGISTRY._declarations.clear()
    REGISTRY._declarations.update(before)
    TYPES.clear()


def source(key: str, name: str, kind: TensorType, seed: int) -> str:
    """Source of rows in the range that a loss's input takes."""
    sizes = tuple({"N": ROWS, "T": TIME}.get(str(dim), dim) for dim in kind.dims)
    drawn = f"generator=torch.Generator().manual_seed({seed})"
    if key == "loss.multilabel_margin" and kind.dtype == "int":
        return f"torch.tensor([[2, 0, -1, -1]]).repeat({ROWS}, 1)"
    if name == "logits_length":
        return f"torch.full({sizes}, {TIME})"
    if kind.dtype == "int":
        low, high = (1, 4) if key == "loss.ctc" else (0, kind.classes or 2)
        return f"torch.randint({low}, {high}, {sizes}, {drawn})"
    text = f"torch.randn({sizes}, {drawn})"
    if name == "variance" or key == "loss.poisson_nll":
        return f"{text}.exp()"
    if name == "log_probability":
        return f"{text}.flatten(1).log_softmax(1).view({sizes})"
    if name == "sign":
        return f"{text}.sign()"
    yes = key in {"metric.accuracy", "metric.f1", "metric.precision", "metric.recall", "metric.iou"}
    if name == "label" and (yes or key == "metric.dice"):
        return f"({text} > 0).float()"
    return f"{text}.sigmoid()" if name in {"probability", "target", "label"} else text


OTHERS: dict[str, list[Any]] = {
    "weight": [(1.0, 0.5, 2.0, 0.0), (0.1, 3.0, 1.0, 9.0)],
    "ignore_index": [1],
    "label_smoothing": [0.1],
    "pos_weight": [3.0],
    "margin": [0.5],
    "alpha": [0.7],
    "gamma": [0.5],
    "smooth": [0.0],
    "k": [2],
}


def variants(declaration: Declaration) -> list[dict[str, Any]]:
    """Parameters: the defaults, each switch the other way, and what goes together."""
    found: list[dict[str, Any]] = [{"k": 3} if declaration.param("k") else {}]
    for one in declaration.params:
        others: list[Any] = OTHERS.get(one.name, [])
        if one.kind == "bool":
            others = [not one.default]
        elif one.choices:
            others = [choice for choice in one.choices if choice != one.default]
        found += [{one.name: other} for other in others]
    if declaration.param("ignore_index"):
        found.append({"weight": (1.0, 0.5, 2.0, 0.0), "ignore_index": 2})
    if declaration.param("label_smoothing") and declaration.param("weight"):
        found.append({"weight": (0.1, 3.0, 1.0, 9.0), "ignore_index": 1, "label_smoothing": 0.2})
    return found


def counts(params: dict[str, Any], types: tuple[TensorType, ...]) -> bool:
    """Are there class numbers, where they are to be counted?"""
    return not params.get("balanced") or types[1].dtype == "int"


def weighted(
    declaration: Declaration, params: dict[str, Any], rows: dict[str, Tensor]
) -> dict[str, Any]:
    """Parameters with the weights by hand that balance the rows, which are those of training."""
    if not params.get("balanced"):
        return params
    _, name = declaration.bind(params).balances()
    label = rows[declaration.ports.inputs[1].name]
    classes = 2 if name == "pos_weight" else 4
    each = [int((label == one).sum()) for one in range(classes)]
    there = sum(count > 0 for count in each)
    weights = tuple(label.numel() / (there * count) if count else 1.0 for count in each)
    found: Any = weights[1] / weights[0] if name == "pos_weight" else weights
    return {name: found}


class Judged(Drawing):
    """A data node of some types, and something small that learns."""

    def __init__(self, key: str, ports: tuple[Port, ...], types: tuple[TensorType, ...]) -> None:
        super().__init__("judged")
        self.ports = ports[: len(types)]
        TYPES[key] = (*types, f("N", 3))
        names = " ".join([*(port.name for port in self.ports), "extra"])
        self.data = self.add("data.given", key=key, names=names)
        layer = self.add("layer.linear", "layer", units=1)
        self.mean, self.sum = self.add("loss.mean", "mean"), self.add("loss.weighted_sum", "total")
        self.wire(self.data, layer, output="extra")
        self.chain(layer, self.mean, self.sum, self.add("optimizer.sgd"))

    def judge(self, type: str, name: str, params: dict[str, Any]) -> Node:
        """A loss or metric of the rows."""
        made = self.add(type, name, **params)
        for port in self.ports:
            self.wire(self.data, made, port.name, port.name)
        return made

    def figures(self, folder: Path) -> tuple[list[dict[str, float]], dict[str, Tensor], float]:
        """What is said of all rows, by batches of some sizes; the rows; the layer's mean."""
        write(compile_document(self.document), folder)
        with imported(folder) as modules:
            run = modules["train"].Training(device="cpu", epochs=1)
            batches = modules["train"].batches
            found = []
            for size in SIZES:
                vars(modules["train"])["batches"] = lambda rows, _, size=size: batches(rows, size)
                found.append(run.validate())
            names = [port.name for port in self.document.ports(self.data).outputs]
            rows = dict(zip(names, run.validation_set, strict=True))
            with torch.no_grad():
                mean = float(run.model.layer(rows["extra"]).mean())
        return found, rows, mean


LOSSES = [one for one in of_role("loss") if one.type not in {"loss.weighted_sum", "loss.mean"}]
CASES = [
    (one, types)
    for one in LOSSES
    if not one.has("differentiates")
    for types in losses.WIRES.get(one.type, losses.ALIKE)
]


@pytest.mark.parametrize(
    ("declaration", "types"), CASES, ids=[f"{one.type}-{'-'.join(map(str, t))}" for one, t in CASES]
)
def test_a_loss_is_that_of_all_rows(
    declaration: Declaration, types: tuple[TensorType, ...], tmp_path: Path
) -> None:
    draw = Judged(declaration.type, declaration.ports.inputs, types)
    several = [one for one in variants(declaration) if counts(one, types)]
    for number, params in enumerate(several):
        made = draw.judge(declaration.type, f"loss_{number}", params)
        draw.document.link(End(made.id, "loss"), End(draw.sum.id, "losses"))
    found, rows, mean = draw.figures(tmp_path / "it")
    total = mean
    for number, params in enumerate(several):
        expected = on_all(declaration, params, types, rows)
        total += expected
        for figures in found:
            assert figures[f"val/total/loss_{number}"] == pytest.approx(expected, rel=1e-5), params
    for figures in found:
        assert figures["val/total"] == pytest.approx(total, rel=1e-5)


def on_all(
    declaration: Declaration,
    params: dict[str, Any],
    types: tuple[TensorType, ...],
    rows: dict[str, Tensor],
) -> float:
    """A loss of all rows at once: that of torch's class, where it has one."""
    given = {port.name: rows[port.name] for port in declaration.ports.inputs[: len(types)]}
    params = weighted(declaration, params, rows)
    bound = declaration.bind(params)
    ours = float(evaluate(losses.source_of(declaration, bound, types), **given))
    ended = types is losses.WIRES.get(declaration.type, losses.ALIKE)[0]
    if declaration.source and declaration.type != "loss.ctc" and ended:
        plain = params.get("reduction", "mean") != "batchmean"
        if plain:
            made = getattr(nn, declaration.source.rpartition(".")[2])
            defaults = {one.name: one.default for one in declaration.params}
            arguments = losses.torch_arguments(declaration, {**defaults, **params})
            theirs = made(**arguments)(*given.values())
            assert ours == pytest.approx(float(theirs), rel=1e-5)
    return ours


BY_CLASS: list[tuple[TensorType, ...]] = [metrics.CLASSES, metrics.PIXELS, metrics.YES]
IN_A_ROW: list[tuple[TensorType, ...]] = [metrics.CLASSES, metrics.SEQUENCE]
BY_NUMBER: list[tuple[TensorType, ...]] = [metrics.NUMBERS, metrics.COLUMN]
OF_METRICS: dict[str, list[tuple[TensorType, ...]]] = {
    **dict.fromkeys(("metric.top_k", "metric.perplexity", "metric.bits"), IN_A_ROW),
    **dict.fromkeys(("metric.mae", "metric.mse", "metric.rmse", "metric.r2"), BY_NUMBER),
    "metric.dice": [metrics.MASKS],
    "metric.mean": [(f("N", 3),)],
}
METRICS = [
    (one.type, types) for one in of_role("metric") for types in OF_METRICS.get(one.type, BY_CLASS)
]


@pytest.mark.parametrize(
    ("kind", "types"), METRICS, ids=[f"{one}-{'-'.join(map(str, t))}" for one, t in METRICS]
)
def test_a_metric_is_that_of_all_rows(
    kind: str, types: tuple[TensorType, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    declaration = find(kind)
    draw = Judged(kind, declaration.ports.inputs, types)
    several = variants(declaration)
    for number, params in enumerate(several):
        draw.judge(kind, f"figure_{number}", params)
    found, rows, _ = draw.figures(tmp_path / "it")
    names = [port.name for port in declaration.ports.inputs]
    named = values(**dict(zip(names, types, strict=True)))
    for number, params in enumerate(several):
        bound = declaration.bind(params)
        if hasattr(bound, "metric"):
            metric = evaluate(bound.metric(*types))
            metric.update(*evaluate(f"({bound.update(*named)})", **rows))
            expected = float(metric.compute())
        else:
            total, count = bound.total(*named)
            expected = float(evaluate(f"({total}) / ({count})", **rows))
            if hasattr(bound, "figure"):
                expected = float(evaluate(bound.figure("mean"), mean=expected))
        for figures in found:
            assert figures[f"val/figure_{number}"] == pytest.approx(expected, rel=1e-5), params


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mean((a - b) ** 2)", lambda a, b: (a - b).square().mean()),
        ("2 * mean(abs(a)) - mean(b) / 3", lambda a, b: 2 * a.abs().mean() - b.mean() / 3),
        ("sqrt(mean((a - b) ** 2))", lambda a, b: (a - b).square().mean().sqrt()),
        ("sum((a - b) ** 2)", lambda a, b: (a - b).square().sum()),
        ("mean(a) * mean(b)", lambda a, b: a.mean() * b.mean()),
        ("mean((a - mean(a)) ** 2)", lambda a, b: (a - a.mean()).square().mean()),
        ("sum(a * b) / sqrt(sum(a * a))", lambda a, b: (a * b).sum() / (a * a).sum().sqrt()),
    ],
)
def test_a_formula_is_that_of_all_rows(text: str, expected: Any, tmp_path: Path) -> None:
    ports = (Port("a"), Port("b"))
    draw = Judged("formula", ports, (f("N", 4), f("N", 4)))
    made = draw.add("merge.expression", "own", formula=text)
    for port in draw.document.ports(made).inputs:
        draw.wire(draw.data, made, port.name, port.name)
    draw.document.link(End(made.id, "y"), End(draw.sum.id, "losses"))
    found, rows, mean = draw.figures(tmp_path / "it")
    for figures in found:
        wanted = mean + float(expected(rows["a"], rows["b"]))
        assert figures["val/total"] == pytest.approx(wanted, rel=1e-4)


@pytest.mark.parametrize("kind", ["root", "ratio", "scaled", "softmax"])
def test_what_is_made_of_losses_is_made_of_those_of_all_rows(kind: str, tmp_path: Path) -> None:
    ports = (Port("logits"), Port("label"), Port("a"), Port("b"))
    draw = Judged("made", ports, (f("N", 4), labels("N", classes=4), f("N", 4), f("N", 4)))
    mse, ce = draw.add("loss.mse", "mse"), draw.add("loss.cross_entropy", "ce")
    draw.document.set_params(ce.id, weight=(1.0, 0.5, 2.0, 9.0))
    logits = draw.data
    output = "logits"
    if kind == "softmax":  # over the batch: no row stands alone
        logits, output = draw.add("activation.softmax", dim=0), "y"
        draw.wire(draw.data, logits, output="logits")
    draw.wire(logits, ce, "logits", output)
    draw.wire(draw.data, ce, "label", "label")
    draw.wire(draw.data, mse, "prediction", "a")
    draw.wire(draw.data, mse, "target", "b")
    accuracy = draw.add("metric.accuracy", "accuracy")
    draw.wire(logits, accuracy, "logits", output)
    draw.wire(draw.data, accuracy, "label", "label")
    types = {"root": "sqrt(a) + b", "ratio": "a / b", "scaled": "0.5 * a + b", "softmax": "a + b"}
    made = draw.add("merge.expression", "own", formula=types[kind])
    draw.wire(mse, made, "a")
    draw.wire(ce, made, "b")
    draw.document.link(End(made.id, "y"), End(draw.sum.id, "losses"))
    found, rows, mean = draw.figures(tmp_path / "it")
    scores = rows["logits"].softmax(0) if kind == "softmax" else rows["logits"]
    weight = torch.tensor([1.0, 0.5, 2.0, 9.0])
    a = nn.functional.mse_loss(rows["a"], rows["b"])
    b = nn.functional.cross_entropy(scores, rows["label"], weight)
    whole = {"root": a.sqrt() + b, "ratio": a / b, "scaled": 0.5 * a + b, "softmax": a + b}[kind]
    for figures in found:
        assert figures["val/total"] == pytest.approx(mean + float(whole), rel=1e-5)
        assert figures["val/total/ce"] == pytest.approx(float(b), rel=1e-5)
        assert figures["val/total/mse"] == pytest.approx(float(a), rel=1e-5)
        right = (scores.argmax(1) == rows["label"]).float().mean()
        assert figures["val/accuracy"] == pytest.approx(float(right))
    assert complaints(tmp_path / "it") == ""


def test_a_mean_that_is_told_nowhere_goes_on_to_what_is_of_all_rows(tmp_path: Path) -> None:
    draw = Judged("inner", (Port("a"), Port("b")), (f("N", 4), f("N", 4)))
    pairs = [draw.add(kind) for kind in ("loss.mse", "loss.l1")]
    both, half = draw.add("merge.add"), draw.add("merge.scale", factor=0.5)
    for loss in pairs:
        draw.wire(draw.data, loss, "prediction", "a")
        draw.wire(draw.data, loss, "target", "b")
        draw.wire(loss, both, "xs")
    draw.chain(both, half)
    for formula, inner in (("sqrt(a)", both), ("3 * a", half)):
        made = draw.add("merge.expression", formula=formula)
        draw.wire(inner, made, "a")
        draw.document.link(End(made.id, "y"), End(draw.sum.id, "losses"))
    found, rows, mean = draw.figures(tmp_path / "it")
    a, b = rows["a"], rows["b"]
    inner_mean = float(nn.functional.mse_loss(a, b) + nn.functional.l1_loss(a, b))
    for figures in found:
        wanted = mean + inner_mean**0.5 + 1.5 * inner_mean
        assert figures["val/total"] == pytest.approx(wanted, rel=1e-5)
    assert complaints(tmp_path / "it") == ""


def test_a_mean_times_a_number_needs_no_rows_kept(tmp_path: Path) -> None:
    draw = Judged("scaled", (Port("a"), Port("b")), (f("N", 4), f("N", 4)))
    loss, half = draw.add("loss.mse"), draw.add("merge.scale", factor=0.5)
    draw.wire(draw.data, loss, "prediction", "a")
    draw.wire(draw.data, loss, "target", "b")
    draw.wire(loss, half)
    draw.document.link(End(half.id, "y"), End(draw.sum.id, "losses"))
    assert "gather" not in compile_document(draw.document).files["train.py"].text


def test_no_label_that_counts_is_nan_and_no_end(tmp_path: Path) -> None:
    draw = Judged("none", (Port("logits"), Port("label")), (f("N", 4), labels("N", classes=4)))
    loss = draw.judge("loss.cross_entropy", "ce", {"weight": (0.0, 0.0, 0.0, 0.0)})
    draw.document.link(End(loss.id, "loss"), End(draw.sum.id, "losses"))
    found, _, _ = draw.figures(tmp_path / "it")
    assert all(figures["val/total/ce"] != figures["val/total/ce"] for figures in found)


def test_two_processes_say_what_one_says(tmp_path: Path) -> None:
    types = (f("N", 4), labels("N", classes=4), f("N", 1))
    draw = Judged("two", (Port("logits"), Port("label"), Port("a")), types)
    weights: dict[str, Any] = {"weight": (1.0, 0.5, 2.0, 9.0), "ignore_index": 3}
    loss = draw.add("loss.cross_entropy", "ce", **weights)
    own = draw.add("merge.expression", "own", formula="sqrt(mean(a ** 2))")
    draw.wire(draw.data, own, "a", "a")
    for one in (loss, draw.add("metric.f1", "f1")):
        draw.wire(draw.data, one, "logits", "logits")
        draw.wire(draw.data, one, "label", "label")
    for one, port in ((loss, "loss"), (own, "y")):
        draw.document.link(End(one.id, port), End(draw.sum.id, "losses"))
    r2 = draw.add("metric.r2", "r2")
    draw.wire(draw.data, r2, "prediction", "a")
    squared = draw.add("merge.expression", "squared", formula="a ** 2 + a")
    draw.wire(draw.data, squared, "a", "a")
    draw.wire(squared, r2, "target")
    folder = write(compile_document(draw.document), tmp_path / "it")
    options = ("--epochs", "1", "--batch-size", "10")
    alone, both = (train(folder, *options, count=count)[-1] for count in (1, 2))
    root = [figures["val/total"] - figures["val/total/mean"] for figures in (alone, both)]
    assert root[1] == pytest.approx(root[0], rel=1e-5)
    for name in ("val/total/ce", "val/f1", "val/r2"):
        assert both[name] == pytest.approx(alone[name], rel=1e-5), name
