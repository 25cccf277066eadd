"""A loss that is a sum: what it is made of is told beside it, step by step and held out."""

import itertools
import math
from pathlib import Path

import torch
import torch.nn.functional as F

from graph.compile import compile_document
from graph.edit.document import Document
from graph.model.sheet import End, Node
from runtime.protocol.figures import deciding
from tests.graph_tests.networks_tests.drawing import Drawing
from tests.runtime_tests.compile_tests.written import complaints, write
from tests.runtime_tests.networks_tests.test_steps import training

NAMES = ("total", "total/cross_entropy", "total/size")


def summed(*, every: int = 1) -> tuple[Drawing, Node, Node]:
    """Digits told apart, with half the mean score as a second loss; the sum and the scores."""
    draw = Drawing("summed")
    total = draw.add("loss.weighted_sum", "total", factors=(1.0, 0.5))
    data, flat = draw.add("data.digits"), draw.add("shape.flatten")
    logits = draw.add("layer.linear", "logits", units=10)
    cross_entropy, size = draw.add("loss.cross_entropy"), draw.add("loss.mean", "size")
    draw.chain(data, flat, logits, cross_entropy, total)
    draw.wire(data, cross_entropy, "label", "label")
    draw.chain(logits, size, total, draw.add("optimizer.sgd", "sgd", lr=0.1, every=every))
    return draw, total, logits


def test_the_parts_of_a_step_are_those_of_its_batch(tmp_path: Path) -> None:
    draw, _, _ = summed()
    with training(draw.document, tmp_path / "summed") as run:
        step = run.step_sgd
        found = []

        def watched(image: torch.Tensor, label: torch.Tensor) -> dict[str, torch.Tensor]:
            with torch.no_grad():
                logits = run.model(image)
            figures: dict[str, torch.Tensor] = step(image, label)
            entropy, size = F.cross_entropy(logits, label), logits.mean()
            wanted = [entropy + 0.5 * size, entropy, size]
            assert list(figures) == [f"loss/{name}" for name in NAMES]
            torch.testing.assert_close([*figures.values()], wanted)
            assert not any(figure.requires_grad for figure in figures.values())
            found.append(figures)
            return figures

        run.step_sgd = watched
        figures = list(itertools.islice(run, 3))
        assert len(found) == 3
        assert all(list(one) == ["step", *found[0]] for one in figures)


def test_held_out_parts_add_up_to_the_held_out_loss(tmp_path: Path) -> None:
    draw, _, _ = summed()
    with training(draw.document, tmp_path / "summed") as run:
        held_out = run.validate()
    assert list(held_out) == [f"val/{name}" for name in NAMES]
    total, entropy, size = held_out.values()
    assert math.isclose(total, entropy + 0.5 * size, rel_tol=1e-5)
    assert math.isclose(entropy, math.log(10), rel_tol=0.3)  # nothing is learned yet


def test_every_second_step_tells_its_parts_too(tmp_path: Path) -> None:
    draw, _, logits = summed(every=2)
    second = draw.add("loss.mse", "second")
    for port in ("prediction", "target"):
        draw.document.link(End(logits.id, "y"), End(second.id, port))
    draw.wire(second, draw.add("optimizer.sgd", "other", order=1))
    with training(draw.document, tmp_path / "second") as run:
        names = [set(one) - {"step", "loss/second"} for one in itertools.islice(run, 4)]
    parts = {f"loss/{name}" for name in NAMES}
    assert names == [parts, set(), parts, set()]


def test_a_part_that_another_optimizer_minimises_is_told_in_both_places(tmp_path: Path) -> None:
    draw, _, _ = summed()
    size = next(n for n in draw.document.board.nodes.values() if n.name == "size")
    draw.wire(size, draw.add("optimizer.sgd", "other", order=1))
    assert complaints(write(compile_document(draw.document), tmp_path / "read")) == ""
    with training(draw.document, tmp_path / "both") as run:
        figures = next(iter(run))
        held_out = run.validate()
    assert {"loss/size", "loss/total/size"} < set(figures)
    assert held_out["val/size"] == held_out["val/total/size"]


def test_a_sum_of_sums_tells_all_of_them(tmp_path: Path) -> None:
    draw, total, _ = summed()
    document: Document = draw.document
    optimizer = next(n for n in document.board.nodes.values() if n.name == "sgd")
    outer = draw.add("loss.weighted_sum", "outer", factors=(2.0,))
    draw.wire(total, outer)
    document.link(End(outer.id, "loss"), End(optimizer.id, "loss"), replace=True)
    assert complaints(write(compile_document(document), tmp_path / "read")) == ""
    with training(document, tmp_path / "sums") as run:
        figures = {name: float(value) for name, value in next(iter(run)).items()}
    inner = ("total", "cross_entropy", "size")
    assert set(figures) == {"step", "loss/outer", *(f"loss/outer/{name}" for name in inner)}
    assert math.isclose(figures["loss/outer"], 2 * figures["loss/outer/total"], rel_tol=1e-6)


def test_the_whole_loss_says_which_epoch_is_best() -> None:
    whole = {"train/total": 3.0, "train/total/size": 1.0, "val/total/size": 1.0, "val/total": 2.0}
    assert deciding(whole) == "val/total"
    assert deciding({"train/total": 3.0, "train/total/size": 1.0}) == "train/total"
    assert deciding({"train/a": 1.0, "train/b": 1.0, "val/a": 1.0}) is None
    assert deciding({"val/accuracy": 0.5}) is None


def test_figures_are_called_as_their_nodes_even_where_variables_can_not_be(tmp_path: Path) -> None:
    draw, _, logits = summed()
    nodes = {node.name: node for node in draw.document.board.nodes.values()}
    for name, called in {"total": "l", "size": "O", "cross_entropy": "l_2"}.items():
        draw.document.rename(nodes[name].id, called)
    accuracy = draw.add("metric.accuracy", "I")
    draw.wire(logits, accuracy)
    draw.wire(nodes["digits"], accuracy, "label", "label")
    assert complaints(write(compile_document(draw.document), tmp_path / "read")) == ""
    with training(draw.document, tmp_path / "l") as run:
        held_out = run.validate()
    assert set(held_out) == {"val/l", "val/l/l_2", "val/l/O", "val/I"}
    assert math.isclose(
        held_out["val/l"], held_out["val/l/l_2"] + 0.5 * held_out["val/l/O"], rel_tol=1e-5
    )
