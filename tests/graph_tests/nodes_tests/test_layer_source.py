"""The source of layers reads as a person would write it, and their mismatches can be mended."""

from __future__ import annotations

from typing import Any

import pytest

import graph.nodes  # noqa: F401 - fills the registry
from graph.core.errors import Mismatch, Repair
from graph.core.tensor import TensorType, features, labels
from graph.declare import REGISTRY, Value

PICTURE = features("N", 1, 28, 28)
ROWS = features("N", 64)


def source(kind: str, *types: TensorType, **params: Any) -> str:
    declaration = REGISTRY.find(kind)
    assert declaration is not None
    bound = declaration.bind(params)
    if declaration.has("module"):
        return str(bound.module(*types))
    given = [Value(name, one) for name, one in zip("abcd", types, strict=False)]
    inputs = declaration.ports_of(params).inputs
    return str(bound.expression(*given, *(None for port in inputs[len(given) :] if port.optional)))


@pytest.mark.parametrize(
    ("kind", "types", "params", "expected"),
    [
        ("layer.linear", [ROWS], {"units": 10}, "nn.Linear(64, 10)"),
        (
            "layer.linear",
            [ROWS],
            {"units": 10, "bias": False, "norm": "spectral"},
            "nn.utils.parametrizations.spectral_norm(nn.Linear(64, 10, bias=False))",
        ),
        (
            "layer.conv2d",
            [PICTURE],
            {"filters": 16},
            "nn.Conv2d(1, 16, kernel_size=3, padding=1)",
        ),
        (
            "layer.conv2d",
            [PICTURE],
            {"kernel_size": (5, 3), "stride": (2, 2)},
            "nn.Conv2d(1, 32, kernel_size=(5, 3), stride=2, padding=(2, 1))",
        ),
        (
            "layer.conv2d",
            [PICTURE],
            {"kernel_size": (4,)},
            'nn.Conv2d(1, 32, kernel_size=4, padding="same")',
        ),
        ("layer.conv2d", [PICTURE], {"padding": "valid"}, "nn.Conv2d(1, 32, kernel_size=3)"),
        (
            "layer.conv2d",
            [features("N", 8, 4, 4)],
            {"form": "separable"},
            "nn.Sequential(nn.Conv2d(8, 8, kernel_size=3, padding=1, groups=8), "
            "nn.Conv2d(8, 32, kernel_size=1))",
        ),
        (
            "layer.conv_transpose2d",
            [features("N", 8, 4, 4)],
            {},
            "nn.ConvTranspose2d(8, 32, kernel_size=4, stride=2, padding=1)",
        ),
        ("layer.embedding", [labels("N", classes=10)], {}, "nn.Embedding(10, 64)"),
        (
            "layer.linear",
            [ROWS],
            {"units": 10, "init": "normal", "init_bias": 0.0},
            "layer_init(nn.Linear(64, 10), nn.init.normal_, std=0.02, bias=0.0)",
        ),
        (
            "layer.conv2d",
            [PICTURE],
            {"init": "kaiming_normal", "init_fan": "fan_out", "bias": False, "norm": "weight"},
            "nn.utils.parametrizations.weight_norm(layer_init(nn.Conv2d(1, 32, kernel_size=3, "
            'padding=1, bias=False), nn.init.kaiming_normal_, mode="fan_out"))',
        ),
        (
            "norm.batch2d",
            [PICTURE],
            {"init": "zeros"},
            "layer_init(nn.BatchNorm2d(1), nn.init.zeros_)",
        ),
        ("merge.compare", [ROWS], {"value": 0.5}, "a > 0.5"),
        ("merge.compare", [labels("N", classes=10)], {"relation": "==", "value": 3.0}, "a == 3"),
        ("merge.topk", [ROWS], {"k": 3}, "a.topk(3, dim=1)"),
        ("merge.lookup", [features(5, 4), labels("N", classes=5)], {}, "F.embedding(b, a)"),
        ("shape.split", [ROWS], {}, "a.chunk(2, dim=1)"),
        ("shape.split", [ROWS], {"sizes": (60, 4)}, "a.split((60, 4), dim=1)"),
        ("shape.roll", [PICTURE], {"dims": (2, 3)}, "a.roll((1, 1), (2, 3))"),
        ("norm.batch2d", [PICTURE], {}, "nn.BatchNorm2d(1)"),
        ("norm.layer", [features("N", 3, 4)], {"axes": 2}, "nn.LayerNorm((3, 4))"),
        ("dropout.dropout", [ROWS], {"p": 0.25}, "nn.Dropout(0.25)"),
        ("pool.max2d", [PICTURE], {}, "F.max_pool2d(a, kernel_size=2)"),
        ("pool.global_average", [PICTURE], {}, "a.mean((2, 3))"),
        ("shape.flatten", [PICTURE], {}, "a.flatten(1)"),
        ("shape.unflatten", [ROWS], {}, "a.unflatten(1, (1, 8, 8))"),
        ("shape.reshape", [PICTURE], {"sizes": (49, 16)}, "a.reshape(-1, 49, 16)"),
        ("shape.reshape", [PICTURE], {"sizes": (-1,)}, "a.flatten(1)"),
        ("shape.slice", [PICTURE], {"dim": -1, "end": 14}, "a[:, :, :, :14]"),
        ("shape.select", [features("N", "T", 8)], {"index": -1}, "a[:, -1]"),
        ("shape.crop", [PICTURE], {"size": (24,)}, "a[..., 2:26, 2:26]"),
        ("shape.interpolate", [PICTURE], {}, "F.interpolate(a, scale_factor=2)"),
        ("merge.scale", [ROWS], {"factor": 0.5, "offset": -1.0}, "a * 0.5 - 1.0"),
        ("merge.expression", [ROWS, ROWS], {"formula": "(a+b)**2/pi"}, "(a + b) ** 2 / math.pi"),
        ("merge.expression", [ROWS], {"formula": "max(a, 0)"}, "torch.clamp(a, min=0)"),
    ],
)
def test_source(kind: str, types: list[TensorType], params: dict[str, Any], expected: str) -> None:
    assert source(kind, *types, **params) == expected


def test_merges_put_brackets_around_sums_only() -> None:
    declaration = REGISTRY.find("merge.multiply")
    assert declaration is not None
    values = (Value("a + b", ROWS), Value("f(c)", ROWS), Value("d[:, 0]", ROWS))
    assert declaration.bind({}).expression(values) == "(a + b) * f(c) * d[:, 0]"


@pytest.mark.parametrize(
    ("kind", "x", "params", "repair"),
    [
        ("layer.linear", features("N"), {}, ("insert", "shape.unsqueeze")),
        ("layer.linear", labels("N", classes=10), {}, ("insert", "shape.one_hot")),
        ("layer.conv2d", ROWS, {}, ("insert", "shape.unflatten")),
        ("layer.conv2d", features("N", 28, 28), {}, ("insert", "shape.unsqueeze")),
        ("norm.group", features("N", 12), {"num_groups": 8}, ("set", "num_groups")),
        ("layer.conv2d", features("N", 3, 8, 8), {"form": "depthwise"}, ("set", "filters")),
    ],
)
def test_one_click_mends(
    kind: str, x: TensorType, params: dict[str, Any], repair: tuple[str, str]
) -> None:
    declaration = REGISTRY.find(kind)
    assert declaration is not None
    with pytest.raises(Mismatch) as caught:
        declaration.bind(params).shape(x)
    first: Repair = caught.value.repairs[0]
    assert (("insert", first.insert) if first.insert else ("set", first.param)) == repair
    if first.insert:
        inserted = REGISTRY.find(first.insert)
        assert inserted is not None
        declaration.bind(params).shape(inserted.bind(dict(first.params)).shape(x))
    else:
        declaration.bind(params | {first.param: first.value}).shape(x)
