"""Every node without weights says how far its numbers go, or is named here with the reason."""

from __future__ import annotations

import pytest

from graph.declare import REGISTRY, Declaration, ranges
from graph.declare.ranges import Range
from tests.graph_tests.diagnose_tests.test_wanted_numbers import Net

UNKNOWN = {
    "layer.fold": "adds where patches overlap",
    "merge.compare": "gives yes or no",
    "merge.logical": "gives yes or no",
    "merge.not": "gives yes or no",
    "merge.argmax": "gives places",
    "merge.argmin": "gives places",
    "merge.matmul": "sums of products, of any length",
    "merge.einsum": "sums of products, of any length",
    "norm.local_response": "divides by neighbours",
    "random.reparameterize": "draws, of any size",
    "random.noising": "draws, of any size",
    "layer.time_embedding": "waves of a time, not of numbers that are judged",
    "shape.grid_sample": "may draw borders in",
    "shape.affine_grid": "gives places",
}
LAYERS = [one for one in REGISTRY if one.role == "layer" and not one.learns]


@pytest.mark.parametrize("layer", LAYERS, ids=lambda one: one.type)
def test_how_far_numbers_go_is_known(layer: Declaration) -> None:
    known = (
        layer.has("bounds") or ranges.passes(layer) or layer.curve({}) is not None
    ) and layer.type not in UNKNOWN
    assert known != (layer.type in UNKNOWN), "name it with a reason, or take it out of the list"


@pytest.mark.parametrize(
    "kind",
    [
        "layer.pixel_shuffle",
        "layer.pixel_unshuffle",
        "layer.channel_shuffle",
        "layer.unfold",
        "random.gaussian_blur",
        "pool.fractional_max2d",
    ],
)
def test_a_sigmoid_is_seen_through_it(kind: str) -> None:
    net = Net()
    pictures = net.add("layer.conv2d", net.data, filters=4)
    bent = net.add("activation.sigmoid", pictures)
    net.add("optimizer.adam", net.add("loss.generator", net.add(kind, bent)))
    assert any("before any sigmoid" in one for one in net.said()), net.said()


def given(kind: str, *ends: Range | None, place: int = 0, **params: object) -> tuple[float, float]:
    declaration = REGISTRY.find(kind)
    assert declaration is not None
    found = ranges.of(declaration, params, ends, place)
    assert found is not None
    return found.low, found.high


def test_what_is_put_among_zeros_reaches_them() -> None:
    half = Range(0.5, 1.0)
    assert given("pool.max_unpool2d", half, None) == (0.0, 1.0)
    assert given("layer.unfold", half) == (0.5, 1.0)
    assert given("layer.unfold", half, padding=(1,)) == (0.0, 1.0)
    assert given("random.mix", half, Range(-1.0, 0.2)) == (-1.0, 1.0)
    assert given("neuron.split", half, columns=2, place=1) == (0.5, 1.0)
