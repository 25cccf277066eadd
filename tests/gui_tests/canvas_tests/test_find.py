"""The search finds node types by the words people use."""

import pytest

import graph.nodes
from graph.declare import REGISTRY
from gui.canvas.find import asked, find, why_nothing
from gui.canvas.fuzzy_match import NO_MATCH, match

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


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("fully connected", "layer.linear"),
        ("nn.Linear(64, 10)", "layer.linear"),
        ("hidden layer", "layer.linear"),
        ("cross-entropy", "loss.cross_entropy"),
        ("crossentropy", "loss.cross_entropy"),
        ("CrossEntropyLoss", "loss.cross_entropy"),
        ("sparse categorical crossentropy", "loss.cross_entropy"),
        ("BCEWithLogitsLoss", "loss.binary_cross_entropy"),
        ("MaxPooling2D", "pool.max2d"),
        ("average pooling", "pool.avg2d"),
        ("BatchNormalization", "norm.batch1d"),
        ("batch normalisation", "norm.batch1d"),
        ("dropout2d", "dropout.dropout2d"),
        ("upsampling", "shape.interpolate"),
        ("reduce on plateau", "schedule.plateau"),
        ("relu6", "activation.relu6"),
    ],
)
def test_what_other_libraries_and_people_call_it(query: str, wanted: str) -> None:
    assert find(query)[0].type == wanted


@pytest.mark.parametrize(
    ("query", "wanted", "values"),
    [
        ("kaiming", "layer.linear", {"init": "kaiming_normal"}),
        ("he", "layer.conv2d", {"init": "kaiming_normal"}),
        ("glorot", "layer.linear", {"init": "xavier_uniform"}),
        ("conv2d 5x5", "layer.conv2d", {"kernel_size": (5, 5)}),
        ("linear 64", "layer.linear", {"units": 64}),
        ("dropout 0.3", "dropout.dropout", {"p": 0.3}),
        ("circular", "layer.conv1d", {"padding_mode": "circular"}),
        ("weight decay", "optimizer.adamw", {}),
        ("l2 regularization", "optimizer.sgd", {}),
        ("label smoothing", "loss.cross_entropy", {}),
        ("lr", "optimizer.adam", {}),
    ],
)
def test_the_words_of_parameters(query: str, wanted: str, values: dict[str, object]) -> None:
    found = find(query)
    [one] = [declaration for declaration in found if declaration.type == wanted]
    said = asked(query, one)
    assert said.values == values
    assert said.because
    assert one.checked(said.values).items() <= values.items()


def test_every_value_that_words_stand_for_is_one_of_the_parameters_choices() -> None:
    words = {(p, value) for one in REGISTRY for p in one.params for _, value in p.called if value}
    assert len(words) > 100
    assert all(param.check(value) == value for param, value in words)


def test_the_own_name_of_a_node_asks_for_nothing() -> None:
    for one in REGISTRY:
        assert one in find(one.title), one.type
        assert asked(one.title, one).values == {}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("lstm", "Conv1d looks along time"),
        ("multi-head attention", "Softmax"),
        ("batch size", "above the board"),
        ("CIFAR10", "Image folder"),
    ],
)
def test_what_there_is_instead_of_what_there_is_not(query: str, said: str) -> None:
    assert find(query) == []
    assert said in why_nothing(query, REGISTRY)


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
