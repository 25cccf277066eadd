"""What is known of a network's nodes in one place, and which values they have there."""

from typing import Any

import pytest

from graph.diagnose.context import Place
from graph.diagnose.diagnosis import Diagnosis
from graph.model.sheet import Node
from tests.graph_tests.networks_tests.drawing import Drawing

DENSE = [("layer.linear", {"units": 32}), ("activation.relu", {})]


class Two:
    """Digits through two places of `block`, whose `units` each of them may set."""

    def __init__(self) -> None:
        self.draw = Drawing()
        self.entry, self.layer, self.relu, _ = self.draw.network("block", *DENSE)
        self.first, self.second = self.draw.place("block", "first"), self.draw.place("block", "two")
        self.draw.classifier(self.first, self.second)
        self.inference = Diagnosis(self.draw.document)

    def at(self, *path: Node) -> Place:
        return Place(self.inference, [one.id for one in path])

    def expose(self) -> None:
        self.draw.document.expose(self.layer.id, "units")


def test_each_place_has_its_own_types_and_weights() -> None:
    two = Two()
    first, second = two.at(two.first), two.at(two.second)
    assert str(first.type_of(two.entry.id, "y")) == "[N, 64]"
    assert str(second.type_of(two.entry.id, "y")) == "[N, 32]"
    assert [str(one) for one in second.input_types(two.layer.id, "x")] == ["[N, 32]"]
    assert (first.weights(two.layer.id), second.weights(two.layer.id)) == (65 * 32, 33 * 32)


@pytest.mark.parametrize("path", [(), ("",), ("n99",), ("n1",)])
def test_where_no_place_is_known_the_oldest_answers(path: tuple[str, ...]) -> None:
    two = Two()
    two.expose()
    two.draw.document.set_params(two.first.id, units=7)
    place = Place(two.inference, path)
    assert str(place.type_of(two.layer.id, "y")) == "[N, 7]"
    assert place.node(two.layer.id).params == {"units": 32}, "the network's own"
    assert place.owner(two.layer.id, "units") == (two.layer.id, "units")


def test_the_board_is_known_from_within_a_place() -> None:
    two = Two()
    place = two.at(two.second)
    assert str(place.type_of(two.first.id, "result")) == "[N, 32]"
    assert place.node(two.second.id) == two.second


def test_a_value_is_that_of_the_place() -> None:
    two = Two()
    two.expose()
    first, second = two.at(two.first), two.at(two.second)
    two.draw.document.set_params(two.second.id, units=7)
    assert first.node(two.layer.id).params == {"units": 32}
    assert second.node(two.layer.id).params == {"units": 7}
    assert second.node(two.relu.id) == two.relu
    assert str(second.type_of(two.layer.id, "y")) == "[N, 7]"
    assert first.owner(two.layer.id, "units") == (two.layer.id, "units")
    assert second.owner(two.layer.id, "units") == (two.second.id, "units")
    assert second.owner(two.layer.id, "bias") == (two.layer.id, "bias")


def test_linked_nodes_have_the_value_of_the_one_that_is_shown() -> None:
    draw = Drawing()
    _, layer, other, _ = draw.network("block", *2 * [("layer.linear", {"units": 64})])
    draw.document.set_twin(other.id, layer.id)
    draw.document.expose(layer.id, "bias")
    placed = draw.place("block", bias=False)
    draw.classifier(placed)
    place = Place(Diagnosis(draw.document), [placed.id])
    assert place.node(other.id).params["bias"] is False
    assert place.owner(other.id, "bias") == (placed.id, "bias")


def test_a_network_in_a_network_is_seen_by_its_whole_path() -> None:
    draw = Drawing()
    _, layer, *_ = draw.network("inner", *DENSE)
    draw.document.expose(layer.id, "units")
    piece = ("network.instance", {"network": "inner"})
    _, one, two, _ = draw.network("outer", piece, piece)
    draw.document.expose(two.id, "units", "width")
    first, second = draw.place("outer", "first"), draw.place("outer", "second", width=16)
    draw.classifier(first, second)
    inference = Diagnosis(draw.document)
    seen = {
        (outer.name, inner.id): Place(inference, [outer.id, inner.id])
        for outer in (first, second)
        for inner in (one, two)
    }
    weights = {path: place.weights(layer.id) for path, place in seen.items()}
    assert weights == {
        ("first", one.id): 65 * 32,
        ("first", two.id): 33 * 32,
        ("second", one.id): 33 * 32,
        ("second", two.id): 33 * 16,
    }
    units = {path: place.node(layer.id).params["units"] for path, place in seen.items()}
    assert units == {**dict.fromkeys(units, 32), ("second", two.id): 16}
    assert seen["second", two.id].owner(layer.id, "units") == (second.id, "width")
    draw.document.set_params(one.id, units=48)
    assert seen["first", one.id].owner(layer.id, "units") == (one.id, "units")
    assert seen["first", one.id].node(layer.id).params["units"] == 48
    assert Place(inference, [second.id]).node(two.id).params["overrides"] == (("units", 16),)


GROUPED: list[tuple[str, dict[str, Any]]] = [
    ("shape.unflatten", {"sizes": (1, 8, 8)}),
    ("layer.conv2d", {"filters": 6}),
    ("shape.flatten", {}),
    ("layer.linear", {"units": 64}),
]


def test_a_problem_of_some_places_says_which_and_is_mended_there() -> None:
    draw = Drawing()
    conv = draw.network("block", *GROUPED)[2]
    draw.document.expose(conv.id, "groups")
    first, second = draw.place("block", "first"), draw.place("block", "second")
    draw.classifier(first, second)
    inference = Diagnosis(draw.document)
    draw.document.set_params(second.id, groups=3)
    [problem] = [one for one in inference.problems if one.node == conv.id]
    assert problem.place == "second"
    assert str(problem).startswith("conv2d in second: expected ")
    labels = ["Set groups of second to 1", "Insert a Conv2d of 3"]
    [there] = Place(inference, [second.id]).problems_of(conv.id)
    assert [one.label for one in there.fixes] == labels == [one.label for one in problem.fixes]
    problem.fixes[0].apply(draw.document)
    assert not [one for one in inference.problems if one.node == conv.id]
    assert draw.document.node(conv.id).params == {"filters": 6}, "the network is as it was"
    draw.document.unlink(draw.document.networks["block"].into(conv.id)[0])
    [problem] = [one for one in inference.problems if one.node == conv.id]
    assert problem.place == "block", "in both places"


def test_a_problem_within_two_networks_is_mended_where_the_value_was_given() -> None:
    draw = Drawing()
    conv = draw.network("block", *GROUPED)[2]
    draw.document.expose(conv.id, "groups")
    _, inner, _ = draw.network("outer", ("network.instance", {"network": "block"}))
    draw.document.expose(inner.id, "groups")
    first, second = draw.place("outer", "first"), draw.place("outer", "second")
    draw.classifier(first, second)
    inference = Diagnosis(draw.document)
    draw.document.set_params(second.id, groups=3)
    [problem] = [one for one in inference.problems if one.node == conv.id]
    assert problem.place == f"second > {inner.name}"
    [there] = Place(inference, [second.id, inner.id]).problems_of(conv.id)
    assert there.fixes[0].label == problem.fixes[0].label == "Set groups of second to 1"
    there.fixes[0].apply(draw.document)
    assert not [one for one in inference.problems if one.node == conv.id]


def test_an_instance_of_another_network_says_nothing_of_a_value() -> None:
    draw = Drawing()
    layers = [draw.network(name, *DENSE)[1] for name in ("block", "other")]
    for layer in layers:
        draw.document.expose(layer.id, "units")
    first, other = draw.place("block"), draw.place("other", units=7)
    draw.classifier(first, other)
    place = Place(Diagnosis(draw.document), [other.id])
    assert place.node(layers[1].id).params == {"units": 7}
    assert place.owner(layers[1].id, "units") == (other.id, "units")
    assert place.node(layers[0].id).params == {"units": 32}
    assert place.owner(layers[0].id, "units") == (layers[0].id, "units")
