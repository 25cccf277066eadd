"""Every metric against torchmetrics: in batches, the source gives what it gives on the whole."""

from __future__ import annotations

import math
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest
import torch
import torch.nn.functional as F
import torchmetrics
from torch import Tensor

from graph.core.errors import Mismatch
from graph.core.tensor import TensorType
from graph.declare import Declaration
from runtime.exported.metrics import r_squared
from tests.runtime_tests.contract import parameters
from tests.runtime_tests.contract_sides import hold
from tests.runtime_tests.evaluate import evaluate, f, find, labels, of_role, values

COUNT = 60
Pair = tuple[TensorType, TensorType]

CLASSES = (f("N", 4), labels("N", classes=4))
SEQUENCE = (f("N", "T", 4), labels("N", "T", classes=4))
PIXELS = (f("N", 4, 5, 5), labels("N", 5, 5, classes=4))
YES = (f("N"), labels("N", classes=2))
YES_COLUMN = (f("N", 1), labels("N", classes=2))
YES_FLOAT = (f("N", 3), f("N", 3))
NUMBERS = (f("N", 3), f("N", 3))
COLUMN = (f("N", 1), f("N"))
COLUMNS = (f("N", 1), f("N", 1))
MASKS = (f("N", 1, 5, 5), f("N", 1, 5, 5))


def made(kind: TensorType) -> Tensor:
    sizes = [{"N": COUNT, "T": 7}.get(str(dim), dim) for dim in kind.dims]
    if kind.dtype == "int":
        return torch.randint(0, kind.classes or 2, sizes)  # type: ignore[arg-type]
    return torch.randn(sizes)  # type: ignore[arg-type]


def figure(
    kind: str,
    params: dict[str, Any],
    wires: tuple[TensorType, ...],
    given: tuple[Tensor, Tensor],
    rows: int = 23,
) -> float:
    """What a metric's source gives, over batches of so many rows."""
    declaration = find(kind)
    bound = declaration.bind(params)
    assert bound.shape(*wires) == ()
    names = [port.name for port in declaration.ports.inputs]
    named = values(**dict(zip(names, wires, strict=True)))
    batches = [
        dict(zip(names, batch, strict=True))
        for batch in zip(torch.split(given[0], rows), torch.split(given[1], rows), strict=True)
    ]
    if hasattr(bound, "metric"):
        metric = evaluate(bound.metric(*wires))
        for batch in batches:
            metric.update(*evaluate(f"({bound.update(*named)})", **batch))
        return float(metric.compute())
    total, count = bound.total(*named)
    sums = [evaluate(f"torch.as_tensor([{total}, {count}])", **batch) for batch in batches]
    whole = torch.stack(sums).double().sum(0)
    mean = (whole[0] / whole[1]).item()
    return float(evaluate(bound.figure("mean"), mean=mean)) if hasattr(bound, "figure") else mean


def binary(function: Any, logits: Tensor, label: Tensor) -> float:
    return float(function(task="binary")((logits > 0).int().view(label.shape), label.int()))


def test_accuracy_is_the_share_of_right_ones() -> None:
    for wires in (CLASSES, SEQUENCE, PIXELS):
        logits, label = made(wires[0]), made(wires[1])
        axis = -1 if wires is SEQUENCE else 1
        wanted = (logits.argmax(axis) == label).float().mean().item()
        assert figure("metric.accuracy", {}, wires, (logits, label)) == pytest.approx(wanted)
    for wires in (YES, YES_COLUMN):
        logits, label = made(wires[0]), made(wires[1])
        wanted = binary(torchmetrics.Accuracy, logits, label)
        assert figure("metric.accuracy", {}, wires, (logits, label)) == pytest.approx(wanted)
    logits, label = made(YES_FLOAT[0]), made(YES_FLOAT[1]).sign().clamp(min=0)
    wanted = binary(torchmetrics.Accuracy, logits, label)
    assert figure("metric.accuracy", {}, YES_FLOAT, (logits, label)) == pytest.approx(wanted)


def test_top_k() -> None:
    for wires in (CLASSES, SEQUENCE, PIXELS):
        logits, label = made(wires[0]), made(wires[1])
        rows = logits.movedim(1, -1) if wires is PIXELS else logits
        theirs = torchmetrics.Accuracy(task="multiclass", num_classes=4, top_k=2, average="micro")
        wanted = theirs(rows.flatten(0, -2), label.flatten()).item()
        assert figure("metric.top_k", {"k": 2}, wires, (logits, label)) == pytest.approx(wanted)


OF_CLASSES = {
    "metric.f1": torchmetrics.F1Score,
    "metric.precision": torchmetrics.Precision,
    "metric.recall": torchmetrics.Recall,
    "metric.iou": torchmetrics.JaccardIndex,
}


@pytest.mark.parametrize("kind", OF_CLASSES)
@pytest.mark.parametrize("average", ["macro", "micro", "weighted"])
def test_figures_by_class(kind: str, average: str) -> None:
    for wires in (CLASSES, SEQUENCE, PIXELS):
        logits, label = made(wires[0]), made(wires[1])
        theirs = OF_CLASSES[kind](task="multiclass", num_classes=4, average=average)
        wanted = theirs(logits.argmax(-1 if wires is SEQUENCE else 1), label).item()
        ours = figure(kind, {"average": average}, wires, (logits, label))
        assert ours == pytest.approx(wanted)


@pytest.mark.parametrize("kind", OF_CLASSES)
def test_figures_of_yes_or_no(kind: str) -> None:
    for wires in (YES, YES_COLUMN):
        # All within 0 to 1, as if they were probabilities: yes is above 0 all the same.
        logits, label = made(wires[0]).sigmoid() - 0.2, made(wires[1])
        wanted = binary(OF_CLASSES[kind], logits, label)
        assert figure(kind, {}, wires, (logits, label)) == pytest.approx(wanted)
    logits, label = made(MASKS[0]), made(MASKS[1]).sign().clamp(min=0)
    wanted = binary(OF_CLASSES[kind], logits, label)
    assert figure(kind, {}, MASKS, (logits, label)) == pytest.approx(wanted)


def test_dice_is_a_mean_over_pictures() -> None:
    logits, label = made(MASKS[0]), made(MASKS[1]).sign().clamp(min=0)
    logits[0], label[0] = -1, 0  # nothing there, nothing found: right
    label[1] = 0  # nothing there, something found: wrong
    scores = []
    for one, wanted in zip(logits > 0, label > 0, strict=True):
        size = one.sum() + wanted.sum()
        scores.append(1.0 if size == 0 else float(2 * (one & wanted).sum() / size))
    ours = figure("metric.dice", {}, MASKS, (logits, label))
    assert ours == pytest.approx(sum(scores) / COUNT)


def test_perplexity_and_bits() -> None:
    for wires in (CLASSES, SEQUENCE, PIXELS):
        logits, label = made(wires[0]), made(wires[1])
        first = logits.movedim(-1, 1) if wires is SEQUENCE else logits
        nats = F.cross_entropy(first, label).item()
        assert figure("metric.perplexity", {}, wires, (logits, label)) == pytest.approx(
            math.exp(nats), rel=1e-5
        )
        assert figure("metric.bits", {}, wires, (logits, label)) == pytest.approx(
            nats / math.log(2), rel=1e-5
        )


OF_NUMBERS: dict[str, Any] = {
    "metric.mae": torchmetrics.MeanAbsoluteError,
    "metric.mse": torchmetrics.MeanSquaredError,
    "metric.rmse": lambda: torchmetrics.MeanSquaredError(squared=False),
    "metric.r2": torchmetrics.R2Score,
}


@pytest.mark.parametrize("kind", OF_NUMBERS)
def test_figures_of_numbers(kind: str) -> None:
    for wires in (NUMBERS, COLUMN, COLUMNS):
        target = made(wires[1])
        prediction = target.view(made(wires[0]).shape) + 0.3 * made(wires[0])
        shown = prediction.view(target.shape)
        theirs = OF_NUMBERS[kind]()
        narrow = wires is not NUMBERS
        wanted = theirs(*((shown.flatten(), target.flatten()) if narrow else (shown, target)))
        ours = figure(kind, {}, wires, (prediction, target))
        assert ours == pytest.approx(wanted.item(), rel=1e-4)


@pytest.mark.parametrize("kind", [*OF_CLASSES, "metric.r2"])
def test_a_batch_gives_what_it_gives_alone(kind: str) -> None:
    numbers = kind == "metric.r2"
    for wires in (NUMBERS, COLUMN, COLUMNS) if numbers else (CLASSES, SEQUENCE, PIXELS, YES, MASKS):
        scores, wanted = made(wires[0])[:20], made(wires[1])[:20]
        wanted = wanted.sign().clamp(min=0) if wires is MASKS else wanted
        declaration = find(kind)
        names = [port.name for port in declaration.ports.inputs]
        source = declaration.bind({}).of_batch(*values(**dict(zip(names, wires, strict=True))))
        found = evaluate(source, **dict(zip(names, (scores, wanted), strict=True)))
        assert found.item() == pytest.approx(figure(kind, {}, wires, (scores, wanted)), rel=1e-4)


def test_one_row_has_no_share_of_a_variance_and_stops_nothing() -> None:
    assert not r_squared(torch.randn(1, 3), torch.randn(1, 3)).isfinite()


def test_mean_value() -> None:
    bound = find("metric.mean").bind({})
    x = torch.randn(7, 3)
    total, count = bound.total(*values(x=f("N", 3)))
    assert evaluate(total, x=x) / evaluate(count, x=x) == pytest.approx(x.mean().item())


@pytest.mark.parametrize("declaration", of_role("metric"), ids=lambda one: one.type)
def test_scores_in_half_precision_are_summed_in_full(declaration: Declaration) -> None:
    """Under mixed precision the network's outputs are bfloat16, with three digits."""
    kinds: dict[str, tuple[TensorType, ...]] = {
        "prediction": COLUMNS,
        "logits": CLASSES,
        "x": (f("N", 3),),
    }
    wires: tuple[TensorType, ...] = kinds[declaration.ports.inputs[0].name]
    if declaration.type == "metric.dice":
        wires = MASKS
    params = {"k": 2} if declaration.param("k") else {}
    if len(wires) == 1:
        x = torch.randn(300, 3).bfloat16()
        total, _ = declaration.bind(params).total(*values(x=wires[0]))
        assert evaluate(total, x=x).dtype == torch.float32
        return
    scores, wanted = made(wires[0]).bfloat16(), made(wires[1])
    if declaration.type == "metric.dice":
        wanted = wanted.sign().clamp(min=0)
    full = figure(declaration.type, params, wires, (scores.float(), wanted))
    assert figure(declaration.type, params, wires, (scores, wanted)) == pytest.approx(full)


WIRES: dict[str, list[Pair]] = {
    "logits": [CLASSES, SEQUENCE, PIXELS, YES, YES_COLUMN],
    "prediction": [NUMBERS, COLUMN, COLUMNS],
}
OF_EACH = [CLASSES, SEQUENCE, PIXELS]
ONLY: dict[str, list[Pair]] = {
    "metric.dice": [MASKS],
    "metric.top_k": OF_EACH,
    "metric.perplexity": OF_EACH,
    "metric.bits": OF_EACH,
}
OF_A_WHOLE = [one for one in of_role("metric") if len(one.ports.inputs) == 2]


@pytest.mark.parametrize("declaration", OF_A_WHOLE, ids=lambda one: one.type)
def test_batches_give_what_the_whole_gives(declaration: Declaration) -> None:
    rng = Random(declaration.type)
    choices = ONLY.get(declaration.type) or WIRES[declaration.ports.inputs[0].name]

    def draw(fixed: Mapping[str, Any]) -> tuple[dict[str, Any], Pair]:
        special = {"k": [1, 2, 3, 4]}
        return parameters(declaration, rng, special, fixed), rng.choice(choices)

    def check(params: Mapping[str, Any], wires: Pair) -> bool:
        torch.manual_seed(rng.randrange(1000))
        scores, wanted = made(wires[0]), made(wires[1])
        if declaration.type == "metric.dice":
            wanted = wanted.sign().clamp(min=0)
        found = [
            figure(declaration.type, dict(params), wires, (scores, wanted), rows)
            for rows in (1 + rng.randrange(COUNT), COUNT)
        ]
        assert found[0] == pytest.approx(found[1], rel=1e-4, abs=1e-6)
        return True

    hold(declaration, draw, check)


def test_all_are_tested_here() -> None:
    named = {"accuracy", "top_k", "dice", "perplexity", "bits", "mean"}
    known = {f"metric.{name}" for name in named} | {*OF_CLASSES, *OF_NUMBERS}
    assert {one.type for one in of_role("metric")} == known


BAD: list[tuple[str, dict[str, Any], tuple[TensorType, ...]]] = [
    ("metric.accuracy", {}, (f("N", 3), labels("N", classes=4))),
    ("metric.accuracy", {}, (f("N", 1), labels("N", classes=4))),
    ("metric.top_k", {"k": 5}, CLASSES),
    ("metric.dice", {}, (f("N"), f("N"))),
    ("metric.dice", {}, PIXELS),
    ("metric.f1", {}, (f("N", 8, 2, 2), labels("N", classes=4))),
    ("metric.mae", {}, (f("N", 3), f("N", 2))),
    ("metric.mean", {}, (TensorType(()),)),
]


@pytest.mark.parametrize(("kind", "params", "wires"), BAD)
def test_bad_wires_are_told(
    kind: str, params: dict[str, Any], wires: tuple[TensorType, ...]
) -> None:
    with pytest.raises(Mismatch) as told:
        find(kind).bind(params).shape(*wires)
    assert told.value.advice
