"""One class for every place a network is put, as a person would have written it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from graph.compile import compile_document
from graph.edit.document import Document
from tests.graph_tests.networks_tests.drawing import Drawing
from tests.runtime_tests.compile_tests.written import complaints, imported, write

Pieces = tuple[tuple[str, dict[str, Any]], ...]
CONVOLUTION: Pieces = (
    ("layer.conv2d", {"filters": 16}),
    ("norm.batch2d", {}),
    ("activation.relu", {}),
)
DENSE: Pieces = (("layer.linear", {"units": 32}), ("activation.relu", {}))


@contextmanager
def compiled(document: Document, folder: Path) -> Iterator[tuple[str, Any]]:
    """The text of model.py and a run that has made two steps."""
    project = compile_document(document)
    assert compile_document(document).files == project.files
    write(project, folder)
    assert complaints(folder) == ""
    with imported(folder) as modules:
        run = modules["train"].Training(batch_size=16, device="cpu", epochs=1)
        steps = iter(run)
        for _ in range(2):
            assert torch.isfinite(next(steps)["loss/loss"])
        yield project.files["model.py"].text, run


def pictures(draw: Drawing, *networks: Any) -> None:
    """Digits through networks that take pictures, to a loss."""
    flat = draw.add("shape.flatten")
    logits, loss = draw.add("layer.linear", "logits", units=10), draw.add("loss.cross_entropy")
    data, adam = draw.add("data.digits"), draw.add("optimizer.adam")
    draw.document.rename(loss.id, "loss")
    draw.chain(data, *networks, flat, logits, loss, adam)
    draw.wire(data, loss, "label", "label")


def test_sizes_that_differ_are_arguments(tmp_path: Path) -> None:
    draw = Drawing()
    draw.network("block", *CONVOLUTION)
    pictures(draw, draw.place("block", "low"), draw.add("pool.max2d"), draw.place("block", "high"))
    with compiled(draw.document, tmp_path / "board") as (model, run):
        assert model.count("class Block") == 1
        assert "Block2" not in model
        assert "def __init__(self, in_channels: int) -> None:" in model
        assert "self.conv2d = nn.Conv2d(in_channels, 16, kernel_size=3, padding=1)" in model
        assert '"""features [N, in_channels, H, W] -> result [N, 16, H, W]."""' in model
        assert run.low.conv2d.in_channels == 1
        assert run.high.conv2d.in_channels == 16


def test_pictures_of_two_sizes_need_no_argument(tmp_path: Path) -> None:
    draw = Drawing()
    draw.network("activated", ("activation.relu", {}), ("layer.conv2d", {"filters": 1}))
    pictures(draw, draw.place("activated"), draw.add("pool.max2d"), draw.place("activated"))
    with compiled(draw.document, tmp_path / "board") as (model, _):
        assert model.count("class Activated") == 1
        assert '"""features [N, 1, H, W] -> result [N, 1, H, W]."""' in model


def test_shown_parameters_keep_their_names(tmp_path: Path) -> None:
    draw = Drawing()
    _, layer, *_ = draw.network("dense", *DENSE)
    draw.document.expose(layer.id, "units", "width")
    draw.document.expose(layer.id, "bias")
    draw.classifier(draw.place("dense", "a"), draw.place("dense", "b", width=8, bias=False))
    with compiled(draw.document, tmp_path / "board") as (model, run):
        assert "def __init__(self, in_features: int, width: int, bias: bool) -> None:" in model
        assert "nn.Linear(in_features, width, bias=bias)" in model
        assert run.b.linear.bias is None
        assert (run.a.linear.out_features, run.b.linear.out_features) == (32, 8)


def test_a_parameter_all_places_agree_on_stays_a_number(tmp_path: Path) -> None:
    draw = Drawing()
    _, layer, *_ = draw.network("dense", ("layer.linear", {"units": 64}))
    draw.document.expose(layer.id, "units")
    draw.classifier(draw.place("dense", "a"), draw.place("dense", "b"))
    with compiled(draw.document, tmp_path / "board") as (model, _):
        assert "def __init__(self) -> None:" in model
        assert "nn.Linear(64, 64)" in model


def test_two_layers_of_one_kind_take_two_arguments(tmp_path: Path) -> None:
    draw = Drawing()
    _, first, second, _ = draw.network(
        "two", ("layer.linear", {"units": 32}), ("layer.linear", {"units": 16})
    )
    draw.document.rename(first.id, "wide")
    draw.document.rename(second.id, "narrow")
    draw.document.expose(first.id, "units", "width")
    draw.document.expose(second.id, "units", "code")
    a, b = draw.place("two", "a"), draw.place("two", "b", width=20, code=12)
    draw.classifier(a, b)
    with compiled(draw.document, tmp_path / "board") as (model, _):
        assert "(self, in_features: int, width: int, code: int)" in model


def test_sizes_torch_calls_the_same_are_told_apart_by_layer(tmp_path: Path) -> None:
    draw = Drawing()
    draw.document.add_network("mix")
    ends = [draw.add("network.input", name, sheet="mix") for name in ("left", "right")]
    layers = [draw.add("layer.linear", name, sheet="mix", units=8) for name in ("one", "other")]
    total, last = draw.add("merge.add", sheet="mix"), draw.add("network.output", sheet="mix")
    for end, layer in zip(ends, layers, strict=True):
        draw.chain(end, layer, total)
    draw.wire(total, last)
    narrow, a, b = (
        draw.add("layer.linear", units=20),
        draw.place("mix", "a"),
        draw.place("mix", "b"),
    )
    draw.classifier(narrow, a, b)
    flat = next(n for n in draw.document.board.nodes.values() if n.type == "shape.flatten")
    draw.wire(flat, a, "right")
    draw.wire(narrow, b, "right")
    with compiled(draw.document, tmp_path / "board") as (model, _):
        assert "def __init__(self, one_in_features: int, other_in_features: int)" in model


def test_networks_in_networks_hand_their_arguments_on(tmp_path: Path) -> None:
    draw = Drawing()
    _, layer, *_ = draw.network("block", *CONVOLUTION)
    draw.document.expose(layer.id, "filters", "channels")
    inner = ("network.instance", {"network": "block"})
    _, first, _, _ = draw.network("stage", inner, inner)
    draw.document.expose(first.id, "channels")
    pictures(draw, draw.place("stage", "low"), draw.place("stage", "high", channels=4))
    with compiled(draw.document, tmp_path / "board") as (model, run):
        assert "Block(in_channels=in_channels, channels=channels)" in model
        assert "Block(in_channels=channels, channels=16)" in model
        assert run.high.network.conv2d.out_channels == 4
        assert run.high.network_2.conv2d.in_channels == 4


def test_stacked_networks_have_weights_of_their_own(tmp_path: Path) -> None:
    draw = Drawing()
    draw.network("block", ("layer.linear", {"units": 64}), ("activation.relu", {}))
    draw.classifier(draw.place("block", "trunk", repeat=3), draw.place("block", "top"))
    with compiled(draw.document, tmp_path / "board") as (model, run):
        assert model.count("class Block") == 1
        assert isinstance(run.trunk, nn.Sequential)
        own = {id(one) for one in run.trunk.parameters()}
        assert len(own) == 3 * len(list(run.top.parameters()))
        assert isinstance(run.top, nn.Module)


def test_a_stack_inside_a_network(tmp_path: Path) -> None:
    draw = Drawing()
    draw.network("block", ("layer.linear", {"units": 64}), ("activation.relu", {}))
    _, stack, _ = draw.network("trunk", ("network.instance", {"network": "block", "repeat": 2}))
    draw.document.expose(stack.id, "repeat", "depth")
    depths = {"b": 3, "c": 1}
    places = [draw.place("trunk", name, depth=depth) for name, depth in depths.items()]
    draw.classifier(draw.place("trunk", "a"), *places)
    with compiled(draw.document, tmp_path / "board") as (model, run):
        assert "def __init__(self, depth: int) -> None:" in model
        assert "nn.Sequential(*[Block() for _ in range(depth)])" in model
        assert model.count("class Trunk") == 1
        assert [len(run.networks[name].network) for name in "abc"] == [2, 3, 1]


def test_a_number_in_forward_that_differs_is_an_argument(tmp_path: Path) -> None:
    draw = Drawing()
    _, _, relu, _ = draw.network(
        "dense", ("layer.linear", {"units": 32}), ("activation.leaky_relu", {})
    )
    draw.document.expose(relu.id, "negative_slope", "slope")
    places = [draw.place("dense", name, slope=slope) for name, slope in (("b", 0.3), ("c", 0.2))]
    draw.classifier(draw.place("dense", "a"), *places)
    with compiled(draw.document, tmp_path / "board") as (model, run):
        assert model.count("class Dense") == 1
        assert "def __init__(self, in_features: int, slope: float) -> None:" in model
        assert "        self.slope = slope\n" in model
        assert "F.leaky_relu(self.linear(features), negative_slope=self.slope)" in model
        assert [getattr(run, name).slope for name in "abc"] == [0.01, 0.3, 0.2]
        x = torch.randn(3, 64)
        assert torch.equal(run.a(x), nn.functional.leaky_relu(run.a.linear(x)))


def test_an_argument_of_forward_is_no_module(tmp_path: Path) -> None:
    """An argument that would be called as a module of the class is called otherwise."""
    draw = Drawing()
    _, layer, relu, _ = draw.network(
        "dense", ("layer.linear", {"units": 64}), ("activation.leaky_relu", {})
    )
    draw.document.rename(layer.id, "slope")
    draw.document.expose(relu.id, "negative_slope", "slope")
    draw.classifier(draw.place("dense", "a"), draw.place("dense", "b", slope=0.3))
    with compiled(draw.document, tmp_path / "board") as (model, run):
        assert "self.slope_2 = slope_2" in model
        assert run.b.slope_2 == 0.3
        assert isinstance(run.b.slope, nn.Linear)


def test_four_blocks_of_a_wavenet_are_one_class(tmp_path: Path) -> None:
    draw = Drawing()
    pieces: Pieces = (
        ("shape.pad", {"pad": (1, 0)}),
        ("layer.conv1d", {"filters": 8, "kernel_size": (2,), "padding": "valid"}),
    )
    _, pad, conv, _ = draw.network("block", *pieces)
    draw.document.expose(pad.id, "pad", "past")
    draw.document.expose(conv.id, "dilation")
    blocks = [draw.place("block", f"block_{n}", past=(2**n, 0), dilation=(2**n,)) for n in range(4)]
    draw.classifier(draw.add("shape.unsqueeze", dim=1), *blocks, draw.add("shape.flatten"))
    with compiled(draw.document, tmp_path / "board") as (model, _):
        assert model.count("class Block") == 1
        assert "past: tuple[int, ...]" in model
        assert "F.pad(features, self.past)  # [N, in_channels, D]" in model


def test_comments_hold_wherever_a_network_is_put(tmp_path: Path) -> None:
    draw = Drawing()
    pieces: Pieces = (("layer.conv2d", {"filters": 4, "stride": (2,)}), ("activation.relu", {}))
    draw.network("down", *pieces, ("layer.conv2d", {"filters": 6}))
    pictures(draw, draw.place("down", "low"), draw.place("down", "high"))
    with compiled(draw.document, tmp_path / "board") as (model, _):
        assert '"""features [N, in_channels, H, W] -> result [N, 6, H//2, W//2]."""' in model
        assert "x = F.relu(self.conv2d(features))  # [N, 4, H//2, W//2]" in model
        assert "return self.conv2d_2(x)  # [N, 6, H//2, W//2]" in model


def test_forwards_that_differ_are_two_classes(tmp_path: Path) -> None:
    """Functions that differ are no arguments, as numbers are."""
    draw = Drawing()
    _, _, relu, _ = draw.network(
        "dense", ("layer.linear", {"units": 32}), ("merge.scale", {"offset": 1.0})
    )
    draw.document.expose(relu.id, "offset")
    draw.classifier(draw.place("dense", "a"), draw.place("dense", "b", offset=-1.0))
    with compiled(draw.document, tmp_path / "board") as (model, _):
        assert "class Dense(nn.Module)" in model
        assert "class Dense2(nn.Module)" in model


def test_linked_instances_are_one_attribute_called_twice(tmp_path: Path) -> None:
    draw = Drawing()
    draw.network("block", ("layer.linear", {"units": 64}), ("activation.relu", {}))
    first = draw.place("block", "first")
    second = draw.document.add_node(
        "network.instance", name="second", params={"network": "block"}, twin=first.id
    )
    draw.classifier(first, second)
    with compiled(draw.document, tmp_path / "board") as (_, run):
        assert set(run.networks) == {"first", "model"}
        text = compile_document(draw.document).files["train.py"].text
        assert text.count("self.first(") == 4


def test_grouping_changes_no_loss(tmp_path: Path) -> None:
    def losses(document: Document, folder: Path) -> list[float]:
        write(compile_document(document), folder)
        with imported(folder) as modules:
            run = modules["train"].Training(batch_size=16, device="cpu", epochs=1)
            return [float(figures["loss/loss"]) for figures, _ in zip(run, range(4), strict=False)]

    draw = Drawing()
    hidden, relu = draw.add("layer.linear", "hidden"), draw.add("activation.relu")
    draw.classifier(hidden, relu)
    board = draw.document.board.nodes
    chosen = [node.id for node in board.values() if node.name in {"flatten", "logits"}]
    plain = losses(draw.document, tmp_path / "plain")
    draw.document.group_into_network([*chosen, hidden.id, relu.id], "classifier")
    assert losses(draw.document, tmp_path / "grouped") == plain


@pytest.mark.parametrize("muted", [True, False])
def test_every_line_of_a_network_knows_its_node(muted: bool) -> None:
    draw = Drawing()
    _, layer, relu, _ = draw.network(
        "block", ("layer.linear", {"units": 64}), ("activation.relu", {})
    )
    draw.document.set_muted([relu.id], muted)
    draw.classifier(draw.place("block", "a"), draw.place("block", "b"))
    model = compile_document(draw.document).files["model.py"]
    lines = [model.text.splitlines()[number] for number in model.lines_of(layer.id)]
    assert any("nn.Linear(64, 64)" in line for line in lines)
    assert any("self.linear(features)" in line for line in lines)


def test_names_that_read_like_digits_stay_behind_a_dot(tmp_path: Path) -> None:
    draw = Drawing()
    document = draw.document
    entry, layer, _, last = draw.network("I", *DENSE, input="O", output="I")
    document.rename(layer.id, "l")
    both = draw.add("merge.concatenate", sheet="I")
    document.unlink(document.networks["I"].into(last.id)[0])
    draw.chain(layer, both, last)
    draw.wire(entry, both)
    document.expose(layer.id, "units", "O")
    first, second = draw.place("I", "O"), draw.place("I", "I", O=16)
    skip = draw.add("merge.concatenate")
    draw.classifier(first, second, skip)
    [flat] = [one for one in document.board.nodes.values() if one.type == "shape.flatten"]
    document.rename(flat.id, "l")
    draw.wire(flat, skip)
    with compiled(document, tmp_path / "board") as (model, run):
        assert "class INetwork(nn.Module):" in model
        assert "self.l = nn.Linear(" in model
        assert isinstance(run.O, nn.Module)
        assert isinstance(run.I, nn.Module)
