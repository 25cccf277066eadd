"""The search finds node types by the words people use."""

import pytest

import graph.nodes
from gui.canvas.find import NO_MATCH, find, match

assert graph.nodes


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("linear", "layer.linear"),
        ("dense", "layer.linear"),
        ("fc", "layer.linear"),
        ("conv2", "layer.conv2d"),
        ("relu", "activation.relu"),
        ("adam", "optimizer.adam"),
        ("flat", "shape.flatten"),
        ("neuron", "neuron.neuron"),
        ("mnist", "data.mnist"),
        ("cross", "loss.cross_entropy"),
        ("RELU", "activation.relu"),
    ],
)
def test_the_expected_type_comes_first(query: str, wanted: str) -> None:
    assert find(query)[0].type == wanted


def test_nothing_is_found_for_nonsense() -> None:
    assert find("qqxqq") == []


def test_an_empty_query_lists_all_in_their_order() -> None:
    assert len(find("")) > 100


def test_what_is_not_allowed_is_left_out() -> None:
    found = find("re", lambda declaration: declaration.group == "Activation")
    assert found
    assert {declaration.group for declaration in found} == {"Activation"}


def test_better_matches_score_higher() -> None:
    ranked = ["norm", "Norm", "Normal", "BatchNorm", "Layer norm", "enormous", "n-o-r-m"]
    scores = [match("norm", words) for words in ranked]
    assert scores == sorted(scores, reverse=True)
    assert match("xyz", "Linear") == NO_MATCH
