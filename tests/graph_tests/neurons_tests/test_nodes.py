"""The nodes of the Neurons group."""

from typing import Any, get_args

import pytest

from graph.core.errors import Mismatch
from graph.core.tensor import features, labels
from graph.declare import REGISTRY, Value
from graph.nodes.layers.neuron import Activation

N = features("N")


def made(name: str, **params: Any) -> Any:
    declaration = REGISTRY.find(f"neuron.{name}")
    assert declaration is not None
    return declaration.bind(params)


def test_a_neuron_gives_one_number_per_example() -> None:
    assert made("neuron").shape((N, N, features())) == N
    assert made("neuron").weights((N, N, N)) == 4
    assert made("neuron", bias=False).weights((N, N, N)) == 3
    assert made("neuron", bias=False).module((N, N)) == "nn.Linear(2, 1, bias=False)"


@pytest.mark.parametrize("x", [features("N", 4), labels("N", classes=2), features("N", "T")])
def test_a_neuron_takes_nothing_else(x: Any) -> None:
    with pytest.raises(Mismatch):
        made("neuron").shape((N, x))


def test_a_neuron_needs_something_that_varies() -> None:
    with pytest.raises(Mismatch, match="only constants"):
        made("neuron").shape((features(),))


def test_rows_wired_into_a_neuron_are_mended_by_a_split() -> None:
    with pytest.raises(Mismatch) as caught:
        made("neuron").shape((features("N", 4),))
    (repair,) = caught.value.repairs
    assert (repair.insert, repair.port, repair.params) == ("neuron.split", "xs", (("columns", 4),))


@pytest.mark.parametrize("activation", get_args(Activation))
def test_every_activation_has_a_curve_and_source(activation: str) -> None:
    neuron = made("neuron", activation=activation)
    assert isinstance(neuron.curve(-3), float)
    assert "{}" in neuron.activate("{}")


def test_split_has_an_output_for_each_column() -> None:
    declaration = REGISTRY.find("neuron.split")
    assert declaration is not None
    ports = declaration.ports_of({"columns": 3})
    assert [port.name for port in ports.outputs] == ["x1", "x2", "x3"]
    assert made("split", columns=3).shape(features("N", 3)) == (N, N, N)
    assert [made("split", columns=3).column(port.name) for port in ports.outputs] == [0, 1, 2]
    assert made("split", columns=1).expression(Value("x", features("N", 1))) == "x[:, 0]"


def test_split_sets_its_columns_by_a_click() -> None:
    with pytest.raises(Mismatch) as caught:
        made("split", columns=3).shape(features("N", 5))
    (repair,) = caught.value.repairs
    assert (repair.param, repair.value) == ("columns", 5)


def test_split_of_pictures_is_mended_by_flatten() -> None:
    with pytest.raises(Mismatch) as caught:
        made("split").shape(features("N", 1, 8, 8))
    assert caught.value.repairs[0].insert == "shape.flatten"


def test_join_puts_numbers_side_by_side() -> None:
    assert made("join").shape((N, N, N)) == features("N", 3)
    values = (Value("a", features()), Value("b", N))
    assert made("join").expression(values) == "torch.stack([a.expand_as(b), b], dim=1)"


def test_a_bias_is_one_number_for_all() -> None:
    assert made("bias").shape() == features()
    assert made("bias").weights() == 1
