"""What fits a wire is found by shape rules, before a node is put there."""

from __future__ import annotations

from typing import Any

import pytest

import graph.nodes
from graph.core.tensor import SCALAR_LOSS, TensorType, features, labels
from graph.declare import REGISTRY, Declaration, Port
from graph.diagnose.diagnosis import Diagnosis
from graph.edit.document import Document
from graph.model.sheet import End
from graph.suggest import next_nodes, rehearsal

assert graph.nodes
OUT = Port("y")
AXES = ("conv", "conv_transpose", "max", "avg", "batch", "instance")


def fit(node_type: str, given: TensorType, output: Port = OUT) -> next_nodes.Fit | None:
    return next_nodes.after(_of(node_type), output, given)


def _of(node_type: str) -> Declaration:
    found = REGISTRY.find(node_type)
    assert found is not None
    return found


@pytest.mark.parametrize("rank", [3, 4, 5])
def test_of_kinds_by_dimension_only_the_wires_own_fits(rank: int) -> None:
    given = features("N", 8, *(32,) * (rank - 2))
    ending = f"{rank - 2}d"
    seen = 0
    for one in REGISTRY:
        bare = one.type.rpartition(".")[2]
        if bare.rstrip("123d") in AXES and bare[-1] == "d" and bare[-2].isdigit():
            found = next_nodes.after(one, OUT, given)
            assert found is not None
            fits = one.type.endswith(ending) or (rank == 3 and one.type == "norm.batch1d")
            assert (not found.reason) == fits, (one.type, found)
            seen += fits
    assert seen >= 4


@pytest.mark.parametrize(
    ("node_type", "given", "level"),
    [
        ("layer.linear", features("N", 64), 0),
        ("layer.conv2d", features("N", 64), 2),
        ("shape.flatten", features("N", 3, 8, 8), 0),
        ("shape.unflatten", features("N", 100), 1),
        ("norm.group", features("N", 3, 8, 8), 1),
        ("layer.embedding", features("N", 3), 2),
        ("layer.embedding", labels("N", classes=10), 0),
        ("loss.cross_entropy", features("N", 10), 0),
    ],
)
def test_what_a_parameter_could_mend_comes_later(
    node_type: str, given: TensorType, level: int
) -> None:
    found = fit(node_type, given)
    assert found is not None
    assert found.level == level
    assert bool(found.reason) == (level == 2)


def test_a_wire_goes_to_the_port_that_takes_it() -> None:
    found = fit("loss.cross_entropy", labels("N", classes=10))
    assert found == next_nodes.Fit("label")


def test_ports_of_another_kind_take_nothing() -> None:
    assert fit("optimizer.adam", features("N", 3)) is None
    assert fit("optimizer.adam", SCALAR_LOSS, Port("loss", "loss")) == next_nodes.Fit("loss")


def board() -> tuple[Document, Diagnosis, dict[str, str]]:
    """Digits > conv > flatten > linear."""
    document, ids = Document(), dict[str, str]()
    source = None
    for node_type in ("data.digits", "layer.conv2d", "shape.flatten", "layer.linear"):
        node = document.add_node(node_type)
        ids[node_type] = node.id
        if source is not None:
            document.link(source, End(node.id, "x"))
        source = End(node.id, "image" if node_type == "data.digits" else "y")
    return document, Diagnosis(document), ids


def test_before_an_input_comes_what_it_takes() -> None:
    _, inference, ids = board()
    end = End(ids["layer.conv2d"], "x")
    levels = {
        one: found.level if (found := next_nodes.before(_of(one), inference, end)) else None
        for one in ("layer.conv2d", "layer.conv1d", "pool.max2d", "shape.flatten", "data.digits")
    }
    assert levels == {
        "layer.conv2d": 0,
        "layer.conv1d": 2,
        "pool.max2d": 0,
        "shape.flatten": 2,
        "data.digits": 0,
    }


def test_into_a_wire_comes_what_both_sides_take() -> None:
    document, inference, ids = board()
    [link] = document.board.into(ids["layer.conv2d"])
    [last] = document.board.into(ids["layer.linear"])
    levels = {}
    for name, wire in (("pictures", link), ("rows", last)):
        for one in (
            "layer.conv2d",
            "layer.conv1d",
            "shape.flatten",
            "norm.batch1d",
            "layer.linear",
        ):
            found = next_nodes.into(_of(one), inference, wire)
            assert found is not None
            levels[name, one] = found.level
    assert levels["pictures", "layer.conv2d"] == 0
    assert levels["pictures", "layer.conv1d"] == 2
    assert levels["pictures", "shape.flatten"] == 2, "conv2d behind it takes no rows"
    assert levels["rows", "norm.batch1d"] == 0
    assert levels["rows", "layer.linear"] == 0
    assert levels["rows", "layer.conv2d"] == 2


def test_what_node_types_usually_give_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    document = Document()
    digits = document.add_node("data.digits")
    layer, last = document.add_node("layer.linear"), document.add_node("layer.linear")
    document.link(End(digits.id, "image"), End(layer.id, "x"))
    document.link(End(layer.id, "y"), End(last.id, "x"))
    inference, end = Diagnosis(document), End(last.id, "x")
    first = [next_nodes.before(one, inference, end) for one in REGISTRY]
    counted: list[str] = []
    rehearse = rehearsal.rehearse

    def count(offer: Declaration, *rest: Any) -> Any:
        counted.append(offer.type)
        return rehearse(offer, *rest)

    monkeypatch.setattr(rehearsal, "rehearse", count)
    assert [next_nodes.before(one, inference, end) for one in REGISTRY] == first
    assert 0 < len(counted) <= len(REGISTRY)  # what arrives is tried, no other kind
